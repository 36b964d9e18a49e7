"""What renews in the weeks ahead, by project: what that costs, what of it is unused, what is to be saved."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from watcher.decide.figures import Figures, Sum, figures, summed
from watcher.facts.accounts import ProjectId
from watcher.rules.plan import Decision
from watcher.texts.times import in_zone, month

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
    decisions: Iterable[Decision], names: Mapping[ProjectId, str], now: datetime, timezone: tzinfo
) -> WeeksAhead:
    """A renewal that is past and still shown is pending: it counts to the first week."""
    listed = list(decisions)
    weeks = _weeks(now, timezone)
    by_project = defaultdict[ProjectId, list[Decision]](list)
    for one in listed:
        by_project[one.account.project].append(one)
    rows = [
        ProjectWeeks(
            project=project,
            name=names.get(project, project),
            weeks=_by_week(some, weeks),
            whole=figures(some),
        )
        for project, some in by_project.items()
    ]
    rows.sort(key=lambda row: (-row.whole.unused.cents, -row.whole.all.cents, row.name))
    rest = rows[MOST_PROJECTS:]
    without_row = {row.project for row in rest}
    return WeeksAhead(
        weeks=weeks,
        projects=tuple(rows[:MOST_PROJECTS]),
        totals=_by_week(listed, weeks),
        whole=figures(listed),
        later=summed(
            one
            for one in listed
            if one.account.renews_at >= weeks[-1].ends and one.account.project not in without_row
        ),
        more=len(rest),
        left_out=Sum(
            accounts=sum(row.whole.all.accounts for row in rest),
            cents=sum(row.whole.all.cents for row in rest),
        ),
    )


def _weeks(now: datetime, timezone: tzinfo) -> tuple[WeekAhead, ...]:
    today = in_zone(now, timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    begins = [today, *(monday + timedelta(weeks=number) for number in range(1, WEEKS))]
    ends = [*begins[1:], monday + timedelta(weeks=WEEKS)]
    return tuple(WeekAhead(begins=first, ends=last) for first, last in zip(begins, ends, strict=True))


def _by_week(some: Iterable[Decision], weeks: tuple[WeekAhead, ...]) -> tuple[Figures, ...]:
    found: list[list[Decision]] = [[] for _ in weeks]
    for one in some:
        for place, week in enumerate(weeks):
            if one.account.renews_at < week.ends:
                found[place].append(one)
                break
    return tuple(map(figures, found))
