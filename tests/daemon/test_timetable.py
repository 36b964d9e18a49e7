"""What is due by now, whatever rang and whatever did not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.builders import NOW
from watcher.daemon.alarm import CronLine
from watcher.daemon.timetable import (
    OVERDUE_AFTER,
    RETRY_AFTER,
    ClockReading,
    DueTurn,
    Every,
    LastTurn,
    Schedule,
    WhyDue,
    next_turn,
)
from watcher.decide.agenda import Agenda
from watcher.facts.accounts import ProjectId

TICK, S, M, H, D = (
    timedelta(microseconds=1),
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
POLL = 15 * M
EVERY = Every(poll=POLL)
EMPTY = Agenda()
A, B = ProjectId("prj_a"), ProjectId("prj_b")


def reading(after: timedelta, *, set_by: timedelta = timedelta()) -> ClockReading:
    """Both clocks so long after `NOW`; `set_by`: by how much somebody set the wall clock meanwhile."""
    return ClockReading(at=NOW + after + set_by, steady=after.total_seconds())


def turn(
    at: timedelta = timedelta(),
    took: timedelta = S,
    *,
    full_at: timedelta | None = None,
    left_open: bool = False,
) -> LastTurn:
    return LastTurn(
        asked=reading(at),
        ended=reading(at + took),
        full_asked=NOW + (at if full_at is None else full_at),
        since=NOW,
        looked=reading(at + took),
        left_open=left_open,
    )


def opening(*moments: timedelta, project: ProjectId = A) -> Agenda:
    return Agenda(moments={project: tuple(NOW + moment for moment in moments)})


def due(
    after: timedelta, last: LastTurn | None, agenda: Agenda = EMPTY, schedule: Schedule = EVERY
) -> DueTurn | None:
    """What is due by then, None where it is not yet."""
    now = reading(after)
    if last is not None:
        last = replace(last, looked=now)
    found = next_turn(now, last, agenda, schedule)
    return found if found.at <= now.at else None


def cause(found: DueTurn | None) -> WhyDue | None:
    return None if found is None else found.cause


def test_the_first_turn_is_due_at_once() -> None:
    assert next_turn(reading(H), None, Agenda(), EVERY) == DueTurn(at=NOW + H, cause=WhyDue.AT_ONCE)


def test_a_regular_turn_is_due_at_its_instant() -> None:
    assert due(POLL - TICK, turn()) is None
    assert due(POLL, turn()) == DueTurn(at=NOW + POLL, cause=WhyDue.REGULAR)
    assert cause(due(POLL + TICK, turn())) is WhyDue.REGULAR


def test_a_turn_that_took_longer_than_the_poll_is_followed_by_one_and_not_by_two() -> None:
    long = turn(took=40 * M)
    assert cause(due(40 * M, long)) is WhyDue.REGULAR
    next_one = turn(at=40 * M)
    assert due(45 * M - TICK, next_one) is None
    assert cause(due(45 * M, next_one)) is WhyDue.REGULAR


def test_a_focused_turn_puts_no_regular_one_off() -> None:
    focused = turn(at=14 * M, full_at=timedelta())
    assert due(POLL - TICK, focused) is None
    assert cause(due(POLL, focused)) is WhyDue.REGULAR


def test_an_opening_is_due_at_its_instant_and_is_of_its_project_alone() -> None:
    agenda = opening(5 * M)
    assert due(5 * M - TICK, turn(), agenda) is None
    assert due(5 * M, turn(), agenda) == DueTurn(
        at=NOW + 5 * M, cause=WhyDue.OPENING, projects=frozenset({A})
    )
    assert due(5 * M + TICK, turn(), agenda) is not None


def test_an_opening_is_answered_by_the_turn_that_was_asked_for_at_it_or_after() -> None:
    for late in (timedelta(), TICK, S):
        answered = turn(at=5 * M + late, full_at=timedelta())
        assert due(6 * M, answered, opening(5 * M)) is None


def test_what_opened_after_a_turn_was_asked_for_is_due_as_soon_as_that_has_ended() -> None:
    """A focused turn's projects are chosen before the API has said who we are, which may take seconds: what
    another project's account waited for and came within those was due at no time, and no alarm was set.
    """
    chosen_at = 5 * M
    agenda = Agenda(moments={A: (NOW + 9 * M,), B: (NOW + chosen_at + 2 * S,)})
    found = due(5 * M + 10 * S, turn(at=chosen_at, took=10 * S, full_at=timedelta()), agenda)
    assert found == DueTurn(at=NOW + chosen_at + 2 * S, cause=WhyDue.OPENING, projects=frozenset({B}))


@pytest.mark.parametrize(
    ("opens", "waited_for", "why"),
    [
        (POLL - TICK, POLL - TICK, WhyDue.OPENING),
        (POLL, POLL, WhyDue.REGULAR),
        (POLL + TICK, POLL, WhyDue.REGULAR),
    ],
)
def test_what_comes_first_is_waited_for(opens: timedelta, waited_for: timedelta, why: WhyDue) -> None:
    found = next_turn(reading(S), turn(), opening(opens), EVERY)
    assert (found.at, found.cause) == (NOW + waited_for, why)


def test_openings_that_came_together_are_one_turn() -> None:
    agenda = Agenda(moments={A: (NOW + 5 * M,), B: (NOW + 6 * M,)})
    assert due(7 * M, turn(), agenda) == DueTurn(
        at=NOW + 5 * M, cause=WhyDue.OPENING, projects=frozenset({A, B})
    )


def test_a_full_turn_that_is_due_answers_the_openings_too() -> None:
    assert cause(due(POLL, turn(), opening(5 * M))) is WhyDue.REGULAR
    assert cause(due(POLL, turn(), opening(POLL))) is WhyDue.REGULAR


@pytest.mark.parametrize(("poll", "retry"), [(POLL, RETRY_AFTER), (2 * M, 2 * M)])
def test_what_was_left_open_is_tried_again_soon(poll: timedelta, retry: timedelta) -> None:
    soon = 10 * S + retry
    left_open = replace(turn(took=10 * S, left_open=True), full_asked=NOW + soon)  # no regular turn then
    schedule = Every(poll=poll)
    assert due(soon - TICK, left_open, schedule=schedule) is None
    assert cause(due(soon, left_open, schedule=schedule)) is WhyDue.RETRY


def test_a_full_turn_that_is_wanted_is_due_at_once() -> None:
    assert cause(due(S, replace(turn(), wanted=True))) is WhyDue.AT_ONCE


def test_regular_turns_are_counted_anew_from_the_one_after_a_step_of_the_clock() -> None:
    anew = replace(turn(at=7 * M), since=NOW + 7 * M)
    assert due(22 * M - TICK, anew) is None
    assert cause(due(22 * M, anew)) is WhyDue.REGULAR
    assert [one for one in WhyDue if one.counts_anew] == [WhyDue.CLOCK_SET, WhyDue.OVERDUE]


@pytest.mark.parametrize("step", [2 * S, H, 400 * D, -2 * S, -H, -400 * D])
def test_a_clock_that_was_set_makes_a_full_turn_due_at_once(step: timedelta) -> None:
    found = next_turn(reading(M, set_by=step), turn(), opening(5 * M), EVERY)
    assert found == DueTurn(at=NOW + M + step, cause=WhyDue.CLOCK_SET)


@pytest.mark.parametrize("step", [1.9 * S, -1.9 * S])
def test_slewing_is_no_step(step: timedelta) -> None:
    assert next_turn(reading(M, set_by=step), turn(), Agenda(), EVERY).cause is WhyDue.REGULAR


def test_a_step_within_a_turn_is_seen_after_it() -> None:
    last = replace(turn(took=10 * S), ended=reading(10 * S, set_by=H), looked=reading(timedelta()))
    assert next_turn(reading(10 * S, set_by=H), last, Agenda(), EVERY).cause is WhyDue.CLOCK_SET


def test_a_machine_that_slept_takes_a_full_turn_when_it_wakes() -> None:
    """The clock that never jumps stands still meanwhile."""
    woke = ClockReading(at=NOW + 9 * H, steady=60.0)
    assert next_turn(woke, turn(), opening(5 * M), EVERY).cause is WhyDue.CLOCK_SET


class Never:
    """A schedule that is wrong."""

    poll = POLL

    def next_after(self, moment: datetime, *, since: datetime) -> datetime:
        return moment + 999 * D


def test_a_schedule_that_never_comes_is_not_waited_for() -> None:
    ended, limit = S, S + POLL + OVERDUE_AFTER
    last = turn(took=ended)
    assert due(limit - TICK, last, schedule=Never()) is None
    assert cause(due(limit, last, schedule=Never())) is WhyDue.OVERDUE


SPANS = st.timedeltas(min_value=timedelta(), max_value=3 * H)


@given(
    moments=st.lists(SPANS, max_size=6),
    others=st.lists(SPANS, max_size=6),
    took=st.lists(st.timedeltas(min_value=TICK, max_value=40 * M), min_size=80, max_size=80),
    looks=st.timedeltas(min_value=M, max_value=20 * M),
)
@example(moments=[POLL], others=[POLL + TICK], took=[10 * S] * 80, looks=M)
def test_no_opening_is_missed_and_none_is_answered_before_its_instant(
    moments: list[timedelta], others: list[timedelta], took: list[timedelta], looks: timedelta
) -> None:
    """However long turns take, and however seldom it is looked: the turn after an opening is asked for at the
    first look at which no other is under way, is of its project or full, and looks do not end in a circle.
    """
    agenda = Agenda(
        moments={
            A: tuple(sorted(NOW + one for one in moments)),
            B: tuple(sorted(NOW + one for one in others)),
        }
    )
    now, last, full_asked = timedelta(), None, NOW
    open_ones = {(project, moment) for project, each in agenda.moments.items() for moment in each}
    turns = iter(took)
    while now <= 3 * H:
        found = next_turn(
            reading(now), None if last is None else replace(last, looked=reading(now)), agenda, EVERY
        )
        came = {(project, moment) for project, moment in open_ones if moment <= NOW + now}
        if found.at > NOW + now:
            assert not came, "an opening has come, and nothing is due"
            now += min(looks, found.at - NOW - now)
            continue
        answered = {one for one in came if found.projects is None or one[0] in found.projects}
        assert answered == came, "a turn is due that leaves an opening out"
        assert found.projects is None or found.projects <= {p for p, _ in came} | _within_a_second(
            agenda, now
        )
        open_ones -= answered
        full_asked = NOW + now if found.projects is None else full_asked
        length = next(turns, None)
        if length is None:
            break
        last = LastTurn(
            asked=reading(now),
            ended=reading(now + length),
            full_asked=full_asked,
            since=NOW,
            looked=reading(now),
        )
        now += length


def _within_a_second(agenda: Agenda, now: timedelta) -> set[ProjectId]:
    return {p for p, each in agenda.moments.items() if any(m <= NOW + now + S for m in each)}


@given(after=st.timedeltas(min_value=-400 * D, max_value=400 * D), poll=st.integers(1, 1440))
@example(after=timedelta(), poll=15)
@example(after=-TICK, poll=15)
def test_the_next_regular_turn_is_ahead_by_a_poll_at_most(after: timedelta, poll: int) -> None:
    every = Every(poll=poll * M)
    found = every.next_after(NOW + after, since=NOW)
    assert timedelta() < found - (NOW + after) <= every.poll
    assert (found - NOW) % every.poll == timedelta()


# Cron lines, in time zones that put their clocks forward and back

BERLIN, LORD_HOWE, CHATHAM = (
    ZoneInfo(name) for name in ("Europe/Berlin", "Australia/Lord_Howe", "Pacific/Chatham")
)
# When an hour is skipped, and when one comes twice, in Berlin.
SPRING = datetime(2026, 3, 29, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)
YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def times(line: str, zone: ZoneInfo, since: datetime, until: datetime) -> list[datetime]:
    schedule = CronLine(line=line, timezone=zone, poll=D)
    found = [schedule.next_after(since, since=YEAR)]
    while found[-1] < until:
        found.append(schedule.next_after(found[-1], since=YEAR))
    return found[:-1]


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
@pytest.mark.parametrize("line", ["*/15 * * * *", "5 * * * *", "30 2 * * *", "0 3 * * sun"])
def test_a_cron_line_comes_whenever_its_clock_shows_it(line: str, change: datetime) -> None:
    """What falls into the hour that is skipped comes when it would have, and once; an hour that comes twice
    has its turns twice.
    """
    wanted = CronLine(line=line, timezone=UTC, poll=D)  # fields compared on the local clock, taken as UTC
    since, until = change - 6 * H, change + 30 * H
    shown = [since + minute * M for minute in range(1, (until - since) // M)]

    def is_shown(moment: datetime) -> bool:
        local = moment.astimezone(BERLIN).replace(tzinfo=UTC)
        skipped = {local - H} if SPRING <= moment < SPRING + H else set()
        return any(wanted.next_after(each - TICK, since=YEAR) == each for each in {local} | skipped)

    assert times(line, BERLIN, since, until) == [moment for moment in shown if is_shown(moment)]


@given(
    zone=st.sampled_from([BERLIN, LORD_HOWE, CHATHAM]),
    line=st.sampled_from(["*/15 * * * *", "5 * * * *", "0 */2 * * mon-fri", "30 2 * * *", "0 0 1 * *"]),
    moment=st.timedeltas(min_value=timedelta(), max_value=366 * D).map(lambda after: YEAR + after),
)
@example(zone=BERLIN, line="0 */2 * * mon-fri", moment=SPRING - H)
@example(zone=BERLIN, line="0 0 1 * *", moment=SPRING - 20 * D)
@example(zone=BERLIN, line="30 2 * * *", moment=SPRING - H)
@example(zone=BERLIN, line="30 2 * * *", moment=SPRING + 29 * M)
def test_the_next_one_is_ahead_and_none_lies_between(zone: ZoneInfo, line: str, moment: datetime) -> None:
    """Asked before the clocks went forward, APScheduler left out the first hour of the next day or month: a
    turn at midnight of Monday came at two, one of the first of April a month later. Asked right after that,
    the turn of the hour that was skipped came a day later.
    """
    schedule = CronLine(line=line, timezone=zone, poll=D)
    found = schedule.next_after(moment, since=YEAR)
    assert found > moment
    assert schedule.next_after(found - TICK, since=YEAR) == found
    assert schedule.next_after(moment + (found - moment) / 2, since=YEAR) == found
    assert schedule.next_after(found, since=YEAR) > found


def test_a_cron_line_that_never_comes_is_the_poll() -> None:
    assert CronLine(line="0 0 30 2 *", timezone=UTC, poll=D).next_after(NOW, since=YEAR) == NOW + D


def asked(last: LastTurn, *projects: ProjectId) -> LastTurn:
    return replace(last, asked_for=frozenset(projects))


def test_what_a_person_asks_for_is_due_at_once_in_its_project() -> None:
    found = due(M, asked(turn(), B))
    assert found == DueTurn(at=NOW + M, cause=WhyDue.ASKED, projects=frozenset({B}))
    assert due(M, turn()) is None


def test_what_opened_meanwhile_comes_along() -> None:
    found = due(2 * M, asked(turn(), B), opening(M, project=A))
    assert found is not None
    assert found.projects == {A, B}


@pytest.mark.parametrize(("after", "cause_"), [(POLL - TICK, WhyDue.ASKED), (POLL, WhyDue.REGULAR)])
def test_a_full_turn_that_is_due_answers_it_too(after: timedelta, cause_: WhyDue) -> None:
    assert cause(due(after, asked(turn(), B))) is cause_


def test_nobody_is_heard_by_a_clock_that_was_set() -> None:
    now = reading(M, set_by=H)
    assert next_turn(now, asked(turn(), B), EMPTY, EVERY).cause is WhyDue.CLOCK_SET
