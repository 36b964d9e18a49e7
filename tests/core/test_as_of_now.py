"""The docket and the fleet right before a DELETE, after what was released since they were read."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import NOW, D, H, account
from watcher.brakes import FleetState, ProjectState
from watcher.brakes.docket import Docket, Entry, Place, unresolved_entry
from watcher.decide.gate import recounted
from watcher.facts.accounts import ProjectId
from watcher.record.intents import Intent
from watcher.record.overrides import Override, OverrideKind

A, B = ProjectId("prj_a"), ProjectId("prj_b")
LATER = NOW + timedelta(minutes=5)
PAUSE = Override(kind=OverrideKind.PAUSE, at=NOW, by="maria", why="audit")


def entry(name: str, place: Place = Place.DUE, project: ProjectId = A) -> Entry:
    one = account(name, project=project)
    return Entry(period=one.period, project=one.project, handle=name, price_cents=15_000, place=place)


def done(one: Entry) -> Entry:
    return replace(one, place=Place.DONE)


ONE, TWO, OTHER = entry("one"), entry("two"), entry("other", project=B)
EARLIER = entry("earlier", Place.DONE)
STATE = FleetState(
    now=NOW,
    projects={A: ProjectState(assigned=10, vanished=1, keep_at_least=2), B: ProjectState(assigned=5)},
    asked=15,
    oldest_reading=NOW - H,
    skew=timedelta(),
    ledger_since=NOW - 30 * D,
)


def recount(docket: Docket, *releases: Entry, state: FleetState = STATE) -> tuple[Docket, FleetState]:
    return recounted(docket, state, done=releases, unresolved=[], pauses=[], planned=[], now=LATER)


def test_while_nothing_happened_only_the_time_moves_on() -> None:
    docket = Docket(entries=(EARLIER, ONE, OTHER))

    assert recount(docket, EARLIER) == (docket, replace(STATE, now=LATER))


def test_what_was_released_since_moves_from_due_to_done_and_leaves_its_project() -> None:
    docket, state = recount(Docket(entries=(EARLIER, ONE, TWO, OTHER)), EARLIER, done(ONE))

    assert docket == Docket(entries=(EARLIER, done(ONE), TWO, OTHER))
    assert state.projects == {
        A: ProjectState(assigned=9, vanished=1, keep_at_least=2),
        B: ProjectState(assigned=5),
    }


def test_what_was_done_before_the_reading_leaves_its_project_once() -> None:
    _, state = recount(Docket(entries=(EARLIER, ONE)), EARLIER)

    assert state.projects == STATE.projects


def test_what_another_process_released_counts_although_this_turn_never_planned_it() -> None:
    docket, state = recount(Docket(entries=(ONE,)), done(OTHER))

    assert docket == Docket(entries=(done(OTHER), ONE))
    assert state.projects[B] == ProjectState(assigned=4)


def test_what_was_done_a_day_ago_and_fell_out_of_the_ledgers_answer_still_counts_in_this_turn() -> None:
    docket, state = recount(Docket(entries=(EARLIER, ONE)))

    assert docket == Docket(entries=(EARLIER, ONE))
    assert state.projects == STATE.projects


def test_no_project_falls_below_nothing() -> None:
    empty = replace(STATE, projects={A: ProjectState(assigned=0)})

    assert recount(Docket(entries=(ONE,)), done(ONE), state=empty)[1].projects == {
        A: ProjectState(assigned=0)
    }


def test_open_attempts_and_pauses_are_those_of_this_moment() -> None:
    """A release of unknown end was on no docket: the next one passed as if it had not been sent."""
    before = replace(STATE, unresolved=(B,), pauses=())
    open_one = Intent(account=account("open"), turn="t", policy="p", reason="r", written_at=LATER)

    docket, state = recounted(
        Docket(entries=(ONE,)), before, done=[], unresolved=[open_one], pauses=[PAUSE], planned=[], now=LATER
    )

    project = open_one.account.project
    assert state == replace(STATE, now=LATER, unresolved=(project,), pauses=(PAUSE,))
    assert docket.entries == (unresolved_entry(open_one), ONE)
    assert docket.to_come == (ONE,)
