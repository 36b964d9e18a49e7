"""The configuration of one shard: its own ledger, under a name that says which.

A shard remembers, brakes and tells for its own projects only, so two of them in one ledger would judge each
other's gaps and problems as their own.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from watcher.adapters.ledger.places import LedgerUrl
from watcher.domain.secret import Secret
from watcher.domain.shards import Shard
from watcher.settings.findings import Finding, Severity
from watcher.settings.model import Settings

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
    parts = urlsplit(url)
    chosen = (each for each in parts.query.split("&") if each.partition("=")[0] in _CHOOSING)
    host = parts.netloc.rpartition("@")[2]
    return any(PLACE in part for part in (parts.username or "", host, parts.path, *chosen))


def _wrong(path: Path, message: str, fix: str) -> Finding:
    return Finding(
        severity=Severity.ERROR, file=str(path), line=None, key="store.url", message=message, fix=fix
    )
