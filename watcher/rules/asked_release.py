"""What a person's word for a release makes of a decision: it stands in for three things, and nothing else.

The verdict, the notice and the opening of the window are a person's to decide. So the account is judged and
planned as under its own policy, were that to release at term whatever the use, without notice, from now on.
Whatever else keeps an account (a hold, a protection, unfinished posts, the closing of its window, an earlier
release) is asked by the same questions as ever, for they are the same questions.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from watcher.facts.accounts import Account
from watcher.facts.activity import Activity, use_in
from watcher.record.notices import NotAnnounced
from watcher.record.overrides import Override
from watcher.record.reasons import Reason
from watcher.rules.judge import judge
from watcher.rules.plan import Decision, Release, Terms, plan
from watcher.rules.policy import Policy, ReleaseWhen


def decide_asked(decision: Decision, terms: Terms) -> Decision:
    """The decision under a word for exactly this lease: `Release`, or what no word may pass, and why.

    Of the decision by the rules alone only the verdict, its reason and the window's opening are replaced.
    """
    before = decision.judgement
    account = before.subject.account
    policies = tuple(_as_asked(policy, account, terms.now) for policy in before.subject.policies)
    judgement = judge(replace(before.subject, policies=policies), terms.now)
    found = plan(judgement, replace(decision.standing, notice=NotAnnounced()), terms)
    if not isinstance(found.step, Release):
        return found
    by_word = replace(
        before,
        verdict=judgement.verdict,
        reason=Reason.PERSON,
        window=judgement.window,
        trace=judgement.trace,
    )
    return Decision(judgement=by_word, standing=decision.standing, step=found.step)


def last_use(activity: Activity) -> datetime | None:
    """When the account was last used, as far as is known; its lease's beginning is no use."""
    used = use_in(activity)
    return None if used is None else used.at


def is_used_since(activity: Activity, word: Override) -> bool:
    """Whether there is use that who asked for the release was not shown, whenever it was.

    Not whether it came after the word: between the showing and the typing of a handle minutes pass, and a
    provider may tell of a post late.
    """
    used_at = last_use(activity)
    return used_at is not None and (word.used_at is None or used_at > word.used_at)


def _as_asked(policy: Policy, account: Account, now: datetime) -> Policy:
    """The policy with its three answers given. It closes when it always did."""
    rule = replace(
        policy.release,
        when=ReleaseWhen.ALWAYS,
        cancel_queued=False,
        notice=timedelta(),
        quiet_ahead=timedelta(),
        lead=account.renews_at - now,
    )
    return replace(policy, release=rule)
