"""The calendar of a fleet, by the ledger alone: for the command, and for the page of the daemon."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from watcher.adapters.ics import ics
from watcher.decide.calendar_entries import CalendarEntry, decision_deadlines, renewal_days
from watcher.ports.clock import Clock
from watcher.ports.ledger import LedgerReader
from watcher.rules.shards import WHOLE, Shard
from watcher.settings.model import Settings
from watcher.texts.times import zone
from watcher.turn.status import look, watched_leases
from watcher.wiring.ledger import open_reader
from watcher.wiring.orders import orders_from


def entries(
    ledger: LedgerReader, settings: Settings, now: datetime, shard: Shard = WHOLE
) -> tuple[CalendarEntry, ...]:
    """What is to be decided, the first first, and then the days on which something renews."""
    orders = orders_from(settings, shard)
    status, leased = look(ledger, orders, now), list(watched_leases(ledger, orders))
    dated, timezone = ledger.renewals_since(), zone(settings.timezone)
    return (
        *decision_deadlines(status.matters, dated, now, timezone),
        *renewal_days(
            leased,
            ledger.known([one.id for one in leased]),
            status.openings,
            dated,
            settings.project_names,
            now,
            timezone,
        ),
    )


def calendar(ledger: LedgerReader, settings: Settings, now: datetime, shard: Shard = WHOLE) -> bytes:
    """The same as a file. As of the last turn, where one ended.

    An entry is stamped with that, or with what of it passed since: the clock alone changes what a day says.
    """
    ended = next((turn.ended_at for turn in ledger.turns(now) if turn.ended_at is not None), None)
    return ics(
        entries(ledger, settings, now, shard),
        at=ended or now,
        organizer=settings.calendar.organizer,
        name="Leases",
    )


def served_calendar(settings: Settings, clock: Clock, shard: Shard = WHOLE) -> Callable[[], bytes]:
    """What makes it for the page, from any thread, each time with a ledger of its own.

    At most once a minute, unless a turn ended or somebody said something: who asks often costs nothing more.
    """
    kept: list[tuple[object, bytes]] = []
    guard = Lock()

    def made() -> bytes:
        now = clock.now()
        with guard, open_reader(settings) as ledger:
            turns = [(turn.id, turn.ended_at) for turn in ledger.turns(now)]
            state = (turns, ledger.last_word(), now.replace(second=0, microsecond=0))
            if not kept or kept[0][0] != state:
                kept[:] = [(state, calendar(ledger, settings, now, shard))]
            return kept[0][1]

    return made
