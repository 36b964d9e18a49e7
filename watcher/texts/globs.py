"""Patterns that people write for handles: `*` any signs, `?` one sign, `[ab]` and `[!a-c]` one of some.

A sign is what a reader sees as one: a letter with its accents, and one that folds into several, such as ß.
Only the word of the configuration is ever a pattern; what a handle holds stands for itself. The work is
bounded by the length of the one times the length of the other.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from watcher.texts.letters import letters, visible


class Part(Protocol):
    """A piece of a pattern."""

    def ends(self, text: "Text", at: int) -> Iterator[int]:
        """Where it may end in the text if it begins at `at`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Folded text; `wide` are the signs in it of more than one code point: where each begins and ends."""

    text: str
    wide: Mapping[int, int]

    def signs_at(self, at: int) -> Iterator[int]:
        if at < len(self.text):
            yield at + 1
            if at in self.wide:
                yield self.wide[at]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """Letters that stand for themselves."""

    letters: str

    def ends(self, text: Text, at: int) -> Iterator[int]:
        if text.text.startswith(self.letters, at):
            yield at + len(self.letters)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Many:
    def ends(self, text: Text, at: int) -> Iterator[int]:
        yield from range(at, len(text.text) + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _One:
    def ends(self, text: Text, at: int) -> Iterator[int]:
        yield from text.signs_at(at)


@dataclass(frozen=True, kw_only=True, slots=True)
class _OneOf:
    """`members` are folded; `ranges` are as written, and hold a sign of either case."""

    members: frozenset[str]
    ranges: tuple[tuple[str, str], ...]
    but: bool

    def ends(self, text: Text, at: int) -> Iterator[int]:
        if self.but:
            yield from (end for end in text.signs_at(at) if not self._has(text.text[at:end]))
            return
        yield from (end for end in text.signs_at(at) if self._has(text.text[at:end]))
        yield from (at + len(one) for one in self.members if text.text.startswith(one, at))

    def _has(self, sign: str) -> bool:
        cases = {sign, sign.upper()}
        return sign in self.members or any(
            first <= case <= last for first, last in self.ranges for case in cases if len(case) == 1
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Glob:
    """One pattern, read."""

    parts: tuple[Part, ...]

    @property
    def literal(self) -> bool:
        """Whether nothing in it stands for anything else."""
        return all(isinstance(part, _Run) for part in self.parts)

    def fits(self, text: Text) -> bool:
        reached = {0}
        for part in self.parts:
            if isinstance(part, _Many):
                # What any later beginning reaches, the first reaches too.
                reached = {min(reached)}
            reached = {end for at in reached for end in part.ends(text, at)}
            if not reached:
                return False
        return len(text.text) in reached


@lru_cache(maxsize=4096)
def glob_of(word: str) -> Glob:
    """The pattern in a word that `seen` has passed; a `[` without its `]` stands for itself."""
    return Glob(parts=tuple(_parts(word)))


def text_of(written: str, folded: str) -> Text:
    """A handle for patterns: as it was written, and as it folds."""
    return Text(text=folded, wide={} if folded.isascii() and written.isascii() else _wide(written, folded))


def _parts(word: str) -> Iterator[Part]:
    run, at = "", 0
    while at < len(word):
        sign = word[at]
        closes = _closes(word, at) if sign == "[" else None
        if sign not in "*?" and closes is None:
            run, at = run + sign, at + 1
            continue
        if run:
            yield _Run(letters=letters(run))
            run = ""
        if closes is not None:
            yield _one_of(word[at + 1 : closes])
            at = closes
        else:
            yield _Many() if sign == "*" else _One()
        at += 1
    if run:
        yield _Run(letters=letters(run))


def _closes(word: str, at: int) -> int | None:
    """Where the bracket that opens at `at` closes; as the first of its members a `]` is one of them."""
    first = at + 2 if word.startswith("!", at + 1) else at + 1
    closes = word.find("]", first + 1)
    return None if closes < 0 else closes


def unclosed(word: str) -> bool:
    """Whether the word holds a `[` that opens nothing."""
    at = 0
    while (at := word.find("[", at)) >= 0:
        closes = _closes(word, at)
        if closes is None:
            return True
        at = closes + 1
    return False


def _one_of(inside: str) -> _OneOf:
    but = inside.startswith("!")
    signs = list(_signs(inside[1:] if but else inside))
    members: set[str] = set()
    ranges: list[tuple[str, str]] = []
    while signs:
        if len(signs) > 2 and signs[1] == "-" and len(signs[0]) == len(signs[2]) == 1:
            ranges.append((signs[0], signs[2]))
            signs = signs[3:]
        else:
            members.add(letters(signs.pop(0)))
    return _OneOf(members=frozenset(members - {""}), ranges=tuple(ranges), but=but)


def _signs(text: str) -> Iterator[str]:
    """Letters, each with the marks upon it."""
    sign = ""
    for one in text:
        if sign and not unicodedata.category(one).startswith("M"):
            yield sign
            sign = ""
        sign += one
    if sign:
        yield sign


def _wide(written: str, folded: str) -> Mapping[int, int]:
    """Where the signs of a handle fold into several code points; by the folded text alone if need be."""
    apart = [letters(sign) for sign in _signs(unicodedata.normalize("NFC", visible(written)))]
    while apart and apart[0] in ("", "@"):
        apart.pop(0)
    if "".join(apart) != folded:
        apart = list(_signs(folded))
    found: dict[int, int] = {}
    at = 0
    for sign in apart:
        if len(sign) > 1:
            found[at] = at + len(sign)
        at += len(sign)
    return found
