"""Where evidence of use comes from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from watcher.facts.accounts import ProjectId
from watcher.facts.activity import Findings, Inquiry


class EvidenceSource(Protocol):
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
