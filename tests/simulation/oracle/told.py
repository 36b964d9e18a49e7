"""Nothing is told twice on a healthy channel, no renewal comes unwarned, and the key is told to nobody."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from tests.simulation.faults.ledgers import Restored
from tests.simulation.model.world import Charge
from tests.simulation.oracle.case import ALLOWED_SKEW, SEEN_BY_ANOTHER, Case, Violation
from tests.simulation.oracle.figures import Figures
from tests.simulation.wire import Delivered

_ONCE = ("renewal.warning", "renewal.paid", "release.done")
_H = timedelta(hours=1)
_BEGUN = timedelta(minutes=1)
_OF_ANOTHER_RENEWAL = ("renewal moved", "id reused")


def repeated(case: Case, figures: Figures) -> Iterator[Violation]:
    by_key = defaultdict[tuple[str, ...], list[Delivered]](list)
    for one in case.delivered:
        event = one.event
        if event["kind"] in _ONCE:
            key = (one.receiver, event["kind"], str(event["account"]), str(event["renews_at"]), event["key"])
            by_key[key].append(one)
    for (receiver, kind, account, renews_at, key), told in by_key.items():
        for first, second in pairwise(told):
            moved = case.history.shards > 1 and case.befell(account, *SEEN_BY_ANOTHER)
            if moved or not first.heard or _died_after(case, first.at) or _not_noted(case, first.at):
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
    if case.clock_was_set:
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
    """No more digests within an hour than are wanted, but for what is critical. Each shard counts its own."""
    if case.rules.most_per_hour is None:
        return
    most = case.rules.most_per_hour * case.history.shards
    by_receiver = defaultdict[str, dict[str, datetime]](dict)
    for one in case.delivered:
        if one.event["severity"] != "critical":
            by_receiver[one.receiver].setdefault(one.digest, one.at)
    for receiver, digests in by_receiver.items():
        told = sorted(digests.values())
        for first, last in zip(told, told[most:], strict=False):
            if last - first < _H - _BEGUN and not _died_after(case, first):
                yield Violation(rule="told too often", at=last, text=f"receiver {receiver}, since {first}")


def unwarned(case: Case, figures: Figures) -> Iterator[Violation]:
    """Of each renewal that came people had heard, on each rung and in time, where they could be told."""
    rungs, poll = sorted(case.rules.warn, reverse=True), case.rules.poll
    warned = defaultdict[tuple[str, str, datetime], dict[timedelta, datetime]](dict)
    for one in case.delivered:
        event = one.event
        if event["kind"] == "renewal.warning" and event["renews_at"] is not None:
            about = one.receiver, event["account"], datetime.fromisoformat(event["renews_at"])
            warned[about].setdefault(timedelta(seconds=int(event["key"].rsplit(":", 1)[1])), one.at)
    announced = {
        (one.event["account"], datetime.fromisoformat(one.event["renews_at"]))
        for one in case.delivered
        if one.event["kind"] == "release.announced" and one.event["renews_at"] is not None
    }
    # A turn comes within a poll; then quiet hours may keep it, or a cap on digests for an hour after another.
    patience = poll + _H + case.rules.quiet_for + (2 * _H if case.rules.most_per_hour else timedelta())
    for charge in case.truth.charges:
        first = max(
            case.history.start, case.lease(charge.account).listed_from + poll, _known_from(case, charge)
        )
        for rung in rungs:
            due = charge.at - rung
            if due - poll < first:
                continue
            if rung < poll + _H:
                figures.unjudged["a rung no longer than the time between two turns"] += 1
                continue
            if (charge.account, charge.at) in announced and (
                rung <= case.rules.lead or _was_tried(case, charge, due, due + poll + _H)
            ):
                # Its release was tried first: the warning goes out where that comes to nothing.
                figures.unjudged["a rung in the window of a release that was announced"] += 1
                continue
            kind = case.spoilt(charge.account, charge.project, due - poll, due + patience)
            if kind is not None:
                figures.unjudged[f"warnings, spoilt: {kind}"] += 1
                continue
            for number in range(case.rules.receivers):
                heard = warned[f"/{number}", charge.account, charge.at].get(rung)
                latest = due + patience + _delayed(case, due - poll, due + patience)
                if heard is None or not due - ALLOWED_SKEW - brought_forward(case, rung) <= heard <= latest:
                    yield Violation(
                        rule="unwarned",
                        at=due,
                        text=f"{charge.account}: receiver {number} was to hear {rung} before {charge.at}, "
                        f"and heard it {heard or 'never'}",
                    )


def _was_tried(case: Case, charge: Charge, since: datetime, until: datetime) -> bool:
    """Whether it was to be released in that span, in vain."""
    return any(one.account == charge.account and since <= one.begun_at <= until for one in case.sent)


def brought_forward(case: Case, rung: timedelta) -> timedelta:
    """How much earlier it may be told so that quiet hours do not keep it until the renewal."""
    at_most = case.rules.quiet_for + case.rules.poll
    return at_most if case.rules.quiet is not None and rung < at_most else timedelta()


def _delayed(case: Case, since: datetime, until: datetime) -> timedelta:
    """For how long the watcher stood still in the midst of turns in that span, at most."""
    return sum((one.stands_still for one in case.happening(since, until)), timedelta())


def _known_from(case: Case, charge: Charge) -> datetime:
    """From when on anybody can know when that renewal comes."""
    moved = (
        one.at + case.rules.poll
        for one in case.history.happens.values()
        if one.kind in _OF_ANOTHER_RENEWAL and getattr(one, "account", None) == charge.account
        if one.at <= charge.at
    )
    return max(moved, default=case.history.start)


def leaked(case: Case, figures: Figures) -> Iterator[Violation]:
    """The key goes to the API and to nobody else."""
    for at, whom in case.leaks:
        yield Violation(rule="key told", at=at, text=f"to {whom}")
