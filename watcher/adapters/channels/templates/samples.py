"""A sample of everything that can be told, on which templates are tried out before they are needed."""

from datetime import UTC, datetime, timedelta
from typing import Final

from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.messages.events import Event, EventKind
from watcher.ports.notifier import Digest
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage

_NOW: Final = datetime(2026, 5, 18, 12, tzinfo=UTC)
_MANY: Final = 100
_RENEWS: Final = _NOW + timedelta(days=2, hours=4, minutes=12)
_OF_THE_FLEET: Final = frozenset(
    {
        EventKind.BRAKE_HALTED,
        EventKind.BUDGET_EXCEEDED,
        EventKind.KEY_REFUSED,
        EventKind.CLOCK_OFF,
        EventKind.DELIVERY_FAILED,
        EventKind.CONFIG_REFUSED,
        EventKind.DEADLINE_NEAR,
        EventKind.PROTECTION_UNMATCHED,
        EventKind.PROBLEM_RESOLVED,
        EventKind.NOTIFIER_TEST,
    }
)
_OF_A_PROJECT: Final = frozenset(
    {EventKind.ACTIVITY_UNKNOWN, EventKind.PROJECT_UNREADABLE, EventKind.PROJECT_RECOVERED}
)
_FACTS: Final[dict[EventKind, dict[str, str | int | bool | None]]] = {
    EventKind.RENEWAL_WARNING: {"usage": Usage.UNUSED.value, "reason": Reason.UNUSED.value},
    EventKind.RENEWAL_PAID: {"cause": None, "estimated": False},
    EventKind.RELEASE_ANNOUNCED: {"not_before": _RENEWS.isoformat(), "reason": Reason.UNUSED.value},
    EventKind.RELEASE_DONE: {"verified": True},
    EventKind.RELEASE_FAILED: {"verified": False},
    EventKind.RELEASE_UNKNOWN: {"verified": False},
    EventKind.DEADLINE_MISSED: {"reason": Reason.TOO_LATE.value},
    EventKind.CONFIG_REFUSED: {"mistakes": 2, "releases": 3, "cents": 45_000},
    EventKind.PROTECTION_UNMATCHED: {"words": 2},
    EventKind.DEADLINE_NEAR: {"accounts": 3, "closes": _RENEWS.isoformat()},
    EventKind.BRAKE_HALTED: {"docket": "7f3a", "brakes": "too_many", "releases": 24},
    EventKind.PROJECT_UNREADABLE: {"code": "FORBIDDEN_SCOPE"},
}


def samples() -> tuple[Digest, ...]:
    """Each kind of event alone, all together, worded both ways, as many as come at once, and none."""
    every = tuple(map(_sample, EventKind))
    return (
        _digest(*every),
        _digest(*every, live=False),
        _digest(*[_sample(EventKind.RELEASE_ANNOUNCED)] * _MANY),
        *(_digest(event) for event in every),
        _digest(),
    )


def _digest(*events: Event, live: bool = True) -> Digest:
    return Digest(id="sample", at=_NOW, live=live, events=events)


def _sample(kind: EventKind) -> Event:
    about_account = kind not in _OF_THE_FLEET | _OF_A_PROJECT
    account = AccountId(f"sa_sample_{kind.name.lower()}") if about_account else None
    return Event(
        kind=kind,
        key=f"{kind.value}:sample",
        at=_NOW,
        text=f"a sample of {kind.value}",
        project=None if kind in _OF_THE_FLEET else ProjectId("prj_sample"),
        account=account,
        handle=f"sample.{kind.name.lower()}" if about_account else None,
        period=None if account is None else LeasePeriod(account=account, renews_at=_RENEWS),
        cents=15_000 if about_account else None,
        facts=_FACTS.get(kind, {}),
    )
