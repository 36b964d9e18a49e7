"""What a change of a lease is told as: values in, events out."""

from collections.abc import Iterator
from datetime import datetime

from watcher.facts.accounts import Account
from watcher.facts.handles import called, named
from watcher.memory.paid import used_before
from watcher.memory.remembered import Known
from watcher.messages.events import Event, EventKind, about
from watcher.record.notices import Notice, Void
from watcher.record.outcomes import Outcome
from watcher.texts.money import dollars


def drift(old: Account, new: Account, now: datetime, *, moved: bool) -> Iterator[Event]:
    """`moved`: the renewal is another one although the earlier did not take place."""
    if old.price_cents != new.price_cents:
        yield about(
            new,
            EventKind.PRICE_CHANGED,
            now,
            text=f"price of {called(new)} went from {dollars(old.price_cents)} "
            f"to {dollars(new.price_cents)} a month",
            key=f"{old.price_cents}:{new.price_cents}:{now:%Y-%m-%d}",
        )
    if moved:
        yield about(
            new,
            EventKind.RENEWAL_MOVED,
            now,
            text=f"renewal of {called(new)} moved from {old.renews_at:%Y-%m-%d %H:%M} UTC "
            f"to {new.renews_at:%Y-%m-%d %H:%M} UTC; earlier warnings and notices no longer count",
            key=old.renews_at.isoformat(),
        )


def new_lease(account: Account, now: datetime) -> Event:
    text = f"new lease: {called(account)}, {dollars(account.price_cents)} a month"
    return about(account, EventKind.LEASE_NEW, now, key=account.assigned_at.isoformat(), text=text)


def gone(account: Account, now: datetime) -> Event:
    text = f"{called(account)} is no longer leased, and the lease watcher did not release it"
    return about(account, EventKind.ACCOUNT_GONE, now, key=now.isoformat(), text=text)


def released_after_all(account: Account, now: datetime) -> Event:
    text = (
        f"{called(account)} was released after all; {dollars(account.price_cents)} a month saved "
        "(the release seemed to have had no effect: the lists lagged)"
    )
    return about(account, EventKind.RELEASE_DONE, now, key=now.isoformat(), text=text)


def paid(outcome: Outcome, known: Known, now: datetime) -> Event:
    used = used_before(outcome.period.renews_at, known)
    idle = "which was to be given back at its term" if used else "not evidenced in use"
    why = outcome.cause.value.replace("_", " ") if outcome.cause else "no cause known"
    who = named(outcome.handle, known.account.platform)
    return Event(
        kind=EventKind.RENEWAL_PAID,
        key=f"{EventKind.RENEWAL_PAID}:{outcome.period.account}:{outcome.period.renews_at.isoformat()}",
        at=now,
        text=f"{dollars(outcome.price_cents)} paid for {who}, {idle} ({why})",
        project=outcome.project,
        account=outcome.period.account,
        handle=outcome.handle,
        platform=known.account.platform,
        period=outcome.period,
        cents=outcome.price_cents,
        facts={"cause": outcome.cause.value if outcome.cause else None, "estimated": outcome.estimated},
    )


_WITHDRAWN = {
    Void.HELD: "it is held",
    Void.USED: "it is in use",
    Void.NO_LONGER_DUE: "its policy no longer releases it",
    Void.POLICY_CHANGED: "its policy changed; it will be announced anew if it is still due",
    Void.RENAMED: "it was announced under another name; it will be announced anew if it is still due",
    Void.NOT_LIVE: "it was announced without force; it will be announced anew if it is still due",
    Void.INTERRUPTED: "the watcher was interrupted; it will be announced anew if it is still due",
    Void.RESTORED: "the ledger may be an older copy; it will be announced anew if it is still due",
    Void.LISTED_TWICE: "another project lists it too",
    Void.NEW_LEASE: "its lease is another one; it will be announced anew if it is still due",
}


def withdrawn(account: Account, why: Void, notice: Notice, now: datetime) -> Event:
    who = called(account)
    if why is Void.RENAMED and notice.handle is not None:
        who += f", announced as {named(notice.handle, notice.platform or '')},"
    text = f"the announced release of {who} is withdrawn: {_WITHDRAWN[why]}"
    return about(account, EventKind.RELEASE_WITHDRAWN, now, key=notice.key, text=text)
