"""A digest as one HTML page for mail clients: no picture, no script, nothing fetched."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any, Final

from watcher.adapters.channels.groups import Group, by_project, to_do_once
from watcher.adapters.channels.told import WORST_FIRST, Told
from watcher.adapters.channels.view import View, view_of
from watcher.adapters.pages.layout import page
from watcher.messages.events import EventKind, Severity
from watcher.messages.words import TOLD
from watcher.ports.notifier import Digest
from watcher.texts.money import dollars
from watcher.texts.times import day as named

_HEADINGS: Final = {
    Severity.CRITICAL: "Critical: look at this now",
    Severity.WARNING: "To decide or to know",
    Severity.INFO: "For your information",
}


def digest_html(digest: Digest) -> str:
    """What is worst first, then project by project, day of renewal by day of renewal, or as a table."""
    view = view_of(digest)
    headline = view.headline
    sections = [
        _section(severity, told, view, headline)
        for severity in WORST_FIRST
        if (told := [each for each in view.listed if each.severity is severity])
    ]
    values = view.values()
    # What is saved only if somebody acts is said in the headline.
    announced = [
        each for each in view.told if each.kind is EventKind.RELEASE_ANNOUNCED and not each.will_be_lost
    ]
    saved = sum(each.cents or 0 for each in announced)
    return page("mail.html").render(
        headline=headline,
        at=view.time,
        live=view.live,
        totals=values["totals"],
        in_use=values["in_use"],
        saved=dollars(saved) if saved else "",
        announced=len(announced),
        several=not view.speaks_for_itself or view.totals.in_use > 0,
        about_accounts=any(each.account for each in view.told) or view.totals.in_use > 0,
        stoppable=any(each.hold for each in view.told),
        sections=sections,
    )


def _section(severity: Severity, told: list[Told], view: View, headline: str) -> dict[str, Any]:
    projects = by_project(told, view.at)
    return {
        "severity": severity.value,
        "heading": _HEADINGS[severity],
        "groups": [group for name, those in projects for group in _groups(name, those, headline)],
        "to_do": to_do_once(each for _, those in projects for each in those),
    }


def _groups(project: str, those: Iterable[Told | Group], headline: str) -> Iterator[dict[str, Any]]:
    """Events of no renewal before those of one, day by day; else the digest's order. Tables come last."""
    listed = list(those)
    told = sorted((each for each in listed if isinstance(each, Told)), key=_day)
    for day, of_it in groupby(told, key=_day):
        yield {
            "project": project,
            "day": named(day) if day != date.min else "",
            "entries": [_entry(each, headline) for each in of_it],
            "table": None,
        }
    for each in listed:
        if isinstance(each, Group):
            yield {"project": project, "day": "", "entries": [], "table": each}


def _day(told: Told) -> date:
    return told.day


def _entry(told: Told, headline: str) -> dict[str, Any]:
    """The sentence in its clauses: what, then why. What is the headline, or a command, is not said twice; but
    a card says something.
    """
    what, *why = told.clauses
    said_above = what == headline and (why or told.who)
    return {
        "kind": TOLD[told.kind][0],
        "handle": told.who,
        "money": told.money,
        "what": "" if said_above else what,
        "why": [one for one in why if one not in {way.text for way in told.to_do}],
        "to_do": told.to_do,
        "hold": told.hold,
        "keep_url": told.keep_url,
    }
