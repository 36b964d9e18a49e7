"""Dockets, for the commands that show them or decide about them."""

from collections.abc import Mapping
from datetime import datetime

from watcher.cli.alike import instead
from watcher.cli.process import Stop
from watcher.decide.dockets import WaitingDocket, accounts_in, docket_of, lost_since
from watcher.decide.fleet_problems import is_suspended
from watcher.memory.writes import DocketKept
from watcher.ports.ledger import LedgerReader
from watcher.record.exit_codes import Exit
from watcher.settings.model import Settings
from watcher.texts.plain import plain
from watcher.wiring.orders import orders_from


def the_docket(named: str, ledger: LedgerReader, place: str, now: datetime) -> DocketKept:
    """Raises `Stop` where the ledger knows none of that name."""
    kept = ledger.docket(named)
    if kept is None or not kept.periods:
        near = instead(named, ledger.dockets(now))
        near += "" if near.endswith("?") else "."
        raise Stop(
            Exit.USAGE,
            f"The ledger {place} knows no docket {plain(named)}; {near} A halt names it, and "
            "`lease-watcher docket` lists those that wait; another set of releases is another docket, with "
            "another name.",
        )
    return kept


def as_it_stands(
    dockets: Mapping[str, DocketKept], ledger: LedgerReader, settings: Settings, now: datetime
) -> list[WaitingDocket]:
    """With what was said and done since they were judged; what is due first at the top."""
    ids = accounts_in(dockets.values())
    known, fates, orders = ledger.known(ids), ledger.fates(ids), orders_from(settings)
    memory = ledger.fleet(now)
    overrides, suspended = memory.overrides.with_words(orders.configured_holds.said), is_suspended(memory)
    all_kept = ledger.dockets(now)
    found = [
        docket_of(
            one,
            known,
            fates,
            overrides,
            orders,
            now,
            suspended=suspended,
            still_lost=lost_since(one, all_kept, memory),
        )
        for one in dockets.values()
    ]
    return sorted(found, key=lambda one: (one.releases[0].period.renews_at, one.id))
