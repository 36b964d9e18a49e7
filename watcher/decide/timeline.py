"""The renewals ahead, a lane for each project: values to draw, of decisions or of what a ledger knows."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from watcher.decide.figures import Sum, is_planned
from watcher.decide.openings import Opening
from watcher.decide.orders import Orders
from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.rules.judge import Usage, window_of
from watcher.rules.matching import may_govern
from watcher.rules.plan import Decision, Mode
from watcher.rules.rungs import warned_from
from watcher.rules.window import Window
from watcher.texts.times import day_begins

AHEAD: Final = timedelta(days=35)
"""As far as is drawn: a month's lease renews within it, wherever the month ends."""

MOST_LANES: Final = 20
MOST_IN_LANE: Final = 16
"""So many renewals are drawn one by one; a lane of more is drawn by days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Renewal:
    """A lease at its coming renewal, with the window and the warnings before it as its policy has them.

    `usage`: as it is today, None where nobody asked. `releasing`: a release is planned, or announced;
    `halted`: not unless somebody decides a matter that names it; `live` False: in observe mode it would be.
    """

    account: Account
    window: Window | None = None
    rungs: tuple[datetime, ...] = ()
    usage: Usage | None = None
    releasing: bool = False
    halted: bool = False
    live: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneDay:
    """The renewals of one project on one day, which begins at `begins`, in sums. `releasing`: what a release
    is planned of, whatever its use today; `kept_unused`: what is unused, and none is. No renewal is in both.
    """

    begins: datetime
    all: Sum
    releasing: Sum
    kept_unused: Sum


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """One project. `renewals`: one by one, the next first; of more than can be drawn so there are `days`."""

    project: ProjectId
    name: str
    all: Sum
    renewals: tuple[Renewal, ...] = ()
    days: tuple[LaneDay, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """From the beginning of today to `ends`. `left_out`: the renewals of `more` projects without a lane."""

    now: datetime
    begins: datetime
    ends: datetime
    lanes: tuple[Lane, ...]
    more: int = 0
    left_out: Sum = Sum()
    later: Sum = Sum()
    """What renews after `ends`."""


def timeline_of(
    renewals: Callable[[], Iterable[Renewal]], names: Mapping[ProjectId, str], now: datetime, timezone: tzinfo
) -> Timeline:
    """What costs most until then has a lane, in the order of its next renewals.

    A renewal that is past and still shown is pending: it stands first. `renewals` is called twice, so that
    none is kept but those that are drawn.
    """
    begins = day_begins(now, timezone)
    ends = begins + AHEAD
    sums, first, later = defaultdict[ProjectId, Sum](Sum), dict[ProjectId, datetime](), Sum()
    for one in renewals():
        project, at = one.account.project, one.account.renews_at
        if at >= ends:
            later = later.plus(one.account.price_cents)
            continue
        sums[project] = sums[project].plus(one.account.price_cents)
        first[project] = min(at, first.get(project, at))
    dearest = sorted(sums, key=lambda project: -sums[project].cents)
    lanes = {project: _LaneInTheMaking() for project in dearest[:MOST_LANES]}
    for one in renewals():
        if one.account.renews_at < ends and (lane := lanes.get(one.account.project)) is not None:
            lane.add(one, timezone)
    made = [lane.made(project, names.get(project, project), sums[project]) for project, lane in lanes.items()]
    rest = [sums[project] for project in dearest[MOST_LANES:]]
    return Timeline(
        now=now,
        begins=begins,
        ends=ends,
        lanes=tuple(sorted(made, key=lambda lane: (first[lane.project], lane.name))),
        more=len(rest),
        left_out=sum(rest, Sum()),
        later=later,
    )


@dataclass(kw_only=True, slots=True)
class _LaneInTheMaking:
    """One by one as long as that can be drawn; the sums of its days in any case."""

    renewals: list[Renewal] = field(default_factory=list)
    count: int = 0
    days: dict[datetime, LaneDay] = field(default_factory=dict)

    def add(self, one: Renewal, timezone: tzinfo) -> None:
        self.count += 1
        if self.count <= MOST_IN_LANE:
            self.renewals.append(one)
        day, cents = day_begins(one.account.renews_at, timezone), one.account.price_cents
        kept = one.usage is Usage.UNUSED and not one.releasing
        before = self.days.get(day, LaneDay(begins=day, all=Sum(), releasing=Sum(), kept_unused=Sum()))
        self.days[day] = LaneDay(
            begins=day,
            all=before.all.plus(cents),
            releasing=before.releasing.plus(cents) if one.releasing else before.releasing,
            kept_unused=before.kept_unused.plus(cents) if kept else before.kept_unused,
        )

    def made(self, project: ProjectId, name: str, sums: Sum) -> Lane:
        lane = Lane(project=project, name=name, all=sums)
        if self.count > MOST_IN_LANE:
            return replace(lane, days=tuple(self.days[day] for day in sorted(self.days)))
        ordered = sorted(self.renewals, key=lambda one: (one.account.renews_at, one.account.handle))
        return replace(lane, renewals=tuple(ordered))


def decided_renewal(decision: Decision, halted: Collection[AccountId], mode: Mode) -> Renewal:
    """As a turn judged it."""
    judgement, account = decision.judgement, decision.account
    return Renewal(
        account=account,
        window=judgement.window,
        rungs=tuple(sorted(judgement.warned_from.values())),
        usage=judgement.usage,
        releasing=is_planned(decision),
        halted=account.id in halted,
        live=mode is Mode.ENFORCE,
    )


def remembered_renewal(
    account: Account, announced: Mapping[AccountId, Opening], orders: Orders, now: datetime
) -> Renewal:
    """By what a ledger knows: of its use today it says nothing, nor of its health. Where that says which of
    several policies governs it, no window is drawn that is not the same by all of them.
    """
    policies = orders.policies_of(account.project)
    found = tuple(may_govern(account, policies, now)) if policies else ()
    windows = {window_of(account, policy) for policy in found}
    opening = announced.get(account.id)
    return Renewal(
        account=account,
        window=windows.pop() if len(windows) == 1 else None,
        rungs=tuple(
            sorted(
                {
                    warned_from(rung, account.renews_at, policy.quiet)
                    for policy in found
                    for rung in policy.warn
                }
            )
        ),
        releasing=opening is not None,
        halted=opening is not None and opening.halted,
        live=opening is not None and opening.live and orders.mode is Mode.ENFORCE,
    )
