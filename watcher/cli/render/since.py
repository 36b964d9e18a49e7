"""What a ledger tells of the time since a moment, as a block of a page: what changed, and what it came to."""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from heapq import merge
from typing import Final

from watcher.cli.render.history import history_told
from watcher.cli.render.savings import sums_in_sentences
from watcher.facts.accounts import ProjectId
from watcher.memory.savings import Savings
from watcher.ports.ledger import HistoryLine
from watcher.ports.pages import PageBlock, PageRow
from watcher.texts.spans import counted
from watcher.texts.times import clock_time

MOST: Final = 200
"""So many things are told one by one, the latest."""

MOST_NEW: Final = 10
"""So many new leases are; of more, their number."""

_HOW_IT_WAS_TOLD: Final = ("message.", "turn.")
_WITHOUT_NEWS: Final = frozenset({"release.intended"})
_NEW: Final = "lease.new"


def since_block(
    lines: Iterable[HistoryLine],
    savings: Savings,
    *,
    asked: str,
    names: Mapping[ProjectId, str],
    now: datetime,
    timezone: tzinfo,
) -> PageBlock:
    """`lines` since the moment from which `savings` sums up, which says what they came to: none is summed up
    here. `asked`: that moment as it was typed, for the commands that tell all of it.
    """
    seen = _Seen()
    seen.note(lines)
    told = [
        PageRow(label=one.stamp, text=" · ".join((*one.subject, one.text)))
        for one in history_told(seen.told(), timezone, names=names)
    ]
    return PageBlock(
        title=f"What changed since {clock_time(savings.since, timezone, now=now)}",
        rows=(
            *seen.nothing(),
            *(PageRow(text=text) for text in sums_in_sentences(savings, timezone, now)),
            *seen.left_out(asked),
            *reversed(told),
        ),
    )


class _Seen:
    """What went by, the oldest first: how people were told of it is no news."""

    def __init__(self) -> None:
        self._count = 0
        self._last = deque[HistoryLine](maxlen=MOST)
        self._new = 0
        self._first = deque[HistoryLine](maxlen=MOST_NEW)

    def note(self, lines: Iterable[HistoryLine]) -> None:
        for one in lines:
            if one.what.startswith(_HOW_IT_WAS_TOLD) or one.what in _WITHOUT_NEWS or one.event is not None:
                continue
            if one.what == _NEW:
                self._new += 1
                self._first.append(one)
                continue
            self._count += 1
            self._last.append(one)

    def told(self) -> Iterable[HistoryLine]:
        """One by one; of many new leases, none: a first turn sees them all."""
        few = () if self._many_are_new else self._first
        return merge(few, self._last, key=lambda one: one.at)

    @property
    def _many_are_new(self) -> bool:
        return self._new > MOST_NEW

    def nothing(self) -> Iterable[PageRow]:
        if not self._count and not self._new:
            yield PageRow(text="Nothing changed in the fleet, and nobody said anything.")

    def left_out(self, asked: str) -> Iterable[PageRow]:
        if self._many_are_new:
            yield PageRow(
                text=f"First seen: {counted(self._new, 'account')}: "
                f"`lease-watcher history --kind lease.new --since {asked}`."
            )
        if self._count > len(self._last):
            yield PageRow(
                text=f"The last {len(self._last):,} of {self._count:,} are here: "
                f"`lease-watcher history --since {asked}` tells all of them."
            )
