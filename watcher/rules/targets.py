"""One project to watch, as a partner configured it or as discovery found it."""

from dataclasses import dataclass

from watcher.facts.accounts import ProjectId
from watcher.rules.policy import Policy

DISCOVERY = ProjectId("discovery")
"""Stands for the asking itself, where that fails."""


class Labels(tuple[tuple[str, str], ...]):
    """What a partner notes of a project, by key: `team = "growth"`. It decides nothing."""

    def __str__(self) -> str:
        return "; ".join(f"{key}={value}" for key, value in self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One project to watch. Discovered ones are never enrolled. `owner` and `labels` decide nothing."""

    id: ProjectId
    name: str
    policies: tuple[Policy, ...]
    enrolled: bool
    keep_at_least: int | None = None
    budget_cents: int | None = None
    owner: str = ""
    labels: Labels = Labels()
    named_by_nobody: bool = False
    """Neither configured nor listed by a discovery that went well: known from before only."""
