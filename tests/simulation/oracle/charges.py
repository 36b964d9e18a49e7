"""No avoidable miss: each debit, against whether the account was to be given back, and could be."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.simulation.model.world import Charge
from tests.simulation.oracle.case import Case, Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.oracle.limits import may_have_braked
from tests.simulation.oracle.releases import shows_posts_of
from tests.simulation.oracle.wanted import by_its_policy

_YOUNG = timedelta(hours=25)
"""A ledger younger than a day releases nothing."""
_SLACK = timedelta(hours=1)
"""A turn, and the delivery of what it announces, take no longer."""
_SPOILT = "spoilt: "
_PAUSED, _LOST = "paused by the watcher", "two DELETEs came to nothing"
_DOWNTIME = frozenset(
    {
        *("downtime", "crash at a request", "crash at a write", "stall in a request", "stall at a write"),
        *("another watcher on its ledger", "upgrade in mid-history", "disk full"),
        *("5xx", "429", "HTML", "truncated", "gzip", "drip-feed", "no connection"),
        *("key suspended", "key rotated", "scope removed"),
        *("receiver down", "receiver slow", "receiver takes and dies"),
    }
)
"""The watcher was away, or its ledger, the API, or who was to take the notice."""
_OWN = frozenset({"refused configuration in mid-turn"})
"""What people did themselves."""


def avoidable(case: Case, figures: Figures) -> Iterator[Violation]:
    for charge in case.truth.charges:
        why = _not_wanted(case, charge) or _not_possible(case, charge)
        if why is None:
            trace = case.last_trace(charge.account, charge.at)
            figures.missed_cents += charge.cents
            yield Violation(
                rule="avoidable miss",
                at=charge.at,
                text=f"{charge.account} was debited {charge.cents} cents; last used {trace}, and nothing "
                f"stood in its way from {_since(case, charge):%d %b %H:%M} on",
            )
        else:
            figures.excused[why] += 1
            if _could_be_better(why):
                figures.spoilt_cents += charge.cents


def _could_be_better(why: str) -> bool:
    """Whether neither a partner's own rule nor downtime excuses it: what lists said, or clocks, was odd."""
    if why.startswith(_SPOILT):
        return why.removeprefix(_SPOILT) not in _DOWNTIME | _OWN
    return why in (_PAUSED, _LOST)


def _opens(case: Case, charge: Charge) -> datetime:
    return charge.at - case.rules.lead


def _since(case: Case, charge: Charge) -> datetime:
    """From when on it had to be free: its announcement was due, and some turns before."""
    return _opens(case, charge) - 2 * case.rules.notice - 2 * case.rules.poll - case.rules.quiet_for


def _not_wanted(case: Case, charge: Charge) -> str | None:
    """Why it was to be kept, by what is true and what people want."""
    rules, lease = case.rules, case.lease(charge.account)
    if not rules.enforce:
        return "observe mode"
    if charge.project not in rules.enrolled:
        return "not enrolled"
    if case.protects(lease, charge.at):
        return "protected"
    for governing in case.governing(charge.account, charge.project, charge.at):
        if (why := by_its_policy(case, charge, governing, _since(case, charge))) is not None:
            return why
    if case.held(charge.account, _since(case, charge), charge.at):
        return "held"
    return None


def _not_possible(case: Case, charge: Charge) -> str | None:
    """Why nobody could have, or why that is not judged here."""
    rules, lease, since = case.rules, case.lease(charge.account), _since(case, charge)
    closes = charge.at - rules.margin
    if since < case.history.start + _YOUNG or since < lease.listed_from + 2 * rules.poll:
        return "the history, or the lease, is younger than its announcement"
    if case.paused(charge.project, since, charge.at):
        return "paused"
    if _announced_anew_too_late(case, since, closes):
        return "another policy since then, too late for another announcement"
    if not rules.wide and may_have_braked(case, charge, _opens(case, charge), closes):
        return "limits by default may have been reached"
    if (kind := case.spoilt(charge.account, charge.project, since, closes)) is not None:
        return f"{_SPOILT}{kind}"
    if len(case.governing(charge.account, charge.project, since, charge.at)) > 1:
        return "another policy came to govern it"
    if case.paused_by_itself(since, closes):
        return _PAUSED if _could_look_wrong(case) else None
    if not rules.evidence_complete and not shows_posts_of(
        case, charge.account, charge.project, since - 2 * rules.poll
    ):
        return "no post was ever shown in its project, or in a former one"
    lost = [one for one in case.sent if one.account == charge.account and one.is_uncertain]
    if sum(since <= one.begun_at <= charge.at for one in lost) > 1:
        return _LOST
    return None


def _announced_anew_too_late(case: Case, since: datetime, closes: datetime) -> bool:
    """Whether its policy was changed after its announcement was due, and so late that what it needs then,
    another announcement, could not be of age before the window closes.
    """
    ages = case.rules.notice + case.rules.quiet_for + _SLACK
    return any(max(since, closes - ages) <= at <= closes for at, _ in case.protected)


def _could_look_wrong(case: Case) -> bool:
    return any(
        one.kind in ("missing items", "stale list", "page loop") for one in case.history.happens.values()
    )
