"""Find out how a DELETE ended whose answer is not known: by reading, never by sending again."""

from datetime import timedelta

from watcher.facts.accounts import AccountId, begins_with
from watcher.facts.listing import Listing, ids_in
from watcher.memory.remembered import ProjectMemory
from watcher.ports.leases import ApiError, LeaseReader, is_about_the_key
from watcher.ports.ledger import Ledger
from watcher.record.intents import Conclusion, Ending, Intent
from watcher.record.outcomes import Outcome, released
from watcher.rules.plan import ATTEMPTS

SETTLES_AFTER = timedelta(seconds=30)
"""The list follows a change within about 30 s: an account still listed proves nothing before that."""

AT_ONCE = timedelta(minutes=1)
"""How soon after its intent a DELETE has to leave; the wait for the rate budget is before it."""


def sent_within(*, timeout: timedelta, skew: timedelta) -> timedelta:
    """How long after its intent a DELETE may have left, by the clock of another process.

    A process that was frozen between the two, and died right after the DELETE, says nothing of it; and each
    of the two clocks may be off by `skew`.
    """
    return AT_ONCE + timeout + 2 * skew


def settled(intent: Intent, reader: LeaseReader, *, seconds_since_sent: float) -> Conclusion | None:
    """The ending that the assigned and the disconnected list prove together, None if they prove none.

    Absence from the assigned list alone proves nothing; neither does another lease under the same id, nor a
    list that somebody kept. Raises the reader's `ApiError`s.
    """
    listing = reader.leased(intent.account.project)
    if not listing.is_fresh:
        return None
    there = next((one for one in listing.accounts if one.id == intent.account.id), None)
    if there is not None:
        same_lease = begins_with(there.assigned_at, intent.account.assigned_at)
        ripe = seconds_since_sent - listing.age.total_seconds() >= SETTLES_AFTER.total_seconds()
        return Ending.NOT_DONE if same_lease and ripe else None
    if intent.account.id in ids_in(listing):
        return None
    if intent.account.id in reader.disconnected(intent.account.project):
        return Ending.RELEASED
    return None


def is_last_attempt(intent: Intent, ledger: Ledger) -> bool:
    """Whether, if it had no effect, no other is made without a person. `intent`: not concluded yet."""
    earlier = ledger.project(intent.account.project).not_done
    return earlier.get(intent.account.period, 0) + 1 >= ATTEMPTS


def released_outcome(intent: Intent) -> Outcome:
    """The outcome of a release; it happened when the intent was written, give or take the request."""
    return released(intent.account, intent.written_at)


def gone_after_all(listing: Listing, memory: ProjectMemory, reader: LeaseReader) -> frozenset[AccountId]:
    """Accounts that are listed as disconnected, of those that a DELETE seemed to have had no effect on and
    that the project lists no more. Asked only where there are some; none where the lists prove nothing.
    """
    there = ids_in(listing)
    ours = {
        id_
        for id_ in memory.leased - memory.unresolved
        if id_ not in there and memory.may_have_landed(memory.known[id_].account.period)
    }
    if not ours or not listing.is_fresh:
        return frozenset()
    try:
        return reader.disconnected(listing.project) & ours
    except ApiError as error:
        if is_about_the_key(error):
            raise
        return frozenset()
