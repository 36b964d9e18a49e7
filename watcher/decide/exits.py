"""What a turn's report amounts to for a scheduler: its exit code."""

from typing import assert_never

from watcher.brakes.docket import Place
from watcher.brakes.kinds.fleet_drop import FLEET_DROP
from watcher.brakes.kinds.project_empty import PROJECT_EMPTY
from watcher.brakes.kinds.unresolved import UNRESOLVED
from watcher.decide.report import Report
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.reasons import Reason, Trouble
from watcher.rules.plan import Announce, Decision, Leave, Mode, Release, Wait, Warn
from watcher.texts.spans import counted


def exit_of(report: Report, *, detailed: bool = False) -> Exit:
    """The worst thing that happened; `CHANGES_PENDING` only where `detailed` was asked for."""
    if report.trouble in (Trouble.KEY_REFUSED, Trouble.KEY_SUSPENDED, Trouble.KEY_LACKS_SCOPE):
        return Exit.KEY
    # Of an account read back and then tried again in one turn, the last end counts.
    ended = set({one.period: one.ended for one in report.attempts}.values())
    if report.unresolved or Ending.UNKNOWN in ended:
        return Exit.OUTCOME_UNKNOWN
    if report.missed or _came_too_late(report):
        return Exit.MISSED
    if _braked(report, ended):
        return Exit.BRAKED
    spent = any(one.spent for one in {one.period: one for one in report.attempts}.values())
    if (
        spent
        or ended & _BY_OTHERS
        or report.undone
        or any(one.reason in _GIVEN_UP for one in report.decisions)
    ):
        return Exit.REFUSED
    if report.trouble is not None or report.stopped or _unreadable(report, ended) or ended & _AGAIN:
        return Exit.UNREADABLE
    if report.undelivered:
        return Exit.UNDELIVERED
    if detailed and any(_pending(decision) for decision in report.decisions):
        return Exit.CHANGES_PENDING
    return Exit.DONE


def in_one_line(report: Report) -> str:
    """A turn for a status line: how large the fleet was, and how it ended."""
    totals = report.totals
    size = f"{counted(totals.accounts, 'account')} in {counted(totals.projects, 'project')}"
    size = "nothing was read" if report.read_nothing else size
    return f"{size}, exit {int(exit_of(report))}"


_GIVEN_UP = frozenset({Reason.REFUSED_BEFORE, Reason.ATTEMPTS_SPENT, Reason.RELEASE_UNDONE})
"""Releases that only a person can bring on again."""

_BY_OTHERS = frozenset({Ending.REFUSED, Ending.GONE_NOT_BY_US})
"""The API said no, or somebody else was faster by seconds, perhaps another watcher: a person has to look."""

_AGAIN = frozenset({Ending.NOT_DONE, Ending.NOT_SENT})
"""Releases that the next turn tries again."""


def _came_too_late(report: Report) -> bool:
    """Whether the window closed on a release that was under way, and on none that a change made late."""
    late = {one.period for one in report.attempts if one.reason is Reason.TOO_LATE}
    if not late:
        return False
    changed = {one.account.period for one in report.decisions if one.lateness and not one.lateness.missed}
    return not late <= changed


def _braked(report: Report, ended: set[Ending]) -> bool:
    if report.mode is not Mode.ENFORCE:
        return False
    due = [entry for entry in report.docket.entries if entry.place is Place.DUE]
    halted = [halt for halt in report.halts.stopping(due) if halt.brake is not UNRESOLVED]
    return Ending.HALTED in ended or bool(halted)


_NOT_BELIEVED = frozenset({PROJECT_EMPTY, FLEET_DROP})
"""A list that lost so much was read, but not believed: what is missing from it may be due."""


_DOUBTS = frozenset({Reason.ACTIVITY_UNKNOWN, Reason.HEALTH_UNKNOWN, Reason.LISTED_TWICE})
"""What was found out right before a release, and keeps the account for now."""


def _unreadable(report: Report, ended: set[Ending]) -> bool:
    not_believed = any(halt.brake in _NOT_BELIEVED for halt in report.halts.halts)
    found = report.unread or report.quarantined or report.totals.doubtful or not_believed
    doubted = any(one.reason in _DOUBTS for one in report.attempts)
    return bool(found) or doubted or Ending.UNREADABLE in ended


def _pending(decision: Decision) -> bool:
    match decision.step:
        case Announce() | Release():
            return True
        case Warn() | Wait() | Leave():
            return False
        case _:
            assert_never(decision.step)
