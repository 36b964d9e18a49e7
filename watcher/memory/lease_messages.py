"""What is told of a lease that changed: values in, events out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from watcher.facts.accounts import Account
from watcher.facts.handles import called, named
from watcher.memory.causes import WISHES
from watcher.memory.paid import used_before
from watcher.memory.remembered import Known
from watcher.messages.about import about
from watcher.messages.clauses import follows, to_do
from watcher.messages.clauses import why as because
from watcher.messages.events import Event, EventKind, OverFacts, PaidFacts, WithdrawnFacts
from watcher.messages.explained import in_short, title_of
from watcher.messages.words import VOID
from watcher.record.notices import Notice, Void
from watcher.record.outcomes import Cause, Outcome, UseThen, next_renewal
from watcher.texts.money import dollars
from watcher.texts.spans import span
from watcher.texts.times import clock_time, day, when

_EXPECTED = to_do("ask the provider, unless that was agreed")


def drift(old: Account, new: Account, now: datetime, *, moved: bool) -> Iterator[Event]:
    """`moved`: the renewal is another one although the earlier did not take place."""
    if old.price_cents != new.price_cents:
        yield about(
            new,
            EventKind.PRICE_CHANGED,
            now,
            what=f"price of {called(new)} is now {dollars(new.price_cents)} a month",
            clauses=(because(f"it was {dollars(old.price_cents)}"), _EXPECTED),
            key=f"{old.price_cents}:{new.price_cents}:{now:%Y-%m-%d}",
        )
    if moved:
        yield about(
            new,
            EventKind.RENEWAL_MOVED,
            now,
            what=f"renewal of {called(new)} for {dollars(new.price_cents)} moved to "
            f"{clock_time(new.renews_at, UTC, now=now)}",
            clauses=(
                because(f"it was {clock_time(old.renews_at, UTC, now=now)}"),
                follows("earlier warnings and notices no longer count"),
                _EXPECTED,
            ),
            key=old.renews_at.isoformat(),
        )


def new_lease(account: Account, now: datetime) -> Event:
    what = f"new lease: {called(account)}, {dollars(account.price_cents)} a month"
    renews = follows(f"renews {when(account.renews_at, now, UTC)}")
    key = account.assigned_at.isoformat()
    return about(account, EventKind.LEASE_NEW, now, key=key, what=what, clauses=(renews,))


def gone(account: Account, now: datetime) -> Event:
    """That no list shows it any more is all that is known: a list may be wrong."""
    return about(
        account,
        EventKind.ACCOUNT_GONE,
        now,
        key=now.isoformat(),
        what=f"{called(account)} is no longer listed, and the lease watcher did not release it",
        clauses=(
            follows(
                f"it cost {dollars(account.price_cents)} a month, next {when(account.renews_at, now, UTC)}"
            ),
            to_do("ask the provider, unless that was done on purpose"),
        ),
    )


def back(account: Account, missing_since: datetime, now: datetime) -> Event:
    """What was told to be gone is there: its list was wrong, or it came back as it was."""
    return about(
        account,
        EventKind.PROBLEM_RESOLVED,
        now,
        key=missing_since.isoformat(),
        what=f"{called(account)} is listed again, after {span(now - missing_since)}: it is leased",
        facts=OverFacts(was=EventKind.ACCOUNT_GONE, since=missing_since),
    )


def released_after_all(account: Account, now: datetime) -> Event:
    saved = (
        f"{dollars(account.price_cents)} a month saved "
        "(the release seemed to have had no effect: the lists lagged)"
    )
    return about(
        account,
        EventKind.RELEASE_DONE,
        now,
        key=now.isoformat(),
        what=f"{called(account)} was released after all",
        clauses=(follows(saved),),
    )


def paid(outcome: Outcome, known: Known, now: datetime) -> Event:
    explained = outcome.explanation
    by_then = explained is not None and explained.use is UseThen.IN_USE
    used = by_then or used_before(outcome.period.renews_at, known)
    idle = "which was to be given back at its term" if used else "not evidenced in use"
    cause = title_of(outcome.cause, explained)
    who = named(outcome.handle, known.account.platform, outcome.period.account)
    coming = next_renewal(replace(known.account, renews_at=outcome.period.renews_at))
    next_day = day(coming, year=coming.year != now.year)
    chance = follows(f"next chance: before the renewal of about {next_day}")
    # Of what somebody wants kept, or what was paid again since, it is none.
    none = coming <= now or outcome.cause in WISHES - {Cause.CHANGED_TOO_LATE}
    return Event(
        kind=EventKind.RENEWAL_PAID,
        key=f"{EventKind.RENEWAL_PAID}:{outcome.period.account}:{outcome.period.renews_at.isoformat()}",
        at=now,
        what=f"{dollars(outcome.price_cents)} paid for {who}, {idle} ({cause})",
        clauses=(
            *(map(because, explained.details) if explained else ()),
            *(() if none else (chance,)),
        ),
        project=outcome.project,
        account=outcome.period.account,
        handle=outcome.handle,
        platform=known.account.platform,
        period=outcome.period,
        cents=outcome.price_cents,
        facts=PaidFacts(
            cause=outcome.cause,
            because=in_short(outcome.cause, explained),
            estimated=outcome.estimated,
        ),
    )


_FOR_GOOD = frozenset({Void.HELD, Void.USED, Void.NO_LONGER_DUE, Void.LISTED_TWICE})
"""What was withdrawn for another reason is announced anew, if it is still due."""


def withdrawn(account: Account, why: Void, notice: Notice, now: datetime, *, too_late: bool = False) -> Event:
    """`too_late`: it can be announced no more before this renewal."""
    who = called(account)
    if why is Void.RENAMED and notice.handle is not None:
        who += f", announced as {named(notice.handle, notice.platform or '', account.id)},"
    price, renews = dollars(account.price_cents), account.renews_at
    due = follows(f"{price} {'is' if renews > now else 'was'} due {when(renews, now, UTC)}")
    told_anew = follows("it will be announced anew if it is still due")
    anew = (due,) if too_late or why in _FOR_GOOD else (due, told_anew)
    return about(
        account,
        EventKind.RELEASE_WITHDRAWN,
        now,
        key=notice.key,
        what=f"the announced release of {who} is withdrawn: {VOID[why]}",
        clauses=anew,
        facts=WithdrawnFacts(void=why),
    )
