"""How large the fleet is and how it is used, in one sentence: the same wherever it is said."""

from datetime import datetime, tzinfo
from typing import Any, Final

from watcher.decide.report import Report, Totals
from watcher.decide.turn_record import totals_of
from watcher.memory.remembered import TurnRecord
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import glued, iso, when


def fleet_in_words(totals: Totals, *, unread: int = 0, by_use: bool = True) -> str:
    """`15 accounts in 3 projects, $2,250.00 a month: 6 in use, …`; a turn asks only about what renews soon.

    `unread`: projects that were not read; `by_use` False: nobody counted that.
    """
    size = f"{counted(totals.accounts, 'account')} in {counted(totals.projects, 'project')}"
    size += f" ({counted(unread, 'project')} not read)" if unread else ""
    size += f", {dollars(totals.cents)} a month"
    if not by_use:
        return size
    unused = f"{totals.unused:,} unused ({dollars(totals.unused_cents)})"
    use = ", ".join(map(glued, (f"{totals.in_use:,} in use", unused, f"{totals.unknown:,} unknown")))
    if not totals.not_asked:
        return f"{size}: {use}"
    if not totals.asked:
        return f"{size}; none is near its renewal, so their use was not asked about"
    return f"{size}; of {totals.asked:,} near renewal: {use}"


def last_read_in_words(turn: TurnRecord | None, now: datetime, timezone: tzinfo) -> str:
    """Where nothing was read: what was, and when, so that nobody takes an error for an empty fleet."""
    if turn is None:
        return "Nothing of the fleet was read, and no earlier turn read it."
    read = when(turn.ended_at or turn.started_at, now, timezone)
    return f"Nothing of the fleet was read. Last read {read}: {remembered_in_words(turn)}."


def remembered_in_words(turn: TurnRecord) -> str:
    """As that turn read it; what it gave back it had read."""
    saved = turn.summary.get("saved_cents", 0)
    given = f"; {dollars(saved)} of that was given back then" if saved else ""
    return f"{fleet_in_words(totals_of(turn), by_use='asked' in turn.summary)}{given}"


def report_in_words(report: Report, timezone: tzinfo) -> str:
    if report.read_nothing:
        return last_read_in_words(report.last_read, report.started_at, timezone)
    return fleet_in_words(report.totals, unread=len(report.unread))


_COUNTED: Final = ("projects", "accounts", "cents", "in_use", "unused", "unused_cents", "unknown")


def last_read_value(report: Report) -> dict[str, Any] | None:
    """What the totals are not of: null, but where a turn read nothing, what the last one that did counted."""
    return None if report.last_read is None else counted_value(report.last_read)


def counted_value(turn: TurnRecord) -> dict[str, Any]:
    """What a turn counted; null for what an older version did not count."""
    counts = {name: turn.summary.get(name) for name in _COUNTED}
    asked, accounts = turn.summary.get("asked"), turn.summary.get("accounts", 0)
    return {
        "at": iso(turn.ended_at or turn.started_at),
        **counts,
        "not_asked": None if asked is None else accounts - asked,
    }
