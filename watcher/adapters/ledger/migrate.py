"""Bringing an older ledger to this program's schema; Alembic's only home."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from watcher.adapters.ledger import revisions
from watcher.adapters.ledger.store import Store
from watcher.adapters.lightly import import_without

SCRIPTS = Path(__file__).with_name("migrations")


class _Undone(Exception):
    """Raised where a transaction is to leave nothing behind."""


def rehearse(store: Store) -> None:
    """Do what `migrate` does, and take it all back: whether this process may, and whether it would work."""
    with suppress(_Undone), store.alone() as connection:
        if store.revision(connection) != revisions.REVISIONS[-1]:
            _upgrade(connection)
        raise _Undone


def migrate(store: Store) -> None:
    """Migrate in one transaction, after `store` kept a copy of what was there if it can.

    Another process that opens the same ledger waits here, then finds nothing left to do.
    """
    with store.alone() as connection:
        stored = store.revision(connection)
        if stored == revisions.REVISIONS[-1]:
            return
        if stored is not None:
            store.before_migrating(stored)
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    import_without("alembic.command", "pygments")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
