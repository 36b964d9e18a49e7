"""What a turn did and saw, as one value: every table, JSON document, exit code and metric reads this."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Final

from watcher.brakes import Halt, Halts
from watcher.brakes.docket import Docket
from watcher.decide.figures import figures
from watcher.facts.accounts import Account, AccountId, LeasePeriod, ProjectId, Quarantined, Unread
from watcher.memory.remembered import TurnKind, TurnRecord
from watcher.messages.events import Event, EventKind
from watcher.messages.matters import Matter
from watcher.messages.unmatched import Unmatched
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.outcomes import Outcome
from watcher.record.planned_pauses import PauseInForce, PlannedPauses
from watcher.record.reasons import Trouble
from watcher.rules.plan import Decision, Mode
from watcher.rules.targets import Labels

AUDIT_SCHEMA: Final = "audit/1"
"""As a document of an audit says what it is: to whoever reads a saved one, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The fleet in figures; money is cents a month.

    `asked` counts accounts whose activity this turn asked for, `doubtful` those it stayed unknown for, or
    whose health did, because something went wrong (a source that never showed a post is silent, not wrong).
    `unknown` are those whose use was asked for in vain, for whatever reason. All of use is as it is today;
    `avoidable_cents` is what a release could save of `unused_cents`, `unused_by_window` counts those in use
    today that will be unused when their window opens, unless they are used.
    """

    projects: int = 0
    accounts: int = 0
    cents: int = 0
    in_use: int = 0
    unused: int = 0
    unused_cents: int = 0
    avoidable_cents: int = 0
    unused_by_window: int = 0
    unused_by_window_cents: int = 0
    unknown: int = 0
    asked: int = 0
    doubtful: int = 0

    @property
    def not_asked(self) -> int:
        """Accounts too far from their renewal for their use to matter yet."""
        return self.accounts - self.asked

    def without(self, decisions: Iterable[Decision]) -> "Totals":
        """These totals less some of the accounts that they hold; their projects stay."""
        less = Totals().with_decisions(decisions)
        counts = {each.name: getattr(self, each.name) - getattr(less, each.name) for each in fields(self)}
        return Totals(**{**counts, "projects": self.projects})

    def with_decisions(self, decisions: Iterable[Decision], quiet: Collection[Account] = ()) -> "Totals":
        """These totals and one more project's. `quiet`: its accounts about which nothing was decided."""
        listed = list(decisions)
        found, doubtful = figures(listed), sum(one.judgement.doubtful for one in listed)
        accounts, cents = len(quiet), sum(account.price_cents for account in quiet)
        return replace(
            self,
            projects=self.projects + 1,
            accounts=self.accounts + found.all.accounts + accounts,
            cents=self.cents + found.all.cents + cents,
            in_use=self.in_use + found.in_use.accounts,
            unused=self.unused + found.unused.accounts,
            unused_cents=self.unused_cents + found.unused.cents,
            avoidable_cents=self.avoidable_cents + found.avoidable.cents,
            unused_by_window=self.unused_by_window + found.unused_by_window.accounts,
            unused_by_window_cents=self.unused_by_window_cents + found.unused_by_window.cents,
            unknown=self.unknown + found.unknown.accounts,
            asked=self.asked + found.all.accounts - found.not_asked.accounts,
            doubtful=self.doubtful + doubtful,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One turn, whole. `acting` False: audit or dry run, where nothing is written, sent or released.

    `decisions` holds the accounts there is something to say about; an audit keeps every one, be it where they
    are read one by one.
    `events` is what was told, or in a dry run would be, but for the warnings of accounts in use: those
    are counted in `warned_in_use`. `unrouted` counts the warnings and worse that no notifier wants.
    """

    turn: str
    kind: TurnKind
    mode: Mode
    acting: bool
    started_at: datetime
    organization: str = ""
    skew: timedelta | None = None
    trouble: Trouble | None = None
    trouble_detail: str = ""
    totals: Totals = Totals()
    last_read: TurnRecord | None = None
    """The last full turn that read the fleet, where this one read none of it."""
    decisions: Collection[Decision] = ()
    project_names: dict[ProjectId, str] = field(default_factory=dict)
    """No two of them alike: see `told_apart`."""
    owners: Mapping[ProjectId, str] = field(default_factory=dict)
    labels: Mapping[ProjectId, Labels] = field(default_factory=dict)
    """Of the projects that have an owner, or labels."""
    quarantined: tuple[Quarantined, ...] = ()
    unread: tuple[Unread, ...] = ()
    docket: Docket = Docket()
    halts: Halts = Halts()
    matters: tuple[Matter, ...] = ()
    """What it leaves to people to decide, what is to be decided first at the top."""
    planned_pauses: PlannedPauses = PlannedPauses()
    """All pauses that are known beforehand, of the configuration and of what people said."""
    paused_then: Mapping[AccountId, PauseInForce] = field(default_factory=dict)
    """Releases to come that one of them will stop until it is too late, however far ahead."""
    lost: Mapping[LeasePeriod, tuple[Halt, ...]] = field(default_factory=dict)
    """Releases to come that brakes stop until it is too late, unless somebody acts, and which brakes."""
    may_release: bool = True
    """False: the API said, when something was to be released, that the key may not, and that stands."""
    attempts: tuple[Attempt, ...] = ()
    events: tuple[Event, ...] = ()
    warned_in_use: int = 0
    warned_in_use_cents: int = 0
    outcomes: tuple[Outcome, ...] = ()
    missed: tuple[LeasePeriod, ...] = ()
    """Releases that were wanted in time and did not happen, by our side."""
    too_late: tuple[LeasePeriod, ...] = ()
    """Releases that a person's change made too late for this renewal."""
    unmatched: tuple[Unmatched, ...] = ()
    """Configured words that no account matched; empty also where the fleet was not read whole."""
    undone: tuple[LeasePeriod, ...] = ()
    """Releases that the API confirmed and that did not last."""
    unresolved: int = 0
    undelivered: int = 0
    unrouted: Mapping[EventKind, int] = field(default_factory=dict)
    stopped: bool = False

    @property
    def read_nothing(self) -> bool:
        """Whether its totals are of nothing: an error is not emptiness."""
        return not self.totals.projects and bool(self.trouble or self.unread or self.stopped)

    @property
    def docket_id(self) -> str:
        """What an approval would name; where nothing is to be approved, the docket that brakes judged."""
        return next((one.docket for one in self.matters if one.docket), self.docket.id)

    @property
    def eventful(self) -> bool:
        """Whether anything happened that had not been told before; what merely still stands is no news."""
        return bool(self.attempts or self.events or self.outcomes or self.warned_in_use)

    @property
    def saved_cents(self) -> int:
        """What the releases of this turn save with the coming renewal."""
        return sum(one.price_cents for one in self.attempts if one.ended is Ending.RELEASED)
