"""Bounds for what others say: texts that come in from the API, and how those that break them are shown."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

LONGEST_NAME: Final = 512
"""Bytes in UTF-8 of an id, a handle or a platform. Platforms allow a hundred signs at most, the API's ids
have thirty; every database can put an index on a key made of two such names and words of ours."""

LONGEST_TITLE: Final = 200
"""Signs of a project's or an organisation's name; what is longer is cut, as nothing is decided by it."""

LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""From then on a time is nonsense, such as 9999-12-31, which in some time zone is beyond the calendar."""

_SHOWN: Final = 40
_STAND_IN: Final = "\N{REPLACEMENT CHARACTER}"


def is_short(name: str) -> bool:
    return len(name) <= LONGEST_NAME and (name.isascii() or len(_encoded(name)) <= LONGEST_NAME)


def is_text(value: str) -> bool:
    """Whether it holds no control character and no half of a sign: stores refuse those, terminals obey."""
    return value.isprintable() or not any(map(_is_no_text, value))


def shown(value: str) -> str:
    """A name as it is, if it is one; else its beginning, made harmless, with a mark of its own.

    Two different ones are never shown as one.
    """
    if is_text(value) and is_short(value):
        return value
    begins = "".join(_STAND_IN if _is_no_text(sign) else sign for sign in value[:_SHOWN])
    return f"{begins}…{sha256(_encoded(value)).hexdigest()[:8]}"


def title(value: object) -> str:
    """A name for people only: printable signs of it, so many."""
    if not isinstance(value, str):
        return ""
    text = "".join(sign for sign in value[: 4 * LONGEST_TITLE] if sign.isprintable())
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"


def _is_no_text(sign: str) -> bool:
    return sign < " " or "\x7f" <= sign < "\xa0" or "\ud800" <= sign <= "\udfff"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogatepass")
