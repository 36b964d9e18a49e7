"""What belongs to a ledger's file: SQLite's own beside it, the bookmark, and copies put aside."""

import os
from pathlib import Path
from typing import Final

_ITS_OWN: Final = frozenset({"", "-wal", "-shm", "-journal", ".bookmark", ".bookmark.partial"})
_COPIES: Final = (".before-", ".replaced-", ".restoring", ".bookmark.aside")


def belongs_to(ledger: Path, file: Path) -> bool:
    """Whether `file` is the ledger or one of these, by whatever name, and whether it is there yet or not."""
    if same(ledger, file):
        return True
    # SQLite's own lie where the ledger is, the bookmark where its name is: behind a link that is elsewhere.
    for stem in {str(ledger), os.path.realpath(ledger)}:
        if any(same(Path(f"{stem}{suffix}"), file) for suffix in _ITS_OWN):
            return True
        if os.path.realpath(file).startswith(tuple(f"{os.path.realpath(stem)}{each}" for each in _COPIES)):
            return True
    return False


def same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)
