"""What a ledger makes of what it is told, whatever keeps it: rules over plain values.

The ledger in memory is made of these. The databases ask some of them here too, and say the others in SQL,
where a million rows are: the contract suite holds both to the same answers.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from watcher.adapters.ledger.serial import iso
from watcher.facts.accounts import Account, AccountId, LeasePeriod, believable
from watcher.facts.handles import same_handle
from watcher.memory.remembered import CLOCK_OFF, CLOCK_UNPROVED, Known, TurnRecord
from watcher.messages.events import Event, EventKind, OverFacts
from watcher.messages.outbox import Message, QueuedMessage
from watcher.messages.stale import BEGINNINGS
from watcher.record.intents import Ending, Intent
from watcher.record.notices import Notice
from watcher.record.outcomes import Outcome
from watcher.record.overrides import Override
from watcher.record.past_releases import LaterLease, PastRelease
from watcher.texts.foreign import is_short

Facts = dict[str, Any]

PAST: Final = timedelta(days=40)
"""Lease periods that renewed this long before the account's known renewal decide nothing any more."""
AFTER_ALL: Final = datetime.max.replace(tzinfo=UTC)
"""For a clock by which every turn is in the future: then it is the clock that is behind."""
MOST_DOUBTFUL: Final = 500
"""Enough for days of turns: what is longer is a gap."""
_TICK: Final = timedelta(microseconds=1)


# Accounts


def surest(known: Iterable[Known]) -> list[Known]:
    """What several projects know of an account: first who lists it, then who listed it last."""
    by_project = sorted(known, key=lambda one: one.account.project)
    by_age = sorted(by_project, key=lambda one: one.gone_at or AFTER_ALL, reverse=True)
    return sorted(by_age, key=lambda one: one.gone_at is not None)


def is_recent(period: LeasePeriod, account: Account) -> bool:
    """Whether a lease period of a known account may still decide something: its own renewal is the clock."""
    return period.renews_at >= account.renews_at - PAST


def keepable(ids: Collection[str]) -> set[str]:
    """Of ids that were listed and not understood, those that can be kept as they are."""
    return {id_ for id_ in ids if id_.isprintable() and is_short(id_)}


def account_facts(account: Account) -> Facts:
    return {
        "account": account.id,
        "project": account.project,
        "handle": account.handle,
        "platform": account.platform,
        "followers": account.followers,
        "assigned_at": account.assigned_at,
        "renews_at": account.renews_at,
        "price_cents": account.price_cents,
    }


def known_facts(known: Known) -> Facts:
    """Everything that is remembered of an account, by name: an observation says which of it changed."""
    return {
        **account_facts(known.account),
        "first_seen_at": known.first_seen_at,
        "used_at": None if known.used is None else known.used.at,
        "used_what": None if known.used is None else known.used.what,
        "used_for": None if known.used is None else known.used.planned,
        "usage": known.usage_at_opening,
        "turned_idle_at": known.turned_idle_at,
        "unshown_since": known.unshown_since,
        "missed_at": known.missed_at,
        "reason": known.reason,
        "decided_at": known.decided_at,
        "gone_at": known.gone_at,
    }


def changes(before: Facts | None, after: Facts) -> dict[str, list[Any]]:
    """Each changed fact as [was, is]; at first sight every fact was null.

    When the last decision was made, and until when unfinished work was seen, moves with every turn: alone
    it is no news.
    """
    if before is None:
        return {
            fact: [None, iso(value) if isinstance(value, datetime) else value]
            for fact, value in after.items()
        }
    changed = {
        fact: [_plain(before[fact]), _plain(value)] for fact, value in after.items() if before[fact] != value
    }
    working = after["used_what"] is not None and after["used_what"].ongoing
    clockwork = {"decided_at", "used_at", "used_for"} if working else {"decided_at"}
    return changed if changed.keys() - clockwork else {}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return value


# Releases, seen afterwards


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaseSeen:
    """That a lease was seen, with what is said of its begin. `handle`: where it is not of the same id."""

    account: AccountId
    assigned_at: datetime
    seen_at: datetime
    handle: str | None = None
    platform: str | None = None
    used_at: datetime | None = None


def began_in(facts: Mapping[str, Any], at: datetime) -> Facts:
    """Of an observation of a lease's begin: when it was, and when that was seen."""
    return {"assigned_at": datetime.fromisoformat(facts["assigned_at"][1]), "seen_at": at}


def past_release(
    outcome: Outcome, undone_at: datetime | None, attempts: Sequence[Intent], sightings: Iterable[LeaseSeen]
) -> PastRelease:
    """`attempts`: all on its account, the oldest first. `sightings`: of its id, and of its handle."""
    period = outcome.period
    ours = [one for one in attempts if one.account.period == period and one.ending is Ending.RELEASED]
    account = ours[-1].account if ours else _account_of(outcome)
    leases = {
        LaterLease(account=seen.account, since=_begin(seen), used_at=_used(seen))
        for seen in sightings
        if seen.account == period.account or _is_called_as(seen, account)
    }
    leases |= {
        LaterLease(account=period.account, since=one.account.assigned_at)
        for one in attempts
        if believable(one.account.assigned_at)
    }
    return PastRelease(
        account=account,
        sent_at=ours[-1].written_at if ours else outcome.at,
        undone_at=undone_at,
        leases=tuple(sorted(leases, key=lambda one: (one.since, one.account, one.used_at or one.since))),
    )


def _account_of(outcome: Outcome) -> Account:
    """Of a release whose attempt the ledger lacks: its lease began nobody knows when."""
    return Account(
        id=outcome.period.account,
        project=outcome.project,
        handle=outcome.handle,
        platform="",
        followers=None,
        assigned_at=_NEVER,
        renews_at=outcome.period.renews_at,
        price_cents=outcome.price_cents,
    )


_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _begin(seen: LeaseSeen) -> datetime:
    """When its lease began; where that cannot be, when it was first seen."""
    return seen.assigned_at if believable(seen.assigned_at) else seen.seen_at


def _used(seen: LeaseSeen) -> datetime | None:
    return seen.used_at if seen.used_at is not None and seen.used_at >= _begin(seen) else None


def _is_called_as(seen: LeaseSeen, account: Account) -> bool:
    return (
        seen.handle is not None
        and seen.platform == account.platform
        and same_handle(seen.handle, account.handle)
    )


# Turns


def surely_last(turns: Iterable[TurnRecord]) -> TurnRecord | None:
    """The last of some turns, each counted from the earliest moment that it can have been."""
    surely = [
        replace(one, started_at=one.started_at - timedelta(seconds=one.summary.get(CLOCK_OFF, 0)))
        for one in turns
    ]
    return max(surely, key=lambda one: one.started_at, default=None)


def is_on_time(turn: TurnRecord) -> bool:
    """Whether its clock is not known to have been wrong."""
    return CLOCK_OFF not in turn.summary


def is_proved(turn: TurnRecord) -> bool:
    """Whether somebody said how late it was, and agreed with its clock."""
    return is_on_time(turn) and CLOCK_UNPROVED not in turn.summary


# Notices and messages


def voids_all(restored: Override, latest: datetime | None) -> Override:
    """The word that a copy was put back, as it is kept: every notice that is there is void, and none to come,
    whatever the clock says now, or said when they were made.
    """
    return restored if latest is None else replace(restored, until=latest + _TICK)


def is_free(begun_at: datetime | None, *, at: datetime, lost_since: datetime) -> bool:
    """Whether nobody is sending a message: whoever began so long ago is dead, and what was begun in the
    future was begun by a clock that was wrong.
    """
    return begun_at is None or begun_at <= lost_since or begun_at >= at + (at - lost_since)


def is_receipt(notice: Notice, *, accepted: bool, counted: bool | None, live: bool) -> bool:
    """Whether the message that announced is one: accepted by a notifier that counted then (a line of the log
    does not), and not sent as "would be" for a notice that is to count.
    """
    return accepted and counted is True and (live or not notice.live)


def heard_of(
    event: Event, heard: Mapping[EventKind, datetime], *, queued_at: datetime
) -> frozenset[EventKind]:
    """Kinds that began what this event ends, and not the same problem of another time; of an announcement,
    what was said after it was queued. `heard`: when the last of each kind that its notifier accepted on the
    topic was written: a letter that a person retries is queued anew, and says nothing new.
    """
    if event.kind is EventKind.RELEASE_ANNOUNCED:
        return frozenset(kind for kind, last in heard.items() if last > queued_at)
    began = event.facts.since if isinstance(event.facts, OverFacts) else None
    return frozenset(kind for kind, last in heard.items() if began is None or last >= began)


def asks_what_was_heard(message: Message) -> bool:
    """Whether it matters what its notifier accepted on the topic: it is a last word, or announces what may be
    said to be too late afterwards.
    """
    kind = message.event.kind
    return message.closing or kind in BEGINNINGS or kind is EventKind.RELEASE_ANNOUNCED


def about_delivery(event: Event) -> bool:
    """A letter about dead letters, or about their end, would be one more to tell of."""
    over = isinstance(event.facts, OverFacts) and event.facts.was is EventKind.DELIVERY_FAILED
    return over or event.kind is EventKind.DELIVERY_FAILED


def dead_letter(key: str, receiver: str) -> str:
    """The key of the dead letter of one receiver."""
    return f"{key} > {receiver}"


def own_key(one: QueuedMessage) -> str:
    key = one.message.event.key
    return key if one.receiver is None else dead_letter(key, one.receiver)


def in_parts(
    read: Callable[[int], tuple[Sequence[QueuedMessage], int | None]],
) -> Iterator[Sequence[QueuedMessage]]:
    """All that waits. `read` answers the part after a message's number, and where that part ends."""
    after: int | None = 0
    while after is not None:
        part, after = read(after)
        if part:
            yield part


def renumbered(ids: Sequence[int], now: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(now.get(id_, id_) for id_ in ids)
