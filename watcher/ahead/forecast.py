"""The charges of the days ahead, summed up: fed decision by decision, so that it never grows with the fleet.

What it sums by is one word of `Grouping`. Every sum says how much of it is extrapolated; those of a group,
and of all groups, add up to the cent.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from watcher.ahead.charges import Charge, Expected, Hindrances, Risk, charges_of
from watcher.facts.accounts import ProjectId
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Decision
from watcher.texts.times import in_zone


class Grouping(StrEnum):
    """By what charges are summed up; days, weeks and months by the clock of the configured zone."""

    DAY = "day"
    WEEK = "week"
    """From Monday, named by it."""
    MONTH = "month"
    PROJECT = "project"
    POLICY = "policy"
    OWNER = "owner"

    @property
    def of_time(self) -> bool:
        return self in (Grouping.DAY, Grouping.WEEK, Grouping.MONTH)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeSum:
    """So many renewals for so many cents; of them so many, for so much, extrapolated."""

    renewals: int = 0
    cents: int = 0
    extrapolated: int = 0
    extrapolated_cents: int = 0

    def plus(self, charge: Charge) -> "ChargeSum":
        more = charge.extrapolated
        return ChargeSum(
            renewals=self.renewals + 1,
            cents=self.cents + charge.cents,
            extrapolated=self.extrapolated + more,
            extrapolated_cents=self.extrapolated_cents + (charge.cents if more else 0),
        )

    def __add__(self, other: "ChargeSum") -> "ChargeSum":
        return ChargeSum(
            renewals=self.renewals + other.renewals,
            cents=self.cents + other.cents,
            extrapolated=self.extrapolated + other.extrapolated,
            extrapolated_cents=self.extrapolated_cents + other.extrapolated_cents,
        )


NO_CHARGE: Final = ChargeSum()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeGroup:
    """The charges that have something in common: `name`, empty where they lack it; days as ISO dates, weeks
    as the date of their Monday, months as `2026-11`. `project`: whose they are, of sums by project: what
    people call two projects may be one name.
    """

    name: str
    sums: Mapping[Expected, ChargeSum]
    project: ProjectId | None = None

    def of(self, expected: Expected) -> ChargeSum:
        return self.sums.get(expected, NO_CHARGE)

    @property
    def all(self) -> ChargeSum:
        """Everything that renews, whether or not it will be paid."""
        return sum(self.sums.values(), NO_CHARGE)

    @property
    def to_pay(self) -> ChargeSum:
        """What will be paid as things are."""
        to_pay = (self.of(each) for each in Expected if each is not Expected.DECIDED)
        return sum(to_pay, NO_CHARGE)


@dataclass(kw_only=True)
class Forecast:
    """The charges after `hindrances.now` and before `until`.

    forecast.take(decisions)           # one after the other; nothing of them is kept but sums
    forecast.groups                    # what there is to show
    """

    by: Grouping
    until: datetime
    hindrances: Hindrances
    timezone: tzinfo
    names: Mapping[ProjectId, str] = field(default_factory=dict)
    owners: Mapping[ProjectId, str] = field(default_factory=dict)
    accounts: int = 0
    """Of which charges were looked for."""
    pending: ChargeSum = NO_CHARGE
    """Renewals that should have been by now, and that the API still shows: paid, or about to be."""
    in_use: ChargeSum = NO_CHARGE
    unknown: ChargeSum = NO_CHARGE
    """What of `COMMITTED` is in use today, and of what nobody knows."""
    by_window: ChargeSum = NO_CHARGE
    """What of `in_use` will count as unused when its window opens, unless it is used."""
    unless_hot: ChargeSum = NO_CHARGE
    """What of `DECIDED` is released unless the account turns out to be hot."""
    kept: dict[Reason | None, ChargeSum] = field(default_factory=dict)
    """`UNUSED`, by why it is kept; None: of a later renewal, nothing is decided yet."""
    risks: dict[Risk, ChargeSum] = field(default_factory=dict)
    """`AT_RISK`, by what."""
    _groups: dict[str, dict[Expected, ChargeSum]] = field(default_factory=dict)

    def take(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            self.add(decision)

    def add(self, decision: Decision) -> None:
        self.accounts += 1
        account = decision.account
        if account.renews_at <= self.hindrances.now:
            self.pending += ChargeSum(renewals=1, cents=account.price_cents)
        for charge in charges_of(decision, self.hindrances, until=self.until):
            sums = self._groups.setdefault(self._key(decision, charge), {})
            sums[charge.expected] = sums.get(charge.expected, NO_CHARGE).plus(charge)
            self._note(charge)

    def _note(self, charge: Charge) -> None:
        """Of what each kind consists."""
        match charge.expected:
            case Expected.COMMITTED if charge.usage is Usage.UNKNOWN:
                self.unknown = self.unknown.plus(charge)
            case Expected.COMMITTED:
                self.in_use = self.in_use.plus(charge)
                if charge.by_window:
                    self.by_window = self.by_window.plus(charge)
            case Expected.DECIDED if charge.unless_hot:
                self.unless_hot = self.unless_hot.plus(charge)
            case Expected.UNUSED:
                self.kept[charge.why] = self.kept.get(charge.why, NO_CHARGE).plus(charge)
            case Expected.AT_RISK if charge.risk is not None:
                self.risks[charge.risk] = self.risks.get(charge.risk, NO_CHARGE).plus(charge)
            case _:
                pass

    @property
    def groups(self) -> tuple[ChargeGroup, ...]:
        """Times as they come, also those without a charge; of others the dearest first."""
        found = [self._group(key, sums) for key, sums in self._groups.items()]
        if not self.by.of_time:
            return tuple(sorted(found, key=lambda one: (-one.all.cents, one.name, one.project or "")))
        known = {one.name: one for one in found}
        return tuple(known.get(name, ChargeGroup(name=name, sums={})) for name in self._names_of_times())

    @property
    def total(self) -> ChargeGroup:
        """All of them as one group."""
        sums = {
            each: sum((one.get(each, NO_CHARGE) for one in self._groups.values()), NO_CHARGE)
            for each in Expected
        }
        return ChargeGroup(name="", sums=sums)

    @property
    def kept_by_money(self) -> tuple[tuple[Reason | None, ChargeSum], ...]:
        """The dearest reason first."""
        return tuple(sorted(self.kept.items(), key=lambda one: (-one[1].cents, one[0] is None, one[0] or "")))

    @property
    def risks_by_money(self) -> tuple[tuple[Risk, ChargeSum], ...]:
        return tuple(sorted(self.risks.items(), key=lambda one: (-one[1].cents, one[0])))

    def _group(self, key: str, sums: Mapping[Expected, ChargeSum]) -> ChargeGroup:
        if self.by is not Grouping.PROJECT:
            return ChargeGroup(name=key, sums=sums)
        project = ProjectId(key)
        return ChargeGroup(name=self.names.get(project, project), sums=sums, project=project)

    def _key(self, decision: Decision, charge: Charge) -> str:
        """By what it is summed up: a project by its id, all else by its name."""
        project = decision.account.project
        match self.by:
            case Grouping.PROJECT:
                return project
            case Grouping.OWNER:
                return self.owners.get(project, "")
            case Grouping.POLICY:
                policy = decision.judgement.policy
                return policy.name if policy else ""
            case Grouping.DAY | Grouping.WEEK | Grouping.MONTH:
                return self._name_of_time(in_zone(charge.at, self.timezone).date())

    def _name_of_time(self, day: date) -> str:
        match self.by:
            case Grouping.WEEK:
                return (day - timedelta(days=day.weekday())).isoformat()
            case Grouping.MONTH:
                return f"{day:%Y-%m}"
            case _:
                return day.isoformat()

    def _names_of_times(self) -> Iterator[str]:
        """Of all from now to the end, which is not in it."""
        day = in_zone(self.hindrances.now, self.timezone).date()
        last = in_zone(self.until - timedelta(microseconds=1), self.timezone).date()
        before = ""
        while day <= last:
            if (name := self._name_of_time(day)) != before:
                yield name
            before, day = name, day + timedelta(days=1)
