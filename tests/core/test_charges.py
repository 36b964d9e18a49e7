"""What one account will cost: each renewal is one charge, by what is decided and by the use of today."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import NOW, QUIET, D, H, M, account, decision, hold, policy, published
from watcher.ahead.charges import Charge, Expected, Hindrances, Risk, charges_of
from watcher.brakes import Halt, Halts
from watcher.brakes.kinds.paused import PAUSED
from watcher.brakes.kinds.too_many import TOO_MANY
from watcher.facts.activity import Seen, Unknown, Use, WhyUnknown
from watcher.facts.health import HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.record.notices import NotAccepted, Received
from watcher.record.planned_pauses import PlannedPause, PlannedPauses
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Decision, Mode, PeriodState, avoidable
from watcher.rules.policy import Match, Protect, ReleaseRule, ReleaseWhen

SOON = account(renews_in=10 * D)
TOO_MANY_RELEASES = Halt(brake=TOO_MANY, measured="24 releases", limit="20")
BY_ANN = Halt(brake=PAUSED, measured="paused by Ann: a campaign", limit="resume")
NOTHING = Hindrances(mode=Mode.ENFORCE, now=NOW)
OBSERVING = Hindrances(mode=Mode.OBSERVE, now=NOW)
ALWAYS = (policy(release=ReleaseRule(when=ReleaseWhen.ALWAYS)),)
NEVER = (policy(release=ReleaseRule(when=ReleaseWhen.NEVER)),)
LATE = account(renews_in=12 * H)
WARNED_LATE = PeriodState(notice=NotAccepted(missing=("ops",)))


def first(one: Decision, hindrances: Hindrances = NOTHING) -> Charge:
    """Of its renewal that the API names."""
    (charge,) = charges_of(one, hindrances, until=one.account.renews_at + H)
    assert not charge.extrapolated
    return charge


def seen(one: Decision, hindrances: Hindrances = NOTHING) -> tuple[Expected, Reason | None, Risk | None]:
    charge = first(one, hindrances)
    return charge.expected, charge.why, charge.risk


def test_a_charge_is_its_renewal_at_its_price_with_todays_use() -> None:
    one = decision(replace(SOON, price_cents=12_345), activity=published(2 * D))
    assert first(one) == Charge(
        at=NOW + 10 * D,
        cents=12_345,
        expected=Expected.COMMITTED,
        why=Reason.IN_USE,
        usage=Usage.IN_USE,
    )


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (decision(SOON), (Expected.DECIDED, Reason.UNUSED, None)),
        (decision(SOON, policies=ALWAYS, activity=published(H)), (Expected.DECIDED, Reason.TERM, None)),
        (decision(SOON, activity=published(H)), (Expected.COMMITTED, Reason.IN_USE, None)),
        (
            decision(SOON, activity=Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)),
            (Expected.COMMITTED, Reason.ACTIVITY_UNKNOWN, None),
        ),
        (decision(SOON, policies=()), (Expected.COMMITTED, Reason.NO_POLICY, None)),
        (decision(SOON, policies=NEVER), (Expected.UNUSED, Reason.POLICY_NEVER, None)),
        (decision(SOON, enrolled=False), (Expected.UNUSED, Reason.NOT_ENROLLED, None)),
        (
            decision(SOON, policies=(policy(protect=Protect(handles=("latte*",))),)),
            (Expected.UNUSED, Reason.PROTECTED_HANDLE, None),
        ),
        (decision(account(renews_in=5 * M)), (Expected.UNUSED, Reason.TOO_LATE, None)),
        (
            decision(LATE, standing=PeriodState(released=True)),
            (Expected.DECIDED, Reason.ALREADY_RELEASED, None),
        ),
    ],
    ids=lambda one: "" if isinstance(one, Decision) else str(one[1]),
)
def test_what_is_decided_says_what_is_expected(
    one: Decision, expected: tuple[Expected, Reason, Risk | None]
) -> None:
    assert seen(one) == expected


@pytest.mark.parametrize(
    ("one", "why", "risk"),
    [
        (decision(SOON, held=hold()), Reason.HELD, Risk.HOLD),
        (decision(LATE), Reason.NOTICE_LATE, Risk.LATE_NOTICE),
        (decision(LATE, standing=WARNED_LATE), Reason.NOTICE_UNANSWERED, Risk.LATE_NOTICE),
        (
            decision(account(renews_in=40 * H), standing=WARNED_LATE),
            Reason.NOTICE_UNANSWERED,
            Risk.LATE_NOTICE,
        ),
        (decision(LATE, standing=PeriodState(refused=True)), Reason.REFUSED_BEFORE, Risk.FAILED),
        (decision(LATE, standing=PeriodState(not_done=2)), Reason.ATTEMPTS_SPENT, Risk.FAILED),
        (decision(LATE, standing=PeriodState(unresolved=True)), Reason.UNRESOLVED, Risk.FAILED),
        (
            decision(LATE, standing=PeriodState(given_back_at=NOW - 2 * D)),
            Reason.RELEASE_UNDONE,
            Risk.FAILED,
        ),
        (
            decision(SOON, activity=Unknown(why=WhyUnknown.MISSING_SCOPE)),
            Reason.ACTIVITY_UNKNOWN,
            Risk.SCOPE,
        ),
    ],
    ids=str,
)
def test_a_release_that_is_wanted_is_at_risk_by_what_a_person_can_mend(
    one: Decision, why: Reason, risk: Risk
) -> None:
    assert seen(one) == (Expected.AT_RISK, why, risk)


@pytest.mark.parametrize(
    "one",
    [
        decision(SOON, held=hold(), enrolled=False),
        decision(SOON, held=hold(), activity=published(H)),
        decision(SOON, enrolled=False, activity=Unknown(why=WhyUnknown.MISSING_SCOPE)),
    ],
)
def test_what_is_kept_by_more_than_one_thing_is_at_no_risk(one: Decision) -> None:
    """Without the hold it would renew all the same."""
    assert first(one).risk is None


@pytest.mark.parametrize(
    ("hindrances", "risk"),
    [
        (replace(NOTHING, lost={SOON.period: (TOO_MANY_RELEASES,)}), Risk.BRAKE),
        (replace(NOTHING, lost={SOON.period: (BY_ANN, TOO_MANY_RELEASES)}), Risk.BRAKE),
        (replace(NOTHING, lost={SOON.period: (BY_ANN,)}), Risk.PAUSE),
        (replace(NOTHING, halts=Halts(halts=(BY_ANN,))), Risk.PAUSE),
        (replace(NOTHING, may_release=False), Risk.SCOPE),
        (
            replace(
                NOTHING,
                planned=PlannedPauses(
                    pauses=(PlannedPause(why="fair", begins=NOW + 9 * D, ends=NOW + 11 * D),)
                ),
            ),
            Risk.PAUSE,
        ),
    ],
    ids=["limit", "pause and limit", "pause", "pause beyond the docket", "scope", "planned pause"],
)
def test_a_planned_release_that_something_stops_is_at_risk(hindrances: Hindrances, risk: Risk) -> None:
    assert seen(decision(SOON), hindrances) == (Expected.AT_RISK, Reason.UNUSED, risk)


CLOSES = SOON.renews_at - 10 * M


@pytest.mark.parametrize(
    ("lifts_at", "expected"),
    [
        (CLOSES - timedelta(microseconds=1), Expected.DECIDED),
        (CLOSES, Expected.AT_RISK),
        (None, Expected.AT_RISK),
    ],
)
def test_a_pause_puts_at_risk_what_it_outlasts(lifts_at: datetime | None, expected: Expected) -> None:
    halts = Halts(halts=(replace(BY_ANN, lifts_at=lifts_at),))
    assert first(decision(SOON), replace(NOTHING, halts=halts)).expected is expected


def test_a_limit_that_is_on_now_says_nothing_of_what_comes_in_ten_days() -> None:
    """What counts a day's releases is judged anew by then; only what will be lost is at risk by it."""
    halts = Halts(halts=(TOO_MANY_RELEASES,))
    assert first(decision(SOON), replace(NOTHING, halts=halts)).expected is Expected.DECIDED


def test_a_pause_of_another_project_stops_nothing() -> None:
    halts = Halts(halts=(replace(BY_ANN, project=account(project="prj_other").project),))
    assert first(decision(SOON), replace(NOTHING, halts=halts)).expected is Expected.DECIDED


def test_what_is_in_use_today_is_never_decided_though_it_would_be_idle_by_then() -> None:
    """In use today, and unused for 21 d when its window opens: a projection, which no sum of today holds."""
    one = decision(account(renews_in=29 * D), activity=published(12 * H))
    charge = first(one)
    assert one.release_ahead
    assert (charge.expected, charge.usage, charge.by_window) == (Expected.COMMITTED, Usage.IN_USE, True)


def test_of_what_goes_at_term_nothing_is_a_projection() -> None:
    charge = first(decision(account(renews_in=29 * D), policies=ALWAYS, activity=published(12 * H)))
    assert (charge.expected, charge.by_window) == (Expected.DECIDED, False)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (decision(SOON, mode=Mode.OBSERVE), (Expected.UNUSED, Reason.OBSERVING, None)),
        (
            decision(
                account(renews_in=H),
                mode=Mode.OBSERVE,
                standing=PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW - H)),
            ),
            (Expected.UNUSED, Reason.OBSERVING, None),
        ),
        (decision(SOON, mode=Mode.OBSERVE, held=hold()), (Expected.UNUSED, Reason.HELD, None)),
        (decision(LATE, mode=Mode.OBSERVE), (Expected.UNUSED, Reason.NOTICE_LATE, None)),
        (
            decision(SOON, mode=Mode.OBSERVE, policies=ALWAYS, activity=published(H)),
            (Expected.COMMITTED, Reason.OBSERVING, None),
        ),
    ],
)
def test_in_observe_mode_everything_renews(
    one: Decision, expected: tuple[Expected, Reason, Risk | None]
) -> None:
    assert seen(one, OBSERVING) == expected


def test_renewals_after_the_first_are_extrapolated_by_the_anchor_day() -> None:
    """31 Jan, 28 Feb, 31 Mar, 30 Apr: the day of the month is that of the lease's begin."""
    january = account(assigned_at=datetime(2025, 12, 31, 8, tzinfo=UTC), renews_in=timedelta())
    january = replace(january, renews_at=datetime(2026, 1, 31, 8, tzinfo=UTC))
    now = datetime(2026, 1, 10, tzinfo=UTC)
    one = decision(january, now=now, activity=Seen(at=now - D, what=Use.PUBLISHED_POST))
    found = list(
        charges_of(one, Hindrances(mode=Mode.ENFORCE, now=now), until=datetime(2026, 5, 1, tzinfo=UTC))
    )
    assert [(charge.at.month, charge.at.day, charge.extrapolated) for charge in found] == [
        (1, 31, False),
        (2, 28, True),
        (3, 31, True),
        (4, 30, True),
    ]
    assert {charge.cents for charge in found} == {15_000}


@pytest.mark.parametrize(
    ("until", "count"),
    [(timedelta(), 0), (timedelta(microseconds=1), 1)],
)
def test_a_renewal_at_the_end_is_not_of_the_span(until: timedelta, count: int) -> None:
    assert len(list(charges_of(decision(SOON), NOTHING, until=SOON.renews_at + until))) == count


def test_a_renewal_that_should_have_been_is_not_counted_and_the_later_ones_are() -> None:
    one = decision(account(renews_in=timedelta()))
    (charge,) = charges_of(one, NOTHING, until=NOW + 32 * D)
    assert charge.extrapolated
    assert charge.at == datetime(2026, 6, 18, 12, tzinfo=UTC)


def later(one: Decision, hindrances: Hindrances = NOTHING) -> tuple[Expected, Reason | None, Risk | None]:
    """Of the renewal after the one that the API names."""
    _, charge = charges_of(one, hindrances, until=one.account.renews_at + 32 * D)
    assert charge.extrapolated
    assert not charge.by_window
    return charge.expected, charge.why, charge.risk


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (decision(SOON), (Expected.DECIDED, Reason.UNUSED, None)),
        (decision(LATE), (Expected.UNUSED, None, None)),
        (decision(SOON, activity=published(H)), (Expected.COMMITTED, Reason.IN_USE, None)),
        (decision(SOON, enrolled=False), (Expected.UNUSED, Reason.NOT_ENROLLED, None)),
        (decision(SOON, held=hold()), (Expected.AT_RISK, Reason.HELD, Risk.HOLD)),
        (decision(SOON, held=hold(until=SOON.renews_at)), (Expected.UNUSED, None, None)),
        (
            decision(SOON, held=hold(), enrolled=False),
            (Expected.UNUSED, Reason.NOT_ENROLLED, None),
        ),
        (
            decision(SOON, activity=Unknown(why=WhyUnknown.MISSING_SCOPE)),
            (Expected.COMMITTED, Reason.ACTIVITY_UNKNOWN, None),
        ),
    ],
    ids=["decided", "late", "in use", "not enrolled", "held for ever", "held this month", "both", "unseen"],
)
def test_a_later_renewal_goes_by_todays_use_and_by_what_lasts(
    one: Decision, expected: tuple[Expected, Reason | None, Risk | None]
) -> None:
    assert later(one) == expected


def test_a_hold_in_observe_mode_keeps_later_renewals_as_long_as_it_lasts() -> None:
    held = decision(SOON, mode=Mode.OBSERVE, held=hold(), activity=QUIET)
    assert later(held, OBSERVING) == (Expected.UNUSED, Reason.HELD, None)


def test_what_is_to_be_released_unless_it_is_hot_says_so() -> None:
    """Nobody is asked before its release is to be announced; what is hot today is not decided."""
    asking = (policy(evidence=("posts", "health")),)
    far = account(renews_in=10 * D)
    first, later = charges_of(decision(far, policies=asking), NOTHING, until=NOW + 45 * D)
    assert (first.expected, first.unless_hot) == (Expected.DECIDED, True)
    assert (later.extrapolated, later.unless_hot) == (True, True)
    near = account(renews_in=31 * H)
    cold = decision(near, policies=asking, health=HealthTier.COLD)
    (known,) = charges_of(cold, NOTHING, until=NOW + 2 * D)
    assert (known.expected, known.unless_hot) == (Expected.DECIDED, False)
    hot = decision(near, policies=asking, health=HealthTier.HOT)
    (kept,) = charges_of(hot, NOTHING, until=NOW + 2 * D)
    assert (kept.expected, kept.why, kept.unless_hot) == (Expected.UNUSED, Reason.PROTECTED_HEALTH, False)


@pytest.mark.parametrize(
    ("why", "expected", "risk"),
    [
        (WhyHealthUnknown.MISSING_SCOPE, Expected.AT_RISK, Risk.SCOPE),
        (WhyHealthUnknown.UNREADABLE, Expected.UNUSED, None),
    ],
)
def test_health_that_the_key_may_not_see_is_a_scope_that_costs(
    why: WhyHealthUnknown, expected: Expected, risk: Risk | None
) -> None:
    asking = (policy(evidence=("posts", "health")),)
    unknown = decision(policies=asking, health=HealthUnknown(why=why))
    (charge,) = charges_of(unknown, NOTHING, until=NOW + 2 * D)
    assert (charge.expected, charge.risk, charge.why) == (expected, risk, Reason.HEALTH_UNKNOWN)


SHADOW = policy("shadow", match=Match(health=(HealthTier.SHADOWBANNED,)))


def test_what_its_health_may_yet_let_go_is_unused_and_not_decided() -> None:
    """Nobody is asked so far ahead (ADR 81)."""
    far = decision(account(renews_in=10 * D), policies=(SHADOW, policy()))
    first, later = charges_of(far, NOTHING, until=NOW + 45 * D)
    assert (first.expected, first.why, first.risk) == (Expected.UNUSED, Reason.NOT_DUE, None)
    assert (later.expected, later.why) == (Expected.UNUSED, None)
    assert avoidable(far), "nobody wants it kept"


@pytest.mark.parametrize(
    ("why", "expected", "risk"),
    [
        (WhyHealthUnknown.MISSING_SCOPE, Expected.AT_RISK, Risk.SCOPE),
        (WhyHealthUnknown.UNREADABLE, Expected.UNUSED, None),
    ],
)
def test_a_match_that_the_key_may_not_see_is_a_scope_that_costs(
    why: WhyHealthUnknown, expected: Expected, risk: Risk | None
) -> None:
    unknown = decision(policies=(SHADOW, policy()), health=HealthUnknown(why=why))
    (charge,) = charges_of(unknown, NOTHING, until=NOW + 2 * D)
    assert (charge.expected, charge.risk, charge.why) == (expected, risk, Reason.HEALTH_UNKNOWN)
    assert not avoidable(unknown)
