"""Events and lease periods as JSON, readable by older and newer versions of this program."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.messages.events import Event, EventKind

_VERSION = 1
_KINDS = frozenset(kind.value for kind in EventKind)


def event_json(event: Event) -> dict[str, Any]:
    """Every field of an event; instants as ISO text in UTC, the rung in seconds."""
    return {
        "version": _VERSION,
        "kind": event.kind.value,
        "key": event.key,
        "at": iso(event.at),
        "text": event.text,
        "project": event.project,
        "account": event.account,
        "handle": event.handle,
        "platform": event.platform,
        "period": None if event.period is None else _period_json(event.period),
        "rung": None if event.rung is None else event.rung.total_seconds(),
        "cents": event.cents,
        "problem": event.problem,
        "facts": event.facts,
    }


def event_from(stored: dict[str, Any]) -> Event | None:
    """The event again; fields not known here are ignored, an event of a kind not known here is None."""
    if stored["kind"] not in _KINDS:
        return None
    project, account = stored.get("project"), stored.get("account")
    period, rung = stored.get("period"), stored.get("rung")
    return Event(
        kind=EventKind(stored["kind"]),
        key=stored["key"],
        at=datetime.fromisoformat(stored["at"]),
        text=stored["text"],
        project=None if project is None else ProjectId(project),
        account=None if account is None else AccountId(account),
        handle=stored.get("handle"),
        platform=stored.get("platform"),
        period=None if period is None else _period_from(period),
        rung=None if rung is None else timedelta(seconds=rung),
        cents=stored.get("cents"),
        problem=stored.get("problem"),
        facts=stored.get("facts") or {},
    )


def periods_json(periods: Iterable[LeasePeriod]) -> list[dict[str, str]]:
    return [_period_json(period) for period in periods]


def periods_from(stored: Sequence[dict[str, str]]) -> tuple[LeasePeriod, ...]:
    return tuple(_period_from(period) for period in stored)


def iso(instant: datetime) -> str:
    """ISO text in UTC; refuses naive datetimes."""
    if instant.tzinfo is None:
        raise ValueError(f"the ledger takes no naive datetime: {instant.isoformat()} has no time zone")
    return instant.astimezone(UTC).isoformat()


def _period_json(period: LeasePeriod) -> dict[str, str]:
    return {"account": period.account, "renews_at": iso(period.renews_at)}


def _period_from(stored: dict[str, str]) -> LeasePeriod:
    return LeasePeriod(
        account=AccountId(stored["account"]), renews_at=datetime.fromisoformat(stored["renews_at"])
    )
