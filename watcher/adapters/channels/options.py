"""What every notifier can be told: which events, when, and how often."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from watcher.messages.events import Severity
from watcher.messages.quiet import Quiet
from watcher.rules.options import option


@dataclass(frozen=True, kw_only=True, slots=True)
class NotifierOptions:
    """The options that all kinds share. A kind adds its own, and says whether its acceptance counts."""

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
    policies: tuple[str, ...] = option((), "Of accounts, only those under these policies; empty: all.")
    escalation: bool = option(
        False, "Told only what the last warning left open: accounts not in use that nobody holds."
    )
    repeat: timedelta | None = option(
        None,
        "Announcements and standing problems are told again this often until `lease-watcher ack WHAT`.",
        minimum=timedelta(minutes=15),
    )
    quiet: tuple[Quiet, ...] = option(
        (), "Nothing is delivered then, in `timezone`: `22:00-07:00`, `sat-sun`, `fri 18:00-24:00`."
    )
    wake_for: Severity = option(
        Severity.CRITICAL, "What is at least this severe is delivered at quiet hours too."
    )
    max_per_hour: int | None = option(
        None, "So many messages an hour; more wait and come as one. Critical ones do not wait.", minimum=1
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkOptions(NotifierOptions):
    """And for kinds that speak over the network."""

    timeout: timedelta = option(
        timedelta(seconds=10),
        "How long one delivery may take.",
        minimum=timedelta(seconds=1),
        maximum=timedelta(minutes=1),
    )
