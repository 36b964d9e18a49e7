"""Brakes: what was given back within a day is never more than limits allow, and they stop nothing below."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from tests.simulation.model.world import Charge, Deletion
from tests.simulation.oracle.case import ALLOWED_SKEW, Case, Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.oracle.releases import has_notice
from watcher.record.overrides import OverrideKind

_DAY = timedelta(days=1)
_SLACK = timedelta(minutes=15)
"""A turn so near an end of a window need not have released."""
_FROM = 3
"""Of fewer accounts no share is too large."""
_STILL_COUNTED = timedelta(hours=2)
"""So much longer than a day a list may show what is released: it counts in what a share is one of."""


def exceeded(case: Case, figures: Figures) -> Iterator[Violation]:
    """Each release with those of the day before it: at the limit it may be, above it may not.

    By what is done alone. A docket also holds what is to come, so that it is stopped sooner.
    """
    if case.rules.wide:
        return
    done = [one for one in case.truth.deletions if one.done]
    if any(word.kind is OverrideKind.APPROVE for _, word in case.said):
        figures.unjudged["limits, where a person approved a docket"] += len(done)
        return
    if case.clock_was_set:
        figures.unjudged["limits, where the clock was set"] += len(done)
        return
    for one in done:
        if case.asked(one.account, one.begun_at):
            continue
        since = one.begun_at - _DAY + ALLOWED_SKEW
        for what in _too_much(case, one, [other for other in done if since < other.at <= one.at]):
            yield Violation(rule="above a limit", at=one.begun_at, text=f"{one.account}: {what}")


def _too_much(case: Case, one: Deletion, done: Sequence[Deletion]) -> Iterator[str]:
    project = case.lease(one.account).project
    sizes = _size(case, one.begun_at), _size(case, one.begun_at, project)
    for what in _above(case, project, {each.account: each.price_cents for each in done}, *sizes):
        yield f"{what} released within a day"


def _above(case: Case, project: str, cents: Mapping[str, int], fleet: int, here: int) -> Iterator[str]:
    """`cents`: the price of each on a docket; `fleet`, `here`: how large that and the project were."""
    rules, count, total = case.rules, len(cents), sum(cents.values())
    if count > rules.most_releases:
        yield f"{count} accounts"
    if total > rules.most_cents:
        yield f"{total} cents a month"
    if _is_too_large(count, fleet, rules.most_of_fleet):
        yield f"{count} of {fleet} accounts"
    of_it = sum(case.lease(account).project == project for account in cents)
    if _is_too_large(of_it, here, rules.most_of_project):
        yield f"{of_it} of {here} accounts of {project}"


def _is_too_large(count: int, size: int, share: float) -> bool:
    return count >= _FROM and count > share * size


def _size(case: Case, at: datetime, project: str | None = None) -> int:
    """What there was before the day's releases, and never less than that."""
    return sum(
        one.listed_from <= at
        and project in (None, one.project)
        and (one.released_at is None or one.released_at > at - _DAY - _STILL_COUNTED)
        for one in case.world.leases.values()
    )


def _least(case: Case, at: datetime, project: str | None = None) -> int:
    """The least that a turn may have taken it for: what had come long before, and had not gone by the day."""
    return sum(
        one.listed_from <= at - 2 * case.rules.poll
        and project in (None, one.project)
        and (one.released_at is None or one.released_at > at - _DAY + _STILL_COUNTED)
        for one in case.world.leases.values()
    )


def may_have_braked(case: Case, charge: Charge, opens: datetime, closes: datetime) -> bool:
    """Whether at every turn in the window of a release something may have been above a limit: at each with a
    notice of it that counts, where there was one.

    Each docket is taken for as large, and the fleet for as small, as it can have been.
    """
    turns = [
        look.at
        for look in case.truth.looks
        if look.what == "assigned" and look.project == charge.project
        if opens + _SLACK <= look.at <= closes - _SLACK
    ]
    ripe = [at for at in turns if has_notice(case, charge.account, charge.at, at)]
    return all(may_brake(case, charge.project, at) for at in ripe or turns)


def ends_of(case: Case) -> list[tuple[str, datetime, int]]:
    """Every lease period: of which account, when it ends or would have, and what its renewal costs."""
    ends = [(one.account, one.at, one.cents) for one in case.truth.charges]
    ends += [
        (one.account, one.renews_at, one.price_cents)
        for one in case.truth.deletions
        if one.done and one.renews_at is not None
    ]
    ends += [
        (one.id, one.renews_at, one.price_cents)
        for one in case.world.leases.values()
        if one.released_at is None
    ]
    return ends


def may_brake(case: Case, project: str, at: datetime) -> bool:
    """Whether something may be above a limit then: the docket as large, the fleet as small as can be."""
    docket = {
        account: cents for account, end, cents in ends_of(case) if _may_be_on_it(case, account, end, at)
    }
    for one in case.truth.deletions:
        if one.done and at - _DAY - _STILL_COUNTED <= one.at <= at:
            docket[one.account] = one.price_cents
    fleet, here = (_least(case, at, whose) for whose in (None, project))
    return any(_above(case, project, docket, fleet, here)) or _may_have_jumped(case, at, fleet)


def _may_be_on_it(case: Case, account: str, end: datetime, at: datetime) -> bool:
    """Whether it is to be given back within a day, by what is known then."""
    rules, lease, opens = case.rules, case.lease(account), end - case.rules.lead
    near = opens <= at + _DAY + _STILL_COUNTED and end >= at
    wanted = lease.project in rules.enrolled and not rules.protects(lease)
    return (
        near
        and wanted
        and any(
            each.when == "always"
            or _last_used(case, account, at) <= max(opens, at) - each.idle_after + _STILL_COUNTED
            for each in case.governing(account, lease.project, at)
        )
    )


def _last_used(case: Case, account: str, at: datetime) -> datetime:
    """What came to nothing is no use: posts that were canceled, or are still to go out."""
    assigned_at = case.assigned_at(account, at)
    return max(case.world.last_use(account, at) or assigned_at, assigned_at)


def _may_have_jumped(case: Case, at: datetime, fleet: int) -> bool:
    """Whether as many as that may have turned unused within a day, as turns see it."""
    since = at - _DAY - case.rules.poll
    turned = sum(
        any(
            since <= _last_used(case, one.id, at) + each.idle_after <= at + _STILL_COUNTED
            for each in case.governing(one.id, one.project, at)
        )
        for one in case.world.leases.values()
    )
    return _is_too_large(turned, fleet, case.rules.most_turned)
