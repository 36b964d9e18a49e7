"""All that will be halted is one docket, and names nothing that may go."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import NOW, D, H
from tests.core.world import orders
from watcher.brakes import FleetState, Limits, ProjectState
from watcher.brakes.docket import Entry, Place, Prospect
from watcher.decide.coming_halt import ComingHalt, coming_halt
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.record.overrides import Override, OverrideKind

ACME = ProjectId("prj_acme")
STATE = FleetState(
    now=NOW, projects={ACME: ProjectState(assigned=500)}, ledger_since=NOW - 30 * D, skew=timedelta()
)


def prospect(number: int, *, opens_in: timedelta) -> Prospect:
    renews_at = NOW + opens_in + 6 * H
    return Prospect(
        entry=Entry(
            period=LeasePeriod(account=AccountId(f"sa_{number}"), renews_at=renews_at),
            project=ACME,
            handle=f"nr.{number}",
            price_cents=15_000,
            place=Place.OPENING,
            closes=renews_at - timedelta(minutes=10),
        ),
        opens=NOW + opens_in,
    )


def judged(*prospects: Prospect, approved: frozenset[LeasePeriod] = frozenset()) -> ComingHalt:
    return coming_halt(prospects, (), STATE, orders(limits=Limits(max_releases=3)), approved, NOW)


def test_the_halts_of_several_hours_are_one_docket_and_what_goes_before_is_not_in_it() -> None:
    """Each hour had a docket and a command of its own, which named releases that nothing stopped."""
    alone = prospect(0, opens_in=2 * H)
    crowd = [prospect(number, opens_in=60 * H + number * H) for number in range(1, 6)]
    coming = judged(alone, *crowd)
    assert {entry.handle for entry in coming.docket.entries} == {one.entry.handle for one in crowd}
    assert coming.on(alone.entry.period) == ()
    assert [halt.measured for halt in coming.halts] == ["5 releases"]


def test_what_is_approved_is_halted_no_more() -> None:
    crowd = [prospect(number, opens_in=60 * H) for number in range(4)]
    assert len(judged(*crowd).docket.entries) == 4
    approved = frozenset(one.entry.period for one in crowd)
    assert judged(*crowd, approved=approved) == ComingHalt()


def test_of_several_pauses_each_is_told() -> None:
    """Of two pauses of the fleet, one stood for both, and whoever ended that had ended nothing."""
    words = [Override(kind=OverrideKind.PAUSE, at=NOW, by=who, why="w") for who in ("ann", "bob")]
    state = replace(STATE, pauses=tuple(words))
    coming = coming_halt([prospect(1, opens_in=60 * H)], (), state, orders(), frozenset(), NOW)
    assert [halt.measured for halt in coming.halts] == ["paused by ann: w", "paused by bob: w"]
