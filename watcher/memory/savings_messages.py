"""What a month came to, as people are told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from watcher.memory.savings import Books, Savings
from watcher.messages.clauses import to_type, why
from watcher.messages.events import Event, EventKind
from watcher.messages.money_facts import SavingsFacts
from watcher.record.outcomes import UseThen
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, in_zone, month

_NAMED: Final = 3
"""Reasons that are told one by one, the dearest."""


def month_event(savings: Savings, books: Books, *, unread: int = 0) -> Event | None:
    """None of a month in which nothing was saved, is to be saved, or was paid in vain. `unread`: how many
    projects the turn could not read, so that what renewed last in them is not in it.
    """
    whole = savings.whole
    begin, end = (in_zone(moment, books.zone) for moment in (books.since, books.until - _TICK))
    if not (whole.avoided.renewals or savings.not_yet.renewals or savings.paid):
        return None
    what = f"no renewal came in {month(begin)} that a release had avoided"
    if whole.saved.renewals:
        saved = dollars(whole.saved.cents)
        what = f"{counted(whole.saved.renewals, 'release')} saved {saved} in {month(begin)}"
    command = f"lease-watcher savings --since {begin:%Y-%m-%d} --until {end:%Y-%m-%d}"
    return Event(
        kind=EventKind.SAVINGS_MONTH,
        key=f"{EventKind.SAVINGS_MONTH}:{begin:%Y-%m}",
        at=books.now,
        what=what,
        clauses=(
            *map(why, _sums(savings)),
            *map(why, _limits(savings, books, unread)),
            to_type(command, after=" has all of it"),
        ),
        cents=whole.saved.cents,
        facts=SavingsFacts(
            month=f"{begin:%Y-%m}",
            saved_cents=whole.saved.cents,
            later_cents=whole.later.cents,
            not_yet_cents=savings.not_yet.cents,
            for_nothing_cents=whole.for_nothing.cents,
            paid_else_cents=whole.paid_else.cents,
            given_up_cents=whole.given_up_cents,
            known_since=savings.known_since,
        ),
    )


_TICK: Final = timedelta(microseconds=1)


def _sums(savings: Savings) -> Iterator[str]:
    whole = savings.whole
    later, not_yet, nothing, other = whole.later, savings.not_yet, whole.for_nothing, whole.paid_else
    if later.renewals:
        renewals = counted(later.renewals, "later renewal")
        yield f"{dollars(later.cents)} more by {renewals} that releases avoided, extrapolated"
    if not_yet.renewals:
        those = counted(not_yet.renewals, "release")
        yield f"{dollars(not_yet.cents)} to be saved by {those} whose renewal comes after that month"
    if whole.given_up_cents:
        yield f"{dollars(whole.given_up_cents)} of paid days given up for it"
    if nothing.renewals:
        renewals = counted(nothing.renewals, "renewal")
        yield f"{dollars(nothing.cents)} paid for nothing in {renewals}: {_reasons(savings)}"
    if other.renewals:
        renewals = counted(other.renewals, "renewal")
        yield f"{dollars(other.cents)} paid in {renewals} of accounts that are not known to have been unused"


def _reasons(savings: Savings) -> str:
    """The dearest, each with its money."""
    lines = savings.paid_of(UseThen.UNUSED)
    named = [f"{dollars(one.paid.cents)} {one.because}" for one in lines[:_NAMED]]
    more = lines[_NAMED:]
    if more:
        money = dollars(sum(one.paid.cents for one in more))
        named.append(f"{money} for {counted(len(more), 'other reason')}")
    return ", ".join(named)


def _limits(savings: Savings, books: Books, unread: int) -> Iterator[str]:
    """What is not in these sums."""
    if (begins := savings.known_since) is not None:
        since = clock_time(begins, books.zone, now=books.now)
        yield f"only since {since}, as the ledger remembers nothing before"
    if unread:
        yield f"without what renewed last in {counted(unread, 'project')} that could not be read"
