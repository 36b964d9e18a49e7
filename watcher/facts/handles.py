"""Handles as people write them: by name, with an @, as the address of a profile, as a pattern."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from watcher.facts.accounts import Account
from watcher.texts.globs import Glob, glob_of, text_of
from watcher.texts.letters import letters, seen


def folded(handle: str) -> str:
    """A handle as it is compared: its `letters` without a leading @; of a URL the last part of its path.

    Empty for what names no handle, such as a lone @ or an address without a path.
    """
    return _name(letters(handle), letters)


def matching(handle: str, globs: Iterable[str]) -> str | None:
    """The first glob that fits the handle, as written; None if none does.

    A glob fits the handle that is written like it, whatever signs they hold. What a handle that folds to
    nothing fits cannot be told, see `nameless`.
    """
    words = _words(tuple(globs))
    if not words.written:
        return None
    name = folded(handle)
    place = words.names.get(name)
    text = text_of(handle, name) if words.patterns else None
    for where, glob in words.patterns:
        if place is not None and place < where:
            break
        if text is not None and glob.fits(text):
            place = where
            break
    return None if place is None else words.written[place]


def same_handle(one: str, other: str) -> bool:
    """Whether two handles are one to those who read them; of what folds to nothing only the very same."""
    return one == other or (not nameless(one) and folded(one) == folded(other))


def nameless(handle: str) -> bool:
    """Whether nothing is left of a handle to compare: any word of a person's might have meant it."""
    return not folded(handle)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    """Globs, read once. `names`: where each stands by its folded name; `patterns`: with wildcards."""

    written: tuple[str, ...]
    names: Mapping[str, int]
    patterns: tuple[tuple[int, Glob], ...]


@lru_cache(maxsize=1024)
def _words(globs: tuple[str, ...]) -> _Words:
    names: dict[str, int] = {}
    patterns: list[tuple[int, Glob]] = []
    for place, written in enumerate(globs):
        if name := folded(written):
            names.setdefault(name, place)
        glob = glob_of(_name(seen(written), seen))
        if not glob.literal:
            patterns.append((place, glob))
    return _Words(written=globs, names=names, patterns=tuple(patterns))


def _name(text: str, clean: Callable[[str], str]) -> str:
    """The handle in a text without invisible signs; in an address it may be percent-encoded."""
    if "/" in text:
        address = re.split("[?#]", text, maxsplit=1)[0]
        _, scheme, rest = address.rpartition("://")
        path = rest.partition("/")[2] if scheme else rest
        parts = path.split("/")
        text = next((part for part in reversed(parts) if part), "")
        if "%" in text:
            text = clean(_decoded(text))
    return text.lstrip("@")


def _decoded(part: str) -> str:
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        return part


def called(account: Account) -> str:
    """The account in a sentence of ours, see `named`."""
    return named(account.handle, account.platform)


def named(handle: str, platform: str) -> str:
    """An account in a sentence of ours: two platforms may know one handle, so `@brand on tiktok`.

    Clauses are parted by "; ", which no handle and no platform may forge.
    """
    return f"{at(handle)} on {platform.replace('; ', ';')}" if platform else at(handle)


def at(handle: str) -> str:
    """A handle alone, where its platform is not known: `@name`, also where the API wrote the sign itself."""
    return f"@{handle.removeprefix('@').replace('; ', ';')}"
