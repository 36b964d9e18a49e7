"""Words of two people compared: one rule, by which what looks the same is the same.

Two people who type the same word rarely type the same code points: one composes an accent, the other does
not; a telephone adds a sign that nobody sees. `letters` is the one place that says what still counts.
"""

import unicodedata
from typing import Final

_IGNORABLE: Final = (
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8)),
    *((0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
"""Unicode's property Default_Ignorable_Code_Point (DerivedCoreProperties.txt, the same in versions 13 to 16),
which Python's `unicodedata` does not have."""

_BLANKS: Final = (0x2800, 0x1D159)
"""Signs that are there and show nothing: the Braille blank, the null notehead."""

_UNSEEN: Final = dict.fromkeys(
    (*(sign for first, last in _IGNORABLE for sign in range(first, last + 1)), *_BLANKS)
)
_NEVER_SHOWN: Final = frozenset({"Cf", "Cc"})

_DOT_ABOVE: Final = "\u0307"
_ROUNDS: Final = 4
"""One is enough for nearly every word; what a round lays bare, such as an accent behind a space, the next one
joins. Four are more than any word is known to need."""


def letters(text: str) -> str:
    """The text as it is compared with another one's: NFKC, case folded, NFKC.

    Out are default-ignorable signs, format and control characters, and white space; i is i, with a dot or
    without one, whatever its case. The same for every normal form, case and width of a text, with whatever
    invisible signs in it; applied twice it is applied once.
    """
    if text.isascii() and text.isprintable() and " " not in text:
        return text.lower()
    for _ in range(_ROUNDS):
        earlier, text = text, _round(text)
        if text == earlier:
            break
    return text


def seen(text: str) -> str:
    """NFKC, without what is never seen and without white space; case and dots stay."""
    # First the invisible: it keeps apart what belongs together.
    text = unicodedata.normalize("NFKC", visible(text))
    return "".join(sign for sign in visible(text) if not sign.isspace())


def _round(text: str) -> str:
    # Decomposed: an iota below a composed letter would fold into another place than one on its own.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", seen(text)).casefold())
    return unicodedata.normalize("NFKC", _without_dots(apart))


def visible(text: str) -> str:
    """Without what is never seen."""
    shown = text.translate(_UNSEEN)
    return "".join(sign for sign in shown if unicodedata.category(sign) not in _NEVER_SHOWN)


def _without_dots(text: str) -> str:
    """Decomposed text in which every i is a plain one."""
    if "ı" not in text and _DOT_ABOVE not in text:
        return text
    kept: list[str] = []
    on_an_i = False
    for sign in text:
        if not unicodedata.combining(sign):
            on_an_i = sign in "iı"
            kept.append("i" if on_an_i else sign)
        elif not (on_an_i and sign == _DOT_ABOVE):
            kept.append(sign)
    return "".join(kept)
