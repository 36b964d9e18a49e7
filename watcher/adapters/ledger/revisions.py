"""Which schema a ledger holds, on any database, and what is said of one that this program cannot use."""

from collections.abc import Collection

from watcher.adapters.ledger.places import Place
from watcher.ports.ledger import LedgerUnusable

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
"""Every schema this program knows, oldest first; the migrations have the same names."""

OWN_ROWS = ("meta", "lease")
"""Tables of exactly one row: whose ledger it is and up to when it knows, and who acts on it."""

_OURS = frozenset({"alembic_version", "intents", "outbox"})


def is_ours(tables: Collection[str], place: Place, remedy: str) -> bool:
    """Whether these are a ledger's tables; False where there are none at all.

    Raises `LedgerUnusable` for another program's.
    """
    if tables and not _OURS.issubset(tables):
        raise unusable(place, "is another program's database", remedy)
    return bool(tables)


def understood(stored: str, place: Place) -> str:
    """A stored schema that this program knows. Raises `LedgerUnusable` for any other."""
    if stored not in REVISIONS:
        raise unusable(
            place,
            f"was written by a newer lease-watcher (schema {stored}; this one knows up to {REVISIONS[-1]})",
            "Upgrade lease-watcher; it never writes to a ledger that it does not understand.",
        )
    return stored


def is_present(stored: str | None, place: Place) -> bool:
    """Whether exactly this program's schema is stored; False where nothing is yet.

    Raises `LedgerUnusable` for an older one: who does not migrate cannot use it.
    """
    if stored is not None and stored != REVISIONS[-1]:
        raise unusable(
            place,
            f"is of an older version (schema {stored})",
            "Run `lease-watcher store migrate`, or one turn, to bring it up to date.",
        )
    return stored is not None


def to_be_brought_up(stored: str | None, place: Place) -> tuple[str, ...]:
    """What the next turn or a migration has still to do, in a sentence; nothing for the present schema."""
    if stored is None:
        return (f"{place} is empty: the next turn fills it",)
    if stored != REVISIONS[-1]:
        return (f"{place} is of an older version (schema {stored}): run `lease-watcher store migrate`",)
    return ()


def absent(place: Place) -> LedgerUnusable:
    return unusable(
        place,
        "does not exist",
        "Check store.url; the first turn (`lease-watcher run --once`) creates the ledger.",
    )


def incomplete(place: Place) -> LedgerUnusable:
    return unusable(place, "lacks a row of its own", "Restore it from a backup.")


def unusable(place: Place, why: str, remedy: str) -> LedgerUnusable:
    return LedgerUnusable(f"The ledger {place} {why}. {remedy}")
