"""The judge: what it asks, in which order, and what each answer means."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, QUIET, D, H, account, hold, policy
from watcher.facts.accounts import Account
from watcher.facts.activity import NOT_ASKED, Activity, Seen, Unknown, Use, WhyUnknown
from watcher.facts.health import HEALTH_NOT_ASKED, Health, HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.record.overrides import Override
from watcher.record.reasons import Reason
from watcher.rules.judge import (
    Check,
    Judgement,
    Ruling,
    Subject,
    Usage,
    Verdict,
    decided_within,
    evidence_from,
    is_in_question,
    is_matched_by_health,
    judge,
    protection,
    window_of,
)
from watcher.rules.policy import Match, Policy, Protect, ReleaseRule, ReleaseWhen, WarnFor
from watcher.rules.window import Window

TICK = timedelta(microseconds=1)
ONE = account("latte.art.lab", followers=1_200)
IN_USE = Seen(at=NOW - D, what=Use.PUBLISHED_POST)
UNREADABLE = Unknown(why=WhyUnknown.UNREADABLE)

STANDARD = policy("standard")
NEVER = policy("never", release=ReleaseRule(when=ReleaseWhen.NEVER))
ALWAYS = policy("always", release=ReleaseRule(when=ReleaseWhen.ALWAYS))


def subject(
    one: Account = ONE,
    *policies: Policy,
    enrolled: bool = True,
    held: Override | None = None,
    activity: Activity = QUIET,
    health: Health = HEALTH_NOT_ASKED,
) -> Subject:
    return Subject(
        account=one,
        policies=policies or (STANDARD,),
        enrolled=enrolled,
        hold=held,
        activity=activity,
        health=health,
    )


def passed(*checks: Check) -> tuple[Ruling, ...]:
    return tuple(Ruling(check=check, passed=True) for check in checks)


def failed(check: Check, because: Reason, detail: str | None = None) -> Ruling:
    return Ruling(check=check, passed=False, because=because, detail=detail)


IN_ORDER = (
    Check.RENEWAL_AHEAD,
    Check.POLICY_FOUND,
    Check.POLICY_RELEASES,
    Check.ENROLLED,
    Check.NOT_HELD,
    Check.NOT_PROTECTED,
    Check.UNUSED,
)


def test_an_unused_enrolled_account_that_nothing_keeps_is_to_be_released() -> None:
    one = subject()

    assert judge(one, NOW) == Judgement(
        verdict=Verdict.RELEASE,
        reason=Reason.UNUSED,
        usage=Usage.UNUSED,
        usage_at_opening=Usage.UNUSED,
        subject=one,
        policy=STANDARD,
        window=Window.of(ONE.renews_at, lead=6 * H, margin=timedelta(minutes=10), notice=24 * H),
        trace=passed(*IN_ORDER),
    )


def test_where_nothing_keeps_it_the_last_answer_decides() -> None:
    assert judge(subject(), NOW).deciding == Ruling(check=Check.UNUSED, passed=True)


def test_who_must_accept_the_announcement_is_left_alone_at_night_so_it_begins_that_much_earlier() -> None:
    quiet = replace(STANDARD, release=replace(STANDARD.release, quiet_ahead=8 * H))
    window = judge(subject(ONE, quiet), NOW).window
    assert window == Window(
        announce_from=ONE.renews_at - 62 * H,
        opens=ONE.renews_at - 6 * H,
        closes=ONE.renews_at - timedelta(minutes=10),
        renews_at=ONE.renews_at,
    )
    assert decided_within(quiet) == 62 * H
    assert evidence_from(ONE, (quiet,), NOW) == ONE.renews_at - 62 * H


def test_every_check_is_asked_and_none_twice() -> None:
    assert tuple(Check) == IN_ORDER


def test_at_term_the_reason_is_the_term_not_the_lack_of_use() -> None:
    one = subject(ONE, ALWAYS, activity=IN_USE)

    assert judge(one, NOW) == Judgement(
        verdict=Verdict.RELEASE,
        reason=Reason.TERM,
        usage=Usage.IN_USE,
        usage_at_opening=Usage.IN_USE,
        subject=one,
        policy=ALWAYS,
        window=window_of(ONE, ALWAYS),
        trace=passed(*IN_ORDER),
    )


BY_ID = policy(protect=Protect(accounts=(ONE.id,)))
BY_HANDLE = policy(protect=Protect(handles=("@Latte.*",)))
BY_FOLLOWERS = policy(protect=Protect(min_followers=1_200))
NOT_THIS = policy(match=Match(handles=("brew.*",)))
UNSURE = policy("big", match=Match(min_followers=1))
FACELESS = replace(ONE, followers=None)
HELD = hold("campaign")


@pytest.mark.parametrize(
    ("one", "before", "ruling", "usage", "verdict"),
    [
        pytest.param(
            subject(replace(ONE, renews_at=NOW)),
            (),
            failed(Check.RENEWAL_AHEAD, Reason.RENEWAL_PENDING),
            Usage.UNUSED,
            Verdict.KEEP,
            id="the renewal is now",
        ),
        pytest.param(
            subject(ONE, NOT_THIS),
            IN_ORDER[:1],
            failed(Check.POLICY_FOUND, Reason.NO_POLICY),
            Usage.UNKNOWN,
            Verdict.WARN,
            id="no policy fits",
        ),
        pytest.param(
            subject(FACELESS, UNSURE, STANDARD),
            IN_ORDER[:1],
            failed(Check.POLICY_FOUND, Reason.CANNOT_MATCH, "big"),
            Usage.UNUSED,
            Verdict.WARN,
            id="a condition cannot be evaluated",
        ),
        pytest.param(
            subject(ONE, NEVER),
            IN_ORDER[:2],
            failed(Check.POLICY_RELEASES, Reason.POLICY_NEVER),
            Usage.UNUSED,
            Verdict.WARN,
            id="the policy never releases",
        ),
        pytest.param(
            subject(enrolled=False),
            IN_ORDER[:3],
            failed(Check.ENROLLED, Reason.NOT_ENROLLED),
            Usage.UNUSED,
            Verdict.WARN,
            id="not enrolled",
        ),
        pytest.param(
            subject(held=HELD),
            IN_ORDER[:4],
            failed(Check.NOT_HELD, Reason.HELD, "campaign"),
            Usage.UNUSED,
            Verdict.WARN,
            id="held",
        ),
        pytest.param(
            subject(ONE, BY_ID),
            IN_ORDER[:5],
            failed(Check.NOT_PROTECTED, Reason.PROTECTED_ACCOUNT, "sa_latte.art.lab"),
            Usage.UNUSED,
            Verdict.WARN,
            id="protected by id",
        ),
        pytest.param(
            subject(ONE, BY_HANDLE),
            IN_ORDER[:5],
            failed(Check.NOT_PROTECTED, Reason.PROTECTED_HANDLE, "@Latte.*"),
            Usage.UNUSED,
            Verdict.WARN,
            id="protected by handle",
        ),
        pytest.param(
            subject(ONE, BY_FOLLOWERS),
            IN_ORDER[:5],
            failed(Check.NOT_PROTECTED, Reason.PROTECTED_FOLLOWERS, "1200"),
            Usage.UNUSED,
            Verdict.WARN,
            id="protected by followers",
        ),
        pytest.param(
            subject(FACELESS, BY_FOLLOWERS),
            IN_ORDER[:5],
            failed(Check.NOT_PROTECTED, Reason.CANNOT_MATCH, "followers"),
            Usage.UNUSED,
            Verdict.WARN,
            id="perhaps protected by followers",
        ),
        pytest.param(
            subject(activity=IN_USE),
            IN_ORDER[:6],
            failed(Check.UNUSED, Reason.IN_USE),
            Usage.IN_USE,
            Verdict.KEEP,
            id="in use",
        ),
        pytest.param(
            subject(activity=UNREADABLE),
            IN_ORDER[:6],
            failed(Check.UNUSED, Reason.ACTIVITY_UNKNOWN),
            Usage.UNKNOWN,
            Verdict.WARN,
            id="activity unknown",
        ),
        pytest.param(
            subject(activity=NOT_ASKED),
            IN_ORDER[:6],
            failed(Check.UNUSED, Reason.NOT_DUE),
            Usage.UNKNOWN,
            Verdict.KEEP,
            id="not asked yet",
        ),
        pytest.param(
            subject(ONE, ALWAYS, activity=Seen(at=NOW, what=Use.QUEUED_POST)),
            IN_ORDER[:6],
            failed(Check.UNUSED, Reason.IN_USE),
            Usage.IN_USE,
            Verdict.KEEP,
            id="queued posts before the term",
        ),
    ],
)
def test_the_first_answer_that_keeps_decides_and_what_comes_after_it_is_asked_all_the_same(
    one: Subject, before: tuple[Check, ...], ruling: Ruling, usage: Usage, verdict: Verdict
) -> None:
    """Without a policy nothing can be asked about one."""
    governs = None if ruling.because is Reason.NO_POLICY else one.policies[0]
    after = IN_ORDER[len(before) + 1 :] if governs else (Check.ENROLLED, Check.NOT_HELD)

    judgement = judge(one, NOW)

    assert (judgement.deciding, judgement.obstacles) == (ruling, (ruling,))
    assert judgement == Judgement(
        verdict=verdict,
        reason=ruling.because or Reason.UNUSED,
        usage=usage,
        usage_at_opening=usage,
        subject=one,
        policy=governs,
        window=None if governs is None else window_of(one.account, governs),
        trace=(*passed(*before), ruling, *passed(*after)),
    )


KEPT_BY_EVERYTHING = policy(
    "all",
    release=ReleaseRule(when=ReleaseWhen.NEVER),
    match=Match(min_followers=1),
    protect=Protect(accounts=(ONE.id,), handles=("latte.*",), min_followers=1),
)


def test_whatever_else_keeps_it_the_earlier_check_is_the_reason() -> None:
    """Each row takes away the obstacle that decided the row before."""
    faceless = subject(FACELESS, KEPT_BY_EVERYTHING, enrolled=False, held=HELD, activity=IN_USE)
    known = replace(faceless, account=ONE)
    idle = replace(known, policies=(replace(KEPT_BY_EVERYTHING, release=STANDARD.release),))
    enrolled = replace(idle, enrolled=True)
    free = replace(enrolled, hold=None)
    no_id = replace(free, policies=(replace(idle.policies[0], protect=Protect(handles=("*",))),))
    unprotected = replace(free, policies=(replace(idle.policies[0], protect=Protect()),))

    reasons = [
        judge(one, now).reason
        for one, now in [
            (faceless, ONE.renews_at),
            (faceless, NOW),
            (known, NOW),
            (idle, NOW),
            (enrolled, NOW),
            (free, NOW),
            (no_id, NOW),
            (unprotected, NOW),
            (replace(unprotected, activity=QUIET), NOW),
        ]
    ]

    everything = judge(faceless, ONE.renews_at).obstacles
    assert [ruling.check for ruling in everything] == list(IN_ORDER)
    assert reasons == [
        Reason.RENEWAL_PENDING,
        Reason.CANNOT_MATCH,
        Reason.POLICY_NEVER,
        Reason.NOT_ENROLLED,
        Reason.HELD,
        Reason.PROTECTED_ACCOUNT,
        Reason.PROTECTED_HANDLE,
        Reason.IN_USE,
        Reason.UNUSED,
    ]


@pytest.mark.parametrize(
    ("now", "reason", "verdict"),
    [
        (ONE.renews_at - TICK, Reason.UNUSED, Verdict.RELEASE),
        (ONE.renews_at, Reason.RENEWAL_PENDING, Verdict.KEEP),
        (ONE.renews_at + TICK, Reason.RENEWAL_PENDING, Verdict.KEEP),
        (ONE.renews_at + 40 * D, Reason.RENEWAL_PENDING, Verdict.KEEP),
    ],
)
def test_from_the_renewal_on_an_unmoved_renewal_is_pending(
    now: datetime, reason: Reason, verdict: Verdict
) -> None:
    judgement = judge(subject(), now)

    assert (judgement.reason, judgement.verdict) == (reason, verdict)


@pytest.mark.parametrize("why", [why for why in WhyUnknown if why is not WhyUnknown.NOT_ASKED])
def test_unknown_activity_warns_and_never_releases(why: WhyUnknown) -> None:
    judgement = judge(subject(activity=Unknown(why=why)), NOW)

    assert (judgement.verdict, judgement.reason) == (Verdict.WARN, Reason.ACTIVITY_UNKNOWN)


@pytest.mark.parametrize(
    "one",
    [
        subject(ONE, NEVER, activity=IN_USE),
        subject(enrolled=False, activity=IN_USE),
        subject(held=HELD, activity=IN_USE),
        subject(ONE, BY_ID, activity=IN_USE),
    ],
)
def test_an_account_in_use_is_kept_quietly_whatever_else_keeps_it(one: Subject) -> None:
    judgement = judge(one, NOW)

    assert (judgement.verdict, judgement.usage) == (Verdict.KEEP, Usage.IN_USE)


def test_a_condition_that_cannot_be_evaluated_protects_and_hands_on_to_no_other_policy() -> None:
    """The second policy fits and would release: it must not get the account (design §4.2)."""
    one = subject(FACELESS, UNSURE, STANDARD)

    assert judge(one, NOW).verdict is Verdict.WARN
    assert judge(replace(one, policies=(STANDARD, UNSURE)), NOW).verdict is Verdict.RELEASE


@pytest.mark.parametrize(
    ("protect", "followers", "shield"),
    [
        (Protect(), 1_200, None),
        (Protect(), None, None),
        (Protect(accounts=("sa_other", ONE.id)), None, (Reason.PROTECTED_ACCOUNT, ONE.id)),
        (Protect(accounts=(ONE.id.upper(),)), 1_200, None),
        (Protect(handles=("brew.*", "LATTE.*")), None, (Reason.PROTECTED_HANDLE, "LATTE.*")),
        (Protect(handles=("@latte.art.lab",)), 0, (Reason.PROTECTED_HANDLE, "@latte.art.lab")),
        (Protect(handles=("latte",)), 1_200, None),
        (Protect(min_followers=1_201), 1_200, None),
        (Protect(min_followers=1_200), 1_200, (Reason.PROTECTED_FOLLOWERS, "1200")),
        (Protect(min_followers=1_199), 1_200, (Reason.PROTECTED_FOLLOWERS, "1199")),
        (Protect(min_followers=0), 0, (Reason.PROTECTED_FOLLOWERS, "0")),
        (Protect(min_followers=10**9), None, (Reason.CANNOT_MATCH, "followers")),
    ],
)
def test_what_protects_is_named(
    protect: Protect, followers: int | None, shield: tuple[Reason, str] | None
) -> None:
    assert protection(replace(ONE, followers=followers), protect) == shield


def rule(*, lead: timedelta = 6 * H, notice: timedelta) -> ReleaseRule:
    return ReleaseRule(when=ReleaseWhen.IDLE, lead=lead, notice=notice)


@pytest.mark.parametrize(
    ("policies", "before_renewal"),
    [
        pytest.param((policy(warn=(7 * D, 3 * D)),), 7 * D, id="the first rung"),
        pytest.param((policy(warn=(D,), release=rule(notice=72 * H)),), 150 * H, id="the announcement"),
        pytest.param((policy(release=rule(notice=timedelta())),), 30 * H, id="the docket's look-ahead"),
        pytest.param((NOT_THIS,), None, id="nothing without a policy"),
    ],
)
def test_evidence_is_needed_from_the_first_warning_announcement_or_docket_on(
    policies: tuple[Policy, ...], before_renewal: timedelta | None
) -> None:
    expected = None if before_renewal is None else ONE.renews_at - before_renewal

    assert evidence_from(ONE, policies, NOW) == expected


# How healthy it is

HEALTHY = policy("healthy", evidence=("posts", "health"))
ANNOUNCED_FROM = ONE.renews_at - 54 * H
"""The lead, and twice the notice."""


def unknown(why: WhyHealthUnknown) -> HealthUnknown:
    return HealthUnknown(why=why)


def why_kept(one: Subject, now: datetime = NOW) -> tuple[Verdict, Reason, str | None]:
    judgement = judge(one, now)
    return judgement.verdict, judgement.reason, judgement.deciding.detail


@pytest.mark.parametrize("tier", HealthTier)
def test_only_a_hot_account_is_kept_for_its_health(tier: HealthTier) -> None:
    hot = (Verdict.WARN, Reason.PROTECTED_HEALTH, "hot")
    told = (Verdict.RELEASE, Reason.UNUSED, None)
    assert why_kept(subject(ONE, HEALTHY, health=tier)) == (hot if tier is HealthTier.HOT else told)


def test_a_hot_account_that_nobody_uses_is_unused_all_the_same() -> None:
    judgement = judge(subject(ONE, HEALTHY, health=HealthTier.HOT), NOW)
    assert (judgement.usage, judgement.usage_at_opening) == (Usage.UNUSED, Usage.UNUSED)
    assert judgement.trace == (
        *passed(*IN_ORDER[:5]),
        failed(Check.NOT_PROTECTED, Reason.PROTECTED_HEALTH, "hot"),
        *passed(Check.UNUSED),
    )


@pytest.mark.parametrize("health", [HealthTier.HOT, unknown(WhyHealthUnknown.UNREADABLE)])
def test_a_policy_that_does_not_name_health_keeps_nobody_for_it(health: Health) -> None:
    assert why_kept(subject(health=health)) == (Verdict.RELEASE, Reason.UNUSED, None)


ASKED_IN_VAIN = [why for why in WhyHealthUnknown if why is not WhyHealthUnknown.NOT_ASKED]


@pytest.mark.parametrize("why", ASKED_IN_VAIN)
@pytest.mark.parametrize(
    "release", [HEALTHY.release, ReleaseRule(when=ReleaseWhen.ALWAYS, cancel_queued=True)]
)
def test_health_that_could_not_be_had_is_never_cold(why: WhyHealthUnknown, release: ReleaseRule) -> None:
    one = subject(ONE, replace(HEALTHY, release=release), health=unknown(why))
    assert why_kept(one) == (Verdict.WARN, Reason.HEALTH_UNKNOWN, why.value)
    assert judge(one, NOW).doubtful
    assert judge(one, NOW).usage is Usage.UNUSED


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (ANNOUNCED_FROM - TICK, Reason.UNUSED),
        (ANNOUNCED_FROM, Reason.HEALTH_UNKNOWN),
        (ANNOUNCED_FROM + TICK, Reason.HEALTH_UNKNOWN),
    ],
)
def test_from_its_announcement_on_nobody_is_let_go_unasked(now: datetime, reason: Reason) -> None:
    """Whoever forgets to ask: doubt, not release, is what comes of it."""
    judgement = judge(subject(ONE, HEALTHY), now)
    assert judgement.reason is reason
    assert not judgement.doubtful, "nobody was asked, so nothing went wrong"
    assert judgement.health_to_be_asked is (reason is Reason.UNUSED)


@pytest.mark.parametrize("why", ASKED_IN_VAIN)
def test_who_was_asked_about_in_vain_long_before_it_is_let_go_by_no_one(why: WhyHealthUnknown) -> None:
    one = subject(ONE, HEALTHY, health=unknown(why))
    assert judge(one, ANNOUNCED_FROM - D).obstacles == (
        failed(Check.NOT_PROTECTED, Reason.HEALTH_UNKNOWN, why.value),
    )


@pytest.mark.parametrize(
    ("now", "obstacles"),
    [
        (ONE.renews_at - TICK, [Reason.HEALTH_UNKNOWN]),
        (ONE.renews_at, [Reason.RENEWAL_PENDING]),
        (ONE.renews_at + TICK, [Reason.RENEWAL_PENDING]),
    ],
)
def test_from_the_renewal_on_nobody_need_be_asked(now: datetime, obstacles: list[Reason]) -> None:
    assert [one.because for one in judge(subject(ONE, HEALTHY), now).obstacles] == obstacles


def test_in_question_is_also_what_a_policy_lets_go_for_being_cold() -> None:
    """Whether it is hot is what is to be asked: it is taken for what lets it go."""
    cold = policy("cold", match=Match(health=(HealthTier.COLD,)))
    assert is_in_question(subject(ONE, cold), NOW)
    assert not is_in_question(subject(ONE, SHADOW), NOW)


@pytest.mark.parametrize(
    "kept",
    [
        subject(ONE, HEALTHY, held=HELD),
        subject(ONE, HEALTHY, enrolled=False),
        subject(ONE, HEALTHY, activity=IN_USE),
        subject(ONE, HEALTHY, activity=UNREADABLE),
        subject(ONE, replace(HEALTHY, protect=Protect(accounts=(ONE.id,)))),
        subject(ONE, replace(HEALTHY, release=NEVER.release)),
        subject(FACELESS, replace(HEALTHY, match=Match(min_followers=1))),
    ],
)
def test_who_is_kept_anyway_need_not_be_asked_about(kept: Subject) -> None:
    judgement = judge(kept, NOW)
    assert Reason.HEALTH_UNKNOWN not in {one.because for one in judgement.trace}
    assert not is_in_question(kept, NOW)


@pytest.mark.parametrize(("early", "expected"), [(TICK, False), (timedelta(), True), (-TICK, True)])
@pytest.mark.parametrize("notice", [timedelta(), 24 * H])
def test_in_question_is_what_all_else_lets_go_soon(
    early: timedelta, expected: bool, notice: timedelta
) -> None:
    """From its announcement on; without one, from when it stands on a docket."""
    one = subject(ONE, replace(HEALTHY, release=replace(HEALTHY.release, notice=notice)))
    assert decided_within(one.policies[0]) == max(6 * H + 2 * notice, 30 * H)
    now = ONE.renews_at - decided_within(one.policies[0]) - early
    assert is_in_question(one, now) is expected
    assert is_in_question(replace(one, health=HealthTier.HOT), now) is expected, "asked each time anew"


def test_of_whom_no_policy_governs_nobody_asks() -> None:
    assert not is_in_question(replace(subject(), policies=()), NOW)
    assert not judge(replace(subject(), policies=()), NOW).health_to_be_asked


# Governed by how healthy it is (ADR 81)

SHADOW = policy("shadow", match=Match(health=(HealthTier.SHADOWBANNED,)), warn=(5 * D, 2 * D))
LATE_ON = policy("late", warn=(9 * D, 2 * D), warn_for=WarnFor.UNUSED)
NEAR_FROM = ONE.renews_at - 9 * D
LOST = unknown(WhyHealthUnknown.UNREADABLE)


def matched(health: Health, *policies: Policy, now: datetime = NOW, **facts: Any) -> Judgement:
    return judge(subject(ONE, *(policies or (SHADOW, LATE_ON)), health=health, **facts), now)


def test_it_is_governed_by_what_it_is_now() -> None:
    banned, warm = matched(HealthTier.SHADOWBANNED), matched(HealthTier.WARM)
    assert (banned.policy, banned.verdict, banned.is_governed) == (SHADOW, Verdict.RELEASE, True)
    assert (warm.policy, warm.verdict, warm.is_governed) == (LATE_ON, Verdict.RELEASE, True)
    assert (banned.matched_health, warm.matched_health) == (HealthTier.SHADOWBANNED, HealthTier.WARM)
    assert (banned.rungs, warm.rungs) == (SHADOW.warn, LATE_ON.warn)
    nobody = matched(HealthTier.WARM, SHADOW)
    assert (nobody.policy, nobody.reason, nobody.is_governed) == (None, Reason.NO_POLICY, False)
    assert (nobody.rungs, nobody.warned_in_use) == ((), False)
    assert nobody.matched_health is HealthTier.WARM


@pytest.mark.parametrize("why", ASKED_IN_VAIN)
@pytest.mark.parametrize("now", [NEAR_FROM - 20 * D, NEAR_FROM, ONE.renews_at - TICK])
def test_of_an_unknown_health_no_policy_lets_it_go_at_no_time(why: WhyHealthUnknown, now: datetime) -> None:
    judgement = matched(unknown(why), now=now)
    assert (judgement.verdict, judgement.reason) == (Verdict.WARN, Reason.HEALTH_UNKNOWN)
    assert judgement.deciding == failed(Check.POLICY_FOUND, Reason.HEALTH_UNKNOWN, "shadow")
    assert (judgement.doubtful, judgement.is_governed) == (True, False)


@pytest.mark.parametrize(
    ("now", "reason", "verdict"),
    [
        (NEAR_FROM - TICK, Reason.NOT_DUE, Verdict.KEEP),
        (NEAR_FROM, Reason.HEALTH_UNKNOWN, Verdict.WARN),
        (NEAR_FROM + TICK, Reason.HEALTH_UNKNOWN, Verdict.WARN),
    ],
)
def test_asked_it_must_be_from_when_any_that_may_govern_it_does_something(
    now: datetime, reason: Reason, verdict: Verdict
) -> None:
    judgement = matched(HEALTH_NOT_ASKED, now=now)
    assert (judgement.reason, judgement.verdict) == (reason, verdict)
    assert not judgement.doubtful, "nobody was asked, so nothing went wrong"
    asked = reason is Reason.HEALTH_UNKNOWN
    assert is_matched_by_health(ONE, (SHADOW, LATE_ON), now) is asked
    assert is_matched_by_health(ONE, (LATE_ON, SHADOW), now) is False
    assert evidence_from(ONE, (SHADOW, LATE_ON), now) == NEAR_FROM
    assert is_matched_by_health(ONE, (), now) is False


def test_in_doubt_it_is_warned_of_by_each_that_may_govern_it() -> None:
    judgement = matched(LOST)
    assert judgement.rungs == (9 * D, 5 * D, 2 * D)
    assert judgement.warned_in_use, "by the first of them"
    only_unused = matched(LOST, replace(SHADOW, warn_for=WarnFor.UNUSED), LATE_ON)
    assert not only_unused.warned_in_use
    assert matched(HealthTier.SHADOWBANNED).warned_in_use
    assert not matched(HealthTier.WARM).warned_in_use


def test_what_else_is_in_its_way_is_told_beside_that() -> None:
    held = matched(LOST, held=HELD, enrolled=False)
    assert [one.because for one in held.obstacles] == [
        Reason.HEALTH_UNKNOWN,
        Reason.NOT_ENROLLED,
        Reason.HELD,
    ]


def test_policies_that_do_not_match_by_health_have_none() -> None:
    assert matched(HealthTier.WARM, STANDARD).matched_health is None
    assert matched(HealthTier.WARM, STANDARD, SHADOW).matched_health is None
