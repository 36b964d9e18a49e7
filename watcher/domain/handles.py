"""Handles compared the way people write them."""

from collections.abc import Iterable
from fnmatch import fnmatchcase


def folded(handle: str) -> str:
    """A handle without its leading @, case folded."""
    return handle.removeprefix("@").casefold()


def matching(handle: str, globs: Iterable[str]) -> str | None:
    """The first glob that fits the handle, as written; None if none does."""
    name = folded(handle)
    return next((glob for glob in globs if fnmatchcase(name, folded(glob))), None)


def at(handle: str) -> str:
    """A handle in a sentence of ours. Clauses are parted by "; ", which no handle may forge."""
    return f"@{handle.replace('; ', ';')}"
