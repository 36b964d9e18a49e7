"""The renewals of a digest as a calendar, for whoever plans by one."""

from typing import Final

from watcher.adapters.channels.told import Told
from watcher.adapters.channels.view import view_of
from watcher.adapters.ics import ics
from watcher.decide.calendar_entries import CalendarEntry
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.messages.events import EventKind
from watcher.ports.notifier import Digest
from watcher.texts.plain import plain

_OFF: Final = frozenset({EventKind.RELEASE_DONE, EventKind.ACCOUNT_GONE})
"""After these an account renews no more."""


def digest_calendar(digest: Digest, organizer: str) -> bytes | None:
    """One entry for each account told of; None if none is. Renewals of accounts in use are left out.

    An entry is the account's next renewal, whenever that is: a later message about it replaces the entry,
    also where the renewal has moved. `organizer`: who writes, a mail address.
    """
    periods: dict[LeasePeriod, list[Told]] = {}
    for each in view_of(digest).told:
        if each.period is not None:
            periods.setdefault(each.period, []).append(each)
    # Of one whose renewal moved between two messages of a digest the later is the next.
    latest: dict[AccountId, LeasePeriod] = {period.account: period for period in sorted(periods)}
    if not latest:
        return None
    return ics(
        (
            _entry(period, told, digest)
            for period, told in periods.items()
            if latest[period.account] == period
        ),
        at=digest.at,
        organizer=organizer,
    )


def _entry(period: LeasePeriod, told: list[Told], digest: Digest) -> CalendarEntry:
    last = told[-1]
    who = last.who or plain(period.account)
    if last.who and last.platform:
        who += f" on {last.platform}"
    cost = f", {last.money}" if last.money else ""
    return CalendarEntry(
        identity=("renewal", period.account),
        at=period.renews_at,
        since=digest.at,
        summary=f"{who} renews{cost}",
        lines=tuple(each.text for each in told),
        cancelled=any(each.kind in _OFF for each in told),
    )
