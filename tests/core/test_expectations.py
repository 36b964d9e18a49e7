"""Policy tests: a case is decided by the real judge and plan, and held against what is expected."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, QUIET, D, H, account, decision, hold, policy
from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.activity import Activity, Seen, Unknown, Use, WhyUnknown
from watcher.facts.health import HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.record.notices import NotAccepted, NotAnnounced, Received
from watcher.record.overrides import CONFIGURATION, Override, OverrideKind, Overrides
from watcher.record.reasons import Reason
from watcher.rules.expectations import Mismatch, case_of, decide_case, decided, mismatches
from watcher.rules.judge import Verdict
from watcher.rules.plan import Decision, Mode, PeriodState
from watcher.rules.policy import IfNoticeLate, Match, Protect, ReleaseRule, ReleaseWhen
from watcher.rules.policy_cases import (
    NOT_KNOWN,
    CaseAccount,
    CaseEvidence,
    CaseHold,
    CaseMemory,
    Expectation,
    PolicyCase,
    StepKind,
)
from watcher.rules.targets import Target

RENEWS = NOW
OPENS, CLOSES = RENEWS - 6 * H, RENEWS - timedelta(minutes=10)
ACME = Target(id=ProjectId("prj_acme"), name="acme", policies=(policy(warn=(3 * D,)),), enrolled=True)
LONG_AGO = (CaseEvidence(at=RENEWS - 60 * D),)
ANYTHING = Expectation(step=StepKind.LEAVE)


def case(now: date, **fields: Any) -> PolicyCase:
    defaults: dict[str, Any] = {
        "name": "a case",
        "account": CaseAccount(renews_at=RENEWS, followers=1_200),
        "evidence": LONG_AGO,
        "expect": ANYTHING,
        "project": "acme",
    }
    return PolicyCase(now=now, **(defaults | fields))


def made(one: PolicyCase, target: Target = ACME, *said: Override, mode: Mode = Mode.ENFORCE) -> Expectation:
    return decided(decide_case(one, target, configured=Overrides(said=said), mode=mode))


def expected(step: str, reason: Reason, moment: datetime | None = None, **more: Any) -> Expectation:
    """Of what is released when it is unused, by the policy `standard`."""
    fields: dict[str, Any] = {"verdict": Verdict.RELEASE, "policy": "standard"}
    return Expectation(step=StepKind(step), reason=reason, moment=moment, **(fields | more))


ACCEPTED = CaseMemory(told=(3 * D,), accepted_at=OPENS - 24 * H, not_before=OPENS)
KEPT = {"verdict": Verdict.KEEP}
WILL_RENEW = {"verdict": Verdict.WARN}


@pytest.mark.parametrize(
    ("one", "comes_to"),
    [
        (case(RENEWS - 10 * D), expected("wait", Reason.NOTICE_TO_COME, OPENS - 48 * H)),
        (case(RENEWS - 3 * D), expected("warn", Reason.NOTICE_TO_COME, RENEWS - 3 * D)),
        (case(OPENS - 48 * H, memory=CaseMemory()), expected("announce", Reason.NOTICE_TO_COME, OPENS)),
        (case(OPENS - H, memory=ACCEPTED), expected("wait", Reason.WINDOW_NOT_OPEN, OPENS)),
        (case(OPENS, memory=ACCEPTED), expected("release", Reason.UNUSED)),
        (case(CLOSES, memory=ACCEPTED), expected("leave", Reason.TOO_LATE)),
        (case(RENEWS, memory=ACCEPTED), expected("leave", Reason.RENEWAL_PENDING, **KEPT)),
    ],
    ids=lambda value: f"{value.step.value}-{value.reason.value}" if isinstance(value, Expectation) else "",
)
def test_every_step_has_its_word_its_reason_and_its_moment(one: PolicyCase, comes_to: Expectation) -> None:
    assert made(one) == comes_to


class TestItsUse:
    now = RENEWS - 10 * D

    @pytest.mark.parametrize(
        ("rows", "reason", "verdict"),
        [
            ((CaseEvidence(at=RENEWS - 30 * D),), Reason.NOTICE_TO_COME, Verdict.RELEASE),
            ((CaseEvidence(at=OPENS - 21 * D + timedelta(seconds=1)),), Reason.IN_USE, Verdict.KEEP),
            ((CaseEvidence(at=OPENS - 21 * D),), Reason.NOTICE_TO_COME, Verdict.RELEASE),
            ((CaseEvidence(use=Use.DRAFT_POST),), Reason.IN_USE, Verdict.KEEP),
            ((CaseEvidence(unknown=WhyUnknown.UNREADABLE),), Reason.ACTIVITY_UNKNOWN, Verdict.WARN),
            ((), Reason.NOT_DUE, Verdict.KEEP),
            (
                (*LONG_AGO, CaseEvidence(unknown=WhyUnknown.UNKNOWN_STATUS)),
                Reason.ACTIVITY_UNKNOWN,
                Verdict.WARN,
            ),
        ],
    )
    def test_it_is_weighed_as_a_turn_does(
        self, rows: tuple[CaseEvidence, ...], reason: Reason, verdict: Verdict
    ) -> None:
        found = made(case(self.now, evidence=rows))
        assert (found.reason, found.verdict) == (reason, verdict)

    def test_a_source_that_the_policy_does_not_name_is_not_asked(self) -> None:
        """It would be by no turn: a case must not pass because of it."""
        assert made(case(self.now, evidence=(CaseEvidence(source="hearsay", use=Use.ONGOING),))) == made(
            case(self.now, evidence=())
        )

    def test_use_that_is_remembered_counts_though_nothing_shows_it(self) -> None:
        memory = CaseMemory(used_at=self.now - D)
        assert made(case(self.now, memory=memory)).reason is Reason.IN_USE


class TestWhatIsRemembered:
    @pytest.mark.parametrize(
        ("memory", "notice"),
        [
            (CaseMemory(), NotAnnounced()),
            (CaseMemory(announced=True), NotAccepted(missing=())),
            (CaseMemory(accepted_at=OPENS - D), Received(at=OPENS - D, not_before=OPENS - D)),
            (ACCEPTED, Received(at=OPENS - 24 * H, not_before=OPENS)),
        ],
    )
    def test_an_announcement(self, memory: CaseMemory, notice: object) -> None:
        assert memory.standing.notice == notice

    def test_earlier_attempts(self) -> None:
        memory = CaseMemory(not_done=2, allowed_again=True, given_back_at=date(2026, 5, 1))
        assert memory.standing == PeriodState(
            not_done=2, allowed_again=True, given_back_at=datetime(2026, 5, 1, tzinfo=UTC)
        )

    @pytest.mark.parametrize(
        ("key", "reason"),
        [
            ("unresolved", Reason.UNRESOLVED),
            ("refused", Reason.REFUSED_BEFORE),
            ("released", Reason.ALREADY_RELEASED),
        ],
    )
    def test_stands_in_its_way(self, key: str, reason: Reason) -> None:
        assert made(case(OPENS, memory=replace(ACCEPTED, **{key: True}))).reason is reason

    def test_how_old_the_ledger_is_matters_where_lateness_is_waived(self) -> None:
        lenient = ReleaseRule(when=ReleaseWhen.IDLE, if_notice_late=IfNoticeLate.RELEASE)
        target = replace(ACME, policies=(policy(release=lenient),))
        young = CaseMemory(accepted_at=OPENS - H, ledger_since=OPENS - 2 * H)

        assert made(case(OPENS, memory=young), target).step is StepKind.LEAVE
        old = replace(young, ledger_since=OPENS - 24 * H)
        assert made(case(OPENS, memory=old), target).step is StepKind.RELEASE


class TestHolds:
    def test_one_of_the_case(self) -> None:
        held = case(OPENS, holds=(CaseHold(until=None),), memory=ACCEPTED)
        assert made(held) == expected("leave", Reason.HELD, **WILL_RENEW)

    def test_one_that_is_over_holds_nothing(self) -> None:
        held = case(OPENS, holds=(CaseHold(until=OPENS),), memory=ACCEPTED)
        assert made(held).step is StepKind.RELEASE

    def test_those_of_the_configuration_are_in_force_too(self) -> None:
        word = replace(hold(), account=AccountId("sa_1"), by=CONFIGURATION)
        assert made(case(OPENS, memory=ACCEPTED), ACME, word).reason is Reason.HELD
        other = replace(word, account=AccountId("sa_2"))
        assert made(case(OPENS, memory=ACCEPTED), ACME, other).step is StepKind.RELEASE


class TestTheAccount:
    def test_a_date_is_its_beginning_in_utc(self) -> None:
        one = case(date(2026, 5, 18), account=CaseAccount(renews_at=date(2026, 5, 20)))
        assert one.at == datetime(2026, 5, 18, tzinfo=UTC)
        assert one.leased(ProjectId("p")).renews_at == datetime(2026, 5, 20, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("began", "reason"),
        [
            (None, Reason.UNUSED),
            (RENEWS - 180 * D, Reason.UNUSED),
            (RENEWS - 180 * D + timedelta(seconds=1), Reason.NO_POLICY),
            (NOT_KNOWN, Reason.CANNOT_MATCH),
        ],
    )
    def test_it_is_leased_for_180_days_unless_it_is_said_otherwise_or_not_known(
        self, began: date | None, reason: Reason
    ) -> None:
        age = OPENS - (RENEWS - 180 * D)
        older = replace(ACME, policies=(policy(match=Match(min_age=age)),))
        said = CaseAccount(renews_at=RENEWS, assigned_at=began)
        assert made(case(OPENS, account=said, memory=ACCEPTED), older).reason is reason

    def test_the_mode_of_the_case_comes_before_that_of_the_configuration(self) -> None:
        one = case(OPENS, memory=ACCEPTED)
        assert made(one, mode=Mode.OBSERVE).reason is Reason.OBSERVING
        assert made(replace(one, mode=Mode.ENFORCE), mode=Mode.OBSERVE).step is StepKind.RELEASE

    def test_without_a_policy_it_is_left(self) -> None:
        found = made(case(OPENS), replace(ACME, policies=()))
        assert found == Expectation(
            step=StepKind.LEAVE, reason=Reason.NO_POLICY, verdict=Verdict.WARN, policy=None
        )


class TestMismatches:
    released = decide_case(case(OPENS, memory=ACCEPTED), ACME, configured=Overrides(), mode=Mode.ENFORCE)

    def test_what_is_not_said_may_be_anything(self) -> None:
        assert mismatches(Expectation(step=StepKind.RELEASE), self.released) == ()

    def test_all_that_differs_is_told_in_the_words_of_a_file(self) -> None:
        wanted = Expectation(
            step=StepKind.WAIT,
            reason=Reason.WINDOW_NOT_OPEN,
            moment=date(2026, 5, 18),
            verdict=Verdict.KEEP,
            policy="large",
        )
        assert mismatches(wanted, self.released) == (
            Mismatch(key="step", expected="wait", decided="release"),
            Mismatch(key="reason", expected="window_not_open", decided="unused"),
            Mismatch(key="moment", expected="2026-05-18T00:00:00Z", decided="none"),
            Mismatch(key="verdict", expected="keep", decided="release"),
            Mismatch(key="policy", expected="large", decided="standard"),
        )

    @pytest.mark.parametrize("off", [timedelta(seconds=-1), timedelta(seconds=1)])
    def test_a_moment_is_exact(self, off: timedelta) -> None:
        waits = decide_case(case(OPENS - H, memory=ACCEPTED), ACME, configured=Overrides(), mode=Mode.ENFORCE)
        right = Expectation(step=StepKind.WAIT, moment=OPENS)
        assert mismatches(right, waits) == ()
        assert [one.key for one in mismatches(replace(right, moment=OPENS + off), waits)] == ["moment"]


def written(one: Decision, used: Seen | None = None, now: datetime = NOW) -> PolicyCase:
    return case_of(one, name="x", project="acme", now=now, mode=Mode.ENFORCE, used=used)


def test_the_rungs_that_were_told_are_written_from_the_widest_to_the_tightest() -> None:
    told = PeriodState(told=frozenset({D, 7 * D, 3 * D}))
    assert written(decision(standing=told)).memory == CaseMemory(told=(7 * D, 3 * D, D))


ACTIVITIES: list[Activity] = [
    QUIET,
    Seen(at=NOW - D, what=Use.FAILED_ATTEMPT),
    Seen(at=NOW, what=Use.QUEUED_POST),
    *(Unknown(why=why) for why in WhyUnknown),
]


@given(
    activity=st.sampled_from(ACTIVITIES),
    renews_in=st.timedeltas(min_value=-H, max_value=12 * D),
    followers=st.sampled_from([None, 1_200, 80_000]),
    enrolled=st.booleans(),
    held=st.sampled_from([None, hold(), hold(until=NOW + D), hold(until=NOW + 40 * D)]),
    standing=st.builds(
        PeriodState,
        told=st.frozensets(st.sampled_from([7 * D, 3 * D, D])),
        notice=st.sampled_from(
            [
                NotAnnounced(),
                NotAccepted(missing=()),
                Received(at=NOW - 30 * H, not_before=NOW - H),
                Received(at=NOW - H, not_before=NOW + 2 * H),
            ]
        ),
        not_done=st.integers(0, 2),
        unresolved=st.booleans(),
        refused=st.booleans(),
    ),
    mode=st.sampled_from(Mode),
)
def test_the_case_of_a_real_decision_comes_to_that_decision(
    activity: Activity,
    renews_in: timedelta,
    followers: int | None,
    enrolled: bool,
    held: Override | None,
    standing: PeriodState,
    mode: Mode,
) -> None:
    policies = (policy(warn=(7 * D, 3 * D), protect=Protect(min_followers=50_000)),)
    whole = timedelta(seconds=renews_in // timedelta(seconds=1))
    real = decision(
        account(followers=followers, renews_in=whole),
        activity=activity,
        policies=policies,
        enrolled=enrolled,
        held=held,
        standing=standing,
        mode=mode,
        ledger_since=None,
    )
    one = replace(written(real), mode=mode)
    target = Target(id=real.account.project, name="acme", policies=policies, enrolled=enrolled)

    again = decide_case(one, target, configured=Overrides(), mode=Mode.ENFORCE)

    assert again.account.project == target.id
    assert decided(again) == one.expect == decided(real)
    assert again.judgement.trace == real.judgement.trace


@pytest.mark.parametrize(
    ("evidence", "rows", "reason"),
    [
        (("posts", "health"), (CaseEvidence(source="health", tier=HealthTier.HOT),), Reason.PROTECTED_HEALTH),
        (("posts", "health"), (CaseEvidence(source="health", tier=HealthTier.COLD),), Reason.UNUSED),
        (
            ("posts", "health"),
            (CaseEvidence(source="health", unknown=WhyUnknown.UNREADABLE),),
            Reason.HEALTH_UNKNOWN,
        ),
        (("posts", "health"), (), Reason.HEALTH_UNKNOWN),
        (("posts",), (CaseEvidence(source="health", tier=HealthTier.HOT),), Reason.UNUSED),
    ],
)
def test_a_case_says_how_healthy_an_account_is_to_a_policy_that_asks(
    evidence: tuple[str, ...], rows: tuple[CaseEvidence, ...], reason: Reason
) -> None:
    real = decision()
    one = written(real)
    one = replace(one, evidence=(*one.evidence, *rows))
    target = Target(
        id=real.account.project, name="acme", policies=(policy(evidence=evidence),), enrolled=True
    )
    decided_now = decide_case(one, target, configured=Overrides(), mode=Mode.ENFORCE)
    assert decided_now.judgement.reason is reason


class TestACaseIsWritten:
    def test_with_what_it_rests_on_and_without_who_held_it(self) -> None:
        one = written(decision(held=hold("the campaign", until=NOW + D)), used=QUIET)
        assert one.holds == (CaseHold(until=NOW + D, reason="the campaign"),)
        assert one.memory == CaseMemory(used_at=QUIET.at)
        assert one.evidence == (CaseEvidence(at=QUIET.at),)

    def test_the_holds_of_the_configuration_are_left_to_it(self) -> None:
        word = Override(kind=OverrideKind.HOLD, at=NOW, by=CONFIGURATION, why="theirs", until=None)
        assert written(decision(held=word)).holds == ()

    def test_each_source_with_what_it_said(self) -> None:
        real = decision(policies=(policy(evidence=("posts", "plans")),))
        subject = replace(
            real.judgement.subject, by_source={"posts": QUIET, "plans": Unknown(why=WhyUnknown.UNREADABLE)}
        )
        one = written(replace(real, judgement=replace(real.judgement, subject=subject)))
        assert one.evidence == (
            CaseEvidence(source="posts", at=QUIET.at),
            CaseEvidence(source="plans", unknown=WhyUnknown.UNREADABLE),
        )

    def test_its_health_as_what_that_is_beside_the_only_source_of_use(self) -> None:
        asking = (policy(evidence=("posts", "health")),)
        hot = written(decision(policies=asking, health=HealthTier.HOT))
        assert hot.evidence == (CaseEvidence(at=QUIET.at), CaseEvidence(source="health", tier=HealthTier.HOT))
        assert hot.expect.reason is Reason.PROTECTED_HEALTH
        assert written(decision(policies=asking)).evidence == (CaseEvidence(at=QUIET.at),)

    @pytest.mark.parametrize(
        ("why", "unknown"),
        [
            (WhyHealthUnknown.MISSING_SCOPE, WhyUnknown.MISSING_SCOPE),
            (WhyHealthUnknown.UNKNOWN_TIER, WhyUnknown.UNKNOWN_STATUS),
            (WhyHealthUnknown.UNREADABLE, WhyUnknown.UNREADABLE),
            (WhyHealthUnknown.TOO_OLD, WhyUnknown.UNREADABLE),
        ],
    )
    def test_health_that_is_not_known_as_a_doubt(self, why: WhyHealthUnknown, unknown: WhyUnknown) -> None:
        asking = (policy(evidence=("posts", "health")),)
        one = written(decision(policies=asking, health=HealthUnknown(why=why)))
        assert one.evidence[1:] == (CaseEvidence(source="health", unknown=unknown),)
        assert one.expect.reason is Reason.HEALTH_UNKNOWN

    def test_a_beginning_that_cannot_be_as_not_known(self) -> None:
        real = decision(account(assigned_at=datetime(1, 1, 1, tzinfo=UTC)))
        assert written(real).account.assigned_at == NOT_KNOWN


SHADOW = policy("shadow", match=Match(health=(HealthTier.SHADOWBANNED,)))


@pytest.mark.parametrize(
    ("rows", "governs", "reason"),
    [
        ((CaseEvidence(source="health", tier=HealthTier.SHADOWBANNED),), "shadow", Reason.UNUSED),
        ((CaseEvidence(source="health", tier=HealthTier.WARM),), "standard", Reason.UNUSED),
        ((CaseEvidence(source="health", unknown=WhyUnknown.UNREADABLE),), "shadow", Reason.HEALTH_UNKNOWN),
        ((), "shadow", Reason.HEALTH_UNKNOWN),
    ],
)
def test_a_row_of_health_decides_the_match(
    rows: tuple[CaseEvidence, ...], governs: str, reason: Reason
) -> None:
    policies = (SHADOW, policy("standard"))
    real = decision(policies=policies, health=HealthTier.COLD)
    one = written(real)
    assert one.evidence == (CaseEvidence(at=QUIET.at), CaseEvidence(source="health", tier=HealthTier.COLD))
    target = Target(id=real.account.project, name="acme", policies=policies, enrolled=True)
    assert decided(decide_case(one, target, configured=Overrides(), mode=Mode.ENFORCE)) == one.expect
    one = replace(one, evidence=(CaseEvidence(at=QUIET.at), *rows))
    found = decide_case(one, target, configured=Overrides(), mode=Mode.ENFORCE).judgement
    assert (found.policy.name if found.policy else None, found.reason) == (governs, reason)
