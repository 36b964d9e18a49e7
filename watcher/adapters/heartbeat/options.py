"""What can be said of a dead man's switch."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from watcher.adapters.http.urls import require_safe_url
from watcher.domain.options import option
from watcher.domain.secret import Secret


@dataclass(frozen=True, kw_only=True, slots=True)
class HeartbeatOptions:
    """`[heartbeat]`: who notices that no turn comes any more. Told of every turn of a run."""

    url: Secret | None = option(
        None,
        "Told as Healthchecks is: `/start`, then the address itself or `/` and the exit code, with a run id.",
        secret=True,
    )
    plain_url: Secret | None = option(
        None, "Any other address: one GET after each turn that ended with exit code 0.", secret=True
    )
    timeout: timedelta = option(
        timedelta(seconds=10),
        "How long one of them may take; no turn waits for it.",
        minimum=timedelta(seconds=1),
        maximum=timedelta(seconds=30),
    )
    alarm_before: timedelta = option(
        timedelta(hours=2),
        "`deadline.near` is told this long before a planned release would be missed, where no turn succeeds.",
        minimum=timedelta(),
    )


def require_usable(url: Secret) -> None:
    """Raise ValueError, which does not repeat it, unless the address may be told."""
    require_safe_url(url.reveal())
    if urlsplit(url.reveal()).fragment:
        raise ValueError("must not hold a fragment")
