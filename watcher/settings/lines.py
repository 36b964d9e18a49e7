"""The line on which a key stands, without a second TOML grammar.

The text is taken apart into its statements with the parser that reads it: a statement is the shortest run of
lines that parses, so multi-line arrays, strings and comments need no knowledge here. All of it is one pass,
however many keys are asked for.
"""

import tomllib
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from watcher.settings.declare import Key, Path

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


def holds(value: Any, path: Path) -> bool:
    """Whether a path leads somewhere in nested tables and arrays."""
    for key in path:
        if not _has(value, key):
            return False
        value = value[key]
    return True


def _has(value: Any, key: Key) -> bool:
    if isinstance(key, int):
        return isinstance(value, list) and key < len(value)
    return isinstance(value, dict) and key in value
