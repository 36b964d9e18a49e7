"""Lines of styled text, wrapped and coloured for a terminal: the home of rich, imported when used."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from watcher.texts.times import GLUE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_UNBOUNDED = 10_000
"""Where no width is known nothing is wrapped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Pieces of text, each with a rich style; what does not fit goes on below, `hang` cells in."""

    parts: tuple[tuple[str, str], ...]
    hang: int = 0


BLANK = Line(parts=())


def line(text: str, style: str = "", *, indent: int = 0, hang: int | None = None) -> Line:
    """One piece of text, `indent` cells in; continued where it began unless `hang` says otherwise."""
    return Line(parts=((f"{' ' * indent}{text}", style),), hang=indent if hang is None else hang)


def printed(lines: Iterable[Line], *, width: int | None, color: bool) -> str:
    """The lines as text that ends in a line break; escape sequences only with `color`."""
    if width is None and not color:
        # For a file or a pipe there is nothing to do that is worth the import.
        texts = ("".join(part for part, _ in one.parts) for one in lines)
        return "".join(f"{text.replace(GLUE, ' ').rstrip()}\n" for text in texts)
    from rich.console import Console

    console = Console(
        file=StringIO(),
        width=width or _UNBOUNDED,
        height=1,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        legacy_windows=False,
    )
    with console.capture() as capture:
        for one in lines:
            for row in _rows(one, console):
                console.print(row, soft_wrap=True)
    return capture.get()


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """The text in exactly so many terminal cells: padded, or cut with `…`."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) > cells:
        return set_cell_size(set_cell_size(text, max(cells - 1, 0)).rstrip() + "…", cells)
    padding = " " * (cells - cell_len(text))
    return padding + text if right else text + padding


def in_columns(
    rows: Sequence[Sequence[str]], *, width: int | None, right: Collection[int] = (), cut: Sequence[int] = ()
) -> list[str]:
    """The cells of each row below those of the others, two blanks in and apart; `right` are set to the right.

    Where that is wider than the terminal, the columns in `cut` give way, the first before the second.
    """
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    over = 0 if width is None else sum(widths) + 2 * len(widths) - width
    for place in cut:
        given = max(min(over, widths[place] - _LEAST), 0)
        widths[place] -= given
        over -= given
    return [
        "".join(
            "  " + fit(cell, widths[place], right=place in right) for place, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]


_LEAST = 12
"""Cells that a name keeps however narrow the terminal is."""


def aligned(rows: Sequence[str]) -> list[str]:
    """Rows whose pieces are parted by two spaces, with these below each other; sums stand to the right."""
    pieces = [row.split("  ") for row in rows]
    widths = [
        max((min(cells(row[place]), _WIDEST) for row in pieces if len(row) > place + 1), default=0)
        for place in range(max(map(len, pieces), default=0))
    ]
    return [
        "  ".join(
            piece
            if place + 1 == len(row) or cells(piece) > width
            else fit(piece, width, right=piece[:1] == "$")
            for place, (piece, width) in enumerate(zip(row, widths, strict=False))
        )
        for row in pieces
    ]


_WIDEST = 40
"""What is longer pushes nothing else to the side."""


def cells(text: str) -> int:
    """How many terminal cells the text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def wrapped(text: str, width: int) -> list[str]:
    """The text in rows of at most so many cells; at least one row. Glued words stay together."""
    if cells(text) <= width:
        return [text.replace(GLUE, " ")]
    from rich.console import Console
    from rich.text import Text

    console = Console(file=StringIO(), width=width, height=1)
    rows = Text(text.replace(GLUE, _HELD)).wrap(console, width)
    return [row.plain.rstrip().replace(_HELD, " ") for row in rows] or [""]


_HELD = "\ue000"
"""Stands for a space while rich, which breaks at every kind of space, wraps. No text of others has it."""


def _rows(one: Line, console: "Console") -> Iterator["Text"]:
    """The rows of one line: the first as it is, what did not fit wrapped anew beside the indentation."""
    from rich.text import Text

    text = Text.assemble(*((part.replace(GLUE, " "), style) for part, style in one.parts))
    first, *rest = text.wrap(console, console.width) or [Text()]
    yield _stripped(first)
    if not rest:
        return
    start = len(first.plain)
    below = text[start:]
    below = below[len(below.plain) - len(below.plain.lstrip()) :]
    hang = min(one.hang, console.width // 2)
    for row in below.wrap(console, console.width - hang):
        yield _stripped(Text(" " * hang) + row)


def _stripped(row: "Text") -> "Text":
    row.rstrip()
    return row
