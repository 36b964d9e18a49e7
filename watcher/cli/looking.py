"""The ledger, for the commands that only look into it."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo

from watcher.cli.configured import configured
from watcher.cli.surroundings import Surroundings
from watcher.ports.ledger import LedgerReader
from watcher.settings.model import Settings
from watcher.texts.times import zone
from watcher.wiring.ledger import is_there, open_reader


@dataclass(frozen=True, kw_only=True, slots=True)
class Looking:
    ledger: LedgerReader
    settings: Settings
    place: str
    now: datetime

    @property
    def timezone(self) -> tzinfo:
        return zone(self.settings.timezone)


@contextmanager
def looking(options: Namespace, surroundings: Surroundings) -> Iterator[Looking]:
    """Says on a terminal's stderr where the ledger is, and if there is none."""
    settings = configured(options, surroundings).settings
    place = settings.store.place
    if not is_there(settings):
        surroundings.err.write(f"There is no ledger at {place} yet: the first turn creates it.\n")
    elif surroundings.err.isatty():
        surroundings.err.write(f"ledger {place}\n")
    with open_reader(settings) as ledger:
        yield Looking(ledger=ledger, settings=settings, place=str(place), now=surroundings.clock.now())
