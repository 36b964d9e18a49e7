"""Two configurations over the same days ahead, side by side: whose fate changes, and what that saves."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Final

from watcher.ahead.comparison import ChangedFate, Comparison
from watcher.ahead.future import FUTURE, AccountFuture, Future, FutureFate
from watcher.cli.render.projection import (
    assumptions_told,
    cause_in_words,
    mode_in_words,
    size,
)
from watcher.cli.render.sheet import BLANK, Line, in_columns, line, printed
from watcher.facts.accounts import ProjectId
from watcher.facts.handles import name_of
from watcher.messages.cause_words import CAUSE
from watcher.record.outcomes import Cause
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time

Row = tuple[str, str, str, str]
"""What, by the one, by the other, and the difference."""

_HEAD: Final = ("account", "project", "now", "then", "less is paid")
_WIDE: Final = 100
"""Cells of a terminal on which a row has room for its project."""
_MOST: Final = 200
"""So many changed accounts are listed for people; machines are told all."""


def render_comparison(
    comparison: Comparison,
    names: tuple[Path, Path],
    *,
    timezone: tzinfo,
    width: int | None = None,
    color: bool = False,
) -> str:
    """The sums of both, and every account of which something else becomes."""
    before = comparison.before
    lines = [
        line(headline(comparison), "bold yellow"),
        line("Nothing of this has happened. For it nothing was sent, written or released."),
        line(f"{size(before)}, from {plain(before.outset.source)}."),
        line(f"now   {plain(str(names[0]))}, {mode_in_words(before)}", indent=2, hang=8),
        line(f"then  {plain(str(names[1]))}, {mode_in_words(comparison.after)}", indent=2, hang=8),
        BLANK,
        line("Assumed of both", "bold"),
        *(line(f"{words}.", indent=2, hang=4) for words in assumptions_told(before)),
        BLANK,
        line(f"What it comes to in {counted(before.days, 'day')}, projected", "bold"),
        *_table([("", "now", "then", "less is paid"), *money_rows(comparison)], width),
        BLANK,
        *_changed(comparison, width),
        *(line(f"Left out: {left_out}.", "bold yellow") for left_out in before.outset.left_out),
        line(f"The days begin at {clock_time(before.since, timezone)}.", "dim"),
    ]
    return printed(lines, width=width, color=color)


def headline(comparison: Comparison) -> str:
    """What it comes to in a sentence."""
    days, saves = counted(comparison.before.days, "day"), comparison.saves_cents
    money = f"{dollars(abs(saves))} {'less' if saves > 0 else 'more'}" if saves else "as much"
    changed = len(comparison.changed)
    fates = f"{counted(changed, 'account')} {'changes' if changed == 1 else 'change'} fate"
    return f"PROJECTED: {money} would be paid in {days}; {fates if changed else 'no account changes fate'}"


def money_rows(comparison: Comparison) -> Iterator[Row]:
    """Both sums and their differences; less is better."""
    one, other = comparison.before, comparison.after
    yield _row("paid", one.charged.cents, other.charged.cents)
    yield _row("· in use", one.in_use.cents, other.in_use.cents)
    for cause in dict.fromkeys((*one.in_vain, *other.in_vain)):
        yield _row(f"· {cause_in_words(cause)}", _in_vain(one, cause), _in_vain(other, cause))
    yield (
        "accounts released",
        f"{len(one.released):,}",
        f"{len(other.released):,}",
        _more_or_fewer(len(other.released) - len(one.released)),
    )
    yield _row("a month, at the end", one.monthly_cents_at_the_end, other.monthly_cents_at_the_end)


def _in_vain(future: Future, cause: Cause) -> int:
    share = future.in_vain.get(cause)
    return 0 if share is None else share.cents


def _row(what: str, before: int, after: int) -> Row:
    return what, dollars(before), dollars(after), dollars(before - after) if before != after else "-"


def _more_or_fewer(difference: int) -> str:
    if not difference:
        return "-"
    return f"{abs(difference):,} {'more' if difference > 0 else 'fewer'}"


def fate_in_words(one: AccountFuture) -> str:
    """`released`, or `renews (held)`."""
    words = FUTURE[one.fate]
    if one.fate is not FutureFate.RENEWED:
        return words
    return f"{words} (in use)" if one.cause is None else f"{words} ({CAUSE[one.cause]})"


def change_row(one: ChangedFate, projects: Mapping[ProjectId, str]) -> tuple[str, str, str, str, str]:
    """The account, its project, its fate by the one and by the other, and what that saves."""
    account = one.before.account
    saves = dollars(one.saves_cents) if one.saves_cents else "-"
    return (
        name_of(account.handle, account.id),
        plain(projects.get(account.project, account.project)),
        fate_in_words(one.before),
        fate_in_words(one.after),
        saves,
    )


def _changed(comparison: Comparison, width: int | None) -> Iterator[Line]:
    changed = comparison.changed
    if not changed:
        yield line("Of no account becomes anything else.")
        return
    names = comparison.before.outset.projects
    yield line(f"Accounts of which something else becomes: {len(changed):,}", "bold")
    rows = [_HEAD, *(change_row(one, names) for one in changed[:_MOST])]
    if width is not None and width < _WIDE:
        yield from _table([(who, *rest) for who, _, *rest in rows], width, left={1, 2})
    else:
        yield from _table(rows, width, cut=(1, 0), left={1, 2, 3})
    if len(changed) > _MOST:
        yield line(f"and {len(changed) - _MOST:,} more: `--format json` has them all", indent=2)


def _table(
    rows: Sequence[Sequence[str]],
    width: int | None,
    cut: tuple[int, ...] = (0,),
    left: Collection[int] = (),
) -> Iterator[Line]:
    """The first column, and those in `left`, are words; the others are figures."""
    right = set(range(1, len(rows[0]))).difference(left)
    for place, row in enumerate(in_columns(rows, width=width, right=right, cut=cut)):
        yield line(row, "dim" if place == 0 else "", row=True)
