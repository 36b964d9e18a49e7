"""When turns of a simulation are taken: at what is due, once a day, and of a large fleet by stretches."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, M, account, decision, hold, policy, report
from tests.core.world import OPS, orders, target
from watcher.ahead.instants import LONGEST_STRETCH, Occasion, Pace, occasions
from watcher.brakes import Halts
from watcher.brakes.halts import Halt
from watcher.brakes.kinds.min_history import HISTORY
from watcher.decide.report import Report
from watcher.messages.routes import Route
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.planned_pauses import PlannedPause, PlannedPauses
from watcher.rules.plan import PeriodState, Release
from watcher.rules.policy import ReleaseRule, ReleaseWhen
from watcher.texts.hours import hours_of

RENEWS = NOW + 31 * H
OPENS, CLOSES = RENEWS - 6 * H, RENEWS - 10 * M
STRETCH = 2 * H


def pace(*, days: int = 10, stretch: timedelta = timedelta()) -> Pace:
    return Pace(since=NOW, until=NOW + days * D, stretch=stretch)


def coming(
    of: Report, said: Iterable[Override] = (), *, waits: bool = False, **of_orders: Any
) -> set[Occasion]:
    by = orders(**of_orders)
    return set(occasions(of, by, Overrides(said=tuple(said)), UTC, waits=waits, retry=timedelta()))


def test_a_turn_comes_once_a_day_counted_from_the_first_and_at_the_very_end() -> None:
    assert pace().next(NOW, ()) == NOW + D
    assert pace().next(NOW + 5 * H, ()) == NOW + D
    assert pace().next(NOW + D, ()) == NOW + 2 * D
    assert pace(days=1).next(NOW + 23 * H, ()) == NOW + D
    assert pace(days=1).next(NOW + D, ()) is None


def test_it_comes_at_what_is_due_before_that_and_never_again_at_the_same_moment() -> None:
    due = [Occasion(at=NOW), Occasion(at=NOW + 5 * H), Occasion(at=NOW + 3 * H)]

    assert pace().next(NOW, due) == NOW + 3 * H
    assert pace().next(NOW + 3 * H, due) == NOW + 5 * H


def test_of_a_large_fleet_it_answers_what_is_due_within_a_stretch_at_its_end() -> None:
    """A release that becomes due waits for no other."""
    due = [Occasion(at=NOW + H), Occasion(at=NOW + 2 * H)]

    assert pace(stretch=STRETCH).next(NOW, due) == NOW + 3 * H
    assert pace(stretch=STRETCH).next(NOW, [*due, Occasion(at=NOW + 90 * M, exact=True)]) == NOW + 90 * M


@pytest.mark.parametrize(
    ("accounts", "days", "stretch"),
    [
        (0, 30, timedelta()),
        (15, 30, timedelta()),
        (380, 30, timedelta()),
        (1_000, 365, timedelta(seconds=42048)),
        (5_000, 30, 4 * H + 48 * M),
        (1_000_000, 30, LONGEST_STRETCH),
    ],
)
def test_how_long_a_stretch_is_follows_from_how_much_all_turns_would_read(
    accounts: int, days: int, stretch: timedelta
) -> None:
    found = Pace.of(since=NOW, until=NOW + days * D, accounts=accounts, orders=orders())
    assert found.stretch == stretch


def test_a_stretch_leaves_an_announcement_the_time_that_it_needs() -> None:
    rule = ReleaseRule(when=ReleaseWhen.IDLE, notice=2 * H)
    by = orders(target(policies=(policy(release=rule),)))

    assert Pace.of(since=NOW, until=NOW + 30 * D, accounts=1_000_000, orders=by).stretch == H


def test_a_stretch_leaves_half_the_time_of_which_the_last_warning_warns() -> None:
    """Told a whole stretch late, one of six hours would come after its renewal, and be told to nobody."""
    by = orders(target(policies=(policy(warn=(7 * D, 6 * H)),)))

    assert Pace.of(since=NOW, until=NOW + 30 * D, accounts=1_000_000, orders=by).stretch == 3 * H


def test_an_account_is_met_at_each_rung_its_announcement_its_release_and_its_renewal() -> None:
    one = decision(
        account(renews_in=10 * D),
        policies=(policy(warn=(7 * D, D)),),
        standing=PeriodState(),
    )
    renews = NOW + 10 * D

    assert coming(report(one)) == {
        Occasion(at=renews),
        Occasion(at=renews - 7 * D),
        Occasion(at=renews - D),
        # It waits until it is to be announced; no release waits for that turn.
        Occasion(at=renews - 54 * H),
    }


def test_one_that_no_policy_governs_is_met_at_its_renewal() -> None:
    assert coming(report(decision(policies=()))) == {Occasion(at=RENEWS)}


def test_the_end_of_a_hold_inside_the_window_is_met_exactly() -> None:
    def ends(until: datetime) -> set[Occasion]:
        return {one for one in coming(report(decision(held=hold(until=until)))) if one.at == until}

    tick = timedelta(microseconds=1)
    assert ends(OPENS - tick) == {Occasion(at=OPENS - tick)}
    assert ends(OPENS) == {Occasion(at=OPENS, exact=True)}
    assert ends(CLOSES - tick) == {Occasion(at=CLOSES - tick, exact=True)}
    assert ends(CLOSES) == set()


def due() -> Any:
    return replace(decision(), step=Release())


def test_what_is_due_and_halted_is_looked_at_again_and_what_is_released_is_not() -> None:
    one = due()
    released = Attempt.on(one.account, Ending.RELEASED, at=NOW)

    assert Occasion(at=NOW + H) in coming(report(one))
    assert coming(report(one, attempts=(released,))) == {Occasion(at=NOW + D)}


def test_it_comes_when_time_lifts_a_halt() -> None:
    halt = Halt(brake=HISTORY, project=None, measured="", limit="", lifts_at=NOW + 3 * H)
    halts = Halts(halts=(halt,))

    assert Occasion(at=NOW + 3 * H) in coming(report(halts=halts, matters=()))


def test_it_comes_at_both_edges_of_pauses_that_are_planned_or_said() -> None:
    planned = PlannedPause(why="freeze", projects=(), begins=NOW + H, ends=NOW + 2 * H, weekly=(), zone=UTC)
    on = PlannedPause(why="now", projects=(), begins=NOW - H, ends=NOW + 4 * H, weekly=(), zone=UTC)
    words = [
        Override(kind=OverrideKind.PAUSE, at=NOW, by="jo", why="x", until=NOW + 5 * H),
        Override(kind=OverrideKind.PAUSE, at=NOW, by="jo", why="x"),
        Override(kind=OverrideKind.PAUSE, at=NOW, by="jo", why="x", begins=NOW + 7 * H, until=NOW + 8 * H),
        Override(kind=OverrideKind.HOLD, at=NOW, by="jo", why="x", until=NOW + 6 * H),
    ]

    assert coming(report(), words, planned_pauses=PlannedPauses(pauses=(planned, on))) == {
        Occasion(at=NOW + each * H, exact=True) for each in (1, 4, 5, 7, 8)
    }


def test_what_waits_is_told_when_quiet_hours_end_and_when_an_hour_has_room_again() -> None:
    quiet = replace(OPS, quiet=(hours_of("10:00-13:00"),))
    few = Route(notifier="few", counts=False, max_per_hour=1)

    assert coming(report(), waits=True, routes=(quiet, few)) == {
        Occasion(at=NOW + H, exact=True),
        Occasion(at=NOW + H),
    }
    assert coming(report(), waits=False, routes=(quiet, few)) == set()
