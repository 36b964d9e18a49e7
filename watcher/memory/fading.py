"""How use fades from one reading to the next: it ages out, or its evidence no longer shows it (ADR 0004)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from watcher.facts.accounts import AccountId
from watcher.facts.activity import NOT_ASKED, Activity, Seen, still_shows
from watcher.memory.remembered import Known, ProjectMemory
from watcher.rules.judge import Judgement, Usage, reach_of


def turned_idle_at(
    old: Known, judgement: Judgement, memory: ProjectMemory, noted_at: datetime
) -> datetime | None:
    """When an account turned from in use to unused, if it did: when its use aged out, not when we looked.

    One that was asked about in this lease period and was in use has not aged: its rules or its evidence
    changed under it, and it turned now.
    """
    activity, policy = judgement.subject.activity, judgement.policy
    turned = (old.usage_at_opening, judgement.usage_at_opening) == (Usage.IN_USE, Usage.UNUSED)
    if not turned or policy is None or not isinstance(activity, Seen):
        return old.turned_idle_at
    account = judgement.subject.account
    asked_from = account.renews_at - reach_of(policy)
    same_period = old.account.period == account.period
    if same_period and memory.read_at is not None and memory.read_at >= asked_from:
        return noted_at
    return activity.at + policy.release.idle_after


def unshown_since(old: Known, shows: bool | None, noted_at: datetime) -> datetime | None:
    """Since when the evidence no longer shows the use remembered; what cannot be told changes nothing."""
    match shows:
        case None:
            return old.unshown_since
        case True:
            return None
        case False:
            return old.unshown_since or noted_at


def shown_again(
    old: Known | None, judgement: Judgement, readings: Mapping[AccountId, Activity], now: datetime
) -> bool | None:
    """Whether the evidence still shows the use that is remembered of an account."""
    account, policy = judgement.subject.account, judgement.policy
    if old is None or policy is None or not account.is_same_lease(old.account):
        return None
    read = readings.get(account.id, NOT_ASKED)
    return still_shows(read, old.used, recent=policy.release.idle_after, now=now)


def turned_since(known: Iterable[Known], since: datetime | None, now: datetime) -> tuple[datetime, ...]:
    """When each account that is leased and unused turned so, of those that did after `since`."""
    return tuple(
        one.turned_idle_at
        for one in known
        if one.gone_at is None and one.usage_at_opening is Usage.UNUSED and one.turned_idle_at is not None
        if one.turned_idle_at <= now and (since is None or one.turned_idle_at > since)
    )


def unshown(known: Iterable[Known], since: datetime | None) -> frozenset[AccountId]:
    """Leased accounts whose evidence no longer shows the use remembered, since after `since`."""
    return frozenset(
        one.account.id
        for one in known
        if one.gone_at is None and one.unshown_since is not None
        if since is None or one.unshown_since > since
    )


def most_within(moments: Sequence[datetime], span: timedelta) -> int:
    """The most of these that lie within one such span: a crowd, not what adds up over days."""
    ordered = sorted(moments)
    most = first = 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most
