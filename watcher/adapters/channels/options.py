"""What every notifier can be told: which events, when, and how often; and how its kind is opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from watcher.messages.events import Severity
from watcher.ports.clock import Clock
from watcher.ports.notifier import Notifier
from watcher.rules.option import option
from watcher.texts.hours import Hours

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http


@dataclass(frozen=True, kw_only=True, slots=True)
class NotifierOptions:
    """The options that all kinds share. A kind adds its own, says whether it counts, and how it is opened."""

    kind: ClassVar[str]
    counts: ClassVar[bool]
    """Whether a person will see what it accepted: only then is its acceptance a receipt."""

    events: tuple[str, ...] = option(
        ("*",), "Events it is told, as globs: `release.*`; `problem.*` stands for all that is wrong."
    )
    min_severity: Severity = option(Severity.INFO, "Nothing milder is told.")
    min_cents: int = option(
        0, "Nothing about less money is told, in cents; events without money are.", minimum=0
    )
    projects: tuple[str, ...] = option((), "Only these projects, by name; empty: all, and what is of none.")
    owners: tuple[str, ...] = option(
        (), "Only projects of these owners, as their `owner` is written; empty: all, and what is of none."
    )
    policies: tuple[str, ...] = option((), "Of accounts, only those under these policies; empty: all.")
    escalation: bool = option(
        False, "Told only what the last warning left open: accounts not in use that nobody holds."
    )
    repeat: timedelta | None = option(
        None,
        "Announcements and standing problems are told again this often until `lease-watcher ack WHAT`.",
        minimum=timedelta(minutes=15),
    )
    quiet: tuple[Hours, ...] = option(
        (), "Nothing is delivered then, in `timezone`: `22:00-07:00`, `sat-sun`, `fri 18:00-24:00`."
    )
    wake_for: Severity = option(
        Severity.CRITICAL, "What is at least this severe is delivered at quiet hours too."
    )
    max_per_hour: int | None = option(
        None, "So many messages an hour; more wait and come as one. Critical ones do not wait.", minimum=1
    )

    def require_usable(self) -> None:
        """Raise ValueError, in a sentence without secrets, for options that can never work.

        `lease-watcher check` asks it, so it may read files and connects to nothing.
        """

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What can never work, each with its key; a kind that can name none writes `require_usable`."""
        try:
            self.require_usable()
        except ValueError as error:
            yield "", str(error)

    def open(self, name: str, http: "Http", clock: Clock) -> Notifier:
        """The notifier of `[notifiers.NAME]`, of options without mistakes. It connects to nothing yet."""
        raise NotImplementedError(f"the kind {self.kind} cannot be opened")


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkOptions(NotifierOptions):
    """And for kinds that speak over the network."""

    timeout: timedelta = option(
        timedelta(seconds=10),
        "How long one delivery may take.",
        minimum=timedelta(seconds=1),
        maximum=timedelta(minutes=1),
    )
