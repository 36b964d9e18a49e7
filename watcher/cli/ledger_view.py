"""The ledger, for the commands that only look into it."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from watcher.cli.configured import MISTAKEN, configured, with_mistakes
from watcher.cli.process import Process, Stop
from watcher.ports.ledger import LedgerReader
from watcher.record.exit_codes import Exit
from watcher.settings.findings import Finding
from watcher.settings.load import Good
from watcher.settings.model import Settings
from watcher.settings.notation import as_typed, earlier_of
from watcher.texts.plain import plain
from watcher.texts.times import zone
from watcher.wiring.ledger import is_there, open_reader


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerView:
    ledger: LedgerReader
    good: Good
    """The configuration as it was read, for whoever must not write over a file of it."""
    settings: Settings
    place: str
    now: datetime
    mistakes: tuple[Finding, ...] = ()
    """All that is wrong with the configuration; what is wrong there is not in `settings`."""

    @property
    def timezone(self) -> tzinfo:
        return zone(self.settings.timezone)

    def earlier(self, option: str, text: str) -> datetime:
        """The moment of the past that an option names: `--until` through the end of a date. Raises `Stop`."""
        try:
            return earlier_of(text, self.now, self.timezone, through=option == "--until")
        except ValueError as error:
            raise Stop(Exit.USAGE, f"{option} {plain(text)}: {as_typed(error)}") from None


@contextmanager
def view_ledger(
    options: Namespace, process: Process, *, say_where: bool = True, unbroken: bool = False
) -> Iterator[LedgerView]:
    """Says on a terminal's stderr where the ledger is, and of a broken configuration that it is, unless the
    command does; and if there is no ledger.

    Whoever wants to know how things stand is told, also while somebody edits the configuration; but for
    what is told of the configuration itself, that must be `unbroken`. Raises `Stop`.
    """
    good, mistakes = (
        (configured(options, process, offline=True), ()) if unbroken else with_mistakes(options, process)
    )
    settings = good.settings
    if mistakes and say_where:
        process.remark(MISTAKEN)
    place = settings.store.place
    if not is_there(settings):
        process.remark(f"There is no ledger at {place} yet: the first turn creates it.")
    elif say_where and process.err.isatty():
        process.remark(f"ledger {place}")
    with open_reader(settings) as ledger:
        now = process.clock.now()
        if mistakes:
            settings = in_the_mode_of_the_last_turn(settings, ledger, now)
        yield LedgerView(
            ledger=ledger, good=good, settings=settings, place=str(place), now=now, mistakes=mistakes
        )


def in_the_mode_of_the_last_turn(settings: Settings, ledger: LedgerReader, now: datetime) -> Settings:
    """For a configuration with mistakes, whose own mode may be the default of what could not be read.

    No turn begins by it, and a daemon that runs goes on by the one before.
    """
    last = next(iter(ledger.turns(now, most=1)), None)
    return settings if last is None else replace(settings, mode=last.mode)
