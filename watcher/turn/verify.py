"""After a release exactly that account may be gone, and before it nobody (design §4.5)."""

from collections.abc import Callable, Set
from datetime import timedelta
from enum import Enum, auto
from threading import Event as StopSignal

from watcher.facts.accounts import Account, AccountId
from watcher.facts.listing import Listing, ids_in
from watcher.memory.remembered import ProjectMemory
from watcher.ports.clock import Clock
from watcher.ports.leases import ApiError, LeaseReader

_LOOKS_FOR = timedelta(seconds=60)
_LOOKS_EVERY = timedelta(seconds=5)


class Verified(Enum):
    """What the project's list shows after a release, against the list right before it."""

    CLEAN = auto()
    ONE_OTHER_GONE = auto()
    OTHERS_GONE = auto()
    STILL_THERE = auto()
    UNREADABLE = auto()


def verify(
    reader: LeaseReader,
    clock: Clock,
    before: Listing,
    account: Account,
    stop: StopSignal,
    *,
    ours: Callable[[Account], bool],
) -> Verified:
    """Read until the account is gone, up to 60 s; accounts that are new are no concern here.

    `ours`: whether we release that account too. It is asked about those that are gone: another process on
    the same ledger may be at work, and wrote its intent before its account could be gone.
    A stop signal ends the waiting, not the first look.
    """
    until = clock.now() + _LOOKS_FOR
    found = Verified.UNREADABLE
    while True:
        try:
            found = _compared(before, reader.leased(account.project), account, ours)
        except ApiError:
            found = Verified.UNREADABLE
        if found not in (Verified.STILL_THERE, Verified.UNREADABLE):
            return found
        if clock.now() >= until or not clock.wait(min(clock.now() + _LOOKS_EVERY, until), stop):
            return found


def gone_meanwhile(
    listed: Set[str], now: Listing, account: Account, memory: ProjectMemory, done: Set[AccountId]
) -> Set[str]:
    """Who but the account is gone of those `listed` when the turn read its project, and not by us.

    `done`: accounts that are gone since attempts of this turn; `memory`: what all of us released.
    """
    gone = listed - ids_in(now) - done - memory.unresolved - {account.id}
    known = {id_: memory.known.get(AccountId(id_)) for id_ in gone}
    return {id_ for id_, one in known.items() if one is None or one.account.period not in memory.released}


def _compared(before: Listing, after: Listing, account: Account, ours: Callable[[Account], bool]) -> Verified:
    if not after.is_fresh:
        return Verified.UNREADABLE
    there = ids_in(after)
    released = {one.id for one in before.accounts if one.id not in there and ours(one)}
    others = ids_in(before) - there - released - {account.id}
    if len(others) > 1:
        return Verified.OTHERS_GONE
    if account.id in there:
        return Verified.STILL_THERE
    return Verified.ONE_OTHER_GONE if others else Verified.CLEAN
