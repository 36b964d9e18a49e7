"""What a partner configured for the projects, as the turn needs it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from functools import cached_property

from watcher.brakes import Limits
from watcher.facts.accounts import ProjectId
from watcher.messages.routes import Routes
from watcher.record.overrides import Overrides
from watcher.record.planned_pauses import PlannedPauses
from watcher.rules.plan import Mode
from watcher.rules.policy import Policy, ReleaseRule, ReleaseWhen
from watcher.rules.shards import WHOLE, Shard
from watcher.rules.targets import Target


@dataclass(frozen=True, kw_only=True)
class Orders:
    """The configuration of a turn; what is asked of it for each account is found out once.

    `discovered`: the policies of projects found by asking, None: do not ask. `configured_holds` come from the
    configuration file and outlive a lost ledger.
    """

    mode: Mode
    targets: tuple[Target, ...]
    discovered: tuple[Policy, ...] | None
    limits: Limits
    routes: Routes
    configured_holds: Overrides
    poll: timedelta
    timeout: timedelta
    planned_pauses: PlannedPauses = PlannedPauses()
    keep_observations: timedelta = timedelta(days=400)
    base_url: str = ""
    budget_cents: int | None = None
    """What the whole fleet may cost a month; nothing stops at it, people are told."""
    zone: tzinfo = UTC
    """In which a month begins that is summed up; nothing is decided by it."""
    shard: Shard = WHOLE
    """Only its projects are read, whoever named them."""

    @cached_property
    def shortest_notice(self) -> timedelta:
        """Of all policies that may release: so long beforehand each release is announced at least."""
        releasing = (one for one in self.every_policy() if one.release.when is not ReleaseWhen.NEVER)
        return min((one.release.notice for one in releasing), default=timedelta())

    @property
    def tightest_rung(self) -> timedelta:
        """Of all policies, the shortest time before a renewal at which one warns; none warns: nothing."""
        return min((rung for one in self.every_policy() for rung in one.warn), default=timedelta())

    def every_policy(self) -> Iterator[Policy]:
        """Of each project as often as it has it, and of those that are discovered."""
        for target in self.targets:
            yield from target.policies
        yield from self.discovered or ()

    @cached_property
    def release_rules(self) -> dict[str, ReleaseRule]:
        """Of every policy, by its name."""
        return {policy.name: policy.release for policy in self.every_policy()}

    @cached_property
    def names(self) -> dict[ProjectId, str]:
        """What people call the configured projects."""
        return {target.id: target.name for target in self.targets}

    @cached_property
    def _by_project(self) -> dict[ProjectId, Target]:
        return {target.id: target for target in self.targets}

    def target(self, project: ProjectId) -> Target | None:
        """What is configured for a project; None for one that is found by asking."""
        return self._by_project.get(project)

    def policies_of(self, project: ProjectId) -> tuple[Policy, ...]:
        """Those that govern a project, its own or those of projects found by asking."""
        target = self.target(project)
        return (self.discovered or ()) if target is None else target.policies

    @property
    def owners(self) -> dict[ProjectId, str]:
        """Whose the configured projects are, as far as that is said."""
        return {target.id: target.owner for target in self.targets if target.owner}

    def watches(self, project: ProjectId) -> bool:
        """Whether a project that is remembered is still ours to read: of those found by asking, all are."""
        configured = self.discovered is not None or project in self._by_project
        return configured and self.shard.has(project)
