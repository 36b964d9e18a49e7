"""The days ahead are played through: what is lost is asked about, what goes on by itself is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, M, S
from tests.core.world import orders
from watcher.brakes import FleetState, Limits, ProjectState, brake
from watcher.brakes.docket import Docket, Entry, Place
from watcher.brakes.kept_halts import KeptHalt
from watcher.brakes.kinds import KEY_SUSPENDED
from watcher.decide import days_ahead
from watcher.decide.dockets import known_without_a_turn
from watcher.decide.halts_ahead import HaltsAhead, halts_ahead
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.messages.matters import MatterKind
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.planned_pauses import PlannedPause, PlannedPauses, said_to_come
from watcher.texts.commands import to_resume
from watcher.texts.hours import hours_of

ACME = ProjectId("prj_acme")
BETA = ProjectId("prj_beta")
STATE = FleetState(
    now=NOW,
    projects={ACME: ProjectState(assigned=500), BETA: ProjectState(assigned=500)},
    ledger_since=NOW - 30 * D,
    skew=timedelta(),
)
POLL = orders().poll
OPEN_FOR = 6 * H


def to_come(number: int, *, opens_in: timedelta, project: ProjectId = ACME) -> Entry:
    opens = NOW + opens_in
    return Entry(
        period=LeasePeriod(account=AccountId(f"sa_{number}"), renews_at=opens + OPEN_FOR + 10 * M),
        project=project,
        handle=f"nr.{number}",
        price_cents=15_000,
        place=Place.OPENING if opens > NOW else Place.DUE,
        opens=opens,
        closes=opens + OPEN_FOR,
    )


def done(number: int, ago: timedelta) -> Entry:
    return Entry(
        period=LeasePeriod(account=AccountId(f"gone_{number}"), renews_at=NOW + H),
        project=ACME,
        handle=f"gone.{number}",
        price_cents=15_000,
        place=Place.DONE,
        done_at=NOW - ago,
    )


def played(
    *entries: Entry,
    counted: Sequence[Entry] = (),
    state: FleetState = STATE,
    approved: frozenset[LeasePeriod] = frozenset(),
    planned: tuple[PlannedPause, ...] = (),
    poll: timedelta = POLL,
    in_turn: bool = True,
    **limits: Any,
) -> HaltsAhead:
    by = orders(
        limits=Limits(**{"max_releases": 3, **limits}),
        planned_pauses=PlannedPauses(pauses=planned),
        poll=poll,
    )
    return halts_ahead(entries, counted, state, by, approved, NOW, in_turn=in_turn)


def handles(found: HaltsAhead) -> list[str]:
    return [one.entry.handle for one in found.to_decide]


def test_the_halts_of_several_hours_are_one_docket_and_what_goes_before_is_not_in_it() -> None:
    """Each hour had a docket and a command of its own, which named releases that nothing stopped."""
    alone = to_come(0, opens_in=2 * H)
    crowd = [to_come(number, opens_in=60 * H + number * M) for number in range(1, 6)]
    found = played(alone, *crowd)
    assert handles(found) == [one.handle for one in crowd]
    assert found.docket == Docket(entries=tuple(crowd))
    assert found.matter_of(alone.period, orders(), NOW) is None
    assert [halt.in_words() for halt in found.halts] == [
        "too many releases (by Thu 21 May 00:01 UTC 5 releases, limit 3)"
    ]


def test_what_is_approved_is_halted_no_more() -> None:
    crowd = [to_come(number, opens_in=60 * H) for number in range(4)]
    assert len(played(*crowd).to_decide) == 4
    assert played(*crowd, approved=frozenset(one.period for one in crowd)) == HaltsAhead()


def test_of_several_pauses_each_is_told() -> None:
    """Of two pauses of the fleet, one stood for both, and whoever ended that had ended nothing."""
    words = [Override(kind=OverrideKind.PAUSE, at=NOW, by=who, why="w") for who in ("ann", "bob")]
    found = played(to_come(1, opens_in=60 * H), state=replace(STATE, pauses=tuple(words)))
    assert [halt.measured for halt in found.halts] == ["paused by ann: w", "paused by bob: w"]


def test_releases_of_a_day_ago_that_count_no_more_by_the_opening_halt_nothing() -> None:
    """A night after 24 releases, a page asked for an approval of the 25th by a deadline that was none.

    The 24 stopped counting ten hours before its window opened; nobody approved, and it was released.
    """
    before = [done(number, 3 * H) for number in range(3)]
    assert played(to_come(1, opens_in=21 * H), counted=before) == HaltsAhead()


@pytest.mark.parametrize(
    ("done_ago", "lost"),
    [
        (24 * H - OPEN_FOR + POLL - M, True),
        (24 * H - OPEN_FOR + POLL, True),
        (24 * H - OPEN_FOR + POLL + M, False),
    ],
)
def test_what_counts_no_more_lets_go_in_time_if_a_turn_follows_before_the_window_closes(
    done_ago: timedelta, lost: bool
) -> None:
    found = played(to_come(1, opens_in=timedelta()), counted=[done(n, done_ago) for n in range(3)])
    (one,) = found.releases
    assert (one.is_lost, one.goes_on) == (lost, None if lost else NOW + 24 * H - done_ago + POLL)
    matter = found.matter(orders(), NOW)
    assert matter is not None
    assert matter.asks is lost
    if not lost:
        assert matter.what.startswith("the release of @nr.1 is halted and goes on by itself, by ")


def test_windows_that_close_make_room_and_only_what_is_lost_until_then_is_counted_as_lost() -> None:
    """Five due, three allowed: two close while they are halted, and the rest goes after them.

    All five are named together: two approved alone would still count, and stop the other three.
    """
    early = [to_come(number, opens_in=-4 * H) for number in range(2)]
    late = [to_come(number, opens_in=timedelta()) for number in range(2, 5)]
    found = played(*early, *late)
    assert {one.entry.handle: one.goes_on for one in found.releases} == {
        "nr.0": None,
        "nr.1": None,
        "nr.2": NOW + 2 * H + POLL,
        "nr.3": NOW + 2 * H + POLL,
        "nr.4": NOW + 2 * H + POLL,
    }
    matter = found.matter(orders(), NOW)
    assert matter is not None
    assert (matter.what, matter.otherwise, matter.by) == (
        "5 releases are halted; 3 of them go on by themselves in time",
        "$300.00 of $750.00 will not be saved",
        NOW + 2 * H - POLL,
    )
    assert matter.docket == Docket(entries=(*early, *late)).id
    assert [one.handle for one in matter.accounts] == ["nr.0", "nr.1", "nr.2", "nr.3", "nr.4"]


def test_short_history_is_held_against_the_instant_of_the_opening_and_the_whole_window() -> None:
    """It was held against the full hour before, and four seconds of it were told as a decision."""
    young = replace(STATE, ledger_since=NOW - 20 * H)
    assert played(to_come(1, opens_in=4 * H - timedelta(seconds=4)), state=young) == HaltsAhead()
    (one,) = played(to_come(1, opens_in=2 * H), state=young).releases
    assert one.goes_on == NOW + 4 * H + POLL
    (lost,) = played(to_come(1, opens_in=-3 * H), state=young).releases
    assert lost.is_lost


@pytest.mark.parametrize(("until", "lost"), [(8 * H - POLL - M, False), (8 * H - POLL, True), (None, True)])
def test_a_pause_loses_what_it_outlasts(until: timedelta | None, lost: bool) -> None:
    pause = Override(
        kind=OverrideKind.PAUSE, at=NOW, by="ann", why="w", until=None if until is None else NOW + until
    )
    (one,) = played(to_come(1, opens_in=2 * H), state=replace(STATE, pauses=(pause,))).releases
    assert one.is_lost is lost


@pytest.mark.parametrize(
    ("begins", "ends", "lost"),
    [(H, 9 * H, [True]), (H, 7 * H, [False]), (3 * H, 9 * H, []), (H, 2 * H, [])],
)
def test_a_planned_pause_stops_what_opens_in_it_and_loses_what_it_outlasts(
    begins: timedelta, ends: timedelta, lost: list[bool]
) -> None:
    planned = (PlannedPause(why="a fair", begins=NOW + begins, ends=NOW + ends),)
    found = played(to_come(1, opens_in=2 * H), planned=planned)
    assert [one.is_lost for one in found.releases] == lost


@pytest.mark.parametrize(("begins", "ends"), [(H, 9 * H), (H, 7 * H), (3 * H, 9 * H), (5 * M, 9 * H)])
@pytest.mark.parametrize("project", [None, ACME, BETA])
def test_a_pause_that_somebody_said_beforehand_stops_what_a_planned_one_does(
    begins: timedelta, ends: timedelta, project: ProjectId | None
) -> None:
    word = Override(
        kind=OverrideKind.PAUSE,
        at=NOW,
        by="ann",
        why="w",
        project=project,
        begins=NOW + begins,
        until=NOW + ends,
    )
    (pause,) = coming = said_to_come([word])
    planned = played(to_come(1, opens_in=2 * H), planned=(replace(pause, by=None),)).releases
    found = played(to_come(1, opens_in=2 * H), state=replace(STATE, to_come=coming)).releases
    assert [replace(one, halts=()) for one in found] == [replace(one, halts=()) for one in planned]
    for one in found:
        (halt,) = one.halts
        assert halt.measured.startswith("paused by ann from Mon 18 May 1")
        assert (halt.planned, halt.limit) == (False, "resume")
        assert halt.way_out("7f3a").command == to_resume(project, coming=True)


def test_one_that_only_resume_ends_loses_all_that_opens_in_it() -> None:
    word = Override(kind=OverrideKind.PAUSE, at=NOW, by="ann", why="w", begins=NOW + H)
    state = replace(STATE, to_come=said_to_come([word]))
    (one,) = played(to_come(1, opens_in=2 * H), state=state).releases
    assert one.is_lost
    assert [(halt.measured, halt.lifts_at) for halt in one.halts] == [
        ("paused by ann from Mon 18 May 13:00 UTC: w", None)
    ]


def test_what_limits_would_stop_without_the_pause_asks_for_both() -> None:
    """The limit was to stop all of it only until the first was lost, so that the others named the pause
    alone: whoever ended it in time lost them all the same.
    """
    planned = (PlannedPause(why="a fair", begins=NOW + 10 * H, ends=NOW + 60 * H),)
    crowd = [to_come(number, opens_in=(24 + number) * H) for number in range(3)]
    found = played(*crowd, planned=planned, poll=4 * H, max_releases=2)
    assert [len(one.halts) for one in found.releases] == [2, 2, 2]
    matter = found.matter_of(crowd[2].period, orders(), NOW)
    assert matter is not None
    assert matter.unless == "the release of @nr.2 is approved and the pause is ended"


def test_a_planned_pause_that_follows_a_pause_at_once_is_one_halt_more() -> None:
    pause = Override(kind=OverrideKind.PAUSE, at=NOW, by="ann", why="w", until=NOW + 3 * H)
    planned = (PlannedPause(why="a fair", begins=NOW + 3 * H, ends=NOW + 9 * H),)
    (one,) = played(
        to_come(1, opens_in=2 * H), state=replace(STATE, pauses=(pause,)), planned=planned
    ).releases
    assert one.is_lost
    assert [halt.measured.split(":")[0] for halt in one.halts] == ["planned pause from Mon 18 May 15"]


def test_what_is_halted_for_now_asks_nobody_and_is_in_no_docket() -> None:
    pause = Override(kind=OverrideKind.PAUSE, at=NOW, by="ann", why="w", until=NOW + H)
    found = played(to_come(1, opens_in=timedelta()), state=replace(STATE, pauses=(pause,)))
    matter = found.matter(orders(), NOW)
    assert matter is not None
    assert (matter.kind, matter.asks, matter.docket, matter.commands) == (MatterKind.HALT, False, None, ())
    assert matter.what == ("the release of @nr.1 is halted and goes on by itself, by Mon 18 May 13:15 UTC")
    assert found.kept(orders(), NOW) == ()


def test_what_an_approval_cannot_lift_names_nothing_of_what_goes_on_by_itself() -> None:
    """Of two paused projects only one is paused for good."""
    pauses = (
        Override(kind=OverrideKind.PAUSE, at=NOW, by="ann", why="w", project=ACME),
        Override(kind=OverrideKind.PAUSE, at=NOW, by="bob", why="v", project=BETA, until=NOW + H),
    )
    found = played(
        to_come(1, opens_in=timedelta()),
        to_come(2, opens_in=timedelta(), project=BETA),
        state=replace(STATE, pauses=pauses),
    )
    assert handles(found) == ["nr.1"]
    assert [one.entry.handle for one in found.for_now] == ["nr.2"]


def test_what_is_kept_says_which_halt_loses_what() -> None:
    early = [to_come(number, opens_in=-4 * H) for number in range(2)]
    late = [to_come(number, opens_in=timedelta()) for number in range(2, 5)]
    (kept,) = played(*early, *late).kept(orders(), NOW)
    assert kept.periods == tuple(one.period for one in (*early, *late))
    assert [(one.brake, one.loses) for one in kept.halts] == [
        ("too_many", tuple(one.period for one in early))
    ]
    assert isinstance(kept.halts[0], KeptHalt)


def test_what_halts_now_is_told_in_the_figures_of_now() -> None:
    """The figures of a later hour, with more releases, stood for the halt of this one."""
    now = [to_come(number, opens_in=timedelta()) for number in range(4)]
    later = [to_come(number, opens_in=25 * H) for number in range(4, 10)]
    found = played(*now, *later)
    assert [halt.measured for halt in found.halts] == ["4 releases"]


def test_of_very_many_moments_several_are_judged_together_and_nothing_is_left_out() -> None:
    crowd = [to_come(number, opens_in=timedelta(minutes=7 * number)) for number in range(600)]
    found = played(*crowd)
    assert {one.entry.handle for one in found.releases} <= {one.handle for one in crowd}
    assert found.to_decide
    assert found == played(*reversed(crowd))


def test_nothing_to_come_is_nothing_to_halt() -> None:
    assert played(state=replace(STATE, key_suspended=True)) == HaltsAhead()
    closed = to_come(1, opens_in=-OPEN_FOR)
    assert played(closed, state=replace(STATE, key_suspended=True)) == HaltsAhead()


def test_a_window_that_is_not_known_is_lost_while_a_brake_lasts() -> None:
    unknown = replace(to_come(1, opens_in=timedelta()), opens=None, closes=None)
    (one,) = played(unknown, state=replace(STATE, key_suspended=True)).releases
    assert one.is_lost
    assert played(unknown, state=replace(STATE, key_suspended=True)).matter(orders(), NOW) is not None


def test_of_an_earlier_release_of_unknown_date_the_whole_day_counts() -> None:
    undated = [replace(done(number, timedelta()), done_at=None) for number in range(3)]
    (one,) = played(to_come(1, opens_in=23 * H), counted=undated).releases
    assert one.goes_on == NOW + 24 * H + POLL
    assert played(to_come(1, opens_in=17 * H), counted=undated).to_decide
    assert played(to_come(1, opens_in=24 * H), counted=undated) == HaltsAhead()


def test_what_is_done_or_perhaps_done_is_to_come_no_more() -> None:
    """A focused turn asked for an approval of releases that the full turn before it had done itself."""
    crowd = [to_come(number, opens_in=timedelta()) for number in range(3)]
    sent = replace(crowd[0], place=Place.DONE, done_at=NOW)
    perhaps = replace(crowd[1], place=Place.UNRESOLVED)
    assert played(*crowd, counted=(sent, perhaps)) == HaltsAhead()


def test_pauses_that_cover_the_whole_week_end_the_play_where_no_window_is_known() -> None:
    """`status` hung: the account of a project that had left the configuration waited for ever."""
    unknown = replace(to_come(1, opens_in=timedelta()), opens=None, closes=None)
    week = tuple(PlannedPause(why=days, weekly=(hours_of(days),)) for days in ("mon-fri", "sat-sun"))
    (one,) = played(unknown, planned=week).releases
    assert one.is_lost


def test_a_thousand_halted_releases_are_told_one_by_one_without_going_through_all_for_each() -> None:
    """The first day of a large fleet took longer than its facts may be old: 265 s for 800 releases."""
    crowd = [to_come(number, opens_in=timedelta()) for number in range(1_000)]
    found = played(*crowd)
    assert all(found.matter_of(one.period, orders(), NOW) is not None for one in crowd)
    assert found.docket is found.docket


@pytest.mark.parametrize(("ago", "goes_on"), [(-M, True), (timedelta(), True), (M, False)])
def test_room_that_what_is_not_announced_yet_may_take_is_no_room(ago: timedelta, goes_on: bool) -> None:
    """A busy fleet was told nine times that 6 to 18 releases go on by themselves, and none of them did."""
    opens = 19 * H + ago
    before = [done(number, timedelta()) for number in range(3)]
    found = played(to_come(1, opens_in=opens), counted=[replace(one, done_at=NOW + ago) for one in before])
    assert [one.is_lost for one in found.releases] == [not goes_on]


def test_what_goes_on_is_marked_and_stands_last() -> None:
    """Five accounts stood below "$450.00 will not be saved": which three these were nobody could see."""
    early = [to_come(number, opens_in=-4 * H) for number in (8, 9)]
    late = [to_come(number, opens_in=timedelta()) for number in range(2, 5)]
    matter = played(*early, *late).matter(orders(), NOW)
    assert matter is not None
    assert [(one.handle, one.goes_on) for one in matter.accounts] == [
        ("nr.8", False),
        ("nr.9", False),
        ("nr.2", True),
        ("nr.3", True),
        ("nr.4", True),
    ]


@pytest.mark.parametrize(
    ("apart", "poll", "lost"),
    [
        (25 * H, 4 * H, True),
        (28 * H, 4 * H, True),
        (28 * H + M, 4 * H, False),
        (25 * H, 15 * M, False),
        (24 * H + M, 15 * M, True),
        (24 * H + 15 * M, 15 * M, True),
    ],
)
def test_an_opening_is_no_turn(apart: timedelta, poll: timedelta, lost: bool) -> None:
    """A release was foretold to go as its window opened, and the next of cron's turns was 3 h later.

    By then another had joined the docket, one too many: it was halted until it was too late, and nobody
    had been told before.
    """
    first = to_come(1, opens_in=5 * H)
    second = to_come(2, opens_in=5 * H + apart)
    found = played(first, second, poll=poll, max_releases=1)
    assert [one for one in handles(found) if one == first.handle] == ([first.handle] if lost else [])
    assert [one.perhaps_sent for one in found.releases if one.entry == first] == ([True] if lost else [])


def test_what_brakes_let_go_is_no_turn_either() -> None:
    """Two allowed: as a day-old release counts no more there is room, until another joins the docket."""
    waits, joins = to_come(1, opens_in=timedelta()), to_come(2, opens_in=27 * H)
    ago = 24 * H - 2 * H
    (one,) = played(waits, joins, counted=[done(1, ago)], poll=H, max_releases=1).releases[:1]
    assert one.is_lost
    (one,) = played(waits, joins, counted=[done(1, ago)], poll=59 * M, max_releases=1).releases[:1]
    assert (one.is_lost, one.goes_on) == (False, NOW + 2 * H + 59 * M)


@pytest.mark.parametrize(
    ("begins", "poll", "lost"),
    [(3 * H, 15 * M, False), (3 * H, H, True), (3 * H, 59 * M, False), (2 * H + M, 15 * M, True)],
)
def test_a_planned_pause_may_begin_sooner_than_a_turn(begins: timedelta, poll: timedelta, lost: bool) -> None:
    """It was held against the opening alone: what opened just before it was foretold to go."""
    planned = (PlannedPause(why="a fair", begins=NOW + begins, ends=NOW + 9 * H),)
    found = played(to_come(1, opens_in=2 * H), planned=planned, poll=poll)
    assert [one.perhaps_sent for one in found.to_decide] == ([True] if lost else [])


def test_what_may_go_at_once_is_told_so_however_often_it_is_stopped_after() -> None:
    """A second short gap made "may be halted" of what a turn may send before the first pause "will be"."""
    fair = PlannedPause(why="a fair", begins=NOW + H + 5 * M, ends=NOW + 9 * H)
    twice = (replace(fair, ends=NOW + 2 * H), replace(fair, begins=NOW + 2 * H + 5 * M))
    once, again = (played(to_come(1, opens_in=H), planned=those) for those in ((fair,), twice))
    told = [one.matter(orders(), NOW) for one in (once, again)]
    assert [one.what.split(" be ")[0] for one in told if one] == ["the release of @nr.1 may"] * 2


def test_what_a_turn_may_have_sent_counts_for_a_day_as_if_it_had() -> None:
    """Two allowed. The first may go before the pause; the last had room only if it did not."""
    first = to_come(1, opens_in=2 * H)
    planned = (PlannedPause(why="a fair", projects=(ACME,), begins=NOW + 3 * H, ends=NOW + 9 * H),)
    last = to_come(2, opens_in=24 * H + 2 * H + M, project=BETA)
    found = played(first, last, planned=planned, poll=4 * H, max_releases=1)
    assert {one.entry.handle for one in found.releases} == {"nr.1"}
    assert played(first, last, planned=planned, poll=H, max_releases=1).releases[0].perhaps_sent


def test_nothing_goes_while_nobody_takes_a_turn() -> None:
    """`status` foretold that what is due goes just now, though a pause begins before the next turn."""
    planned = (PlannedPause(why="a fair", begins=NOW + 5 * M, ends=NOW + 9 * H),)
    due = to_come(1, opens_in=timedelta())
    assert played(due, planned=planned) == HaltsAhead()
    (one,) = played(due, planned=planned, in_turn=False).to_decide
    assert one.perhaps_sent


def test_in_a_large_fleet_a_short_pause_is_held_against_the_very_moment() -> None:
    """Of more than 200 moments neighbours were judged together: a pause lost what it let go in time."""
    crowd = [to_come(number, opens_in=30 * D * number / 3_000, project=BETA) for number in range(3_000)]
    ends = NOW + 15 * D
    planned = (PlannedPause(why="a fair", projects=(ACME,), begins=ends - 7 * H, ends=ends),)
    opens_in = 15 * D - OPEN_FOR + POLL
    late, early = to_come(9_000, opens_in=opens_in), to_come(9_001, opens_in=opens_in + S)
    large = {project: ProjectState(assigned=10_000) for project in (ACME, BETA)}
    without = {"max_releases": 10**6, "max_value_cents": 10**12, "max_share": 1.0, "max_project_share": 1.0}
    state = replace(STATE, projects=large)
    found = played(*crowd, late, early, planned=planned, state=state, **without)
    assert {one.entry.handle: one.is_lost for one in found.releases} == {
        "nr.9000": True,
        "nr.9001": False,
    }


@pytest.mark.parametrize("stretches", [1, 3, 10, 30, 100])
def test_the_stretches_of_a_large_fleet_err_on_the_side_of_telling(
    stretches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a small fleet's moments call lost, a large one's stretches do too; windows may be short ones."""
    some = [to_come(number, opens_in=number * 37 * M) for number in range(60)]
    exact = {one.entry.handle for one in played(*some).to_decide}
    monkeypatch.setattr(days_ahead, "_MOST_LOOKED_AT", 0)
    monkeypatch.setattr(days_ahead, "_FEWEST_STRETCHES", stretches)
    assert exact <= {one.entry.handle for one in played(*some).to_decide}


def test_what_a_turn_may_send_before_it_is_stopped_is_told_as_not_sure() -> None:
    """Either word for it was false for somebody: that it goes on, and that it will be lost."""
    first, second = to_come(1, opens_in=5 * H), to_come(2, opens_in=30 * H)
    matter = played(first, second, poll=4 * H, max_releases=1).matter_of(first.period, orders(), NOW)
    assert matter is not None
    assert (matter.what, matter.otherwise, matter.kind) == (
        "the release of @nr.1 may be halted before a turn comes",
        "up to $150.00 will not be saved",
        MatterKind.COMING_HALT,
    )


def test_what_is_due_and_stopped_only_later_is_not_halted_yet() -> None:
    planned = (PlannedPause(why="a fair", begins=NOW + 5 * M, ends=NOW + 9 * H),)
    matter = played(to_come(1, opens_in=timedelta()), planned=planned, in_turn=False).matter(orders(), NOW)
    assert matter is not None
    assert (matter.kind, matter.what) == (
        MatterKind.COMING_HALT,
        "the release of @nr.1 may be halted before a turn comes",
    )


def test_a_large_fleet_is_looked_at_so_often_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty thousand releases hung: at each moment all that had been sent by then was gone through."""
    looked_at: list[int] = []

    def counting(docket: Docket, *rest: Any) -> Any:
        looked_at.append(len(docket.entries))
        return brake(docket, *rest)

    monkeypatch.setattr(days_ahead, "brake", counting)
    monkeypatch.setattr(days_ahead, "_MOST_LOOKED_AT", 10_000)
    monkeypatch.setattr(days_ahead, "_FEWEST_STRETCHES", 10)
    crowd = [to_come(number, opens_in=number * 20 * M) for number in range(400)]
    assert len(played(*crowd, max_releases=100).to_decide) == 400
    assert sum(looked_at) < 2 * 10_000


def test_what_waits_for_its_notice_does_not_go_as_its_window_opens() -> None:
    """Its window open, it was taken to be done at once, and a pause that began first cost it untold."""
    waits = replace(to_come(1, opens_in=timedelta()), place=Place.OPENING, ripe_at=NOW + 3 * H)
    planned = (PlannedPause(why="a fair", begins=NOW + H, ends=NOW + 9 * H),)
    assert handles(played(waits, planned=planned)) == ["nr.1"]
    assert played(replace(waits, ripe_at=None), planned=planned) == HaltsAhead()
    soon = (PlannedPause(why="a fair", begins=NOW + H, ends=NOW + 3 * H),)
    assert played(waits, planned=soon) == HaltsAhead()


@pytest.mark.parametrize(
    ("begins", "ends", "stopped"),
    [
        (NOW + D, NOW + 9 * D, True),
        (NOW + D, NOW + 60 * H, False),
        (NOW - D, NOW + 9 * D, True),
        (NOW + 60 * H + OPEN_FOR, NOW + 9 * D, False),
    ],
    ids=["over its window", "before it", "on already", "after it"],
)
def test_what_people_said_beforehand_is_known_without_a_turn(
    begins: datetime, ends: datetime, stopped: bool
) -> None:
    word = Override(kind=OverrideKind.PAUSE, at=NOW - 2 * D, by="ann", why="w", begins=begins, until=ends)
    one = to_come(1, opens_in=60 * H)
    found = known_without_a_turn([one], Overrides(said=(word,)), orders(), NOW, suspended=False)
    assert [each.entry for each in found.releases] == ([one] if stopped else [])


@pytest.mark.parametrize("suspended", [True, False])
def test_a_suspended_key_stops_all_that_is_to_come_and_no_turn_has_to_say_so(suspended: bool) -> None:
    one = to_come(1, opens_in=60 * H)
    found = known_without_a_turn([one], Overrides(), orders(), NOW, suspended=suspended)
    assert [halt.brake for halt in found.halts] == ([KEY_SUSPENDED] if suspended else [])
