"""One ledger serves one organisation at one base URL."""

from watcher.ports.ledger import LedgerUnusable


def refuse_another(place: str, bound: tuple[str, str], asked: tuple[str, str]) -> None:
    """Raise `LedgerUnusable` where a ledger that is bound is asked to serve somebody else."""
    if bound != asked:
        raise LedgerUnusable(
            f"{place} is the ledger of organisation {bound[0]} at {bound[1]}, but this key belongs to "
            f"{asked[0]} at {asked[1]}. One ledger serves one organisation: point store.url at another file, "
            "or use the key that belongs to this one."
        )
