"""How much a turn looked at: only of that can it be said that something is over, or within a budget."""

from collections.abc import Mapping
from dataclasses import dataclass

from watcher.decide.gathered import Gathered
from watcher.facts.accounts import ProjectId
from watcher.messages.problems import Problem, by_project
from watcher.messages.unmatched import Unmatched
from watcher.rules.shards import Shard
from watcher.rules.targets import DISCOVERY


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """`full`: the whole fleet was wanted; `cut_short`: by a trouble of the API, or told to stop."""

    full: bool
    cut_short: bool
    shard: Shard

    def whole(self, gathered: Gathered) -> bool:
        """Whether all that was wanted was read."""
        return not self.cut_short and not gathered.unread

    def unmatched(self, gathered: Gathered) -> tuple[Unmatched, ...] | None:
        """Configured words that no account matched; None where not every account was met."""
        return gathered.words.left() if self.full and self.shard.whole and self.whole(gathered) else None

    def fleet_cents(self, gathered: Gathered) -> int | None:
        """What all accounts cost a month; None where not every one of them was read and understood."""
        everything = self.full and self.whole(gathered) and not gathered.quarantined
        return gathered.totals.cents if everything else None

    def unwatched(self, gathered: Gathered, problems: Mapping[str, Problem]) -> frozenset[ProjectId]:
        """Projects with standing problems that a full turn did not come across."""
        undiscovered = any(unread.project == DISCOVERY for unread in gathered.unread)
        if not self.full or self.cut_short or undiscovered:
            return frozenset()
        met = gathered.projects.keys() | {unread.project for unread in gathered.unread}
        return frozenset(by_project(problems).keys() - met)
