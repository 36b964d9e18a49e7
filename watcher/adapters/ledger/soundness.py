"""Whether a ledger's file is sound, as SQLite sees it."""

from contextlib import closing
from pathlib import Path

from watcher.adapters.ledger import file
from watcher.adapters.ledger.opening import at_rest, trouble


def check(path: Path) -> tuple[str, ...]:
    """What is wrong with an existing ledger, in sentences; nothing if it is sound. Changes nothing.

    Raises `LedgerUnusable` for what is no ledger of this program, `LedgerUnavailable`.
    """
    immutable = at_rest(path)
    with trouble(path), closing(file.connect(path, mode="ro", immutable=immutable)) as connection:
        stored = file.revision(connection, path)
        wrong = [
            f"{path}: {said}" for (said,) in connection.execute("PRAGMA integrity_check") if said != "ok"
        ]
        wrong += [
            f"{path}: row {row} of {table} refers to nothing in {parent}"
            for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check")
        ]
    if stored is None:
        wrong.append(f"{path} is empty: the next turn fills it")
    elif stored != file.REVISIONS[-1]:
        wrong.append(f"{path} is of an older version (schema {stored}): run `lease-watcher store migrate`")
    return tuple(wrong)
