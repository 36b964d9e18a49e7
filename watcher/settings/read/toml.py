"""TOML within bounds, and the line on which each key stands; both without a grammar of our own.

The parser of the standard library takes time by the square of a key's parts, recurses into what is nested,
and lets Python's own limit on long numbers escape: what nobody writes by hand is refused in one sentence,
before it costs time. It knows no lines: the text is taken apart into its statements with that very parser. A
statement is the shortest run of lines that parses, so multi-line arrays, strings and comments need no
knowledge here. All of it is one pass, however many keys are asked for.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Final

from watcher.settings.declare import Path

MOST_BYTES: Final = 1_048_576
MOST_PARTS: Final = 32
"""Of a key, and of tables within tables; the longest that means anything has four."""

_LOOK_BACK: Final = 50
"""Lines before a mistake that are tried without."""

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_LONG_KEY: Final = re.compile(rf"(?:^|[\[{{,])[ \t]*(?:{_PART}[ \t]*\.[ \t]*){{{MOST_PARTS}}}")
"""Where a key may begin: on a line, in a header, in an inline table."""

_HEADER: Final = re.compile(r"^[ \t]*\[\[?[ \t]*([^\]\n]*?)[ \t]*\]", re.MULTILINE)
_TOO_LONG: Final = "holds a whole number that is too large"
_SMALLER: Final = "write a smaller one"
_LONG_NUMBER: Final = re.compile(r"[0-9][0-9_]{999,}")


class UnusableToml(ValueError):
    """A text that cannot be used; says so in a sentence, with what mends it and where it is."""

    def __init__(self, message: str, fix: str, *, line: int | None = None, key: str = "") -> None:
        super().__init__(message)
        self.fix = fix
        self.line = line
        self.key = key


class NotToml(UnusableToml):
    """It does not follow the grammar."""


class TooLong(UnusableToml):
    """It holds whole numbers, at these paths, that are too large. `rest` is what it holds beside them."""

    def __init__(self, paths: tuple[Path, ...], rest: dict[str, Any]) -> None:
        super().__init__(_TOO_LONG, _SMALLER)
        self.paths = paths
        self.rest = rest


def parsed(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises `UnusableToml`."""
    for number, line in enumerate(text.split("\n"), start=1):
        # A cheap look first: hardly a line has so many dots.
        if line.count(".") >= MOST_PARTS and _LONG_KEY.search(line):
            raise _too_deep(number)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotToml(f"is not TOML: {error}", "mend that line", line=_line_said(str(error), text)) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        # Of the parser's own making is only the one above: this is Python's limit on digits.
        found = _LONG_NUMBER.search(text)
        place = None if found is None else text.count("\n", 0, found.start()) + 1
        raise UnusableToml(_TOO_LONG, _SMALLER, line=place) from None
    long: list[Path] = []
    for path, value in _everything(tables):
        if len(path) > MOST_PARTS:
            raise _too_deep(Lines(text).line_of(path[:1]))
        if isinstance(value, int) and value.bit_length() > 63:
            long.append(path)
    if long:
        raise TooLong(tuple(long), _without(tables, long))
    return tables


def ledger_before(text: str, line: int | None) -> tuple[str, dict[str, Any]] | None:
    """The part of a text before the line that is no TOML, if it names the ledger, and that line stands in
    another table: then nothing after it can. Or if the whole text names none: then it is the usual one.

    A file that is just being edited then keeps nobody from holding an account.
    """
    lines = text.split("\n")[: (line or 1) - 1]
    # What is wrong may have begun some lines before the parser noticed, as an array that nobody closed.
    for end in range(len(lines), max(len(lines) - _LOOK_BACK, 0), -1):
        part = "\n".join(lines[:end])
        try:
            tables = parsed(part)
        except UnusableToml:
            continue
        named = tables.get("store")
        given = isinstance(named, dict) and bool(named.keys() & {"url", "url_file"})
        beyond = lines[end:] + text.split("\n")[len(lines) : len(lines) + 1]
        inside = _HEADER.findall(part)[-1:] == ["store"] and not beyond[0].lstrip().startswith("[")
        return (part, tables) if (given and not inside) or _names_no_ledger(text) else None
    return None


def _names_no_ledger(text: str) -> bool:
    """Whether `store` can stand nowhere in it, in whatever letters."""
    return "store" not in text.casefold() and "\\" not in text


def _everything(tables: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Every value with its path. Not by recursion; of what is too deep not more than the first."""
    waiting: list[tuple[Path, Any]] = [((), tables)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, dict):
            waiting += [((*path, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, place), each) for place, each in enumerate(value)]


def _without(tables: dict[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
    """The tables without the options at these paths; one within a list takes its whole list along."""
    for path in paths:
        table: dict[Any, Any] = tables
        for part in path:
            below = table.get(part)
            if not isinstance(below, dict):
                table.pop(part, None)
                break
            table = below
    return tables


def _too_deep(line: int | None = None) -> UnusableToml:
    return UnusableToml(
        f"is nested too deeply: more than {MOST_PARTS} names in one another",
        "write tables as [table.table]",
        line=line,
    )


def _line_said(said: str, text: str) -> int:
    """The line in the parser's message, whose only machine-readable form is newer than Python 3.11's."""
    found = re.search(r"\(at line (\d+), column \d+\)$", said)
    return int(found[1]) if found else text.rstrip("\n").count("\n") + 1


_ENDS: Final = ("]", "}", '"""', "'''")
"""One of these stands on the last line of every statement of several lines."""

_EFFORT: Final = 8
"""Times the size of the text that may be parsed in vain; what comes after that has no line of its own."""


_DEEPEST: Final = 64
"""Parts of a path that is looked into; no more are known of one, and no recursion goes further."""


class Lines:
    """Where keys stand in one valid TOML text. Lines count from 1."""

    def __init__(self, text: str) -> None:
        # Only line feeds end a line in TOML: `splitlines` knows more.
        self._lines = text.replace("\r\n", "\n").split("\n")

    def line_of(self, path: Path) -> int | None:
        """The first line of the statement that brings the path, or the longest part of it that is there.

        None where not even its first key is in the text.
        """
        for length in range(len(path), 0, -1):
            line = self._begins.get(path[:length])
            if line is not None:
                return line
        return None

    @cached_property
    def _begins(self) -> dict[Path, int]:
        """The line of every path there is."""
        found: dict[Path, int] = {}
        rows: dict[Path, int] = {}
        table: Path = ()
        for line, text, value in self._statements():
            if text.lstrip(" \t").startswith("["):
                table = _header(value, rows)
                for length in range(1, len(table) + 1):
                    found.setdefault(table[:length], line)
            else:
                for path in _paths(value, table):
                    found.setdefault(path, line)
        return found

    def _statements(self) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """Each statement that says something, with the line it begins on and what it says by itself."""
        left = _EFFORT * sum(map(len, self._lines))
        begins, count = 0, len(self._lines)
        while begins < count:
            end, value = begins + 1, _parsed(self._lines[begins])
            while value is None and end < count and left > 0:
                end += 1
                if any(sign in self._lines[end - 1] for sign in _ENDS):
                    text = "\n".join(self._lines[begins:end])
                    left -= len(text)
                    value = _parsed(text)
            if value is None:
                return
            if value:
                yield begins + 1, self._lines[begins], value
            begins = end


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(f"{text}\n")
    except (ValueError, RecursionError):
        return None


def _header(value: Any, rows: dict[Path, int]) -> Path:
    """The path of the table that a header begins. `rows` counts those of each array of tables."""
    path: Path = ()
    while isinstance(value, dict) and value:
        ((key, value),) = value.items()
        path = (*path, key)
        if isinstance(value, list):
            rows[path] = rows.get(path, 0) + 1
        if path in rows:
            path = (*path, rows[path] - 1)
    return path


def _paths(value: Any, above: Path) -> Iterator[Path]:
    if above:
        yield above
    if len(above) > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _paths(each, (*above, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _paths(each, (*above, place))
