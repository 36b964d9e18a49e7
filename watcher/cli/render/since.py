"""What a ledger tells of the time since a moment, as a block of a page: what changed, and what it came to."""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from heapq import merge
from typing import Final

from watcher.cli.render.bill import total
from watcher.cli.render.history import render_history
from watcher.facts.accounts import ProjectId
from watcher.ports.ledger import HistoryLine
from watcher.ports.pages import PageBlock, PageRow
from watcher.record.outcomes import Outcome
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import clock_time

MOST: Final = 200
"""So many things are told one by one, the latest."""

MOST_NEW: Final = 10
"""So many new leases are; of more, their number."""

_HOW_IT_WAS_TOLD: Final = ("message.", "turn.")
_WITHOUT_NEWS: Final = frozenset({"release.intended"})
_NEW: Final = "lease.new"
_RELEASED: Final = "release.released"


def since_block(
    lines: Iterable[HistoryLine],
    since: datetime,
    *,
    asked: str,
    names: Mapping[ProjectId, str],
    now: datetime,
    timezone: tzinfo,
) -> PageBlock:
    """`asked`: the moment as it was typed, for the commands that tell all of it."""
    seen = _Seen()
    seen.note(lines)
    told = [
        PageRow(label=stamp, text=text.strip().replace("  ", " · "))
        for stamp, _, text in (
            row.rstrip("\n").partition("  ")
            for row in render_history(seen.told(), timezone, names=names, summed=False, nothing="")
        )
        if stamp
    ]
    return PageBlock(
        title=f"What changed since {clock_time(since, timezone, now=now)}",
        rows=(*seen.sums(asked), *reversed(told)),
    )


class _Seen:
    """What went by, the oldest first: how people were told of it is no news."""

    def __init__(self) -> None:
        self._count = 0
        self._last = deque[HistoryLine](maxlen=MOST)
        self._new = 0
        self._first = deque[HistoryLine](maxlen=MOST_NEW)
        self._released: list[int] = []
        self._paid: list[Outcome] = []

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
            if one.what == _RELEASED:
                self._released.append(one.cents or 0)
            if one.paid is not None:
                self._paid.append(one.paid)

    def told(self) -> Iterable[HistoryLine]:
        """One by one; of many new leases, none: a first turn sees them all."""
        few = () if self._many_are_new else self._first
        return merge(few, self._last, key=lambda one: one.at)

    @property
    def _many_are_new(self) -> bool:
        return self._new > MOST_NEW

    def sums(self, asked: str) -> Iterable[PageRow]:
        if not self._count and not self._new:
            yield PageRow(text="Nothing changed in the fleet, and nobody said anything.")
        if self._released:
            saved = dollars(sum(self._released))
            yield PageRow(
                text=f"Released: {counted(len(self._released), 'account')}, saving {saved} a month."
            )
        if self._paid:
            yield PageRow(text=f"{total(self._paid)}.")
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
