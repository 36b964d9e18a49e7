"""Planned pauses: when they are on, once or weekly, and of which projects."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from watcher.settings.declare import Path, dotted
from watcher.settings.findings import Complaint, Gravity, nearest
from watcher.settings.model import PauseOptions, Settings
from watcher.settings.notation import begins, ends
from watcher.texts.hours import longest_hours

_A_WEEK = timedelta(weeks=1)


def planned_pauses(settings: Settings, now: datetime) -> Iterator[Complaint]:
    for place, pause in enumerate(settings.pauses):
        path: Path = ("pauses", place)
        yield from _weekly(path, pause) if pause.weekly else _once(path, pause, settings.zone, now)
        for each, name in enumerate(pause.projects):
            if name not in settings.projects:
                close = nearest(name, settings.projects)
                yield Complaint(
                    path=(*path, "projects", each),
                    message=f"there is no project `{name}`",
                    suggestion=close,
                    fix=f'write "{close}"' if close else f"add [{dotted(('projects', name))}]",
                    rests_on=(("projects", name),),
                )


def _weekly(path: Path, pause: PauseOptions) -> Iterator[Complaint]:
    for name, value in (("from", pause.from_), ("until", pause.until)):
        if value is not None:
            yield Complaint(
                path=(*path, name),
                message="is given beside `weekly`: a pause is on once, or every week",
                fix="keep one of the two; both pauses may stand in a [[pauses]] of their own",
                rests_on=((*path, "weekly"),),
            )
    if longest_hours(pause.weekly) == _A_WEEK:
        yield Complaint(
            path=(*path, "weekly"),
            message="is the whole week: nothing would ever be released",
            fix='leave some hours out, or set mode = "observe"',
        )


def _once(path: Path, pause: PauseOptions, timezone: tzinfo, now: datetime) -> Iterator[Complaint]:
    given = {"from": pause.from_, "until": pause.until}
    missing = [name for name, value in given.items() if value is None]
    if len(missing) == 2:
        yield Complaint(
            path=path,
            message="does not say when it is on",
            fix='give `from` and `until`, or `weekly`, such as weekly = "fri 18:00-24:00"',
            rests_on=tuple((*path, name) for name in ("from", "until", "weekly")),
        )
    elif missing:
        [name] = missing
        other = "until" if name == "from" else "from"
        yield Complaint(
            path=(*path, name),
            message=f"is missing beside `{other}`",
            fix=f"add it, as in {name} = 2026-12-24",
            rests_on=((*path, other),),
        )
    elif pause.from_ is not None and pause.until is not None:
        end = ends(pause.until, timezone)
        if end <= begins(pause.from_, timezone):
            yield Complaint(
                path=(*path, "until"),
                message="is not after `from`: the pause would never be on",
                fix="swap the two, or give a later one",
                rests_on=((*path, "from"), ("timezone",)),
            )
        elif end <= now:
            yield Complaint(
                path=(*path, "until"),
                message="has passed: nothing is paused by it any more",
                fix="remove the pause, or give a later date",
                severity=Gravity.WARNING,
                rests_on=(("timezone",),),
            )
