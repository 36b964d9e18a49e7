"""The releases that brakes judge together: done, unresolved, due now, opening soon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from watcher.domain.accounts import LeasePeriod, ProjectId
from watcher.domain.judge import Verdict
from watcher.domain.plan import Announce, Decision, Leave, Release, Step, Wait, Warn
from watcher.domain.reasons import Reason

HORIZON = timedelta(hours=24)
"""How far a docket looks back for releases done and ahead for windows opening."""


class Place(StrEnum):
    DONE = "done"
    UNRESOLVED = "unresolved"
    DUE = "due"
    OPENING = "opening"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One release on the docket."""

    period: LeasePeriod
    project: ProjectId
    handle: str
    price_cents: int
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Docket:
    entries: tuple[Entry, ...] = ()

    def with_entries(self, more: Iterable[Entry]) -> "Docket":
        return Docket(entries=(*self.entries, *more))

    def of(self, project: ProjectId) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.project == project)

    @property
    def projects(self) -> tuple[ProjectId, ...]:
        return tuple(dict.fromkeys(entry.project for entry in self.entries))

    @property
    def to_come(self) -> tuple[Entry, ...]:
        """What is not yet sent: what an approval would name."""
        return tuple(entry for entry in self.entries if entry.place in (Place.DUE, Place.OPENING))

    @property
    def id(self) -> str:
        """Short name of exactly these releases to come, for `approve`; another set has another one."""
        periods = sorted(entry.period for entry in self.to_come)
        text = "\n".join(f"{period.account} {period.renews_at.isoformat()}" for period in periods)
        return sha256(text.encode()).hexdigest()[:8]


def entry_of(decision: Decision, now: datetime) -> Entry | None:
    """The docket entry of a decision: its window is open, or opens within `HORIZON`; else None."""
    judgement = decision.judgement
    window = judgement.window
    if judgement.verdict is not Verdict.RELEASE or window is None or now >= window.closes:
        return None
    if window.opens - now > HORIZON:
        return None
    place = _place(decision.step)
    if place is None:
        return None
    account = decision.account
    return Entry(
        period=account.period,
        project=account.project,
        handle=account.handle,
        price_cents=account.price_cents,
        place=place,
    )


def _place(step: Step) -> Place | None:
    match step:
        case Release() | Leave(why=Reason.OBSERVING):
            return Place.DUE
        case Announce() | Wait() | Warn():
            return Place.OPENING
        case Leave():
            return None
