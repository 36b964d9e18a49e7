"""A turn's own row in the ledger: how it begins, how it ends, and what counts from then on."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from math import ceil

from watcher.brakes import Halts
from watcher.brakes.docket import HORIZON
from watcher.brakes.kinds import clock_off
from watcher.decide.exits import exit_of
from watcher.decide.measures import good
from watcher.decide.report import Report, Totals
from watcher.memory.remembered import CLOCK_OFF, CLOCK_UNPROVED, HALTED, FleetMemory, TurnKind, TurnRecord
from watcher.rules.plan import Mode

_AFTER_ALL = datetime.max.replace(tzinfo=UTC)
"""Later than any notice was given, whatever a clock says that may be wrong."""

_SLACK = timedelta(minutes=2)
"""Two clocks of which each may be off by the usual minute: so much a claim of a wrong one may be beyond."""


def begun(memory: FleetMemory, *, id: str, kind: TurnKind, mode: Mode, now: datetime) -> TurnRecord:
    """A turn that begins now, of whose clock nothing is known yet; notices from before a break are void.

    A break is a gap in the turns, or one in the other mode. A clock that is not proved finds no gap.
    """
    last = memory.last_proved
    before = (*memory.doubtful, *(() if last is None else (last,)))
    switched = any(one.mode is not mode for one in before)
    since = now if last is None else last.unbroken_since
    return TurnRecord(
        id=id,
        kind=kind,
        mode=mode,
        started_at=now,
        unbroken_since=_AFTER_ALL if switched else since,
    )


def proved(record: TurnRecord, memory: FleetMemory, *, poll: timedelta) -> TurnRecord:
    """The turn once its clock is proved: it can tell whether there was a gap since the last such one."""
    last = memory.last_proved
    gap = last is None or has_gap(last, memory.doubtful, record.started_at, longest_gap(poll))
    broken = gap or record.unbroken_since == _AFTER_ALL
    return replace(record, unbroken_since=record.started_at) if broken else record


def longest_gap(poll: timedelta) -> timedelta:
    """How long nothing may have been looked at for a notice to count all the same."""
    return max(timedelta(hours=24), 3 * poll)


def has_gap(last: TurnRecord, doubtful: Iterable[TurnRecord], now: datetime, longest: timedelta) -> bool:
    """Whether more than `longest` went by without a turn since `last`: its clock was proved, and ours is now.

    Design §4.9, where not every clock was proved.
    `doubtful`: the turns since then whose clocks were not. They count where they say they were, so that a
    missing `Date` alone makes no gap; but one that they came upon is there for the turn that can judge it.
    Of a clock that was off every moment that it may have been is held against them.
    """
    if abs(now - last.started_at) <= longest:
        return False
    reached = last.started_at
    for turn in sorted(doubtful, key=lambda one: one.started_at):
        off = timedelta(seconds=turn.summary.get(CLOCK_OFF, 0))
        slack = _SLACK if off else timedelta()
        claims = {turn.started_at, turn.started_at - off, turn.started_at + off}
        possible = [at for at in claims if last.started_at - slack <= at <= now + slack]
        if not possible:
            continue
        if max(possible) - reached > longest + slack:
            return True
        reached = max(reached, min(possible))
    return now - reached > longest


def ended(record: TurnRecord, report: Report, at: datetime) -> TurnRecord:
    totals = report.totals
    return replace(
        record,
        ended_at=at,
        completed=good(report),
        exit_code=int(exit_of(report)),
        summary={
            **{each.name: getattr(totals, each.name) for each in fields(totals)},
            "unread": len(report.unread),
            "attempts": len(report.attempts),
            "saved_cents": report.saved_cents,
            **_of_the_clock(report),
            **{f"{HALTED}{halt.brake}": 1 for halt in report.halts.halts},
        },
    )


def totals_of(turn: TurnRecord) -> Totals:
    """What a turn counted. One that was taken by an older version says nothing of use."""
    counted = {each.name: turn.summary.get(each.name, 0) for each in fields(Totals)}
    return Totals(**counted)


def _of_the_clock(report: Report) -> dict[str, int]:
    """What is wrong with the times of a turn; nothing where its clock was proved."""
    if report.skew is None:
        return {CLOCK_UNPROVED: 1}
    wrong = any(halt.brake is clock_off.CLOCK_OFF for halt in report.halts.halts)
    return {CLOCK_OFF: ceil(report.skew.total_seconds())} if wrong else {}


def watermark(halts: Halts, since: datetime | None, now: datetime) -> datetime | None:
    """From when on vanished accounts count: a day, or no less while a brake is on for them (ADR 0004).

    None, with a clock that is not proved: it stays; moved into the future, it would hide what vanishes next.
    """
    if halts.of_the_clock:
        return None
    if any(halt.brake.of_a_baseline for halt in halts.halts):
        return since
    return latest(since, now - HORIZON)


def counted_since(memory: FleetMemory, now: datetime) -> datetime | None:
    """From when on vanished accounts count in a turn: what is said to be in the future was a wrong clock."""
    since = latest(memory.watermark, memory.overrides.baseline_accepted_at())
    return since if since is None or since <= now else now - HORIZON


def latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
