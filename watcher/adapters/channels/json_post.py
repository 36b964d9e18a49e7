"""What the answer to an HTTP delivery means, the same for every channel that speaks HTTP."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from watcher.adapters.http.answer import Answer, Trouble, Unanswered, retry_after
from watcher.ports.notifier import Accepted, Delivery, Postponed, Rejected
from watcher.texts.secret import Secret

LONGEST_WAIT: Final = timedelta(hours=1)
"""However long a channel asks us to wait: people must hear in time."""

_WORTH_ANOTHER_TRY: Final = frozenset({408, 425, 429})
_ABOUT_THE_MESSAGE: Final = frozenset({400, 413, 415, 422})


def delivery_of(outcome: Answer | Unanswered, *, url: Secret, now: datetime) -> Delivery:
    """Any 2xx is acceptance; what may pass is postponed; redirects are not followed.

    `url` may carry a token: people are shown its scheme and host only.
    """
    place = place_of(url)
    if isinstance(outcome, Unanswered) and outcome.trouble is Trouble.OUT_OF_BOUNDS:
        return Rejected(why=outcome.detail, channel=True)
    if isinstance(outcome, Unanswered):
        return Postponed(why=f"{place}: {outcome.detail}")
    said = f"{place} answered {outcome.status}"
    match outcome.status:
        case status if 200 <= status < 300:
            return Accepted(detail=said)
        case status if status in _WORTH_ANOTHER_TRY or status >= 500:
            return Postponed(why=said, after=retry_after(outcome, now, longest=LONGEST_WAIT))
        case status if 300 <= status < 400:
            why = f"{said}: redirects are not followed, so write the address it leads to"
            return Rejected(why=why, channel=True)
        case 410:
            why = f"{said}: the address is gone for good, so write another or remove it"
            return Rejected(why=why, channel=True)
        case status:
            why = f"{said}: it refuses the message, so look at its address and its own log"
            return Rejected(why=why, channel=status not in _ABOUT_THE_MESSAGE)


def place_of(url: Secret) -> str:
    """Scheme and host, which are no secret."""
    parts = urlsplit(url.reveal())
    return f"{parts.scheme}://{parts.netloc}"
