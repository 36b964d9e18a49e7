"""What people said, asked as questions: holds, pauses, approvals, resolutions, baselines."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from tests.builders import NOW, D, H, account
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.record.overrides import Override, OverrideKind, Overrides

TICK = timedelta(microseconds=1)
LATTE, BREW = AccountId("sa_latte"), AccountId("sa_brew")
A, B = ProjectId("prj_a"), ProjectId("prj_b")


def word(kind: OverrideKind, at: datetime = NOW - D, **said: Any) -> Override:
    return Override(kind=kind, at=at, by="maria", why="campaign", **said)


def hold(at: datetime = NOW - D, *, until: datetime | None = None, on: AccountId = LATTE) -> Override:
    return word(OverrideKind.HOLD, at, account=on, until=until)


def unhold(at: datetime = NOW - D, *, on: AccountId = LATTE) -> Override:
    return word(OverrideKind.UNHOLD, at, account=on)


def said(*words: Override) -> Overrides:
    return Overrides(said=words)


FOREVER, A_WEEK, A_DAY = hold(), hold(until=NOW + 7 * D), hold(until=NOW + D)
OVER = hold(until=NOW)


@pytest.mark.parametrize(
    ("words", "holding"),
    [
        ((), None),
        ((FOREVER,), FOREVER),
        ((A_DAY,), A_DAY),
        ((OVER,), None),
        ((hold(on=BREW),), None),
        ((FOREVER, unhold()), None),
        ((FOREVER, unhold(on=BREW)), FOREVER),
        ((unhold(), FOREVER), FOREVER),
        ((A_WEEK, unhold(), A_DAY), A_DAY),
        ((FOREVER, A_DAY, unhold()), None),
    ],
)
def test_an_unhold_ends_the_holds_said_before_it_on_the_same_account(
    words: tuple[Override, ...], holding: Override | None
) -> None:
    assert said(*words).hold_on(LATTE, NOW) == holding


def test_of_several_holds_the_longest_counts_in_whatever_order_they_were_said() -> None:
    found = {said(*order).hold_on(LATTE, NOW) for order in permutations([A_DAY, FOREVER, OVER, A_WEEK])}
    without_end = {said(*order).hold_on(LATTE, NOW) for order in permutations([A_DAY, A_WEEK, OVER])}

    assert (found, without_end) == ({FOREVER}, {A_WEEK})


@pytest.mark.parametrize(("now", "held"), [(NOW - TICK, True), (NOW, False), (NOW + TICK, False)])
def test_a_hold_lasts_until_before_its_end(now: datetime, held: bool) -> None:
    assert said(OVER).hold_on(LATTE, now) == (OVER if held else None)


NOTICE = NOW - H
BEFORE, AFTER = NOTICE - TICK, NOTICE + TICK


@pytest.mark.parametrize(
    ("words", "held"),
    [
        pytest.param((), False, id="nothing said"),
        pytest.param((hold(BEFORE),), True, id="before, and it lasts"),
        pytest.param((hold(BEFORE, until=NOTICE),), False, id="before, ended at that moment"),
        pytest.param((hold(BEFORE, until=AFTER),), True, id="before, ended a tick after"),
        pytest.param((hold(BEFORE), unhold(BEFORE)), False, id="before, and ended before"),
        pytest.param((hold(BEFORE), unhold(NOTICE)), True, id="before, ended by a word at that moment"),
        pytest.param((hold(NOTICE),), True, id="at that moment"),
        pytest.param((hold(AFTER), unhold(AFTER)), True, id="after, and ended since"),
        pytest.param((hold(AFTER, until=AFTER + TICK),), True, id="after, for one tick"),
        pytest.param((hold(AFTER, on=BREW),), False, id="another account"),
        pytest.param((unhold(AFTER),), False, id="an unhold alone"),
        pytest.param(
            (hold(BEFORE), hold(BEFORE, until=NOTICE)), True, id="a shorter hold shortens no longer one"
        ),
    ],
)
def test_a_hold_at_any_moment_since_the_notice_is_found(words: tuple[Override, ...], held: bool) -> None:
    assert said(*words).held_since(LATTE, NOTICE) is held


@pytest.mark.parametrize(
    ("kind", "on", "at", "allowed"),
    [
        (OverrideKind.RESOLVE_NOT_RELEASED, LATTE, NOW - TICK, False),
        (OverrideKind.RESOLVE_NOT_RELEASED, LATTE, NOW, True),
        (OverrideKind.RESOLVE_NOT_RELEASED, LATTE, NOW + TICK, True),
        (OverrideKind.RESOLVE_NOT_RELEASED, BREW, NOW, False),
        (OverrideKind.RESOLVE_RELEASED, LATTE, NOW, False),
        (OverrideKind.UNHOLD, LATTE, NOW, False),
        (OverrideKind.APPROVE, LATTE, NOW, False),
    ],
)
def test_only_a_later_word_that_it_was_not_released_allows_a_refused_one_again(
    kind: OverrideKind, on: AccountId, at: datetime, allowed: bool
) -> None:
    assert said(word(kind, at, account=on)).allows_again(LATTE, NOW) is allowed


def pause(project: ProjectId | None = None, *, until: datetime | None = None) -> Override:
    return word(OverrideKind.PAUSE, project=project, until=until)


def resume(project: ProjectId | None = None) -> Override:
    return word(OverrideKind.RESUME, project=project)


@pytest.mark.parametrize(
    ("words", "standing"),
    [
        ((), ()),
        ((pause(),), (pause(),)),
        ((pause(A),), (pause(A),)),
        ((pause(), pause(A), pause(B)), (pause(), pause(A), pause(B))),
        ((pause(), resume()), ()),
        ((pause(A), pause(B), resume(A)), (pause(B),)),
        ((pause(A), pause(), resume()), ()),
        ((pause(), pause(A), resume(A)), (pause(),)),
        ((pause(), resume(A)), (pause(),)),
        ((resume(), pause()), (pause(),)),
    ],
)
def test_a_resume_of_the_fleet_lifts_every_pause_and_one_of_a_project_lifts_its_own(
    words: tuple[Override, ...], standing: tuple[Override, ...]
) -> None:
    assert said(*words).pauses(NOW) == standing


@pytest.mark.parametrize(("now", "paused"), [(NOW - TICK, True), (NOW, False), (NOW + TICK, False)])
def test_a_pause_lasts_until_before_its_end(now: datetime, paused: bool) -> None:
    assert said(pause(until=NOW)).pauses(now) == ((pause(until=NOW),) if paused else ())


@pytest.mark.parametrize("project", [None, A])
def test_a_shorter_pause_shortens_no_longer_one(project: ProjectId | None) -> None:
    """The watcher paused itself after a wrong ending; a person's pause until tomorrow once lifted that."""
    for_good, until_tomorrow = pause(project), pause(project, until=NOW + D)

    assert said(for_good, until_tomorrow).pauses(NOW) == (for_good, until_tomorrow)
    assert said(for_good, until_tomorrow).pauses(NOW + D) == (for_good,)
    assert said(until_tomorrow, for_good, resume(project)).pauses(NOW) == ()


ONE, TWO = account("latte").period, account("brew").period


def approve(*periods: Any, until: datetime | None = None) -> Override:
    return word(OverrideKind.APPROVE, periods=periods, until=until)


def test_approvals_add_up_and_name_lease_periods() -> None:
    assert said().approved(NOW) == frozenset()
    assert said(approve(ONE), approve(TWO)).approved(NOW) == {ONE, TWO}
    assert replace(ONE, renews_at=ONE.renews_at + D) not in said(approve(ONE)).approved(NOW)


@pytest.mark.parametrize(("now", "counts"), [(NOW - TICK, True), (NOW, False), (NOW + TICK, False)])
def test_an_approval_lasts_until_before_its_end(now: datetime, counts: bool) -> None:
    words = said(approve(ONE, until=NOW), approve(TWO, until=NOW + D))

    assert words.approved(now) == ({ONE, TWO} if counts else {TWO})


def unapprove(*periods: Any) -> Override:
    return word(OverrideKind.UNAPPROVE, periods=periods)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ((approve(ONE, TWO), unapprove(ONE)), {TWO}),
        ((approve(ONE), approve(ONE), unapprove(ONE)), set()),
        ((approve(ONE), unapprove(ONE), approve(ONE)), {ONE}),
        ((unapprove(ONE), approve(ONE)), {ONE}),
    ],
)
def test_an_approval_stands_until_it_is_withdrawn_and_may_be_given_again(
    words: tuple[Override, ...], left: set[LeasePeriod]
) -> None:
    assert said(*words).approved(NOW) == left


def test_the_baseline_is_the_latest_that_was_accepted() -> None:
    accepted = [word(OverrideKind.ACCEPT_BASELINE, NOW - ago) for ago in (2 * D, H, D)]

    assert said(*accepted).baseline_accepted_at() == NOW - H
    assert said(pause(), resume()).baseline_accepted_at() is None


def test_further_words_come_behind() -> None:
    assert said(FOREVER).with_words([unhold()]) == said(FOREVER, unhold())
