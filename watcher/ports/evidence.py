"""Where evidence of use comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.activity import Activity


@dataclass(frozen=True, kw_only=True, slots=True)
class Inquiry:
    """One account whose use matters now. `recent`: use younger than this settles the question.

    `complete`: the policy says that all use shows here, so silence counts.
    """

    account: Account
    recent: timedelta
    complete: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """An activity for every account asked about. `shown`: the source showed something in this project.

    `age`: how old the oldest of what it was told was, when it came. `blank`: whether the source, which once
    did, shows nothing of the whole project any more; None where it did not look at that.
    """

    activity: Mapping[AccountId, Activity]
    shown: bool
    age: timedelta = timedelta()
    blank: bool | None = None


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
