"""What is worth a place in a calendar: until when a person must decide, and on which days what renews."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from watcher.decide.openings import Opening
from watcher.facts.accounts import FIRST_BELIEVED, Account, AccountId, ProjectId
from watcher.facts.handles import at, called
from watcher.memory.remembered import Known
from watcher.messages.matters import Matter, MatterKind
from watcher.messages.words import REASON
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, in_zone

_MOST_NAMED: Final = 50
"""So many accounts are named in one entry; of more it says how many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEntry:
    """One thing at a moment, or on a whole day.

    `identity`: what it is about, without when: the same thing at another time is the same entry, moved.
    `since`: as of when it stands there; of two editions of an entry the one with the later counts.
    """

    identity: tuple[str, ...]
    at: date
    since: datetime
    summary: str
    lines: tuple[str, ...] = ()
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
        named = [f"{plain(at(one.handle))}, {dollars(one.price_cents)}" for one in matter.accounts]
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

    A day is named by the first of its accounts: when that one's renewal moves, the entry moves along. One
    that two projects list stands in one of them only, so that no sum counts it twice.
    """
    announced = {one.account.period: one for one in openings}
    days: defaultdict[tuple[date, ProjectId], dict[AccountId, Account]] = defaultdict(dict)
    met: set[AccountId] = set()
    for account in accounts:
        if account.renews_at > now and account.id not in met:
            met.add(account.id)
            day = in_zone(account.renews_at, timezone).date()
            days[day, account.project][account.id] = account
    for (day, project), found in sorted(days.items()):
        first = min(found)
        cents = sum(one.price_cents for one in found.values())
        verb = "renews" if len(found) == 1 else "renew"
        rows = []
        for one in sorted(found.values(), key=lambda one: (one.renews_at, one.handle)):
            becomes = _becomes(one, known.get(one.id, ()), announced.get(one.period), now, timezone)
            at_that = clock_time(one.renews_at, timezone, now=now)
            rows.append(f"{at_that}  {plain(called(one))}, {dollars(one.price_cents)}: {becomes}")
        yield CalendarEntry(
            identity=("renewals", project, first),
            at=day,
            since=dated.get(first, FIRST_BELIEVED),
            summary=f"{plain(names.get(project, project))}: {counted(len(found), 'account')} {verb}, "
            f"{dollars(cents)}",
            lines=tuple(_some(rows)),
        )


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
