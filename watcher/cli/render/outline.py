"""The lines that commands print, as blocks of a page: the same words, so that no page makes its own."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Final

from watcher.cli.render.matters import matter_groups, matter_lines
from watcher.cli.render.sheet import Line
from watcher.facts.accounts import ProjectId
from watcher.messages.matters import Matter
from watcher.ports.pages import PageBlock, PageGroup, PageRow, Tone

_APART: Final = re.compile(r" {2,}")
_NOTHING: Final = PageGroup(
    title="To decide", blocks=(PageBlock(title="", rows=(PageRow(text="Nothing waits for a decision."),)),)
)


def outline(lines: Iterable[Line]) -> tuple[PageBlock, ...]:
    """What stands between blank lines is a block, below its heading if it has one."""
    groups = (list(group) for filled, group in groupby(lines, key=lambda one: bool(one.parts)) if filled)
    return tuple(map(_block, groups))


def _block(lines: Sequence[Line]) -> PageBlock:
    first, *rest = lines
    title, rows = (first.text, rest) if first.heading else ("", lines)
    least = min((one.indent for one in rows), default=0)
    return PageBlock(
        title=title,
        rows=tuple(PageRow(text=in_dots(one.text), level=(one.indent - least) // 2) for one in rows),
    )


def in_dots(text: str) -> str:
    """Columns, which are parted by several blanks, parted by dots: a page has no letters of one width."""
    return _APART.sub(" · ", text)


MOST_MATTERS: Final = 30
"""So many stand below a heading: the first to be decided."""


def to_decide(
    matters: Iterable[Matter],
    names: Mapping[ProjectId, str],
    now: datetime,
    timezone: tzinfo,
    *,
    command: str,
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


def _matter(matter: Matter, names: Mapping[ProjectId, str], now: datetime, timezone: tzinfo) -> PageBlock:
    headline, *said = matter_lines(matter, names, now, timezone, indent=0)
    return PageBlock(
        title=headline.text,
        rows=tuple(PageRow(text=in_dots(one.text)) for one in said),
        tone=Tone.URGENT if matter.unless else Tone.PLAIN,
    )
