"""The renewals of a digest as a calendar (RFC 5545), for whoever plans by one."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from watcher import __version__
from watcher.adapters.channels.fitting import clipped
from watcher.adapters.render.plain import at_handle, plain
from watcher.facts.accounts import LeasePeriod
from watcher.messages.events import Event, EventKind
from watcher.messages.presenting import renews_in_use
from watcher.ports.notifier import Digest
from watcher.texts.money import dollars

_OFF: Final = frozenset({EventKind.RELEASE_DONE, EventKind.ACCOUNT_GONE})
"""After these an account renews no more."""
_OCTETS: Final = 75
_LONGEST: Final = 2_000
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def digest_calendar(digest: Digest) -> bytes | None:
    """One entry for each lease period told of; None if none is. Renewals of accounts in use are left out.

    An entry's UID is the lease period's own: a later message about it replaces the entry.
    """
    periods: dict[LeasePeriod, list[Event]] = {}
    for event in digest.events:
        if event.period is not None and not renews_in_use(event):
            periods.setdefault(event.period, []).append(event)
    if not periods:
        return None
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//lease-watcher//{__version__}//EN",
        "METHOD:PUBLISH",
    ]
    for period, events in periods.items():
        lines += _entry(period, events, digest.at)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _entry(period: LeasePeriod, events: list[Event], at: datetime) -> Iterator[str]:
    last = events[-1]
    who = at_handle(last.handle) if last.handle is not None else plain(period.account)
    if last.handle is not None and last.platform:
        who += f" on {plain(last.platform)}"
    cost = "" if last.cents is None else f", {dollars(last.cents)}"
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(period)}"
    yield f"DTSTAMP:{_instant(at)}"
    yield f"DTSTART:{_instant(period.renews_at)}"
    yield f"SUMMARY:{_text([f'{who} renews{cost}'])}"
    yield f"DESCRIPTION:{_text(event.text for event in events)}"
    yield "STATUS:CANCELLED" if any(event.kind in _OFF for event in events) else "STATUS:CONFIRMED"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _uid(period: LeasePeriod) -> str:
    """Nothing of it is secret: it is a digest so that any account's id is a valid one."""
    named = f"{period.account}\n{period.renews_at.astimezone(UTC).isoformat()}"
    return f"{sha256(named.encode('utf-8', 'backslashreplace')).hexdigest()[:32]}@lease-watcher"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(lines: Iterable[str]) -> str:
    """A value of the type TEXT; line breaks of ours only."""
    return "\n".join(clipped(plain(line), _LONGEST) for line in lines).translate(_ESCAPES)


def _folded(line: str) -> bytes:
    """Lines of at most 75 octets: the next begins with a space, and no character is cut apart."""
    folded, left = bytearray(), _OCTETS
    for sign in line:
        octets = sign.encode()
        if len(octets) > left:
            folded += b"\r\n "
            left = _OCTETS - 1
        folded += octets
        left -= len(octets)
    return bytes(folded + b"\r\n")
