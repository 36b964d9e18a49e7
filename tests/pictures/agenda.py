"""What a calendar shows of a real .ics, as a library reads it that did not write it."""

from collections.abc import Iterator
from datetime import date, datetime
from html import escape
from typing import Any, Final

import vobject

_PAGE: Final = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 14px 20px 18px; font: 14px/1.42 Lato, "DejaVu Sans", sans-serif; color: #1d1c1d }}
h1 {{ font-size: 19px; margin: 0 0 8px }}
div {{ display: grid; grid-template-columns: 92px 1fr; gap: 14px; padding: 7px 0;
  border-top: 1px solid #ddd }}
b {{ display: block; font-size: 15px }}
small {{ display: block; font-size: 12px; color: #55585c }}
time {{ color: #55585c; padding-top: 1px }}
section {{ border-left: 4px solid #6b7f95; padding-left: 10px }}
.decide {{ border-color: #d8434a }} .decide b {{ color: #b01e24 }}
</style><h1>{name}</h1>
{events}"""


def agenda(ics: str) -> str:
    """All entries in the order of their days, with everything that stands in each."""
    calendar = vobject.readOne(ics)
    events = sorted(calendar.vevent_list, key=lambda one: (str(one.dtstart.value), one.summary.value))
    return _PAGE.format(name=escape(calendar.x_wr_calname.value), events="\n".join(map(_shown, events)))


def _shown(event: Any) -> str:
    when, summary = event.dtstart.value, event.summary.value
    kind = ' class="decide"' if isinstance(when, datetime) else ""
    lines = "".join(f"<small>{escape(line)}</small>" for line in _lines(event))
    return f"<div><time>{_day(when)}</time><section{kind}><b>{escape(summary)}</b>{lines}</section></div>"


def _lines(event: Any) -> Iterator[str]:
    if hasattr(event, "description"):
        yield from event.description.value.splitlines()


def _day(when: date) -> str:
    return f"{when:%a} {when.day} {when:%b}" + (f"<br>{when:%H:%M %Z}" if isinstance(when, datetime) else "")
