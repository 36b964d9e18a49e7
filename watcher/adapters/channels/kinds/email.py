"""The notifier for mailboxes: one e-mail a digest, over SMTP."""

import os
from contextlib import suppress
from dataclasses import MISSING, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.http.addresses import forbidden, is_host, is_this_machine, literal
from watcher.ports.clock import Clock
from watcher.rules.option import option
from watcher.texts.secret import Password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.headerregistry import Address
    from ssl import SSLContext

    from watcher.adapters.channels.mail.mailer import EmailNotifier
    from watcher.adapters.channels.templates.template import Template
    from watcher.adapters.http.client import Http


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_PORTS: Final = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailOptions(NetworkOptions):
    """One e-mail a turn, as text, HTML and a calendar of the renewals; each recipient gets it once."""

    kind: ClassVar[str] = "email"
    counts: ClassVar[bool] = True

    host: str = option(MISSING, "The SMTP server.")
    port: int | None = option(
        None,
        "Its port; not given: 587 with `starttls`, 465 with `tls`, 25 with `none`.",
        minimum=1,
        maximum=65_535,
    )
    security: Security = option(
        Security.STARTTLS, "How it is encrypted; `none` only to this very machine. Certificates are verified."
    )
    ca_file: Path | None = option(
        None, "Certificates (PEM) of the authorities that are trusted instead of the system's."
    )
    helo: str | None = option(
        None,
        "What the watcher calls itself (EHLO); not given: this machine's name if it is a full one, else the "
        "sender's domain.",
    )
    username: str | None = option(None, "To log in with, together with `password`.")
    password: Password | None = option(None, "The password of `username`, in any alphabet.", secret=True)
    sender: str = option(MISSING, "Who writes: `watcher@example.com`, or `Leases <watcher@example.com>`.")
    to: tuple[str, ...] = option(MISSING, "Who is written to: at least one address.")
    subject_prefix: str = option("", "Begins every subject, such as `[leases]`.")
    subject_template: str | None = option(
        None, "The subject in your own words: a Jinja template of one line, see [templates](templates.md)."
    )
    text_template_file: Path | None = option(None, "File with a Jinja template for the plain text part.")

    def mistakes(self) -> "Iterator[tuple[str, str]]":
        if not is_host(self.host):
            yield "host", "must be the name or the address of a server, in plain ASCII"
        elif (why := forbidden(self.host)) is not None:
            yield "host", str(why)
        elif self.security is Security.NONE and not is_this_machine(self.host):
            yield "security", "messages leave this machine encrypted only: write starttls or tls"
        if self.helo is not None and not _can_greet(self.helo):
            yield "helo", "must be a full name like watcher.example.com, or an address like [192.0.2.1]"
        if (self.username is None) is not (self.password is None):
            key, other = ("password", "username") if self.username is None else ("username", "password")
            yield key, f"is of no use without `{other}`"
        if self.username is not None and not self.username.isprintable():
            yield "username", "must be one line"
        if not self.to:
            yield "to", "must hold at least one address"
        if not self.subject_prefix.isprintable():
            yield "subject_prefix", "must be one line"
        tried: dict[str, Callable[[], object]] = {
            "sender": lambda: _address(self.sender),
            "to": lambda: [_address(each) for each in self.to],
            "ca_file": lambda: _tls(self.ca_file),
            "subject_template": lambda: _subject(self),
            "text_template_file": lambda: _text(self),
        }
        for key, attempt in tried.items():
            try:
                attempt()
            except ValueError as error:
                yield key, str(error)

    def open(self, name: str, http: "Http", clock: Clock) -> "EmailNotifier":  # noqa: ARG002
        from watcher.adapters.channels.mail.letter import Letterhead
        from watcher.adapters.channels.mail.mailer import EmailNotifier
        from watcher.adapters.channels.mail.smtp import MailServer, own_name

        return EmailNotifier(
            name=name,
            server=MailServer(
                host=self.host,
                port=self.port or _PORTS[self.security],
                tls=None if self.security is Security.NONE else _tls(self.ca_file),
                at_once=self.security is Security.TLS,
                helo=self.helo or own_name(_address(self.sender).domain),
                username=self.username,
                password=self.password,
                timeout=self.timeout,
            ),
            letter=Letterhead(
                name=name,
                sender=_address(self.sender),
                to=tuple(map(_address, self.to)),
                prefix=self.subject_prefix,
                subject=_subject(self),
                text=_text(self),
            ),
            clock=clock,
        )


def _can_greet(text: str) -> bool:
    from watcher.adapters.channels.mail.smtp import is_full_name

    if not (text.startswith("[") and text.endswith("]")):
        return is_full_name(text)
    return literal(text[1:-1].removeprefix("IPv6:")) is not None


def _address(text: str) -> "Address":
    from email.policy import SMTP

    header = None
    # The library's parser falls over what ends in mid-address, such as `ops@`.
    with suppress(IndexError):
        header = SMTP.header_factory("to", text) if text.isprintable() else None
    addresses: tuple[Address, ...] = () if header is None or header.defects else header.addresses
    match addresses:
        case [one] if one.username and one.domain and one.addr_spec.isascii() and " " not in one.addr_spec:
            return one
        case _:
            raise ValueError("must be addresses like ops@example.com or Ops <ops@example.com>, in ASCII")


def _tls(ca_file: Path | None) -> "SSLContext":
    """What all of us trust, or only what this file holds. Raises ValueError for the file."""
    import ssl

    from watcher.adapters.http.trust import context_of_file, system_trust, trust_in
    from watcher.ports.environment import UnusableVariable

    if ca_file is None:
        try:
            return trust_in(os.environ).context
        except UnusableVariable:
            # Told by itself, wherever it is one: no trouble of the mail's.
            return system_trust().context
    try:
        return context_of_file(str(ca_file))
    except OSError as error:
        # ssl.SSLError is one too, and its words are about OpenSSL's insides.
        why = "holds no certificates in PEM" if isinstance(error, ssl.SSLError) else "cannot be read"
        raise ValueError(f"the file {why}") from None


def _subject(options: EmailOptions) -> "Template | None":
    from watcher.adapters.channels.templates.template import template_of

    source = options.subject_template
    return None if source is None else template_of(source, whole=False)


def _text(options: EmailOptions) -> "Template | None":
    from watcher.adapters.channels.templates.template import template_in

    return None if options.text_template_file is None else template_in(options.text_template_file)
