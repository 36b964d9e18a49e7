"""Everything that a ledger in memory remembers, and the few indices by which it is found again."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import RLock
from types import MappingProxyType
from typing import Any

from watcher.adapters.ledger.lock import Lock
from watcher.adapters.ledger.rules import surest
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.memory.remembered import Known, KnownRules, ProjectMemory, TurnKind, TurnRecord
from watcher.memory.writes import DocketKept
from watcher.messages.delivery import Channel
from watcher.messages.events import EventKind
from watcher.messages.outbox import Delivered, Message, Stale
from watcher.messages.problems import Problem
from watcher.record.intents import Intent
from watcher.record.notices import Notice, Void
from watcher.record.outcomes import Outcome, OutcomeKind
from watcher.record.overrides import Override


def _when(one: Outcome) -> datetime:
    return one.at


NOBODY: Mapping[AccountId, Known] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Reads:
    """What is remembered of the readings of a project."""

    shown: bool = False
    read_at: datetime | None = None
    unreadable_since: datetime | None = None
    missing_since: datetime | None = None
    blank_since: datetime | None = None
    rules: KnownRules | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    account: AccountId
    project: ProjectId
    turn: str
    at: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """A notice as it was written, without its receipts: those are letters."""

    notice: Notice
    turn: str
    voided: Void | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """An outcome; `undone_at`: the release saved nothing after all."""

    outcome: Outcome
    undone_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A message on its way to one notifier, or (`receiver`) to one of its receivers, and how far it came."""

    id: int
    key: str
    message: Message
    queued_at: datetime
    state: Delivered = Delivered.WAITING
    attempts: int = 0
    last_error: str | None = None
    accepted_at: datetime | None = None
    given_up_at: datetime | None = None
    ended_at: datetime | None = None
    counted: bool | None = None
    begun_at: datetime | None = None
    together: int | None = None
    twice: int = 0
    stale: Stale | None = None
    dropped_by: str | None = None
    receiver: str | None = None

    @property
    def account(self) -> AccountId | None:
        event = self.message.event
        return event.account if event.period is None else event.period.account

    @property
    def notifier(self) -> str:
        return self.message.notifier


class State:
    """One ledger's memory, which several handles may share: whoever reads or writes holds `guard`.

    Values are frozen and replaced, never changed: what was handed out stays as it was.
    """

    def __init__(self, place: str = "memory") -> None:
        self.guard = RLock()
        self.place = place
        self.lock = Lock()
        self.bound: tuple[str, str] | None = None
        self.part: str | None = None
        self.watermark: datetime | None = None
        self.turns: dict[str, TurnRecord] = {}
        self.finished: list[TurnRecord] = []
        """Full turns that were completed, by when they began; `failed`: those that ended otherwise."""
        self.failed: list[TurnRecord] = []
        self.reads: dict[ProjectId, Reads] = {}
        self.known: dict[ProjectId, Mapping[AccountId, Known]] = {}
        self.remembered: dict[ProjectId, ProjectMemory] = {}
        """What was put together of projects of which nothing changed since, but that they were read again."""
        self.where: defaultdict[AccountId, set[ProjectId]] = defaultdict(set)
        """Which projects know an account; `moved`: those that several do."""
        self.moved: set[AccountId] = set()
        self.unshown: set[tuple[ProjectId, AccountId]] = set()
        """Leased accounts whose evidence no longer shows the use that is remembered."""
        self.strange: defaultdict[ProjectId, dict[AccountId, bool]] = defaultdict(dict)
        """What a project ever listed that was not understood; whether it did at its last good reading."""
        self.observations: list[Observation] = []
        self._oldest: datetime | None = None
        """When the oldest of them was made."""
        self.notices: dict[str, Announcement] = {}
        self.notices_of: defaultdict[AccountId, list[str]] = defaultdict(list)
        self.intents: dict[int, Intent] = {}
        self.unresolved: set[int] = set()
        self.intents_of: defaultdict[AccountId, list[int]] = defaultdict(list)
        self.intents_in: defaultdict[ProjectId, list[int]] = defaultdict(list)
        self.outcomes: dict[tuple[LeasePeriod, OutcomeKind], Kept] = {}
        self.releases: list[Outcome] = []
        """Those of them that are releases, by when they were done."""
        self.overrides: list[Override] = []
        self.dockets: dict[str, DocketKept] = {}
        self.problems: dict[str, Problem] = {}
        self.letters: dict[int, Letter] = {}
        self.waiting: defaultdict[str, dict[int, None]] = defaultdict(dict)
        self.given_up: dict[int, None] = {}
        """Letters that wait, by notifier, and those that were given up on: no others are looked through."""
        self.letter_of: defaultdict[str, dict[str, int]] = defaultdict(dict)
        """By key and notifier: what was queued once is not queued again."""
        self.told: defaultdict[AccountId, dict[LeasePeriod, frozenset[timedelta]]] = defaultdict(dict)
        """Of which rungs letters warn, by account and lease period."""
        self.letters_about: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        """By topic and notifier."""
        self.reached: defaultdict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
        """By key and notifier: which receivers have it (True) or refused it."""
        self.channels: dict[str, Channel] = {}
        self.threads: dict[tuple[str, str], str] = {}

    # Accounts

    def knowing(self, account: AccountId) -> list[Known]:
        """What each project knows of an account, the surest first."""
        return surest(self.known[project][account] for project in self.where.get(account, ()))

    def changed(self, account: AccountId) -> None:
        """What projects remember of it is to be put together anew."""
        for project in self.where.get(account, ()):
            self.remembered.pop(project, None)

    def know(self, project: ProjectId, news: Mapping[AccountId, Known]) -> None:
        self.remembered.pop(project, None)
        self.known[project] = MappingProxyType({**self.known.get(project, NOBODY), **news})
        for account, one in news.items():
            self.where[account].add(project)
            if len(self.where[account]) > 1:
                self.moved.add(account)
            if one.gone_at is None and one.unshown_since is not None:
                self.unshown.add((project, account))
            else:
                self.unshown.discard((project, account))

    def leave_out(self, project: ProjectId) -> None:
        """Forget the accounts of a project: for who goes on without it."""
        self.remembered.pop(project, None)
        for account in self.known.pop(project, NOBODY):
            self.where[account].discard(project)
            self.unshown.discard((project, account))
            if len(self.where[account]) < 2:
                self.moved.discard(account)
        self.strange.pop(project, None)

    # Turns

    def keep_turn(self, turn: TurnRecord) -> None:
        before = self.turns.get(turn.id)
        if before is not None and before.ended_at is not None and before.kind is TurnKind.FULL:
            (self.finished if before.completed else self.failed).remove(before)
        self.turns[turn.id] = turn
        if turn.kind is TurnKind.FULL and turn.ended_at is not None:
            insort(self.finished if turn.completed else self.failed, turn, key=lambda one: one.started_at)

    def forget_turns(self, forgotten: Callable[[TurnRecord], bool]) -> None:
        self.turns = {id_: turn for id_, turn in self.turns.items() if not forgotten(turn)}
        self.finished = [turn for turn in self.finished if turn.id in self.turns]
        self.failed = [turn for turn in self.failed if turn.id in self.turns]

    def forget_observations(self, before: datetime) -> None:
        """Most days find nothing so old."""
        if self._oldest is not None and self._oldest < before:
            self.observations = [one for one in self.observations if one.at >= before]
            self._oldest = min((one.at for one in self.observations), default=None)

    def observe(self, one: Observation) -> None:
        self.observations.append(one)
        self._oldest = one.at if self._oldest is None else min(self._oldest, one.at)

    # Notices and releases

    def keep_notice(self, one: Announcement) -> None:
        if one.notice.key not in self.notices:
            self.notices_of[one.notice.period.account].append(one.notice.key)
        self.notices[one.notice.key] = one
        self.changed(one.notice.period.account)

    def keep_outcome(self, kept: Kept) -> None:
        """In place of what was kept of the same lease period, of the same kind."""
        outcome = kept.outcome
        before = self.outcomes.get((outcome.period, outcome.kind))
        if outcome.kind is OutcomeKind.RELEASED and (before is None or before.outcome != outcome):
            if before is not None:
                self.releases.remove(before.outcome)
            insort(self.releases, outcome, key=_when)
        self.outcomes[outcome.period, outcome.kind] = kept

    def released_since(self, since: datetime) -> list[Outcome]:
        return self.releases[bisect_left(self.releases, since, key=_when) :]

    def keep_intent(self, intent: Intent) -> None:
        if intent.id is None:
            raise ValueError("an intent is kept under its number")
        if intent.id not in self.intents:
            self.intents_of[intent.account.id].append(intent.id)
            self.intents_in[intent.account.project].append(intent.id)
        self.intents[intent.id] = intent
        self.remembered.pop(intent.account.project, None)
        self.changed(intent.account.id)
        if intent.ending is None:
            self.unresolved.add(intent.id)
        else:
            self.unresolved.discard(intent.id)

    def new_intent(self, intent: Intent) -> Intent:
        new = replace(intent, id=len(self.intents) + 1)
        self.keep_intent(new)
        return new

    def attempts_on(self, account: AccountId) -> Iterator[Intent]:
        return (self.intents[id_] for id_ in self.intents_of.get(account, ()))

    # Messages

    def keep_letter(self, letter: Letter) -> None:
        if letter.id not in self.letters:
            topic = (letter.message.event.topic, letter.notifier)
            self.letter_of[letter.key][letter.notifier] = letter.id
            self.letters_about[topic].append(letter.id)
            self._note_told(letter)
        self.letters[letter.id] = letter
        if letter.account is not None:
            self.changed(letter.account)
        if (announcement := self.notices.get(letter.key)) is not None:
            self.changed(announcement.notice.period.account)  # its receipts are the letters under its key
        if letter.state is Delivered.WAITING:
            self.waiting[letter.notifier][letter.id] = None
        else:
            self.waiting[letter.notifier].pop(letter.id, None)
        if letter.state is Delivered.GIVEN_UP:
            self.given_up[letter.id] = None
        else:
            self.given_up.pop(letter.id, None)

    def forget_letters(self, letters: Collection[Letter]) -> None:
        """Those, the rungs that they alone warned of, who had them, and threads that end with them."""
        for one in letters:
            del self.letters[one.id]
            del self.letter_of[one.key][one.notifier]
            self.letters_about[one.message.event.topic, one.notifier].remove(one.id)
            if one.account is not None:
                self.changed(one.account)
        if letters:
            self.told.clear()
            for left in self.letters.values():
                self._note_told(left)
        for key, notifier in [
            each for each in self.reached if each[1] not in self.letter_of.get(each[0], ())
        ]:
            del self.reached[key, notifier]
        for notifier, topic in [each for each in self.threads if not self.letters_about.get(each[::-1])]:
            del self.threads[notifier, topic]

    def _note_told(self, letter: Letter) -> None:
        event = letter.message.event
        warned = event.kind is EventKind.RENEWAL_WARNING and letter.receiver is None
        if warned and event.rung is not None and event.period is not None:
            told = self.told[event.period.account]
            told[event.period] = told.get(event.period, frozenset()) | {event.rung}

    def new_letter(self, message: Message, *, key: str, queued_at: datetime, **facts: Any) -> Letter | None:
        """Queued, unless this notifier has one under the same key already."""
        if message.notifier in self.letter_of.get(key, ()):
            return None
        new = Letter(
            id=max(self.letters, default=0) + 1, key=key, message=message, queued_at=queued_at, **facts
        )
        self.keep_letter(new)
        return new
