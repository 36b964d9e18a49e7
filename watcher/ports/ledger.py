"""The durable memory: changed facts, notices, intents, outcomes, overrides, turns."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from watcher.decide.gate import GateFacts
from watcher.decide.measures import LedgerCounts
from watcher.facts.accounts import Account, AccountId, LeasePeriod, Listed, ProjectId
from watcher.memory.belonging import not_ours
from watcher.memory.remembered import FleetMemory, Held, Known, ProjectMemory, TurnRecord
from watcher.memory.writes import Bound, Concluded, DocketKept, Word, Write
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.events import ALL_KINDS, EventKind
from watcher.messages.outbox import QueuedMessage, Undelivered
from watcher.messages.problems import Problem
from watcher.record.fates import Fates
from watcher.record.intents import CONCLUSIONS, Intent
from watcher.record.notices import Notice
from watcher.record.outcomes import Outcome
from watcher.record.overrides import OverrideKind
from watcher.record.past_releases import PastRelease
from watcher.record.reasons import Reason
from watcher.record.restored import Lost

PART: Final = 2000
"""So many waiting messages are held at once: some 20 MB, and a digest that can still be read."""


class LedgerUnusable(Exception):
    """The ledger must not be used: it is newer, damaged, or of another organisation or base URL."""


class LedgerUnavailable(Exception):
    """The ledger cannot be read or written now (locked, disk full, gone): nothing is half-written in it."""


class LostInRelease(Exception):
    """The ledger was lost while a DELETE had been sent and its end was not written: the text says of what.

    A turn of another process, or the next one here, reads back what the ledger still holds of it.
    """


class LockLost(LedgerUnavailable):
    """Another watcher acts on this ledger, or nobody took the lock here: whoever meets this must not act."""

    def __init__(self, by: Held | None) -> None:
        self.by = by
        super().__init__(f"Another watcher holds the ledger: {by}." if by else "Nobody holds the ledger.")


HISTORY_KINDS: Final = (
    "lease.new",
    "lease.renewed",
    "renewal.moved",
    "renewal.paid",
    "account.gone",
    "account.returned",
    "handle.changed",
    "project.changed",
    "price.changed",
    "release.announced",
    "release.withdrawn",
    "release.intended",
    *(f"release.{ending}" for ending in CONCLUSIONS),
    "message.accepted",
    "message.given_up",
    "message.dropped",
    "message.stale",
    "turn.ended",
    *OverrideKind,
)
"""Every `what` of a history; people's words by their own names."""

_HAPPENED_AS: Final = {EventKind.RELEASE_DONE: "release.released"}
SAME_KIND: Final[Mapping[str, str]] = {told.value: what for told, what in _HAPPENED_AS.items()}
"""What messages call by another name than a history: there it stands once, however many were told."""

TOLD_KINDS: Final = tuple(
    sorted(ALL_KINDS - frozenset(HISTORY_KINDS) - {EventKind.NOTIFIER_TEST} - _HAPPENED_AS.keys())
)
"""What a history has only as messages that told of it: by the names that messages show."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldTo:
    """That a notifier accepted a message."""

    notifier: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Grounds:
    """Why a release was begun. `policy`: which governed the account; `because`: what the API was told, with
    the evidence of that moment; `asked_by`: whose word it was, where a person asked for it; `halt_over`: what
    had halted it, and was over.
    """

    policy: str
    because: str
    asked_by: str | None = None
    halt_over: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """One thing that happened to an account or the fleet, for people and for machines.

    `what` is one of `HISTORY_KINDS`; `event`: of a message, what it told; `paid`: the renewal, of which it
    says that it was paid; `approved_by` and `docket`: of a release, or an approval, by whom and as what it
    was let past the limits; `grounds`: of a release, its begin and its end alike.
    """

    at: datetime
    what: str
    text: str
    account: AccountId | None = None
    handle: str | None = None
    project: ProjectId | None = None
    turn: str | None = None
    cents: int | None = None
    event: EventKind | None = None
    told: ToldTo | None = None
    paid: Outcome | None = None
    approved_by: str | None = None
    docket: str | None = None
    grounds: Grounds | None = None


class LedgerReader(Protocol):
    """What an audit and a dry run may do with the ledger: look."""

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        ...

    def bound_to(self) -> tuple[str, str] | None:
        """The (organisation, base URL) it serves; None for a new one."""
        ...

    def part(self) -> str | None:
        """The part of the fleet that it knows, such as 2/4; None where no turn of this version bound it."""
        ...

    def lost(self) -> Lost | None:
        """What shows that turns were taken here, or words were said, that it does not or may not remember.

        None proves nothing: not every place of a ledger can tell.
        """
        ...

    def fleet(self, now: datetime) -> FleetMemory: ...

    def last_word(self) -> int:
        """The number of the last word that was said to it, 0 before the first: it changes with each.

        Costs next to nothing, so that whoever acts may ask often.
        """
        ...

    def project(self, project: ProjectId) -> ProjectMemory: ...

    def projects(self, projects: Collection[ProjectId]) -> Mapping[ProjectId, ProjectMemory]:
        """The same of several at once, of one instant, for less than each by itself costs."""
        ...

    def find(self, reference: str) -> Sequence[Known]:
        """Accounts by id or `@handle` (case folded), as each project that lists one knows it.

        Several where the handle is ambiguous, or two projects list the account.
        """
        ...

    def doubles(self) -> Mapping[AccountId, frozenset[ProjectId]]:
        """Accounts that several projects listed at their last good readings, with these projects."""
        ...

    def listings(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Sequence[Listed]]:
        """Every project that lists some of these accounts, or did."""
        ...

    def known(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Sequence[Known]]:
        """What each project that lists some of these accounts, or did, knows of them."""
        ...

    def leased(self, project: ProjectId | None = None, *, ever: bool = False) -> Iterator[Account]:
        """Accounts not known to be gone, as each project, or one, lists them; the next renewal first.

        `ever`: those that are gone as well, as they were last.
        """
        ...

    def renewals_since(self) -> Mapping[AccountId, datetime]:
        """When each account was first seen to renew when it does now: at first sight, renewed or moved.

        As far back as changed facts are kept: of one whose renewal has stood for longer, nothing.
        """
        ...

    def fates(self, accounts: Collection[AccountId]) -> Fates:
        """What became of the leases of some of these accounts; nothing of those it never saw."""
        ...

    def inhabited(self) -> Sequence[ProjectId]:
        """Projects with accounts that are not known to be gone, understood or not."""
        ...

    def history(
        self,
        account: AccountId | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[HistoryLine]:
        """What happened, oldest first: from `since` on, and before `until`."""
        ...

    def past_releases(self, before: datetime) -> Iterator[PastRelease]:
        """Our releases before then, the oldest first, with the leases that may be of the same accounts; also
        those that did not last.
        """
        ...

    def renewals_paid(self, since: datetime, until: datetime) -> Iterator[Outcome]:
        """Renewals from `since` on, and before `until`, that were paid without evidence of use, the oldest
        first.
        """
        ...

    def docket(self, docket_id: str) -> DocketKept | None:
        """A docket that was halted, or was to be, by its short id: as it was last judged."""
        ...

    def dockets(self, now: datetime) -> Mapping[str, DocketKept]:
        """The dockets with a renewal that is still to come, by their short ids."""
        ...

    def announced(self, now: datetime) -> Mapping[LeasePeriod, Notice]:
        """The latest notice of each renewal that is still to come, but for those that are void."""
        ...

    def turns(self, now: datetime, *, most: int = 2) -> Sequence[TurnRecord]:
        """The last turns, the latest first, whatever their kind and however they ended."""
        ...

    def holder(self, now: datetime) -> Held | None:
        """Who may act on it now; None: nobody has the writer's lock."""
        ...

    def problems(self) -> Mapping[str, Problem]:
        """The standing problems, by id."""
        ...

    def undelivered(self) -> Sequence[Undelivered]:
        """Messages that wait for delivery or were given up, oldest first."""
        ...

    def counts(self) -> LedgerCounts:
        """What it holds, in figures for metrics."""
        ...

    def close(self) -> None: ...


class LedgerWords(LedgerReader, Protocol):
    """What a person's command may do: append a word. Needs no turn and no lease."""

    def prove_writable(self) -> None:
        """Write durably, and leave nothing. Raises `LedgerUnavailable` or `LedgerUnusable`."""
        ...

    def apply(self, writes: Sequence[Word]) -> None:
        """Append these words, all or none, durably."""
        ...

    def say(self, about: Collection[AccountId], words: Callable[[Fates], Sequence[Word]]) -> Fates:
        """Append what `words` makes of what became of these accounts, and answer that.

        It is asked in the transaction that writes, and so is the gate of a release: whichever comes first,
        the other one knows of it.

            ledger.say([account.id], lambda fates: [hold] if may_be_held(fates) else [])
        """
        ...

    def retry_messages(self, messages: Collection[int], *, at: datetime) -> int:
        """Let undelivered messages wait as if they were new; answers how many there were."""
        ...

    def drop_messages(self, messages: Collection[int], *, by: str, why: str, at: datetime) -> int:
        """Never deliver these; answers how many there were."""
        ...


class Ledger(LedgerWords, Protocol):
    """What a turn may do. Every method is one durable transaction; what returned outlives a kill.

    Nearly everything is written by `apply`. What has a method of its own must be asked and answered in one
    breath: may this be released, who sends this message, who acts at all.

        if ledger.take_lock(now) is None:
            ledger.apply((Bound(...), TurnBegun(turn=record)))
            answer = ledger.write_intent(intent, guard)

    Only the holder of the writer's lock writes: every method that leads to something happening raises
    `LockLost` for anybody else. What has happened already is written by whoever did it (`conclude`,
    `end_delivery`), and what people say by whoever heard it.
    """

    def take_lock(self, now: datetime) -> Held | None:
        """Become, or stay, the one watcher that acts on this ledger; answers who is if we cannot.

        The lock ends when it is closed, when its holder was silent for a term, or when its process is
        known to be dead.
        """
        ...

    def keep_lock(self, now: datetime) -> bool:
        """Say that we are alive, where that is due; False if we do not hold the lock.

        Costs nothing most of the time.
        """
        ...

    def apply(self, writes: Sequence[Write]) -> None:
        """Write all of these in their order, in one transaction, or none of them.

        What is not a `Word` needs the writer's lock. Facts alone (`lasting` says which writes are more)
        may be lost to a power cut until the next other write returned; a kill loses nothing.
        Raises `LedgerUnusable` for a ledger that is `Bound` to another organisation, base URL or shard.
        """
        ...

    def write_intent(self, intent: Intent, guard: Callable[[GateFacts], Reason | None]) -> Intent | Reason:
        """Write an intent unless `guard` objects to what this same transaction reads.

        Answers the intent with its id, or the objection. Two processes never both write an unresolved
        intent for one account, whatever their guards say: the second gets `Reason.UNRESOLVED`. Who does
        not hold the writer's lock gets `Reason.LOCK_LOST`.
        """
        ...

    def conclude(self, concluded: Concluded) -> None:
        """End an unresolved intent. A concluded one is left as it is.

        One that the ledger has lost, because another server took over, is written again, whole.
        """
        ...

    def waiting(
        self, notifier: str, kinds: Collection[EventKind] = ALL_KINDS, *, most: int = PART
    ) -> Iterator[Sequence[QueuedMessage]]:
        """Messages not yet accepted, given up or put aside, some at a time: however many wait, few are held.

        Each part has the oldest `most` messages of these kinds that no earlier part had, and with them
        whatever else waits on their topics, of any kind, oldest first: so a part is enough to tell which of
        its messages are still true. Each is read when it is asked for; between two of them anything may be
        written.
        """
        ...

    def channels(self, notifiers: Collection[str], now: datetime | None) -> Mapping[str, Channel]:
        """How each of these has been doing. None: nobody knows how late it is, and nothing is out of date."""
        ...

    def begin_delivery(
        self, messages: Iterable[int], *, at: datetime, lost_since: datetime
    ) -> frozenset[int]:
        """Mark waiting messages as being sent; answers which of them are this caller's to send.

        Those that another process began to send are its own, unless it began before `lost_since`, or as
        far in the future.
        """
        ...

    def end_delivery(self, note: DeliveryNote, channel: Channel, *, at: datetime) -> None:
        """Note how the delivery of messages that this caller began has ended, and how the channel does."""
        ...

    def overdue(self, notifiers: Collection[str], *, sending: Collection[int] = ()) -> int:
        """Messages that were tried in vain, that wait for nobody there is, or that were given up on; and
        those that somebody began to send who may be dead, unless the caller is `sending` them itself.
        """
        ...


def require_ours(ledger: LedgerReader, asked: Bound) -> None:
    """Raise `LedgerUnusable` for the ledger of another organisation, base URL or part of the fleet."""
    if why := not_ours(ledger.place, ledger.bound_to(), ledger.part(), asked):
        raise LedgerUnusable(why)
