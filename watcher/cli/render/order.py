"""In what order accounts are shown, and by what they are summed up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from watcher.decide.figures import Figures, figures
from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId
from watcher.facts.activity import idle_for
from watcher.rules.plan import Decision
from watcher.texts.times import in_zone


class Order(StrEnum):
    RENEWS = "renews"
    """The next renewal first."""
    PRICE = "price"
    """The dearest first."""
    IDLE = "idle"
    """Unused for longest first, unknown use last."""


class By(StrEnum):
    PROJECT = "project"
    OWNER = "owner"
    POLICY = "policy"
    PLATFORM = "platform"
    DAY = "day"
    """Of the renewal, in the configured zone."""


def in_order(decisions: Iterable[Decision], order: Order, now: datetime) -> list[Decision]:
    by_renewal = sorted(decisions, key=lambda one: (one.account.renews_at, one.account.handle))
    match order:
        case Order.RENEWS:
            return by_renewal
        case Order.PRICE:
            return sorted(by_renewal, key=lambda one: -one.account.price_cents)
        case Order.IDLE:
            return sorted(by_renewal, key=lambda one: -_idle(one, now))


def _idle(decision: Decision, now: datetime) -> timedelta:
    length = idle_for(decision.judgement.subject.activity, now)
    return timedelta(seconds=-1) if length is None else length


@dataclass(frozen=True, kw_only=True, slots=True)
class Subtotal:
    """Accounts that have something in common: `name`, empty where they lack it. `project`: whose they are, of
    sums by project.
    """

    name: str
    sums: Figures
    project: ProjectId | None = None


def subtotals_of(
    report: Report,
    by: By,
    order: Order | None,
    now: datetime,
    timezone: tzinfo,
) -> list[Subtotal]:
    """The most waste first, days as they come; or in the order of the first account of each."""
    found: dict[str, list[Decision]] = {}
    for one in in_order(report.decisions, order or Order.RENEWS, now):
        found.setdefault(_key(one, by, report.owners, timezone), []).append(one)
    subtotals = [_subtotal(key, alike, by, report.project_names) for key, alike in found.items()]
    match order:
        case None if by is By.DAY:
            return sorted(subtotals, key=lambda one: one.name)
        case None:
            return sorted(subtotals, key=lambda one: (-one.sums.unused.cents, -one.sums.all.cents, one.name))
        case Order.PRICE:
            return sorted(subtotals, key=lambda one: -one.sums.all.cents)
        case Order.RENEWS | Order.IDLE:
            return subtotals


def _subtotal(key: str, alike: Iterable[Decision], by: By, names: Mapping[ProjectId, str]) -> Subtotal:
    if by is not By.PROJECT:
        return Subtotal(name=key, sums=figures(alike))
    project = ProjectId(key)
    return Subtotal(name=names.get(project, project), sums=figures(alike), project=project)


def _key(decision: Decision, by: By, owners: Mapping[ProjectId, str], timezone: tzinfo) -> str:
    """By what it is summed up: a project by its id, all else by its name."""
    account, policy = decision.account, decision.judgement.policy
    match by:
        case By.PROJECT:
            return account.project
        case By.OWNER:
            return owners.get(account.project, "")
        case By.POLICY:
            return policy.name if policy else ""
        case By.PLATFORM:
            return account.platform
        case By.DAY:
            return in_zone(account.renews_at, timezone).date().isoformat()
