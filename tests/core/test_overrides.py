"""What people said, asked as questions: holds, pauses, approvals, resolutions, baselines."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from tests.builders import NOW, D, H, M, account
from tests.core.world import asked_for
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.record.overrides import CLOCKS_DIFFER, RELEASE_LASTS, Override, OverrideKind, Overrides

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


def coming(project: ProjectId | None = None, *, by: timedelta = D) -> Override:
    return replace(pause(project, until=NOW + 9 * D), begins=NOW + by)


@pytest.mark.parametrize("now", [NOW + D - TICK, NOW + D, NOW + D + TICK])
def test_a_pause_that_begins_later_is_to_come_until_its_first_instant(now: datetime) -> None:
    words, on = said(coming()), now >= NOW + D
    assert words.pauses(now) == ((coming(),) if on else ())
    assert words.pauses_to_come(now) == (() if on else (coming(),))
    assert (words.pauses(NOW + 9 * D), words.pauses_to_come(NOW + 9 * D)) == ((), ())


TAKES_BACK = {"begins": NOW + D}


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ((pause(), coming(), resume()), (coming(),)),
        ((pause(), coming(), replace(resume(), **TAKES_BACK)), ()),
        ((coming(A), coming(B), replace(resume(A), **TAKES_BACK)), (coming(B),)),
        ((coming(), replace(resume(A), **TAKES_BACK)), (coming(),)),
        ((coming(), coming(by=2 * D), replace(resume(), **TAKES_BACK)), (coming(by=2 * D),)),
        ((replace(resume(), **TAKES_BACK), coming()), (coming(),)),
        ((coming(), replace(resume(), at=NOW + D)), ()),
    ],
    ids=[
        "who ends another one leaves it",
        "unless that is said",
        "of its project",
        "of the fleet it is not",
        "what was said meanwhile stays",
        "what is said later stays",
        "begun it is one like any other",
    ],
)
def test_a_resume_takes_back_what_is_to_come_only_where_it_says_so(
    words: tuple[Override, ...], left: tuple[Override, ...]
) -> None:
    """After an outage of an hour somebody would have lifted the pause of the holidays with it."""
    assert (said(*words).pauses(NOW), said(*words).pauses_to_come(NOW)) == ((), left)


@pytest.mark.parametrize(("at", "stands"), [(NOW - TICK, False), (NOW, False), (NOW + TICK, True)])
def test_what_was_said_while_somebody_typed_what_ends_it_is_not_ended(at: datetime, stands: bool) -> None:
    """`resume` had read the ledger when the watcher paused itself: appended last, it ended that, too."""
    paused, held = replace(pause(), at=at), hold(at)

    assert said(paused, replace(resume(), at=NOW)).pauses(NOW + D) == ((paused,) if stands else ())
    assert said(held, unhold(NOW)).hold_on(LATTE, NOW + D) == (held if stands else None)
    assert said(held, unhold(NOW)).hold_ended_at(LATTE, NOW + D) == (None if stands else NOW)


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


ONE_LEASE, OTHER_LEASE = account("latte"), account("brew")
ASKED, OF_OTHER = asked_for(ONE_LEASE), asked_for(OTHER_LEASE)


def answer(to: Override, at: datetime = NOW) -> Override:
    return replace(to, kind=OverrideKind.ANSWER, at=at, by="lease-watcher", why="done", until=None)


AGAIN = replace(ASKED, why="once more")


@pytest.mark.parametrize(
    ("words", "standing"),
    [
        ((), ()),
        ((ASKED,), (ASKED,)),
        ((ASKED, AGAIN, OF_OTHER), (ASKED, AGAIN, OF_OTHER)),
        ((ASKED, AGAIN, OF_OTHER, answer(ASKED)), (OF_OTHER,)),
        ((ASKED, answer(ASKED), AGAIN), (AGAIN,)),
        ((ASKED, answer(replace(ASKED, handle="mocha"))), (ASKED,)),
        ((ASKED, answer(replace(ASKED, periods=()))), (ASKED,)),
        ((ASKED, word(OverrideKind.RESTORED)), ()),
        ((word(OverrideKind.RESTORED), ASKED), (ASKED,)),
        ((replace(ASKED, until=None),), ()),
        ((pause(), approve(ONE), ASKED), (ASKED,)),
    ],
    ids=[
        "none",
        "one",
        "several",
        "an answer uses up all of its lease",
        "said again",
        "an answer of another handle",
        "an answer of another renewal",
        "before the ledger was restored",
        "after it",
        "without an end",
        "other words",
    ],
)
def test_a_word_for_a_release_stands_until_its_lease_is_answered(
    words: tuple[Override, ...], standing: tuple[Override, ...]
) -> None:
    assert said(*words).asked_releases(NOW) == standing


@pytest.mark.parametrize(
    ("now", "lasts", "stands"),
    [
        (ASKED.at - CLOCKS_DIFFER - TICK, RELEASE_LASTS, False),
        (ASKED.at - CLOCKS_DIFFER, RELEASE_LASTS, True),
        (ASKED.at + RELEASE_LASTS - TICK, RELEASE_LASTS, True),
        (ASKED.at + RELEASE_LASTS, RELEASE_LASTS, False),
        (ASKED.at + RELEASE_LASTS, 2 * RELEASE_LASTS, False),
        (ASKED.at + M - TICK, M, True),
        (ASKED.at + M, M, False),
    ],
    ids=["to come", "by a clock ahead", "within", "over", "never longer", "shorter", "shorter, over"],
)
def test_a_word_for_a_release_lasts_an_hour_at_most(now: datetime, lasts: timedelta, stands: bool) -> None:
    one = replace(ASKED, until=ASKED.at + lasts)
    assert said(one).asked_releases(now) == ((one,) if stands else ())


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), None),
        ((ASKED,), None),
        ((ASKED, answer(OF_OTHER)), None),
        ((answer(ASKED), ASKED), None),
        ((ASKED, answer(ASKED)), answer(ASKED)),
        ((answer(ASKED, NOW - D), ASKED, answer(OF_OTHER), answer(ASKED)), answer(ASKED)),
        ((ASKED, answer(ASKED), answer(ASKED, NOW + H)), answer(ASKED)),
        ((AGAIN, answer(ASKED)), None),
    ],
    ids=[
        "never said",
        "not yet",
        "another's",
        "an earlier one's",
        "its own",
        "among others",
        "the first",
        "of a word that was not said",
    ],
)
def test_the_answer_to_a_word_is_the_first_of_its_lease_after_it(
    words: tuple[Override, ...], found: Override | None
) -> None:
    assert said(*words).answer_to(ASKED) == found


@pytest.mark.parametrize(
    ("words", "ended"),
    [
        ((), None),
        ((FOREVER,), None),
        ((OVER,), NOW),
        ((A_DAY,), None),
        ((FOREVER, unhold(NOW - H)), NOW - H),
        ((hold(until=NOW - 2 * H), unhold(NOW - H)), NOW - 2 * H),
        ((A_DAY, unhold(NOW - H), OVER), NOW),
        ((unhold(NOW - H),), None),
        ((FOREVER, unhold(NOW + TICK)), None),
    ],
)
def test_a_hold_ends_by_itself_or_by_an_unhold_whichever_is_first(
    words: tuple[Override, ...], ended: datetime | None
) -> None:
    assert said(*words).hold_ended_at(LATTE, NOW) == ended


@pytest.mark.parametrize(
    ("fields", "at", "known"),
    [
        ({"account": LATTE}, NOW, True),
        ({"account": LATTE}, NOW - TICK, False),
        ({"account": BREW}, NOW, False),
        ({"problem": LATTE}, NOW, True),
        ({}, NOW, False),
    ],
    ids=["of it", "before", "of another", "of a problem", "of nothing"],
)
def test_what_a_person_has_taken_note_of_since_is_known(
    fields: dict[str, Any], at: datetime, known: bool
) -> None:
    words = said(pause(), word(OverrideKind.ACKNOWLEDGE, at, **fields))
    assert words.acknowledged(LATTE, NOW) is known


def test_words_of_other_kinds_end_no_hold() -> None:
    """What is said of the same account."""
    released = word(OverrideKind.RESOLVE_RELEASED, NOW - H, account=LATTE)
    assert said(OVER, released).hold_ended_at(LATTE, NOW) == NOW
    assert said(FOREVER, released).hold_ended_at(LATTE, NOW) is None


@pytest.mark.parametrize(
    ("words", "allowing"),
    [
        ((), ()),
        ((approve(ONE), approve(TWO), approve(ONE, TWO)), (approve(ONE), approve(ONE, TWO))),
        ((approve(ONE, until=NOW),), ()),
        ((approve(ONE), unapprove(TWO)), (approve(ONE),)),
        ((approve(ONE), unapprove(ONE)), ()),
        ((approve(ONE), unapprove(ONE), approve(ONE, TWO)), (approve(ONE, TWO),)),
        ((pause(), approve(ONE)), (approve(ONE),)),
    ],
)
def test_every_approval_of_a_lease_is_named_that_was_not_withdrawn(
    words: tuple[Override, ...], allowing: tuple[Override, ...]
) -> None:
    assert said(*words).approvals_of(ONE, NOW) == allowing


def test_holds_to_the_end_of_a_lease_period_are_found_by_it() -> None:
    through = replace(hold(on=ONE.account), periods=(ONE,))
    words = said(FOREVER, through, hold(on=TWO.account))
    assert words.held_through == {ONE.account}
    assert words.holds_through(ONE) == (through,)
    assert words.holds_through(replace(ONE, renews_at=ONE.renews_at + D)) == ()
    assert words.with_words([unhold(on=ONE.account)]).holds_through(ONE) == ()


@pytest.mark.parametrize(
    ("words", "held"),
    [
        ((), False),
        ((hold(NOW - H),), True),
        ((hold(NOW),), False),
        ((hold(NOW - D),), True),
        ((hold(NOW - D - TICK),), False),
        ((unhold(NOW - H),), False),
    ],
)
def test_a_hold_is_of_when_it_was_said(words: tuple[Override, ...], held: bool) -> None:
    assert said(*words).held_between(LATTE, NOW - D, NOW) is held
    assert said(hold(NOW - 300 * D)).held_between(LATTE, None, NOW)


def test_a_restored_ledger_is_as_old_as_its_copy_says() -> None:
    words = said(word(OverrideKind.RESTORED, NOW - D), word(OverrideKind.RESTORED, NOW - H, until=NOW + H))
    assert (words.restored_at(), said(ASKED).restored_at()) == (NOW - H, None)
    assert [words.restored_since(at) for at in (NOW, NOW + H - TICK, NOW + H)] == [True, True, False]
    assert not said(word(OverrideKind.RESTORED, NOW - D)).restored_since(NOW - D)


APPROVED = Override(
    kind=OverrideKind.APPROVE, at=NOW - H, by="ann", why="looked", periods=(ONE,), until=NOW + H
)


@pytest.mark.parametrize(
    ("words", "at", "found"),
    [
        ((), NOW, None),
        ((APPROVED,), NOW - H - TICK, None),
        ((APPROVED,), NOW - H, APPROVED),
        ((APPROVED,), NOW + H - TICK, APPROVED),
        ((APPROVED,), NOW + H, None),
        ((APPROVED, replace(APPROVED, kind=OverrideKind.UNAPPROVE, at=NOW)), NOW - TICK, APPROVED),
        ((APPROVED, replace(APPROVED, kind=OverrideKind.UNAPPROVE, at=NOW)), NOW, None),
    ],
    ids=["none", "before it", "as it is said", "to its end", "at its end", "not withdrawn yet", "withdrawn"],
)
def test_by_which_approval_a_release_went_is_the_one_that_stood_then(
    words: tuple[Override, ...], at: datetime, found: Override | None
) -> None:
    assert said(*words).approval_at(ONE, at) == found
