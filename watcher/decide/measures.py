"""What is measured, as values: of turns, of the ledger, of the API. No account has a name here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from watcher.decide.report import Report
from watcher.memory.remembered import TurnKind
from watcher.messages.events import EventKind
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.outcomes import Cause
from watcher.record.reasons import Trouble


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerCounts:
    """What the ledger holds, counted. Money is cents; `released` and `paid` count since it began.

    `paid` are renewals without evidence of use, each (how many, cents). `waiting` and `dead` are messages
    by notifier; `last_good_at` is the end of the last full turn that was completed, whoever took it.
    """

    last_good_at: datetime | None = None
    released: int = 0
    released_cents: int = 0
    paid: Mapping[Cause, tuple[int, int]] = field(default_factory=dict)
    unresolved: int = 0
    waiting: Mapping[str, int] = field(default_factory=dict)
    dead: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[EventKind, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """Requests to the API by (class, status or trouble); by class, places left and their limit."""

    requests: Mapping[tuple[str, str], int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What turns of this process came to. `fleet` is the last full report that saw the fleet."""

    turns: Mapping[tuple[TurnKind, Exit], int] = field(default_factory=dict)
    attempts: Mapping[Ending, int] = field(default_factory=dict)
    last: Report | None = None
    fleet: Report | None = None
    code: Exit | None = None
    took: timedelta | None = None

    def noted(self, report: Report, code: Exit, took: timedelta) -> "Tally":
        attempts = dict(self.attempts)
        for attempt in report.attempts:
            attempts[attempt.ended] = attempts.get(attempt.ended, 0) + 1
        whole = report.kind is TurnKind.FULL and good(report)
        return replace(
            self._with(report.kind, code),
            attempts=attempts,
            last=report,
            fleet=report if whole else self.fleet,
            took=took,
        )

    def failed(self, kind: TurnKind, code: Exit = Exit.UNEXPECTED) -> "Tally":
        """A turn that ended in a defect or without its ledger, and has no report."""
        return self._with(kind, code)

    def _with(self, kind: TurnKind, code: Exit) -> "Tally":
        turns = {**self.turns, (kind, code): self.turns.get((kind, code), 0) + 1}
        return replace(self, turns=turns, code=code)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measures:
    """Everything a metric may show, at one moment."""

    tally: Tally = Tally()
    counts: LedgerCounts = LedgerCounts()
    traffic: Traffic = Traffic()
    next_opening: datetime | None = None
    ready: bool | None = None
    """None where nothing waits to be asked, as in a one-shot run."""


def good(report: Report) -> bool:
    """Whether the turn did what a turn is for, whatever it found: the fleet was read, to the end."""
    read = report.trouble in (None, Trouble.KEY_LACKS_SCOPE)
    return read and report.totals.projects > 0 and not report.stopped
