"""What commands print, as blocks of a page: the same words, so that no page makes its own."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Final

from watcher.cli.render.matters import matter_groups, matter_lines
from watcher.cli.render.sheet import Line, printed
from watcher.messages.matters import Matter
from watcher.ports.pages import PageBlock, PageGroup, PageRow, Tone

_APART = re.compile(r" {2,}")
_NOTHING = PageGroup(
    title="To decide", blocks=(PageBlock(title="", rows=(PageRow(text="Nothing waits for a decision."),)),)
)


def outlined(lines: Iterable[Line]) -> tuple[PageBlock, ...]:
    return outline(printed(lines, width=None, color=False))


def outline(text: str) -> tuple[PageBlock, ...]:
    """What stands between blank lines is a block. Its first line is the heading, where it is no sentence and
    what follows is set in; what is parted by several blanks is parted by dots.
    """
    rows = ((bool(row.strip()), row) for row in text.splitlines())
    groups = ([row for _, row in group] for filled, group in groupby(rows, key=lambda one: one[0]) if filled)
    return tuple(map(_block, groups))


def _block(rows: list[str]) -> PageBlock:
    first, *rest = rows
    headed = rest and _indent(first) < min(map(_indent, rest)) and not first.endswith(".")
    title, rows = (first.strip(), rest) if headed else ("", rows)
    least = min(map(_indent, rows))
    return PageBlock(
        title=title,
        rows=tuple(PageRow(text=_joined(row), level=(_indent(row) - least) // 2) for row in rows),
    )


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip(" "))


def _joined(row: str) -> str:
    return _APART.sub(" · ", row.strip())


MOST_MATTERS: Final = 30
"""So many stand below a heading: the first to be decided."""


def to_decide(
    matters: Iterable[Matter], names: Mapping[str, str], now: datetime, timezone: tzinfo, *, command: str
) -> tuple[PageGroup, ...]:
    """Every matter as a block that its headline heads; where none asks for a decision, that none does.

    `command`: what tells of those that are too many for a page.
    """
    groups = [
        PageGroup(
            title=title,
            blocks=(
                *(_matter(one, names, now, timezone) for one in some[:MOST_MATTERS]),
                *_more(some, command),
            ),
        )
        for title, some in matter_groups(matters)
    ]
    asking = any(group.title == _NOTHING.title for group in groups)
    return tuple(groups) if asking else (_NOTHING, *groups)


def _more(some: Sequence[Matter], command: str) -> Iterator[PageBlock]:
    if len(some) > MOST_MATTERS:
        text = f"{len(some) - MOST_MATTERS:,} more: `{command}` tells of all of them."
        yield PageBlock(title="", rows=(PageRow(text=text),))


def _matter(matter: Matter, names: Mapping[str, str], now: datetime, timezone: tzinfo) -> PageBlock:
    headline, *said = printed(
        matter_lines(matter, names, now, timezone, indent=0), width=None, color=False
    ).splitlines()
    return PageBlock(
        title=headline.strip(),
        rows=tuple(PageRow(text=_joined(row)) for row in said),
        tone=Tone.URGENT if matter.unless else Tone.PLAIN,
    )


def labelled(lines: Iterable[Line], *, label: int) -> Iterator[PageRow]:
    """Of lines that begin with a label in so many cells, or with blanks where the one before goes on."""
    for one in lines:
        (head, _), *rest = one.parts or (("", ""),)
        if rest and len(head) == label:
            yield PageRow(label=head.strip(), text=_joined("".join(text for text, _ in rest)))
