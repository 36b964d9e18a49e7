"""The renewals of a digest as a calendar (RFC 5545), for whoever plans by one."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from watcher import __version__
from watcher.adapters.channels.fitting import clipped
from watcher.adapters.channels.told import Told
from watcher.adapters.channels.view import view_of
from watcher.facts.accounts import LeasePeriod
from watcher.messages.events import EventKind
from watcher.ports.notifier import Digest
from watcher.texts.plain import plain

_OFF: Final = frozenset({EventKind.RELEASE_DONE, EventKind.ACCOUNT_GONE})
"""After these an account renews no more."""
_OCTETS: Final = 75
_LONGEST: Final = 2_000
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def digest_calendar(digest: Digest) -> bytes | None:
    """One entry for each lease period told of; None if none is. Renewals of accounts in use are left out.

    An entry's UID is the lease period's own: a later message about it replaces the entry.
    """
    periods: dict[LeasePeriod, list[Told]] = {}
    for each in view_of(digest).told:
        if each.period is not None:
            periods.setdefault(each.period, []).append(each)
    if not periods:
        return None
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//lease-watcher//{__version__}//EN",
        "METHOD:PUBLISH",
    ]
    for period, told in periods.items():
        lines += _entry(period, told, digest.at)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _entry(period: LeasePeriod, told: list[Told], at: datetime) -> Iterator[str]:
    last = told[-1]
    who = last.who or plain(period.account)
    if last.who and last.platform:
        who += f" on {last.platform}"
    cost = f", {last.money}" if last.money else ""
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(period)}"
    yield f"DTSTAMP:{_instant(at)}"
    yield f"DTSTART:{_instant(period.renews_at)}"
    yield f"SUMMARY:{_text([f'{who} renews{cost}'])}"
    yield f"DESCRIPTION:{_text(each.text for each in told)}"
    yield "STATUS:CANCELLED" if any(each.kind in _OFF for each in told) else "STATUS:CONFIRMED"
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
    return "\n".join(clipped(line, _LONGEST) for line in lines).translate(_ESCAPES)


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
