"""A turn's own row: how it begins, how it ends, and from when on what vanished counts."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, M, S, account, decision, report
from tests.core.world import ACME, TICK, background, fleet_memory, orders, said, turn_record
from watcher.brakes import Halt, Halts, kinds
from watcher.decide.report import Totals
from watcher.decide.turn_record import begun, counted_since, ended, proved, watermark
from watcher.facts.accounts import ProjectId, Unread
from watcher.memory.remembered import CLOCK_OFF, FleetMemory, TurnKind, TurnRecord
from watcher.messages.events import EventKind
from watcher.messages.problems import Problem
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.overrides import OverrideKind, Overrides
from watcher.record.reasons import Trouble
from watcher.rules.plan import Mode

POLL = 15 * M
NEVER = datetime.max.replace(tzinfo=UTC)


def before(ago: timedelta, **fields: Any) -> TurnRecord:
    return turn_record(NOW - ago, unbroken_since=NOW - 9 * D, **fields)


def started(memory: FleetMemory, mode: Mode = Mode.ENFORCE) -> TurnRecord:
    record = begun(memory, id="turn-2", kind=TurnKind.FULL, mode=mode, now=NOW)
    return proved(record, memory, poll=POLL)


@pytest.mark.parametrize(
    ("ago", "since"),
    [(24 * H - TICK, NOW - 9 * D), (24 * H, NOW - 9 * D), (24 * H + TICK, NOW)],
    ids=["before", "at", "after"],
)
def test_a_day_without_a_turn_is_a_break(ago: timedelta, since: datetime) -> None:
    assert started(fleet_memory(last_proved=before(ago))).unbroken_since == since


def test_the_first_turn_begins_anew() -> None:
    assert started(FleetMemory()) == TurnRecord(
        id="turn-2", kind=TurnKind.FULL, mode=Mode.ENFORCE, started_at=NOW, unbroken_since=NOW
    )


def test_a_turn_in_the_other_mode_is_a_break_also_among_the_doubtful() -> None:
    assert started(fleet_memory(last_proved=before(M)), Mode.OBSERVE).unbroken_since == NOW
    doubtful = fleet_memory(last_proved=before(H), doubtful=(before(M, mode=Mode.OBSERVE),))
    assert started(doubtful).unbroken_since == NOW


def test_until_its_clock_is_proved_a_turn_finds_no_gap_and_a_switch_voids_whatever_was_given() -> None:
    def unproved(memory: FleetMemory, mode: Mode = Mode.ENFORCE) -> datetime:
        return begun(memory, id="turn-2", kind=TurnKind.FULL, mode=mode, now=NOW).unbroken_since

    assert unproved(fleet_memory(last_proved=before(9 * D))) == NOW - 9 * D
    assert unproved(fleet_memory(), Mode.OBSERVE) == NEVER
    assert unproved(FleetMemory()) == NOW


# Its end


def test_it_ends_with_what_it_came_to() -> None:
    one = account()
    halts = Halts(halts=(Halt(brake=kinds.TOO_MANY, measured="", limit=""),))
    told = report(
        decision(one),
        totals=Totals(projects=2, accounts=9, cents=90_000, unused=3),
        unread=(Unread(project=ACME, name="acme", code="INTERNAL", why=""),),
        attempts=(Attempt.on(one, Ending.RELEASED, at=NOW), Attempt.on(one, Ending.HALTED, at=NOW)),
        halts=halts,
    )
    record = turn_record()
    assert ended(record, told, NOW + M) == replace(
        record,
        ended_at=NOW + M,
        completed=True,
        exit_code=22,
        summary={
            **{each.name: getattr(told.totals, each.name) for each in fields(Totals)},
            "unread": 1,
            "attempts": 2,
            "saved_cents": 15_000,
            "halted.too_many": 1,
        },
    )


@pytest.mark.parametrize(
    ("fields", "completed"),
    [
        ({}, True),
        ({"trouble": Trouble.KEY_LACKS_SCOPE}, True),
        ({"trouble": Trouble.API_UNREACHABLE}, False),
        ({"totals": Totals()}, False),
        ({"stopped": True}, False),
    ],
    ids=["read whole", "by a key that may read alone", "without the API", "no project", "told to stop"],
)
def test_it_is_completed_where_the_fleet_was_read(fields: dict[str, Any], completed: bool) -> None:
    assert ended(turn_record(), report(decision(), **fields), NOW).completed is completed


OFF = Halts(halts=(Halt(brake=kinds.CLOCK_OFF, measured="", limit=""),))
UNPROVED = Halts(halts=(Halt(brake=kinds.CLOCK_UNPROVED, measured="", limit=""),))


@pytest.mark.parametrize(
    ("skew", "halts", "said_of_the_clock"),
    [
        (timedelta(), Halts(), {}),
        (90 * S, Halts(), {}),
        (90 * S, OFF, {CLOCK_OFF: 90, "halted.clock_off": 1}),
        (90 * S + TICK, OFF, {CLOCK_OFF: 91, "halted.clock_off": 1}),
        (None, UNPROVED, {"clock_unproved": 1, "halted.clock_unproved": 1}),
    ],
)
def test_it_says_what_its_clock_was_worth(
    skew: timedelta | None, halts: Halts, said_of_the_clock: dict[str, int]
) -> None:
    summary = ended(turn_record(), report(skew=skew, halts=halts), NOW).summary
    assert {key: n for key, n in summary.items() if "clock" in key} == said_of_the_clock


# From when on what vanished counts


DROP = Halts(halts=(Halt(brake=kinds.FLEET_DROP, measured="", limit=""),))


@pytest.mark.parametrize(
    ("halts", "since", "mark"),
    [
        pytest.param(Halts(), NOW - 2 * D, NOW - D, id="a day"),
        pytest.param(Halts(), NOW - D + TICK, NOW - D + TICK, id="it never goes back"),
        pytest.param(Halts(), None, NOW - D, id="the first turn"),
        pytest.param(DROP, NOW - 9 * D, NOW - 9 * D, id="a brake is on for them"),
        pytest.param(DROP, None, None, id="a brake is on in the first turn"),
        pytest.param(OFF, NOW - 9 * D, None, id="the clock is off"),
        pytest.param(UNPROVED, NOW - 9 * D, None, id="nothing proves the clock"),
    ],
)
def test_what_vanished_counts_for_a_day_or_while_a_brake_is_on_for_it(
    halts: Halts, since: datetime | None, mark: datetime | None
) -> None:
    assert watermark(halts, since, NOW) == mark


ACCEPTED = Overrides(said=(said(OverrideKind.ACCEPT_BASELINE, at=NOW - H),))


@pytest.mark.parametrize(
    ("memory", "since"),
    [
        (FleetMemory(), None),
        (FleetMemory(watermark=NOW - 9 * D), NOW - 9 * D),
        (FleetMemory(watermark=NOW - 9 * D, overrides=ACCEPTED), NOW - H),
        (FleetMemory(watermark=NOW - M, overrides=ACCEPTED), NOW - M),
        (FleetMemory(overrides=ACCEPTED), NOW - H),
        (FleetMemory(watermark=NOW), NOW),
        (FleetMemory(watermark=NOW + TICK), NOW - D),
    ],
    ids=["nothing", "the mark", "accepted later", "accepted before", "accepted", "now", "in the future"],
)
def test_an_accepted_baseline_is_a_mark_and_one_in_the_future_was_a_wrong_clock(
    memory: FleetMemory, since: datetime | None
) -> None:
    assert counted_since(memory, NOW) == since


# What holds for every project of a turn


def test_a_turn_hears_people_and_the_configuration() -> None:
    hold, word = said(OverrideKind.HOLD), said(OverrideKind.PAUSE)
    by = background(by=orders(configured_holds=Overrides(said=(hold,))), said=(word,))
    assert by.overrides.said == (word, hold)


@pytest.mark.parametrize(
    ("mode", "last", "enforcing", "enforced_before"),
    [
        (Mode.ENFORCE, Mode.ENFORCE, True, True),
        (Mode.ENFORCE, Mode.OBSERVE, True, False),
        (Mode.OBSERVE, Mode.ENFORCE, False, True),
        (Mode.ENFORCE, None, True, False),
    ],
)
def test_it_knows_what_it_and_the_last_turn_may(
    mode: Mode, last: Mode | None, enforcing: bool, enforced_before: bool
) -> None:
    memory = fleet_memory(last_turn=None if last is None else before(M, mode=last))
    by = background(by=orders(mode=mode), memory=memory)
    assert (by.enforcing, by.enforced_before) == (enforcing, enforced_before)


def test_problems_are_sorted_to_their_projects() -> None:
    def problem(id_: str, project: ProjectId | None) -> Problem:
        return Problem(
            id=id_,
            kind=EventKind.CLOCK_OFF,
            content="",
            text="",
            since=NOW,
            told_at=NOW,
            project=project,
        )

    one, fleet = problem("a", ACME), problem("b", None)
    assert background(memory=fleet_memory(problems={"a": one, "b": fleet})).problems == {ACME: {"a": one}}


@pytest.mark.parametrize(
    ("skew", "sure", "noted_at"),
    [
        (60 * S, True, NOW),
        (60 * S + TICK, False, NOW - 61 * S - TICK),
        (9 * D, False, NOW - 15 * M),
        (None, False, NOW - 15 * M),
    ],
    ids=["allowed", "off", "off by days", "unproved"],
)
def test_it_knows_what_the_clock_is_worth(skew: timedelta | None, sure: bool, noted_at: datetime) -> None:
    clock = background(skew=skew).clock
    assert (clock.now, clock.sure, clock.noted_at) == (NOW, sure, noted_at)


def test_a_clock_that_nothing_ever_proved_is_taken_at_its_word() -> None:
    clock = background(memory=fleet_memory(last_proved=None), skew=None).clock
    assert (clock.latest, clock.noted_at) == (None, NOW)
