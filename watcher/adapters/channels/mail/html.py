"""A digest as one HTML page for mail clients: no picture, no script, nothing fetched."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any, Final

from watcher.adapters.channels.view import WORST_FIRST, Told, view_of
from watcher.adapters.pages.layout import page
from watcher.messages.events import EventKind, Severity
from watcher.ports.notifier import Digest
from watcher.texts.money import dollars

_HEADINGS: Final = {
    Severity.CRITICAL: "Critical: look at this now",
    Severity.WARNING: "To decide or to know",
    Severity.INFO: "For your information",
}


def digest_html(digest: Digest) -> str:
    """What is worst first, then project by project, day of renewal by day of renewal."""
    view = view_of(digest)
    sections = [
        {"severity": severity.value, "heading": _HEADINGS[severity], "groups": _groups(told)}
        for severity in WORST_FIRST
        if (told := [each for each in view.told if each.severity is severity])
    ]
    values = view.values()
    announced = sum(each.cents or 0 for each in view.told if each.kind is EventKind.RELEASE_ANNOUNCED)
    return page("mail.html").render(
        headline=view.headline,
        at=view.time,
        live=view.live,
        totals=values["totals"],
        in_use=values["in_use"],
        saved=dollars(announced) if announced else "",
        sections=sections,
    )


def _groups(told: Iterable[Told]) -> list[dict[str, Any]]:
    """Events of no project first, and of no renewal before those of one; else the digest's order."""
    return [
        {
            "project": project,
            "day": f"{day:%a} {day.day} {day:%b %Y}" if day != date.min else "",
            "entries": [_entry(each) for each in those],
        }
        for (project, day), those in groupby(sorted(told, key=_place), key=_place)
    ]


def _place(told: Told) -> tuple[str, date]:
    return told.project, told.day


def _entry(told: Told) -> dict[str, Any]:
    """The sentence in its clauses: what, then why; the command that is shown by itself is not said twice."""
    what, *why = told.clauses
    return {
        "kind": told.kind.value.replace(".", " "),
        "handle": told.who,
        "money": told.money,
        "what": f"{what[:1].upper()}{what[1:]}",
        "why": why,
        "hold": told.hold,
        "keep_url": told.keep_url,
    }
