"""Projects that could not be read, and a discovery that could not."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.builders import NOW, D, H, M, S, account, policy
from tests.core.world import (
    ACME,
    TURN,
    announced,
    background,
    failed,
    fleet_memory,
    known,
    memory_of,
    orders,
    said,
    target,
)
from watcher.brakes import ProjectState
from watcher.decide.readings import Failed
from watcher.decide.unread import decide_undiscovered, decide_unread
from watcher.facts.accounts import Unread
from watcher.memory.remembered import ProjectMemory
from watcher.memory.writes import GoneRecord, Queued, UnreadRecord
from watcher.messages.events import EventKind
from watcher.record.overrides import OverrideKind
from watcher.rules.policy import Protect
from watcher.rules.targets import DISCOVERY

LATTE, GRIND = account(), account("grind")


def test_it_is_noted_told_and_nobody_has_vanished() -> None:
    plan = decide_unread(failed(), memory_of(LATTE), background())
    record, queued = plan.writes
    assert plan.unread == Unread(project=ACME, name="acme", code="INTERNAL", why="HTTP 500", leased=1)
    assert record == UnreadRecord(project=ACME, at=NOW, noted_at=NOW, unreadable_since=NOW)
    assert isinstance(queued, Queued)
    assert [one.kind for one in queued.problems] == [EventKind.PROJECT_UNREADABLE]
    assert [one.event for one in queued.messages] == list(plan.events)
    assert plan.state is None


def test_what_is_lost_with_it_is_what_nothing_else_keeps() -> None:
    """ "$150 will not be saved unless it is read", of an account that somebody holds."""
    memory, held = announced(LATTE, GRIND), said(OverrideKind.HOLD, account=GRIND.id)
    (event,) = decide_unread(failed(), memory, background(said=(held,))).events
    assert "$150.00 will not be saved unless it is read" in event.text
    protecting = orders(target(policies=(policy(protect=Protect(handles=("*",))),)))
    (event,) = decide_unread(failed(), memory, background(by=protecting)).events
    assert "saved" not in event.text


def test_it_is_unreadable_since_it_first_was() -> None:
    record, _ = decide_unread(failed(), memory_of(unreadable_since=NOW - D), background()).writes
    assert isinstance(record, UnreadRecord)
    assert record.unreadable_since == NOW - D


def test_a_clock_that_is_off_dates_nothing_later_than_it_is() -> None:
    record, _ = decide_unread(failed(), memory_of(), background(skew=D)).writes
    assert record == UnreadRecord(project=ACME, at=NOW, noted_at=NOW - 15 * M, unreadable_since=NOW - 15 * M)


def test_of_an_unfinished_list_those_are_noted_that_were_not_known_there() -> None:
    memory = memory_of(LATTE, known(GRIND, gone_at=NOW - D))
    listed = failed(sa_new="new", **{LATTE.id: LATTE.handle, GRIND.id: GRIND.handle})
    record, _ = decide_unread(listed, memory, background()).writes
    assert isinstance(record, UnreadRecord)
    assert record.partly == {"sa_new", GRIND.id}


# The API says that it is not there


@pytest.mark.parametrize(
    ("memory", "state"),
    [
        pytest.param(memory_of(LATTE, GRIND), ProjectState(assigned=0, vanished=2), id="from now on"),
        pytest.param(
            memory_of(LATTE, GRIND, missing_since=NOW - D + S),
            ProjectState(assigned=0, vanished=2),
            id="within a day",
        ),
        pytest.param(
            memory_of(LATTE, GRIND, missing_since=NOW - D), ProjectState(assigned=0), id="since the watermark"
        ),
        pytest.param(
            memory_of(LATTE, known(GRIND, gone_at=NOW - H)),
            ProjectState(assigned=0, vanished=2),
            id="one before it",
        ),
        pytest.param(memory_of(), None, id="nobody ever lived in it"),
    ],
)
def test_its_accounts_vanished_when_that_was_first_said(
    memory: ProjectMemory, state: ProjectState | None
) -> None:
    assert decide_unread(failed(missing=True), memory, background()).state == state


def test_without_a_watermark_whoever_vanished_counts() -> None:
    by = background(memory=fleet_memory(watermark=None))
    memory = memory_of(LATTE, missing_since=NOW - 9 * D)
    assert decide_unread(failed(missing=True), memory, by).state == ProjectState(assigned=0, vanished=1)


# A person accepted that


NOBODYS = target(named_by_nobody=True)


@pytest.mark.parametrize(
    ("accepted_at", "gone"),
    [(NOW - H - S, False), (NOW - H, True), (NOW, True), (NOW + S, False)],
    ids=["before it was said", "as it was said", "just now", "in the future"],
)
def test_what_a_person_accepted_as_gone_is_gone(accepted_at: datetime, gone: bool) -> None:
    memory = memory_of(LATTE, missing_since=NOW - H)
    word = said(OverrideKind.ACCEPT_BASELINE, at=accepted_at)
    plan = decide_unread(failed(NOBODYS, missing=True), memory, background(said=(word,)))
    assert (plan.unread is None) is gone
    if gone:
        (record,) = plan.writes
        assert isinstance(record, GoneRecord)
        assert record == GoneRecord(
            project=ACME,
            turn=TURN,
            at=NOW,
            known=(replace(memory.known[LATTE.id], gone_at=NOW - H),),
            messages=record.messages,
        )
        assert [one.event.kind for one in record.messages] == [EventKind.ACCOUNT_GONE]
        assert plan.state is None


@pytest.mark.parametrize(
    ("one", "memory"),
    [
        pytest.param(failed(missing=True), memory_of(LATTE, missing_since=NOW - H), id="somebody names it"),
        pytest.param(failed(NOBODYS), memory_of(LATTE, missing_since=NOW - H), id="it is there"),
        pytest.param(
            failed(NOBODYS, missing=True),
            memory_of(LATTE, missing_since=NOW - H, unresolved=frozenset({LATTE.id})),
            id="a release there has no ending",
        ),
        pytest.param(failed(NOBODYS, missing=True), memory_of(LATTE), id="it was never said before"),
    ],
)
def test_it_is_not_gone_where(one: Failed, memory: ProjectMemory) -> None:
    by = background(said=(said(OverrideKind.ACCEPT_BASELINE),))
    plan = decide_unread(one, memory, by)
    assert plan.unread is not None


def test_a_discovery_that_failed_is_a_standing_problem() -> None:
    unread = Unread(project=DISCOVERY, name="discovery", code="INTERNAL", why="HTTP 500")
    plan = decide_undiscovered(unread, background())
    (queued,) = plan.writes
    assert isinstance(queued, Queued)
    assert (plan.unread, plan.state) == (unread, None)
    assert [(one.kind, one.project) for one in queued.problems] == [(EventKind.PROJECT_UNREADABLE, DISCOVERY)]

    standing = {one.id: one for one in queued.problems}
    again = decide_undiscovered(unread, background(memory=fleet_memory(problems=standing)))
    assert (again.events, again.writes) == ((), (Queued(at=NOW),))
