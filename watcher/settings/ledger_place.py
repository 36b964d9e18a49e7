"""Where the ledger lives; and each shard's, under a name that says which.

A shard remembers, brakes and tells for its own projects only, so two of them in one ledger would judge each
other's gaps and problems as their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from watcher.adapters.ledger.file_systems import network_file_system
from watcher.adapters.ledger.places import (
    POSTGRESQL,
    SQLITE,
    LedgerUrl,
    flaw_for_libpq,
    flaw_of,
    parts_of,
    place_of,
)
from watcher.rules.shards import Shard
from watcher.settings.files import whole
from watcher.settings.findings import Complaint, Finding
from watcher.settings.model import Settings
from watcher.texts.secret import Secret


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


def resolved(url: LedgerUrl, folder: Path, environ: Mapping[str, str]) -> LedgerUrl:
    """The URL with an absolute path; a relative one starts at `folder`, one with ~ at a home.

    Raises `ValueError`, which repeats nothing of it.
    """
    text = url.secret.reveal()
    if text.startswith(POSTGRESQL):
        flaw = flaw_of(text)
        if flaw is not None:
            raise ValueError(flaw)
        if find_spec("psycopg") is None:
            raise ValueError("needs psycopg, which is not installed: pip install 'lease-watcher[postgres]'")
        flaw = flaw_for_libpq(text)
        if flaw is not None:
            raise ValueError(flaw)
        return url
    if not text.startswith(SQLITE):
        raise ValueError(f"must begin with {SQLITE} or {POSTGRESQL}")
    place = text.removeprefix(SQLITE)
    if place in ("", ":memory:"):
        raise ValueError("must name a file: a ledger that is lost at the end would release nothing, ever")
    if not place.isprintable() or "?" in place or "#" in place:
        raise ValueError("must not hold ?, # or control characters")
    return LedgerUrl(Secret(f"{SQLITE}{whole(place, folder, environ)}"))


def on_a_network(url: LedgerUrl) -> Iterator[Complaint]:
    """A file where SQLite cannot keep a second watcher out; of a URL that is itself wrong, nothing."""
    place = place_of(url)
    if not isinstance(place, Path) or not place.is_absolute():
        return
    kind = network_file_system(place)
    if kind is not None:
        yield Complaint(
            path=("store", "url"),
            message=f"is on a network file system ({kind}), whose locks keep no second one out",
            fix="keep it on a disk of this machine or on block storage, or use postgresql://…",
        )


PLACE: Final = "{shard}"
"""Stands in `store.url` for what tells the ledgers of shards apart, such as `2_of_4`."""

_CHOOSING: Final = ("dbname", "host", "hostaddr", "options", "port", "service", "user")
"""Parameters of libpq that decide which tables are used."""


def of_shard(settings: Settings, shard: Shard | None, path: Path) -> Settings | Finding:
    """The settings of the file at `path`, with the ledger of that shard; None: none was named."""
    text = settings.store.url.secret.reveal()
    named = PLACE in text
    if shard is None:
        fix = "say which one: --shard 0/4"
        return _wrong(path, "names the ledger of a shard", fix) if named else settings
    if not shard.whole and not _tells_apart(text):
        return _wrong(
            path,
            "is one ledger for all shards, and each needs its own",
            f'write {PLACE} into it, as in url = "sqlite:///watcher-{PLACE}.db"',
        )
    url = LedgerUrl(Secret(text.replace(PLACE, shard.slug)))
    return replace(settings, store=replace(settings.store, url=url))


def _tells_apart(url: str) -> bool:
    """Whether two shards get two ledgers: how a connection calls itself, or proves itself, chooses none."""
    if not url.startswith(POSTGRESQL):
        return PLACE in url
    parts = parts_of(url)
    chosen = (value for key, value in parts.parameters if key in _CHOOSING)
    return any(PLACE in part for part in (parts.user, parts.hosts, parts.database, *chosen))


def _wrong(path: Path, message: str, fix: str) -> Finding:
    return Finding(file=str(path), key="store.url", message=message, fix=fix)
