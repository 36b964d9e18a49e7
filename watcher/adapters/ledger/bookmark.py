"""Beside a ledger's file: what it remembered last, so that an older copy in its place is seen to be one.

A copy knows neither the holds that were said since it was made nor the notices that were withdrawn. The
bookmark lies outside the ledger and is not copied with it. It is no proof that nothing was lost: a whole
folder that is put back brings an older bookmark along, and where there is none nothing is claimed.
"""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from watcher.adapters import logs

_LONGEST: Final = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Bookmark:
    """The last turn that was begun, and the last word of a person as (its number, its stored instant)."""

    turn: str | None = None
    word: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """Something is there, and it says nothing: neither that nothing was lost, nor that something was."""

    place: str


def read(ledger: Path) -> Bookmark | Unreadable | None:
    """None: there is none. Never waits, whatever stands in its place."""
    place = _beside(ledger)
    if not os.path.lexists(place):
        return None
    try:
        if not stat.S_ISREG(place.stat().st_mode):
            return Unreadable(place=str(place))
        with open(place, encoding="ascii", opener=_without_waiting) as file:
            turn, word, at = file.read(_LONGEST).removesuffix("\n").split(" ")
        said = None if word == "-" else (int(word), int(at))
    except (OSError, ValueError):
        return Unreadable(place=str(place))
    return Bookmark(turn=None if turn == "-" else turn, word=said)


def write(ledger: Path, mark: Bookmark) -> None:
    """Whole or not at all, and on the disk: an empty one would be taken for a loss.

    Where it cannot be written the one before stays, which is true as well; that is logged.
    """
    number, at = mark.word or ("-", "-")
    place = _beside(ledger)
    partial = place.with_name(f"{place.name}.partial")
    try:
        with partial.open("w", encoding="ascii") as file:
            file.write(f"{mark.turn or '-'} {number} {at}\n")
            file.flush()
            os.fsync(file.fileno())
        if place.is_dir() and not place.is_symlink():
            os.replace(place, _free(place))
        os.replace(partial, place)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        logs.logger("watcher.ledger").warning(
            "bookmark not written: an older copy of the ledger may not be noticed",
            file=str(place),
            why=(error.strerror or "unknown").lower(),
        )


def move(ledger: Path, to: Path) -> None:
    """With the ledger that it is about."""
    with suppress(OSError):
        os.replace(_beside(ledger), _beside(to))


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _free(place: Path) -> Path:
    """A name for what is no file, and is put aside: it is somebody's."""
    names = (place.with_name(f"{place.name}.aside{again or ''}") for again in count())
    return next(name for name in names if not os.path.lexists(name))


def _beside(ledger: Path) -> Path:
    return ledger.with_name(f"{ledger.name}.bookmark")
