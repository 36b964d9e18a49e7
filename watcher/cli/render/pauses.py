"""Pauses: of what, by whom, until when, and what ends each."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from watcher.cli.render.sheet import line, printed
from watcher.record.overrides import Override
from watcher.texts.commands import to_resume
from watcher.texts.plain import plain
from watcher.texts.times import iso, iso_or_none, when


def render_pauses(
    pauses: Sequence[Override],
    names: Mapping[str, str],
    *,
    now: datetime,
    timezone: tzinfo,
    width: int | None,
) -> str:
    """Those in force, the oldest first."""
    lines = [line("Nothing is paused.")] if not pauses else []
    for one in pauses:
        what = "every project" if one.project is None else plain(names.get(one.project, one.project))
        until = "until `resume`" if one.until is None else f"until {when(one.until, now, timezone)}"
        lines += [
            line(f"{what}  paused {when(one.at, now, timezone)}, {until}", "bold", hang=2),
            line(f"by {plain(one.by)}: {plain(one.why)}", indent=2, hang=4),
            line(f"→ `{plain(to_resume(one.project))}` ends it", indent=2, hang=4),
        ]
    return printed(lines, width=width, color=False)


def pauses_json(pauses: Sequence[Override]) -> str:
    """One JSON object a line; `project` null: every project; `until` null: until `resume`."""
    return "".join(
        json.dumps(
            {
                "project": one.project,
                "until": iso_or_none(one.until),
                "by": one.by,
                "why": one.why,
                "at": iso(one.at),
            }
        )
        + "\n"
        for one in pauses
    )
