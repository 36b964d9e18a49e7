"""What the environment says about TLS, looked at before a library trips over it."""

import re
import ssl
from collections.abc import Iterator, Mapping
from functools import cache
from os import pathsep
from pathlib import Path
from typing import Final

from watcher.adapters.http.proxies import Unusable

FILE: Final = "SSL_CERT_FILE"
FOLDER: Final = "SSL_CERT_DIR"
KEYS: Final = "SSLKEYLOGFILE"

_HASHED: Final = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""How OpenSSL names a certificate in a folder."""


def unusable_trust(environ: Mapping[str, str]) -> Iterator[Unusable]:
    """What is wrong with these variables. An empty one is not set, and none is the usual case."""
    if file := environ.get(FILE):
        why = _flaw_of_file(Path(file))
        if why is not None:
            yield Unusable(FILE, f"names {file}, {why}", "name a file of certificates in PEM, or unset it")
    elif (folders := environ.get(FOLDER)) and not any(map(_holds_hashed, folders.split(pathsep))):
        yield Unusable(
            FOLDER,
            f"names {folders}, where no certificates stand by their hashes",
            "run `openssl rehash` on the folder, or unset the variable",
        )
    if keys := environ.get(KEYS):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).keylog_filename = keys
        except (OSError, ValueError) as error:
            yield Unusable(KEYS, f"names {keys}, which cannot be written ({_words(error)})", "unset it")


def _flaw_of_file(file: Path) -> str | None:
    try:
        if file.exists() and not file.is_file():
            return "which is no file"
        seen = file.stat()
        return _flaw_of_content(file, seen.st_ino, seen.st_size, seen.st_mtime_ns)
    except (OSError, ValueError) as error:
        return f"which cannot be read ({_words(error)})"


@cache
def _flaw_of_content(file: Path, *_seen: int) -> str | None:
    """Once for each content: a bundle takes as long to read as a turn takes otherwise. Raises OSError."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except ssl.SSLError:
        return "which holds no certificates in PEM"
    return None


def _holds_hashed(folder: str) -> bool:
    try:
        return bool(folder) and any(_HASHED.fullmatch(each.name) for each in Path(folder).iterdir())
    except (OSError, ValueError):
        return False


def _words(error: OSError | ValueError) -> str:
    return ((error.strerror if isinstance(error, OSError) else None) or "not a path").lower()
