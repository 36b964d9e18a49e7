"""No wrong release: each DELETE that was carried out, against what was true when it was sent."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from tests.simulation.model.world import Deletion, Post
from tests.simulation.oracle.case import ALLOWED_SKEW, HEALTH_KEPT, Case, Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.rules import Rules
from tests.simulation.wire import Delivered, Sent
from watcher.memory.remembered import TurnKind

READ_WITHIN = timedelta(seconds=150)
"""How long before a DELETE its facts may have been read: seconds, and what being asked to wait takes."""
_JUST_NOW = timedelta(seconds=60)
"""What came up so shortly before, nobody can have read."""
_SETTLES = timedelta(seconds=30)
_MOST = 2
"""A DELETE, and one more."""


def wrong(case: Case, figures: Figures) -> Iterator[Violation]:
    for one in case.truth.deletions:
        if not one.done:
            continue
        asked = case.asked(one.account, one.begun_at)
        figures.asked += asked
        assert one.renews_at is not None
        given_up = (one.renews_at - one.begun_at) / timedelta(days=1)
        if not asked:
            figures.given_up_days += given_up
            figures.longest_given_up_days = max(figures.longest_given_up_days, given_up)
        reasons = [*_never(case, one), *_unread(case, one, asked=asked)]
        if not asked:
            reasons += [*_by_any_policy(case, one, figures), *_unannounced(case, one, figures)]
            reasons += _health_unread(case, one)
        for reason in reasons:
            yield Violation(rule="wrong release", at=one.begun_at, text=f"{one.account}: {reason}")


def _never(case: Case, one: Deletion) -> Iterator[str]:
    """What nothing allows, not even a person's word for a release."""
    lease, rules = case.lease(one.account), case.rules
    assert one.renews_at is not None
    if not rules.enforce:
        yield "in observe mode"
    if lease.project not in rules.enrolled:
        yield f"{lease.project} is not enrolled"
    if case.protects(lease, one.begun_at):
        yield "protected"
    if any(since < one.begun_at < until for since, until in case.refused):
        yield "while its configuration was refused"
    of_first = case.history.shard(lease.project) == 0  # whose ledger it is
    if of_first and any(since < one.begun_at < until for since, until in case.acted_elsewhere):
        yield "while another watcher had the ledger's lock"
    if case.held(one.account, one.begun_at, one.begun_at):
        yield "held"
    if case.paused(lease.project, one.begun_at, one.begun_at):
        yield "paused"
    if one.at >= one.renews_at - rules.margin + ALLOWED_SKEW:
        yield f"too late: {one.renews_at - one.at} before its renewal"
    if any(
        charge.account == one.account and one.begun_at <= charge.at <= one.at for charge in case.truth.charges
    ):
        yield "debited while its DELETE was on its way"


def _by_any_policy(case: Case, one: Deletion, figures: Figures) -> list[str]:
    """What is in its way by the policy that governs it, by its health of now and of minutes ago: nothing
    where one of the two lets it go.
    """
    governing = case.governing(one.account, case.lease(one.account).project, one.begun_at)
    return min((list(_by_its_policy(case, one, rules, figures)) for rules in governing), key=len)


def _by_its_policy(case: Case, one: Deletion, rules: Rules, figures: Figures) -> Iterator[str]:
    lease, sent = case.lease(one.account), one.begun_at
    assert one.renews_at is not None
    if sent < one.renews_at - rules.lead - ALLOWED_SKEW:
        yield f"{one.renews_at - rules.lead - sent} before its window opens"
    if rules.when == "never":
        yield "its policy releases nothing"
    known = sent - _JUST_NOW
    if case.world.last_use(one.account, sent) != case.world.last_use(one.account, known):
        figures.unjudged["use that came up seconds before a release"] += 1
    used = case.world.last_use(one.account, known) or lease.assigned_at
    if rules.when == "idle" and sent - used < rules.idle_after - ALLOWED_SKEW:
        yield f"used, or leased, {sent - used} before, and unused is {rules.idle_after}"
    to_go_out = [post for post in _before(case, one) if post.is_open(sent) and post.is_open(known)]
    here = [post for post in to_go_out if _is_seen(case, post.project, lease.project)]
    if to_go_out and not here:
        figures.unjudged["posts in a former project of another shard"] += 1
    if here and not rules.cancels:
        yield "with a post that is to go out"
    if rules.when == "idle" and not rules.evidence_complete and not shows_posts(case, lease.project, known):
        yield "no post was ever shown in its project"


def shows_posts(case: Case, project: str, by: datetime) -> bool:
    """Whether a post of that project was ever there by then."""
    return any(
        post.appears_at <= by and post.project == project
        for id_ in case.world.leases
        for post in case.world.posts_of(id_)
    )


def shows_posts_of(case: Case, account: str, project: str, by: datetime) -> bool:
    """Whether that project does, and each in which lists had shown the account: one that never showed a post
    proves nothing by its silence of what moved away either.
    """
    were_in = {each.project for each in case.truth.shown.get(account, ()) if each.at <= by}
    were_in |= {look.project for look in case.truth.looks if look.also == account and look.at <= by}
    return all(shows_posts(case, one, by) for one in {project, *were_in})


def _is_seen(case: Case, project: str, by: str) -> bool:
    """Whether a shard looks after both, which sees no other's projects (ADR 15)."""
    return case.history.shard(project) == case.history.shard(by)


def _before(case: Case, one: Deletion) -> Iterator[Post]:
    """Its posts as they were: a release calls off what was to go out."""
    given = {post.id: post for post in case.history.posts if post.account == one.account}
    return iter(given.values())


def _unread(case: Case, one: Deletion, *, asked: bool) -> Iterator[str]:
    project, since = case.lease(one.account).project, one.begun_at - READ_WITHIN
    looks = [
        look for look in case.truth.looks if since <= look.at <= one.begun_at and look.project == project
    ]
    if (elsewhere := _copied(case, one)) is not None:
        yield f"{elsewhere} lists it, too"
    if not any(look.what == "assigned" for look in looks):
        yield "its project's list was not read right before"
    if not any(look.what == "posts" and look.account in (None, one.account) for look in looks):
        yield "its posts were not read right before"


def _health_unread(case: Case, one: Deletion) -> Iterator[str]:
    """Which policy governs it may turn on its health: then nothing was sent that does not rest on it."""
    lease, since = case.lease(one.account), one.begun_at - HEALTH_KEPT - READ_WITHIN
    if case.rules.rests_on_health(lease, lease.project) and not any(
        look.what == "health" and look.account == one.account and since <= look.at <= one.begun_at
        for look in case.truth.looks
    ):
        yield "its health, on which its policy turns, was not read before"


def _copied(case: Case, one: Deletion) -> str | None:
    """Another project whose list, when it was last read, showed it, too."""
    project = case.lease(one.account).project
    known = one.begun_at - _JUST_NOW
    named = [
        look
        for look in case.truth.looks
        if look.also == one.account and look.what == "assigned" and look.at <= known
        if _is_seen(case, look.project, project)
    ]
    last = max(named, key=lambda look: look.at, default=None)
    if last is None or any(
        look.project == last.project and look.what == "assigned" and last.at < look.at <= known
        for look in case.truth.looks
    ):
        return None
    return last.project


def _unannounced(case: Case, one: Deletion, figures: Figures) -> Iterator[str]:
    for number in range(case.rules.receivers):
        told = [each for each in case.delivered if each.receiver == f"/{number}" and _is_about(each, one)]
        if any(_counts(case, each, one) for each in told):
            continue
        if any(_waived(case, each, one) for each in told):
            figures.faults["late notice that was waived"] += 1
        else:
            last = max((each.at for each in told), default=None)
            yield f"receiver {number} has no notice of it that is old enough (last told at {last})"


def _is_about(told: Delivered, one: Deletion) -> bool:
    event = told.event
    return (
        event["kind"] == "release.announced"
        and event["account"] == one.account
        and event["renews_at"] is not None
        and datetime.fromisoformat(event["renews_at"]) == one.renews_at
    )


def _counts(case: Case, told: Delivered, one: Deletion) -> bool:
    """Whether it was accepted long enough before, and stands."""
    return told.at <= one.begun_at - case.rules.notice + 2 * ALLOWED_SKEW and _stands(case, told, one)


def _waived(case: Case, told: Delivered, one: Deletion) -> bool:
    """Whether it cannot become old enough any more, and its policy waives that; never by a young ledger."""
    assert one.renews_at is not None
    late = told.at + case.rules.notice >= one.renews_at - case.rules.margin - 2 * ALLOWED_SKEW
    old = one.begun_at >= case.history.start + case.rules.notice - ALLOWED_SKEW
    return late and old and case.rules.late and told.at <= one.begun_at and _stands(case, told, one)


def _stands(case: Case, told: Delivered, one: Deletion) -> bool:
    """Whether it was live, heard, of the same name and under the same policy, and nothing voided it since."""
    not_before = told.event["facts"].get("not_before")
    project = case.lease(one.account).project
    now, then = (case.governing(one.account, project, at) for at in (one.begun_at, told.at))
    return (
        told.live
        and told.heard
        and any(rules in then for rules in now)
        and told.event["handle"] == case.lease(one.account).handle
        and (not_before is None or datetime.fromisoformat(not_before) <= one.begun_at + ALLOWED_SKEW)
        and not case.held(one.account, told.at, one.begun_at)
    )


def _ends(one: Delivered, announced: Delivered) -> bool:
    """Whether it says that no turn will do what was announced; a withdrawal is of one announcement."""
    kind, key = one.event["kind"], one.event["key"]
    return kind == "deadline.missed" or (kind == "release.withdrawn" and key.endswith(announced.event["key"]))


def has_notice(case: Case, account: str, renews_at: datetime, at: datetime) -> bool:
    """Whether every receiver had taken a notice of it that is surely old enough then, and stands."""
    for number in range(case.rules.receivers):
        about = [
            one
            for one in case.delivered
            if one.receiver == f"/{number}" and one.at <= at and one.event["account"] == account
            if one.event["renews_at"] and datetime.fromisoformat(one.event["renews_at"]) == renews_at
        ]
        told = [one for one in about if one.event["kind"] == "release.announced" and one.live and one.heard]
        if not told or told[-1].at > at - case.rules.notice - 2 * ALLOWED_SKEW:
            return False
        first = min(one.at for one in told if one.event["key"] == told[-1].event["key"])
        not_before = told[-1].event["facts"].get("not_before")
        if not_before is not None and datetime.fromisoformat(not_before) > at - ALLOWED_SKEW:
            return False
        if told[-1].event["handle"] != case.lease(account).handle or case.held(account, first, at):
            return False
        if any(one.at >= first and _ends(one, told[-1]) for one in about):
            return False
        if any(first <= changed <= at for changed, _ in case.protected):
            return False  # it was of another policy
        if was_gap(case, first, at):
            return False
    return True


def was_gap(case: Case, since: datetime, until: datetime) -> bool:
    """Whether in between no full turn read the lists for so long that notices are void (design 4.9)."""
    full = (one for one in case.turned if one.report.kind is TurnKind.FULL and one.report.trouble is None)
    done = [one.at for one in full if not any("status=assigned" in asked for asked in one.failed)]
    longest = max(timedelta(days=1), 3 * case.rules.poll) - timedelta(hours=1)
    return any(
        later - before > longest and later > since and before < until for before, later in pairwise(done)
    )


def repeated(case: Case, figures: Figures) -> Iterator[Violation]:
    """Never two DELETEs for one lease but where the first is proved to have had no effect, and never more."""
    by_account = defaultdict[str, list[Sent]](list)
    for one in case.sent:
        by_account[one.account].append(one)
    released = {one.account: one.at for one in case.truth.deletions if one.done}
    for account, sent in by_account.items():
        uncertain: list[Sent] = []
        for one in sent:
            if account in released and released[account] < one.begun_at:
                yield Violation(
                    rule="blind retry", at=one.begun_at, text=f"{account}: a DELETE of what is released"
                )
            if uncertain and not _read_back(case, uncertain[-1], one):
                yield Violation(
                    rule="blind retry",
                    at=one.begun_at,
                    text=f"{account}: another DELETE, and the list was not read {_SETTLES} after the first",
                )
            period = [other for other in uncertain if one.begun_at - other.begun_at < 20 * timedelta(days=1)]
            if len(period) >= _MOST and not case.asked(account, one.begun_at):
                yield Violation(rule="blind retry", at=one.begun_at, text=f"{account}: a third DELETE")
            if one.is_uncertain:
                uncertain.append(one)


def _read_back(case: Case, first: Sent, second: Sent) -> bool:
    project = case.lease(first.account).project
    return any(
        look.what == "assigned"
        and look.project == project
        and first.begun_at + _SETTLES <= look.at <= second.begun_at
        for look in case.truth.looks
    )
