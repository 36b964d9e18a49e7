"""Parts of a whole: when they are above a limit, and when there are enough of them to say anything."""

from decimal import Decimal
from typing import Final

from watcher.brakes.docket import Entry, done_among

FROM: Final = 3
"""Shares of very small numbers say little, and fewer accounts than these move without meaning anything:
below this only a limit of 0 halts."""


def exceeds(part: int, whole: int, limit: float, least: int) -> bool:
    """Whether `part` of `whole` is above the limit; under `least` only a limit of 0 counts.

    Exact at the limit: 10 of 100 is not above 0.1.
    """
    if part == 0 or (part < least and limit > 0):
        return False
    return Decimal(part) > Decimal(str(limit)) * whole


def jumped(part: int, whole: int, limit: float) -> bool:
    """Whether more of the whole changed at once than may."""
    return part >= FROM and exceeds(part, whole, limit, FROM)


def size_before(assigned: int, entries: tuple[Entry, ...]) -> int:
    """The size before the releases of the docket: those done are no longer assigned."""
    return assigned + done_among(entries)
