"""Renewals that passed while nobody looked: before one is told as paid or missed, its use is asked (ADR 88).

The accounts are far from their next renewal by then, so a turn asks nothing about them otherwise. What is
found here says what was, and decides about no release.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.decide.background import Background
from watcher.decide.readings import Reading
from watcher.facts.accounts import Account, LeasePeriod
from watcher.facts.activity import Activity, Inquiry, Unknown, WhyUnknown, combined, seen_by
from watcher.facts.health import HEALTH
from watcher.memory.paid import to_ask
from watcher.memory.remembered import ProjectMemory
from watcher.rules.matching import may_govern
from watcher.rules.targets import Target
from watcher.turn.gather import Gatherer

_Asked = Sequence[tuple[Account, tuple[datetime, ...]]]


def also_by_then(
    reading: Reading, memory: ProjectMemory, gatherer: Gatherer, background: Background
) -> Reading:
    """The reading, with what its evidence says of the use by renewals that nobody saw pass: mostly none, and
    then nothing is asked. Raises the reader's errors about the key; any other answer that fails is a doubt.
    """
    now = max(background.now, reading.listing.read_until)
    at = background.at(now)
    asked = [
        (account, renewals)
        for account in reading.listing.accounts
        if (old := memory.known.get(account.id)) is not None and old.account.renews_at != account.renews_at
        if (renewals := to_ask(old, account, at))
    ]
    if not asked:
        return reading
    shown = reading.shown or reading.target.id in background.memory.shown
    return replace(reading, by_then=_by_then(reading.target, asked, gatherer, shown=shown, now=now))


def _by_then(
    target: Target, asked: _Asked, gatherer: Gatherer, *, shown: bool, now: datetime
) -> Mapping[LeasePeriod, Activity]:
    by_source: dict[str, list[Inquiry]] = {}
    for account, renewals in asked:
        policies = tuple(may_govern(account, target.policies, now))
        inquiry = Inquiry(
            account=account,
            recent=max((one.release.idle_after for one in policies), default=timedelta()),
            complete=bool(policies) and all(one.evidence_complete for one in policies),
            renewals=renewals,
        )
        for name in {name for one in policies for name in one.evidence} - {HEALTH}:
            by_source.setdefault(name, []).append(inquiry)
    said: dict[LeasePeriod, list[Activity]] = {}
    for name in sorted(by_source):
        found = gatherer.sources[name].read(target.id, by_source[name], shown_before=shown, now=now)
        for inquiry in by_source[name]:
            id_ = inquiry.account.id
            latest, by_then = found.activity.get(id_), found.by_then.get(id_, {})
            for renewal in inquiry.renewals:
                read = by_then.get(renewal)
                if read is None and latest is not None:
                    read = seen_by(latest, renewal)
                if read is not None:
                    known = _as_old_as(read, renewal, now - found.age)
                    said.setdefault(LeasePeriod(account=id_, renews_at=renewal), []).append(known)
    return {period: combined(readings) for period, readings in said.items()}


def _as_old_as(read: Activity, renewal: datetime, answered_at: datetime) -> Activity:
    """What somebody kept since before the renewal does not say what came until then."""
    return read if answered_at >= renewal else Unknown(why=WhyUnknown.UNREADABLE)
