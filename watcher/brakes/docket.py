"""The releases that brakes judge together: done, unresolved, due now, opening soon."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from watcher.facts.accounts import Account, LeasePeriod, ProjectId
from watcher.record.intents import Intent
from watcher.record.reasons import Reason
from watcher.rules.plan import Announce, Decision, Leave, Release, Step, Wait, Warn

HORIZON = timedelta(hours=24)
"""How far a docket looks back for releases done and ahead for windows opening."""


class Place(StrEnum):
    DONE = "done"
    UNRESOLVED = "unresolved"
    DUE = "due"
    OPENING = "opening"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One release: done, to come, or of unknown end.

    `opens`, `closes`: its window, of one that is to come; None where they are not known, or past. `ripe_at`:
    when its notice is of age, where that is later than the opening. `done_at`: of one that is done.
    """

    period: LeasePeriod
    project: ProjectId
    handle: str
    price_cents: int
    place: Place
    opens: datetime | None = None
    closes: datetime | None = None
    ripe_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Docket:
    entries: tuple[Entry, ...] = ()

    def with_entries(self, more: Iterable[Entry]) -> "Docket":
        return Docket(entries=(*self.entries, *more))

    def by_project(self) -> dict[ProjectId, tuple[Entry, ...]]:
        """The entries of each project, which stand in the order of their first ones."""
        found: dict[ProjectId, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.project, []).append(entry)
        return {project: tuple(entries) for project, entries in found.items()}

    @property
    def to_come(self) -> tuple[Entry, ...]:
        """What is not yet sent: what an approval would name."""
        return tuple(entry for entry in self.entries if entry.place in (Place.DUE, Place.OPENING))

    @property
    def behind(self) -> tuple[Entry, ...]:
        """What is sent: done, or perhaps."""
        return tuple(entry for entry in self.entries if entry.place in (Place.DONE, Place.UNRESOLVED))

    @property
    def id(self) -> str:
        """Short name of exactly these releases to come, for `approve`; another set has another one."""
        return docket_id(entry.period for entry in self.to_come)


def docket_id(periods: Iterable[LeasePeriod]) -> str:
    """What a docket of exactly these releases is called."""
    text = "\n".join(period.word for period in sorted(periods))
    return sha256(text.encode()).hexdigest()[:8]


def done_among(entries: Iterable[Entry]) -> int:
    return sum(entry.place is Place.DONE for entry in entries)


def done_in_words(entries: Iterable[Entry]) -> str:
    """`3 of them done`: why more count than are to come; empty where none do."""
    done = done_among(entries)
    return f"{done:,} of them done" if done else ""


def entry_of(decision: Decision, now: datetime) -> Entry | None:
    """The docket entry of a decision: its window is open, or opens within `HORIZON`; else None."""
    window = decision.judgement.window
    if window is None or now >= window.closes:
        return None
    if window.opens - now > HORIZON:
        return None
    place = _place(decision.course)
    if place is None:
        return None
    return entry_for(decision.account, place, opens=window.opens, closes=window.closes)


def entry_for(
    account: Account, place: Place, *, opens: datetime | None = None, closes: datetime | None = None
) -> Entry:
    """The release of an account as it is leased now; `opens`, `closes`: its window, as far as it is known."""
    return Entry(
        period=account.period,
        project=account.project,
        handle=account.handle,
        price_cents=account.price_cents,
        place=place,
        opens=opens,
        closes=closes,
    )


def _place(step: Step) -> Place | None:
    match step:
        case Release() | Leave(why=Reason.OBSERVING):
            return Place.DUE
        case Announce() | Wait() | Warn():
            return Place.OPENING
        case Leave():
            return None


def unresolved_entry(intent: Intent) -> Entry:
    """A release that may have been done: it counts until it is known."""
    return entry_for(intent.account, Place.UNRESOLVED)


def prospect_of(decision: Decision, now: datetime) -> Entry | None:
    """A release that is to come, also beyond the docket's horizon; else None.

    Its announcement has come, or comes within `HORIZON`.
    """
    window = decision.judgement.window
    if window is None or now >= window.closes:
        return None
    place = _place(decision.course)
    if place is None or window.announce_from - now > HORIZON:
        return None
    entry = entry_for(decision.account, place, opens=window.opens, closes=window.closes)
    ripe_at = _ripe_at(decision.course)
    return entry if ripe_at is None or ripe_at <= window.opens else replace(entry, ripe_at=ripe_at)


def _ripe_at(step: Step) -> datetime | None:
    """Of an announcement that is accepted, or made now; of others it is not known."""
    match step:
        case Announce(not_before=ripe_at) | Wait(until=ripe_at, why=Reason.NOTICE_TOO_YOUNG):
            return ripe_at
        case _:
            return None
