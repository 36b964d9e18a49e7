"""Where evidence comes from: of use, and of what else an account is to be kept for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from watcher.facts.accounts import ProjectId
from watcher.facts.activity import Findings, Inquiry


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceNeeds:
    """What a source needs so that it can answer: its declaration.

    `scope`: of the key, and `without` is what is missing where it has none. `last`: it takes a request for
    each account, so it is asked only about those that all else would soon let go.
    """

    scope: str | None = None
    without: str = ""
    last: bool = False


class EvidenceSource(Protocol):
    """Answers whether accounts are used, or how healthy they are; never whether they may be released.

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

    @property
    def needs(self) -> SourceNeeds: ...

    def read(
        self, project: ProjectId, inquiries: Sequence[Inquiry], *, shown_before: bool, now: datetime
    ) -> Findings:
        """Ask about several accounts of one project in the fewest requests.

        Raises no `ApiError` but `Suspended` and a rejected key: other failures are `Unknown` activity.
        """
        ...
