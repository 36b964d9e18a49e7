"""Runs of a secret: a piece of it long enough to be nothing else, without its beginning, its end, or both.

An API may echo a key without its public prefix, cut short, in capitals, or with a sign between its letters
that nobody sees. Whoever reads such a piece has most of the secret.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from watcher.texts.letters import visible

RUN: Final = 12
"""Signs in a row that nobody but the secret has."""
LONG_ENOUGH: Final = 16
"""Signs of a secret from which on its runs are looked for."""

_BLOCK: Final = 5
_APART: Final = RUN - _BLOCK + 1
"""Of a secret a block of signs is looked for at every so many: each run holds a whole one of these."""
_PREFIX: Final = re.compile(r"(?:[A-Za-z]{1,8}_){1,2}")
"""What is public of a key, such as `lp_live_`."""
_PLAIN: Final = re.compile(r"(?:[a-z]+|[A-Z]+|[^A-Za-z0-9]+)(?:[-_. ]+(?:[a-z]+|[A-Z]+))*[-_. ]*")
_FEWEST: Final = 4
"""Different signs in a run: fewer are a filling, as in an id of zeros."""

Span = tuple[int, int]


class Runs:
    """Finds where runs of these secrets stand, whatever their case, in time linear in the text's."""

    __slots__ = ("_pieces",)

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {one for one in secrets if len(one) >= LONG_ENOUGH and one.isascii()}
        self._pieces = tuple(_Piece(one) for one in sorted(known, key=len, reverse=True))

    def spans(self, text: str) -> list[Span]:
        """Where they stand in a text in lower case, from left to right; none touches another."""
        found = sorted(span for piece in self._pieces for span in piece.spans(text))
        joined: list[Span] = []
        for start, end in found:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def spans_as_seen(self, text: str) -> list[Span]:
        """Where they stand in a text in any case and width, with whatever invisible signs in between."""
        if not self._pieces:
            return []
        if text.isascii() and text.isprintable():
            return self.spans(text.lower())
        shown = [(sign, place) for place, one in enumerate(text) for sign in _as_seen(one)]
        spans = self.spans("".join(sign for sign, _ in shown))
        return [(shown[start][1], shown[end - 1][1] + 1) for start, end in spans]


class _Piece:
    __slots__ = ("_begins", "_blocks", "_telling", "_whole")

    def __init__(self, secret: str) -> None:
        prefix = _PREFIX.match(secret)
        begins = prefix.end() if prefix else 0
        if len(secret) - begins < RUN:
            begins = 0
        self._begins = begins
        self._whole = secret.lower()
        rest = secret[begins:]
        letters_only = rest.isalpha()
        self._telling = frozenset(
            at
            for at in range(begins, len(secret) - RUN + 1)
            if len(set(secret[at : at + RUN])) >= _FEWEST
            # A password may be made of words; a key of letters alone is none the less a key.
            and (letters_only or not _PLAIN.fullmatch(secret[at : at + RUN]))
        )
        self._blocks = tuple(
            (self._whole[at : at + _BLOCK], at) for at in range(begins, len(secret) - _BLOCK + 1, _APART)
        )

    def spans(self, text: str) -> Iterator[Span]:
        for block, at in self._blocks:
            place = text.find(block)
            while place >= 0:
                first, last = self._widened(text, place, at)
                if self._tells(at - (place - first), at + (last - place)):
                    yield first, last
                    place = text.find(block, last)
                else:
                    place = text.find(block, place + 1)

    def _widened(self, text: str, place: int, at: int) -> Span:
        """How far text and secret agree around a block that stands at these places of theirs."""
        whole = self._whole
        before, after = 0, _BLOCK
        while before < min(place, at) and text[place - before - 1] == whole[at - before - 1]:
            before += 1
        while after < min(len(text) - place, len(whole) - at) and text[place + after] == whole[at + after]:
            after += 1
        return place - before, place + after

    def _tells(self, first: int, last: int) -> bool:
        return any(at in self._telling for at in range(max(first, self._begins), last - RUN + 1))


@lru_cache(maxsize=4096)
def _as_seen(sign: str) -> str:
    return visible(unicodedata.normalize("NFKC", visible(sign))).lower()
