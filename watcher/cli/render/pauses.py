"""Pauses: of what, by whom, until when, and what ends each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from watcher.cli.render.sheet import Line, line, printed
from watcher.decide.openings import PauseAhead
from watcher.facts.accounts import ProjectId
from watcher.facts.handles import name_of
from watcher.record.overrides import CONFIGURATION, Override
from watcher.record.planned_pauses import PauseInForce, PlannedPause
from watcher.texts.commands import to_resume
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, distance, iso, iso_or_none, until_when, when

_ONLY_THERE = "[[pauses]] of the configuration"


def render_pauses(
    pauses: Sequence[Override],
    planned: Sequence[PlannedPause],
    names: Mapping[ProjectId, str],
    *,
    now: datetime,
    timezone: tzinfo,
    width: int | None,
) -> str:
    """Those that people said, the oldest first, then those that the configuration foresees and that are not
    over.
    """
    lines = []
    for one in pauses:
        ends = _until(one.until, now, timezone)
        what, coming = _what(one.project, names), is_to_come(one, now)
        at = (
            f"begins {when(one.begins, now, timezone)}"
            if coming and one.begins
            else f"paused {when(one.at, now, timezone)}"
        )
        way = f"`{plain(to_resume(one.project, coming=coming))}` {'takes it back' if coming else 'ends it'}"
        lines += [
            line(f"{what}  {at}, {ends}", "bold", hang=2),
            line(f"by {plain(one.by)}: {plain(one.why)}", indent=2, hang=4),
            line(f"→ {way}", indent=2, hang=4),
        ]
    for each in planned:
        lines += _planned(each, names, now, timezone)
    return printed(lines or [line("Nothing is paused.")], width=width, color=False)


def _until(end: datetime | None, now: datetime, timezone: tzinfo) -> str:
    return "until `resume`" if end is None else until_when(end, now, timezone)


def is_to_come(one: Override, now: datetime) -> bool:
    """Of a pause that somebody said: whether it is not on yet."""
    return one.begins is not None and one.begins > now


def _planned(
    one: PlannedPause, names: Mapping[ProjectId, str], now: datetime, timezone: tzinfo
) -> Iterator[Line]:
    span = _span(one, now)
    if span is None:
        return
    begins, ends = span
    if begins is None:
        at = f"on {until_when(ends, now, timezone)}"
    else:
        at = f"begins {when(begins, now, timezone)}, ends {clock_time(ends, timezone, now=now)}"
    yield line(f"{_where(one, names)}  planned, {at}", "bold", hang=2)
    weekly = ", ".join(map(str, one.weekly))
    yield line(f"{f'every week {weekly}: ' if weekly else ''}{plain(one.why)}", indent=2, hang=4)
    yield line(f"→ ends sooner only in {_ONLY_THERE}", indent=2, hang=4)


def _span(one: PlannedPause, now: datetime) -> tuple[datetime | None, datetime] | None:
    """When it begins next, None where it is on, and when it ends; None where it is over."""
    ends = one.until(now)
    if ends is not None:
        return None, ends
    begins = one.next_begin(now)
    ends = None if begins is None else one.until(begins)
    return None if ends is None else (begins, ends)


def _what(project: ProjectId | None, names: Mapping[ProjectId, str]) -> str:
    return "every project" if project is None else plain(names.get(project, project))


def _where(one: PlannedPause, names: Mapping[ProjectId, str]) -> str:
    return ", ".join(_what(each, names) for each in one.projects) or _what(None, names)


_MOST_NAMED: Final = 3


def ahead_in_words(one: PauseAhead, names: Mapping[ProjectId, str], now: datetime, timezone: tzinfo) -> str:
    """`every project from Fri 21 May 18:00 UTC (in 1 d 2 h) to …, as planned: weekend; in the way of …`."""
    met = one.openings
    named = ", ".join(name_of(each.account.handle, each.account.id) for each in met[:_MOST_NAMED])
    more = f" and {len(met) - _MOST_NAMED:,} more" if len(met) > _MOST_NAMED else ""
    money = dollars(sum(each.account.price_cents for each in met))
    begins = f"{clock_time(one.begins, timezone, now=now)} ({distance(one.begins, now)})"
    ends = "until `resume`" if one.ends is None else f"to {clock_time(one.ends, timezone, now=now)}"
    by = one.pause.by
    whose = "as planned" if by is None else f"by {plain(by)}"
    back = "" if by is None else f"; {_taken_back(one.pause)}"
    return (
        f"{_where(one.pause, names)} from {begins} {ends}, {whose}: "
        f"{plain(one.pause.why)}; in the way of {counted(len(met), 'opening')} announced so far, {money}: "
        f"{named}{more}; `lease-watcher audit` counts all{back}"
    )


def _taken_back(pause: PlannedPause) -> str:
    """Of one that somebody said, of every project or of one."""
    way = to_resume(next(iter(pause.projects), None), coming=True)
    return f"`{plain(way)}` takes it back"


def then_paused(pause: PauseInForce | None, money: str, now: datetime, timezone: tzinfo) -> list[str]:
    """Of a release to come that a planned pause will stop until it is too late; nothing where none does."""
    if pause is None:
        return []
    ends = _until(pause.until, now, timezone)
    if pause.by is None:
        which, unless = "a planned pause", f"it ends sooner in {_ONLY_THERE}"
    else:
        which = f"a pause by {plain(pause.by)}"
        unless = f"`{plain(to_resume(pause.project, coming=True))}` ends it"
    return [
        f"As use is today {which} halts it until too late ({plain(pause.why)}, {ends}): {money} will not be "
        f"saved unless {unless}."
    ]


def ahead_values(one: PauseAhead) -> Iterator[dict[str, Any]]:
    """A planned pause that is not on yet, in JSON: `from` when, and in the way of which accounts."""
    for project in one.pause.projects or (None,):
        yield {
            "project": project,
            "planned": one.pause.by is None,
            "by": one.pause.by or CONFIGURATION,
            "why": one.pause.why,
            "at": None,
            "from": iso(one.begins),
            "until": iso_or_none(one.ends),
            "in_the_way_of": [
                each.account.id for each in one.openings if project in (None, each.account.project)
            ],
        }


def planned_in_words(
    planned: Sequence[PauseInForce], names: Mapping[ProjectId, str], now: datetime, timezone: tzinfo
) -> list[str]:
    """`every project until Thu 20 May 16:12 UTC (in 3 h), as planned: a campaign; ends sooner only in …`."""
    alike: dict[tuple[datetime | None, str], list[str]] = {}
    for one in planned:
        alike.setdefault((one.until, one.why), []).append(_what(one.project, names))
    return [
        f"{', '.join(where)} {_until(until, now, timezone)}, as planned: {plain(why)}; "
        f"ends sooner only in {_ONLY_THERE}"
        for (until, why), where in alike.items()
    ]


def planned_value(one: PauseInForce) -> dict[str, Any]:
    """A planned pause that is on, as a pause in JSON is."""
    return {
        "project": one.project,
        "planned": True,
        "by": CONFIGURATION,
        "why": one.why,
        "at": None,
        "from": None,
        "until": iso_or_none(one.until),
    }


def pauses_json(pauses: Sequence[Override], planned: Sequence[PlannedPause], now: datetime) -> str:
    """One JSON object a line; `project` null: every project; `until` null: until `resume`.

    `from` is when it begins, of a planned one next; null where it is on.
    """
    rows: list[dict[str, Any]] = [
        {
            "project": one.project,
            "planned": False,
            "from": iso_or_none(one.begins) if is_to_come(one, now) else None,
            "until": iso_or_none(one.until),
            "by": one.by,
            "why": one.why,
            "at": iso(one.at),
        }
        for one in pauses
    ]
    for each in planned:
        span = _span(each, now)
        rows += [
            {
                "project": project,
                "planned": True,
                "from": iso_or_none(span[0]),
                "until": iso(span[1]),
                "weekly": [str(hours) for hours in each.weekly],
                "by": CONFIGURATION,
                "why": each.why,
                "at": None,
            }
            for project in (each.projects or (None,))
            if span is not None
        ]
    return "".join(json.dumps(row) + "\n" for row in rows)
