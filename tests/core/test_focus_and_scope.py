"""How much a turn looked at, and on what a turn rests that read only a few projects."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, M, account, policy
from tests.core.world import ACME, BETA, TICK, background, gather, memory_of, orders, reading, target
from watcher.brakes import FleetState, ProjectState
from watcher.brakes.docket import Docket, Entry, Place
from watcher.decide.fleet import Coverage
from watcher.decide.focus import Focus
from watcher.decide.gathered import Gathered
from watcher.facts.accounts import Account, Flaw, ProjectId, Quarantined, Unread
from watcher.messages.events import EventKind
from watcher.messages.problems import Problem
from watcher.messages.unmatched import Unmatched
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.rules.policy import Protect
from watcher.rules.shards import WHOLE, Shard
from watcher.rules.targets import DISCOVERY

HERE, THERE = account("here"), account("there", project=BETA)


def entry(one: Account, place: Place = Place.OPENING) -> Entry:
    return Entry(
        period=one.period, project=one.project, handle=one.handle, price_cents=one.price_cents, place=place
    )


def focus(*entries: Entry, state: FleetState | None = None) -> Focus:
    return Focus(
        projects=frozenset({ACME}), docket=Docket(entries=entries), state=state or FleetState(now=NOW - M)
    )


# A focused turn


def test_the_docket_of_the_projects_read_is_joined_by_what_is_to_come_elsewhere() -> None:
    stale_here, there = entry(account("gone")), entry(THERE, Place.DUE)
    done_there = entry(account("done", project=BETA), Place.DONE)
    fresh = Docket(entries=(entry(HERE, Place.DUE),))
    assert focus(stale_here, there, done_there).widened(fresh).entries == (entry(HERE, Place.DUE), there)


def test_what_the_ledger_knows_to_be_done_is_not_to_come_as_well() -> None:
    fresh = Docket(entries=(entry(THERE, Place.DONE),))
    assert focus(entry(THERE, Place.DUE)).widened(fresh) == fresh


def test_of_doubts_the_greater_counts_and_of_readings_the_older() -> None:
    before = FleetState(
        now=NOW - H,
        projects={ACME: ProjectState(assigned=9), BETA: ProjectState(assigned=5)},
        asked=7,
        unknown=3,
        unreadable=1,
        turned_idle=0,
        oldest_reading=NOW - H,
        skew=timedelta(),
    )
    read = FleetState(
        now=NOW,
        projects={ACME: ProjectState(assigned=8)},
        asked=2,
        unknown=1,
        unreadable=2,
        turned_idle=4,
        oldest_reading=NOW,
        skew=None,
    )
    assert focus(state=before).completed(read) == FleetState(
        now=NOW,
        projects={ACME: ProjectState(assigned=8), BETA: ProjectState(assigned=5)},
        asked=7,
        unknown=3,
        unreadable=2,
        turned_idle=4,
        oldest_reading=NOW - H,
        skew=None,
    )


@pytest.mark.parametrize("counted", ["asked", "unknown", "unreadable", "turned_idle"])
@pytest.mark.parametrize(("before", "read"), [(3, 2), (2, 3)])
def test_each_count_is_the_greater_whichever_turn_made_it(counted: str, before: int, read: int) -> None:
    base = FleetState(now=NOW - M, **{counted: before})
    completed = focus(state=base).completed(FleetState(now=NOW, **{counted: read}))
    assert getattr(completed, counted) == 3


@pytest.mark.parametrize(
    ("before", "read", "oldest"),
    [(None, None, None), (NOW, None, NOW), (None, NOW, NOW), (NOW - TICK, NOW, NOW - TICK)],
)
def test_where_nothing_was_on_a_docket_the_other_reading_counts(
    before: datetime | None, read: datetime | None, oldest: datetime | None
) -> None:
    base = FleetState(now=NOW - M, oldest_reading=before)
    completed = focus(state=base).completed(FleetState(now=NOW, oldest_reading=read))
    assert completed.oldest_reading == oldest


@pytest.mark.parametrize(
    ("kind", "overtakes"),
    [
        (OverrideKind.ACCEPT_BASELINE, True),
        (OverrideKind.UNHOLD, True),
        (OverrideKind.RESTORED, True),
        (OverrideKind.HOLD, False),
        (OverrideKind.PAUSE, False),
        (OverrideKind.RESUME, False),
        (OverrideKind.APPROVE, False),
        (OverrideKind.ACKNOWLEDGE, False),
    ],
)
@pytest.mark.parametrize(("at", "since"), [(NOW - M - TICK, False), (NOW - M, True), (NOW, True)])
def test_words_that_change_what_counts_elsewhere_overtake_it(
    kind: OverrideKind, overtakes: bool, at: datetime, since: bool
) -> None:
    words = Overrides(said=(Override(kind=kind, at=at, by="maria", why="x"),))
    assert focus().is_overtaken(words) is (overtakes and since)


# How much a turn looked at


FULL = Coverage(full=True, cut_short=False, shard=WHOLE)
CUT, FOCUSED = replace(FULL, cut_short=True), replace(FULL, full=False)
PART = replace(FULL, shard=Shard(index=0, count=2))

WORDS = policy(protect=Protect(accounts=("sa_nobody",)))
LEFT = (Unmatched(key="policies.standard.protect.accounts", word="sa_nobody"),)


def gathered(*, unread: ProjectId | None = None, odd: bool = False) -> Gathered:
    quarantined = (
        Quarantined(project=ACME, id="sa_odd", handle=None, flaw=Flaw.MISSING_FIELD, field="handle"),
    )
    rules = target(policies=(WORDS,))
    read = reading(HERE, of=rules, quarantined=quarantined if odd else ())
    found = gather((read, memory_of(HERE)), by=background(by=orders(rules)))
    if unread is not None:
        found.unread.append(Unread(project=unread, name="x", code="INTERNAL", why="HTTP 500"))
    return found


@pytest.mark.parametrize(
    ("scope", "found", "whole", "unmatched", "cents"),
    [
        pytest.param(FULL, {}, True, LEFT, 15_000, id="everything"),
        pytest.param(FULL, {"odd": True}, True, LEFT, None, id="one is not understood"),
        pytest.param(FULL, {"unread": BETA}, False, None, None, id="a project is missing"),
        pytest.param(CUT, {}, False, None, None, id="cut short"),
        pytest.param(FOCUSED, {}, True, None, None, id="a focused turn"),
        pytest.param(PART, {}, True, None, 15_000, id="one of two shards"),
    ],
)
def test_only_of_what_was_looked_at_anything_is_said(
    scope: Coverage, found: dict[str, Any], whole: bool, unmatched: Any, cents: int | None
) -> None:
    one = gathered(**found)
    assert (scope.whole(one), scope.unmatched(one), scope.fleet_cents(one)) == (whole, unmatched, cents)


def problem(project: ProjectId | None) -> Problem:
    id_ = f"{EventKind.PROJECT_UNREADABLE}:{project}"
    return Problem(
        id=id_,
        kind=EventKind.PROJECT_UNREADABLE,
        content=id_,
        text="",
        since=NOW - D,
        told_at=NOW - D,
        project=project,
    )


@pytest.mark.parametrize(
    ("scope", "unread", "unwatched"),
    [
        pytest.param(FULL, None, {BETA}, id="it came across all there are"),
        pytest.param(FULL, BETA, set(), id="it is there, and cannot be read"),
        pytest.param(FULL, DISCOVERY, set(), id="nobody could say which there are"),
        pytest.param(CUT, None, set(), id="cut short"),
        pytest.param(FOCUSED, None, set(), id="a focused turn"),
    ],
)
def test_nobody_watches_a_project_that_a_full_turn_did_not_come_across(
    scope: Coverage, unread: ProjectId | None, unwatched: set[ProjectId]
) -> None:
    standing = {one.id: one for one in (problem(ACME), problem(BETA), problem(None))}
    assert scope.unwatched(gathered(unread=unread), standing) == unwatched
