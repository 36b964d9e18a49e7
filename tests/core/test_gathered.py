"""What a turn collects while projects stream by."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, QUIET, D, H, M, account, policy, published
from tests.core.world import (
    ACME,
    BETA,
    OPS,
    announced,
    background,
    gather,
    known,
    memory_of,
    orders,
    reading,
    target,
)
from watcher.brakes import ProjectState
from watcher.brakes.docket import Place
from watcher.decide.gathered import everything, noteworthy
from watcher.decide.project import decide_project
from watcher.decide.report import Totals
from watcher.decide.twins import listed_twice
from watcher.decide.unread import UnreadPlan
from watcher.facts.accounts import AccountId, Unread
from watcher.facts.activity import Activity, Unknown, WhyUnknown
from watcher.messages.events import EventKind
from watcher.rules.judge import Usage

OPEN, TO_COME = account(renews_in=5 * H), account("zine", renews_in=54 * H)
USED, FAR = account("used", renews_in=20 * H), account("far", renews_in=20 * D)
ALL = (OPEN, TO_COME, USED, FAR)
ACTIVITY: dict[AccountId, Activity] = {OPEN.id: QUIET, TO_COME.id: QUIET, USED.id: published(D)}
READ = reading(*ALL, activity=ACTIVITY)
MEMORY = replace(announced(OPEN), known={one.id: known(one) for one in ALL})


def test_what_is_due_and_to_come_is_kept_and_the_rest_counted() -> None:
    found = gather((READ, MEMORY), by=background())
    assert [due.decision.account for due in found.due] == [OPEN]
    assert [decision.account for decision in found.announcing] == [TO_COME]
    assert [(one.handle, one.place) for one in found.entries] == [(OPEN.handle, Place.DUE)]
    assert [one.handle for one in found.prospects] == [OPEN.handle, "zine"]
    assert found.begun == {one.period: one.assigned_at for one in (OPEN, TO_COME)}
    assert found.to_come() == {one.period: one for one in (OPEN, TO_COME)}
    assert [one.account for one in found.decisions] == [OPEN, TO_COME]
    assert found.totals == Totals(
        projects=1,
        accounts=4,
        cents=60_000,
        in_use=1,
        unused=2,
        unused_cents=30_000,
        avoidable_cents=30_000,
        asked=3,
    )
    assert (found.projects, found.names) == ({ACME: ProjectState(assigned=4, remembered=3)}, {ACME: "acme"})


def test_an_audit_keeps_every_account() -> None:
    found = gather((READ, MEMORY), by=background(everything=True), keep=everything)
    assert [one.account for one in found.decisions] == list(ALL)


@pytest.mark.parametrize(
    ("activity", "warn", "kept"),
    [
        pytest.param(published(D), (), False, id="in use"),
        pytest.param(published(D), (D,), False, id="in use, and warned of"),
        pytest.param(QUIET, (), True, id="unused"),
        pytest.param(Unknown(why=WhyUnknown.UNREADABLE), (), True, id="in doubt"),
        pytest.param(Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN), (), False, id="silent"),
        pytest.param(Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN), (D,), True, id="silent, and warned of"),
    ],
)
def test_a_run_keeps_what_happens_or_is_in_the_way(
    activity: Activity, warn: tuple[timedelta, ...], kept: bool
) -> None:
    rules = target(policies=(policy(warn=warn),))
    read = reading(USED, activity={USED.id: activity}, of=rules)
    found = gather((read, memory_of(USED)), by=background(by=orders(rules)))
    assert [noteworthy(one) for one in found.decisions] == [True] * kept


def test_a_release_takes_along_what_its_last_look_needs() -> None:
    second = account("second", renews_in=4 * H)
    read = reading(OPEN, second)
    found = gather((read, announced(OPEN, second)), by=background())
    first, other = found.due
    assert (first.target, first.shown, first.listed) == (read.target, True, {OPEN.id, second.id})
    assert other.listed is first.listed  # once a project
    assert first.known.account == OPEN
    assert found.due_in_order() == [other, first]


def test_the_oldest_reading_is_of_what_is_on_the_docket() -> None:
    here = (reading(OPEN, at=NOW - M), announced(OPEN))
    there = account("there", project=BETA, renews_in=5 * H)
    older = (reading(there, at=NOW - H, of=target(BETA)), announced(there))
    nothing = (reading(at=NOW - D, of=target(BETA)), memory_of())
    by = background()
    assert gather(here, by=by).oldest_reading == NOW - M
    assert gather(here, older, nothing, by=by).oldest_reading == NOW - H
    assert gather(older, here, nothing, by=by).oldest_reading == NOW - H
    assert gather(nothing, by=by).oldest_reading is None


def test_a_source_that_cannot_be_read_is_told_from_one_that_is_silent() -> None:
    why = [
        WhyUnknown.UNREADABLE,
        WhyUnknown.MISSING_SCOPE,
        WhyUnknown.MISSING_TIME,
        WhyUnknown.NO_POST_EVER_SHOWN,
        WhyUnknown.NOT_ASKED,
    ]
    accounts = [account(f"a{number}", renews_in=20 * H) for number in range(len(why))]
    activity = {one.id: Unknown(why=word) for one, word in zip(accounts, why, strict=True)}
    found = gather((reading(*accounts, activity=activity), memory_of()), by=background())
    assert found.unreadable == 2
    assert (found.totals.asked, found.totals.doubtful, found.totals.unknown) == (4, 3, 4)


# Warnings of what is in use


def test_a_warning_of_an_account_in_use_is_counted_and_not_kept() -> None:
    rules = target(policies=(policy(warn=(D,)),))
    silent = orders(rules, routes=(replace(OPS, events=("problem.*",)),))
    read = reading(USED, activity={USED.id: published(D)}, of=rules)
    found = gather((read, memory_of(USED)), by=background(by=silent))
    assert (found.warned_in_use, found.warned_in_use_cents, found.events) == (1, 15_000, [])
    assert found.unrouted == {EventKind.RENEWAL_WARNING: 1}
    heard = gather((read, memory_of(USED)), by=background(by=orders(rules)))
    assert heard.unrouted == {}


# What was not read


def test_what_could_not_be_read_is_kept_with_what_brakes_are_to_know() -> None:
    found = gather(by=background())
    unread = Unread(project=BETA, name="beta", code="INTERNAL", why="HTTP 500")
    state = ProjectState(assigned=0, vanished=3)
    found.add_unread(BETA, UnreadPlan(unread=unread, state=state, events=(), writes=()))
    found.add_unread(ACME, UnreadPlan(unread=None, events=(), writes=()))
    assert (found.unread, found.projects) == ([unread], {BETA: state})


# Taken back


def test_an_account_taken_back_is_nowhere_any_more_and_counts_as_left_alone() -> None:
    found = gather((READ, MEMORY), by=background(everything=True), keep=everything)
    found.withdraw(listed_twice(one, (BETA,)) for one in (OPEN, TO_COME))
    assert (found.due, found.announcing, found.entries, found.prospects) == ([], [], [], [])
    assert [one.account for one in found.decisions] == [USED, FAR]
    assert found.totals == Totals(projects=1, accounts=2, cents=30_000, in_use=1, asked=1)
    assert [one.id for one in found.quarantined] == [OPEN.id, TO_COME.id]
    found.withdraw([listed_twice(OPEN, (BETA,))])
    assert len(found.quarantined) == 2


STAYS = {"quarantined", "words", "events", "begun", "outcomes", "undone", "declined", "halted_words"}
"""Of a gathered turn: what tells of accounts that are left alone, or of what happened to them before."""


def test_nothing_of_an_account_taken_back_is_left_in_what_is_still_to_be_done() -> None:
    """It went on being "announced to be released" in the very turn that told that it is left alone."""
    reminding = orders(routes=(replace(OPS, repeat=D),))
    found = gather((READ, MEMORY), by=background(everything=True, by=reminding), keep=everything)
    assert (len(found.announced), len(found.announced_before)) == (1, 1)
    found.withdraw(listed_twice(one, (BETA,)) for one in ALL)
    left = {each.name: repr(getattr(found, each.name)) for each in fields(found) if each.name not in STAYS}
    assert [name for name, said in left.items() if any(one.id in said for one in ALL)] == []


class Counted(list[Any]):
    """Counts how often all of it was gone through."""

    times = 0

    def __iter__(self) -> Iterator[Any]:
        self.times += 1
        return super().__iter__()


def test_however_many_are_taken_back_what_was_gathered_is_gone_through_as_often() -> None:
    """Every list was built anew for each of them: a fleet listed twice cost the square of its size."""
    found = gather((READ, MEMORY), by=background(everything=True), keep=everything)
    found.decisions = decisions = Counted(found.decisions)
    found.withdraw(listed_twice(one, (BETA,)) for one in (OPEN, TO_COME, USED, FAR))
    assert (found.decisions, decisions.times) == ([], 2)


def test_what_it_was_said_to_have_missed_or_hidden_is_taken_back_too() -> None:
    closed = account("closed", renews_in=5 * M)
    blind = account("blind", renews_in=20 * H)
    read = reading(closed, blind, activity={closed.id: QUIET, blind.id: Unknown(why=WhyUnknown.UNREADABLE)})
    found = gather((read, announced(closed, blind)), by=background())
    assert (found.missed, found.unreadable) == ([closed.period], 1)
    found.withdraw([listed_twice(closed, (BETA,)), listed_twice(blind, (BETA,))])
    assert (found.missed, found.unreadable) == ([], 0)


def test_an_account_that_turned_unused_counts_until_it_is_taken_back() -> None:
    old = published(22 * D)
    was_in_use = memory_of(known(OPEN, used=old, usage_at_opening=Usage.IN_USE))
    found = gather((reading(OPEN, activity=old), was_in_use), by=background())
    assert found.turned_idle == [NOW]
    found.withdraw([listed_twice(OPEN, (BETA,))])
    assert found.turned_idle == []


def test_what_one_project_brought_stays_when_the_next_one_comes() -> None:
    by = background()
    nothing = decide_project(reading(), memory_of(), by)
    brought = ("outcomes", "missed", "too_late", "undone", "announced_before", "declined")
    found = gather(by=by)
    for project in ("acme", "beta"):
        plan = replace(nothing, **{what: (f"{what} of {project}",) for what in brought})
        found.add(reading(), memory_of(), plan, by.orders.routes)
    assert {what: list(getattr(found, what)) for what in brought} == {
        what: [f"{what} of acme", f"{what} of beta"] for what in brought
    }
