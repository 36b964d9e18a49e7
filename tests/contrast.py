"""Whether what a terminal shows in colour can be read, on the dark grey of many terminals and on white."""

import re
from typing import Final

_SGR: Final = re.compile(r"\x1b\[([\d;]*)m")
_STEPS: Final = (0, 95, 135, 175, 215, 255)
_DARK: Final = 0.013
"""Of #1e1e1e, on which a dark red is read worse than on black."""
_WHITE: Final = 1.0


def unreadable(text: str) -> list[str]:
    """The colours of a text that are less than 3.5 times as bright, or as dark, as what is behind them.

    A terminal's own sixteen colours are whatever it makes of them: its yellow is not read on white.
    """
    found = []
    for code in sorted(set(_SGR.findall(text))):
        own = [number for number in code.split(";") if 30 <= int(number or 0) <= 37 or int(number or 0) >= 90]
        match = re.search(r"38;5;(\d+)", code)
        if match is not None:
            if min(_contrast(int(match[1]), behind) for behind in (_DARK, _WHITE)) < 3.5:
                found.append(code)
        elif own:
            found.append(code)
    return found


def _contrast(color: int, behind: float) -> float:
    """As the Web Content Accessibility Guidelines reckon it."""
    lighter, darker = sorted((_light(color), behind), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _light(color: int) -> float:
    """Of one of the 216 colours that are the same everywhere."""
    assert 16 <= color <= 231, "the others are the terminal's own, or grey"
    parts = [_STEPS[(color - 16) // place % 6] / 255 for place in (36, 6, 1)]
    red, green, blue = (one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
