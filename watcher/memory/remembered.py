"""What the ledger remembers, as values: read before judging, written after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from watcher.brakes.docket import Entry
from watcher.facts.accounts import Account, AccountId, LeasePeriod, ProjectId
from watcher.facts.activity import Seen, Use
from watcher.messages.meanwhile import Meanwhile
from watcher.messages.problems import Problem
from watcher.record.intents import GivenBack, Intent
from watcher.record.lateness import Since
from watcher.record.notices import Notice
from watcher.record.outcomes import Explanation
from watcher.record.overrides import Overrides
from watcher.record.reasons import Reason, Trouble
from watcher.rules.judge import Usage
from watcher.rules.plan import Mode

_LISTED_WITHIN = timedelta(hours=1)
"""So long after its begin at most a lease is in its project's list: lists lag by seconds."""
_GONE_FOR = timedelta(days=1)
"""What a list leaves out for less was in no other project: by so much use may be missed at most."""


class TurnKind(StrEnum):
    FULL = "full"
    FOCUSED = "focused"


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnRecord:
    """One turn in the ledger. `completed`: it reached its end and read at least one project.

    `exit_code` is what a one-shot run of it returns; `ended_at` None: still running, or killed.
    """

    id: str
    kind: TurnKind
    mode: Mode
    started_at: datetime
    unbroken_since: datetime
    ended_at: datetime | None = None
    completed: bool = False
    exit_code: int | None = None
    summary: Mapping[str, int] = field(default_factory=dict)


CLOCK_OFF: Final = "clock_off"
"""In the summary of a turn whose clock is known to be wrong: by how many seconds, one way or the other. It
makes no ledger old, and as the last turn it counts from the earliest moment that it can have been."""

CLOCK_UNPROVED: Final = "clock_unproved"
"""In the summary of a turn of which nobody said how late it was: 1. It makes no ledger old either."""


HALTED: Final = "halted."
"""In the summary of a turn, before the name of each brake that was on: 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """Who holds the ledger's writer's lock."""

    host: str
    pid: int
    since: datetime

    def __str__(self) -> str:
        return f"{self.host}, process {self.pid}, since {self.since:%Y-%m-%d %H:%M} UTC"


GIVEN_UP: Final = frozenset({Reason.REFUSED_BEFORE, Reason.ATTEMPTS_SPENT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The last facts of one account. `used` is the latest use ever evidenced: it never goes backwards.

    `usage_at_opening`: what its use amounted to when it was last known, as the verdict rests on it: what is
    true today needs no memory (ADR 46).
    `turned_idle_at`: when it last turned from in use to unused, by its evidence and not by when that was
    looked at; None if it did not. `unshown_since`: when the evidence first no longer showed the use that is
    remembered, None while it shows it (ADR 0004).
    `reason`, `decided_at`: the last decision of this lease period that says why (too late does not).
    `missed_at`: when it was told that the release of this lease period can no longer be, missed or not.
    `explanation`: more than `reason` says: who or what keeps it, or what halts its release, now or when it
    comes, with its figures; from `missed_at` on, what was told of it.
    `gone_at`: when it was first not listed any more.
    """

    account: Account
    first_seen_at: datetime
    used: Seen | None = None
    usage_at_opening: Usage = Usage.UNKNOWN
    turned_idle_at: datetime | None = None
    unshown_since: datetime | None = None
    reason: Reason | None = None
    decided_at: datetime | None = None
    missed_at: datetime | None = None
    explanation: Explanation | None = None
    gone_at: datetime | None = None

    def is_given_up(self, overrides: Overrides) -> bool:
        """Whether its release was refused, or had no effect twice, and nobody has allowed another since."""
        if self.reason not in GIVEN_UP:
            return False
        return self.decided_at is None or not overrides.allows_again(self.account.id, self.decided_at)

    def is_leased_for(self, period: LeasePeriod) -> bool:
        """Whether it is listed, and still until this very renewal."""
        return self.gone_at is None and self.account.period == period

    def used_within(self, lease: Account) -> Seen | None:
        """The use remembered, if it is of this lease or may be: a lease said to begin anew undoes none."""
        if self.used is None or lease.is_same_lease(self.account):
            return self.used
        return self.used if self.used.at >= lease.assigned_at.replace(microsecond=0) else None


def known_of(period: LeasePeriod, known: Mapping[AccountId, Iterable[Known]]) -> Known | None:
    """What is known of the very lease that a notice is of; None where it is none any more."""
    return next((one for one in known.get(period.account, ()) if one.is_leased_for(period)), None)


def latest_use(lease: Account, known: Iterable[Known]) -> Seen | None:
    """The latest use within a lease that any of these know of."""
    uses = (one.used_within(lease) for one in known)
    return max((use for use in uses if use is not None), key=lambda use: use.at, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRules:
    """By which rules a project was last read. `policies`: since when releases are wanted by each, by its
    fingerprint; in observe mode, or where the project is not enrolled, by none.
    """

    mode: Mode
    enrolled: bool
    policies: Mapping[str, Since] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Barred:
    """Why the key could read nothing, and since when."""

    trouble: Trouble
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectMemory:
    """What is remembered of one project and its lease periods. The empty value is a first meeting."""

    read_at: datetime | None = None
    unreadable_since: datetime | None = None
    barred: Barred | None = None
    """What was wrong with the key since then, where that is why: a turn finds it among standing problems."""
    missing_since: datetime | None = None
    """The API says since then that there is no such project."""
    blank_since: datetime | None = None
    """When its evidence first showed nothing at all any more, although it once did."""
    rules: KnownRules | None = None
    """None in a ledger of a version that did not note them."""
    known: Mapping[AccountId, Known] = field(default_factory=dict)
    notices: Mapping[LeasePeriod, Notice] = field(default_factory=dict)
    """The latest notice of each lease period."""
    told: Mapping[LeasePeriod, frozenset[timedelta]] = field(default_factory=dict)
    not_done: Mapping[LeasePeriod, int] = field(default_factory=dict)
    not_done_at: Mapping[LeasePeriod, datetime] = field(default_factory=dict)
    """From when on a person's word is one on the last of those (`proved_at`)."""
    released: frozenset[LeasePeriod] = frozenset()
    refused: Mapping[AccountId, datetime] = field(default_factory=dict)
    """When the API last refused to release the account."""
    unresolved: frozenset[AccountId] = frozenset()
    given_back: Mapping[AccountId, GivenBack] = field(default_factory=dict)
    """Confirmed releases of accounts that the project knows, whichever project they were read in."""
    known_elsewhere: Mapping[AccountId, tuple[Known, ...]] = field(default_factory=dict)
    """What other projects know of accounts that this one lists: use counts wherever it was seen."""
    out_of_sight: frozenset[AccountId] = frozenset()
    """Those of them that only projects know which nobody reads any more."""

    def use_of(self, account: Account) -> Seen | None:
        """The latest use remembered within a lease, whichever project listed the account then."""
        here = self.known.get(account.id)
        elsewhere = self.known_elsewhere.get(account.id, ())
        if not elsewhere:
            return None if here is None else here.used_within(account)
        return latest_use(account, elsewhere if here is None else (here, *elsewhere))

    def standing_use(self, account: Account, now: datetime) -> Seen | None:
        """What its use is judged by: the latest that is remembered (`use_of`). An account that came from
        where nobody reads counts as used when it came: until then nobody can have seen its use (ADR 91).
        """
        return Seen(at=now, what=Use.FIRST_LISTED) if self._came(account, now) else self.use_of(account)

    def _came(self, account: Account, now: datetime) -> bool:
        """Whether a lease is listed that was not for a day or more, nor in another project that is read.

        What began since the last reading is a new lease; within a day, where that reading is older.
        """
        if self.read_at is None or (
            self.known_elsewhere.get(account.id) and account.id not in self.out_of_sight
        ):
            return False
        if account.assigned_at >= max(self.read_at, now - _GONE_FOR) - _LISTED_WITHIN:
            return False
        here = self.known.get(account.id)
        return here is None or (here.gone_at is not None and now - here.gone_at >= _GONE_FOR)

    @property
    def leased(self) -> frozenset[AccountId]:
        """The accounts that are not known to be gone."""
        return frozenset(id_ for id_, known in self.known.items() if known.gone_at is None)

    def may_have_landed(self, period: LeasePeriod) -> bool:
        """Whether a DELETE of ours seemed to have had no effect on it: the lists may have lagged."""
        return period in self.not_done and period not in self.released


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetMemory:
    """What is remembered of everything, small enough to hold at once.

    `ledger_since`: start of the first completed full turn. `last_turn`: the last completed full turn.
    `last_proved`: the last of those whose clock was proved: from it gaps are measured.
    `doubtful`: completed full turns since then, whose clocks were not.
    `failing_since`: the first full turn since then that ended without completing, such as without the API.
    `watermark`: what vanished or turned idle after it still counts (ADR 0004).
    `moved`: accounts that more than one project knows.
    `unshown`: accounts whose evidence no longer shows the use remembered: they are asked about at every turn.
    `shown`: projects in which a post was ever seen. `problems`: the standing ones, by id.
    `done`: our releases of the last 24 h.
    """

    ledger_since: datetime | None = None
    last_turn: TurnRecord | None = None
    last_proved: TurnRecord | None = None
    doubtful: tuple[TurnRecord, ...] = ()
    failing_since: datetime | None = None
    watermark: datetime | None = None
    shown: frozenset[ProjectId] = frozenset()
    unshown: frozenset[AccountId] = frozenset()
    moved: frozenset[AccountId] = frozenset()
    overrides: Overrides = Overrides()
    problems: Mapping[str, Problem] = field(default_factory=dict)
    done: tuple[Entry, ...] = ()
    unresolved: tuple[Intent, ...] = ()

    def meanwhile(self, now: datetime) -> Meanwhile:
        """What messages that waited may not know of."""
        return Meanwhile(
            now=now,
            said=self.overrides,
            released={entry.period: entry.done_at or now for entry in self.done},
            releasing={intent.account.period: intent.written_at for intent in self.unresolved},
            halted={id_: frozenset(one.periods) for id_, one in self.problems.items() if one.periods},
        )
