"""An event about one account in its lease period: what all of them have in common."""

from datetime import datetime, timedelta

from watcher.facts.accounts import Account
from watcher.messages.clauses import Clause
from watcher.messages.events import Event, EventKind, Facts


def about(
    account: Account,
    kind: EventKind,
    now: datetime,
    *,
    key: str,
    what: str,
    clauses: tuple[Clause, ...] = (),
    facts: Facts | None = None,
    rung: timedelta | None = None,
) -> Event:
    """What happened to one account in its lease period; `key` tells it from others of its kind there."""
    return Event(
        kind=kind,
        key=f"{kind}:{account.id}:{account.renews_at.isoformat()}:{key}",
        at=now,
        what=what,
        clauses=clauses,
        project=account.project,
        account=account.id,
        handle=account.handle,
        platform=account.platform,
        period=account.period,
        rung=rung,
        cents=account.price_cents,
        facts=facts,
    )
