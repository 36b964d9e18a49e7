"""The fleet, once every project was decided about: what brakes stop, what goes, what is said and written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, QUIET, D, H, M, S, account, policy
from tests.core.world import (
    ACME,
    BETA,
    NOTHING_ELSE,
    TICK,
    TURN,
    announced,
    background,
    fleet_memory,
    gather,
    known,
    memory_of,
    no_twins,
    orders,
    reading,
    said,
    target,
)
from watcher.brakes import Brake, Limits, ProjectState, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.brakes.kept_halts import KeptHalt
from watcher.decide.background import Background
from watcher.decide.fleet import FleetFacts, FleetPlan, decide_fleet, decide_rest
from watcher.decide.focus import Focus
from watcher.decide.halts_ahead import HaltsAhead
from watcher.decide.remains import what_remains
from watcher.decide.twins import listed_twice
from watcher.facts.accounts import Account, Flaw, Listed, ProjectId, Quarantined
from watcher.facts.activity import Unknown, WhyUnknown
from watcher.memory.writes import Announced, DocketKept, Note, Queued
from watcher.messages.events import EventKind
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending, Intent
from watcher.record.lateness import Change, Lateness, Since
from watcher.record.notices import Notice
from watcher.record.outcomes import Cause, Explanation
from watcher.record.overrides import OverrideKind, Overrides
from watcher.record.planned_pauses import PlannedPause, PlannedPauses
from watcher.record.reasons import Reason, Trouble
from watcher.rules.plan import Mode
from watcher.texts.commands import WayOut

OPEN = account(renews_in=5 * H)
FAR = [account(f"far{number}", renews_in=60 * D) for number in range(9)]
"""Enough others that one release is a small share."""

WARNS = policy(warn=(D,))
TO_COME = account("zine", renews_in=54 * H)
"""To be announced now."""


def plan_of(
    *accounts: Account, by: Background | None = None, facts: FleetFacts = NOTHING_ELSE, **fields: Any
) -> FleetPlan:
    """The fleet of one project in which everything was announced that is due within the day."""
    by = by or background()
    due = [one for one in accounts if one.renews_at - NOW < D]
    memory = announced(*due)
    memory = replace(memory, known={one.id: known(one, **fields) for one in accounts})
    gathered = gather((reading(*accounts, of=by.orders.targets[0]), memory), by=by)
    return decide_fleet(gathered, no_twins(), facts, by)


def writes_of(plan: FleetPlan, kind: type) -> Iterator[Any]:
    return (one for one in plan.writes if isinstance(one, kind))


# What goes


def test_what_is_due_goes_where_no_brake_stops_it() -> None:
    plan = plan_of(OPEN, *FAR)
    (due,) = plan.go
    assert (due.decision.account, due.decision.reason, due.listed) == (
        OPEN,
        Reason.UNUSED,
        {OPEN.id, *(one.id for one in FAR)},
    )
    assert (plan.halts.halts, plan.events) == ((), ())
    assert plan.docket.entries == (
        Entry(
            period=OPEN.period,
            project=ACME,
            handle=OPEN.handle,
            price_cents=15_000,
            place=Place.DUE,
            opens=OPEN.renews_at - 6 * H,
            closes=OPEN.renews_at - 10 * M,
        ),
    )
    # Why it went is noted with its reading: nothing of it is left to write.
    assert list(writes_of(plan, Note)) == []


def test_the_window_that_closes_first_goes_first_and_then_the_dearer() -> None:
    cheap, dear = account("cheap", renews_in=5 * H), account("dear", renews_in=5 * H, price_cents=90_000)
    first = account("first", renews_in=5 * H - S)
    limits = Limits(max_share=1.0, max_project_share=1.0)
    plan = plan_of(cheap, dear, first, *FAR, by=background(by=orders(limits=limits)))
    assert [due.decision.account for due in plan.go] == [first, dear, cheap]


def test_in_observe_mode_nothing_is_due() -> None:
    plan = plan_of(OPEN, *FAR, by=background(by=orders(mode=Mode.OBSERVE)))
    assert (plan.go, [one.place for one in plan.docket.entries]) == ((), [Place.DUE])


def test_a_turn_that_was_told_to_stop_releases_and_warns_of_nothing() -> None:
    by = background(by=orders(target(policies=(WARNS,))))
    plan = plan_of(OPEN, *FAR, by=by, facts=replace(NOTHING_ELSE, stopped=True))
    assert (plan.go, plan.events) == ((), ())


def test_a_turn_that_was_told_to_stop_leaves_what_is_due_to_the_next_one() -> None:
    """It was foretold to go in this turn, although a pause begins before the next one."""
    by = under(begins=NOW + 5 * M, ends=NOW + D)
    assert plan_of(OPEN, *FAR, by=by).ahead.releases == ()
    (one,) = plan_of(OPEN, *FAR, by=by, facts=replace(NOTHING_ELSE, stopped=True)).ahead.to_decide
    assert (one.entry.period, one.perhaps_sent) == (OPEN.period, True)


# What a brake stops


PAUSED = said(OverrideKind.PAUSE)


def test_a_brake_stops_all_of_it_and_why_is_noted_once() -> None:
    braked = plan_of(OPEN, *FAR, by=background(said=(PAUSED,)))
    assert (braked.go, [one.brake for one in braked.halts.halts]) == ((), [kinds.PAUSED])
    (note,) = writes_of(braked, Note)
    assert (note.project, note.turn, note.at, note.messages) == (ACME, TURN, NOW, ())
    assert [(one.account, one.reason, one.decided_at) for one in note.known] == [(OPEN, Reason.BRAKED, NOW)]
    assert [one.kind for one in braked.events] == [EventKind.BRAKE_HALTED]
    pause = WayOut.by_typing("lease-watcher resume --reason WHY", after=" lifts it")
    PAUSE = KeptHalt(
        brake="paused", words="paused by maria: holiday campaign", way=pause, loses=(OPEN.period,)
    )
    assert next(writes_of(braked, DocketKept)) == DocketKept(
        docket=braked.docket.id,
        periods=(OPEN.period,),
        at=NOW,
        halts=(PAUSE,),
    )

    (noted,) = note.known
    assert noted.explanation == Explanation(
        cause=Cause.BRAKED,
        title="halted: paused by maria: holiday campaign",
        brakes=("paused",),
        closes=OPEN.renews_at - timedelta(minutes=10),
        by=OPEN.renews_at - timedelta(minutes=25),
    )
    why: dict[str, Any] = {"reason": Reason.BRAKED, "explanation": noted.explanation}
    again = plan_of(OPEN, *FAR, by=background(said=(PAUSED,)), **why)
    assert (again.go, list(writes_of(again, Note))) == ((), [])


def test_once_a_brake_is_off_its_reason_is_replaced() -> None:
    plan = plan_of(OPEN, *FAR, reason=Reason.BRAKED)
    (note,) = writes_of(plan, Note)
    assert [(one.account, one.reason) for one in note.known] == [(OPEN, Reason.UNUSED)]
    assert len(plan.go) == 1


def test_what_a_brake_stops_is_warned_of_all_the_same() -> None:
    by = background(by=orders(target(policies=(WARNS,))), said=(PAUSED,))
    memory = announced(OPEN)
    notices = {key: replace(one, fingerprint=WARNS.fingerprint) for key, one in memory.notices.items()}
    read = reading(OPEN, *FAR, of=by.orders.targets[0])
    gathered = gather((read, replace(memory, notices=notices)), by=by)
    plan = decide_fleet(gathered, no_twins(), NOTHING_ELSE, by)
    (warning,) = [one for one in plan.events if one.kind is EventKind.RENEWAL_WARNING]
    (note,) = writes_of(plan, Note)
    assert (warning.account, warning.rung) == (OPEN.id, D)
    assert "its release is halted, so it will renew unless the pause is ended by " in warning.text
    assert [one.event for one in note.messages] == [warning]


def test_an_approval_lets_exactly_what_it_names_pass() -> None:
    by_size = orders(limits=Limits(max_releases=0))
    word = said(OverrideKind.APPROVE, periods=(OPEN.period,))
    assert plan_of(OPEN, *FAR, by=background(by=by_size)).go == ()
    assert len(plan_of(OPEN, *FAR, by=background(by=by_size, said=(word,))).go) == 1


def test_an_approval_of_the_lease_before_lets_nothing_pass() -> None:
    by_size = orders(limits=Limits(max_releases=0))
    word = said(OverrideKind.APPROVE, periods=(OPEN.period,), at=OPEN.assigned_at - S)
    assert plan_of(OPEN, *FAR, by=background(by=by_size, said=(word,))).go == ()


@pytest.mark.parametrize(
    ("facts", "brake"),
    [
        ({"trouble": Trouble.KEY_SUSPENDED}, kinds.KEY_SUSPENDED),
        ({"refused": "line 3"}, kinds.CONFIGURATION_REFUSED),
    ],
)
def test_what_else_is_so_stops_the_fleet(facts: dict[str, Any], brake: Brake) -> None:
    plan = plan_of(OPEN, *FAR, facts=replace(NOTHING_ELSE, **facts))
    assert (plan.go, [one.brake for one in plan.halts.halts]) == ((), [brake])


def test_an_approval_that_was_withdrawn_while_releases_were_under_way_leaves_a_docket_to_decide() -> None:
    """The turn told that the releases pass the limits, and `docket` after it that none waits; three did."""
    by_size = orders(limits=Limits(max_releases=1, max_share=1.0, max_project_share=1.0))
    others = [account(f"due{number}", renews_in=5 * H + number * S) for number in range(3)]
    due = (OPEN, *others)
    word = said(OverrideKind.APPROVE, periods=tuple(one.period for one in due), at=NOW - M)
    plan = plan_of(*due, *FAR, by=background(by=by_size, said=(word,)))
    assert (len(plan.go), plan.ahead) == (4, HaltsAhead())
    still = what_remains(plan, fleet_memory(overrides=Overrides(said=(word,))), by_size, NOW)
    assert ([one.handle for one in still.let_go], still.ahead, still.writes) == (
        [one.handle for one in due],
        HaltsAhead(),
        (),
    )

    done = Entry(
        period=OPEN.period,
        project=ACME,
        handle=OPEN.handle,
        price_cents=15_000,
        place=Place.DONE,
        done_at=NOW + S,
    )
    withdrawn = said(OverrideKind.UNAPPROVE, periods=word.periods, at=NOW + 2 * S)
    memory = fleet_memory(overrides=Overrides(said=(word, withdrawn)), done=(done,))
    remains = what_remains(plan, memory, by_size, NOW)
    assert remains.let_go == ()
    assert [one.entry.handle for one in remains.ahead.to_decide] == [one.handle for one in others]
    (kept,) = remains.writes
    assert isinstance(kept, DocketKept)
    assert kept.periods == tuple(one.period for one in others)
    assert [halt.words for halt in kept.halts] == ["too many releases (4 releases, 1 of them done, limit 1)"]
    handed_on = what_remains(plan, replace(memory, problems={}), by_size, NOW, before=remains)
    assert handed_on is remains, "nobody said or did anything, so nothing is played through again"
    again = replace(memory, overrides=Overrides(said=(word, withdrawn, replace(word, at=NOW + 3 * S))))
    approved = what_remains(plan, again, by_size, NOW, before=remains)
    assert ([one.handle for one in approved.let_go], approved.ahead.to_decide) == (
        [one.handle for one in others],
        (),
    )


def test_a_release_without_an_ending_and_the_last_days_count_on_the_docket() -> None:
    other, done = account("other", project=BETA), account("done", project=BETA)
    intent = Intent(account=other, turn="turn-0", policy="standard", reason="unused", written_at=NOW - H)
    entry = Entry(period=done.period, project=BETA, handle="done", price_cents=15_000, place=Place.DONE)
    by = background(
        by=orders(limits=Limits(max_share=1)), memory=fleet_memory(unresolved=(intent,), done=(entry,))
    )
    plan = plan_of(OPEN, *FAR, by=by)
    assert [(one.handle, one.place) for one in plan.docket.entries] == [
        ("done", Place.DONE),
        ("other", Place.UNRESOLVED),
        (OPEN.handle, Place.DUE),
    ]
    assert [(one.brake, one.project) for one in plan.halts.halts] == [(kinds.UNRESOLVED, BETA)]
    assert len(plan.go) == 1


def test_the_state_is_what_was_read() -> None:
    blind = reading(OPEN, *FAR, activity={OPEN.id: Unknown(why=WhyUnknown.UNREADABLE), FAR[0].id: QUIET})
    by = background(memory=fleet_memory(ledger_since=NOW - 30 * D), said=(PAUSED,))
    plan = decide_fleet(gather((blind, memory_of(OPEN, *FAR)), by=by), no_twins(), NOTHING_ELSE, by)
    state = plan.state
    assert (state.asked, state.unknown, state.unreadable, state.assigned) == (2, 1, 1, 10)
    assert (state.skew, state.ledger_since, state.pauses) == (timedelta(), NOW - 30 * D, (PAUSED,))
    assert state.oldest_reading is None  # nothing is on the docket


@pytest.mark.parametrize(("odd", "halted"), [(2, False), (4, True)])
def test_brakes_count_what_is_not_understood_as_asked_about_in_vain(odd: int, halted: bool) -> None:
    """Four of 13, or two of eleven, with one that nobody could read: more than three of ten halt."""
    strange = tuple(
        Quarantined(project=ACME, id=f"sa_{number}", handle=None, flaw=Flaw.UNKNOWN_STATUS, field="status")
        for number in range(odd)
    )
    asked = {OPEN.id: QUIET, **{one.id: QUIET for one in FAR}}
    asked[FAR[0].id] = Unknown(why=WhyUnknown.UNREADABLE)
    by = background()
    blind = reading(OPEN, *FAR, activity=asked, quarantined=strange)
    plan = decide_fleet(gather((blind, announced(OPEN)), by=by), no_twins(), NOTHING_ELSE, by)
    assert (plan.state.asked, plan.state.unknown, plan.state.unreadable) == (len(asked) + odd, 1 + odd, 1)
    assert [one.brake for one in plan.halts.halts] == ([kinds.UNKNOWN_SHARE] if halted else [])


def test_the_oldest_facts_are_those_of_what_is_on_the_docket() -> None:
    idle, far = reading(OPEN, at=NOW - M), reading(*FAR, at=NOW - H, of=target(BETA))
    by = background()
    plan = decide_fleet(
        gather((idle, announced(OPEN)), (far, memory_of(*FAR)), by=by), no_twins(), NOTHING_ELSE, by
    )
    assert plan.state.oldest_reading == NOW - M


# What is announced


def test_what_is_to_come_is_announced() -> None:
    plan = plan_of(TO_COME, *FAR)
    (told,) = plan.events
    (written,) = writes_of(plan, Announced)
    assert (told.kind, told.account) == (EventKind.RELEASE_ANNOUNCED, TO_COME.id)
    assert written == Announced(
        notices=(
            Notice(
                key=told.key,
                period=TO_COME.period,
                not_before=TO_COME.renews_at - 6 * H,
                fingerprint=policy().fingerprint,
                live=True,
                created_at=NOW,
                handle="zine",
                platform="tiktok",
                assigned_at=TO_COME.assigned_at,
            ),
        ),
        messages=written.messages,
        turn=TURN,
    )
    assert [(one.notifier, one.event, one.live) for one in written.messages] == [("ops", told, True)]


def test_in_observe_mode_it_is_announced_as_would_be() -> None:
    plan = plan_of(TO_COME, *FAR, by=background(by=orders(mode=Mode.OBSERVE)))
    (written,) = writes_of(plan, Announced)
    assert [
        (one.live, message.live) for one, message in zip(written.notices, written.messages, strict=True)
    ] == [(False, False)]
    assert "observe mode: nothing will be" in plan.events[0].text


@pytest.mark.parametrize("skew", [None, 61 * S])
def test_by_a_clock_that_is_not_proved_nothing_is_announced(skew: timedelta | None) -> None:
    plan = plan_of(TO_COME, *FAR, by=background(skew=skew))
    assert next(writes_of(plan, Announced)).notices == ()
    assert [one.kind for one in plan.events] == ([] if skew is None else [EventKind.CLOCK_OFF])


def test_a_halt_to_come_is_told_with_the_announcement_and_its_docket_kept() -> None:
    plan = plan_of(TO_COME, *FAR, by=background(by=orders(limits=Limits(max_releases=0))))
    (kept,) = writes_of(plan, DocketKept)
    assert kept.periods == (TO_COME.period,)
    assert (
        f"(by Wed 20 May 12:00 UTC 1 release, limit 0); `lease-watcher approve {kept.docket} "
        in plan.events[0].text
    )


def test_a_pause_that_ends_in_time_for_it_halts_nothing_to_come() -> None:
    """A turn must still follow before its window closes."""
    ends, lasts = (replace(PAUSED, until=until) for until in (LAST - S, LAST))
    assert "will be halted" not in plan_of(TO_COME, *FAR, by=background(said=(ends,))).events[0].text
    assert "will be halted" in plan_of(TO_COME, *FAR, by=background(said=(lasts,))).events[0].text


OPENS, LAST = TO_COME.renews_at - 6 * H, TO_COME.renews_at - 10 * M - 15 * M
"""From its opening to the last moment after which a turn still comes before it closes."""


def under(**when: Any) -> Background:
    return background(by=orders(planned_pauses=PlannedPauses(pauses=(PlannedPause(why="freeze", **when),))))


def test_a_planned_pause_that_lasts_through_its_window_is_told_with_the_announcement_and_its_price() -> None:
    plan = plan_of(TO_COME, *FAR, by=under(begins=OPENS, ends=LAST))
    assert [one.text for one in plan.events] == [
        "$150.00 will not be saved unless the planned pause is ended in the configuration by "
        "Wed 20 May 17:35 UTC; "
        "@zine on tiktok is announced to be released in 2 d, Wed 20 May 12:00 UTC at the earliest, and "
        "$150.00 is due in 2 d 6 h, Wed 20 May 18:00 UTC; no post published through Layers for 40 d; "
        "to keep it: lease-watcher hold sa_zine; "
        "will be halted: planned pause from Wed 20 May 12:00 UTC until Wed 20 May 17:35 UTC: freeze; "
        "a planned pause stands in [[pauses]] of the configuration, and ends sooner only there"
    ]
    (kept,) = writes_of(plan, DocketKept)
    assert (kept.periods, [one.brake for one in kept.halts]) == ((TO_COME.period,), ["paused"])


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(OPENS + 15 * M + TICK, LAST), (OPENS, LAST - TICK), (NOW, OPENS)],
    ids=["it begins when a turn has come", "it ends in time", "it is over by then"],
)
def test_a_planned_pause_that_leaves_some_of_its_window_halts_nothing_to_come(
    begins: datetime, ends: datetime
) -> None:
    plan = plan_of(TO_COME, *FAR, by=under(begins=begins, ends=ends))
    assert "will be halted" not in plan.events[0].text
    assert list(writes_of(plan, DocketKept)) == []


def test_a_planned_pause_that_may_begin_before_a_turn_comes_is_told_as_one_that_may_cost_it() -> None:
    """It was taken for one that leaves the release its time, and the window's first turn was too late."""
    plan = plan_of(TO_COME, *FAR, by=under(begins=OPENS + 15 * M, ends=LAST))
    assert plan.events[0].text.startswith(
        "up to $150.00 will not be saved unless the planned pause is ended in the configuration by "
    )
    assert "may be halted before a turn comes: planned pause" in plan.events[0].text


def test_two_planned_pauses_that_follow_each_other_are_one() -> None:
    parts = [(OPENS - H, OPENS + H), (OPENS + H, OPENS + 3 * H), (OPENS + 2 * H, LAST)]
    pauses = tuple(PlannedPause(why=str(n), begins=one, ends=end) for n, (one, end) in enumerate(parts))
    by = background(by=orders(planned_pauses=PlannedPauses(pauses=pauses)))
    assert "until Wed 20 May 17:35 UTC: 0" in plan_of(TO_COME, *FAR, by=by).events[0].text


def test_a_pause_of_a_person_that_a_planned_one_goes_on_from_costs_the_price_too() -> None:
    """It ended by itself in time, so it was told without what it costs."""
    word = replace(PAUSED, until=OPENS + H)
    later = PlannedPauses(pauses=(PlannedPause(why="freeze", begins=OPENS + H, ends=LAST),))
    alone = plan_of(TO_COME, *FAR, by=background(said=(word,)))
    both = plan_of(TO_COME, *FAR, by=background(by=orders(planned_pauses=later), said=(word,)))
    assert ["will not be saved" in one.events[0].text for one in (alone, both)] == [False, True]


@pytest.mark.parametrize(("project", "told"), [(ACME, True), (BETA, False)])
def test_a_planned_pause_of_a_project_is_of_no_other(project: ProjectId, told: bool) -> None:
    plan = plan_of(TO_COME, *FAR, by=under(begins=OPENS, ends=LAST, projects=(project,)))
    assert ("will be halted" in plan.events[0].text) is told


def test_a_planned_pause_that_is_on_stops_what_is_due_and_says_what_that_costs() -> None:
    plan = plan_of(OPEN, *FAR, by=under(begins=NOW, ends=NOW + 5 * H))
    assert plan.go == ()
    assert [one.text for one in plan.events] == [
        "$150.00 will not be saved unless the planned pause is ended in the configuration by "
        "Mon 18 May 16:35 UTC; "
        "the release of @latte.art.lab is halted: planned pause until Mon 18 May 17:00 UTC: freeze; "
        "a planned pause stands in [[pauses]] of the configuration, and ends sooner only there"
    ]
    assert len(plan_of(OPEN, *FAR, by=under(begins=NOW + TICK, ends=NOW + 5 * H)).go) == 1
    assert len(plan_of(OPEN, *FAR, by=under(begins=NOW - 5 * H, ends=NOW)).go) == 1


@pytest.mark.parametrize(("budget", "over"), [(150_000, False), (149_999, True), (None, False)])
def test_what_the_fleet_may_cost_is_held_against_what_it_does(budget: int | None, over: bool) -> None:
    plan = plan_of(OPEN, *FAR, by=background(by=orders(budget_cents=budget)))
    assert [one.kind for one in plan.events] == [EventKind.BUDGET_EXCEEDED] * over


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"trouble": Trouble.API_UNREACHABLE}, id="cut short"),
        pytest.param({"stopped": True}, id="told to stop"),
    ],
)
def test_of_a_fleet_that_was_not_read_whole_no_budget_is_exceeded(facts: dict[str, Any]) -> None:
    by = background(by=orders(budget_cents=0))
    assert plan_of(OPEN, *FAR, by=by, facts=replace(NOTHING_ELSE, **facts)).events == ()


# A turn that read only a few projects


def test_a_focused_turn_rests_on_the_docket_and_the_state_of_the_one_before() -> None:
    other = account("other", project=BETA, renews_in=6 * H + M)
    entry = Entry(period=other.period, project=BETA, handle="other", price_cents=15_000, place=Place.OPENING)
    before = plan_of(OPEN, *FAR)
    state = replace(before.state, projects={BETA: ProjectState(assigned=5)}, unknown=2, asked=5)
    focus = Focus(projects=frozenset({ACME}), docket=Docket(entries=(entry,)), state=state)
    plan = plan_of(OPEN, *FAR, facts=replace(NOTHING_ELSE, focus=focus))
    assert [one.period for one in plan.docket.entries] == [OPEN.period, other.period]
    assert (plan.state.assigned, plan.state.unknown, plan.state.asked) == (15, 2, 5)


# What another project turned out to list too


def test_what_another_project_lists_too_is_taken_back_and_told() -> None:
    by = background(by=orders(target(), target(BETA)))
    memory = announced(OPEN, known=memory_of(OPEN, TO_COME).known)
    gathered = gather((reading(OPEN, TO_COME, *FAR), memory), by=by)
    listings = {
        OPEN.id: [Listed(project=BETA, present=True)],
        TO_COME.id: [Listed(project=BETA, present=False)],
    }
    plan = decide_fleet(gathered, no_twins(), FleetFacts(listings=listings), by)
    assert plan.go == ()
    assert gathered.quarantined == [listed_twice(OPEN, (BETA,))]
    (told, to_come) = plan.events
    assert (told.kind, to_come.account) == (EventKind.ACCOUNT_QUARANTINED, TO_COME.id)
    assert "beta lists it too" in told.text
    queued = plan.writes[0]
    assert isinstance(queued, Queued)
    assert [one.kind for one in queued.problems] == [EventKind.ACCOUNT_QUARANTINED]


def test_a_copy_let_through_before_the_other_project_listed_it_is_taken_back() -> None:
    by = background()
    gathered = gather((reading(OPEN, *FAR), announced(OPEN)), by=by)
    twice = listed_twice(OPEN, (BETA,))
    plan = decide_fleet(gathered, no_twins(late={(ACME, OPEN.id): twice}), NOTHING_ELSE, by)
    assert (plan.go, [one.flaw for one in gathered.quarantined]) == ((), [Flaw.LISTED_TWICE])


# What is left to say after the attempts


def planned() -> tuple[FleetPlan, Background]:
    """One release that goes, and whose last warning is due beside it."""
    by = background(by=orders(target(policies=(WARNS,))))
    memory = announced(OPEN)
    notices = {key: replace(one, fingerprint=WARNS.fingerprint) for key, one in memory.notices.items()}
    read = reading(OPEN, *FAR, of=by.orders.targets[0])
    gathered = gather((read, replace(memory, notices=notices)), by=by)
    plan = decide_fleet(gathered, no_twins(), NOTHING_ELSE, by)
    assert len(plan.go) == 1
    return plan, by


def attempt(ended: Ending, reason: Reason | None = None) -> Attempt:
    return Attempt.on(OPEN, ended, at=NOW, reason=reason)


NOT_SENT = "release not sent yet: will renew unless a later turn can send it"
HALTED = (
    "release halted right before it was sent; will renew unless that is over by Mon 18 May 16:50 UTC: the "
    "next turn tries again"
)


_NOTED = {
    Ending.NOT_SENT: (Reason.UNUSED, "its release was not sent"),
    Ending.UNREADABLE: (Reason.UNUSED, "its release was not sent"),
    Ending.HALTED: (Reason.BRAKED, "halted right before it was sent"),
}


@pytest.mark.parametrize(
    ("attempts", "fate"),
    [
        pytest.param((), NOT_SENT, id="not even tried"),
        pytest.param((attempt(Ending.NOT_SENT),), NOT_SENT, id="not sent"),
        pytest.param((attempt(Ending.UNREADABLE),), NOT_SENT, id="unreadable"),
        pytest.param((attempt(Ending.HALTED, Reason.BRAKED),), HALTED, id="halted"),
        pytest.param((attempt(Ending.NOT_SENT, Reason.TOO_LATE),), None, id="too late"),
        pytest.param((attempt(Ending.NOT_SENT, Reason.LOCK_LOST),), None, id="another watcher acts"),
        pytest.param((attempt(Ending.RELEASED),), None, id="released"),
        pytest.param((attempt(Ending.CHANGED, Reason.HELD),), None, id="changed"),
    ],
)
def test_a_release_that_did_not_go_out_is_warned_of(attempts: tuple[Attempt, ...], fate: str | None) -> None:
    plan, by = planned()
    events, writes = decide_rest(plan, attempts, NOTHING_ELSE, by, acting=True)
    notes = [one for one in writes if isinstance(one, Note)]
    assert [event.text.endswith(fate or "") for event in events] == [True] * (fate is not None)
    assert [[message.event for message in one.messages] for one in notes] == ([list(events)] if fate else [])
    # Its renewal was told as paid because the watcher was not running.
    noted = [(one.reason, one.explanation and one.explanation.title) for note in notes for one in note.known]
    ends = [one.ended for one in attempts] if fate else []
    assert noted == [_NOTED[end] for end in ends]


@pytest.mark.parametrize(
    ("acting", "stopped"), [(False, False), (True, True)], ids=["an audit", "told to stop"]
)
def test_where_nothing_was_to_be_tried_nothing_is_warned_of(acting: bool, stopped: bool) -> None:
    plan, by = planned()
    events, writes = decide_rest(plan, (), replace(NOTHING_ELSE, stopped=stopped), by, acting=acting)
    assert (events, [one for one in writes if isinstance(one, Note)]) == ((), [])


def test_why_nothing_was_tried_by_a_key_that_may_not_release_is_noted() -> None:
    plan, by = planned()
    facts = replace(NOTHING_ELSE, trouble=Trouble.KEY_LACKS_SCOPE)
    events, writes = decide_rest(plan, (), facts, by, detail="403", acting=True)
    (note,) = [one for one in writes if isinstance(one, Note)]
    assert [(one.account, one.reason) for one in note.known] == [(OPEN, Reason.KEY_LACKS_SCOPE)]
    assert [one.kind for one in events] == [EventKind.RENEWAL_WARNING, EventKind.KEY_REFUSED]


def test_what_a_change_made_late_and_was_tried_in_vain_is_noted_as_late_by_it() -> None:
    plan, by = planned()
    change = Since.exactly(Change.POLICY, NOW - H)
    made_late, missed = Lateness(due=NOW - D, late=(change,)), Lateness(due=NOW - D, in_time=(change,))
    too_late = (attempt(Ending.NOT_SENT, Reason.TOO_LATE),)

    def noted(lateness: Lateness) -> list[tuple[Account, Reason | None]]:
        go = tuple(replace(one, decision=replace(one.decision, lateness=lateness)) for one in plan.go)
        _, writes = decide_rest(replace(plan, go=go), too_late, NOTHING_ELSE, by, acting=True)
        notes = [one for one in writes if isinstance(one, Note)]
        return [(one.account, one.reason) for note in notes for one in note.known]

    assert noted(made_late) == [(OPEN, Reason.CHANGED_TOO_LATE)]
    assert noted(missed) == []


def test_a_release_whose_end_is_unknown_is_told_of() -> None:
    plan, by = planned()
    _, writes = decide_rest(plan, (attempt(Ending.UNKNOWN),), NOTHING_ELSE, by, acting=True)
    told = [message.event.kind for one in writes if isinstance(one, Queued) for message in one.messages]
    assert told == [EventKind.RELEASE_UNKNOWN]


def test_a_trouble_is_over_once_a_turn_shows_so() -> None:
    plan, by = planned()
    facts = replace(NOTHING_ELSE, trouble=Trouble.API_UNREACHABLE)
    events, writes = decide_rest(plan, (attempt(Ending.RELEASED),), facts, by, detail="timeout", acting=True)
    (told,) = events
    assert (told.kind, told.what) == (EventKind.PROJECT_UNREADABLE, "the API cannot be reached")
    assert told.clauses[0].text == "nothing is watched meanwhile (timeout)"
    problems = {one.id: one for write in writes if isinstance(write, Queued) for one in write.problems}
    by = background(by=by.orders, memory=fleet_memory(problems=problems))
    events, _ = decide_rest(plan, (attempt(Ending.RELEASED),), NOTHING_ELSE, by, acting=True)
    assert [one.kind for one in events] == [EventKind.PROBLEM_RESOLVED]
