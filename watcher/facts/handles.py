"""Handles as people write them: by name, with an @, as the address of a profile, as a pattern."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from watcher.facts.accounts import Account
from watcher.texts.globs import Glob, glob_of, text_of
from watcher.texts.letters import letters, seen
from watcher.texts.plain import at_handle, plain


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


def is_blank(handle: str | None) -> bool:
    """Whether nobody could read it: none, a lone @, signs that are not shown."""
    if handle and handle.isascii() and handle.isprintable():
        return not handle.strip("@ ")
    return not seen(handle or "").strip("@")


def called(account: Account) -> str:
    """The account in a sentence of ours, see `named`."""
    return named(account.handle, account.platform, account.id)


def named(handle: str, platform: str, id_: str) -> str:
    """An account in a sentence of ours: two platforms may know one handle, so `@brand on tiktok`.

    Clauses are parted by "; ", which no handle and no platform may forge.
    """
    name = at(handle, id_)
    return f"{name} on {platform.replace('; ', ';')}" if platform else name


def at(handle: str, id_: str) -> str:
    """A handle alone, where its platform is not known: `@name`, also where the API wrote the sign itself.
    Of one in which there is nothing to read, the account's id.
    """
    return id_ if is_blank(handle) else f"@{handle.removeprefix('@').replace('; ', ';')}"


def name_of(handle: str | None, id_: str) -> str:
    """The same for a table or a terminal, whatever signs it holds."""
    return plain(id_) if is_blank(handle) else at_handle(handle or "")


def with_id(handle: str | None, id_: str) -> str:
    """`@latte (sa_1)`: exactly which account a word is about."""
    return plain(id_) if is_blank(handle) else f"{name_of(handle, id_)} ({plain(id_)})"
