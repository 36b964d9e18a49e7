"""One project's reading, decided about: what is near, what is due, what is missed, what is written of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, QUIET, D, H, M, S, account, hold, published
from tests.core.world import (
    ACME,
    OPS,
    STANDARD,
    TURN,
    announced,
    background,
    fleet_memory,
    known,
    memory_of,
    notice,
    orders,
    reading,
    said,
    target,
    turn_record,
)
from watcher.brakes import ProjectState
from watcher.decide.announced_before import told_again
from watcher.decide.halts_ahead import HaltsAhead
from watcher.decide.project import decide_project
from watcher.decide.readings import Reading
from watcher.facts.accounts import AccountId, Flaw, LeasePeriod, Quarantined
from watcher.facts.activity import NOT_ASKED, Activity, Unknown, WhyUnknown
from watcher.memory.remembered import FleetMemory, KnownRules, ProjectMemory
from watcher.memory.writes import ReadRecord, Said
from watcher.messages.events import EventKind
from watcher.messages.problems import Problem
from watcher.messages.routes import Route
from watcher.record.intents import GivenBack
from watcher.record.lateness import Change, Since
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind, UseThen
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Announce, Leave, Mode, Release, Step, Wait

LATTE = account()
"""Renews in 31 hours, so it opens in 25."""
OPEN = account(renews_in=5 * H)
"""Its window has been open for an hour."""
OBSERVE = orders(mode=Mode.OBSERVE)


def record_of(writes: tuple[object, ...]) -> ReadRecord:
    """What is written of the reading: the last of its project's writes."""
    last = writes[-1]
    assert isinstance(last, ReadRecord)
    return last


# What is decided about at all


@pytest.mark.parametrize(
    ("renews_in", "near"),
    [(78 * H - S, True), (78 * H, True), (78 * H + S, False)],
    ids=["before", "at", "after"],
)
def test_an_account_is_near_from_a_day_before_anything_is_said_of_it(
    renews_in: timedelta, near: bool
) -> None:
    """A lead of 6 hours and twice the notice of 24: announced 54 hours before its renewal."""
    one = account(renews_in=renews_in)
    plan = decide_project(reading(one), memory_of(one), background())
    assert ([two.account for two in plan.decisions], list(plan.quiet)) == (
        ([one], []) if near else ([], [one])
    )


FAR = account("far", renews_in=20 * D)


@pytest.mark.parametrize(
    ("activity", "memory", "everything"),
    [
        pytest.param({FAR.id: QUIET}, memory_of(FAR), False, id="asked about"),
        pytest.param({}, announced(FAR), False, id="announced already"),
        pytest.param({}, memory_of(FAR), True, id="an audit shows everything"),
    ],
)
def test_a_far_account_is_decided_about_where(
    activity: Mapping[AccountId, Activity], memory: ProjectMemory, everything: bool
) -> None:
    plan = decide_project(reading(FAR, activity=activity), memory, background(everything=everything))
    assert (len(plan.decisions), plan.quiet) == (1, ())


def test_of_a_project_without_a_policy_only_the_next_day_is_near() -> None:
    day, later = account("day", renews_in=D), account("later", renews_in=D + S)
    without = reading(day, later, of=target(policies=()))
    plan = decide_project(without, memory_of(day, later), background())
    assert [(one.account, one.reason) for one in plan.decisions] == [(day, Reason.NO_POLICY)]
    assert plan.quiet == (later,)


# The step, and its reason


@pytest.mark.parametrize(
    ("renews_in", "step", "reason"),
    [
        pytest.param(54 * H + S, Leave(why=Reason.NOT_DUE), Reason.NOT_DUE, id="before"),
        pytest.param(54 * H, Announce(not_before=NOW + 48 * H), Reason.NOTICE_TO_COME, id="at"),
        pytest.param(54 * H - S, Announce(not_before=NOW + 48 * H - S), Reason.NOTICE_TO_COME, id="after"),
    ],
)
def test_it_is_announced_twice_the_notice_before_its_window(
    renews_in: timedelta, step: Step, reason: Reason
) -> None:
    one = account(renews_in=renews_in)
    (decision,) = decide_project(reading(one), memory_of(one), background()).decisions
    assert (decision.step, decision.reason) == (step, reason)


@pytest.mark.parametrize(
    ("renews_in", "step", "reason"),
    [
        pytest.param(
            6 * H + S, Wait(until=NOW + S, why=Reason.WINDOW_NOT_OPEN), Reason.WINDOW_NOT_OPEN, id="before"
        ),
        pytest.param(6 * H, Release(), Reason.UNUSED, id="opens"),
        pytest.param(6 * H - S, Release(), Reason.UNUSED, id="open"),
        pytest.param(10 * M + S, Release(), Reason.UNUSED, id="still open"),
        pytest.param(10 * M, Leave(why=Reason.TOO_LATE), Reason.TOO_LATE, id="closed"),
        pytest.param(S, Leave(why=Reason.TOO_LATE), Reason.TOO_LATE, id="the last second"),
        pytest.param(timedelta(), Leave(why=Reason.RENEWAL_PENDING), Reason.RENEWAL_PENDING, id="renews"),
    ],
)
def test_what_was_announced_in_time_is_released_inside_its_window(
    renews_in: timedelta, step: Step, reason: Reason
) -> None:
    one = account(renews_in=renews_in)
    (decision,) = decide_project(
        reading(one, activity={one.id: QUIET}), announced(one), background()
    ).decisions
    assert (decision.step, decision.reason) == (step, reason)


def test_times_are_compared_with_when_the_facts_were_read_and_not_with_the_turns_start() -> None:
    """A turn waited for hours, and judged by its beginning what was to be by then."""
    one = account(renews_in=6 * H + M)
    late = reading(one, at=NOW + M, activity={one.id: QUIET})
    (decision,) = decide_project(late, announced(one), background()).decisions
    assert decision.step == Release()


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ((hold(),), Leave(why=Reason.HELD)),
        ((said(OverrideKind.HOLD, account=AccountId("sa_other")),), Release()),
    ],
)
def test_a_hold_keeps_the_account_it_names(words: tuple[Override, ...], step: Step) -> None:
    words = tuple(replace(word, account=word.account or OPEN.id) for word in words)
    (decision,) = decide_project(reading(OPEN), announced(OPEN), background(said=words)).decisions
    assert decision.step == step


def test_use_that_the_ledger_remembers_counts_where_the_evidence_no_longer_shows_it() -> None:
    remembered = replace(known(OPEN), used=published(2 * D), usage_at_opening=Usage.IN_USE)
    (decision,) = decide_project(reading(OPEN), memory_of(remembered), background()).decisions
    assert (decision.reason, decision.judgement.usage) == (Reason.IN_USE, Usage.IN_USE)


def test_an_account_without_an_answer_was_not_asked_about() -> None:
    (decision,) = decide_project(reading(OPEN, activity={}), memory_of(OPEN), background()).decisions
    assert (decision.judgement.subject.activity, decision.reason) == (NOT_ASKED, Reason.NOT_DUE)


# What is written


def test_a_reading_that_changes_nothing_is_written_as_that() -> None:
    noted = known(LATTE, reason=Reason.WINDOW_NOT_OPEN, decided_at=NOW - D)
    before = announced(noted, rules=KnownRules(mode=Mode.OBSERVE, enrolled=True))
    plan = decide_project(reading(LATTE), before, background())
    since = Since.exactly(Change.ENFORCED, NOW)
    rules = KnownRules(mode=Mode.ENFORCE, enrolled=True, policies={STANDARD.fingerprint: since})
    assert plan.writes == (
        ReadRecord(
            project=ACME, turn=TURN, at=NOW, noted_at=NOW, shown=True, strange=frozenset(), rules=rules
        ),
    )
    assert plan.state == ProjectState(assigned=1, remembered=1)
    assert (plan.events, plan.outcomes, plan.missed, plan.undone, plan.turned_idle) == ((), (), (), (), ())
    assert plan.known == {LATTE.id: noted}


def test_what_is_not_understood_is_there_and_told_of() -> None:
    odd = Quarantined(project=ACME, id="sa_odd", handle="odd", flaw=Flaw.UNKNOWN_STATUS, field="status")
    nameless = replace(odd, id=None, handle=None, flaw=Flaw.MISSING_FIELD, field="socialAccountId")
    plan = decide_project(reading(quarantined=(odd, nameless)), memory_of(), background())
    record = record_of(plan.writes)
    assert (plan.state, record.strange) == (ProjectState(assigned=1), {"sa_odd"})
    assert [one.kind for one in record.problems] == [EventKind.ACCOUNT_QUARANTINED] * 2
    assert [one.event for one in record.messages] == list(plan.events)


def test_a_clock_that_is_off_stamps_what_is_remembered_no_later_than_it_truly_is() -> None:
    plan = decide_project(reading(LATTE), memory_of(), background(skew=2 * H))
    # A whole second more than was measured, as `Date` has whole seconds; and never before the last proof.
    assert record_of(plan.writes).noted_at == max(NOW - 2 * H - S, NOW - 15 * M)
    assert plan.known[LATTE.id].first_seen_at == NOW - 15 * M


@pytest.mark.parametrize(
    ("blank", "before", "since", "is_blank"),
    [
        pytest.param(None, None, NOW - D, False, id="not looked at"),
        pytest.param(None, NOW - H, NOW - D, True, id="not looked at, and blank before"),
        pytest.param(True, None, NOW - D, True, id="blank from now on"),
        pytest.param(True, NOW - D, NOW - D, False, id="blank since the watermark"),
        pytest.param(True, NOW - D + S, NOW - D, True, id="blank since after the watermark"),
        pytest.param(False, NOW - H, NOW - D, False, id="shows something again"),
        pytest.param(True, NOW - 9 * D, None, True, id="no watermark yet"),
    ],
)
def test_evidence_that_shows_nothing_any_more_counts_since_the_watermark(
    blank: bool | None, before: datetime | None, since: datetime | None, is_blank: bool
) -> None:
    by = background(memory=fleet_memory(watermark=since))
    plan = decide_project(reading(LATTE, blank=blank), memory_of(LATTE, blank_since=before), by)
    assert plan.state.blank is is_blank


# Holds that go with a renewal that is moved


def test_a_hold_to_the_end_of_a_period_goes_with_a_moved_renewal() -> None:
    moved = replace(LATTE, renews_at=LATTE.renews_at + D)
    word = replace(hold(until=LATTE.renews_at), account=LATTE.id, periods=(LATTE.period,))
    plan = decide_project(reading(moved), memory_of(LATTE), background(said=(word,)))
    again = replace(word, at=NOW, until=moved.renews_at, periods=(moved.period,))
    # Before the reading: it would hide that the renewal was another.
    assert plan.writes[0] == Said(override=again)
    assert [one.reason for one in plan.decisions] == [Reason.HELD]


def test_a_hold_that_names_no_period_stays_as_it_is() -> None:
    moved = replace(LATTE, renews_at=LATTE.renews_at + D)
    word = replace(hold(until=LATTE.renews_at), account=LATTE.id)
    plan = decide_project(reading(moved), memory_of(LATTE), background(said=(word,)))
    assert [type(one) for one in plan.writes] == [ReadRecord]


# Missed releases


CLOSED = account(renews_in=5 * M)


@pytest.mark.parametrize(
    ("how", "missed"),
    [
        pytest.param({}, (CLOSED.period,), id="enforcing"),
        pytest.param({"by": OBSERVE}, (), id="observing"),
        pytest.param({"skew": None}, (), id="by a clock that nothing proves"),
        pytest.param({"skew": 61 * S}, (), id="by a clock that is off"),
    ],
)
def test_a_release_that_can_no_longer_be_is_missed(
    how: dict[str, Any], missed: tuple[LeasePeriod, ...]
) -> None:
    plan = decide_project(reading(CLOSED), announced(CLOSED), background(**how))
    assert plan.missed == missed
    assert plan.known[CLOSED.id].missed_at == (NOW if missed else None)


def test_it_is_missed_once() -> None:
    before = known(CLOSED, reason=Reason.TOO_LATE, missed_at=NOW - M)
    plan = decide_project(reading(CLOSED), announced(before), background())
    assert plan.missed == ()


RENEWED = replace(LATTE, renews_at=NOW + 30 * D - H)
WAS = replace(LATTE, renews_at=NOW - H)
"""The same account before its renewal of an hour ago."""
OBSERVED = fleet_memory(last_turn=turn_record(NOW - 15 * M, mode=Mode.OBSERVE))


@pytest.mark.parametrize(
    ("memory", "fleet", "missed"),
    [
        pytest.param(announced(known(WAS)), fleet_memory(), True, id="announced"),
        pytest.param(
            memory_of(known(WAS), notices={WAS.period: notice(WAS, live=False)}),
            fleet_memory(),
            False,
            id="as would be",
        ),
        pytest.param(
            memory_of(known(WAS, reason=Reason.WINDOW_NOT_OPEN)), fleet_memory(), True, id="waited for"
        ),
        pytest.param(
            memory_of(known(WAS, reason=Reason.WINDOW_NOT_OPEN)), OBSERVED, False, id="in observe mode"
        ),
        pytest.param(memory_of(known(WAS, reason=Reason.HELD)), fleet_memory(), False, id="kept"),
    ],
)
def test_a_renewal_is_missed_if_its_release_stood_planned(
    memory: ProjectMemory, fleet: FleetMemory, missed: bool
) -> None:
    plan = decide_project(reading(RENEWED), memory, background(memory=fleet))
    assert [(one.kind, one.period, one.price_cents) for one in plan.outcomes] == [
        (OutcomeKind.PAID, WAS.period, 15_000)
    ]
    assert plan.missed == ((WAS.period,) if missed else ())


def test_in_observe_mode_no_renewal_is_missed() -> None:
    plan = decide_project(reading(RENEWED), announced(known(WAS)), background(by=OBSERVE))
    assert (len(plan.outcomes), plan.missed) == (1, ())


# Releases that did not last, or did after all


GIVEN_BACK = GivenBack(period=LATTE.period, assigned_at=LATTE.assigned_at, at=NOW - H)
BACK = memory_of(LATTE, released=frozenset({LATTE.period}), given_back={LATTE.id: GIVEN_BACK})
TRY_AGAIN = said(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)


@pytest.mark.parametrize(
    ("ago", "words", "undone"),
    [
        pytest.param(10 * M, (), (), id="the lists may lag"),
        pytest.param(10 * M + S, (), (LATTE.period,), id="no list lags so long"),
        pytest.param(H, (TRY_AGAIN,), (), id="a person allows another try"),
    ],
)
def test_a_confirmed_release_that_did_not_last_is_told(
    ago: timedelta, words: tuple[Override, ...], undone: tuple[LeasePeriod, ...]
) -> None:
    memory = replace(BACK, given_back={LATTE.id: replace(GIVEN_BACK, at=NOW - ago)})
    plan = decide_project(reading(LATTE), memory, background(said=words))
    assert (plan.undone, record_of(plan.writes).undone) == (undone, undone)
    assert [one.kind for one in plan.events] == [EventKind.RELEASE_UNDONE] * len(undone)


def kept(one: Reading, age: timedelta) -> Reading:
    """Of so long ago: somebody in between handed it out again."""
    made = one.listing.read_at - age
    return replace(one, read_at=made, listing=replace(one.listing, age=age, read_at=made, read_until=made))


@pytest.mark.parametrize(("age", "undone"), [(50 * M, ()), (50 * M - S, (LATTE.period,))])
def test_a_list_that_was_kept_undoes_no_release_that_came_after_it(
    age: timedelta, undone: tuple[LeasePeriod, ...]
) -> None:
    plan = decide_project(kept(reading(LATTE), age), BACK, background())
    assert plan.undone == undone
    expected = Reason.RELEASE_UNDONE if undone else Reason.ALREADY_RELEASED
    assert [one.reason for one in plan.decisions] == [expected]


@pytest.mark.parametrize(("age", "over"), [(5 * S, {"release.undone:sa_latte:x"}), (6 * S, set())])
def test_nor_does_one_end_that_a_release_did_not_last(age: timedelta, over: set[str]) -> None:
    problem = standing(EventKind.RELEASE_UNDONE, "release.undone:sa_latte:x")
    by = background(memory=fleet_memory(problems={problem.id: problem}))
    plan = decide_project(kept(reading(FAR), age), memory_of(FAR), by)
    assert set(record_of(plan.writes).over) == over


def test_it_is_noted_once_that_a_release_did_not_last() -> None:
    first = decide_project(reading(LATTE), BACK, background())
    standing = {one.id: one for one in record_of(first.writes).problems}
    again = decide_project(reading(LATTE), BACK, background(memory=fleet_memory(problems=standing)))
    assert (again.undone, record_of(again.writes).undone, again.events) == ((LATTE.period,), (), ())


def test_what_is_listed_as_disconnected_was_released_after_all() -> None:
    memory = memory_of(LATTE, not_done={LATTE.period: 1})
    ours = decide_project(reading(), memory, background(), disconnected=frozenset({LATTE.id}))
    nobody_knows = decide_project(reading(), memory, background())
    assert [(one.kind, one.period) for one in ours.outcomes] == [(OutcomeKind.RELEASED, LATTE.period)]
    assert nobody_knows.outcomes == ()
    assert [one.kind for one in nobody_knows.events] == [EventKind.ACCOUNT_GONE]


def test_the_price_of_a_release_undone_is_no_missed_one() -> None:
    was = known(WAS, reason=Reason.RELEASE_UNDONE)
    plan = decide_project(reading(RENEWED), announced(was), background())
    assert plan.outcomes == (
        Outcome(
            kind=OutcomeKind.PAID,
            period=WAS.period,
            project=ACME,
            handle=WAS.handle,
            price_cents=15_000,
            at=WAS.renews_at,
            cause=Cause.UNDONE,
            explanation=Explanation(cause=Cause.UNDONE, use=UseThen.UNUSED),
        ),
    )
    assert plan.missed == ()


# Who is told again


def test_who_came_later_and_must_accept_is_sent_the_standing_notice_under_its_key() -> None:
    two = orders(routes=(OPS, Route(notifier="mail", counts=True)))
    plan = decide_project(reading(LATTE), announced(LATTE), background(by=two))
    (late,) = told_again(plan.announced_before, HaltsAhead(), background(by=two)).messages
    assert (late.notifier, late.event.key, late.for_receipt) == ("mail", notice(LATTE).key, True)
    assert [one.reason for one in plan.decisions] == [Reason.NOTICE_UNANSWERED]


@pytest.mark.parametrize(
    ("repeat", "words", "times"),
    [
        pytest.param(2 * D, (), 1, id="at its time"),
        pytest.param(2 * D + S, (), None, id="not before"),
        pytest.param(D, (), 2, id="the second time"),
        pytest.param(None, (), None, id="where nobody asked for it"),
        pytest.param(
            D, (said(OverrideKind.ACKNOWLEDGE, account=LATTE.id),), None, id="not once it was noted"
        ),
    ],
)
def test_an_announced_release_is_told_again_to_who_asked(
    repeat: timedelta | None, words: tuple[Override, ...], times: int | None
) -> None:
    """It was announced two days ago."""
    by = background(by=orders(routes=(replace(OPS, repeat=repeat),)), said=words)
    plan = decide_project(reading(LATTE), announced(LATTE), by)
    keys = [one.event.key for one in told_again(plan.announced_before, HaltsAhead(), by).messages]
    expected = f"{notice(LATTE).key}:{(NOW - 2 * D).isoformat()}:again:{times}"
    assert keys == ([expected] if times else [])


# Doubt


def test_evidence_that_cannot_be_had_is_a_problem_of_the_project_until_it_can() -> None:
    blind = reading(LATTE, activity=Unknown(why=WhyUnknown.UNREADABLE))
    begun = decide_project(blind, memory_of(LATTE), background())
    (problem,) = record_of(begun.writes).problems
    assert (problem.kind, problem.project) == (EventKind.ACTIVITY_UNKNOWN, ACME)

    by = background(memory=fleet_memory(problems={problem.id: problem}))
    over = record_of(decide_project(reading(LATTE), memory_of(LATTE), by).writes)
    assert over.over == (problem.id,)


def test_a_budget_is_held_against_what_the_project_costs() -> None:
    def told(cents: int) -> list[EventKind]:
        one = reading(LATTE, FAR, of=target(budget_cents=cents))
        return [event.kind for event in decide_project(one, memory_of(LATTE, FAR), background()).events]

    assert told(30_000) == []
    assert told(29_999) == [EventKind.BUDGET_EXCEEDED]


def standing(kind: EventKind, id_: str) -> Problem:
    return Problem(id=id_, kind=kind, content=id_, text="", since=NOW - H, told_at=NOW - H, project=ACME)


@pytest.mark.parametrize(
    ("odd", "over"),
    [
        pytest.param((), {"budget", "release.undone:sa_latte:x", "other"}, id="all is understood"),
        pytest.param(("sa_other",), {"release.undone:sa_latte:x", "other"}, id="another is not"),
        pytest.param(("sa_latte",), {"other"}, id="the account itself is not"),
        pytest.param((None,), {"other"}, id="one has no id"),
    ],
)
def test_of_what_is_not_understood_no_problem_is_over(odd: tuple[str | None, ...], over: set[str]) -> None:
    """Neither what it costs is known, nor whether its release lasted."""
    found = (
        standing(EventKind.BUDGET_EXCEEDED, "budget"),
        standing(EventKind.RELEASE_UNDONE, "release.undone:sa_latte:x"),
        standing(EventKind.ACTIVITY_UNKNOWN, "other"),
    )
    left_alone = tuple(
        Quarantined(
            project=ACME,
            id=None if id_ is None else AccountId(id_),
            handle=None,
            flaw=Flaw.MISSING_FIELD,
            field="status",
        )
        for id_ in odd
    )
    by = background(memory=fleet_memory(problems={one.id: one for one in found}))
    plan = decide_project(reading(quarantined=left_alone), memory_of(), by)
    assert set(record_of(plan.writes).over) == over


def test_an_account_that_came_or_went_is_told_of() -> None:
    new = account("new", renews_in=20 * D)
    plan = decide_project(reading(new), memory_of(FAR), background())
    assert [(one.kind, one.account) for one in plan.events] == [
        (EventKind.LEASE_NEW, new.id),
        (EventKind.ACCOUNT_GONE, FAR.id),
    ]
    assert plan.state == ProjectState(assigned=1, vanished=1)
    assert {one.account.id for one in record_of(plan.writes).known} == {new.id, FAR.id}
