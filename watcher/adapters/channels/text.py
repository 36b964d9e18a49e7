"""A digest as plain text for people: what is worst comes first, then project by project."""

from collections.abc import Iterable, Iterator
from datetime import UTC
from itertools import groupby

from watcher.adapters.channels.totals import Totals, totals_of
from watcher.adapters.channels.wording import WORST_FIRST, counts_in_words, in_use_in_words
from watcher.adapters.render.plain import plain
from watcher.adapters.render.times import clock_time
from watcher.messages.events import Event, Severity
from watcher.messages.presenting import renews_in_use
from watcher.ports.notifier import Digest


def digest_text(digest: Digest) -> str:
    """Lines of plain text, ending in a line break; what others wrote cannot break out of its line.

    Renewals of accounts in use are one total line: there may be thousands, and nothing is to be done.
    It is not escaped for markup: a channel that renders HTML or the like does that itself.
    """
    totals = totals_of(digest.events)
    return "\n".join([*_heading(digest, totals), *_body(digest.events, totals), ""])


def _heading(digest: Digest, totals: Totals) -> Iterator[str]:
    yield f"Lease watcher, {clock_time(digest.at, UTC)}: {counts_in_words(totals)}"
    if not digest.live:
        yield "Observe mode: nothing is released, this is what would be."


def _body(events: Iterable[Event], totals: Totals) -> Iterator[str]:
    told = [event for event in events if not renews_in_use(event)]
    for severity in WORST_FIRST:
        those = [event for event in told if event.severity is severity]
        summed = severity is Severity.INFO and totals.in_use > 0
        if not those and not summed:
            continue
        yield from ("", severity.value.upper())
        yield from _by_project(those)
        if summed:
            yield in_use_in_words(totals)


def _by_project(events: Iterable[Event]) -> Iterator[str]:
    """Events of no project first; the order within a project is kept."""
    in_order = sorted(events, key=_project)
    for project, those in groupby(in_order, key=_project):
        if project:
            yield f"{plain(project)}:"
        yield from (f"- {plain(event.text)}" for event in those)


def _project(event: Event) -> str:
    return event.shown_project
