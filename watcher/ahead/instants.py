"""When turns of a simulation are taken: when something is due by the last one, and once a day.

A daemon takes a full turn at every poll, and most of them find nothing to do. What a turn finds is due by the
clock alone, as long as nobody does anything: so the turns between two such moments can be left out, and the
story is the same. It is that of a watcher whose turns come at the very moments; with polls, a warning or an
announcement comes up to a poll later, and a release, for which the daemon has a timer, does not.

Of a large fleet neighbouring moments are answered by one turn at the end of their stretch, as a poll does.
Not those at which releases become due, nor any inside a window that is open.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from watcher.brakes.docket import HORIZON
from watcher.decide.agenda import due_at
from watcher.decide.orders import Orders
from watcher.decide.report import Report
from watcher.messages.delivery import HOUR
from watcher.record.intents import Ending
from watcher.record.overrides import OverrideKind, Overrides
from watcher.rules.plan import Decision, Release
from watcher.texts.hours import hours_end

REGULAR: Final = timedelta(days=1)
"""A turn is taken at least so often: accounts a day from the first word about them are not judged before,
and a longer gap voids notices (design §4.9)."""
MOST_READ: Final = 750_000
"""Accounts that all turns together read, about: a fleet that would need more is given a stretch."""
LONGEST_STRETCH: Final = timedelta(hours=12)
_TRIED_AGAIN: Final = timedelta(hours=1)
"""How often a release that is due and halted is looked at: what its brake counts may have changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """A moment at which a turn has something to do. `exact`: at that moment, and not a stretch later."""

    at: datetime
    exact: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """Turns from `since` until `until`. `stretch`: how much later than its moment one may come."""

    since: datetime
    until: datetime
    stretch: timedelta = timedelta()

    @classmethod
    def of(cls, *, since: datetime, until: datetime, accounts: int, orders: Orders) -> "Pace":
        """The exact one, unless the fleet is too large for that."""
        span = until - since
        # About five moments a renewal and account, each of which is a turn over all of them.
        wanted = 5 * accounts * max(span / timedelta(days=30), 1)
        most = max(MOST_READ / max(accounts, 1), span / REGULAR)
        if wanted <= most:
            return cls(since=since, until=until)
        stretch = min(span / most, LONGEST_STRETCH)
        if notice := orders.shortest_notice:
            # An announcement has twice the notice before the opening to be accepted.
            stretch = min(stretch, notice / 2)
        if rung := orders.tightest_rung:
            # A warning that is told in the hour of the renewal warns of nothing.
            stretch = min(stretch, rung / 2)
        return cls(since=since, until=until, stretch=timedelta(seconds=round(stretch.total_seconds())))

    def next(self, now: datetime, occasions: Iterable[Occasion]) -> datetime | None:
        """When the next turn is taken after the one at `now`; None after the last."""
        if now >= self.until:
            return None
        regular = self.since + ((now - self.since) // REGULAR + 1) * REGULAR
        wanted = (one.at if one.exact else one.at + self.stretch for one in occasions if one.at > now)
        return min((regular, self.until, *wanted))


def occasions(
    report: Report, orders: Orders, said: Overrides, zone: tzinfo, *, waits: bool, retry: timedelta
) -> Iterator[Occasion]:
    """What comes after a turn, by its report and by what people said. `waits`: messages do, for hours that
    are not quiet; `retry`: how soon what is due and halted is looked at again, at the earliest.
    """
    now = report.started_at
    released = {one.period for one in report.attempts if one.ended is Ending.RELEASED}
    halted = False
    for decision in report.decisions:
        if decision.account.period in released:
            continue
        yield from _of_one(decision)
        halted = halted or isinstance(decision.course, Release)
    if halted:
        yield Occasion(at=now + max(_TRIED_AGAIN, retry))
    for halt in report.halts.halts:
        if halt.lifts_at is not None:
            yield Occasion(at=halt.lifts_at)
    for attempt in report.attempts:
        if attempt.ended is Ending.RELEASED:
            yield Occasion(at=attempt.at + HORIZON)
    yield from _of_pauses(orders, said, now)
    if waits:
        yield from _of_quiet_hours(orders, now, zone)


def _of_one(decision: Decision) -> Iterator[Occasion]:
    """The renewal of one account, and what comes before it."""
    account, judgement = decision.account, decision.judgement
    yield Occasion(at=account.renews_at)
    policy, window = judgement.policy, judgement.window
    due = due_at(decision)
    if due is not None:
        # The daemon has a timer for what is to be announced, too; of that it is early enough.
        yield Occasion(at=due, exact=window is None or due >= window.opens)
    if policy is None or window is None:
        return
    for due in judgement.warned_from.values():
        yield Occasion(at=due)
    yield Occasion(at=window.announce_from)
    hold = judgement.subject.hold
    if hold is not None and hold.until is not None and hold.until < window.closes:
        yield Occasion(at=hold.until, exact=hold.until >= window.opens)


def _of_pauses(orders: Orders, said: Overrides, now: datetime) -> Iterator[Occasion]:
    """Where one that is planned, or was said, begins or ends."""
    for planned in orders.planned_pauses.pauses:
        for at in (planned.next_begin(now), planned.until(now)):
            if at is not None:
                yield Occasion(at=at, exact=True)
    for word in said.said:
        if word.kind is OverrideKind.PAUSE:
            yield from (Occasion(at=at, exact=True) for at in (word.begins, word.until) if at is not None)


def _of_quiet_hours(orders: Orders, now: datetime, zone: tzinfo) -> Iterator[Occasion]:
    """When those who want to be left alone can be told."""
    for route in orders.routes.routes:
        ends = hours_end(route.quiet, now, zone)
        if ends is not None:
            yield Occasion(at=ends, exact=True)
        if route.max_per_hour is not None:
            yield Occasion(at=now + HOUR)
