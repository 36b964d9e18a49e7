"""Ids are opaque: what can stand in a path is accepted, percent-encoded, and never looked into."""

from urllib.parse import quote

from watcher.texts.foreign import is_short

_DOTS = frozenset({".", ".."})


def usable(id_: str) -> bool:
    """Whether an id names one path segment and nothing else, and can be shown to people and kept."""
    return bool(id_) and id_.isprintable() and "/" not in id_ and id_ not in _DOTS and is_short(id_)


def segment(id_: str) -> str:
    """The id as one path segment. Raises ValueError for one that is not `usable`."""
    if not usable(id_):
        raise ValueError(f"not usable as an id: {id_!a}")
    return quote(id_, safe="")
