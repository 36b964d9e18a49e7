"""What one project's list of assigned accounts said, and how old that was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from watcher.facts.accounts import Account, ProjectId, Quarantined

FRESH_FOR: Final = timedelta(seconds=5)
"""What was read for one decision or proof, here and now, must be no older: caches may answer for the API.

A few seconds, as `Date` and `Age` have whole ones, and the machines behind one API no common clock.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """One project's assigned accounts, all pages.

    `age`: how old the oldest page was when it came; `read_at`: when the first one was asked for, less that.
    `read_until` is when the last page had come, less its age: what the list shows, such as a renewal, was so
    by then. `skew`: our clock against the API's by the dates of these pages, None where they prove nothing.
    """

    project: ProjectId
    accounts: tuple[Account, ...]
    quarantined: tuple[Quarantined, ...]
    read_at: datetime
    read_until: datetime
    age: timedelta = timedelta()
    skew: timedelta | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether it tells how things are now, as far as a list can."""
        return self.age <= FRESH_FOR


def ids_in(listing: Listing) -> frozenset[str]:
    """Every id of a listing, also of what is not understood: that is still there."""
    return frozenset(one.id for one in listing.accounts) | frozenset(
        one.id for one in listing.quarantined if one.id is not None
    )
