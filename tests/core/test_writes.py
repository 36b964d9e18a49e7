"""Which writes must be on the disk when they are applied: facts alone can be read again."""

from dataclasses import replace

import pytest

from tests.builders import NOW, H, account
from tests.core.world import ACME, TURN, known, said, turn_record
from watcher.memory.writes import (
    Announced,
    Bound,
    DocketKept,
    Forgotten,
    GoneRecord,
    Note,
    PutAside,
    Queued,
    ReadRecord,
    Said,
    TurnBegun,
    TurnEnded,
    UnreadRecord,
    Write,
    lasting,
)
from watcher.messages.events import Event, EventKind
from watcher.messages.outbox import Message
from watcher.messages.problems import Problem
from watcher.record.notices import Void
from watcher.record.outcomes import released
from watcher.record.overrides import OverrideKind

LATTE = account()
FACTS = ReadRecord(project=ACME, turn=TURN, at=NOW, strange=frozenset({"sa_odd"}), known=(known(LATTE),))
TOLD = Message(notifier="ops", event=Event(kind=EventKind.LEASE_NEW, key="k", at=NOW, what=""), live=True)
PROBLEM = Problem(id="p", kind=EventKind.CLOCK_OFF, content="", text="", since=NOW, told_at=NOW)
GONE = GoneRecord(project=ACME, turn=TURN, at=NOW, known=(known(LATTE),))
NOTE = Note(project=ACME, turn=TURN, at=NOW, known=(known(LATTE),))


@pytest.mark.parametrize(
    "write",
    [FACTS, UnreadRecord(project=ACME, at=NOW, unreadable_since=NOW), GONE, NOTE],
    ids=lambda one: type(one).__name__,
)
def test_facts_alone_need_not_wait_for_the_disk(write: Write) -> None:
    assert not lasting(write)


@pytest.mark.parametrize(
    "write",
    [
        replace(FACTS, messages=(TOLD,)),
        replace(FACTS, problems=(PROBLEM,)),
        replace(FACTS, over=("p",)),
        replace(FACTS, undone=(LATTE.period,)),
        replace(FACTS, voided=(("k", Void.HELD),)),
        replace(FACTS, outcomes=(released(LATTE, NOW),)),
        replace(GONE, messages=(TOLD,)),
        replace(NOTE, messages=(TOLD,)),
        TurnBegun(turn=turn_record()),
        TurnEnded(turn=turn_record(), watermark=None),
        Bound(organization="org", base_url="https://x"),
        Forgotten(before=NOW - H),
        Announced(notices=(), messages=(), turn=TURN),
        DocketKept(docket="d", periods=(), at=NOW),
        Queued(at=NOW),
        PutAside(stale=(), at=NOW),
        Said(override=said(OverrideKind.HOLD)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_people_are_told_or_rests_on_it_is_on_the_disk(write: Write) -> None:
    assert lasting(write)


def test_what_neither_tells_nor_notes_anything_is_empty() -> None:
    event = Event(kind=EventKind.CLOCK_OFF, key="k", at=NOW, what="")
    problem = Problem(id="p", kind=EventKind.CLOCK_OFF, content="", text="", since=NOW, told_at=NOW)
    something = [
        {"messages": (Message(notifier="ops", event=event, live=True),)},
        {"problems": (problem,)},
        {"over": ("p",)},
    ]
    assert [Queued(at=NOW, **one).is_empty for one in ({}, *something)] == [True, False, False, False]
