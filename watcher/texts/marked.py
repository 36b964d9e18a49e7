"""Text as Markdown, where text stays text, whoever wrote it, and nobody is notified by a handle in it.

By CommonMark and GitHub's tables (https://spec.commonmark.org, https://github.github.com/gfm). Whoever shows
it may look for `@name` afterwards, in the text that it came to: only code is safe from that (ADR 77).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from watcher.texts.plain import plain
from watcher.texts.sentences import Piece, names_in, pieces
from watcher.texts.times import GLUE

_MEANT: Final = re.compile(r"[\\`*_\[\]<>#|~!&$]|:(?=//)|(?<=\bwww)\.")
"""Signs that mark something up, or begin a link."""
_BEGINS: Final = re.compile(r"^(\d*)([-+.)])(?=\s|$)")
"""What would be an item of a list at the beginning of a line."""
_BAR: Final = "\N{DIVIDES}"


def marked(text: str) -> str:
    """One line of ours: what is typed stands between backticks, and is code, as handles are."""
    return _told(pieces(_line(text).replace(GLUE, " ")))


def escaped(text: str) -> str:
    """One line of others: no sign in it means anything, and handles are code."""
    return _told(names_in(_line(text)))


def code(text: str) -> str:
    """Text as it is, to be read sign by sign. A bar would end a cell of a table even there: it is one that
    looks like it.
    """
    inner = _line(text).replace("|", _BAR)
    if not inner.strip(" "):
        return ""
    fence = "`" * (max(map(len, re.findall("`+", inner)), default=0) + 1)
    # One space at either end is taken off again, where there are two.
    padded = inner.startswith(("`", " ")) or inner.endswith(("`", " "))
    return f"{fence} {inner} {fence}" if padded else f"{fence}{inner}{fence}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, figures: bool = False) -> Iterator[str]:
    """Lines of a table, of cells that are Markdown already. `figures`: all but the first column are, so they
    stand to the right.
    """
    yield _row(heads)
    yield f"|{':--|' if figures else ' --- |'}{('--:|' if figures else ' --- |') * (len(heads) - 1)}"
    for row in rows:
        yield _row(row)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(text: str) -> str:
    return plain(text.replace("\n", " "))


def _told(those: Iterable[Piece]) -> str:
    told = "".join(
        _MEANT.sub(lambda found: f"\\{found.group()}", piece) if kind == "words" else code(piece)
        for kind, piece in those
    )
    return _BEGINS.sub(r"\1\\\2", told)
