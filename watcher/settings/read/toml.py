"""TOML within bounds: what nobody writes by hand is refused in one sentence, before it costs time.

The parser of the standard library takes time by the square of a key's parts, recurses into what is nested,
and lets Python's own limit on long numbers escape.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final

from watcher.settings.declare import Path
from watcher.settings.findings import dotted
from watcher.settings.lines import Lines

MOST_BYTES: Final = 1_048_576
MOST_PARTS: Final = 32
"""Of a key, and of tables within tables; the longest that means anything has four."""

_LOOK_BACK: Final = 50
"""Lines before a mistake that are tried without."""

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_LONG_KEY: Final = re.compile(rf"(?:^|[\[{{,])[ \t]*(?:{_PART}[ \t]*\.[ \t]*){{{MOST_PARTS}}}")
"""Where a key may begin: on a line, in a header, in an inline table."""

_HEADER: Final = re.compile(r"^[ \t]*\[\[?[ \t]*([^\]\n]*?)[ \t]*\]", re.MULTILINE)
_LONG_NUMBER: Final = re.compile(r"[0-9][0-9_]{999,}")


class Unusable(ValueError):
    """A text that cannot be used; says so in a sentence, with what mends it and where it is."""

    def __init__(self, message: str, fix: str, *, line: int | None = None, key: str = "") -> None:
        super().__init__(message)
        self.fix = fix
        self.line = line
        self.key = key


class NotToml(Unusable):
    """It does not follow the grammar."""


def parsed(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises `Unusable`."""
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
        raise _too_long(line=place) from None
    for path, value in _everything(tables):
        if len(path) > MOST_PARTS:
            raise _too_deep(Lines(text).line_of(path[:1]))
        if isinstance(value, int) and value.bit_length() > 63:
            raise _too_long(line=Lines(text).line_of(path), key=dotted(path))
    return tables


def ledger_before(text: str, line: int | None) -> tuple[str, dict[str, Any]] | None:
    """The part of a text before the line that is no TOML, if it names the ledger, and that line stands in
    another table: then nothing after it can.

    A file that is just being edited then keeps nobody from holding an account.
    """
    lines = text.split("\n")[: (line or 1) - 1]
    # What is wrong may have begun some lines before the parser noticed, as an array that nobody closed.
    for end in range(len(lines), max(len(lines) - _LOOK_BACK, 0), -1):
        part = "\n".join(lines[:end])
        try:
            tables = parsed(part)
        except Unusable:
            continue
        named = tables.get("store")
        given = isinstance(named, dict) and bool(named.keys() & {"url", "url_file"})
        beyond = lines[end:] + text.split("\n")[len(lines) : len(lines) + 1]
        inside = _HEADER.findall(part)[-1:] == ["store"] and not beyond[0].lstrip().startswith("[")
        return (part, tables) if given and not inside else None
    return None


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


def _too_deep(line: int | None = None) -> Unusable:
    return Unusable(
        f"is nested too deeply: more than {MOST_PARTS} names in one another",
        "write tables as [table.table]",
        line=line,
    )


def _too_long(*, line: int | None, key: str = "") -> Unusable:
    return Unusable("holds a whole number that is too large", "write a smaller one", line=line, key=key)


def _line_said(said: str, text: str) -> int:
    """The line in the parser's message, whose only machine-readable form is newer than Python 3.11's."""
    found = re.search(r"\(at line (\d+), column \d+\)$", said)
    return int(found[1]) if found else text.rstrip("\n").count("\n") + 1
