"""What a change of a lease is told as: values in, events out."""

from collections.abc import Iterator
from datetime import datetime

from watcher.domain.accounts import Account
from watcher.domain.events import Event, EventKind
from watcher.domain.handles import called, named
from watcher.domain.memory import Known
from watcher.domain.money import dollars
from watcher.domain.notices import Notice, Void
from watcher.domain.outcomes import Outcome
from watcher.domain.paid import used_before


def drift(old: Account, new: Account, now: datetime, *, moved: bool) -> Iterator[Event]:
    """`moved`: the renewal is another one although the earlier did not take place."""
    if old.price_cents != new.price_cents:
        yield _event(
            EventKind.PRICE_CHANGED,
            new,
            now,
            f"price of {called(new)} went from {dollars(old.price_cents)} "
            f"to {dollars(new.price_cents)} a month",
            key=f"{old.price_cents}:{new.price_cents}:{now:%Y-%m-%d}",
        )
    if moved:
        yield _event(
            EventKind.RENEWAL_MOVED,
            new,
            now,
            f"renewal of {called(new)} moved from {old.renews_at:%Y-%m-%d %H:%M} UTC "
            f"to {new.renews_at:%Y-%m-%d %H:%M} UTC; earlier warnings and notices no longer count",
            key=old.renews_at.isoformat(),
        )


def new_lease(account: Account, now: datetime) -> Event:
    text = f"new lease: {called(account)}, {dollars(account.price_cents)} a month"
    return _event(EventKind.LEASE_NEW, account, now, text, key=account.assigned_at.isoformat())


def gone(account: Account, now: datetime) -> Event:
    text = f"{called(account)} is no longer leased, and the lease watcher did not release it"
    return _event(EventKind.ACCOUNT_GONE, account, now, text, key=now.isoformat())


def released_after_all(account: Account, now: datetime) -> Event:
    text = (
        f"{called(account)} was released after all; {dollars(account.price_cents)} a month saved "
        "(the release seemed to have had no effect: the lists lagged)"
    )
    return _event(EventKind.RELEASE_DONE, account, now, text, key=now.isoformat())


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
    return _event(EventKind.RELEASE_WITHDRAWN, account, now, text, key=notice.key)


def _event(kind: EventKind, account: Account, now: datetime, text: str, *, key: str) -> Event:
    return Event(
        kind=kind,
        key=f"{kind}:{account.id}:{account.renews_at.isoformat()}:{key}",
        at=now,
        text=text,
        project=account.project,
        account=account.id,
        handle=account.handle,
        platform=account.platform,
        period=account.period,
        cents=account.price_cents,
    )
