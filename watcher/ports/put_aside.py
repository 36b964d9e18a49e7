"""Where decisions wait until a turn has made them all, for whoever shows more than memory should hold."""

from collections.abc import Collection, Iterable
from typing import Protocol

from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId
from watcher.rules.plan import Decision


class NoRoom(OSError):
    """What is put aside cannot be written: the disk is full, or there is no folder for it."""


class Decisions(Protocol):
    """Takes each decision as it is made, and gives them back one by one, as often as asked.

    turns = Turns(..., keep=aside.keep, recall=aside.recall)  # what it goes back to the turn keeps itself
    report = turns.run().report
    for decision in aside.of(report):            # every one that still stands
        ...
    """

    def keep(self, decision: Decision) -> bool:
        """Put it aside; answers whether the turn has to keep it as well. Raises `NoRoom`."""
        ...

    def recall(self, accounts: Collection[tuple[ProjectId, str]]) -> Iterable[Decision]:
        """Those of accounts, by project and id, that the turn does not keep. Raises `NoRoom`."""
        ...

    def of(self, report: Report) -> Collection[Decision]:
        """All that the turn decided, in the order in which it did, but for what it took back.

        Raises `NoRoom`.
        """
        ...
