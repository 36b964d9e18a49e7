"""How a text is set where it is drawn in letters of any width: how it begins, and what stays on one line."""

import re
from typing import Final

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


def unbroken(text: str) -> str:
    """The text with spaces at which no line ends within a span, a moment or an amount: it is `1 d 7 h`, and
    never `1 d 7` with an `h` in the next line. For what is read, not for what is copied or compared.
    """
    return _TOGETHER.sub(lambda found: glued(found.group()), text)
