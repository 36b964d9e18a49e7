"""The ledger, for the commands that only look into it."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo

from watcher.cli.configured import configured
from watcher.cli.process import Process
from watcher.ports.ledger import LedgerReader
from watcher.settings.model import Settings
from watcher.texts.times import zone
from watcher.wiring.ledger import is_there, open_reader


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerView:
    ledger: LedgerReader
    settings: Settings
    place: str
    now: datetime

    @property
    def timezone(self) -> tzinfo:
        return zone(self.settings.timezone)


@contextmanager
def view_ledger(options: Namespace, process: Process, *, say_where: bool = True) -> Iterator[LedgerView]:
    """Says on a terminal's stderr where the ledger is, unless the command does; and if there is none."""
    settings = configured(options, process, offline=True).settings
    place = settings.store.place
    if not is_there(settings):
        process.remark(f"There is no ledger at {place} yet: the first turn creates it.")
    elif say_where and process.err.isatty():
        process.remark(f"ledger {place}")
    with open_reader(settings) as ledger:
        yield LedgerView(ledger=ledger, settings=settings, place=str(place), now=process.clock.now())
