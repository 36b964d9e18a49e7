"""Planned pauses: when they are on, to the tick, also in nights in which the clocks change."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.core.world import ACME, BETA, TICK
from watcher.facts.accounts import ProjectId
from watcher.record.overrides import Override, OverrideKind
from watcher.record.planned_pauses import FOREVER, PauseInForce, PlannedPause, PlannedPauses, said_to_come
from watcher.texts.hours import hours_of

BERLIN = ZoneInfo("Europe/Berlin")
BEGINS, ENDS = datetime(2026, 12, 24, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)
ONCE = PlannedPause(why="holidays", begins=BEGINS, ends=ENDS)
WEEKEND = PlannedPause(why="weekend", weekly=(hours_of("fri 18:00-24:00"), hours_of("sat-sun")), zone=BERLIN)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (BEGINS - TICK, None),
        (BEGINS, ENDS),
        (BEGINS + TICK, ENDS),
        (ENDS - TICK, ENDS),
        (ENDS, None),
        (ENDS + TICK, None),
    ],
)
def test_one_is_on_from_its_first_instant_and_over_at_its_last(now: datetime, until: datetime | None) -> None:
    assert ONCE.until(now) == until


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at("2026-05-22T16:00") - TICK, None),
        (at("2026-05-22T16:00"), at("2026-05-24T22:00")),
        (at("2026-05-24T22:00") - TICK, at("2026-05-24T22:00")),
        (at("2026-05-24T22:00"), None),
        # The clocks go forward in the night to Sunday, 29 March 2026: the weekend is an hour shorter.
        (at("2026-03-27T17:00") - TICK, None),
        (at("2026-03-27T17:00"), at("2026-03-29T22:00")),
        (at("2026-03-29T22:00") - TICK, at("2026-03-29T22:00")),
        (at("2026-03-29T22:00"), None),
        # And back in that to Sunday, 25 October 2026: an hour longer.
        (at("2026-10-23T16:00") - TICK, None),
        (at("2026-10-23T16:00"), at("2026-10-25T23:00")),
        (at("2026-10-25T23:00") - TICK, at("2026-10-25T23:00")),
        (at("2026-10-25T23:00"), None),
    ],
)
def test_a_weekly_one_goes_by_the_clock_on_the_wall_and_its_parts_are_one(
    now: datetime, until: datetime | None
) -> None:
    assert WEEKEND.until(now) == until


NIGHT = PlannedPause(why="night", weekly=(hours_of("sun 02:00-03:00"),), zone=BERLIN)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        # 02:00 to 03:00 come twice, at 00:00 and 01:00 UTC.
        (at("2026-10-25T00:00") - TICK, None),
        (at("2026-10-25T00:00"), at("2026-10-25T02:00")),
        (at("2026-10-25T01:00"), at("2026-10-25T02:00")),
        (at("2026-10-25T02:00") - TICK, at("2026-10-25T02:00")),
        (at("2026-10-25T02:00"), None),
        # And never, where 01:59 is followed by 03:00.
        (at("2026-03-29T01:00") - TICK, None),
        (at("2026-03-29T01:00"), None),
    ],
)
def test_an_hour_that_comes_twice_is_paused_twice_and_one_that_is_left_out_never(
    now: datetime, until: datetime | None
) -> None:
    assert NIGHT.until(now) == until


def test_it_is_known_when_one_begins_next() -> None:
    assert ONCE.next_begin(BEGINS - TICK) == BEGINS
    assert (ONCE.next_begin(BEGINS), ONCE.next_begin(ENDS)) == (None, None)
    assert WEEKEND.next_begin(at("2026-03-24T12:00:30")) == at("2026-03-27T17:00")
    assert WEEKEND.next_begin(at("2026-03-28T12:00")) is None
    assert NIGHT.next_begin(at("2026-03-28T12:00")) == at("2026-04-05T00:00")
    planned = PlannedPauses(pauses=(ONCE, WEEKEND))
    assert planned.next_begin(ACME, at("2026-12-23T12:00")) == BEGINS
    assert planned.next_begin(ACME, at("2026-11-22T23:00")) == at("2026-11-27T17:00")


def test_what_the_projects_share_is_one_pause_for_each() -> None:
    planned = PlannedPauses(pauses=(PlannedPause(why="w", projects=(ACME, BETA), begins=BEGINS, ends=ENDS),))
    assert planned.on(BEGINS - TICK) == ()
    assert planned.on(BEGINS) == tuple(PauseInForce(project=one, why="w", until=ENDS) for one in (ACME, BETA))


def test_pauses_that_follow_each_other_at_once_end_together() -> None:
    """Each ended by itself, within the window: what came next was not seen beforehand."""
    day = timedelta(days=1)
    of_acme = PlannedPause(why="next", projects=(ACME,), begins=ENDS, ends=ENDS + day)
    later = PlannedPause(why="later", begins=ENDS + day + TICK, ends=ENDS + 2 * day)
    planned = PlannedPauses(pauses=(later, of_acme, ONCE))
    assert [one.until for one in planned.on(BEGINS)] == [ENDS]  # of all projects, and beta's ends then
    of_both = PlannedPause(why="both", projects=(ACME, BETA), begins=BEGINS, ends=ENDS)
    found = PlannedPauses(pauses=(later, of_acme, of_both)).on(BEGINS)
    assert {one.project: one.until for one in found} == {ACME: ENDS + day, BETA: ENDS}
    with_all = PlannedPauses(pauses=(ONCE, replace(of_acme, projects=()), of_both)).on(BEGINS)
    assert {one.project: one.until for one in with_all} == dict.fromkeys((None, ACME, BETA), ENDS + day)


WORD = Override(kind=OverrideKind.PAUSE, at=BEGINS - timedelta(days=9), by="ann", why="w", begins=BEGINS)


def test_what_somebody_said_beforehand_is_the_same_as_what_is_configured() -> None:
    (of_acme,) = said_to_come([replace(WORD, project=ACME, until=ENDS)])
    assert of_acme == PlannedPause(why="w", projects=(ACME,), begins=BEGINS, ends=ENDS, by="ann")
    planned = PlannedPauses(pauses=(ONCE,)).with_said([replace(WORD, project=ACME, until=ENDS)])
    assert planned.on(BEGINS) == (
        PauseInForce(project=None, why="holidays", until=ENDS),
        PauseInForce(project=ACME, why="w", until=ENDS, by="ann"),
    )
    assert PlannedPauses().with_said([]) == PlannedPauses()


def test_one_that_only_resume_ends_has_no_end_whatever_follows_it() -> None:
    for_good = PlannedPauses(pauses=(WEEKEND, ONCE)).with_said([WORD])
    later = BEGINS + timedelta(days=4000)
    assert for_good.on(BEGINS - TICK) == ()
    assert [one.until for one in for_good.on(BEGINS)] == [None, None]  # the holidays join it
    assert [one.until for one in for_good.on(later) if one.by] == [None]
    (alone,) = said_to_come([WORD])
    assert list(alone.later_spans(BEGINS - TICK, later)) == [(BEGINS, FOREVER)]
    assert (alone.until(BEGINS - TICK), alone.next_begin(BEGINS)) == (None, None)


def test_what_begins_within_the_time_of_a_request_is_on_for_it() -> None:
    planned, soon = PlannedPauses(pauses=(ONCE,)), timedelta(seconds=10)
    assert planned.on(BEGINS - soon - TICK, within=soon) == ()
    assert [one.until for one in planned.on(BEGINS - soon, within=soon)] == [ENDS]


def test_pauses_that_never_end_are_given_up_on() -> None:
    whole = PlannedPause(why="ever", weekly=(hours_of("mon-sun"),))
    (only,) = PlannedPauses(pauses=(whole,)).on(BEGINS)
    assert only.until > BEGINS + timedelta(days=365)


def test_the_end_of_a_pause_is_asked_for_once_however_many_projects_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With 40 weekly pauses, and 400 releases to come, each look ahead took five seconds."""
    asked = Counter[tuple[str, datetime]]()
    until = PlannedPause.until

    def counted(self: PlannedPause, moment: datetime) -> datetime | None:
        asked[self.why, moment] += 1
        return until(self, moment)

    monkeypatch.setattr(PlannedPause, "until", counted)
    many = tuple(ProjectId(f"prj_{number}") for number in range(6))
    of_many = replace(WEEKEND, why="of many", projects=many)
    saturday, monday = at("2026-05-23T12:00"), at("2026-05-24T22:00")
    own = tuple(replace(WEEKEND, why=f"of {one}", projects=(one,)) for one in many)
    assert {one.until for one in PlannedPauses(pauses=(of_many, *own)).on(saturday)} == {monday}
    assert asked == {(one.why, moment): 1 for one in (of_many, *own) for moment in (saturday, monday)}
