"""Text of others, made safe for one line of a terminal, a table or a spreadsheet."""

from unicodedata import category

_STAND_IN = "\N{REPLACEMENT CHARACTER}"
_LONGEST = 100

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control and format characters (direction marks among them), half surrogates, line separators."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(text: str) -> str:
    """One line, and nothing in it that moves a cursor, changes the direction or hides."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_STAND_IN if category(sign) in _HIDDEN else sign for sign in text)


def at_handle(handle: str) -> str:
    """`@name`, however the API wrote it; an overlong one is cut with `…`."""
    name = plain(handle.removeprefix("@"))
    return f"@{name}" if len(name) <= _LONGEST else f"@{name[: _LONGEST - 1]}…"


def cell(text: str) -> str:
    """Text for a spreadsheet: what would be read as a formula gets a leading apostrophe."""
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{plain(text)}" if risky else plain(text)
