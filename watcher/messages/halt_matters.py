"""The matter that a halt is: what brakes stop, what that costs, and what must be done about it, by when."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from watcher.brakes import Brake, HaltedRelease, ways_out
from watcher.brakes.kinds.paused import PAUSED
from watcher.facts.accounts import ProjectId
from watcher.facts.handles import at
from watcher.messages.matters import Matter, MatterKind, entry_account, in_time
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import clock_time


def halt_matter(
    stopped: Sequence[HaltedRelease],
    docket_id: str,
    now: datetime,
    *,
    poll: timedelta,
    names: Mapping[ProjectId, str] = {},
    since: datetime | None = None,
    decided: str = "",
    problem: str | None = None,
) -> Matter:
    """Of brakes that stop these releases, or will. `docket_id`: what an approval would name.

    Where all of them go on by themselves in time nobody is asked for a decision: there is no `otherwise`.
    """
    lost = [one for one in stopped if one.is_lost]
    halts = tuple(dict.fromkeys(halt for one in lost or stopped for halt in one.halts))
    planned = all(one.planned for one in halts)
    by = in_time((one.entry.closes for one in lost), now, poll)
    cents = sum(one.entry.price_cents for one in lost or stopped)
    many = halted_together([one.entry.handle for one in stopped])
    ordered = sorted(stopped, key=lambda one: (not one.is_lost, one.entry.period.renews_at, one.entry.handle))
    are = "is" if len(stopped) == 1 else "are"
    unsure = any(one.perhaps_sent for one in lost)
    unsaid = unsaved(cents, sum(one.entry.price_cents for one in stopped), sure=not unsure)
    return Matter(
        kind=MatterKind.HALT if any(one.is_due for one in stopped) else MatterKind.COMING_HALT,
        what=_halted(stopped, many, are, now),
        why=tuple(one.in_words(names) for one in halts),
        accounts=tuple(
            replace(entry_account(one.entry), goes_on=bool(lost) and not one.is_lost) for one in ordered
        ),
        since=since,
        by=by,
        unless=unless_ended([one.brake for one in halts], many, are, planned=planned) if lost else "",
        otherwise=unsaid if lost else "",
        cents=cents,
        ways=ways_out(halts, docket_id) if lost else (),
        decided=decided,
        problem=problem,
        docket=docket_id if lost and any(one.brake.approvable for one in halts) else None,
        brakes=tuple(one.brake.word for one in halts) if lost else (),
        planned=bool(lost) and planned,
        unsure=bool(lost) and all(one.perhaps_sent and not one.is_due for one in lost),
    )


def _halted(stopped: Sequence[HaltedRelease], many: str, are: str, now: datetime) -> str:
    """How many are stopped now, how many will be, and whether some go on by themselves."""
    due = sum(one.is_due for one in stopped)
    lost = sum(one.is_lost for one in stopped)
    if not due:
        sure = not lost or any(one.is_lost and not one.perhaps_sent for one in stopped)
        what = f"{many} {'will be halted' if sure else MAY_BE_HALTED}"
    else:
        what = f"{many} {are} halted" + ("" if due == len(stopped) else f", {due} of them due now")
    last = max((one.goes_on for one in stopped if one.goes_on is not None), default=None)
    if last is None:
        return what
    if lost:
        return f"{what}; {going_on(len(stopped) - lost)}"
    by_themselves = "goes on by itself" if len(stopped) == 1 else "go on by themselves"
    return f"{what} and {by_themselves}, by {clock_time(last, UTC, now=now)}"


MAY_BE_HALTED = "may be halted before a turn comes"
"""Of a release that a turn may send, or not, before what stops it."""


def unsaved(cents: int, together: int, *, sure: bool = True) -> str:
    """`$150.00 of $450.00 will not be saved`: of a halt that loses only some, beside what all of it costs.

    `sure` False: or some of that, as a turn may come sooner.
    """
    of = f" of {dollars(together)}" if cents < together else ""
    return f"{'' if sure else 'up to '}{dollars(cents)}{of} will not be saved"


def going_on(count: int) -> str:
    """Of a halt that loses only some: `2 of them go on by themselves in time`."""
    return f"{count:,} of them {'goes on by itself' if count == 1 else 'go on by themselves'} in time"


def halted_together(handles: Sequence[str]) -> str:
    """`the release of @one`, or `24 releases`."""
    return f"the release of {at(handles[0])}" if len(handles) == 1 else counted(len(handles), "release")


def unless_ended(brakes: Sequence[Brake | None], many: str, are: str, *, planned: bool = False) -> str:
    """What must happen so that these brakes do not stop so many releases, which `are`: `unless …`.

    None stands for a brake that another version pulled. `planned`: all are pauses that no word ends.
    """
    if planned and brakes:
        which = "pause is" if len(brakes) == 1 else "pauses are"
        return f"the planned {which} ended in the configuration"
    if all(one is not None and one.approvable for one in brakes):
        return f"{many} {are} approved"
    pauses = [one for one in brakes if one is PAUSED]
    ended = "the pause is ended" if len(pauses) == 1 else "the pauses are ended"
    if len(pauses) == len(brakes):
        return ended
    if all(one is PAUSED or (one is not None and one.approvable) for one in brakes):
        return f"{many} {are} approved and {ended}"
    return f"what halts {many} is put right"
