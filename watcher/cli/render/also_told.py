"""What else a turn told: what changed of leases, many of a kind as one table, and what stands beside them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final

from watcher.cli.render.notes import section
from watcher.cli.render.sheet import Line, aligned
from watcher.decide.report import Report
from watcher.facts.handles import name_of
from watcher.messages.clauses import Role
from watcher.messages.events import AttemptFacts, Event, EventKind
from watcher.messages.words import TOLD
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.times import when

CHANGED: Final = frozenset(
    {
        EventKind.LEASE_NEW,
        EventKind.PRICE_CHANGED,
        EventKind.RENEWAL_MOVED,
        EventKind.ACCOUNT_GONE,
        EventKind.PROJECT_RECOVERED,
        EventKind.PROBLEM_RESOLVED,
        EventKind.CLOCK_OFF,
    }
)
_OF_LEASES: Final = (
    EventKind.ACCOUNT_GONE,
    EventKind.RENEWAL_MOVED,
    EventKind.PRICE_CHANGED,
    EventKind.LEASE_NEW,
)
"""Of these many are a table."""
_MANY: Final = 3
"""As in messages: from so many of a kind on."""

STANDING: Final = frozenset(
    {
        EventKind.ACTIVITY_UNKNOWN,
        EventKind.BUDGET_EXCEEDED,
        EventKind.CONFIG_REFUSED,
        EventKind.DEADLINE_NEAR,
        EventKind.DELIVERY_FAILED,
    }
)
"""Problems that no other part of a turn's text says: who is told of one by a channel finds it here too."""


def changed(report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """A sentence each; three or more of a kind below each other, with what is to be done once."""
    events = [one for one in report.events if one.kind in CHANGED]
    tables = [many for kind in _OF_LEASES if len(many := _rows_of(kind, events)) >= _MANY]
    told = {one.key for many in tables for one in many}
    yield from section(
        "Changed since the last turn", [_sentence(one, report, now) for one in events if one.key not in told]
    )
    for many in tables:
        rows = aligned([_row(one, now, timezone) for one in many])
        yield from section(_title(many), [*rows, *_of_all(many)], table=True)


def standing(report: Report) -> Iterator[Line]:
    rows = [plain(one.text) for one in report.events if one.kind in STANDING]
    yield from section("Also told" if report.acting else "Would also be told", rows)


def _rows_of(kind: EventKind, events: Iterable[Event]) -> list[Event]:
    """Those of which a row says as much as the sentence: of one that was gone at its release it does not."""
    return [
        one
        for one in events
        if one.kind is kind
        and one.period is not None
        and one.handle is not None
        and not isinstance(one.facts, AttemptFacts)
    ]


def _sentence(event: Event, report: Report, now: datetime) -> str:
    """Of a clock that is off what that costs is a matter, and said there."""
    costs = tuple(one.headline(now) for one in report.matters if one.otherwise)
    more = (one.text for one in event.clauses if not (costs and one.text.startswith(costs)))
    return plain("; ".join((event.what, *more)))


def _title(many: Sequence[Event]) -> str:
    kind = many[0].kind
    money = dollars(sum(one.cents or 0 for one in many))
    now = "now " if kind is EventKind.PRICE_CHANGED else ""
    monthly = "" if kind is EventKind.RENEWAL_MOVED else " a month"
    return f"{len(many):,} {TOLD[kind][1]}, {now}{money}{monthly}"


def _row(event: Event, now: datetime, timezone: tzinfo) -> str:
    assert event.period is not None, "only these are rows"
    why = "".join(f"  {plain(one.text)}" for one in event.clauses if one.role is Role.WHY)
    money = dollars(event.cents or 0)
    renewal = f"renewal {when(event.period.renews_at, now, timezone)}"
    return f"{name_of(event.handle, event.period.account)}  {money}  {renewal}{why}"


def _of_all(many: Sequence[Event]) -> Iterator[str]:
    """What follows for each of them, and what is to be done, once."""
    first, *others = many
    for clause in first.clauses:
        if clause.role is not Role.WHY and all(clause in one.clauses for one in others):
            yield plain(clause.text)
