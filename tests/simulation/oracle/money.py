"""Every intent is concluded, and every cent accounted for: the ledger's books against the provider's."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.simulation.model.months import month_after
from tests.simulation.model.world import Charge, Deletion
from tests.simulation.oracle.case import Case, Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.rules import Rules
from watcher.record.outcomes import Cause, Outcome

_LONGEST_MONTH = timedelta(days=32)
"""A day more than it has: what lies so near its end is judged by neither side."""
_DISCOVERED = timedelta(days=2)
"""A charge so shortly before the end need not be known yet."""


def intents(case: Case, figures: Figures) -> Iterator[Violation]:
    if case.books.unresolved:
        yield Violation(
            rule="intent left open",
            at=case.history.end,
            text=f"{case.books.unresolved} of them, days after the last fault",
        )


def released(case: Case, figures: Figures) -> Iterator[Violation]:
    """One release in the ledger for each of the provider's, for the renewal and the price that it avoided."""
    if case.is_restored:
        figures.unjudged["releases in the books of a ledger that was restored"] += 1
        return
    theirs = Counter(
        (one.account, one.renews_at, one.price_cents) for one in case.truth.deletions if one.done
    )
    ours = Counter(
        (str(one.account.id), one.account.renews_at, one.account.price_cents)
        for one in case.books.releases
        if one.undone_at is None
    )
    for account, renews_at, cents in (theirs - ours).elements():
        # The price may have changed after the last look; which look that was, nobody can know.
        if _price_changed(case, account):
            figures.unjudged["price of a release, where it changed within the history"] += 1
            continue
        yield Violation(
            rule="release not in the books", at=case.history.end, text=f"{account} {renews_at}: {cents} cents"
        )
    known = {(account, renews_at) for account, renews_at, _ in theirs}
    for account, renews_at, cents in (ours - theirs).elements():
        if (account, renews_at) not in known:
            yield Violation(
                rule="release that never was",
                at=case.history.end,
                text=f"{account} {renews_at}: {cents} cents",
            )


def paid(case: Case, figures: Figures) -> Iterator[Violation]:
    charges = {(one.account, one.at): one for one in case.truth.charges}
    noted = Counter((str(one.period.account), one.period.renews_at) for one in case.books.paid)
    for (account, renews_at), times in noted.items():
        if times > 1:
            yield Violation(rule="paid twice", at=renews_at, text=f"{account}: {times} outcomes")
    for outcome in case.books.paid:
        account, renews_at = str(outcome.period.account), outcome.period.renews_at
        charge = charges.get((account, renews_at))
        project = case.lease(account).project if charge is None else charge.project
        if (false := _false_cause(case, outcome, project)) is not None:
            yield Violation(rule="wrong cause", at=outcome.at, text=f"{account}: {false}")
        if charge is None and not _moved(case, account):
            yield Violation(rule="paid, and was not", at=renews_at, text=account)
        elif charge is not None and charge.cents != outcome.price_cents:
            if _price_changed(case, account):
                figures.unjudged["price of a renewal, where it changed within the history"] += 1
                continue
            yield Violation(
                rule="wrong price",
                at=renews_at,
                text=f"{account}: {outcome.price_cents} cents noted, {charge.cents} debited",
            )
    for key, charge in charges.items():
        if key in noted or not _surely_unused(case, charge):
            continue
        if case.is_restored:
            figures.unjudged["whether a ledger that was restored notes a renewal as paid"] += 1
            continue
        if _moved(case, charge.account):
            figures.unjudged["whether a renewal that was moved is noted as paid"] += 1
        elif charge.at < case.history.start + _DISCOVERED or charge.at > case.history.end - _DISCOVERED:
            figures.unjudged["whether a renewal at an end of the history is noted as paid"] += 1
        else:
            yield Violation(
                rule="paid, and not noted", at=charge.at, text=f"{charge.account} {charge.cents} cents"
            )


def _false_cause(case: Case, outcome: Outcome, project: str) -> str | None:
    """Why what the books give as the reason for a debit cannot be; None where it can. `project`: whose the
    account was.
    """
    account, at, rules = str(outcome.period.account), outcome.period.renews_at, case.rules
    lease, cause = case.lease(account), outcome.cause
    enrolled = project in rules.enrolled
    begin = max(at - _LONGEST_MONTH, case.history.start)
    if case.befell(account, "renamed"):
        return None
    governing = case.governing(account, lease.project, begin, at)
    match cause:
        case Cause.OBSERVING if rules.enforce:
            return "observing, and releases are enforced"
        case Cause.NOT_ENROLLED if enrolled:
            return "not enrolled, and it is"
        case Cause.PROTECTED if not case.protects(lease, at):
            return "protected, and it is not"
        case Cause.POLICY if not any(_lets_it_renew(case, account, at, one) for one in governing):
            return "policy, and its policy releases"
        case Cause.RESTORED if not case.is_restored:
            return "restored, and nobody did"
        case Cause.HELD if not case.held(account, begin, at):
            return "held, and nobody did within that month"
        case _ if cause in _IN_THE_WAY and (
            case.spoilt(account, project, begin, at) is None and not _unwell(case, account)
        ):
            return f"{cause.value}, and nothing was in the way"
        case _ if not enrolled and cause not in _EITHER | {Cause.NOT_ENROLLED}:
            return f"{cause.value}, and it is not enrolled"
        case _:
            return None


_OF_THE_KEY = frozenset({Cause.KEY_REFUSED, Cause.KEY_SUSPENDED, Cause.KEY_LACKS_SCOPE})
_IN_THE_WAY = _OF_THE_KEY | {
    Cause.REFUSED,
    Cause.UNDONE,
    Cause.LISTED_TWICE,
    Cause.API_DOWN,
    Cause.WATCHER_DOWN,
}


def _lets_it_renew(case: Case, account: str, at: datetime, rules: Rules) -> bool:
    """Whether it releases nothing, or asks for longer without use than the lease ran, or was in sight."""
    if case.was_out_of_sight(account, at - rules.idle_after - rules.lead, at):
        return True
    leased = at - rules.lead - case.assigned_at(account, at)
    return rules.when == "never" or (rules.when == "idle" and leased < rules.idle_after)


_EITHER = frozenset({Cause.HELD, Cause.PROTECTED, Cause.POLICY, Cause.LISTED_TWICE, Cause.UNKNOWN_HEALTH})
"""Of two wishes that keep an account either may be given; what two projects list may be either's, and by
which policy it is judged is asked before whether its project is enrolled.
"""


def _unwell(case: Case, account: str) -> bool:
    """Whether the process was ever killed, or a DELETE of the account came to nothing."""
    lost = (one.account == account and one.is_uncertain for one in case.sent)
    return len(case.runs) > case.history.runs or any(lost)


def _surely_unused(case: Case, charge: Charge) -> bool:
    """Whether no use, nor anything that was to become one, was there in the month that it paid for."""
    return case.trace(charge.account, charge.at) < charge.at - _LONGEST_MONTH


def savings(case: Case, figures: Figures) -> Iterator[Violation]:
    """What `savings` says is what would have been debited had nothing been released."""
    if case.is_restored:
        figures.unjudged["savings of a ledger that was restored"] += 1
        return
    if any(_price_changed(case, one.account) or _moved(case, one.account) for one in _done(case)):
        figures.unjudged["savings, where a price or a renewal of what was released changed"] += 1
        return
    spared = sum(cents for one in _done(case) for cents in _spared(one, case.history.end))
    said = sum(one.whole.avoided.cents for one in (case.books.savings, *case.books.others))
    if said != spared:
        yield Violation(
            rule="wrong savings", at=case.history.end, text=f"{said} cents said, {spared} cents not debited"
        )


def _done(case: Case) -> list[Deletion]:
    return [one for one in case.truth.deletions if one.done]


def _spared(one: Deletion, end: datetime) -> Iterator[int]:
    at = one.renews_at
    assert at is not None
    day = at.day
    while at < end:
        yield one.price_cents
        at = month_after(at, day)


def _price_changed(case: Case, account: str) -> bool:
    return case.befell(account, "price changed")


def _moved(case: Case, account: str) -> bool:
    return case.befell(account, "renewal moved", "id reused", "odd time of a lease")
