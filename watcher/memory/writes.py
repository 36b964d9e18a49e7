"""What a turn, or a person, wants remembered: values that a ledger applies, several at once, in their order.

Deciding makes such values and writes nothing; `Ledger.apply` takes all of them in one durable transaction, or
none. Not among them is what must be asked and answered in one breath: the intent of a release with its gate,
its conclusion (`Concluded`), the writer's lock and the claims on the outbox, and which words people may still
say of an account (`LedgerWords.say`). Those are methods of the ledger.

    ledger.apply((TurnBegun(turn=record),))
    ledger.apply((Queued(messages=told, at=now, problems=standing, over=ended), DocketKept(...)))

`Word` is what people say: anybody may append it. `TurnWrite` is for the one watcher that holds the lock.
"""

from dataclasses import dataclass
from datetime import datetime

from watcher.brakes.kept_halts import KeptHalt
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.memory.remembered import Known, KnownRules, TurnRecord
from watcher.messages.outbox import Message, Stale
from watcher.messages.problems import Problem
from watcher.record.intents import Conclusion, Intent
from watcher.record.notices import Notice, Void
from watcher.record.outcomes import Outcome
from watcher.record.overrides import Override
from watcher.rules.shards import WHOLE, Shard


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A word of a person, or of the watcher about itself, with the messages that tell of it."""

    override: Override
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class BegunAnew:
    """The ledger was restored from a copy, or lost memory: every notice in it is void from now on.

    Until then noted memories, which it may lack, are forgotten.
    """

    restored: Override
    pause: Override
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """A new ledger serves this organisation at this base URL, and of its fleet this part, from now on.

    Where it serves another already, nothing is written and `LedgerUnusable` is raised.
    """

    organization: str
    base_url: str
    shard: Shard = WHOLE


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnBegun:
    """A turn is under way. What it observes, announces and releases refers to it, so it comes first."""

    turn: TurnRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnEnded:
    """How a turn ended; a watermark of None leaves the one before it."""

    turn: TurnRecord
    watermark: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadRecord:
    """What one good reading of one project changes.

    `known` holds only accounts whose facts changed. `strange` has no default: it takes the place of what
    the reading before listed so, and who forgot to say it would make the ledger forget.
    """

    project: ProjectId
    turn: str
    at: datetime
    strange: frozenset[str]
    """Ids that are listed and not understood, or not believed."""
    noted_at: datetime | None = None
    """No later than it truly is, for what is remembered (ADR 23); None: `at` is."""
    shown: bool = False
    blank: bool | None = None
    """Whether the evidence shows nothing at all any more, although it once did; None: not looked at."""
    rules: KnownRules | None = None
    """By which rules it was read; None: what is remembered of that stays."""
    known: tuple[Known, ...] = ()
    voided: tuple[tuple[str, Void], ...] = ()
    """(key of the notice, why)."""
    outcomes: tuple[Outcome, ...] = ()
    """A release among them is one that seemed to have had no effect: its attempt ends anew, as released."""
    undone: tuple[LeasePeriod, ...] = ()
    """Their release saved nothing after all: the account is leased again."""
    messages: tuple[Message, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Standing ones, begun or told again."""
    over: tuple[str, ...] = ()
    """Ids of problems that stand no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnreadRecord:
    """A project that could not be read. What is known of its accounts stays as it is."""

    project: ProjectId
    at: datetime
    unreadable_since: datetime
    noted_at: datetime | None = None
    """No later than it truly is, for what is remembered (ADR 23); None: `at` is."""
    missing: bool = False
    """There is no such project: it lists nothing."""
    partly: frozenset[str] = frozenset()
    """Ids that it listed before its list broke off, of those it is not known to list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GoneRecord:
    """A project that is no more, as a person accepted: it lists nothing, and nobody lives in it."""

    project: ProjectId
    turn: str
    at: datetime
    known: tuple[Known, ...]
    """Its accounts, gone with it."""
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What became, after its reading, of accounts of a project that this turn read: no reading is touched."""

    project: ProjectId
    turn: str
    at: datetime
    known: tuple[Known, ...] = ()
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """What is from before then is dropped: observations of changed facts, messages that ended about lease
    periods that are over, and turns that nothing kept refers to, but for the beginning. All else stays.
    """

    before: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Announced:
    """Notices, with the messages that carry them. A notice whose key is known stays as it is."""

    notices: tuple[Notice, ...]
    messages: tuple[Message, ...]
    turn: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DocketKept:
    """What a docket held that was halted, or is going to be, so that `approve` can name it."""

    docket: str
    """Its short id."""
    periods: tuple[LeasePeriod, ...]
    at: datetime
    """When it was judged; of several times the last one counts."""
    halts: tuple[KeptHalt, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """Messages, with the standing problems they tell of; `over`: ids of those that stand no more.

    A message already queued for its notifier under the same key is kept as it is.
    """

    messages: tuple[Message, ...] = ()
    at: datetime
    problems: tuple[Problem, ...] = ()
    over: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.messages or self.problems or self.over)


@dataclass(frozen=True, kw_only=True, slots=True)
class PutAside:
    """Waiting messages, by number, that are not delivered: they are no longer true."""

    stale: tuple[tuple[int, Stale], ...]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Concluded:
    """How the release of an unresolved intent ended, for `Ledger.conclude`; if released, with its outcome."""

    intent: Intent
    ending: Conclusion
    at: datetime
    detail: str = ""
    request_id: str | None = None
    said_by: str | None = None
    """Who said so, where a person did."""
    outcome: Outcome | None = None
    messages: tuple[Message, ...] = ()


ProjectRecord = ReadRecord | UnreadRecord | GoneRecord | Note
"""What is written of one project. Messages queued already under their key stay."""

Word = Said | BegunAnew
"""What people say: it needs no turn and no lock."""

TurnWrite = (
    Bound | TurnBegun | TurnEnded | ProjectRecord | Forgotten | Announced | DocketKept | Queued | PutAside
)
"""What only the holder of the writer's lock may write."""

Write = Word | TurnWrite


def lasting(write: Write) -> bool:
    """Whether it must be on the disk when it is applied, and not only in the system's memory.

    Facts alone need not wait for the disk, project by project: the first intent, message or end of turn
    after them takes them along, and a turn that lost its power before that is taken again from the API.
    """
    match write:
        case ReadRecord():
            told = write.messages or write.problems or write.over or write.undone
            return bool(write.voided or write.outcomes or told)
        case UnreadRecord():
            return False
        case GoneRecord() | Note():
            return bool(write.messages)
        case _:
            return True
