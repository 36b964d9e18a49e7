"""The one way in which channels post JSON, and what the answers mean."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered, retry_after
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Postponed, Rejected
from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

LONGEST_WAIT: Final = timedelta(hours=1)
"""However long a channel asks us to wait: people must hear in time."""

_WORTH_ANOTHER_TRY: Final = frozenset({408, 425, 429})
_ABOUT_THE_MESSAGE: Final = frozenset({400, 413, 415, 422})
_PERHAPS_TAKEN: Final = frozenset({500, 502, 504})
"""It broke down on the way, or a gateway waited no longer. Others say that they did not take it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JsonPost:
    """An address that takes JSON, and how it is reached.

    Each document is sent once, within `timeout`, and redirects are not followed. The address may carry a
    token: people are shown `place`, its scheme and host. `ascii` False: text goes as UTF-8, which is shorter
    than escapes. `outside_only`: the address must not lie inside our own network.

        post = JsonPost(url=self.url, http=http, clock=clock, timeout=self.timeout)
        return post.deliver({"text": digest_text(digest)})
    """

    url: Secret
    http: "Http"
    clock: Clock
    timeout: timedelta
    bearer: Secret | None = None
    ascii: bool = True
    outside_only: bool = False

    def deliver(self, document: object) -> Delivery:
        """Send it, and say what the answer means."""
        return self.meaning(self.send(document))

    def send(
        self,
        document: object,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        within: timedelta | None = None,
    ) -> Answer | Unanswered:
        """Send it, for where the answer says more than its status. `bytes` are JSON already."""
        return self.http.send(
            "POST",
            self.url.reveal(),
            headers={"Content-Type": "application/json", **headers},
            content=document if isinstance(document, bytes) else json_bytes(document, ascii=self.ascii),
            bearer=self.bearer,
            timeout=within or self.timeout,
            outside_only=self.outside_only,
        )

    def meaning(self, outcome: Answer | Unanswered) -> Delivery:
        """Any 2xx is acceptance; what may pass is postponed."""
        if isinstance(outcome, Unanswered) and outcome.trouble is WhyUnanswered.OUT_OF_BOUNDS:
            return Rejected(why=outcome.detail, channel=True)
        if isinstance(outcome, Unanswered):
            unsent = outcome.trouble in (WhyUnanswered.NO_CONNECTION, WhyUnanswered.INSIDE)
            return Postponed(why=f"{self.place}: {outcome.detail}", certain=unsent)
        said = f"{self.place} answered {outcome.status}"
        match outcome.status:
            case status if 200 <= status < 300:
                return Accepted(detail=said)
            case status if status in _WORTH_ANOTHER_TRY or status >= 500:
                certain = status not in _PERHAPS_TAKEN
                return Postponed(why=said, after=self.asked_to_wait(outcome), certain=certain)
            case status if 300 <= status < 400:
                why = f"{said}: redirects are not followed, so write the address it leads to"
                return Rejected(why=why, channel=True)
            case 410:
                why = f"{said}: the address is gone for good, so write another or remove it"
                return Rejected(why=why, channel=True)
            case status:
                why = f"{said}: it refuses the message, so look at its address and its own log"
                return Rejected(why=why, channel=status not in _ABOUT_THE_MESSAGE)

    def asked_to_wait(self, answer: Answer) -> timedelta | None:
        return retry_after(answer, self.clock.now(), longest=LONGEST_WAIT)

    @property
    def place(self) -> str:
        return place_of(self.url)


def json_bytes(document: object, *, ascii: bool = True) -> bytes:
    return json.dumps(document, ensure_ascii=ascii, separators=(",", ":")).encode()


def place_of(url: Secret) -> str:
    """Scheme and host, which are no secret."""
    parts = urlsplit(url.reveal())
    return f"{parts.scheme}://{parts.netloc}"
