"""The doors: whoever may write opens or creates the ledger, everybody else finds it or does not.

SQLAlchemy takes as long to import as everything else together: it is imported only where a ledger is opened.
"""

from typing import TYPE_CHECKING

from watcher.adapters.ledger import file_door
from watcher.adapters.ledger.places import Place, Server

if TYPE_CHECKING:
    from watcher.adapters.ledger.empty import EmptyLedger
    from watcher.adapters.ledger.ledger import SqlLedger, SqlReader, SqlWords


def open_ledger(place: Place) -> "SqlLedger":
    """The ledger to keep a turn's memory in: created or migrated as needed, by whichever process is first.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    if isinstance(place, Server):
        from watcher.adapters.ledger import server_door

        return server_door.open_ledger(place)
    return file_door.open_ledger(place)


def open_words(place: Place) -> "SqlWords":
    """An existing ledger, to append what a person says; never creates or migrates one.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    if isinstance(place, Server):
        from watcher.adapters.ledger import server_door

        return server_door.open_words(place)
    return file_door.open_words(place)


def open_reader(place: Place) -> "SqlReader | EmptyLedger":
    """The ledger to look into, the empty one where there is none; never creates, writes or migrates.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    if isinstance(place, Server):
        from watcher.adapters.ledger import server_door

        return server_door.open_reader(place)
    return file_door.open_reader(place)


def rehearse(place: Place) -> bool:
    """Whether a turn finds a ledger that it can write; False: none of this schema, and it can make one.

    Does what `open_ledger` does and leaves nothing behind, not even an empty ledger.
    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    if isinstance(place, Server):
        from watcher.adapters.ledger import server_door

        return server_door.rehearse(place)
    return file_door.rehearse(place)


def is_there(place: Place) -> bool:
    """Whether there is something to open, be it an empty file.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    if isinstance(place, Server):
        from watcher.adapters.ledger import server_door

        return server_door.is_there(place)
    return file_door.is_there(place)
