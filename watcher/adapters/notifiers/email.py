"""The notifier for mailboxes: one e-mail a digest, over SMTP."""

from dataclasses import MISSING, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from watcher.adapters.http.urls import is_this_machine
from watcher.adapters.notifiers.options import NetworkOptions
from watcher.domain.events import Event
from watcher.domain.options import option
from watcher.domain.secret import Secret
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.headerregistry import Address
    from ssl import SSLContext

    from watcher.adapters.notifiers.email_message import Letter
    from watcher.adapters.notifiers.smtp import Server, Taken
    from watcher.adapters.notifiers.templates.template import Template

_MOST: Final = 100
"""Gmail shows the first 102 kB of a message and hides the rest behind a link."""
_REMEMBERED: Final = 64


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_PORTS: Final = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailOptions(NetworkOptions):
    """One e-mail a turn, in plain text and HTML, with the renewals as a calendar; accepted by the SMTP server."""

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
    password: Secret | None = option(None, "The password of `username`.", secret=True)
    sender: str = option(MISSING, "Who writes: `watcher@example.com` or `Lease watcher <watcher@example.com>`.")
    to: tuple[str, ...] = option(MISSING, "Who is written to: at least one address.")
    subject_prefix: str = option("", "Begins every subject, such as `[leases]`.")
    subject_template: str | None = option(
        None, "The subject in your own words: a Jinja template of one line; see the page on templates."
    )
    text_template_file: Path | None = option(None, "File with a Jinja template for the plain text part.")


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailNotifier:
    """Sends each digest to all its recipients, within `timeout`; it is accepted once it was taken for all.

    Who got a digest that others did not get does not get it again, as long as the process lives.
    """

    name: str
    server: "Server"
    letter: "Letter"
    clock: Clock
    _served: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def counts(self) -> bool:
        return True

    @property
    def most(self) -> int:
        return _MOST

    def deliver(self, digest: Digest) -> Delivery:
        from watcher.adapters.notifiers.smtp import Taken, send

        if not digest.events:
            return Accepted(detail="nothing to tell")
        served = self._served.get(digest.id, frozenset())
        outcome = send(
            self.server,
            sender=self.letter.sender.addr_spec,
            recipients=[one for one in self._recipients if one not in served],
            content=self.letter.message(digest),
            clock=self.clock,
        )
        return self._taken(digest, outcome) if isinstance(outcome, Taken) else outcome
