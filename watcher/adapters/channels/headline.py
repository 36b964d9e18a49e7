"""The most important thing of a digest in one line: an e-mail's subject and heading."""

from typing import Final

from watcher.adapters.channels.fitting import clipped
from watcher.adapters.channels.totals import totals_of
from watcher.adapters.channels.wording import counts_in_words, in_use_in_words
from watcher.adapters.render.plain import plain
from watcher.adapters.render.words import counted
from watcher.messages.events import Event, EventKind, Severity
from watcher.messages.presenting import renews_in_use
from watcher.ports.notifier import Digest
from watcher.texts.money import dollars

_LONGEST: Final = 120


def headline(digest: Digest) -> str:
    """`2 releases announced, $300.00; 1 critical`; one event alone speaks for itself."""
    told = [event for event in digest.events if not renews_in_use(event)]
    text = plain(told[0].text).partition("; ")[0] if len(told) == 1 else "; ".join(_parts(digest, told))
    return clipped(text if digest.live else f"Observe mode: {text}", _LONGEST)


def _parts(digest: Digest, told: list[Event]) -> list[str]:
    totals = totals_of(digest.events)
    announced = [event for event in told if event.kind is EventKind.RELEASE_ANNOUNCED]
    done = sum(event.kind is EventKind.RELEASE_DONE for event in told)
    parts = []
    if announced:
        at_stake = sum(event.cents or 0 for event in announced)
        parts.append(f"{counted(len(announced), 'release')} announced, {dollars(at_stake)}")
    if done:
        parts.append(f"{counted(done, 'account')} released")
    if critical := totals.severity[Severity.CRITICAL]:
        parts.append(f"{critical:,} critical")
    if not parts and (warnings := totals.severity[Severity.WARNING]):
        parts.append(counted(warnings, "warning"))
    if not parts:
        renewals = sum(event.kind is EventKind.RENEWAL_WARNING for event in told)
        prices = sum(event.cents or 0 for event in told if event.kind is EventKind.RENEWAL_WARNING)
        if renewals:
            parts.append(f"{counted(renewals, 'account')} renewing, {dollars(prices)}")
        elif told:
            parts.append(counted(len(told), "message"))
        elif totals.in_use:
            parts.append(in_use_in_words(totals))
        else:
            parts.append(counts_in_words(totals))
    return parts
