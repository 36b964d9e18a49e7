"""Whose certificates are trusted, by all who speak TLS here: HTTPS, mail, and PostgreSQL on its word.

The store of the system, as curl has it: that is where a company puts its own root. certifi's list stands in
on a machine that has none, `SSL_CERT_FILE` and `SSL_CERT_DIR` stand in for both. The strictness is curl's
too: from Python 3.13 on the standard library refuses roots that companies use (`VERIFY_X509_STRICT`), and up
to 3.12 it trusted nothing in the store but what had issued itself (`VERIFY_X509_PARTIAL_CHAIN`).

Not by `truststore`: it holds one lock for the length of every handshake, so that one silent server keeps a
DELETE waiting, and reads the whole store anew for each (ADR 32).
"""

import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from os import pathsep
from pathlib import Path
from typing import Final

from watcher.ports.environment import UnusableVariable

FILE: Final = "SSL_CERT_FILE"
FOLDER: Final = "SSL_CERT_DIR"
KEYS: Final = "SSLKEYLOGFILE"

BUNDLES: Final = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)
"""Where systems keep it in one file: Alpine, Arch and BSD; Fedora and RHEL, new and old; Debian; SUSE.

For a Python that was built elsewhere (uv's, a conda's), whose OpenSSL looks where nothing is.
"""

_HASHED: Final = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""How OpenSSL names a certificate in a folder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """One for the process, shared by threads: a store in a file takes longer to read than a request takes."""

    store: str
    """For people: which store, and where it is."""
    context: ssl.SSLContext = field(repr=False)


def trust_in(environ: Mapping[str, str]) -> Trust:
    """What this environment trusts. Raises `UnusableVariable`."""
    for wrong in unusable_trust(environ):
        raise wrong
    if file := environ.get(FILE):
        return Trust(store=f"{FILE} ({file})", context=context_of_file(file))
    if folder := environ.get(FOLDER):
        return Trust(store=f"{FOLDER} ({folder})", context=_context(None, folder))
    return system_trust()


@cache
def system_trust() -> Trust:
    """The system's store, or certifi's where there is none. Variables are not read."""
    for file, folder in _system_places():
        try:
            context = _context(file, folder)
        except OSError:
            continue
        return Trust(store=f"the system's store ({file or folder})", context=context)
    import certifi

    return Trust(
        store="the list that came along (certifi), as the system has none",
        context=_context(certifi.where(), None),
    )


def context_of_file(file: str) -> ssl.SSLContext:
    """For one who trusts nothing but what it holds. Raises OSError, also OpenSSL's where it holds none."""
    return _context_of_content(file, *_stamp(Path(file)))


def bundle_in(environ: Mapping[str, str]) -> str | None:
    """The store as one file, for a library that takes nothing else; None where `SSL_CERT_DIR` names it."""
    if file := environ.get(FILE):
        return file
    if environ.get(FOLDER):
        return None
    import certifi

    places = (ssl.get_default_verify_paths().openssl_cafile, *BUNDLES)
    return next((each for each in places if Path(each).is_file()), certifi.where())


def unusable_trust(environ: Mapping[str, str]) -> Iterator[UnusableVariable]:
    """What is wrong with these variables. An empty one is not set, and none is the usual case."""
    if file := environ.get(FILE):
        why = _flaw_of_file(Path(file))
        if why is not None:
            yield UnusableVariable(
                FILE, f"names {file}, {why}", "name a file of certificates in PEM, or unset it"
            )
    elif (folders := environ.get(FOLDER)) and not any(map(_holds_hashed, folders.split(pathsep))):
        yield UnusableVariable(
            FOLDER,
            f"names {folders}, where no certificates stand by their hashes",
            "run `openssl rehash` on the folder, or unset the variable",
        )
    if keys := environ.get(KEYS):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).keylog_filename = keys
        except (OSError, ValueError) as error:
            yield UnusableVariable(
                KEYS, f"names {keys}, which cannot be written ({_words(error)})", "unset it"
            )


def distrust(error: ssl.SSLError) -> str:
    """Why there is no TLS with a server, in OpenSSL's words but without its file names and numbers."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    return f"no TLS with it: {error.reason or 'the handshake failed'}"


def _system_places() -> Iterator[tuple[str | None, str | None]]:
    """First where this Python's OpenSSL looks by itself, then where systems are known to keep it.

    A folder is read certificate by certificate as they are asked for, so it costs nothing and is never old.
    """
    built = ssl.get_default_verify_paths()
    file = built.openssl_cafile if Path(built.openssl_cafile).is_file() else None
    folder = built.openssl_capath if _holds_hashed(built.openssl_capath) else None
    if file or folder:
        yield file, folder
    yield from ((each, None) for each in BUNDLES if Path(each).is_file())


def _context(file: str | None, folder: str | None) -> ssl.SSLContext:
    """Raises OSError where it cannot be read, also OpenSSL's."""
    try:
        context = ssl.create_default_context(cafile=file, capath=folder)
    except OSError:
        # What SSLKEYLOGFILE names may be the trouble, which is told by itself: is it the store?
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(file, folder)
    context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    return context


def _flaw_of_file(file: Path) -> str | None:
    try:
        if file.exists() and not file.is_file():
            return "which is no file"
        return _flaw_of_content(file, *_stamp(file))
    except (OSError, ValueError) as error:
        return f"which cannot be read ({_words(error)})"


@cache
def _flaw_of_content(file: Path, *_stamp: int) -> str | None:
    """Raises OSError."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except ssl.SSLError:
        return "which holds no certificates in PEM"
    return None


@cache
def _context_of_content(file: str, *_stamp: int) -> ssl.SSLContext:
    return _context(file, None)


def _stamp(file: Path) -> tuple[int, int, int]:
    """Another one means another content: a bundle takes as long to read as a turn takes otherwise."""
    seen = file.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _holds_hashed(folder: str) -> bool:
    try:
        return bool(folder) and any(_HASHED.fullmatch(each.name) for each in Path(folder).iterdir())
    except (OSError, ValueError):
        return False


def _words(error: OSError | ValueError) -> str:
    return ((error.strerror if isinstance(error, OSError) else None) or "not a path").lower()
