"""Whether a ledger is sound, as its database sees it."""

from contextlib import closing
from pathlib import Path

from watcher.adapters.ledger import file, revisions
from watcher.adapters.ledger.file_door import at_rest, trouble
from watcher.adapters.ledger.places import Place, Server


def check(place: Place) -> tuple[str, ...]:
    """What is wrong with an existing ledger, in sentences; nothing if it is sound. Changes nothing.

    Raises `LedgerUnusable` for what is no ledger of this program, `LedgerUnavailable`.
    """
    if isinstance(place, Server):
        from watcher.adapters.ledger import server_door

        return server_door.check(place)
    return _check_file(place)


def _check_file(path: Path) -> tuple[str, ...]:
    resting = at_rest(path)
    with (
        file.undisturbed(path, resting),
        trouble(path),
        closing(file.connect(path, mode="ro", immutable=resting is not None)) as connection,
    ):
        stored = file.revision(connection, path)
        newest = stored == revisions.REVISIONS[-1]
        wrong = [
            f"{path}: {said}" for (said,) in connection.execute("PRAGMA integrity_check") if said != "ok"
        ]
        missing = [f"{path}: lacks {one}" for one in _missing(path, resting)] if newest and not wrong else []
        wrong += missing
        wrong += [
            f"{path}: the row of {table} is missing"
            for table in (revisions.OWN_ROWS if newest and not missing else ())
            if connection.execute(f"SELECT count(*) FROM {table}").fetchone() != (1,)
        ]
        wrong += [
            f"{path}: row {row} of {table} refers to nothing in {parent}"
            for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check")
        ]
    return (*wrong, *revisions.to_be_brought_up(stored, path))


def _missing(path: Path, resting: file.State | None) -> list[str]:
    from watcher.adapters.ledger.inspection import lacking
    from watcher.adapters.ledger.sqlite import SqliteStore

    with closing(SqliteStore(path, mode="ro", at_rest=resting)) as store, store.reading() as connection:
        return list(lacking(connection))
