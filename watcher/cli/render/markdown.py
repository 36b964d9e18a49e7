"""A page as Markdown, in brief: for a pull request or a wiki. Nobody is notified by a handle in it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from watcher.decide.figures import Figures
from watcher.ports.pages import PageAccount, PageBlock, PageRow, Tone, WholePage
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import GLUE

MOST_ACCOUNTS: Final = 50
MOST_CHANGES: Final = 20

_HANDLE: Final = re.compile(r"(@[^\s,;:()]*[^\s,;:().])")
_SPECIAL: Final = re.compile(r"([\\*_\[\]<>#|~!&$])")


def markdown(page: WholePage) -> str:
    """What to decide, the money, the accounts that something happens to, and what changed."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: WholePage) -> Iterator[str]:
    yield f"# {_text(page.title)}"
    yield from ("", _text(page.subtitle))
    for notice in page.notices:
        yield from ("", f"**{_text(notice)}**")
    if page.figures:
        yield ""
        yield from _table(
            ["", "", ""],
            [[_text(one.label), f"**{_text(one.value)}**", _text(one.note)] for one in page.figures],
        )
    for group in page.decide:
        yield from ("", f"## {_text(group.title)}", "")
        for block in group.blocks:
            yield from _item(block)
    if page.weeks is not None and page.weeks.projects:
        yield from ("", "## Money by project and week", "")
        yield from _weeks(page)
    if page.accounts:
        yield from _accounts(page.accounts, page.accounts_left_out)
    for block in page.notes:
        yield from ("", f"## {_text(block.title)}", "") if block.title else ("",)
        yield from _rows(block.rows)
    if page.changed is not None:
        yield from ("", f"## {_text(page.changed.title)}", "")
        yield from _rows(page.changed.rows[:MOST_CHANGES])
        left = len(page.changed.rows) - MOST_CHANGES
        yield from ("", f"And {left:,} more.") if left > 0 else ()
    yield ""
    yield from (f"<sub>{_text(one)}</sub>" for one in page.foot)


def _item(block: PageBlock) -> Iterator[str]:
    title = f"**{_text(block.title)}**" if block.tone is Tone.URGENT else _text(block.title)
    if block.title:
        yield f"- {title}"
    for row in block.rows:
        yield f"  - {_text(row.text)}" if block.title else _text(row.text)


def _rows(rows: Iterable[PageRow]) -> Iterator[str]:
    for row in rows:
        label = f"{_text(row.label)} " if row.label else ""
        yield f"{'  ' * row.level}- {label}{_text(row.text)}"


def _weeks(page: WholePage) -> Iterator[str]:
    weeks = page.weeks
    assert weeks is not None
    heads = [one.in_words for one in weeks.weeks]
    rows = [[_text(one.name), *map(_money, one.weeks), f"**{_money(one.whole)}**"] for one in weeks.projects]
    totals = ["All projects", *map(_money, weeks.totals), f"**{_money(weeks.whole)}**"]
    yield from _table(["Project", *heads, "A month"], [*rows, totals])
    if page.weeks_left_out:
        yield from ("", _text(page.weeks_left_out))


def _money(sums: Figures) -> str:
    if not sums.all.accounts:
        return "–"
    unused = f" ({_text(dollars(sums.unused.cents))} unused)" if sums.unused.cents else ""
    return f"{_text(dollars(sums.all.cents))}{unused}"


def _accounts(accounts: Sequence[PageAccount], left_out: str) -> Iterator[str]:
    """Those that something happens to, or that are unused; the others are counted."""
    told = [one for one in accounts if one.tone is not Tone.PLAIN]
    here = told[:MOST_ACCOUNTS]
    yield from ("", "## Unused, or to be released", "")
    if here:
        yield from _table(
            ["Account", "Project", "Use today", "Renews", "A month", "What happens"],
            [
                [
                    _text(one.handle),
                    _text(one.project),
                    f"{_text(one.use)}: {_text(one.evidence)}",
                    _text(one.renews),
                    _text(dollars(one.cents)),
                    _text(one.what),
                ]
                for one in here
            ],
        )
        yield ""
    rest = len(accounts) - len(here)
    if rest:
        yield f"{counted(rest, 'account')} not listed here: `lease-watcher audit` shows every one."
    if left_out:
        yield _text(left_out)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _text(text: str) -> str:
    """One line of text that stays text: what is typed, and handles, stand as code, which notifies nobody."""
    parts = text.replace(GLUE, " ").split("`")
    if not len(parts) % 2:
        parts = [text.replace(GLUE, " ").replace("`", "'")]
    return "".join(_code(part) if place % 2 else _named(part) for place, part in enumerate(parts))


def _named(text: str) -> str:
    pieces = _HANDLE.split(text)
    return "".join(
        _code(piece) if place % 2 else _SPECIAL.sub(r"\\\1", piece) for place, piece in enumerate(pieces)
    )


def _code(text: str) -> str:
    """In a table a bar ends the cell even within code."""
    return f"`{text.replace('|', chr(0x2223))}`"
