"""Texts made to fit what a channel takes: single texts are clipped, events never left out."""

import re
import sys
from collections.abc import Callable, Iterable
from typing import Final

Size = Callable[[str], int]
"""How a channel measures a text; the size of two texts together is the sum of theirs."""

_CUT: Final = "…"
_MOMENT: Final = re.compile(r"(?: by)? [A-Z][a-z]{2} \d+ [A-Z][a-z]{2} (?:\d{4} )?\d\d:\d\d UTC")


def clipped(text: str, most: int, size: Size = len) -> str:
    """The text if it is no larger than `most`, else as much of its beginning as fits before a `…`."""
    if size(text) <= most:
        return text
    room, kept = most - size(_CUT), 0
    for sign in text:
        room -= size(sign)
        if room < 0:
            break
        kept += 1
    return text[:kept] + _CUT


def clipped_at_a_pause(text: str, most: int) -> str:
    """The same for a headline: it ends where the sentence pauses, or else after a whole word.

    A moment is whole or is not there: `16:35…` would be of no time zone.
    """
    if len(text) <= most:
        return text
    kept = text[: most - len(_CUT)]
    for moment in _MOMENT.finditer(text):
        if moment.start() < len(kept) < moment.end():
            return kept[: moment.start()].rstrip(",") + _CUT
    for pauses, least in (((", ", "; ", ": ", " ("), most * 2 // 3), ((" ",), most // 2)):
        end = max(kept.rfind(pause) for pause in pauses)
        if end > least:
            return kept[:end] + _CUT
    return kept + _CUT


def fair_share(sizes: Iterable[int], room: int) -> int:
    """How large each text may be for all to fit into `room`: what short ones leave, long ones get."""
    left = sorted(sizes, reverse=True)
    while left and left[-1] * len(left) <= room:
        room -= left.pop()
    return max(room, 0) // len(left) if left else sys.maxsize


def utf16(text: str) -> int:
    """The size in UTF-16 units, as programs count that were written in JavaScript, Java or Hack."""
    return len(text) + sum(sign > "\uffff" for sign in text)
