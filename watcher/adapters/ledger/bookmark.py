"""Beside a ledger's file: what it remembered last, so that an older copy in its place is seen to be one.

A copy knows neither the holds that were said since it was made nor the notices that were withdrawn. The
bookmark lies outside the ledger and is not copied with it. It is no proof that nothing was lost: a whole
folder that is put back brings an older bookmark along.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LONGEST = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Bookmark:
    """The last turn that was begun, and the last word of a person as (its number, its stored instant)."""

    turn: str | None = None
    word: tuple[int, int] | None = None


def read(ledger: Path) -> Bookmark | None:
    """None where there is none, or nothing that can be understood: then nothing is claimed."""
    try:
        with _beside(ledger).open(encoding="ascii") as file:
            turn, number, at = file.read(_LONGEST).removesuffix("\n").split(" ")
        word = None if number == "-" else (int(number), int(at))
    except (OSError, ValueError):
        return None
    return Bookmark(turn=None if turn == "-" else turn, word=word)


def write(ledger: Path, mark: Bookmark) -> None:
    """Whole or not at all. Where it cannot be written the one before stays, which is true as well."""
    number, at = mark.word or ("-", "-")
    partial = _beside(ledger).with_suffix(".partial")
    with suppress(OSError):
        partial.write_text(f"{mark.turn or '-'} {number} {at}\n", encoding="ascii")
        os.replace(partial, _beside(ledger))


def move(ledger: Path, to: Path) -> None:
    """With the ledger that it is about."""
    with suppress(OSError):
        os.replace(_beside(ledger), _beside(to))


def _beside(ledger: Path) -> Path:
    return ledger.with_name(f"{ledger.name}.bookmark")
