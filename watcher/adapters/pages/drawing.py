"""Where everything of a timeline stands on its picture: numbers and words, of which a template makes SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from watcher.decide.figures import Sum
from watcher.decide.timeline import Lane, LaneDay, Renewal, Timeline
from watcher.facts.handles import name_of
from watcher.messages.words import USAGE
from watcher.rules.judge import Usage
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, day, in_zone

WIDTH: Final = 1120
_SIDE: Final = 10
_AXIS: Final = 38
_HEAD: Final = 26
_ROW: Final = 22
_FOOT: Final = 12
_BARS: Final = 44
_LETTER: Final = 6.6
"""About as wide as a letter of a label is."""
_LONGEST: Final = 24
_NAME_OF_DAY: Final = 70
_LEAST_BAR: Final = 5.0
_LEAST_MARGIN: Final = 1.5
"""Ten minutes of five weeks would not be seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnMark:
    """One renewal at `x`, in a row whose middle is `y`. `kind`: how it is painted; `says`: all in words.

    Its window is the bar from `opens` to `closes`, its margin from there to `x`; None: no policy governs it.
    """

    kind: str
    shape: str
    x: float
    y: float
    opens: float | None
    closes: float | None
    rungs: tuple[float, ...]
    label: str
    label_x: float
    label_left: bool
    says: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnBar:
    """The renewals of one day, from above: what is kept, what is wasted, what is to be saved."""

    x: float
    width: float
    parts: tuple[tuple[str, float, float], ...]
    top: float
    label: str
    says: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnLane:
    y: float
    height: float
    name: str
    sum: str
    marks: tuple[DrawnMark, ...] = ()
    bars: tuple[DrawnBar, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """`weeks`: where each begins, and its day; `weekends`: from where, how wide; `says`: what is seen."""

    width: int
    height: float
    now: float
    weeks: tuple[tuple[float, str], ...]
    weekends: tuple[tuple[float, float], ...]
    lanes: tuple[DrawnLane, ...]
    says: str

    @property
    def shapes(self) -> frozenset[str]:
        """Those of the marks on it, which a legend explains; `bars` where there are any."""
        marks = {mark.shape for lane in self.lanes for mark in lane.marks}
        return frozenset({*marks, *(["bars"] if any(lane.bars for lane in self.lanes) else [])})


def draw(timeline: Timeline, timezone: tzinfo) -> Drawing:
    pen = _Pen(timeline=timeline, timezone=timezone)
    lanes, y = [], float(_AXIS)
    for lane in timeline.lanes:
        lanes.append(pen.lane(lane, y))
        y += lanes[-1].height
    days = [timeline.begins + timedelta(days=number) for number in range((pen.length // _DAY) + 1)]
    mondays = (one for one in days if one.weekday() == 0 and pen.x(one) < WIDTH - _NAME_OF_DAY)
    return Drawing(
        width=WIDTH,
        height=y + 4,
        now=pen.x(timeline.now),
        weeks=tuple((pen.x(one), day(one, year=False)) for one in mondays),
        weekends=tuple((pen.x(one), pen.x(one + _DAY) - pen.x(one)) for one in days if one.weekday() > 4),
        lanes=tuple(lanes),
        says=_in_words(timeline),
    )


_DAY: Final = timedelta(days=1)


def _in_words(timeline: Timeline) -> str:
    lanes = "; ".join(f"{plain(lane.name)}: {_sum(lane.all)}" for lane in timeline.lanes)
    until = day(timeline.ends, year=False)
    return f"Renewals from {day(timeline.begins, year=False)} until {until}. {lanes}."


def _sum(sums: Sum) -> str:
    return f"{counted(sums.accounts, 'renewal')}, {dollars(sums.cents)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pen:
    timeline: Timeline
    timezone: tzinfo

    @property
    def length(self) -> timedelta:
        return self.timeline.ends - self.timeline.begins

    def x(self, at: datetime) -> float:
        """What is earlier stands at the beginning, what is later at the end."""
        part = (at - self.timeline.begins) / self.length
        return round(_SIDE + min(max(part, 0.0), 1.0) * (WIDTH - 2 * _SIDE), 1)

    def lane(self, lane: Lane, y: float) -> DrawnLane:
        marks = tuple(self._marks(lane.renewals, y + _HEAD))
        bars = tuple(self._bars(lane.days, y + _HEAD))
        rows = len({one.y for one in marks}) * _ROW if marks else _BARS + _ROW if bars else 0
        return DrawnLane(
            y=y,
            height=_HEAD + rows + _FOOT,
            name=plain(lane.name),
            sum=_sum(lane.all),
            marks=marks,
            bars=bars,
        )

    def _marks(self, renewals: Sequence[Renewal], top: float) -> Iterator[DrawnMark]:
        """Each in the first row in which nothing stands in its way."""
        ends: list[float] = []
        for one in renewals:
            drawn = self._mark(one)
            first = min((*drawn.rungs, drawn.opens or drawn.x, drawn.x))
            last = drawn.x + 14
            width = len(drawn.label) * _LETTER
            first, last = (first - width - 8, last) if drawn.label_left else (first, last + width + 4)
            row = next((place for place, end in enumerate(ends) if end < first), len(ends))
            ends[row : row + 1] = [last + 10]
            yield replace(drawn, y=top + row * _ROW + _ROW / 2)

    def _mark(self, one: Renewal) -> DrawnMark:
        account, window = one.account, one.window
        x = self.x(account.renews_at)
        closes = None if window is None else min(self.x(window.closes), x - _LEAST_MARGIN)
        opens = None if window is None or closes is None else min(self.x(window.opens), closes - _LEAST_BAR)
        rungs = tuple(self.x(at) for at in one.rungs if at >= self.timeline.begins)
        name = name_of(account.handle, account.id)
        name = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        label = f"{name} {dollars(account.price_cents)}"
        left = x + 18 + len(label) * _LETTER > WIDTH
        return DrawnMark(
            kind=_kind(one),
            shape="plain" if one.usage is None else one.usage.value,
            x=x,
            y=0.0,
            opens=opens,
            closes=closes,
            rungs=rungs,
            label=label,
            label_x=min((*rungs, opens or x)) - 6 if left else x + 17,
            label_left=left,
            says=self._says(one),
        )

    def _says(self, one: Renewal) -> str:
        account, now = one.account, self.timeline.now
        said = [f"{name_of(account.handle, account.id)}, {dollars(account.price_cents)}"]
        said += [] if one.usage is None else [USAGE[one.usage]]
        if one.releasing and one.window is not None:
            verb = "is to be released" if one.live else "would be released"
            from_ = clock_time(one.window.opens, self.timezone, now=now)
            until = clock_time(one.window.closes, self.timezone, now=now)
            said.append(f"{verb} from {from_} until {until}{', halted' if one.halted else ''}")
        said.append(f"renews {clock_time(account.renews_at, self.timezone, now=now)}")
        return "; ".join(said)

    def _bars(self, days: Sequence[LaneDay], top: float) -> Iterator[DrawnBar]:
        most = max((one.all.cents for one in days), default=0) or 1
        for one in days:
            begins = max(one.begins, self.timeline.begins)
            x = self.x(begins)
            saved, wasted = one.releasing.cents, one.kept_unused.cents
            kept = one.all.cents - saved - wasted
            foot, parts = top + _ROW + _BARS - 6, []
            for kind, cents in (("saved", saved), ("waste", wasted), ("kept", kept)):
                height = round(cents / most * (_BARS - 6), 1)
                foot -= height
                if height:
                    parts.append((kind, round(foot, 1), height))
            there = in_zone(one.begins, self.timezone)
            yield DrawnBar(
                x=x + 2,
                width=round(max(self.x(one.begins + _DAY) - x - 4, 2), 1),
                parts=tuple(parts),
                top=round(foot, 1),
                label=f"{one.all.accounts:,}",
                says=f"{day(there, year=False)}: {_sum(one.all)}; to be released {dollars(saved)}, "
                f"unused today and kept {dollars(wasted)}, the rest {dollars(kept)}",
            )


def _kind(one: Renewal) -> str:
    if one.halted:
        return "halted"
    if one.releasing:
        return "saved"
    return "waste" if one.usage is Usage.UNUSED else "kept"
