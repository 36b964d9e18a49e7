"""Policies that are tried before the standard one, and pauses that stand in the configuration."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.simulation.model.world import Lease


def minutes(span: timedelta) -> str:
    return f'"{span // timedelta(minutes=1)}m"'


def _texts(words: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


@dataclass(frozen=True, kw_only=True)
class Special:
    """What is wanted of some accounts: of a platform, of few followers, as healthy as that; each that is
    given must fit. `late`: a notice need not be as old as is said, where it cannot be any more; `cancels`:
    what is still to go out keeps no account.
    """

    name: str
    when: str
    idle_after: timedelta
    late: bool = False
    cancels: bool = False
    platform: str | None = None
    most_followers: int | None = None
    tiers: frozenset[str] = frozenset()

    def may_govern(self, lease: Lease) -> bool:
        """Whatever its health is."""
        return self.platform in (None, lease.platform) and (
            self.most_followers is None or lease.followers <= self.most_followers
        )

    def fits(self, lease: Lease, tier: str) -> bool:
        return self.may_govern(lease) and (not self.tiers or tier in self.tiers)

    def match(self) -> Iterator[str]:
        """Its table of conditions, line by line."""
        if self.platform is not None:
            yield f"platforms = {_texts([self.platform])}"
        if self.most_followers is not None:
            yield f"max_followers = {self.most_followers}"
        if self.tiers:
            yield f"health = {_texts(sorted(self.tiers))}"


@dataclass(frozen=True, kw_only=True)
class WrittenPause:
    """One of `[[pauses]]`. `project`: by its id, None for all."""

    begins: datetime
    ends: datetime
    project: str | None

    def lines(self, projects: dict[str, str]) -> Iterator[str]:
        yield "[[pauses]]"
        yield f'from = "{self.begins.isoformat()}"'
        yield f'until = "{self.ends.isoformat()}"'
        if self.project is not None:
            yield f"projects = {_texts([projects[self.project]])}"
        yield 'reason = "as agreed"'
