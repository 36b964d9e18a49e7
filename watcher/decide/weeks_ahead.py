"""What renews in the weeks ahead, by project: what that costs, what of it is unused, what is to be saved."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final

from watcher.decide.figures import Counting, Figures, Sum
from watcher.facts.accounts import ProjectId
from watcher.rules.judge import Usage
from watcher.rules.plan import Decision
from watcher.texts.times import day_begins, month

WEEKS: Final = 5
MOST_PROJECTS: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekAhead:
    """From `begins`, a Monday's beginning in the configured zone or today's, to before `ends`."""

    begins: datetime
    ends: datetime

    @property
    def in_words(self) -> str:
        """`18–24 May`, `29 Jun – 5 Jul`, or `24 May`."""
        first, last = self.begins, self.ends - timedelta(days=1)
        until = f"{last.day} {month(last, year=False)}"
        if first.date() == last.date():
            return until
        if first.month == last.month:
            return f"{first.day}–{until}"
        return f"{first.day} {month(first, year=False)} – {until}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectWeeks:
    """One project's renewals by week, in the order of the weeks; `whole`: of all its accounts."""

    project: ProjectId
    name: str
    weeks: tuple[Figures, ...]
    whole: Figures


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeksAhead:
    """The most waste first. `weeks`: the first is the rest of this one. `totals`: of every project, also of
    the `more` that have no row, which together are `left_out`; `later`: what of the others renews after the
    last week. So no account is in both.
    """

    weeks: tuple[WeekAhead, ...]
    projects: tuple[ProjectWeeks, ...]
    totals: tuple[Figures, ...]
    whole: Figures
    later: Sum
    more: int = 0
    left_out: Sum = Sum()


def weeks_ahead(
    decisions: Collection[Decision], names: Mapping[ProjectId, str], now: datetime, timezone: tzinfo
) -> WeeksAhead:
    """A renewal that is past and still shown is pending: it counts to the first week.

    The decisions are gone through twice, so that nothing of them is kept but the sums of each project, and
    the weeks of those that have a row.
    """
    weeks = _weeks(now, timezone)
    total, later = _Weeks.of(weeks), Sum()
    sizes = defaultdict[ProjectId, _Size](_Size)
    for one in decisions:
        total.add(one)
        sizes[one.account.project].add(one)
    called = {project: names.get(project, project) for project in sizes}
    order = sorted(sizes, key=lambda each: (-sizes[each].unused_cents, -sizes[each].all.cents, called[each]))
    rows = {project: _Weeks.of(weeks) for project in order[:MOST_PROJECTS]}
    for one in decisions:
        if (row := rows.get(one.account.project)) is not None:
            row.add(one)
            if one.account.renews_at >= weeks[-1].ends:
                later = later.plus(one.account.price_cents)
    rest = [sizes[project].all for project in order[MOST_PROJECTS:]]
    return WeeksAhead(
        weeks=weeks,
        projects=tuple(
            ProjectWeeks(project=project, name=called[project], weeks=row.by_week, whole=row.whole.figures)
            for project, row in rows.items()
        ),
        totals=total.by_week,
        whole=total.whole.figures,
        later=later,
        more=len(rest),
        left_out=sum(rest, Sum()),
    )


@dataclass(kw_only=True, slots=True)
class _Size:
    """What one project comes to, for its place among the others."""

    all: Sum = Sum()
    unused_cents: int = 0

    def add(self, one: Decision) -> None:
        self.all = self.all.plus(one.account.price_cents)
        if one.judgement.usage is Usage.UNUSED:
            self.unused_cents += one.account.price_cents


@dataclass(kw_only=True, slots=True)
class _Weeks:
    """The figures of some accounts by week, in the making."""

    ends: tuple[datetime, ...]
    weeks: tuple[Counting, ...]
    whole: Counting = field(default_factory=Counting)

    @classmethod
    def of(cls, weeks: Iterable[WeekAhead]) -> "_Weeks":
        ends = tuple(one.ends for one in weeks)
        return cls(ends=ends, weeks=tuple(Counting() for _ in ends))

    def add(self, one: Decision) -> None:
        self.whole.add(one)
        for end, week in zip(self.ends, self.weeks, strict=True):
            if one.account.renews_at < end:
                week.add(one)
                break

    @property
    def by_week(self) -> tuple[Figures, ...]:
        return tuple(week.figures for week in self.weeks)


def _weeks(now: datetime, timezone: tzinfo) -> tuple[WeekAhead, ...]:
    today = day_begins(now, timezone)
    monday = today - timedelta(days=today.weekday())
    begins = [today, *(monday + timedelta(weeks=number) for number in range(1, WEEKS))]
    ends = [*begins[1:], monday + timedelta(weeks=WEEKS)]
    return tuple(WeekAhead(begins=first, ends=last) for first, last in zip(begins, ends, strict=True))
