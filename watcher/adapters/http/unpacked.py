"""Answers that come compressed though nothing compressed was asked for: some proxies do so."""

import zlib
from typing import Final

_GZIP: Final = frozenset({"gzip", "x-gzip"})
_PLAIN: Final = frozenset({"", "identity"})
_MAGIC_AND_SIZE: Final = 16 + zlib.MAX_WBITS
_MOST_MEMBERS: Final = 100
"""Nobody writes more; and each copies what is left, so that a body of empty ones would take minutes."""


def unpacked(body: bytes, encoding: str, *, most: int) -> bytes | None:
    """What was packed, if it is gzip and whole; None for anything else.

    No more than one byte above `most` is ever made of it: a kilobyte may stand for a gigabyte.
    """
    if encoding.strip().lower() not in _GZIP:
        return None
    made, left = bytearray(), body
    try:
        for _ in range(_MOST_MEMBERS):  # several may stand one after the other
            if not left:
                break
            member = zlib.decompressobj(_MAGIC_AND_SIZE)
            made += member.decompress(left, most + 1 - len(made))
            if len(made) > most:
                break
            if not member.eof:
                return None
            left = member.unused_data
    except zlib.error:
        return None
    return None if left and len(made) <= most else bytes(made)


def is_packed(encoding: str) -> bool:
    """Whether a `Content-Encoding` says so."""
    return encoding.strip().lower() not in _PLAIN
