"""Striking secrets out of text that others sent: whoever was told a secret may say it back."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

from watcher.domain.secret import Secret

INSTEAD: Final = "***"

LONG: Final = 8
"""Signs from which on a secret is looked for in its encodings, and by its parts: shorter ones are words."""

_LETTERS: Final = re.compile(r"[a-z]+|[A-Z]+")
_LONG_WORD: Final = 16
_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_ESCAPE: Final = re.compile(rb"\\(\\|/|u00[2-7][0-9a-fA-F])")


def word(text: object) -> str | None:
    """A short plain word of somebody else's, such as a code or a request id; None for anything else."""
    return text if isinstance(text, str) and _WORD.fullmatch(text) else None


class Strikeout:
    """Puts `***` wherever one of these secrets stands: as it is, percent-encoded, in base64 or hexadecimal.

    Of a secret that is an address, also what in its path and query looks like a token. In base64 it is found
    within something longer as well, as in `user:password`.
    """

    __slots__ = ("_bytes", "_texts")

    def __init__(self, secrets: Iterable[Secret] = (), *, shortest: int = 1) -> None:
        """`shortest`: signs from which on a secret is no ordinary word that others may use as well."""
        known = (one.reveal() for one in secrets)
        forms = {form for one in known if len(one) >= shortest for form in _forms(one)}
        # The longest first: a secret within another one must not leave the other's rest behind.
        self._texts = sorted(forms, key=len, reverse=True)
        self._bytes = [form.encode() for form in self._texts if len(form) >= LONG]

    def text(self, text: str) -> str:
        """The text without them; of one that hides a secret behind percent signs, what it stands for."""
        struck = self._struck(text)
        if "%" in struck:
            plain = unquote(struck)
            if (without := self._struck(plain)) != plain:
                return without
        return struck

    def body(self, body: bytes) -> bytes:
        """The body of an answer without the long ones of them; the very same object if it holds none.

        JSON may write any sign as `\\u0041` and a slash as `\\/`.
        """
        struck = self._struck_bytes(body)
        if b"\\" in struck:
            plain = _ESCAPE.sub(_unescaped, struck)
            if (without := self._struck_bytes(plain)) is not plain:
                return without
        if b"%" in struck:
            plain = unquote(struck.decode("latin-1"), encoding="latin-1").encode("latin-1")
            if (without := self._struck_bytes(plain)) is not plain:
                return without
        return struck

    def _struck(self, text: str) -> str:
        for form in self._texts:
            if form in text:
                text = text.replace(form, INSTEAD)
        return text

    def _struck_bytes(self, body: bytes) -> bytes:
        for form in self._bytes:
            if form in body:
                body = body.replace(form, INSTEAD.encode())
        return body


def _forms(secret: str) -> Iterator[str]:
    yield secret
    if len(secret) < LONG:
        return
    for part in (secret, *_parts(secret)):
        yield part
        for encoded in (quote(part, safe=""), quote(part), quote_plus(part)):
            yield encoded
            yield re.sub("%..", lambda escape: escape[0].lower(), encoded)
        data = part.encode()
        yield data.hex()
        yield data.hex().upper()
        for before in range(3):
            core = _core(data, before)
            yield core
            yield core.replace("+", "-").replace("/", "_")


def _parts(secret: str) -> Iterator[str]:
    """What in an address is worth hiding by itself: a path holds ordinary words as well."""
    if "://" not in secret:
        return
    try:
        split = urlsplit(secret)
    except ValueError:
        return
    user, _, _ = split.netloc.rpartition("@")
    pairs = re.split("[&=;]", split.query)
    for part in (*split.path.split("/"), *user.split(":"), *pairs, split.fragment):
        for spelt in {part, unquote(part)}:
            letters_only = _LETTERS.fullmatch(spelt.replace("-", "").replace("_", ""))
            if len(spelt) >= LONG and (
                not letters_only or (_LETTERS.fullmatch(spelt) and len(spelt) >= _LONG_WORD)
            ):
                yield spelt


def _core(data: bytes, before: int) -> str:
    """What is the same in base64 whatever stands around, where a multiple of three and `before` precede."""
    encoded = b64encode(bytes(before) + data).decode("ascii")
    return encoded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]


def _unescaped(escape: re.Match[bytes]) -> bytes:
    said = escape[1]
    if said == b"\\":
        return escape[0]
    return bytes([int(said[1:], 16)]) if said.startswith(b"u") else said
