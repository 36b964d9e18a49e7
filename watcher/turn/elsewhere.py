"""Accounts that other projects listed before: their use there is use, and their posts may still be there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.decide.background import Background
from watcher.decide.orders import Orders
from watcher.decide.readings import Reading
from watcher.facts.accounts import Account, AccountId, Listed, ProjectId
from watcher.facts.activity import Activity, Findings, Seen, combined
from watcher.facts.health import Health
from watcher.memory.remembered import FleetMemory, Known, ProjectMemory
from watcher.rules.targets import Target
from watcher.turn.gather import Gatherer


def to_recall(memory: ProjectMemory, listed: Iterable[Account], fleet: FleetMemory) -> list[AccountId]:
    """Of the accounts that a project lists now, those that other projects may know."""
    return [one.id for one in listed if one.id in fleet.moved or one.id not in memory.known]


def recalled(
    memory: ProjectMemory,
    listed: Iterable[Account],
    background: Background,
    known: Mapping[AccountId, Sequence[Known]],
) -> ProjectMemory:
    """A project's memory, with what other projects know (`known`) of the accounts that it lists now."""
    fleet, orders = background.memory, background.orders
    wanted = to_recall(memory, listed, fleet)
    if not wanted:
        return memory
    elsewhere = {
        id_: tuple(one for one in known[id_] if memory.known.get(id_) != one)
        for id_ in wanted
        if id_ in known
    }
    unread = frozenset(
        id_
        for id_, those in elsewhere.items()
        if those and not any(orders.watches(one.account.project) for one in those)
    )
    return replace(memory, known_elsewhere=elsewhere, out_of_sight=unread)


def formerly(account: Account, listed: Iterable[Listed], orders: Orders) -> tuple[ProjectId, ...]:
    """The other projects that list an account, or did, and that are still ours to read."""
    others = (one.project for one in listed if one.project != account.project)
    return tuple(project for project in others if orders.watches(project))


def still_there(listed: Iterable[Listed]) -> tuple[Listed, ...]:
    """Without those that answered 404: they have no posts to show either."""
    return tuple(one for one in listed if not one.missing)


def also_asked(
    reading: Reading,
    listings: Mapping[AccountId, Sequence[Listed]],
    gatherer: Gatherer,
    background: Background,
) -> Reading:
    """The reading, with what the former projects of its accounts show of those that were asked about.

    `listings`: which projects list these accounts, or did. Raises the reader's errors about the key; what
    else a project does not answer is unknown activity.
    """
    now = max(background.now, reading.listing.read_until)
    former: dict[ProjectId, list[Account]] = {}
    for account in reading.listing.accounts:
        if account.id in reading.activity:
            for project in formerly(account, still_there(listings.get(account.id, ())), background.orders):
                former.setdefault(project, []).append(account)
    for project, accounts in former.items():
        shown = background.memory.shown
        found = evidence_there(
            gatherer, reading.target, project, accounts, healths=reading.health, shown=shown, now=now
        )
        lag = max(found.age - reading.listing.age, timedelta())
        reading = replace(
            reading,
            activity=together(reading.activity, found.activity),
            read_at=min(reading.read_at, reading.listing.read_at - lag),
        )
    return reading


def evidence_there(
    gatherer: Gatherer,
    target: Target,
    former: ProjectId,
    accounts: Sequence[Account],
    *,
    healths: Mapping[AccountId, Health],
    shown: frozenset[ProjectId],
    now: datetime,
) -> Findings:
    """What a former project shows of these accounts, by the rules of the one that lists them now.

    `healths`: what was said of them already: an account has one health, whichever project lists it.
    """
    there = replace(target, id=former)
    return gatherer.evidence(there, accounts, shown_before=former in shown, now=now, healths=healths)


def together(
    here: Mapping[AccountId, Activity], there: Mapping[AccountId, Activity]
) -> Mapping[AccountId, Activity]:
    """Both answers on each account; a post that either shows as cancelled is cancelled."""
    return {**here, **{id_: _both(here[id_], said) if id_ in here else said for id_, said in there.items()}}


def _both(here: Activity, there: Activity) -> Activity:
    both = combined((here, there))
    if isinstance(both, Seen) and isinstance(here, Seen) and isinstance(there, Seen):
        return replace(both, cancelled=here.cancelled | there.cancelled)
    return both
