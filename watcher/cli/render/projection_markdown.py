"""The days ahead as Markdown, fit for a pull request: the sums, and whose fate changes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Final

from watcher.ahead.comparison import Comparison
from watcher.ahead.future import Future
from watcher.cli.render.projection import assumptions_told, mode_in_words, size, sum_rows
from watcher.cli.render.projection_compared import change_row, fate_in_words, headline, money_rows
from watcher.facts.handles import name_of
from watcher.texts.marked import code, escaped, marked, table
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import clock_time

_MOST: Final = 100
"""Rows of a table: a comment holds some 65,000 signs."""


def future_markdown(future: Future, *, timezone: tzinfo) -> str:
    days = counted(future.days, "day")
    lines = [
        f"### Projected: {days} from {clock_time(future.since, timezone)}",
        "",
        *_ground(future, mode_in_words(future)),
        *_rows(("", "money", ""), sum_rows(future)),
        "",
        f"What is still leased then costs {dollars(future.monthly_cents_at_the_end)} a month.",
    ]
    if future.released:
        lines += ["", "#### Accounts that would be released", ""]
        lines += _rows(
            ("account", "when", "saves in these days"),
            [
                (
                    code(name_of(one.account.handle, one.account.id)),
                    clock_time(one.release.at, timezone, now=future.since) if one.release else "",
                    dollars(one.avoided_cents),
                )
                for one in future.released
            ],
        )
    kept = [one for one in future.accounts if one.cause is not None]
    if kept:
        lines += ["", "#### Accounts that would be paid for without evidenced use", ""]
        lines += _rows(
            ("account", "why", "paid"),
            [
                (
                    code(name_of(one.account.handle, one.account.id)),
                    fate_in_words(one),
                    dollars(one.charged_cents),
                )
                for one in sorted(kept, key=lambda one: (-one.charged_cents, one.account.handle))
            ],
        )
    return "\n".join([*lines, *_assumed(future)]) + "\n"


def comparison_markdown(comparison: Comparison, names: tuple[Path, Path], *, timezone: tzinfo) -> str:
    before, after = comparison.before, comparison.after
    ways = f"now {escaped(names[0].name)} ({mode_in_words(before)}), "
    ways += f"then {escaped(names[1].name)} ({mode_in_words(after)})"
    lines = [
        f"### {headline(comparison)}",
        "",
        *_ground(before, ways),
        *_rows(
            ("", "now", "then", "less is paid"),
            [(escaped(a), b, c, d) for a, b, c, d in money_rows(comparison)],
        ),
    ]
    if comparison.changed:
        lines += ["", "#### Accounts of which something else would become", ""]
        changed = (change_row(one, before.outset.projects) for one in comparison.changed)
        lines += _rows(
            ("account", "project", "now", "then", "less is paid"),
            [(code(who), escaped(where), *rest) for who, where, *rest in changed],
        )
    lines += ["", f"The days begin at {clock_time(before.since, timezone)}."]
    return "\n".join([*lines, *_assumed(before)]) + "\n"


def _ground(future: Future, how: str) -> Iterator[str]:
    yield f"{size(future)}, from {escaped(future.outset.source)}; {how}."
    yield "Nothing of this has happened; nothing was sent, written or released."
    for left_out in future.outset.left_out:
        yield f"**Left out:** {escaped(left_out)}."
    yield ""


def _assumed(future: Future) -> Iterator[str]:
    yield ""
    yield "<details><summary>Assumed</summary>"
    yield ""
    for words in assumptions_told(future):
        yield f"- {marked(words)}"
    yield ""
    yield "</details>"


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table: the first column to the left, the rest to the right."""
    listed = list(rows)
    yield from table(head, listed[:_MOST], figures=True)
    if len(listed) > _MOST:
        yield ""
        yield f"and {len(listed) - _MOST:,} more: `--format json` has them all"
