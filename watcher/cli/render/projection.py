"""The days ahead as people read them: the story by days, and what it comes to. All of it is projected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import chain, groupby
from typing import Final, assert_never

from watcher.ahead.future import Charged, Future, Happening, WarnedOfUsed
from watcher.ahead.habits import told
from watcher.cli.render.sheet import BLANK, Line, aligned, line, printed
from watcher.facts.handles import name_of
from watcher.messages.cause_words import CAUSE
from watcher.messages.events import Event, EventKind
from watcher.messages.money_facts import SavingsFacts
from watcher.messages.words import ENDING, TOLD
from watcher.record.amounts import Amount
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.outcomes import Cause
from watcher.rules.plan import Mode
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span
from watcher.texts.times import clock_time, day, glued, in_zone, month

_DAY_BY_DAY: Final = timedelta(days=62)
"""A longer story is told by months."""
_NAMED: Final = 3
"""So many accounts are named in a line; of more the first ones, and how many others."""

_DAYS_CELLS: Final = 5
_TIMES_CELLS: Final = 11
"""Of `12-19`, and of `13:00-20:00`."""

_SAID_BY_CHARGES: Final = frozenset({EventKind.RENEWAL_PAID})
"""What is paid has lines of its own, of accounts in use as well."""


def render_future(future: Future, *, timezone: tzinfo, width: int | None = None, color: bool = False) -> str:
    """What it rests on, the story, and the sums."""
    lines = [
        *heading(future, timezone),
        *assumed(future),
        *_story(future, timezone),
        *_sums(future),
    ]
    return printed(lines, width=width, color=color)


def heading(future: Future, timezone: tzinfo) -> Iterator[Line]:
    """That it is a projection, of what, for how long, and that nothing was done for it."""
    begin = clock_time(future.since, timezone)
    yield line(f"PROJECTED: {counted(future.days, 'day')} from {glued(begin)}", "bold yellow")
    yield line("Nothing of this has happened. For it nothing was sent, written or released.")
    yield line(f"{size(future)}, from {plain(future.outset.source)}.")
    yield line(f"By the rules of the configuration, in {mode_in_words(future)}.")
    for left_out in future.outset.left_out:
        yield line(f"Left out: {left_out}.", "bold yellow")


def assumed(future: Future) -> Iterator[Line]:
    """What was taken to be so."""
    yield BLANK
    yield line("Assumed", "bold")
    for words in assumptions_told(future):
        yield line(f"{words}.", indent=2, hang=4)


def assumptions_told(future: Future) -> Iterator[str]:
    outset = future.outset
    yield from told(future.posting, chain.from_iterable(outset.posts.values()), outset.each_day)
    yield from future.assumed
    pending = [one for one in outset.accounts if one.renews_at <= future.since]
    if pending:
        due = f"{counted(len(pending), 'renewal')}, {dollars(sum(one.price_cents for one in pending))},"
        were = "was" if len(pending) == 1 else "were"
        yield f"{due} {were} due before these days and may be paid already: not counted"
    if future.stretch:
        yield (
            f"the fleet is large: a turn comes up to {span(future.stretch)} after what it is for, but for "
            "releases"
        )


def mode_in_words(future: Future) -> str:
    return "enforce mode, as if every project were enrolled" if future.enforced else f"{future.mode} mode"


def size(future: Future) -> str:
    """How large the fleet is that it begins with."""
    outset = future.outset
    accounts, projects = counted(len(outset.accounts), "account"), counted(len(outset.projects), "project")
    return f"{accounts} in {projects}, {dollars(outset.cents)} a month"


# The story


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """What lines are made of: those of one day that say the same are one."""

    at: datetime
    what: tuple[str, str]
    """Of one, and of several."""
    who: str
    cents: int
    style: str = ""
    count: int = 1


def _story(future: Future, timezone: tzinfo) -> Iterator[Line]:
    observing = future.mode is Mode.OBSERVE
    told = [one for each in future.story if (one := _told(each, observing=observing)) is not None]
    yield BLANK
    yield line("What would happen", "bold")
    if not told:
        yield line("Nothing, in these days.", indent=2)
    by_months = future.until - future.since > _DAY_BY_DAY

    def part(one: _Told) -> str:
        there = in_zone(one.at, timezone)
        return month(there) if by_months else day(there, year=there.year != future.since.year)

    for title, some in groupby(told, key=part):
        yield line(title, "bold", indent=2)
        for row, style in _rows(list(some), timezone, dated=by_months):
            yield line(row, style, indent=4, hang=(4 + _DAYS_CELLS if by_months else 4 + _TIMES_CELLS) + 1)


def _rows(some: Sequence[_Told], timezone: tzinfo, *, dated: bool) -> Iterator[tuple[str, str]]:
    """One row for each thing that happened, in the order in which the first of each did."""
    alike: dict[tuple[str, str], list[_Told]] = {}
    for one in some:
        alike.setdefault(one.what, []).append(one)
    for (of_one, of_several), those in alike.items():
        number = sum(one.count for one in those)
        cents = sum(one.cents for one in those)
        what = of_one if number == 1 else of_several
        money = f", {dollars(cents)}" if cents else ""
        named = list(dict.fromkeys(one.who for one in those if one.who))
        who = f": {named_in_words(named, len(named))}" if named else ""
        yield f"{_when(those, timezone, dated=dated)} {number:,} {what}{money}{who}", those[0].style


def _when(those: Sequence[_Told], timezone: tzinfo, *, dated: bool) -> str:
    """The moment, or from the first to the last one: of a day, or of a month the days."""
    ends = [in_zone(those[place].at, timezone) for place in (0, -1)]
    first, last = (f"{at.day:2}" if dated else f"{at.hour:02}:{at.minute:02}" for at in ends)
    cells = _DAYS_CELLS if dated else _TIMES_CELLS
    return f"{first if first == last else f'{first}-{last.strip()}':<{cells}}"


def named_in_words(named: Sequence[str], many: int) -> str:
    """The first few by name, and how many others."""
    more = many - _NAMED
    first = ", ".join(named[:_NAMED])
    return first if more <= 0 else f"{first} and {more:,} more"


def _told(one: Happening, *, observing: bool) -> _Told | None:
    match one:
        case Charged(at=at, account=account, cents=cents, cause=cause):
            why = "in use" if cause is None else CAUSE[cause]
            what = f"renewal is paid ({why})", f"renewals are paid ({why})"
            style = "" if cause is None else "yellow"
            return _Told(at=at, what=what, who=name_of(account.handle, account.id), cents=cents, style=style)
        case WarnedOfUsed(at=at, accounts=accounts):
            what = "warning of the renewal of an account in use", "warnings of renewals of accounts in use"
            return _Told(at=at, what=what, who="", cents=0, count=accounts, style="dim")
        case Attempt():
            return _attempted(one)
        case Event():
            return _event(one, observing=observing)
        case _:
            assert_never(one)


def _attempted(one: Attempt) -> _Told:
    words = ENDING[one.ended]
    released = one.ended is Ending.RELEASED
    return _Told(
        at=one.at,
        what=("account released", "accounts released") if released else (words, words),
        who=name_of(one.handle, one.period.account),
        cents=one.price_cents,
        style="bold green" if released else "bold red",
    )


def _event(one: Event, *, observing: bool) -> _Told | None:
    if one.kind in _SAID_BY_CHARGES or _is_of_days_before(one):
        return None
    what = TOLD[one.kind]
    cents = one.cents or 0
    if one.kind is EventKind.RENEWAL_WARNING:
        # Of one renewal there are several: their money would be counted as often.
        what, cents = ("warning of a renewal", "warnings of renewals"), 0
    if one.kind is EventKind.RELEASE_ANNOUNCED and observing:
        what = "release would be announced", "releases would be announced"
    named = plain(one.what) if one.handle is None else name_of(one.handle, one.account or "")
    return _Told(at=one.at, what=what, who=named, cents=cents, style=_STYLE.get(one.kind, ""))


def _is_of_days_before(one: Event) -> bool:
    """The sum of a month that had begun before: a made-up ledger knows nothing of its beginning."""
    return isinstance(one.facts, SavingsFacts) and one.facts.known_since is not None


_STYLE: Final[Mapping[EventKind, str]] = {
    EventKind.RENEWAL_WARNING: "dim",
    EventKind.BRAKE_HALTED: "bold red",
    EventKind.DEADLINE_MISSED: "bold red",
    EventKind.BRAKE_AHEAD: "yellow",
}


# The sums


def _sums(future: Future) -> Iterator[Line]:
    yield BLANK
    yield line(f"What it comes to in {counted(future.days, 'day')}, projected", "bold")
    for row in aligned([f"{what}  {money}  {more}".rstrip() for what, money, more in sum_rows(future)]):
        yield line(row, indent=2, hang=4)
    yield line(
        f"What is still leased then costs {dollars(future.monthly_cents_at_the_end)} a month.", indent=2
    )


def sum_rows(future: Future) -> Iterator[tuple[str, str, str]]:
    """What, how much, and how many: what is paid and why, and what releases save."""
    yield "without releases", *_share(future.charged + future.avoided)
    yield "saved by releases", *_share(future.avoided, more=_as_read(future))
    yield "paid", *_share(future.charged)
    yield "· in use", *_share(future.in_use)
    for cause, share in future.in_vain.items():
        yield f"· {cause_in_words(cause)}", *_share(share)


def cause_in_words(cause: Cause) -> str:
    """Why something was paid that no use speaks for."""
    return f"in vain: {CAUSE[cause]}"


def _share(share: Amount, *, more: str = "") -> tuple[str, str]:
    return dollars(share.cents), f"{counted(share.renewals, 'renewal')}{more}"


def _as_read(future: Future) -> str:
    """How much of what is saved rests on dates that were read."""
    later = future.avoided.cents - future.avoided_as_read.cents
    if not later:
        return f" of {counted(len(future.released), 'account')}" if future.released else ""
    read = dollars(future.avoided_as_read.cents)
    accounts = counted(len(future.released), "account")
    return f" of {accounts}: {read} at dates that were read, {dollars(later)} later, extrapolated"
