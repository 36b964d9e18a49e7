"""The matter that a halt is: what brakes stop, what that costs, and what must be done about it, by when."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from watcher.brakes import Brake, HaltedRelease, approving
from watcher.brakes.docket import Entry
from watcher.brakes.kept_halts import KeptHalt
from watcher.brakes.kinds.paused import PAUSED
from watcher.facts.accounts import ProjectId
from watcher.facts.handles import at
from watcher.messages.matters import Matter, MatterAccount, MatterKind, entry_account, in_time
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import clock_time


@dataclass(frozen=True, kw_only=True, slots=True)
class StoppedRelease:
    """A release that brakes stop, or will, and these in words.

    `lost`: until it is too late, unless somebody acts; else it goes on by itself, by `goes_on` where that is
    known. `due`: it is stopped now, its window being open. `perhaps_sent`: a turn may come before the brakes.
    """

    entry: Entry
    halts: tuple[KeptHalt, ...]
    lost: bool = True
    goes_on: datetime | None = None
    due: bool = False
    perhaps_sent: bool = False

    @property
    def is_to_approve(self) -> bool:
        return any(one.approvable for one in self.halts)


def halt_matter(
    stopped: Sequence[StoppedRelease],
    docket_id: str,
    now: datetime,
    *,
    poll: timedelta,
    since: datetime | None = None,
    decided: str = "",
    problem: str | None = None,
) -> Matter:
    """Of brakes that stop these releases, or will. `docket_id`: what an approval would name.

    Where all of them go on by themselves in time nobody is asked for a decision: there is no `otherwise`.
    """
    lost = [one for one in stopped if one.lost]
    halts = _each_once(halt for one in lost or stopped for halt in one.halts)
    cents, together = (sum(one.entry.price_cents for one in some) for some in (lost or stopped, stopped))
    unsure = any(one.perhaps_sent for one in lost)
    found = Matter(
        kind=MatterKind.HALT if any(one.due for one in stopped) else MatterKind.COMING_HALT,
        what=_halted(stopped, now),
        why=tuple(_why(halt, lost or stopped, now, poll) for halt in halts),
        accounts=tuple(_accounts(stopped, now, poll, some_lost=bool(lost))),
        since=since,
        cents=cents,
        decided=decided,
        problem=problem,
    )
    if not lost:
        return found
    return replace(
        found,
        by=in_time((one.entry.closes for one in lost), now, poll),
        unless=_unless(stopped, halts),
        otherwise=unsaved(cents, together, sure=not unsure),
        ways=tuple(dict.fromkeys(one.way for one in halts)) or (approving(docket_id),),
        docket=docket_id if not halts or any(one.approvable for one in halts) else None,
        brakes=tuple(one.brake for one in halts),
        planned=bool(halts) and all(one.planned for one in halts),
        unsure=all(one.perhaps_sent and not one.due for one in lost),
    )


def stopped_in_words(
    stopped: Iterable[HaltedRelease], docket_id: str, names: Mapping[ProjectId, str] = {}
) -> tuple[StoppedRelease, ...]:
    """`names`: what people call the projects."""
    return tuple(
        StoppedRelease(
            entry=one.entry,
            halts=tuple(KeptHalt.of(halt, docket_id, names) for halt in one.halts),
            lost=one.is_lost,
            goes_on=one.goes_on,
            due=one.is_due,
            perhaps_sent=one.perhaps_sent,
        )
        for one in stopped
    )


def _each_once(halts: Iterable[KeptHalt]) -> tuple[KeptHalt, ...]:
    """Of several releases one halt may end at several times; of two pauses each is told."""
    return tuple({(one.brake, one.words): one for one in halts}.values())


def _in_order(stopped: Iterable[StoppedRelease]) -> list[StoppedRelease]:
    """What goes on by itself stands last."""
    return sorted(stopped, key=lambda one: (not one.lost, one.entry.period.renews_at, one.entry.handle))


def _why(halt: KeptHalt, stopped: Sequence[StoppedRelease], now: datetime, poll: timedelta) -> str:
    """Its words, and which of these it stops, where others stop the rest."""
    those = [one for one in stopped if _key(halt) in map(_key, one.halts)]
    if len(those) in (0, len(stopped)):
        return halt.words
    money = dollars(sum(one.entry.price_cents for one in those))
    by = in_time((one.entry.closes for one in those), now, poll) if any(one.lost for one in those) else None
    first = "the first by" if len({one.entry.closes for one in those}) > 1 else "by"
    until = "" if by is None or by <= now else f", {first} {clock_time(by, UTC, now=now)}"
    names = some_of([release_name(one.entry) for one in those])
    return f"{halt.words}, which stops {names} ({money}{until})"


def _key(halt: KeptHalt) -> tuple[str, str]:
    return halt.brake, halt.words


def _accounts(
    stopped: Sequence[StoppedRelease], now: datetime, poll: timedelta, *, some_lost: bool
) -> Iterator[MatterAccount]:
    """With what stops each, where that differs."""
    alike = len({frozenset(map(_key, one.halts)) for one in stopped if one.lost}) <= 1
    for one in _in_order(stopped):
        account = _account(one, now, poll, some_lost=some_lost)
        titles = (halt.kind.title if halt.kind is not None else halt.brake for halt in one.halts)
        yield account if alike or account.goes_on else replace(account, brakes=tuple(dict.fromkeys(titles)))


NAMED: Final = 5
"""So many accounts are named in a message; the others are counted."""


def some_of(names: Sequence[str]) -> str:
    """`@latte.art.lab, @kai and 3 more`."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"


def _account(one: StoppedRelease, now: datetime, poll: timedelta, *, some_lost: bool) -> MatterAccount:
    if one.lost:
        return entry_account(one.entry, in_time([one.entry.closes], now, poll))
    return replace(entry_account(one.entry), goes_on=some_lost)


def _unless(stopped: Sequence[StoppedRelease], halts: Sequence[KeptHalt]) -> str:
    return unless_ended(
        [one.kind for one in halts],
        [(release_name(one.entry), one.is_to_approve) for one in stopped],
        planned=all(one.planned for one in halts),
    )


def _halted(stopped: Sequence[StoppedRelease], now: datetime) -> str:
    """How many are stopped now, how many will be, and whether some go on by themselves."""
    many = halted_together([release_name(one.entry) for one in stopped])
    due = sum(one.due for one in stopped)
    lost = [one for one in stopped if one.lost]
    if due:
        are = "is" if len(stopped) == 1 else "are"
        what = f"{many} {are} halted" + ("" if due == len(stopped) else f", {due} of them due now")
    elif lost and all(one.perhaps_sent for one in lost):
        what = f"{many} {MAY_BE_HALTED}"
    else:
        what = f"{many} will be halted"
    if len(lost) == len(stopped):
        return what
    if lost:
        return f"{what}; {going_on(len(stopped) - len(lost))}"
    by_themselves = "goes on by itself" if len(stopped) == 1 else "go on by themselves"
    last = [one.goes_on for one in stopped if one.goes_on is not None]
    in_the_end = f", by {clock_time(max(last), UTC, now=now)}" if len(last) == len(stopped) else " in time"
    return f"{what} and {by_themselves}{in_the_end}"


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


def release_name(release: Entry) -> str:
    return at(release.handle, release.period.account)


def halted_together(names: Sequence[str]) -> str:
    """`the release of @one`, or `24 releases`."""
    return f"the release of {names[0]}" if len(names) == 1 else counted(len(names), "release")


def unless_ended(
    brakes: Sequence[Brake | None], releases: Sequence[tuple[str, bool]], *, planned: bool = False
) -> str:
    """What must happen so that these brakes do not stop these releases: `unless …`.

    None stands for a brake that another version pulled. `releases`: their names, and whether an approval
    lifts anything that stops each: it is asked for of no other. `planned`: all are pauses that no word ends.
    """
    by_word = all(one is PAUSED or (one is not None and one.approvable) for one in brakes)
    to_approve = [name for name, approvable in releases if approvable] if by_word else []
    named = to_approve or [name for name, _ in releases]
    many, are = halted_together(named), "is" if len(named) == 1 else "are"
    if planned and brakes:
        which = "pause is" if len(brakes) == 1 else "pauses are"
        return f"the planned {which} ended in the configuration"
    if all(one is not None and one.approvable for one in brakes):
        return f"{many} {are} approved"
    pauses = [one for one in brakes if one is PAUSED]
    ended = "the pause is ended" if len(pauses) == 1 else "the pauses are ended"
    if len(pauses) == len(brakes):
        return ended
    if by_word:
        return f"{many} {are} approved and {ended}"
    if len(brakes) == 1 and brakes[0] is not None and brakes[0].unless:
        return brakes[0].unless
    return f"what halts {many} is put right"
