"""How a text is set where it is drawn in letters of any width: how it begins, what in it is to be typed or
somebody's name, and what stays on one line.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal

from watcher.texts.times import glued

_TOGETHER: Final = re.compile(
    r"""\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ ]\d{1,2}[ ][A-Z][a-z]{2}(?:[ ]\d{4})?
            (?:[ ]\d\d:\d\d[ ][A-Z][A-Za-z]{1,4})?
      | \b\d{1,2}–\d{1,2}[ ][A-Z][a-z]{2}\b
      | (?:\bin[ ])?(?<![\w.,:-])\d+[ ](?:ms|s|min|h|d)\b(?:[ ]\d+[ ](?:s|min|h)\b)?(?:[ ]ago\b)?
      | -?\$[\d,]+\.\d\d(?:[ ]a[ ]month\b)?""",
    re.VERBOSE,
)


def begun(text: str) -> str:
    """The text as a sentence begins; what begins with a name, an address or a command stays as it is."""
    first = next(iter(text.split()), "").strip(",:;")
    return f"{text[:1].upper()}{text[1:]}" if first.isalpha() else text


_PARTS: Final = re.compile(r": |[()]")


def with_one_colon(text: str) -> str:
    """The text with its first colon alone: where another one would follow, a semicolon does. What stands in
    brackets is a sentence of its own.
    """
    depth, colons = 0, 0

    def part(found: re.Match[str]) -> str:
        nonlocal depth, colons
        match found.group():
            case "(":
                depth += 1
            case ")":
                depth -= 1
            case _ if depth <= 0:
                colons += 1
                return ": " if colons == 1 else "; "
        return found.group()

    return _PARTS.sub(part, text)


Piece = tuple[Literal["typed", "name", "words"], str]

_TYPED: Final = re.compile(r"(?:^|(?<=[\s(]))`([^`\s](?:[^`]*[^`\s(])?)`(?=[\s.,;:!?)'\"]|$)")
"""Ours begin a word and end one. Somebody else's backtick, within a handle or alone, ends none of them."""
_NAME: Final = re.compile(r"(@[^\s,;:()]*[^\s,;:().])")


def pieces(text: str) -> Iterator[Piece]:
    """A sentence taken apart: what is `typed`, of ours between backticks, what is a `name`, and the `words`
    between them. But for those backticks nothing is lost.
    """
    for place, part in enumerate(_TYPED.split(text)):
        if place % 2:
            yield "typed", part
        else:
            yield from names_in(part)


def names_in(text: str) -> Iterator[Piece]:
    """As `pieces`, of a text in which nothing is typed."""
    for odd, piece in enumerate(_NAME.split(text)):
        if piece:
            yield ("name" if odd % 2 else "words"), piece


def unbroken(text: str) -> str:
    """The text with spaces at which no line ends within a span, a moment or an amount: it is `1 d 7 h`, and
    never `1 d 7` with an `h` in the next line. For what is read, not for what is copied or compared.
    """
    return _TOGETHER.sub(lambda found: glued(found.group()), text)
