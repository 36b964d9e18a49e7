"""Where evidence of use comes from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from watcher.facts.accounts import ProjectId
from watcher.facts.activity import Findings, Inquiry


class EvidenceSource(Protocol):
    """Answers whether accounts are used; never whether they may be released.

    found = source.read(project, [Inquiry(account=latte, recent=timedelta(days=30), complete=False)],
                        shown_before=True, now=now)
    match found.activity[latte.id]:
        case Seen(at=at): ...                    # used then, at the latest
        case Unknown(why=why): ...               # never taken for "idle"
    """

    @property
    def name(self) -> str:
        """The word for it in `evidence = [...]`."""
        ...

    def read(
        self, project: ProjectId, inquiries: Sequence[Inquiry], *, shown_before: bool, now: datetime
    ) -> Findings:
        """Ask about several accounts of one project in the fewest requests.

        Raises no `ApiError` but `Suspended` and a rejected key: other failures are `Unknown` activity.
        """
        ...
