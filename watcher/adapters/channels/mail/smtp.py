"""One message over SMTP, within a bounded time. The home of smtplib."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from socket import gethostname, socket
from ssl import SSLContext, SSLError
from typing import Any, Final

from watcher.adapters.http.addresses import forbidden, is_host, literal
from watcher.adapters.http.connect import NotReached, OutOfBounds, connect, open_socket
from watcher.adapters.http.trust import distrust
from watcher.ports.clock import Clock
from watcher.ports.notifier import Postponed, Rejected
from watcher.texts.plain import plain
from watcher.texts.secret import Secret

_PIECE: Final = 4_096
_TOO_LARGE: Final = 552
_LOGGED_IN: Final = 235
_GO_ON: Final = 334
_ALREADY: Final = 503


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """Where to send, and how to be let in. Without `tls` nothing is encrypted: for this very machine only.

    `at_once`: TLS before the first word; else STARTTLS, without which nothing is said. `helo`: what we call
    ourselves.
    """

    host: str
    port: int
    tls: SSLContext | None = field(repr=False)
    at_once: bool
    helo: str
    username: str | None
    password: Secret | None
    timeout: timedelta

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """The server took the message for all recipients but `refused`, by the code of each; maybe for none."""

    refused: Mapping[str, int]


def send(
    server: MailServer, *, sender: str, recipients: Sequence[str], content: bytes, clock: Clock
) -> Taken | Postponed | Rejected:
    """Send once, within `server.timeout`. Of answers only their codes are told: they may quote anything."""
    deadline = _Deadline(clock, server.timeout)
    try:
        wire = _connected(server, deadline)
        try:
            taken = _transaction(wire, server, sender, recipients, content)
            with suppress(OSError, SMTPException, ValueError):
                wire.quit()
            return taken
        finally:
            wire.close()
    except SMTPResponseException as error:
        return _refused(server, error)
    except SMTPServerDisconnected as error:
        timed_out = isinstance(error.__context__, TimeoutError)
        said = "no answer in time" if timed_out else "the connection broke before the answer"
        return Postponed(why=f"{server.place}: {said}")
    except SMTPException as error:
        # smtplib's own words: no STARTTLS, no way to log in. Nothing of the server's is in them.
        return Rejected(why=f"{server.place}: {error}", channel=True)
    except OutOfBounds as error:
        return Rejected(why=str(error), channel=True)
    except NotReached as error:
        return Postponed(why=str(error), certain=True)
    except OSError as error:
        # After smtplib's, which are OSErrors too.
        return Postponed(why=f"{server.place}: {_in_words(error)}")
    except ValueError:
        return Postponed(why=f"{server.place}: an answer that is not SMTP")


def _connected(server: MailServer, deadline: "_Deadline") -> "_Wire":
    """A connection on which mail may be sent."""
    if server.at_once:
        wire: _Wire = _TlsWire(server, deadline, context=server.tls)
    else:
        wire = _Wire(server, deadline)
    try:
        wire.ehlo_or_helo_if_needed()
        if server.tls is not None and not server.at_once:
            wire.starttls(context=server.tls)
        if server.username is not None and server.password is not None:
            wire.login(server.username, server.password.reveal())
    except BaseException:
        wire.close()
        raise
    return wire


def _transaction(
    wire: "_Wire", server: MailServer, sender: str, recipients: Sequence[str], content: bytes
) -> Taken | Postponed | Rejected:
    # After STARTTLS or a login that was not wanted, the server's offers are not known any more.
    wire.ehlo_or_helo_if_needed()
    size = [f"size={len(content)}"] if wire.has_extn("size") else []
    code, _ = wire.mail(sender, size)
    if code != 250:
        return _answered(server, code, "the sender", message=code == _TOO_LARGE)
    codes = {recipient: wire.rcpt(recipient)[0] for recipient in recipients}
    refused = {recipient: code for recipient, code in codes.items() if code not in (250, 251)}
    if len(refused) < len(recipients):
        code, _ = wire.data(content)
        if code != 250:
            return _answered(server, code, "the message", message=True)
    return Taken(refused=refused)


def _refused(server: MailServer, error: SMTPResponseException) -> Postponed | Rejected:
    match error:
        case SMTPAuthenticationError():
            return _answered(server, error.smtp_code, "the login")
        case SMTPDataError():
            return _answered(server, error.smtp_code, "the message", message=True)
        case _:
            return _answered(server, error.smtp_code, "the connection")


def _answered(server: MailServer, code: int, what: str, *, message: bool = False) -> Postponed | Rejected:
    why = f"{server.place} answered {code} to {what}"
    return Rejected(why=why, channel=not message) if for_good(code) else Postponed(why=why, certain=True)


def for_good(code: int) -> bool:
    """Whether an answer says that it will be the same next time."""
    return 500 <= code < 600


def _in_words(error: OSError) -> str:
    match error:
        case TimeoutError():
            return "no answer in time"
        case SSLError():
            return plain(distrust(error))
        case _:
            return plain((error.strerror or type(error).__name__).lower())


class _Deadline:
    """Bounds the sum of what socket timeouts bound one by one."""

    def __init__(self, clock: Clock, within: timedelta) -> None:
        self.clock = clock
        self._at = clock.monotonic() + within.total_seconds()

    def left(self) -> float:
        seconds = self._at - self.clock.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class _Lines:
    """What smtplib reads answers from; a server that sends them byte by byte gains no time."""

    def __init__(self, sock: socket, deadline: _Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self._buffer = bytearray()

    def readline(self, most: int) -> bytes:
        while b"\n" not in self._buffer and len(self._buffer) < most:
            self._sock.settimeout(self._deadline.left())
            piece = self._sock.recv(_PIECE)
            if not piece:
                break
            self._buffer += piece
        end = self._buffer.find(b"\n") + 1
        line = bytes(self._buffer[: min(end or len(self._buffer), most)])
        del self._buffer[: len(line)]
        return line

    def close(self) -> None:
        """The socket is closed by its owner."""


class _Wire(SMTP):
    """smtplib's client, held to the deadline."""

    def __init__(self, server: MailServer, deadline: _Deadline, **tls: Any) -> None:
        self._deadline = deadline
        super().__init__(server.host, server.port, local_hostname=server.helo, timeout=deadline.left(), **tls)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket:
        """smtplib's hook. It would give the whole time to the first of several addresses."""
        sock, _ = connect(
            host, port, timeout, clock=self._deadline.clock, to=open_socket, objection=forbidden
        )
        return sock

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock, self._deadline)
        return super().getreply()

    def login(self, user: str, password: str, *, initial_response_ok: bool = True) -> tuple[int, bytes]:
        """As smtplib, which has ASCII only; whatever else it is, PLAIN takes UTF-8 (RFC 4616), as LOGIN does.

        CRAM-MD5 has no encoding that two ends agree on.
        """
        if user.isascii() and password.isascii():
            return super().login(user, password, initial_response_ok=initial_response_ok)
        self.ehlo_or_helo_if_needed()
        offered = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            code, answer = self.docmd("AUTH", f"PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}")
        elif "LOGIN" in offered:
            code, answer = self.docmd("AUTH", f"LOGIN {_base64(user)}")
            if code == _GO_ON:
                code, answer = self.docmd(_base64(password))
        else:
            raise SMTPException(
                "it offers neither PLAIN nor LOGIN, by which alone a name or a password with signs other "
                "than plain ASCII can be sent: choose them of plain ASCII"
            )
        if code not in (_LOGGED_IN, _ALREADY):
            raise SMTPAuthenticationError(code, answer)
        return code, answer

    def send(self, s: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(self._deadline.left())
        super().send(s)


class _TlsWire(_Wire, SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket:
        sock = super()._get_socket(host, port, timeout)
        sock.settimeout(self._deadline.left())
        return self.context.wrap_socket(sock, server_hostname=host)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")


def own_name(sender_domain: str) -> str:
    """Our name for EHLO: a full one, for servers refuse others (a pod's own name is none).

    This machine's, as it calls itself: smtplib would ask a name server, however long that takes. Else the
    sender's domain, which stands for whoever writes; where that is none either, an address.
    """
    return next(filter(is_full_name, (gethostname(), sender_domain)), "[127.0.0.1]")


def is_full_name(text: str) -> bool:
    """`mail.example.com`, and no address."""
    return "." in text.strip(".") and is_host(text) and literal(text) is None
