"""What is wrong in one project: accounts not understood, evidence that could not be had, budgets, releases
that did not last.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from watcher.decide.background import Background
from watcher.decide.orders import Orders
from watcher.decide.readings import Reading
from watcher.decide.unmatched import hide_an_id
from watcher.memory.remembered import ProjectMemory
from watcher.messages.budget import budget_event
from watcher.messages.events import Event, EventKind
from watcher.messages.problems import Problem
from watcher.messages.reading_messages import doubt_event, quarantine_event
from watcher.messages.release_messages import undone_event
from watcher.rules.plan import Decision


def problems(
    reading: Reading, decisions: Iterable[Decision], orders: Orders, now: datetime
) -> Iterator[Event]:
    target, listing = reading.target, reading.listing
    if listing.quarantined:
        names = orders.names  # of every configured project: made once, and only where it is asked
        yield from (quarantine_event(one, now, names) for one in listing.quarantined)
    doubt = doubt_event(target.id, target.name, [one for one in decisions if one.judgement.doubtful], now)
    if doubt is not None:
        yield doubt
    if not listing.quarantined:
        cents = sum(account.price_cents for account in listing.accounts)
        budget = budget_event(cents, target.budget_cents, now, project=target.id, name=target.name)
        if budget is not None:
            yield budget


def undone_releases(
    reading: Reading, memory: ProjectMemory, background: Background, now: datetime
) -> Iterator[Event]:
    """Confirmed releases whose accounts are leased all the same, as of when the list was made: one that
    somebody kept since before a release says nothing of it.
    """
    if not memory.given_back:
        return
    for account in reading.listing.accounts:
        given_back = memory.given_back.get(account.id)
        if given_back is None or not given_back.is_undone(account, reading.listing.read_at):
            continue
        if not background.overrides.allows_again(account.id, given_back.at):
            yield undone_event(account, given_back, now)


def looked_at(standing: Mapping[str, Problem], reading: Reading) -> Mapping[str, Problem]:
    """What would have been found again. Of an account that is not understood, or not believed, neither its
    price is known nor whether its release lasted; nor does a list that somebody kept say that one did.
    """
    quarantined = reading.listing.quarantined
    if not reading.listing.is_fresh:
        standing = {id_: one for id_, one in standing.items() if one.kind is not EventKind.RELEASE_UNDONE}
    if not quarantined:
        return standing
    nameless = hide_an_id(quarantined)
    unsure = tuple(f"{EventKind.RELEASE_UNDONE}:{one.id}:" for one in quarantined if one.id is not None)

    def would_be_found(problem: Problem) -> bool:
        match problem.kind:
            case EventKind.BUDGET_EXCEEDED:
                return False
            case EventKind.RELEASE_UNDONE:
                return not nameless and not problem.id.startswith(unsure)
            case _:
                return True

    return {id_: one for id_, one in standing.items() if would_be_found(one)}
