"""Missed is what the rules wanted in time; what a change made late is too late for this renewal only."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, QUIET, D, H, M, account
from tests.core.world import (
    STANDARD,
    TICK,
    background,
    fleet_memory,
    known,
    memory_of,
    notice,
    orders,
    reading,
    target,
    turn_record,
)
from watcher.brakes import Limits
from watcher.decide.late import unseen_miss_event
from watcher.decide.project import ProjectPlan, decide_project
from watcher.facts.accounts import Account
from watcher.facts.activity import Seen, Use
from watcher.facts.health import HealthTier
from watcher.memory.remembered import FleetMemory, KnownRules, ProjectMemory
from watcher.messages.events import EventKind, MissedFacts, TooLateFacts
from watcher.messages.late_messages import missed_event
from watcher.record.lateness import Change, Lateness, Since
from watcher.record.notices import Void
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason
from watcher.rules.judge import window_of
from watcher.rules.plan import Mode
from watcher.rules.policy import Match, Policy

LATE = account(renews_in=20 * H)
"""Its announcement was due 34 hours ago, and no receipt can come of age any more."""
DUE = window_of(LATE, STANDARD).announce_from
LONG_AGO = NOW - 30 * D


def rules(since: Since | datetime = LONG_AGO, **fields: Any) -> KnownRules:
    if isinstance(since, datetime):
        since = Since.exactly(Change.ENROLLED, since)
    defaults: dict[str, Any] = {
        "mode": Mode.ENFORCE,
        "enrolled": True,
        "policies": {STANDARD.fingerprint: since},
    }
    return KnownRules(**(defaults | fields))


def memory(
    reason: Reason | None = None,
    *,
    by: KnownRules | None = None,
    read_at: datetime = NOW - 15 * M,
    **more: Any,
) -> ProjectMemory:
    """What is remembered of its project: by which rules it is read, since when, and what was noted of it."""
    return memory_of(known(LATE, reason=reason), rules=by or rules(), read_at=read_at, **more)


def hold(at: datetime, until: datetime | None = None) -> Override:
    return Override(kind=OverrideKind.HOLD, at=at, by="maria", why="x", account=LATE.id, until=until)


def unhold(at: datetime) -> Override:
    return Override(kind=OverrideKind.UNHOLD, at=at, by="maria", why="x", account=LATE.id)


def decided(
    of: ProjectMemory,
    *,
    said: Iterable[Override] = (),
    fleet: FleetMemory | None = None,
    one: Any = LATE,
    activity: Any = QUIET,
    **how: Any,
) -> ProjectPlan:
    return decide_project(reading(one, activity=activity), of, background(said=said, memory=fleet, **how))


def made_late_by(plan: ProjectPlan) -> Change | None:
    """None where it is missed; what is planned, told and noted agrees."""
    (one,) = plan.decisions
    assert one.lateness is not None
    since = one.lateness.made_late_by
    missed = since is None
    assert (one.reason is not Reason.CHANGED_TOO_LATE) is missed
    assert (plan.missed, plan.too_late) == (((LATE.period,), ()) if missed else ((), (LATE.period,)))
    kinds = [event.kind for event in plan.events if event.kind is not EventKind.RENEWAL_WARNING]
    assert kinds.count(EventKind.DEADLINE_MISSED) == missed
    assert kinds.count(EventKind.RELEASE_TOO_LATE) == (not missed)
    assert plan.known[LATE.id].missed_at == NOW
    return None if since is None else since.change


AROUND = pytest.mark.parametrize(
    ("after", "late"), [(-TICK, False), (timedelta(), False), (TICK, True)], ids=["before", "at", "after"]
)
"""A change around the moment at which the announcement was due."""


@AROUND
@pytest.mark.parametrize("change", [Change.WATCHED, Change.ENFORCED, Change.ENROLLED, Change.POLICY])
def test_rules_that_stood_when_the_announcement_was_due_are_missed(
    change: Change, after: timedelta, late: bool
) -> None:
    of = memory(by=rules(Since.exactly(change, DUE + after)))
    assert made_late_by(decided(of)) is (change if late else None)


@AROUND
def test_in_a_ledger_that_is_younger_nothing_is_missed(after: timedelta, late: bool) -> None:
    plan = decided(memory(), fleet=fleet_memory(ledger_since=DUE + after))
    assert made_late_by(plan) is (Change.WATCHED if late else None)


def test_nor_in_one_without_a_completed_turn() -> None:
    fleet = FleetMemory()
    plan = decide_project(reading(LATE), ProjectMemory(), background(memory=fleet))
    assert made_late_by(plan) is Change.WATCHED


@pytest.mark.parametrize(("left", "late"), [(-TICK, False), (timedelta(), True), (TICK, True)])
def test_nor_in_one_too_young_for_any_release_before_the_window_closes(left: timedelta, late: bool) -> None:
    closes = window_of(LATE, STANDARD).closes
    by = orders(limits=Limits(min_history=closes - LONG_AGO + left))
    assert made_late_by(decided(memory(), by=by)) is (Change.WATCHED if late else None)


@AROUND
@pytest.mark.parametrize("how", ["it ran out", "it was ended"])
def test_a_hold_that_ended_later_made_it_late(how: str, after: timedelta, late: bool) -> None:
    end = DUE + after
    said = [hold(DUE - D, end)] if how == "it ran out" else [hold(DUE - D), unhold(end)]
    assert made_late_by(decided(memory(), said=said)) is (Change.HOLD if late else None)


@pytest.mark.parametrize(("read", "late"), [(DUE - TICK, False), (DUE, True), (NOW - M, True)])
def test_a_hold_that_is_gone_from_the_configuration_ended_after_the_last_reading(
    read: datetime, late: bool
) -> None:
    """When exactly nobody knows: with the watcher down since before, it may have been in time."""
    plan = decided(memory(Reason.HELD, read_at=read))
    assert made_late_by(plan) is (Change.HOLD if late else None)


SHORT = replace(STANDARD, release=replace(STANDARD.release, idle_after=D))
"""By which an account that was used when its announcement was due is unused when its window opens."""


def late_by_its_facts(one: Account, activity: Seen) -> Change | None:
    of = target(policies=(SHORT,))
    since = rules(policies={SHORT.fingerprint: Since.exactly(Change.ENROLLED, LONG_AGO)})
    plan = decide_project(
        reading(one, activity=activity, of=of),
        memory_of(known(one, used=None), rules=since),
        background(by=orders(of)),
    )
    return made_late_by(plan)


@AROUND
def test_use_that_came_later_made_it_late(after: timedelta, late: bool) -> None:
    """It voids what was announced before it."""
    used = Seen(at=DUE + after, what=Use.PUBLISHED_POST)
    assert late_by_its_facts(LATE, used) is (Change.USE if late else None)


def test_a_draft_that_was_thrown_away_made_it_late() -> None:
    assert made_late_by(decided(memory(Reason.IN_USE))) is Change.USE


@AROUND
def test_a_lease_that_began_later_made_it_late(after: timedelta, late: bool) -> None:
    one = replace(LATE, assigned_at=DUE + after)
    unused = Seen(at=one.assigned_at, what=Use.ASSIGNMENT)
    assert late_by_its_facts(one, unused) is (Change.LEASE if late else None)


def test_a_renewal_that_was_moved_nearer_made_it_late() -> None:
    was = replace(LATE, renews_at=LATE.renews_at + 5 * D)
    of = memory_of(known(was, reason=Reason.NOTICE_TO_COME), rules=rules())
    assert made_late_by(decided(of)) is Change.RENEWAL


def test_a_new_policy_is_late_as_soon_as_it_was_not_there_at_the_last_reading() -> None:
    of = memory(by=rules(policies={"another": Since.exactly(Change.WATCHED, LONG_AGO)}))
    assert made_late_by(decided(of)) is Change.POLICY


def test_with_nobody_looking_since_before_it_may_have_been_in_time() -> None:
    """Who was down over the announcement, and comes back with an edited policy, missed it in doubt."""
    before = rules(policies={"another": Since.exactly(Change.WATCHED, LONG_AGO)})
    assert made_late_by(decided(memory(by=before, read_at=DUE - TICK))) is None
    assert made_late_by(decided(memory(by=before, read_at=DUE))) is Change.POLICY


@pytest.mark.parametrize("void", [Void.RENAMED, Void.NEW_LEASE])
def test_another_name_and_another_lease_made_it_late(void: Void) -> None:
    told = replace(notice(LATE), voided=void)
    plan = decided(memory(Reason.NOTICE_LATE, notices={LATE.period: told}))
    assert made_late_by(plan) is Change.FACTS


@pytest.mark.parametrize(
    "noted", [Reason.PROTECTED_FOLLOWERS, Reason.PROTECTED_HEALTH, Reason.CANNOT_MATCH, Reason.NO_POLICY]
)
def test_so_did_a_protection_that_fell_away(noted: Reason) -> None:
    assert made_late_by(decided(memory(noted))) is Change.FACTS


# Planned all the same


CHANGED = Since.exactly(Change.ENROLLED, NOW - 10 * H)
"""After the announcement was due, and yet in time."""


@pytest.mark.parametrize(
    "noted", [Reason.NOTICE_UNANSWERED, Reason.WINDOW_NOT_OPEN, Reason.NOTICE_TOO_YOUNG, Reason.BRAKED]
)
def test_what_was_planned_after_a_change_is_missed_all_the_same(noted: Reason) -> None:
    """It was announced, or braked: what stopped it then is ours."""
    assert made_late_by(decided(memory(noted, by=rules(CHANGED)))) is None


def test_what_stands_announced_is_planned() -> None:
    told = notice(LATE, ago=9 * H, accepted_by=())
    plan = decided(memory(Reason.NOTICE_TO_COME, by=rules(CHANGED), notices={LATE.period: told}))
    assert [one.reason for one in plan.decisions] == [Reason.NOTICE_UNANSWERED]
    assert made_late_by(plan) is None


def test_a_change_after_it_was_planned_made_it_late() -> None:
    of = memory(Reason.WINDOW_NOT_OPEN, read_at=NOW - H)
    said = [hold(NOW - 50 * M), unhold(NOW - 40 * M)]
    assert made_late_by(decided(of, said=said)) is Change.HOLD


@pytest.mark.parametrize(("accepted_by", "late"), [((), True), (("boss",), False)])
def test_in_a_young_ledger_only_what_somebody_accepted_is_missed(
    accepted_by: tuple[str, ...], late: bool
) -> None:
    """On the first day a channel that takes nothing is still being set up."""
    told = notice(LATE, ago=9 * H, accepted_by=accepted_by)
    of = memory(Reason.NOTICE_UNANSWERED, notices={LATE.period: told})
    plan = decided(of, fleet=fleet_memory(ledger_since=NOW - 10 * H))
    assert made_late_by(plan) is (Change.WATCHED if late else None)


# Told once


def test_what_was_told_as_too_late_stays_that() -> None:
    """Of a hold that the configuration had, nothing tells a turn later that there was one."""
    of = memory_of(known(LATE, reason=Reason.CHANGED_TOO_LATE, missed_at=NOW - M), rules=rules())
    plan = decided(of)
    assert [one.reason for one in plan.decisions] == [Reason.CHANGED_TOO_LATE]
    assert (plan.missed, plan.too_late) == ((), ())
    assert {event.kind for event in plan.events} <= {EventKind.RENEWAL_WARNING}


def test_what_is_planned_after_all_is_told_again_should_it_be_missed() -> None:
    one = replace(LATE, renews_at=NOW + 40 * H)
    was = known(one, reason=Reason.CHANGED_TOO_LATE, missed_at=NOW - H)
    plan = decided(memory_of(was, rules=rules()), one=one)
    assert [each.reason for each in plan.decisions] == [Reason.NOTICE_TO_COME]
    assert plan.known[one.id].missed_at is None


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"by": orders(mode=Mode.OBSERVE)}, id="in observe mode"),
        pytest.param({"skew": None}, id="by a clock that nothing proves"),
    ],
)
def test_nothing_is_said_to_be_late(how: Mapping[str, Any]) -> None:
    plan = decided(memory(), **how)
    assert (plan.missed, plan.too_late, [one.lateness for one in plan.decisions]) == ((), (), [None])


# Causes


@pytest.mark.parametrize(
    ("of", "reason", "cause"),
    [
        (memory(Reason.NOTICE_TO_COME), Reason.NOTICE_LATE, Cause.WATCHER_DOWN),
        (memory(Reason.WINDOW_NOT_OPEN), Reason.NOTICE_LATE, Cause.WATCHER_DOWN),
        (memory(Reason.HELD, read_at=DUE - M), Reason.NOTICE_LATE, Cause.WATCHER_DOWN),
        (memory(Reason.BRAKED), Reason.NOTICE_LATE, Cause.BRAKED),
        (memory(Reason.ACTIVITY_UNKNOWN), Reason.NOTICE_LATE, Cause.UNKNOWN_ACTIVITY),
        (memory(unreadable_since=NOW - 2 * D), Reason.NOTICE_LATE, Cause.API_DOWN),
        (memory(Reason.NOTICE_TO_COME, unreadable_since=NOW - D), Reason.NOTICE_LATE, Cause.API_DOWN),
        (
            memory(Reason.NOTICE_UNANSWERED, notices={LATE.period: notice(LATE, accepted_by=())}),
            Reason.NOTICE_UNANSWERED,
            Cause.NOTICE_LATE,
        ),
    ],
)
def test_a_missed_release_says_what_stopped_it(of: ProjectMemory, reason: Reason, cause: Cause) -> None:
    (told,) = (event.facts for event in decided(of).events if event.kind is EventKind.DEADLINE_MISSED)
    assert isinstance(told, MissedFacts)
    assert (told.reason, told.cause, told.policy) == (reason, cause, "standard")


# What a project is remembered to be read by


def rules_after(of: ProjectMemory, **how: Any) -> KnownRules | None:
    (record,) = (one for one in decided(of, **how).writes if hasattr(one, "rules"))
    return record.rules


FINGERPRINT = STANDARD.fingerprint


@pytest.mark.parametrize(
    ("of", "fleet", "since"),
    [
        pytest.param(ProjectMemory(), None, Since.exactly(Change.WATCHED, NOW), id="the first reading"),
        pytest.param(memory(), None, Since.exactly(Change.ENROLLED, LONG_AGO), id="as before"),
        pytest.param(
            memory(by=rules(mode=Mode.OBSERVE, policies={})),
            None,
            Since.exactly(Change.ENFORCED, NOW),
            id="observed before",
        ),
        pytest.param(
            memory(by=rules(enrolled=False, policies={})),
            None,
            Since.exactly(Change.ENROLLED, NOW),
            id="not enrolled before",
        ),
        pytest.param(
            memory(by=rules(policies={})),
            None,
            Since(change=Change.POLICY, at=NOW, earliest=NOW - 15 * M),
            id="another policy before",
        ),
        pytest.param(
            memory_of(LATE),
            None,
            Since.exactly(Change.WATCHED, LONG_AGO),
            id="a ledger of an older version, enforcing",
        ),
        pytest.param(
            memory_of(LATE),
            fleet_memory(last_turn=turn_record(NOW - M, mode=Mode.OBSERVE)),
            Since.exactly(Change.ENFORCED, NOW),
            id="a ledger of an older version, observing",
        ),
    ],
)
def test_rules_are_as_old_as_the_change_that_made_them(
    of: ProjectMemory, fleet: FleetMemory | None, since: Since
) -> None:
    assert rules_after(of, fleet=fleet) == rules(since)


def test_nothing_is_wanted_by_rules_that_release_nothing() -> None:
    observed = rules_after(memory(), by=orders(mode=Mode.OBSERVE))
    assert observed == rules(mode=Mode.OBSERVE, policies={})


# In words


def test_what_came_last_is_what_made_it_late() -> None:
    first = Since.exactly(Change.ENFORCED, NOW - 2 * H)
    last = Since.exactly(Change.HOLD, NOW - H)
    one = Lateness(due=DUE, late=(last, first))
    assert one.made_late_by == last


def test_too_late_is_told_with_what_when_and_the_next_chance() -> None:
    of = memory(by=rules(Since.exactly(Change.ENROLLED, NOW - 2 * H)))
    (told,) = (event for event in decided(of).events if event.kind is EventKind.RELEASE_TOO_LATE)
    assert told.text == (
        "@latte.art.lab on tiktok is too late for this renewal: $150.00 will be paid in 20 h, "
        "Tue 19 May 08:00 UTC; enrolled only since Mon 18 May 10:00 UTC (2 h ago), and its announcement was "
        "due Sun 17 May 02:00 UTC; next chance: before the renewal of about Fri 19 Jun; "
        "to give it back all the same, before Tue 19 May 07:50 UTC: "
        "`lease-watcher release sa_latte.art.lab --reason WHY`"
    )
    assert isinstance(told.facts, TooLateFacts)
    assert (told.facts.change, told.facts.due, told.cents) == (Change.ENROLLED, DUE, 15_000)


# Another policy governed it, by another health (ADR 81)

SHADOW = replace(STANDARD, name="shadow", match=Match(health=(HealthTier.SHADOWBANNED,)))
BY_BOTH = rules(
    policies={one.fingerprint: Since.exactly(Change.ENROLLED, LONG_AGO) for one in (SHADOW, STANDARD)}
)


def turned_banned(of: ProjectMemory) -> ProjectPlan:
    by_health = target(policies=(SHADOW, STANDARD))
    read = reading(LATE, of=by_health, health={LATE.id: HealthTier.SHADOWBANNED})
    return decide_project(read, of, background(by=orders(by_health)))


@pytest.mark.parametrize(
    "before",
    [
        memory(Reason.WINDOW_NOT_OPEN, by=BY_BOTH, notices={LATE.period: notice(LATE)}),
        memory(Reason.NOTICE_UNANSWERED, by=BY_BOTH, notices={LATE.period: notice(LATE, accepted_by=())}),
        memory(Reason.POLICY_NEVER, by=BY_BOTH),
        memory(Reason.NOTICE_TO_COME, by=BY_BOTH),
    ],
    ids=["announced", "announced to nobody", "never released", "to be announced later"],
)
def test_a_health_that_became_another_made_it_late(before: ProjectMemory) -> None:
    """The other policy's notice is void, and by this one no receipt can come of age: nobody failed."""
    assert made_late_by(turned_banned(before)) is Change.FACTS


@pytest.mark.parametrize(
    "before",
    [
        memory(Reason.HEALTH_UNKNOWN, by=BY_BOTH),
        memory(Reason.NOTICE_TO_COME, by=BY_BOTH, read_at=DUE - TICK),
        memory(
            Reason.NOTICE_UNANSWERED,
            by=BY_BOTH,
            notices={LATE.period: replace(notice(LATE, accepted_by=()), fingerprint=SHADOW.fingerprint)},
        ),
    ],
    ids=["unknown", "nobody looked since", "announced by the same"],
)
def test_what_the_same_policy_wanted_in_time_is_missed(before: ProjectMemory) -> None:
    assert made_late_by(turned_banned(before)) is None


@pytest.mark.parametrize(
    ("policies", "named"), [((STANDARD,), "standard"), ((), "")], ids=["one governs it", "none does any more"]
)
def test_a_miss_that_nobody_saw_is_told_under_the_policy_that_governed_it(
    policies: tuple[Policy, ...], named: str
) -> None:
    one = account(renews_in=-H)
    paid = Outcome(
        kind=OutcomeKind.PAID,
        period=one.period,
        project=one.project,
        handle=one.handle,
        price_cents=one.price_cents,
        at=one.renews_at,
        cause=Cause.WATCHER_DOWN,
    )
    event = unseen_miss_event(paid, memory_of(one), target(policies=policies), NOW)
    assert event == missed_event(
        one,
        reason=Reason.TOO_LATE,
        why=Explanation(cause=Cause.WATCHER_DOWN),
        policy=named,
        now=NOW,
    )
    unexplained = unseen_miss_event(replace(paid, cause=None), memory_of(one), target(), NOW)
    assert isinstance(unexplained.facts, MissedFacts)
    assert unexplained.facts.cause is Cause.UNEXPLAINED


CANNOT = "it could no longer be announced in time"


@pytest.mark.parametrize(
    ("of", "found"),
    [
        pytest.param(
            memory(Reason.NOTICE_TO_COME), Explanation(cause=Cause.WATCHER_DOWN, details=(CANNOT,)), id="away"
        ),
        pytest.param(
            memory(Reason.NOTICE_TO_COME, unreadable_since=NOW - 3 * H),
            Explanation(cause=Cause.API_DOWN, details=("unreadable since Mon 18 May 09:00 UTC", CANNOT)),
            id="the API was down",
        ),
    ],
)
def test_what_was_missed_is_remembered_with_why_and_that_it_was_too_late_to_announce_it(
    of: ProjectMemory, found: Explanation
) -> None:
    plan = decided(of)
    assert made_late_by(plan) is None
    assert plan.known[LATE.id].explanation == found


def test_what_a_change_made_late_is_told_once_a_lease_period() -> None:
    plan = decided(memory(by=rules(Since.exactly(Change.ENROLLED, DUE + TICK))))
    (told,) = (one for one in plan.events if one.kind is EventKind.RELEASE_TOO_LATE)
    assert told.key == f"release.too_late:{LATE.id}:{LATE.renews_at.isoformat()}:too_late"
