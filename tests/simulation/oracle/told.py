"""Nothing is told twice on a healthy channel, and no renewal comes unwarned."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from tests.simulation.faults.ledgers import Restored
from tests.simulation.oracle.case import Case, Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.wire import Delivered

_ONCE = ("renewal.warning", "renewal.paid", "release.done")
_H = timedelta(hours=1)
_BEGUN = timedelta(minutes=1)


def repeated(case: Case, figures: Figures) -> Iterator[Violation]:
    by_key = defaultdict[tuple[str, ...], list[Delivered]](list)
    for one in case.delivered:
        event = one.event
        if event["kind"] in _ONCE:
            key = (one.receiver, event["kind"], str(event["account"]), str(event["renews_at"]), event["key"])
            by_key[key].append(one)
    for (receiver, kind, account, renews_at, key), told in by_key.items():
        for first, second in pairwise(told):
            if not first.heard or _died_after(case, first.at) or _not_noted(case, first.at):
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


def _not_noted(case: Case, at: datetime) -> bool:
    """Whether nothing could be written by then, or what was written is lost."""
    happens = case.history.happens.values()
    full = [(one.at, one.until) for one in happens if one.kind == "disk full"]
    lost = [(one.copied, one.at) for one in happens if isinstance(one, Restored)]
    return any(since - 4 * _H <= at <= until for since, until in (*full, *lost))


def in_quiet_hours(case: Case, figures: Figures) -> Iterator[Violation]:
    """What is not critical waits for the hours in which people want to be told."""
    if case.rules.quiet is None:
        return
    if any(one.kind.startswith("clock") for one in case.history.happens.values()):
        figures.unjudged["quiet hours, where the clock was set"] += 1
        return
    for one in case.delivered:
        # A digest that was begun before may end within.
        hours = [(at.hour + at.minute / 60) for at in (one.at, one.at - _BEGUN)]
        if one.event["severity"] != "critical" and all(map(case.rules.is_quiet, hours)):
            yield Violation(
                rule="told in quiet hours", at=one.at, text=f"{one.event['kind']} to receiver {one.receiver}"
            )


def too_often(case: Case, figures: Figures) -> Iterator[Violation]:
    """No more digests within an hour than are wanted, but for what is critical."""
    if case.rules.most_per_hour is None:
        return
    by_receiver = defaultdict[str, dict[str, datetime]](dict)
    for one in case.delivered:
        if one.event["severity"] != "critical":
            by_receiver[one.receiver].setdefault(one.digest, one.at)
    for receiver, digests in by_receiver.items():
        told = sorted(digests.values())
        for first, last in zip(told, told[case.rules.most_per_hour :], strict=False):
            if last - first < _H - _BEGUN and not _died_after(case, first):
                yield Violation(rule="told too often", at=last, text=f"receiver {receiver}, since {first}")


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
