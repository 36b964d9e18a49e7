"""Text of others, made safe for one line of a terminal, a table or a spreadsheet."""

from unicodedata import category

_STAND_IN = "\N{REPLACEMENT CHARACTER}"
_LONGEST = 200

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control and format characters (direction marks among them), half surrogates, line separators."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(text: str) -> str:
    """One line, nothing that moves a cursor, changes direction or hides; overlong text is cut with `…`."""
    if text.isascii() and text.isprintable():
        shown = text
    else:
        shown = "".join(_STAND_IN if category(sign) in _HIDDEN else sign for sign in text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def at_handle(handle: str) -> str:
    """`@name`, however the API wrote it."""
    return f"@{plain(handle.removeprefix('@'))}"


def cell(text: str) -> str:
    """Text for a spreadsheet: what would be read as a formula gets a leading apostrophe."""
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{plain(text)}" if risky else plain(text)
