"""Texts made to fit what a channel takes: single texts are clipped, events never left out."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from watcher.adapters.channels.text import digest_text
from watcher.adapters.render.plain import plain
from watcher.messages.presenting import renews_in_use
from watcher.ports.notifier import Digest

Size = Callable[[str], int]
"""How a channel measures a text; the size of two texts together is the sum of theirs."""

_CUT: Final = "…"
_LONGEST_PROJECT: Final = 40


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


def fair_share(sizes: Iterable[int], room: int) -> int:
    """How large each text may be for all to fit into `room`: what short ones leave, long ones get."""
    left = sorted(sizes, reverse=True)
    while left and left[-1] * len(left) <= room:
        room -= left.pop()
    return max(room, 0) // len(left) if left else sys.maxsize


def fitted_text(digest: Digest, most: int, size: Size = len) -> str:
    """`digest_text` in which the longest texts are clipped until all of it is no larger than `most`."""
    told = [
        replace(
            event,
            text=plain(event.text),
            project_name=clipped(plain(event.shown_project), _LONGEST_PROJECT, size),
        )
        for event in digest.events
    ]
    frame = digest_text(replace(digest, events=tuple(replace(event, text="") for event in told)))
    share = fair_share((size(event.text) for event in told if not renews_in_use(event)), most - size(frame))
    fitted = tuple(replace(event, text=clipped(event.text, share, size)) for event in told)
    return digest_text(replace(digest, events=fitted))


def utf16(text: str) -> int:
    """The size in UTF-16 units, as programs count that were written in JavaScript, Java or Hack."""
    return len(text) + sum(sign > "\uffff" for sign in text)
