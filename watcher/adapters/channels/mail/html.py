"""A digest as one HTML page for mail clients: no picture, no script, nothing fetched."""

from datetime import UTC, date
from itertools import groupby
from typing import Any, Final

from watcher.adapters.channels.headline import headline
from watcher.adapters.channels.view import hold_command, view_of
from watcher.adapters.channels.wording import WORST_FIRST
from watcher.adapters.pages.layout import page
from watcher.adapters.render.plain import at_handle, plain
from watcher.messages.events import Event, EventKind, Severity
from watcher.messages.presenting import TO_KEEP, renews_in_use
from watcher.ports.notifier import Digest
from watcher.texts.money import dollars

_HEADINGS: Final = {
    Severity.CRITICAL: "Critical: look at this now",
    Severity.WARNING: "To decide or to know",
    Severity.INFO: "For your information",
}


def digest_html(digest: Digest) -> str:
    """What is worst first, then project by project, day of renewal by day of renewal."""
    told = [event for event in digest.events if not renews_in_use(event)]
    sections = [
        {
            "severity": severity.value,
            "heading": _HEADINGS[severity],
            "groups": _groups([event for event in told if event.severity is severity]),
        }
        for severity in WORST_FIRST
        if any(event.severity is severity for event in told)
    ]
    shown = view_of(digest)
    announced = sum(event.cents or 0 for event in told if event.kind is EventKind.RELEASE_ANNOUNCED)
    return page("mail.html").render(
        headline=headline(digest),
        at=shown["at"],
        live=digest.live,
        totals=shown["totals"],
        in_use=shown["in_use"],
        saved=dollars(announced) if announced else "",
        sections=sections,
    )


def _groups(events: list[Event]) -> list[dict[str, Any]]:
    """Events of no project first, and of no renewal before those of one; else the digest's order."""
    in_order = sorted(events, key=_place)
    return [
        {
            "project": plain(project),
            "day": f"{day:%a} {day.day} {day:%b %Y}" if day is not date.min else "",
            "entries": [_entry(event) for event in those],
        }
        for (project, day), those in groupby(in_order, key=_place)
    ]


def _place(event: Event) -> tuple[str, date]:
    renews = date.min if event.period is None else event.period.renews_at.astimezone(UTC).date()
    return event.shown_project, renews


def _entry(event: Event) -> dict[str, Any]:
    """The sentence in its clauses: what, then why; the command that is shown by itself is not said twice."""
    what, *why = plain(event.text).split("; ")
    return {
        "kind": event.kind.value.replace(".", " "),
        "handle": "" if event.handle is None else at_handle(event.handle),
        "money": "" if event.cents is None else dollars(event.cents),
        "what": f"{what[:1].upper()}{what[1:]}",
        "why": [clause for clause in why if not clause.startswith(TO_KEEP)],
        "hold": hold_command(event),
        "keep_url": event.facts.get("keep_url") or "",
    }
