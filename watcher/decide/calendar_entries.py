"""What is worth a place in a calendar: until when a person must decide, and on which days what renews."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from watcher.decide.openings import Opening
from watcher.facts.accounts import FIRST_BELIEVED, Account, AccountId, ProjectId
from watcher.facts.handles import at, called
from watcher.memory.remembered import Known
from watcher.messages.matters import Matter, MatterKind
from watcher.messages.words import REASON
from watcher.record.outcomes import paid_from
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, day_begins, in_zone

_MOST_NAMED: Final = 50
"""So many accounts are named in one entry; of more it says how many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEntry:
    """One thing at a moment, or on a whole day.

    `identity`: what it is about, without when: the same thing at another time is the same entry, moved.
    `since`: as of when it stands there; of two editions of an entry the one with the later counts. `revised`:
    when what it says changed last by itself, as what it tells of passed.
    """

    identity: tuple[str, ...]
    at: date
    since: datetime
    summary: str
    lines: tuple[str, ...] = ()
    revised: datetime | None = None
    cancelled: bool = False

    @property
    def sequence(self) -> int:
        """Raised whenever it moves, and never lowered: the seconds until `since`, from a fixed moment on."""
        return max(int((self.since - FIRST_BELIEVED).total_seconds()), 0)


def decision_deadlines(
    matters: Iterable[Matter], dated: Mapping[AccountId, datetime], now: datetime, timezone: tzinfo
) -> Iterator[CalendarEntry]:
    """The last moment for each decision that a person has to make, as far as it is ahead.

    `dated`: since when the ledger knows the renewal that each account has. A halt stays the same entry as it
    comes and when it is there.
    """
    for matter in matters:
        if not matter.asks or matter.by is None or matter.by <= now:
            continue
        kind = MatterKind.HALT if matter.kind is MatterKind.COMING_HALT else matter.kind
        accounts = sorted({one.account for one in matter.accounts})
        about: Sequence[str] = accounts or [matter.problem or matter.project or ""]
        known = [dated[one] for one in accounts if one in dated]
        lines = [*matter.why, *(way.text for way in matter.ways)]
        if matter.cents:
            lines.insert(0, f"At stake: {dollars(matter.cents)}.")
        named = [
            f"{plain(at(one.handle, one.account))}, {dollars(one.price_cents)}" for one in matter.accounts
        ]
        yield CalendarEntry(
            identity=("decide", kind.value, *about),
            at=matter.by,
            since=max([*known, *((matter.since,) if matter.since else ())], default=FIRST_BELIEVED),
            summary=f"To decide: {plain(matter.headline(now, timezone))}",
            lines=(*map(plain, lines), *_some(named)),
        )


def renewal_days(
    accounts: Iterable[Account],
    known: Mapping[AccountId, Sequence[Known]],
    openings: Iterable[Opening],
    dated: Mapping[AccountId, datetime],
    names: Mapping[ProjectId, str],
    now: datetime,
    timezone: tzinfo,
) -> Iterator[CalendarEntry]:
    """Of each project each day on which something renews: how many, for how much, and what becomes of each.

    A day stands there until it is over, with all that renews on it, also what has renewed by then: an account
    whose next renewal is known already moves on to that day when this one ends. A day is named by the first
    of its accounts: when that one's renewal moves, the entry moves along. One that two projects list stands
    in one of them only, so that no sum counts it twice.
    """
    announced = {one.account.period: one for one in openings}
    days: defaultdict[tuple[date, ProjectId], dict[AccountId, _Standing]] = defaultdict(dict)
    met: set[AccountId] = set()
    today = in_zone(now, timezone).date()
    for account in accounts:
        one = _standing(account, known.get(account.id, ()), dated.get(account.id), now, timezone)
        day = in_zone(one.at, timezone).date()
        if day >= today and account.id not in met:
            met.add(account.id)
            days[day, account.project][account.id] = one
    for (day, project), found in sorted(days.items(), key=lambda item: item[0]):
        cents = sum(one.account.price_cents for one in found.values())
        verb = "renews" if len(found) == 1 else "renew"
        rows = []
        for one in sorted(found.values(), key=lambda one: (one.at, one.account.handle)):
            account = one.account
            becomes = one.passed(now, timezone) or _becomes(
                account, known.get(account.id, ()), announced.get(account.period), now, timezone
            )
            at_that = clock_time(one.at, timezone, now=now)
            rows.append(f"{at_that}  {plain(called(account))}, {dollars(account.price_cents)}: {becomes}")
        yield CalendarEntry(
            identity=("renewals", project, min(found)),
            at=day,
            since=found[min(found)].since,
            revised=max((one.at for one in found.values() if one.at <= now), default=None),
            summary=f"{plain(names.get(project, project))}: {counted(len(found), 'account')} {verb}, "
            f"{dollars(cents)}",
            lines=tuple(_some(rows)),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Standing:
    """At which renewal an account stands, `since` when."""

    account: Account
    at: datetime
    since: datetime

    def passed(self, now: datetime, timezone: tzinfo) -> str | None:
        if self.at > now:
            return None
        if self.at < self.account.renews_at:
            return f"renewed, next {clock_time(self.account.renews_at, timezone, now=now)}"
        return "its renewal has passed, and no turn has seen yet what became of it"


def _standing(
    account: Account, known: Sequence[Known], dated: datetime | None, now: datetime, timezone: tzinfo
) -> _Standing:
    """At the next renewal; until the day of the last one is over at that, if the ledger saw it come."""
    standing = _Standing(account=account, at=account.renews_at, since=dated or FIRST_BELIEVED)
    begun = paid_from(account)
    first_seen = min((one.first_seen_at for one in known), default=None)
    renewed = begun != account.leased_since and first_seen is not None and first_seen < begun
    if dated is None or not renewed or not begun <= dated <= now:
        return standing
    over = day_begins(day_begins(begun, timezone) + timedelta(hours=36), timezone)
    if over > now:
        return replace(standing, at=begun)
    return replace(standing, since=max(dated, over))


def _becomes(
    account: Account, known: Sequence[Known], opening: Opening | None, now: datetime, timezone: tzinfo
) -> str:
    """What the ledger knows of it: its announced release, else what was decided last and why."""
    if opening is not None:
        whether = "is announced" if opening.live else "would come (observe mode)"
        return f"its release {whether}, for {clock_time(opening.opens, timezone, now=now)} at the earliest"
    here = next((one for one in known if one.account.period == account.period), None)
    if here is None or here.reason is None or here.decided_at is None:
        return "nothing is decided of it yet"
    return f"{REASON[here.reason]}, as decided {clock_time(here.decided_at, timezone, now=now)}"


def _some(rows: Sequence[str]) -> Iterator[str]:
    yield from rows[:_MOST_NAMED]
    if len(rows) > _MOST_NAMED:
        yield f"and {len(rows) - _MOST_NAMED:,} more"
