"""One ledger serves one organisation at one base URL, and of its fleet always the same part."""

from watcher.ports.ledger import LedgerUnusable
from watcher.rules.shards import Shard


def refuse_another(place: str, bound: tuple[str, str], asked: tuple[str, str]) -> None:
    """Raise `LedgerUnusable` where a ledger that is bound is asked to serve somebody else."""
    if bound != asked:
        raise LedgerUnusable(
            f"{place} is the ledger of organisation {bound[0]} at {bound[1]}, but this key belongs to "
            f"{asked[0]} at {asked[1]}. One ledger serves one organisation: point store.url at another file, "
            "or use the key that belongs to this one."
        )


def refuse_another_part(place: str, bound: str | None, asked: Shard) -> None:
    """Raise `LedgerUnusable` where a ledger of one part of the fleet is asked to serve another."""
    if bound is not None and bound != str(asked):
        raise LedgerUnusable(
            f"{place} is the ledger of {_part(bound)}, but this watcher is {_part(str(asked))}. A ledger "
            "knows the projects of its own part only: another part, or another number of shards, begins with "
            "a new ledger, as store.url with {shard} names it. Stop the old watchers first."
        )


def _part(shard: str) -> str:
    return "the whole fleet" if shard.endswith("/1") else f"shard {shard}"
