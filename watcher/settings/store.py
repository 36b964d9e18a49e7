"""Where the ledger lives."""

from collections.abc import Mapping
from pathlib import Path

_SQLITE = "sqlite:///"


def default_url(environ: Mapping[str, str]) -> str | None:
    """The ledger's place where the configuration names none: systemd's state directory, else XDG's.

    None where neither is known (no home).
    """
    if state := environ.get("STATE_DIRECTORY"):
        # systemd lists several, separated by colons; the first is the unit's own.
        return f"{_SQLITE}{Path(state.partition(':')[0]) / 'watcher.db'}"
    xdg = environ.get("XDG_STATE_HOME", "")
    home = environ.get("HOME", "")
    if Path(xdg).is_absolute():
        return f"{_SQLITE}{Path(xdg) / 'lease-watcher' / 'watcher.db'}"
    if Path(home).is_absolute():
        return f"{_SQLITE}{Path(home) / '.local' / 'state' / 'lease-watcher' / 'watcher.db'}"
    return None


def resolved(url: str, folder: Path) -> str:
    """The URL with an absolute path; a relative one starts at `folder`. Raises `ValueError`."""
    if url.startswith("postgres"):
        raise ValueError("PostgreSQL is not supported yet: use sqlite:///…")
    place = url.removeprefix(_SQLITE)
    if not url.startswith(_SQLITE):
        raise ValueError("must begin with sqlite:///")
    if place in ("", ":memory:"):
        raise ValueError("must name a file: a ledger that is lost at the end would release nothing, ever")
    if not place.isprintable() or "?" in place or "#" in place:
        raise ValueError("must not hold ?, # or control characters")
    return f"{_SQLITE}{folder / place}"
