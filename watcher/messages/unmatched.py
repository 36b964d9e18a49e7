"""Words of the configuration that match nothing: what they were to keep is kept by nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from watcher.messages.clauses import to_type, why
from watcher.messages.events import Event, EventKind
from watcher.messages.problem_facts import UnmatchedFacts
from watcher.texts.spans import counted

PROBLEM: Final = EventKind.PROTECTION_UNMATCHED.value
_NAMED: Final = 5
"""So many are named in a message; the others are counted, and every report lists them all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmatched:
    """One word that matches no leased account. `key` is where it stands: `policies.standard.protect.handles`.

    `nearest`: of what is there, what it may have meant.
    """

    key: str
    word: str
    nearest: str | None = None

    def __str__(self) -> str:
        guess = f" (did you mean {self.nearest}?)" if self.nearest else ""
        return f"{self.key} {self.word}{guess}"


def unmatched_event(found: Sequence[Unmatched], now: datetime) -> Event | None:
    """That configured words match nothing; other words are news. None where all of them match."""
    if not found:
        return None
    digest = sha256("\n".join(map(str, found)).encode()).hexdigest()[:16]
    one = len(found) == 1
    what = f"{counted(len(found), 'configured word')} {'matches' if one else 'match'}"
    it = "it" if one else "them"
    listed = ", ".join(map(str, found[:_NAMED]))
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return Event(
        kind=EventKind.PROTECTION_UNMATCHED,
        key=f"{PROBLEM}:{digest}",
        problem=PROBLEM,
        at=now,
        what=f"{what} no leased account, so nothing is kept by {it}",
        clauses=(
            why(f"{listed}{more}"),
            to_type("lease-watcher check --online", before=f"correct or remove {it}: ", after=" shows all"),
        ),
        facts=UnmatchedFacts(words=len(found)),
    )
