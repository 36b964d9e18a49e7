"""What a standing problem costs from now on: it was told with the deadlines of then, which pass."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.decide.fleet_problems import problem_of
from watcher.decide.openings import Opening
from watcher.messages.events import EventKind
from watcher.messages.matters import Matter, in_time, matter_account
from watcher.messages.problems import Problem
from watcher.messages.words import TO_MEND, TROUBLE, UNLESS
from watcher.record.reasons import Trouble
from watcher.texts.commands import WayOut
from watcher.texts.money import dollars

_TROUBLES = {problem_of(one): one for one in Trouble}


def as_of_today(
    matter: Matter, problem: Problem, waiting: Sequence[Opening], now: datetime, *, poll: timedelta
) -> Matter | None:
    """A problem that keeps turns from releasing, with the price of what still waits; others as they are.

    `waiting`: the announced releases that may still be done and that nothing else stops. None: turns failed
    before deadlines that have all passed, or that something else stops by now.
    """
    if (trouble := _TROUBLES.get(problem.id)) is not None:
        way = WayOut(text=TO_MEND[trouble])
        plain = replace(matter, what=TROUBLE[trouble], ways=(way,))
        return _costing(plain, waiting, UNLESS[trouble], now, poll)
    if problem.kind is EventKind.PROJECT_UNREADABLE:
        way = WayOut.by_typing("lease-watcher check --online", after=" shows what the API answers")
        plain = replace(matter, what=problem.text, ways=(way,))
        own = [one for one in waiting if one.account.project == problem.project]
        return _costing(plain, own, "it is read again", now, poll)
    if problem.kind is EventKind.DEADLINE_NEAR:
        near = [one for one in waiting if one.account.period in problem.periods]
        if not near:
            return None
        way = WayOut.by_typing("lease-watcher run --once", after=" shows why turns fail")
        plain = replace(matter, what="no turn succeeds", ways=(way,))
        return _costing(plain, near, "a turn succeeds", now, poll)
    return matter


def _costing(
    matter: Matter, waiting: Sequence[Opening], unless: str, now: datetime, poll: timedelta
) -> Matter:
    if not waiting:
        return matter
    cents = sum(one.account.price_cents for one in waiting)
    return replace(
        matter,
        accounts=tuple(matter_account(one.account, in_time([one.closes], now, poll)) for one in waiting),
        by=in_time((one.closes for one in waiting), now, poll),
        unless=unless,
        otherwise=f"{dollars(cents)} will not be saved",
        cents=cents,
    )
