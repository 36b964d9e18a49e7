"""The line on which a key stands, without a second TOML grammar.

Prefixes of the file are parsed with the parser that reads it: the key stands in the statement that ends
at the shortest parsable prefix which contains it. A prefix cut inside a statement does not parse and is
passed over, so multi-line arrays, strings and comments need no knowledge here.
"""

import tomllib
from functools import cache
from typing import Any

from watcher.settings.declarations import Key, Path


class Lines:
    """Where keys stand in one valid TOML text. Lines count from 1."""

    def __init__(self, text: str) -> None:
        # Only line feeds end a line in TOML: `splitlines` knows more.
        self._lines = text.replace("\r\n", "\n").split("\n")
        self._prefix = cache(self._parsed)

    def line_of(self, path: Path) -> int | None:
        """The first line of the statement that brings the path, or the longest part of it that is there.

        None where not even its first key is in the text.
        """
        for length in range(len(path), 0, -1):
            line = self._line_of(path[:length])
            if line is not None:
                return line
        return None

    def _line_of(self, path: Path) -> int | None:
        last_without, end = 0, len(self._lines)
        if not self._contains(end, path):
            return None
        while end - last_without > 1:
            middle = (last_without + end) // 2
            probe = next((k for k in range(middle, end) if self._prefix(k) is not None), None)
            if probe is None or self._contains(probe, path):
                end = middle
            else:
                last_without = probe
        return last_without + 1

    def _parsed(self, count: int) -> dict[str, Any] | None:
        try:
            return tomllib.loads("\n".join(self._lines[:count]) + "\n")
        except tomllib.TOMLDecodeError:
            return None

    def _contains(self, count: int, path: Path) -> bool:
        value: Any = self._prefix(count)
        return value is not None and holds(value, path)


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
