"""Several watchers on one ledger: only the lock's holder acts."""

from collections.abc import Iterator
from itertools import pairwise

from tests.simulation.oracle.case import Case, Violation
from tests.simulation.oracle.figures import Figures
from watcher.decide.report import Trouble


def at_once(case: Case, figures: Figures) -> Iterator[Violation]:
    """No two turns on one ledger at one time, but where one of them says that it had lost the lock."""
    if len(case.history.shifts) < 2:
        return
    acting = sorted(
        (one for one in case.turned if one.report.trouble is not Trouble.LEDGER_HELD),
        key=lambda one: one.began,
    )
    for first, second in pairwise(acting):
        if first.process != second.process and second.began < first.at:
            yield Violation(
                rule="two at once",
                at=second.began,
                text=f"process {second.process} takes a turn, and process {first.process} is in one",
            )
