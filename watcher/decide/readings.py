"""What a turn read of its projects: each whole, or why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.facts.activity import Activity
from watcher.facts.health import Health
from watcher.facts.listing import Listing
from watcher.rules.targets import Target


class Asking(Enum):
    """For which accounts evidence is asked."""

    NEEDED = auto()
    """Those whose first warning or announcement has come."""
    ALL = auto()
    """Every one: an audit answers "who uses what we pay for?"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One project, read whole. `activity` has only the accounts asked about.

    `by_source`: what it was made of, where every account was asked about. `health`: of those few of which a
    decision may turn on it. `by_then`: of renewals that passed while nobody looked, what the use was by then.

    `read_at`: of when the oldest of these facts are, at the latest.
    """

    target: Target
    listing: Listing
    read_at: datetime
    activity: Mapping[AccountId, Activity] = field(default_factory=dict)
    by_source: Mapping[AccountId, Mapping[str, Activity]] = field(default_factory=dict)
    health: Mapping[AccountId, Health] = field(default_factory=dict)
    by_then: Mapping[LeasePeriod, Activity] = field(default_factory=dict)
    shown: bool = False
    blank: bool | None = None
    """Whether its evidence shows nothing at all any more, although it once did; None: not looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """One project that could not be read. `code` is the API's, or ours in lower case; `why` a sentence.

    `missing`: the API itself says that there is no such project, and did not just list something of it;
    `listed`: of an unfinished list, what was read of it: ids with the handles beside them.
    """

    target: Target
    code: str
    why: str
    missing: bool
    listed: Mapping[str, str | None]
