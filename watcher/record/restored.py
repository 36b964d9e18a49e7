"""A ledger that lost memory: how that shows, and what is said to it before anything else is done on it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from watcher.record.overrides import Override, OverrideKind
from watcher.texts.times import clock_time

WATCHER: Final = "lease-watcher"
"""Who says so where no person did."""

UNHEARD: Final = "what people said since it was made is lost: say those holds again"
"""What nobody but people can mend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """What shows that a ledger lacks, or may lack, what was done or said. `unheard`: what people do then."""

    why: str
    unheard: str = UNHEARD


OLDER: Final = Lost(why="the ledger is an older copy")


def new_one(turn: str | None, word: datetime | None) -> Lost:
    """A ledger that began after the last turn (its id) or the last word that another one knew there."""
    known = [] if turn is None else [f"a turn {turn}"]
    known += [] if word is None else [f"a word at {clock_time(word, UTC)}"]
    return Lost(
        why=f"this ledger is new, and one stood here that knew of {' and '.join(known)}",
        unheard="what people said to that one is lost: put it back, or say those holds again",
    )


def unreadable(bookmark: str) -> Lost:
    return Lost(
        why=f"{bookmark}, which tells an older copy of the ledger, is there and cannot be read",
        unheard="if a copy was put back, what people said since it was made is lost: look at the holds, "
        "say again those that are missing, and move away what stands there if this is said again",
    )


def restored(by: str, why: str, now: datetime, unheard: str = UNHEARD) -> tuple[Override, Override]:
    """(that it was restored, which voids its notices; a pause of the fleet, which a person lifts)."""
    return (
        Override(kind=OverrideKind.RESTORED, at=now, by=by, why=why),
        Override(kind=OverrideKind.PAUSE, at=now, by=by, why=f"{why}; {unheard}"),
    )
