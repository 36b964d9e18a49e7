"""The notifier for telephones by ntfy, at ntfy.sh or on a server of one's own."""

import re
from dataclasses import MISSING, dataclass
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import urlsplit

from watcher.adapters.channels.json_post import JsonPost, json_bytes
from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.channels.text import fitted_text
from watcher.adapters.channels.view import view_of
from watcher.adapters.http.addresses import require_safe_url
from watcher.messages.events import Severity
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest
from watcher.rules.option import option
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

    def require_usable(self) -> None:
        require_safe_url(self.server)
        parts = urlsplit(self.server)
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("the server is written without a path: the topic is an option of its own")
        if not _TOPIC.fullmatch(self.topic.reveal()):
            raise ValueError("a topic is 1 to 64 letters, digits, `-` and `_`")

    def open(self, name: str, http: "Http", clock: Clock) -> "NtfyNotifier":
        # In UTF-8, without escapes that make it larger: ntfy limits the size of the JSON as well.
        post = JsonPost(
            url=Secret(f"{self.server.rstrip('/')}/"),
            http=http,
            clock=clock,
            timeout=self.timeout,
            bearer=self.token,
            ascii=False,
        )
        return NtfyNotifier(name=name, topic=self.topic, post=post)


@dataclass(frozen=True, kw_only=True, slots=True)
class NtfyNotifier:
    """Publishes each digest as one message, never as an attached file."""

    counts: ClassVar[bool] = True
    most: ClassVar[int] = _MOST

    name: str
    topic: Secret
    post: JsonPost

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        view = view_of(digest)
        title = view.title
        return self.post.deliver(
            {
                "topic": self.topic.reveal(),
                "title": title,
                "message": fitted_text(digest, _BYTES, _json_size, title=title),
                "priority": _PRIORITY[view.worst],
                "tags": [_TAG[view.worst]],
            }
        )


def _json_size(text: str) -> int:
    """Never less than the size in UTF-8, and with it the whole is never larger than ntfy reads."""
    return len(json_bytes(text, ascii=False)) - 2
