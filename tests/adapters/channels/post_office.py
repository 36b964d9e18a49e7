"""SMTP servers on real sockets: one that takes mail, and one that says what a test wants it to say."""

import logging
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from pathlib import Path
from socket import create_server, socket
from threading import Event as Flag
from threading import Thread
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.adapters.channels.stage import MARKER
from tests.ports import free_port
from watcher.adapters.channels.catalog import build
from watcher.adapters.channels.kinds.email import EmailOptions, Security
from watcher.adapters.channels.mail.mailer import EmailNotifier
from watcher.adapters.clock import SystemClock
from watcher.texts.secret import Secret

USER = "watcher"


@dataclass
class Office:
    """What it answers and what it got. `recipients`: the answers for some of them."""

    port: int = 0
    sender: str = "250 OK"
    recipients: dict[str, str] = field(default_factory=dict)
    data: str = "250 OK"
    password: str = MARKER
    envelopes: list[Envelope] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    logins: list[bool] = field(default_factory=list)
    greetings: list[str] = field(default_factory=list)
    wants_full_name: bool = False
    """As Postfix does with `reject_non_fqdn_helo_hostname`: once it knows who is written to."""

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(each.content, policy=POLICY) for each in self.envelopes]

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greetings.append(hostname)
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.sender

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.recipients.get(address, "250 OK")
        if self.wants_full_name and ("." not in self.greetings[-1] or self.greetings[-1].startswith("[")):
            answer = "504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data.startswith("250"):
            self.envelopes.append(envelope)
            self.secured.append(
                session.ssl is not None or server.transport.get_extra_info("cipher") is not None
            )
        return self.data

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, how: str, data: Any
    ) -> AuthResult:
        given = isinstance(data, LoginPassword) and (data.login, data.password)
        self.logins.append(given == (USER.encode(), self.password.encode()))
        return AuthResult(success=self.logins[-1], handled=False)


@contextmanager
def post_office(
    *,
    security: Security = Security.NONE,
    certificate: trustme.LeafCert | None = None,
    login: bool = False,
    without: Sequence[str] = (),
    size: int | None = None,
) -> Iterator[Office]:
    office = Office(port=free_port())
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(context)
    more: dict[str, Any] = {"data_size_limit": size} if size else {}
    if login:
        # To aiosmtpd a connection that is encrypted from the start is no TLS.
        more |= {"authenticator": office.authenticate, "auth_require_tls": security is Security.STARTTLS}
        more |= {"auth_exclude_mechanism": without}
    if security is Security.STARTTLS:
        more |= {"tls_context": context, "require_starttls": True}
    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=office.port,
        ssl_context=context if security is Security.TLS else None,
        **more,
    )
    # aiosmtpd logs every word that is said; what a test looks at is our log.
    its_log = logging.getLogger("mail.log")
    its_log.propagate = False
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
        its_log.propagate = True


HANG, DROP = b"hang", b"drop"


@contextmanager
def scripted(*answers: bytes) -> Iterator[int]:
    """A server that greets with the first answer and gives one more for each line it reads; it hangs or
    drops where that is the answer, and drops after the last. Its port."""
    ending = Flag()

    def serve(listener: socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            for place, answer in enumerate(answers):
                if place and not lines.readline():
                    return
                if answer is HANG:
                    ending.wait(30)
                if answer in (HANG, DROP):
                    return
                connection.sendall(answer + b"\r\n")

    with create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ending.set()
            thread.join()


@contextmanager
def dripping() -> Iterator[int]:
    """A server whose greeting comes byte by byte and never ends. Its port."""
    ending = Flag()

    def serve(listener: socket) -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                while not ending.wait(0.02):
                    connection.sendall(b"2")
            except OSError:
                pass

    with create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ending.set()
            thread.join()


def mailer(port: int, **options: Any) -> EmailNotifier:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": Security.NONE,
        "sender": "Lease watcher <watcher@example.com>",
        "to": ("ops@example.com",),
        "timeout": timedelta(seconds=5),
    }
    return build("ops", EmailOptions(**given | options), None, SystemClock())


def spread(mail: EmailMessage) -> dict[str, str]:
    """Its headers and both bodies."""
    bodies = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    return {**mail, **{kind: body.get_content() for kind, body in bodies.items() if body is not None}}


def credentials() -> dict[str, Any]:
    return {"username": USER, "password": Secret(MARKER)}


def authority(folder: Path) -> tuple[trustme.LeafCert, Path]:
    """A certificate for 127.0.0.1, and the file of the authority that signed it."""
    ca = trustme.CA()
    file = folder / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return ca.issue_cert("127.0.0.1"), file
