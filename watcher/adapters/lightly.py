"""A library without what it takes along only because that is installed as well.

httpx imports its own command line, structlog tracebacks in colour, and Alembic's templates a highlighter of
source text, wherever rich, click and Pygments can be found; without them they work as well, and say so. We
have rich for tables at a terminal, so all of it was there, in every daemon and at every start (ADR 85).
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from threading import Lock, get_ident
from types import ModuleType
from typing import Final

_CHANGING: Final = Lock()


def import_without(library: str, *others: str) -> ModuleType:
    """The library, as if `others` were not installed; as it is where it cannot do without them."""
    if library in sys.modules:
        return sys.modules[library]
    try:
        with _without(others):
            return import_module(library)
    except ModuleNotFoundError as error:
        if error.name not in others:
            raise
    return import_module(library)


class _NotHere(MetaPathFinder):
    """Finds nothing, and says for some names that nobody else does: to one thread, others go on as ever."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._thread = get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        if fullname in self._names and get_ident() == self._thread:
            raise ModuleNotFoundError(f"{fullname} is left out here", name=fullname)
        return None


@contextmanager
def _without(names: Sequence[str]) -> Iterator[None]:
    """Another list each time, not the same one changed: another thread may be half through it."""
    finder = _NotHere(names)
    with _CHANGING:
        sys.meta_path = [finder, *sys.meta_path]
    try:
        yield
    finally:
        with _CHANGING:
            sys.meta_path = [one for one in sys.meta_path if one is not finder]
