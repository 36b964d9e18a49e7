"""The notifier for the long tail: whatever Apprise has a URL for."""

import re
from dataclasses import MISSING, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.channels.text import digest_text
from watcher.adapters.channels.view import view_of
from watcher.adapters.http.addresses import forbidden
from watcher.messages.events import Severity
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed
from watcher.rules.option import option
from watcher.texts.secret import Secret
from watcher.texts.spans import span

if TYPE_CHECKING:
    from apprise import NotifyBase

    from watcher.adapters.http.client import Http

_MOST: Final = 20
"""Many services take few hundred characters: what is longer becomes several messages of theirs."""

_ADDRESSES: Final = 4

_TYPES: Final = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}
_MENTION: Final = re.compile(r"(?<=[@!])(?=(?:here|everyone|channel|all)\b)|(?<=<)(?=[@!#])", re.IGNORECASE)
_STATUS: Final = re.compile(r"\berror=(\d{3})\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class AppriseOptions(NetworkOptions):
    """Any of the services that Apprise knows, by its URL; needs `pip install 'lease-watcher[apprise]'`."""

    kind: ClassVar[str] = "apprise"
    counts: ClassVar[bool] = True

    url: Secret = option(
        MISSING,
        "One Apprise URL, such as `discord://…`; several services are several notifiers.",
        secret=True,
    )
    timeout: timedelta = option(
        timedelta(seconds=30),
        "How long one delivery may take, with all the messages that a long text becomes.",
        minimum=timedelta(seconds=1),
        maximum=timedelta(minutes=1),
    )

    def require_usable(self) -> None:
        self._service()

    def open(self, name: str, http: "Http", clock: Clock) -> "AppriseNotifier":  # noqa: ARG002
        return AppriseNotifier(name=name, service=self._service(), timeout=self.timeout)

    def _service(self) -> "NotifyBase":
        """What Apprise makes of the URL. Raises ValueError, without it, where that can never work."""
        try:
            from apprise import Apprise, AppriseAsset, OverflowMode
        except ImportError:
            raise ValueError(
                "kind `apprise` needs one more package: pip install 'lease-watcher[apprise]'"
            ) from None
        _silence()
        seconds = self.timeout.total_seconds()
        service = Apprise.instantiate(
            self.url.reveal(),
            asset=AppriseAsset(http_redirects=False, service_timeout=seconds, default_service_retry=0),
        )
        if service is None:
            raise ValueError(
                "Apprise cannot use this URL: https://appriseit.com/services/ says how each is written"
            )
        host = getattr(service, "host", None)
        if isinstance(host, str) and (why := forbidden(host)) is not None:
            raise ValueError(str(why))
        # Whatever the URL says: trying again is not its business, and no event may be cut off.
        service.retry, service.redirects = 0, False
        service.overflow_mode = OverflowMode.SPLIT
        # To each of a name's addresses: the first may swallow everything and the second answer.
        service.socket_connect_timeout = seconds / _ADDRESSES
        service.socket_read_timeout = seconds
        return service


@dataclass(frozen=True, kw_only=True, slots=True)
class AppriseNotifier:
    """Hands each digest to Apprise once, as plain text.

    Apprise says no more than whether all went well. Where it did not, parts may have arrived: that is
    postponed, so that a message is rather told twice than not at all.
    """

    counts: ClassVar[bool] = True
    most: ClassVar[int] = _MOST

    name: str
    service: "NotifyBase" = field(repr=False)
    timeout: timedelta

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        from apprise import Apprise

        title = _harmless(view_of(digest).title_of("Lease watcher"))
        _, _, body = _harmless(digest_text(digest)).partition("\n")
        sender = Apprise()
        sender.add(self.service)
        called = str(self.service.service_name)
        try:
            result = sender.notify(
                title=title,
                body=body.strip("\n"),
                notify_type=_TYPES[view_of(digest).worst],
                body_format="text",
                interpret_escapes=False,
                timeout=self.timeout.total_seconds(),
            )
        except Exception as error:
            return Postponed(
                why=f"{called}: Apprise failed ({type(error).__name__}), whether it arrived is uncertain"
            )
        return (
            Accepted(detail=f"{called} accepted")
            if result
            else Postponed(why=_why(called, result, self.timeout))
        )


def _harmless(text: str) -> str:
    """What services take for a call of everybody is no such call any more, and looks the same."""
    return _MENTION.sub("\N{WORD JOINER}", text)


def _why(called: str, result: Any, timeout: timedelta) -> str:
    """Of what Apprise noted only the status codes: the rest may hold the URL."""
    from apprise import AppriseResultStatus

    if result.status == AppriseResultStatus.TIMEOUT:
        return f"{called} did not finish within {span(timeout)}: whether it arrived is uncertain"
    codes = dict.fromkeys(code for entry in result.logs() for code in _STATUS.findall(entry.message))
    said = f" (it answered {', '.join(codes)})" if codes else ""
    return f"{called} did not confirm{said}: whether all of it arrived is uncertain"


def _silence() -> None:
    """Apprise logs addresses, also in warnings: what is worth knowing is in its results."""
    import logging

    log = logging.getLogger("apprise")
    log.propagate = False
    if not any(isinstance(each, logging.NullHandler) for each in log.handlers):
        # Without any handler Python itself would print its warnings.
        log.addHandler(logging.NullHandler())
