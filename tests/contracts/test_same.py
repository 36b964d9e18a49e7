"""The ledger in memory and one in a file are told the same, at random, and then answer the same.

Each rule that a database follows in SQL exists twice: a contract is a claim about one, this about all.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.builders import NOW, D, H, account, waiting_in
from tests.contracts.test_ledger import event, turn
from watcher.adapters.ledger import opening
from watcher.adapters.ledger.memory.ledger import MemoryLedger
from watcher.adapters.ledger.memory.state import State
from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.activity import Seen, Use
from watcher.memory.remembered import CLOCK_OFF, CLOCK_UNPROVED, Known, KnownRules, TurnKind
from watcher.memory.writes import (
    Announced,
    Concluded,
    Forgotten,
    Note,
    PutAside,
    Queued,
    ReadRecord,
    Said,
    TurnBegun,
    TurnEnded,
    UnreadRecord,
    Write,
)
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.events import EventKind
from watcher.messages.outbox import Message, Stale
from watcher.messages.problems import Problem
from watcher.messages.receivers import Reached
from watcher.ports.ledger import Ledger
from watcher.record.intents import CONCLUSIONS, Ending, Intent
from watcher.record.lateness import Change, Since
from watcher.record.notices import Notice, Void
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind
from watcher.record.overrides import Override, OverrideKind
from watcher.rules.judge import Usage
from watcher.rules.plan import Mode

PROJECTS = [ProjectId(f"prj_{number}") for number in range(3)]
ACCOUNTS = [AccountId(f"sa_{number}") for number in range(5)]
NOTIFIERS = ["ops", "boss"]


class Story:
    """Random writes and acts, the same for a seed. `at` only grows."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.at = NOW
        self.number = 0

    def next(self) -> int:
        self.number += 1
        self.at += self.random.choice([timedelta(minutes=7), H, 9 * H])
        return self.number

    def account(self) -> Any:
        pick = self.random.choice
        one = account("x", project=pick(PROJECTS))
        renews = one.renews_at + pick([0, 30, 60]) * D
        return replace(one, id=pick(ACCOUNTS), handle=pick(["latte", "LATTE", "zine"]), renews_at=renews)

    def known(self, project: ProjectId) -> tuple[Known, ...]:
        pick = self.random.choice
        some = {one.id: replace(one, project=project) for one in (self.account(), self.account())}
        return tuple(
            Known(
                account=one,
                first_seen_at=NOW,
                used=pick([None, Seen(at=NOW - D, what=pick(list(Use)))]),
                usage_at_opening=pick(list(Usage)),
                unshown_since=pick([None, self.at]),
                gone_at=pick([None, None, self.at]),
            )
            for one in some.values()
        )

    def message(self) -> Message:
        pick, one = self.random.choice, self.account()
        kind = pick(
            [EventKind.RENEWAL_WARNING, EventKind.BRAKE_HALTED, EventKind.RELEASE_DONE, EventKind.LEASE_NEW]
        )
        told = event(
            f"k{pick(range(30))}",
            kind=kind,
            at=self.at,
            account=one.id,
            period=pick([None, one.period]),
            rung=pick([None, D, 3 * D]),
            problem="brake.halted" if kind is EventKind.BRAKE_HALTED else None,
        )
        how = {"closing": pick([True, False]), "for_receipt": pick([True, False])}
        return Message(notifier=pick(NOTIFIERS), event=told, live=pick([True, False]), **how)

    def messages(self) -> tuple[Message, ...]:
        return tuple(self.message() for _ in range(self.random.randrange(3)))

    def rules(self) -> KnownRules:
        mode, enrolled = self.random.choice(list(Mode)), self.random.choice([True, False])
        since = Since(change=self.random.choice(list(Change)), at=self.at, earliest=self.at - H)
        return KnownRules(mode=mode, enrolled=enrolled, policies={f"policy-{self.next()}": since})

    def write(self) -> Write:
        pick, number = self.random.choice, self.next()
        project = pick(PROJECTS)
        match pick(["read", "read", "unread", "note", "queue", "announce", "say", "turn", "aside", "forget"]):
            case "read":
                one = self.account()
                paid = Outcome(
                    kind=pick(list(OutcomeKind)),
                    period=one.period,
                    project=project,
                    handle=one.handle,
                    price_cents=one.price_cents,
                    at=self.at,
                    cause=Cause.HELD,
                    explanation=pick([None, Explanation(cause=Cause.HELD, title=f"held by {number}")]),
                )
                return ReadRecord(
                    project=project,
                    turn="turn-1",
                    at=self.at,
                    strange=frozenset(pick([[], [str(pick(ACCOUNTS))]])),
                    shown=pick([True, False]),
                    blank=pick([None, True, False]),
                    rules=pick([None, self.rules()]),
                    known=self.known(project),
                    voided=pick([(), ((f"k{pick(range(30))}", Void.USED),)]),
                    outcomes=pick([(), (paid,)]),
                    undone=pick([(), (one.period,)]),
                    messages=self.messages(),
                )
            case "unread":
                missing = pick([True, False])
                partly = frozenset({str(pick(ACCOUNTS))})
                return UnreadRecord(
                    project=project, at=self.at, unreadable_since=self.at, missing=missing, partly=partly
                )
            case "note":
                return Note(project=project, turn="turn-1", at=self.at, known=self.known(project))
            case "queue":
                stands = Problem(
                    id="brake.halted",
                    kind=EventKind.BRAKE_HALTED,
                    content=str(number),
                    text="halted",
                    since=self.at,
                    told_at=self.at,
                    periods=(self.account().period,),
                )
                begins = pick([True, False])
                problems, over = ((stands,), ()) if begins else ((), ("brake.halted",))
                return Queued(messages=self.messages(), at=self.at, problems=problems, over=over)
            case "announce":
                message = self.message()
                period = message.event.period or self.account().period
                notice = Notice(
                    key=message.event.key,
                    period=period,
                    not_before=self.at + D,
                    fingerprint="f",
                    live=pick([True, False]),
                    created_at=self.at,
                    handle="latte",
                    platform="tiktok",
                )
                return Announced(notices=(notice,), messages=(message,), turn="turn-1")
            case "say":
                kind = pick([OverrideKind.HOLD, OverrideKind.UNHOLD, OverrideKind.PAUSE])
                word = Override(kind=kind, at=self.at, by="jo", why="x", account=pick(ACCOUNTS))
                return Said(override=word, messages=self.messages())
            case "turn":
                ended = turn(
                    number,
                    self.at,
                    kind=pick(list(TurnKind)),
                    completed=pick([True, True, False]),
                    exit_code=pick([0, 21, 75]),
                    summary=pick([{}, {}, {CLOCK_OFF: 3600}, {CLOCK_UNPROVED: 1}]),
                )
                return TurnEnded(turn=ended, watermark=pick([None, self.at]))
            case "aside":
                return PutAside(stale=((pick(range(1, 20)), Stale.RENEWED),), at=self.at)
            case _:
                return Forgotten(before=self.at - 3 * D)

    def act(self) -> Callable[[Ledger], object]:
        """Something that is asked and answered in one breath."""
        pick, at = self.random.choice, self.at
        some = tuple(self.random.sample(range(1, 20), 4))
        match pick(["intent", "deliver", "deliver", "retry", "drop"]):
            case "intent":
                one = self.account()
                wanted = Intent(account=one, turn="turn-1", policy="p", reason="r", written_at=at)
                ending = pick([None, *CONCLUSIONS])
                return lambda ledger: _released(ledger, wanted, ending, at)
            case "deliver":
                name, how = pick(NOTIFIERS), pick(["accepted", "given_up", "waiting"])
                counts, thread = pick([True, False]), pick([None, "t"])
                why = pick(["refused", "gone"])
                return lambda ledger: _delivered(ledger, name, how, at, counts=counts, thread=thread, why=why)
            case "retry":
                return lambda ledger: ledger.retry_messages(some, at=at)
            case _:
                return lambda ledger: ledger.drop_messages(some[:1], by="jo", why="x", at=at)


def _released(ledger: Ledger, wanted: Intent, ending: Ending | None, at: datetime) -> object:
    found = ledger.write_intent(wanted, lambda _: None)
    if isinstance(found, Intent) and ending is not None:
        one = wanted.account
        saved = Outcome(
            kind=OutcomeKind.RELEASED,
            period=one.period,
            project=one.project,
            handle=one.handle,
            price_cents=one.price_cents,
            at=at,
        )
        outcome = saved if ending is Ending.RELEASED else None
        ledger.conclude(Concluded(intent=found, ending=ending, at=at, detail="d", outcome=outcome))
    return found


def _delivered(
    ledger: Ledger, name: str, how: str, at: datetime, *, counts: bool, thread: str | None, why: str
) -> object:
    waiting = waiting_in(ledger, name)[:3]
    begun = ledger.begin_delivery([one.id for one in waiting], at=at, lost_since=at - H)
    sent = tuple(one for one in waiting if one.id in begun)
    reached = tuple(
        Reached(message=one.id, receiver="maria", why=why) for one in sent[:1] if how == "waiting"
    )
    ended: dict[str, Any] = {how: tuple(one.id for one in sent)}
    note = DeliveryNote(
        notifier=name, counts=counts, thread=thread, why=why, sent=sent, reached=reached, **ended
    )
    failing = None if how == "accepted" else at
    ledger.end_delivery(note, Channel(failures=1, failing_since=failing, next_at=at, sent=(at,)), at=at)
    return sorted(begun)


SOME_KINDS = {EventKind.BRAKE_HALTED, EventKind.RELEASE_DONE}
QUESTIONS: dict[str, Callable[[Ledger, datetime], object]] = {
    "fleet": lambda one, now: one.fleet(now),
    "fleet of a clock that is behind": lambda one, _: one.fleet(NOW - 300 * D),
    "projects": lambda one, _: one.projects(PROJECTS),
    "doubles": lambda one, _: one.doubles(),
    "listings": lambda one, _: one.listings(ACCOUNTS),
    "known": lambda one, _: one.known(ACCOUNTS),
    "inhabited": lambda one, _: one.inhabited(),
    "by handle": lambda one, _: one.find("@latte"),
    "by id": lambda one, _: one.find(ACCOUNTS[0]),
    "history": lambda one, _: list(one.history()),
    "history of one": lambda one, _: list(one.history(ACCOUNTS[0])),
    "history of two days": lambda one, now: list(one.history(since=now - 3 * D, until=now - D)),
    "leased": lambda one, _: [list(one.leased()), *(list(one.leased(each)) for each in PROJECTS)],
    "fates": lambda one, _: one.fates(ACCOUNTS),
    "past releases": lambda one, now: [list(one.past_releases(each)) for each in (now, NOW + 2 * D)],
    "renewals paid": lambda one, now: [list(one.renewals_paid(NOW, each)) for each in (now, NOW + 3 * D)],
    "problems": lambda one, _: one.problems(),
    "undelivered": lambda one, _: one.undelivered(),
    "counts": lambda one, _: one.counts(),
    "waiting": lambda one, _: [waiting_in(one, name) for name in NOTIFIERS],
    "waiting, two at a time": lambda one, _: list(one.waiting("ops", most=2)),
    "halts and releases, two at a time": lambda one, _: list(one.waiting("ops", SOME_KINDS, most=2)),
    "channels": lambda one, now: one.channels(NOTIFIERS, now),
    "overdue": lambda one, _: [one.overdue(NOTIFIERS), one.overdue(["ops"], sending=[1, 2])],
}


@pytest.mark.parametrize("seed", range(4))
def test_both_answer_the_same(seed: int, tmp_path: Path) -> None:
    story = Story(seed)
    with (
        closing(opening.open_ledger(tmp_path / "watcher.db")) as file,
        closing(MemoryLedger(State())) as memory,
    ):
        for one in (file, memory):
            one.take_lock(NOW)
            one.apply((TurnBegun(turn=turn(1, id="turn-1", kind=TurnKind.FOCUSED, ended_at=None)),))
        for _ in range(20):
            writes = tuple(story.write() for _ in range(4))
            act = story.act()
            for one in (file, memory):
                one.apply(writes)
            assert act(file) == act(memory)
            for name, ask in QUESTIONS.items():
                assert ask(file, story.at) == ask(memory, story.at), (name, writes)
