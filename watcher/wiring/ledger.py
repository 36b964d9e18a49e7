"""The ledger that the settings name, for whoever looks into it, says something to it or looks after it.

Nothing that opens it creates or migrates one, but for `open_ledger`. Each raises `LedgerUnusable` and
`LedgerUnavailable`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.adapters.ledger import file as files
from watcher.adapters.ledger import opening, restoring, soundness
from watcher.ports.ledger import Ledger, LedgerReader, LedgerWords
from watcher.record.overrides import Override
from watcher.settings.model import Settings

if TYPE_CHECKING:
    from watcher.adapters.ledger.memory.state import State
    from watcher.ahead.backtest import Recorded


def is_there(settings: Settings) -> bool:
    """Whether there is something to open, be it an empty file."""
    return opening.is_there(settings.store.place)


@contextmanager
def open_reader(settings: Settings) -> Iterator[LedgerReader]:
    """To look into; an empty one where there is none."""
    with closing(opening.open_reader(settings.store.place)) as reader:
        yield reader


@contextmanager
def open_words(settings: Settings) -> Iterator[LedgerWords]:
    """An existing one, to append what a person says."""
    with closing(opening.open_words(settings.store.place)) as words:
        yield words


@contextmanager
def open_ledger(settings: Settings) -> Iterator[Ledger]:
    """To keep a turn's memory in: created or migrated as needed, by whichever process is first."""
    with closing(opening.open_ledger(settings.store.place)) as ledger:
        yield ledger


def rehearse(settings: Settings) -> bool:
    """Whether a turn finds a ledger that it can write; False: none of this version, and it can make one.

    Does what `open_ledger` does and leaves nothing behind, not even an empty ledger.
    """
    return opening.rehearse(settings.store.place)


def memory_of(settings: Settings, now: datetime) -> "State":
    """What it remembers, to go on with in this process; an empty memory where there is none."""
    with closing(opening.open_reader(settings.store.place)) as reader:
        return reader.into_memory(now)


@contextmanager
def open_recorded(settings: Settings) -> Iterator["Recorded"]:
    """What it recorded of every account, to be read once; nothing where there is none."""
    with closing(opening.open_reader(settings.store.place)) as reader:
        yield from reader.recorded()


def flaws(settings: Settings) -> Sequence[str]:
    """What is wrong with an existing one, in sentences; nothing if it is sound. Changes nothing."""
    return soundness.check(settings.store.place)


@contextmanager
def open_export(settings: Settings) -> Iterator[Iterator[str] | None]:
    """All of it as JSON lines; None where nothing is in it."""
    from watcher.adapters.ledger.empty import EmptyLedger

    with closing(opening.open_reader(settings.store.place)) as ledger:
        yield None if isinstance(ledger, EmptyLedger) else ledger.export()


def fill(settings: Settings, lines: Iterable[str], words: tuple[Override, Override] | None) -> int:
    """A new one from an export; answers how many rows it has now. `words` begin a restored one."""
    with closing(opening.open_ledger(settings.store.place)) as ledger:
        return ledger.fill(lines, words)


def restore(settings: Settings, copy: Path, words: tuple[Override, Override], now: datetime) -> Path | None:
    """Put a copy, or an export, in the place of its file; answers where what was there is now."""
    place = file_of(settings)
    assert place is not None, "a server's copies are put back by its own tools"
    return restoring.restore_file(place, copy, words, now, base_url=settings.api.base_url.rstrip("/"))


def file_of(settings: Settings) -> Path | None:
    """Where it lives, None on a server."""
    place = settings.store.place
    return place if isinstance(place, Path) else None


def belongs_to_it(settings: Settings, file: Path) -> bool:
    """Whether a file is the ledger or one of those beside it, by whatever name, there or not."""
    ledger = file_of(settings)
    return ledger is not None and files.belongs_to(ledger, file)


def is_same_file(one: Path, other: Path) -> bool:
    """By whatever names, and whether it is there yet or not."""
    return files.same(one, other)
