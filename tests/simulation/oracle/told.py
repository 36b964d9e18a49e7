"""Nothing is told twice on a healthy channel, and no renewal comes unwarned."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from tests.simulation.oracle.case import Case, Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.wire import Delivered

_ONCE = ("renewal.warning", "renewal.paid", "release.done")
_H = timedelta(hours=1)


def repeated(case: Case, figures: Figures) -> Iterator[Violation]:
    by_key = defaultdict[tuple[str, ...], list[Delivered]](list)
    for one in case.delivered:
        event = one.event
        if event["kind"] in _ONCE:
            key = (one.receiver, event["kind"], str(event["account"]), str(event["renews_at"]), event["key"])
            by_key[key].append(one)
    for (receiver, kind, account, renews_at, key), told in by_key.items():
        for first, second in pairwise(told):
            if not first.heard or _died_after(case, first.at):
                figures.unjudged["messages told again after nobody said that they were taken"] += 1
                continue
            yield Violation(
                rule="told twice",
                at=second.at,
                text=f"{kind} {key} of {account} renewing {renews_at}, to receiver {receiver}",
            )


def _died_after(case: Case, at: datetime) -> bool:
    """Whether the process ended before it can have noted that."""
    return any(at <= end <= at + 4 * _H for _, end in case.runs)


def unwarned(case: Case, figures: Figures) -> Iterator[Violation]:
    """Of each renewal that came people had heard, in a time in which they could be told."""
    first, poll = max(case.rules.warn), case.rules.poll
    warned = {
        (one.receiver, one.event["account"], datetime.fromisoformat(one.event["renews_at"]))
        for one in case.delivered
        if one.event["kind"] == "renewal.warning" and one.event["renews_at"] is not None
    }
    for charge in case.truth.charges:
        since = charge.at - first - poll
        if since < max(case.history.start, case.lease(charge.account).listed_from + poll):
            continue
        kind = case.spoilt(charge.account, charge.project, since, charge.at)
        if kind is not None:
            figures.unjudged[f"warnings, spoilt: {kind}"] += 1
            continue
        for number in range(case.rules.receivers):
            if (f"/{number}", charge.account, charge.at) not in warned:
                yield Violation(
                    rule="unwarned", at=charge.at, text=f"{charge.account}: receiver {number} heard nothing"
                )
