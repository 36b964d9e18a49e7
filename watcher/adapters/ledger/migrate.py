"""Bringing an older ledger to this program's schema; Alembic's only home."""

import os
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config

from watcher.adapters.ledger import file
from watcher.adapters.ledger.sqlite import SqliteStore, driver

SCRIPTS = Path(__file__).with_name("migrations")


def migrate(store: SqliteStore) -> None:
    """Migrate in one transaction, after copying what was there to `<name>.before-<revision>`.

    Another process that opens the same file waits here, then finds nothing left to do.
    """
    path = store.path
    with store.writing() as connection:
        stored = file.revision(driver(connection), path)
        if stored == file.REVISIONS[-1]:
            return
        if stored is not None:
            _copy(path, path.with_name(f"{path.name}.before-{file.REVISIONS[-1]}"))
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _copy(path: Path, to: Path) -> None:
    """Whole or not at all; a copy by an earlier attempt is replaced, as nothing was written since."""
    partial = to.with_name(f"{to.name}.partial")
    partial.unlink(missing_ok=True)
    file.create(partial)
    with (
        closing(file.connect(path, mode="ro")) as source,
        closing(file.connect(partial, mode="rw")) as target,
    ):
        source.backup(target)
    os.replace(partial, to)
