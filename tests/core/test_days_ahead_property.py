"""Whatever is not told as perhaps lost goes in time, whenever turns come."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from tests.builders import NOW, H, M
from tests.core.world import orders
from watcher.brakes import FleetState, Limits, ProjectState, brake
from watcher.brakes.docket import HORIZON, Docket, Entry, Place
from watcher.decide import days_ahead
from watcher.decide.halts_ahead import halts_ahead
from watcher.decide.orders import Orders
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.record.planned_pauses import PlannedPause, PlannedPauses

PROJECTS = tuple(map(ProjectId, ("prj_a", "prj_b", "prj_c")))


def some_release(chance: Random, number: int) -> Entry:
    opens = NOW + chance.randrange(0, 50 * 60, 20) * M
    closes = opens + chance.choice([5 * H, 9 * H])
    return Entry(
        period=LeasePeriod(account=AccountId(f"sa_{number}"), renews_at=closes + 10 * M),
        project=chance.choice(PROJECTS),
        handle=f"nr.{number}",
        price_cents=15_000,
        place=Place.DUE if opens <= NOW else Place.OPENING,
        opens=opens,
        closes=closes,
    )


def some_orders(chance: Random) -> Orders:
    begins = NOW + chance.randrange(60) * H
    pause = PlannedPause(
        why="a fair",
        projects=chance.choice([(), PROJECTS[:1]]),
        begins=begins,
        ends=begins + chance.randrange(1, 9) * H,
    )
    limits = Limits(
        max_releases=chance.randrange(1, 5),
        max_share=chance.choice([0.1, 0.3, 1.0]),
        max_project_share=chance.choice([0.2, 1.0]),
        keep_at_least=chance.choice([0, 8]),
        max_value_cents=chance.choice([30_000, 10**9]),
    )
    return orders(
        limits=limits,
        poll=chance.choice([15 * M, H, 4 * H]),
        planned_pauses=PlannedPauses(pauses=chance.choice([(), (pause,)])),
    )


def sent_by_turns(
    entries: list[Entry], state: FleetState, by: Orders, chance: Random
) -> dict[LeasePeriod, datetime]:
    """By turns that come as they come, the first one now, none later than `poll` after the one before."""
    sent: dict[LeasePeriod, datetime] = {}
    at = NOW
    while at < NOW + timedelta(days=4):
        waiting = [one for one in entries if one.period not in sent and one.closes and one.closes > at]
        on_docket = [one for one in waiting if one.opens and one.opens - at <= HORIZON]
        done = [
            replace(one, place=Place.DONE, done_at=sent[one.period])
            for one in entries
            if one.period in sent and at - sent[one.period] < HORIZON
        ]
        leased = {
            id_: replace(
                known, assigned=known.assigned - sum(o.project == id_ and o.period in sent for o in entries)
            )
            for id_, known in state.projects.items()
        }
        seen = replace(state, now=at, projects=leased, planned=by.planned_pauses.on(at))
        halts = brake(Docket(entries=(*done, *on_docket)), seen, by.limits, frozenset())
        for one in waiting:
            if one.opens and one.opens <= at and not halts.on(one.period, one.project):
                sent[one.period] = at
        at += by.poll * chance.choice([0.05, 0.5, 1, 1])
    return sent


@pytest.mark.parametrize("fewest", [None, 4, 12], ids=["every moment", "4 stretches", "12 stretches"])
@pytest.mark.parametrize("seed", range(40))
def test_what_is_not_told_goes(seed: int, fewest: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = Random(seed)
    if fewest is not None:
        monkeypatch.setattr(days_ahead, "_MOST_LOOKED_AT", 0)
        monkeypatch.setattr(days_ahead, "_FEWEST_STRETCHES", fewest)
    entries = [some_release(chance, number) for number in range(chance.randrange(2, 10))]
    state = FleetState(
        now=NOW,
        projects={project: ProjectState(assigned=10) for project in PROJECTS},
        ledger_since=NOW - timedelta(days=30),
        skew=timedelta(),
    )
    by = some_orders(chance)
    foretold = halts_ahead(entries, (), state, by, frozenset(), NOW)
    told = {one.entry.period for one in foretold.to_decide}
    latest = {one.entry.period: one.goes_on for one in foretold.releases if one.goes_on is not None}
    sent = sent_by_turns(entries, state, by, chance)
    assert {one.period for one in entries} - told <= sent.keys()
    assert all(sent[period] <= at for period, at in latest.items() if period not in told)


@pytest.mark.parametrize("seed", range(200))
def test_what_is_known_without_playing_is_what_is_played(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all of it at once passes the limits no day is played, and every day would have passed."""
    chance = Random(seed)
    entries = [some_release(chance, number) for number in range(chance.randrange(1, 9))]
    counted = tuple(
        replace(some_release(chance, number), place=place, done_at=NOW - chance.randrange(24) * H)
        for number, place in enumerate(
            chance.choices([Place.DONE, Place.UNRESOLVED], k=chance.randrange(4)), 100
        )
    )
    state = FleetState(
        now=NOW,
        projects={project: ProjectState(assigned=chance.randrange(12)) for project in PROJECTS},
        ledger_since=NOW - chance.choice([30, 0.5]) * timedelta(days=1),
        skew=timedelta(),
    )
    by = replace(
        some_orders(chance),
        limits=Limits(
            max_releases=chance.randrange(5, 12),
            max_share=chance.choice([0.0, 0.4, 1.0]),
            max_project_share=chance.choice([0.0, 0.5, 1.0]),
            keep_at_least=chance.choice([0, 1, 4]),
            max_value_cents=chance.choice([120_000, 10**9]),
        ),
    )
    in_turn = chance.choice([True, False])
    known = halts_ahead(entries, counted, state, by, frozenset(), NOW, in_turn=in_turn)
    monkeypatch.setattr(days_ahead.DaysAhead, "_may_stop_some", lambda _self: True)
    assert known == halts_ahead(entries, counted, state, by, frozenset(), NOW, in_turn=in_turn)


def test_no_day_is_played_where_all_of_it_at_once_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One release more than the limit, and they are played."""
    played: list[datetime] = []
    monkeypatch.setattr(days_ahead.DaysAhead, "_judge", lambda _self, at: played.append(at))
    entries = [some_release(Random(number), number) for number in range(4)]
    state = FleetState(
        now=NOW,
        projects={project: ProjectState(assigned=10) for project in PROJECTS},
        ledger_since=NOW - timedelta(days=30),
        skew=timedelta(),
    )

    def looked(most: int) -> bool:
        played.clear()
        by = orders(limits=Limits(max_releases=most, max_share=1.0, max_project_share=1.0))
        halts_ahead(entries, (), state, by, frozenset(), NOW)
        return bool(played)

    assert (looked(4), looked(3)) == (False, True)
