"""Lines of styled text, wrapped and coloured for a terminal: the home of rich, imported when used."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Final

from watcher.cli.streams import READABLE
from watcher.texts.times import GLUE

if TYPE_CHECKING:
    from rich.text import Text

_UNBOUNDED: Final = 10_000
"""Where no width is known nothing is wrapped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Pieces of text, each with a rich style; what does not fit goes on below, `hang` cells in.

    `row`: of a table, and so as wide as the terminal is; sentences end where they can still be read.
    `heading`: what follows until the next blank line is below it. `indent`: with so many blanks it begins.
    """

    parts: tuple[tuple[str, str], ...]
    hang: int = 0
    row: bool = False
    heading: bool = False
    indent: int = 0

    @property
    def text(self) -> str:
        """All of it, unbroken, without its indentation."""
        return "".join(part for part, _ in self.parts).replace(GLUE, " ").strip(" ")


BLANK = Line(parts=())


def line(text: str, style: str = "", *, indent: int = 0, hang: int | None = None, row: bool = False) -> Line:
    """One piece of text, `indent` cells in; continued where it began unless `hang` says otherwise."""
    return Line(
        parts=((f"{' ' * indent}{text}", style),),
        hang=indent if hang is None else hang,
        row=row,
        indent=indent,
    )


def heading(text: str, style: str = "bold") -> Line:
    return Line(parts=((text, style),), heading=True)


def laid_out(text: str, width: int | None) -> str:
    """The text for a terminal of that width, each of its lines continued below where it begins."""
    indents = ((each, len(each) - len(each.lstrip(" "))) for each in text.splitlines())
    return printed((line(each, hang=indent) for each, indent in indents), width=width, color=False)


def printed(lines: Iterable[Line], *, width: int | None, color: bool) -> str:
    """The lines as text that ends in a line break; escape sequences only with `color`."""
    if width is None and not color:
        # For a file or a pipe there is nothing to do that is worth the import.
        texts = ("".join(part for part, _ in one.parts) for one in lines)
        return "".join(f"{text.replace(GLUE, ' ').rstrip()}\n" for text in texts)
    rows = (row for one in lines for row in _rows(one, _room(one, width)))
    if not color:
        return "".join(f"{row.plain}\n" for row in rows)
    from rich.console import Console
    from rich.theme import Theme

    console = Console(
        file=StringIO(),
        width=width or _UNBOUNDED,
        height=1,
        color_system="256",
        force_terminal=True,
        legacy_windows=False,
        theme=Theme({f"{how}{name}": f"{how}{_TONES[name]}" for name in _TONES for how in ("", "bold ")}),
    )
    with console.capture() as capture:
        for row in rows:
            console.print(row, soft_wrap=True)
    return capture.get()


_TONES: Final = {"red": "color(196)", "yellow": "color(130)", "green": "color(28)", "magenta": "color(163)"}
"""What is read on white and on dark grey alike: a terminal's own yellow and green are not on white."""


def _room(one: Line, width: int | None) -> int:
    if width is None:
        return _UNBOUNDED
    return width if one.row else min(width, READABLE)


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """The text in exactly so many terminal cells: padded, or cut with `…`."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) > cells:
        return set_cell_size(set_cell_size(text, max(cells - 1, 0)).rstrip() + "…", cells)
    padding = " " * (cells - cell_len(text))
    return padding + text if right else text + padding


_BOTH_ENDS: Final = 9
"""Cells from which on both ends of a name say something."""


def fit_name(text: str, cells: int) -> str:
    """A name in exactly so many cells: padded, or cut in its middle: two may differ at their ends alone."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= cells or cells < _BOTH_ENDS:
        return fit(text, cells)
    tail = text[-(cells // 2) :]
    while cell_len(tail) > cells // 2:
        tail = tail[1:]
    # A sign that is two cells wide may leave one over.
    return fit(f"{set_cell_size(text, cells - 1 - cell_len(tail)).rstrip()}…{tail}", cells)


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


_WIDEST = 48
"""What is longer pushes nothing else to the side; a moment with its words fits."""


def cells(text: str) -> int:
    """How many terminal cells the text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def wrapped(text: str, width: int) -> list[str]:
    """The text in rows of at most so many cells; at least one row. What belongs together stays so."""
    if cells(text) <= width:
        return [text.replace(GLUE, " ")]
    from rich.text import Text

    return [row.plain for row in _broken(Text(text), width)]


_TOGETHER: Final = re.compile(
    r"""(?: `[^`\n]{1,300}`                                         # what is to be typed
          | \blease-watcher[ ][a-z]+(?:[ ](?:--[a-z-]+|[a-z]+_\w+))*
          | \b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ ]{1,2}\d{1,2}[ ][A-Z][a-z]{2}
            (?:[ ]\d{4})? (?:[ ]\d\d:\d\d[ ][A-Z]{3,4})?           # a time
          | \b(?:in[ ])?\d+[ ](?:ms|s|min|h|d)\b (?:[ ]\d+[ ](?:s|min|h)\b)?  # a span
          | \(exit[ ]\d+\)
          | [\S\xa0] )+ [ ]*""",
    re.VERBOSE,
)
"""A word, or what is read or copied as one: between its words no line is broken."""


_GAP: Final = re.compile(r"(?<=\S) {2,}(?=\S)")
"""Between two columns."""


def _broken(text: "Text", width: int, *, below: int | None = None) -> Iterator["Text"]:
    """Rows of at most so many cells. A word or a command that is longer stands whole in a row of its own: the
    terminal folds it, and who copies it has it in one piece. Wide letters are broken between any two, as who
    writes them puts no spaces.

    A column that fits below, where rows have so many cells, is not broken: it goes there whole.
    """
    fits = cells(text.plain) <= width
    columns = {} if fits else _columns(text.plain, width if below is None else below)
    places: list[int] = []
    used = begins = len(text.plain) - len(text.plain.lstrip(" "))
    for found in _TOGETHER.finditer(text.plain):
        word = found.group()
        taken = cells(word.rstrip(" "))
        if used + taken > width and taken > width and taken > len(word):
            for place, letter in enumerate(word.rstrip(" "), found.start()):
                if used + cells(letter) > width:
                    places.append(begins := place)
                    used = 0
                used += cells(letter)
            continue
        taken = max(taken, columns.get(found.start(), 0))
        if found.start() > begins and used + taken > width:
            places.append(begins := found.start())
            used = 0
        used += cells(word)
    for row in text.divide(places):
        row.plain = row.plain.replace(GLUE, " ")
        row.rstrip()
        yield row


def _columns(text: str, width: int) -> dict[int, int]:
    """Where the columns after the first begin, and their cells, if a row is so wide."""
    gaps = [*_GAP.finditer(text)]
    ends = [*(gap.start() for gap in gaps), len(text)][1:]
    found = {gap.end(): cells(text[gap.end() : end].rstrip()) for gap, end in zip(gaps, ends, strict=True)}
    return {begins: taken for begins, taken in found.items() if taken <= width}


def _rows(one: Line, width: int) -> Iterator["Text"]:
    """The rows of one line: the first as it is, what did not fit wrapped anew beside the indentation."""
    from rich.text import Text

    text = Text.assemble(*one.parts)
    hang = min(one.hang, width // 2)
    first, *rest = _broken(text, width, below=width - hang)
    yield first
    if not rest:
        return
    below = text[len(first.plain) :]
    below = below[len(below.plain) - len(below.plain.lstrip(" ")) :]
    for row in _broken(_closer(below), width - hang):
        yield Text(" " * hang) + row


def _closer(text: "Text") -> "Text":
    """The same with its columns two blanks apart: below their row they stand under nothing."""
    from rich.text import Text

    wide = [(gap.start() + 2, gap.end()) for gap in _GAP.finditer(text.plain) if len(gap.group()) > 2]
    pieces = text.divide([place for gap in wide for place in gap])
    return Text.assemble(*(piece for number, piece in enumerate(pieces) if number % 2 == 0))
