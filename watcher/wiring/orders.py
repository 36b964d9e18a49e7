"""From settings to what a turn is told to do. Values only: nothing is opened."""

from datetime import UTC, datetime

from watcher.decide.orders import Orders
from watcher.facts.accounts import AccountId, ProjectId
from watcher.record.overrides import CONFIGURATION, Override, OverrideKind, Overrides
from watcher.rules.shards import WHOLE, Shard
from watcher.rules.targets import Target
from watcher.settings.model import Settings
from watcher.texts.times import zone

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def orders_from(settings: Settings, shard: Shard = WHOLE) -> Orders:
    """The settings as the turn reads them."""
    return Orders(
        mode=settings.mode,
        targets=tuple(
            Target(
                id=ProjectId(project.id),
                name=name,
                policies=settings.policies_for(name),
                enrolled=project.enrolled,
                keep_at_least=project.keep_at_least,
                budget_cents=project.budget_cents,
                owner=project.owner or "",
                labels=project.labels,
            )
            for name, project in settings.projects.items()
        ),
        discovered=settings.policies_for(None) if settings.discovery.enabled else None,
        limits=settings.brakes,
        routes=settings.routes,
        configured_holds=configured_holds(settings),
        planned_pauses=settings.planned_pauses,
        poll=settings.schedule.poll,
        timeout=settings.api.timeout,
        keep_observations=settings.store.keep_observations,
        base_url=settings.api.base_url.rstrip("/"),
        # A part of the fleet says nothing about what all of it costs.
        budget_cents=settings.budget.monthly_cents if shard.whole else None,
        zone=zone(settings.timezone),
        shard=shard,
    )


def configured_holds(settings: Settings) -> Overrides:
    """The holds of the file, as said before anything else and never lifted by an unhold."""
    return Overrides(
        said=tuple(
            Override(
                kind=OverrideKind.HOLD,
                at=_BEFORE_ALL,
                by=CONFIGURATION,
                why=hold.reason,
                account=AccountId(hold.account),
                until=hold.until,
            )
            for hold in settings.holds
        )
    )
