"""A turn's own row in the ledger: how it begins, how it ends, and what counts from then on."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from watcher.domain.brakes import Brake, Halts
from watcher.domain.docket import HORIZON
from watcher.domain.exits import exit_of
from watcher.domain.measures import good
from watcher.domain.memory import CLOCK_OFF, CLOCK_UNPROVED, TurnKind, TurnRecord
from watcher.domain.plan import Mode
from watcher.domain.report import Report

_POPULATION = frozenset({Brake.FLEET_DROP, Brake.PROJECT_EMPTY, Brake.IDLE_JUMP})


def begun(
    last: TurnRecord | None, *, kind: TurnKind, mode: Mode, poll: timedelta, now: datetime
) -> TurnRecord:
    """A turn that begins now. `last`: the last completed full one; notices from before a break are void.

    A break is a gap after it, or that it had another mode.
    """
    longest_gap = max(timedelta(hours=24), 3 * poll)
    unbroken = last is not None and last.mode is mode and now - last.started_at <= longest_gap
    return TurnRecord(
        id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        kind=kind,
        mode=mode,
        started_at=now,
        unbroken_since=last.unbroken_since if last is not None and unbroken else now,
    )


def ended(record: TurnRecord, report: Report, at: datetime) -> TurnRecord:
    totals = report.totals
    return replace(
        record,
        ended_at=at,
        completed=good(report),
        exit_code=int(exit_of(report)),
        summary={
            "projects": totals.projects,
            "accounts": totals.accounts,
            "cents": totals.cents,
            "unused": totals.unused,
            "unread": len(report.unread),
            "attempts": len(report.attempts),
            "saved_cents": report.saved_cents,
            **_of_the_clock(report),
        },
    )


def _of_the_clock(report: Report) -> dict[str, int]:
    """What is wrong with the times of a turn; nothing where its clock was proved."""
    if report.skew is None:
        return {CLOCK_UNPROVED: 1}
    return {CLOCK_OFF: ceil(report.skew.total_seconds())} if report.halts.by_a_wrong_clock else {}


def watermark(halts: Halts, since: datetime | None, now: datetime) -> datetime | None:
    """From when on vanished accounts count: a day, or no less while a brake is on for them (ADR 0004)."""
    if any(halt.brake in _POPULATION for halt in halts.halts):
        return since
    return latest(since, now - HORIZON)


def latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
