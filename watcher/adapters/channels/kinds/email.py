"""The notifier for mailboxes: one e-mail a digest, over SMTP."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.http.addresses import forbidden, is_this_machine
from watcher.adapters.render.words import counted
from watcher.messages.events import Event
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed, Receivers, Rejected
from watcher.rules.options import option
from watcher.texts.secret import Password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.headerregistry import Address
    from ssl import SSLContext

    from watcher.adapters.channels.mail.letter import Letterhead
    from watcher.adapters.channels.mail.smtp import MailServer
    from watcher.adapters.channels.templates.template import Template
    from watcher.adapters.http.client import Http

_MOST: Final = 100
"""Gmail shows the first 102 kB of a message and hides the rest behind a link."""


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
        if not self.host or not self.host.isascii() or not self.host.isprintable() or " " in self.host:
            yield "host", "must be the name or the address of a server, in plain ASCII"
        elif (why := forbidden(self.host)) is not None:
            yield "host", str(why)
        elif self.security is Security.NONE and not is_this_machine(self.host):
            yield "security", "messages leave this machine encrypted only: write starttls or tls"
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
        from watcher.adapters.channels.mail.smtp import MailServer

        return EmailNotifier(
            name=name,
            server=MailServer(
                host=self.host,
                port=self.port or _PORTS[self.security],
                tls=None if self.security is Security.NONE else _tls(self.ca_file),
                at_once=self.security is Security.TLS,
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


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailNotifier:
    """Sends each digest to those of its recipients that have not had it yet, within `timeout`.

    It is accepted once at least one of them has it and none is to be tried again; who refuses for good is
    told of by name. Refused by everybody, the channel is.
    """

    counts: ClassVar[bool] = True
    most: ClassVar[int] = _MOST

    name: str
    server: "MailServer"
    letter: "Letterhead"
    clock: Clock

    def deliver(self, digest: Digest) -> Delivery:
        from watcher.adapters.channels.mail.smtp import Taken, send

        if not digest.events:
            return Accepted(detail="nothing to tell")
        if digest.only is not None and digest.only not in self._recipients:
            return Rejected(why="it is not in `to` any more")
        took: set[str] = set()
        refused: dict[str, int] = {}
        until = self.clock.monotonic() + self.server.timeout.total_seconds()
        for part, recipients in self._parts(digest):
            if (took or refused) and self.clock.monotonic() >= until:
                why = f"{self.server.place} took it for some recipients only"
                return Postponed(why=why, receivers=_receivers(took, refused))
            outcome = send(
                self.server,
                sender=self.letter.sender.addr_spec,
                recipients=recipients,
                content=self.letter.message(part),
                clock=self.clock,
            )
            if isinstance(outcome, Taken):
                refused |= outcome.refused
                took |= set(recipients) - outcome.refused.keys()
            elif isinstance(outcome, Rejected) and not outcome.channel and _had_by_others(digest):
                receivers = Receivers(took=frozenset(took), refused=dict.fromkeys(recipients, outcome.why))
                return Accepted(detail=outcome.why, receivers=receivers)
            else:
                return replace(outcome, receivers=_receivers(took, refused))
        return self._concluded(digest, took, refused)

    def _parts(self, digest: Digest) -> list[tuple[Digest, list[str]]]:
        """What each recipient has not had yet; who lacks the same gets the same mail."""
        if digest.only is not None:
            return [(digest, [digest.only])]
        lacking: dict[tuple[int, ...], list[str]] = {}
        for each in self._recipients:
            places = tuple(
                place
                for place, one in enumerate(digest.events)
                if each not in digest.had.get(one.key, ()) and each not in digest.refused_by.get(one.key, ())
            )
            if places:
                lacking.setdefault(places, []).append(each)
        return [
            (_part(digest, [digest.events[place] for place in places]), recipients)
            for places, recipients in lacking.items()
        ]

    def _concluded(self, digest: Digest, took: set[str], refused: Mapping[str, int]) -> Delivery:
        codes = sorted(set(refused.values()))
        asked = [digest.only] if digest.only is not None else self._recipients
        said = f"{self.server.place} took it for {counted(len(asked), 'recipient')}"
        if codes:
            said = (
                f"{self.server.place} took it for {len(asked) - len(refused)} of "
                f"{counted(len(asked), 'recipient')} and answered {', '.join(map(str, codes))} "
                f"for {len(refused)}"
            )
        whole = not refused and not digest.had and not digest.refused_by
        receivers = Receivers() if whole else _receivers(took, refused)
        if receivers.put_off:
            return Postponed(why=said, receivers=receivers)
        nobody = not took and any(not digest.had.get(one.key) for one in digest.events)
        if receivers.refused and nobody:
            if digest.only is not None:
                return Rejected(why=said)
            return Rejected(why=f"{said}: look at `to`", channel=True)
        return Accepted(detail=said, receivers=receivers)

    @property
    def _recipients(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.addr_spec for each in self.letter.to))


def _had_by_others(digest: Digest) -> bool:
    """Of several events it is not known which one is refused; they are sent by halves."""
    match digest.events:
        case [one]:
            return bool(digest.had.get(one.key))
        case _:
            return False


def _receivers(took: set[str], refused: Mapping[str, int]) -> Receivers:
    from watcher.adapters.channels.mail.smtp import for_good

    return Receivers(
        took=frozenset(took),
        refused={each: f"answered {code}" for each, code in refused.items() if for_good(code)},
        put_off={each: f"answered {code}" for each, code in refused.items() if not for_good(code)},
    )


def _part(digest: Digest, events: Sequence[Event]) -> Digest:
    """A part of it is another mail, so it has another id: the same one must always be the same mail."""
    if len(events) == len(digest.events):
        return digest
    keys = hashlib.sha256("\n".join(event.key for event in events).encode("utf-8", "replace")).hexdigest()
    return replace(digest, id=f"{digest.id}:{keys[:8]}", events=tuple(events))


def _address(text: str) -> "Address":
    from email.policy import SMTP

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

    from watcher.adapters.http.proxies import Unusable
    from watcher.adapters.http.trust import context_of_file, system_trust, trust_in

    if ca_file is None:
        try:
            return trust_in(os.environ).context
        except Unusable:
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
