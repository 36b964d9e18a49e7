"""A digest in a few words, for titles, subjects and total lines."""

from collections.abc import Iterable
from typing import Final

from watcher.adapters.channels.totals import Totals
from watcher.adapters.render.words import counted
from watcher.messages.events import Event, Severity
from watcher.texts.money import dollars

WORST_FIRST: Final = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def worst_of(events: Iterable[Event]) -> Severity:
    found = {event.severity for event in events}
    return next((severity for severity in WORST_FIRST if severity in found), Severity.INFO)


def title(severity: Severity, *, live: bool) -> str:
    """`Lease watcher: critical`: said in words, for not everybody sees colours."""
    return f"Lease watcher{'' if live else ' (observe mode)'}: {severity.value}"


def counts_in_words(totals: Totals) -> str:
    """`1 critical, 3 info`."""
    counts = [f"{totals.severity[one]} {one.value}" for one in WORST_FIRST if totals.severity[one]]
    return ", ".join(counts) or "nothing to tell"


def in_use_in_words(totals: Totals) -> str:
    """The one line about all accounts in use that merely renew."""
    return f"{counted(totals.in_use, 'account')} in use will renew, {dollars(totals.in_use_cents)}"
