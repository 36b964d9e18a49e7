"""Where the ledger lives."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from watcher.adapters.ledger.places import POSTGRESQL, SQLITE, LedgerUrl, flaw_of
from watcher.domain.secret import Secret


def default_url(environ: Mapping[str, str]) -> str | None:
    """The ledger's place where the configuration names none: systemd's state directory, else XDG's.

    None where neither is known (no home).
    """
    if state := environ.get("STATE_DIRECTORY"):
        # systemd lists several, separated by colons; the first is the unit's own.
        return f"{SQLITE}{Path(state.partition(':')[0]) / 'watcher.db'}"
    xdg = environ.get("XDG_STATE_HOME", "")
    home = environ.get("HOME", "")
    if Path(xdg).is_absolute():
        return f"{SQLITE}{Path(xdg) / 'lease-watcher' / 'watcher.db'}"
    if Path(home).is_absolute():
        return f"{SQLITE}{Path(home) / '.local' / 'state' / 'lease-watcher' / 'watcher.db'}"
    return None


def resolved(url: LedgerUrl, folder: Path) -> LedgerUrl:
    """The URL with an absolute path; a relative one starts at `folder`.

    Raises `ValueError`, which repeats nothing of it.
    """
    text = url.secret.reveal()
    if text.startswith(POSTGRESQL):
        flaw = flaw_of(text)
        if flaw is not None:
            raise ValueError(flaw)
        if find_spec("psycopg") is None:
            raise ValueError("needs psycopg, which is not installed: pip install 'lease-watcher[postgres]'")
        return url
    if not text.startswith(SQLITE):
        raise ValueError(f"must begin with {SQLITE} or {POSTGRESQL}")
    place = text.removeprefix(SQLITE)
    if place in ("", ":memory:"):
        raise ValueError("must name a file: a ledger that is lost at the end would release nothing, ever")
    if not place.isprintable() or "?" in place or "#" in place:
        raise ValueError("must not hold ?, # or control characters")
    return LedgerUrl(Secret(f"{SQLITE}{folder / place}"))
