"""Whatever the facts, all questions are put, and the first answer that keeps an account decides.

The judge used to stop there; what it decided then is written down once more below, as it stood.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, D, H, account, hold, policy
from watcher.facts.activity import Activity, Seen, Unknown, Use, WhyUnknown
from watcher.facts.health import HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.record.reasons import Reason
from watcher.rules.judge import Check, Subject, Usage, Verdict, judge, protection, usage_of, window_of
from watcher.rules.matching import governing
from watcher.rules.policies import OPINIONS
from watcher.rules.policy import Match, Policy, Protect, ReleaseRule, ReleaseWhen

ONE = account("latte.art.lab", followers=1_200)
TICK = timedelta(microseconds=1)

activities: st.SearchStrategy[Activity] = st.one_of(
    st.builds(Unknown, why=st.sampled_from(WhyUnknown)),
    st.builds(
        Seen,
        at=st.sampled_from([NOW, NOW - D, NOW - 20 * D, NOW - 21 * D, NOW - 400 * D]),
        what=st.sampled_from(Use),
    ),
)
policies = st.builds(
    policy,
    st.sampled_from(["standard", "other"]),
    match=st.sampled_from([Match(), Match(handles=("brew.*",)), Match(min_followers=1), Match(min_age=D)]),
    release=st.builds(
        ReleaseRule,
        when=st.sampled_from(ReleaseWhen),
        lead=st.sampled_from([H, 6 * H, 20 * D]),
        cancel_queued=st.booleans(),
    ),
    protect=st.sampled_from(
        [
            Protect(),
            Protect(accounts=(ONE.id,)),
            Protect(handles=("latte.*",)),
            Protect(handles=("brew.*",)),
            Protect(min_followers=1_200),
        ]
    ),
)
subjects = st.builds(
    Subject,
    account=st.builds(
        account,
        handle=st.sampled_from(["latte.art.lab", ""]),
        followers=st.sampled_from([None, 0, 1_200]),
        renews_in=st.sampled_from([-D, -TICK, timedelta(), TICK, 5 * H, 10 * D]),
    ),
    policies=st.lists(policies, max_size=3).map(tuple),
    enrolled=st.booleans(),
    hold=st.sampled_from([None, hold("campaign")]),
    activity=activities,
)


def decided_before(subject: Subject) -> tuple[Reason, Verdict]:
    """What the judge that stopped at the first answer made of it."""
    one = subject.account
    governed = governing(one, subject.policies, NOW)
    governs: Policy | None = governed.policy if governed else None
    window = window_of(one, governs) if governs else None
    in_use = (
        governs is not None
        and window is not None
        and usage_of(subject.activity, governs.release, window.opens) is Usage.IN_USE
    )

    def kept(reason: Reason) -> tuple[Reason, Verdict]:
        quiet = in_use or reason in (Reason.RENEWAL_PENDING, Reason.NOT_DUE)
        return reason, Verdict.KEEP if quiet else Verdict.WARN

    if one.renews_at <= NOW:
        return kept(Reason.RENEWAL_PENDING)
    if governed is None or governs is None or window is None:
        return kept(Reason.NO_POLICY)
    if not governed.certain:
        return kept(Reason.CANNOT_MATCH)
    opinion = OPINIONS[governs.release.when](governs.release, subject.activity, window.opens)
    if opinion.reason is Reason.POLICY_NEVER:
        return kept(opinion.reason)
    if not subject.enrolled:
        return kept(Reason.NOT_ENROLLED)
    if subject.hold is not None:
        return kept(Reason.HELD)
    if shield := protection(one, governs.protect):
        return kept(shield[0])
    if not opinion.release:
        return kept(opinion.reason)
    return opinion.reason, Verdict.RELEASE


@given(subjects)
def test_what_is_asked_after_the_answer_that_decided_changes_no_verdict(subject: Subject) -> None:
    judgement = judge(subject, NOW)

    assert (judgement.reason, judgement.verdict) == decided_before(subject)


@given(subjects)
def test_every_question_that_can_be_put_is_put_once_and_one_refusal_keeps_the_account(
    subject: Subject,
) -> None:
    judgement = judge(subject, NOW)

    about_a_policy = {Check.POLICY_RELEASES, Check.NOT_PROTECTED, Check.UNUSED}
    unasked = set() if judgement.policy else about_a_policy
    assert [ruling.check for ruling in judgement.trace] == [one for one in Check if one not in unasked]
    assert all(ruling.passed is (ruling.because is None) for ruling in judgement.trace)
    assert (judgement.verdict is Verdict.RELEASE) is not bool(judgement.obstacles)
    if judgement.obstacles:
        assert judgement.deciding is judgement.obstacles[0]
        assert judgement.reason is judgement.deciding.because


HEALTHS = st.sampled_from([(), (HealthTier.SHADOWBANNED,), (HealthTier.WARM, HealthTier.HOT)])


@given(
    subjects,
    st.lists(HEALTHS, min_size=3, max_size=3),
    st.sampled_from([HealthUnknown(why=why) for why in WhyHealthUnknown]),
)
def test_of_an_unknown_health_nothing_goes_but_what_every_health_lets_go_by_the_same_policy(
    subject: Subject, matches: list[tuple[HealthTier, ...]], unknown: HealthUnknown
) -> None:
    matched = tuple(
        replace(one, match=replace(one.match, health=by))
        for one, by in zip(subject.policies, matches, strict=False)
    )
    subject = replace(subject, policies=matched)
    judgement = judge(replace(subject, health=unknown), NOW)
    every = [judge(replace(subject, health=tier), NOW) for tier in HealthTier]

    if judgement.verdict is Verdict.RELEASE:
        assert {(one.verdict, one.policy) for one in every} == {(Verdict.RELEASE, judgement.policy)}
    if judgement.contenders:
        assert {one.policy for one in every if one.policy} <= set(judgement.contenders)
