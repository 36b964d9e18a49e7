"""A digest as plain values, for templates: nothing in them can be called, or break out of its line."""

from datetime import UTC, datetime
from typing import Any, Final

from watcher.adapters.channels.totals import totals_of
from watcher.adapters.render.plain import at_handle, plain
from watcher.adapters.render.times import clock_time, iso, when
from watcher.messages.events import Event, EventKind
from watcher.messages.presenting import renews_in_use
from watcher.ports.notifier import Digest
from watcher.record.reasons import Reason
from watcher.texts.commands import to_hold
from watcher.texts.money import dollars

_STOPPABLE: Final = frozenset({Reason.UNUSED, Reason.TERM})
"""Reasons to release, which a hold overrules."""


def view_of(digest: Digest) -> dict[str, Any]:
    """What a template knows. Times are in UTC for people, `renews_at` is ISO 8601; `money` is text.

    `events` leaves out renewals of accounts in use, which `in_use` sums up; their order is the digest's.
    What an event is not about is empty text or 0, so that events can be sorted and grouped by anything.
    """
    totals = totals_of(digest.events)
    return {
        "id": plain(digest.id),
        "at": clock_time(digest.at, UTC),
        "live": digest.live,
        "events": [_event(event, digest.at) for event in digest.events if not renews_in_use(event)],
        "in_use": {
            "renewals": totals.in_use,
            "cents": totals.in_use_cents,
            "money": dollars(totals.in_use_cents),
        },
        "totals": {
            "events": totals.events,
            **{severity.value: count for severity, count in totals.severity.items()},
            "cents": totals.cents,
            "money": dollars(totals.cents),
        },
    }


def _event(event: Event, now: datetime) -> dict[str, Any]:
    renews_at = None if event.period is None else event.period.renews_at
    return {
        "kind": event.kind.value,
        "severity": event.severity.value,
        "at": clock_time(event.at, UTC, now=now),
        "text": plain(event.text),
        "project": plain(event.shown_project),
        "account": plain(event.account or ""),
        "handle": "" if event.handle is None else at_handle(event.handle),
        "platform": plain(event.platform or ""),
        "renews": "" if renews_at is None else when(renews_at, now, UTC),
        "renews_at": "" if renews_at is None else iso(renews_at),
        "cents": event.cents or 0,
        "money": "" if event.cents is None else dollars(event.cents),
        "hold": hold_command(event),
        "keep_url": event.facts.get("keep_url") or "",
        "facts": {
            name: plain(value) if isinstance(value, str) else value for name, value in event.facts.items()
        },
    }


def hold_command(event: Event) -> str:
    """What keeps an account from being released; empty where a hold would change nothing."""
    if event.account is None:
        return ""
    match event.kind:
        case EventKind.RELEASE_ANNOUNCED:
            stoppable = True
        case EventKind.RENEWAL_WARNING:
            stoppable = event.facts.get("reason") in _STOPPABLE
        case _:
            stoppable = False
    return to_hold(plain(event.account)) if stoppable else ""
