"""One ledger serves one organisation at one base URL, and of its fleet always the same part."""

from watcher.memory.writes import Bound


def not_ours(place: str, bound: tuple[str, str] | None, part: str | None, asked: Bound) -> str | None:
    """Why a ledger that is bound to an (organisation, base URL) and a part of its fleet is not for `asked`.

    None: it is, or nobody bound it yet.
    """
    if bound is not None and bound != (asked.organization, asked.base_url):
        return (
            f"{place} is the ledger of organisation {bound[0]} at {bound[1]}, but this key belongs to "
            f"{asked.organization} at {asked.base_url}. One ledger serves one organisation: point store.url "
            "at another file, or use the key that belongs to this one."
        )
    if part is not None and part != str(asked.shard):
        return (
            f"{place} is the ledger of {_part(part)}, but this watcher is {_part(str(asked.shard))}. A "
            "ledger knows the projects of its own part only: another part, or another number of shards, "
            "begins with a new ledger, as store.url with {shard} names it. Stop the old watchers first."
        )
    return None


def _part(shard: str) -> str:
    return "the whole fleet" if shard.endswith("/1") else f"shard {shard}"
