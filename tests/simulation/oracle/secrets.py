"""Nothing secret is told: the key, the password of the database, and what receivers and the watcher share.

Looked for in every message, path and body that leaves, in the log, in what turns say of themselves and in
the whole ledger; half of those that refuse a request say back what they were told.
"""

from collections.abc import Iterator

from tests.simulation.oracle.case import Case, Violation
from tests.simulation.oracle.figures import Figures


def told(case: Case, figures: Figures) -> Iterator[Violation]:
    for at, what in dict.fromkeys(case.secrets):
        yield Violation(rule="secret told", at=at, text=what)
