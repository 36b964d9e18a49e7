"""The notifier for telephones by ntfy, at ntfy.sh or on a server of one's own."""

import json
import re
from dataclasses import MISSING, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from watcher.adapters.channels.fitting import fitted_text
from watcher.adapters.channels.json_post import delivery_of
from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.channels.wording import title, worst_of
from watcher.adapters.http.addresses import require_safe_url
from watcher.messages.events import Severity
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest
from watcher.rules.options import option
from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

_MOST: Final = 10
"""So many usual announcements are whole in one message."""
_BYTES: Final = 3_600
"""ntfy makes a file of more than 4096, or refuses it; what it passes on to Android is a little less."""
_TOPIC: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PRIORITY: Final = {Severity.CRITICAL: 5, Severity.WARNING: 3, Severity.INFO: 2}
_TAG: Final = {
    Severity.CRITICAL: "rotating_light",
    Severity.WARNING: "warning",
    Severity.INFO: "information_source",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class NtfyOptions(NetworkOptions):
    """Messages on telephones and desktops by ntfy; what is critical rings through."""

    kind: ClassVar[str] = "ntfy"
    counts: ClassVar[bool] = True

    topic: Secret = option(
        MISSING,
        "The topic's name. Where topics are open, as on ntfy.sh, who knows it reads along.",
        secret=True,
    )
    server: str = option("https://ntfy.sh", "The ntfy server, without the topic.")
    token: Secret | None = option(None, "An access token, for topics that ask one.", secret=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class NtfyNotifier:
    """Publishes each digest as one message, never as an attached file."""

    counts: ClassVar[bool] = True
    most: ClassVar[int] = _MOST

    name: str
    url: Secret
    topic: Secret
    token: Secret | None
    http: "Http"
    clock: Clock
    timeout: timedelta

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        document = {"topic": self.topic.reveal(), **_message(digest)}
        outcome = self.http.send(
            "POST",
            self.url.reveal(),
            headers={"Content-Type": "application/json"},
            content=_json(document),
            bearer=self.token,
            timeout=self.timeout,
        )
        return delivery_of(outcome, url=self.url, now=self.clock.now())


def open_ntfy(name: str, options: NtfyOptions, http: "Http", clock: Clock) -> NtfyNotifier:
    """An ntfy topic for these options. Raises ValueError, without its secrets, if it can be none."""
    try:
        require_safe_url(options.server)
        parts = urlsplit(options.server)
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("the server is written without a path: the topic is an option of its own")
        if not _TOPIC.fullmatch(options.topic.reveal()):
            raise ValueError("a topic is 1 to 64 letters, digits, `-` and `_`")
    except ValueError as error:
        raise ValueError(f"notifiers.{name}: {error}") from None
    return NtfyNotifier(
        name=name,
        url=Secret(f"{options.server.rstrip('/')}/"),
        topic=options.topic,
        token=options.token,
        http=http,
        clock=clock,
        timeout=options.timeout,
    )


def _message(digest: Digest) -> dict[str, Any]:
    worst = worst_of(digest.events)
    return {
        "title": title(worst, live=digest.live),
        "message": fitted_text(digest, _BYTES, _json_size),
        "priority": _PRIORITY[worst],
        "tags": [_TAG[worst]],
    }


def _json(document: object) -> bytes:
    """In UTF-8, without escapes that make it larger: ntfy limits the size of the JSON as well."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _json_size(text: str) -> int:
    """Never less than the size in UTF-8, and with it the whole is never larger than ntfy reads."""
    return len(_json(text)) - 2
