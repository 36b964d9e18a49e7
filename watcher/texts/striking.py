"""Striking secrets out of text that others sent: whoever was told a secret may say it back."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

from watcher.texts.secret import Secret
from watcher.texts.secret_runs import Runs, Span

INSTEAD: Final = "***"

LONG: Final = 8
"""Signs from which on a secret is looked for in its encodings, and by its parts: shorter ones are words."""

_LETTERS: Final = re.compile(r"[a-z]+|[A-Z]+")
_LONG_WORD: Final = 16
_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_ESCAPE: Final = re.compile(rb"\\(\\|/|u00[2-7][0-9a-fA-F])")
_FOREIGN: Final = re.compile(rb"\\u(?!00[2-7])[0-9a-fA-F]{4}")
_UNSEEN: Final = bytes([*range(32), *range(127, 256)])
"""Bytes of signs that no secret holds: between its letters they are left out."""
_LOWER: Final = bytes(range(256)).lower()


def word(text: object) -> str | None:
    """A short plain word of somebody else's, such as a code or a request id; None for anything else."""
    return text if isinstance(text, str) and _WORD.fullmatch(text) else None


class Strikeout:
    """Puts `***` wherever one of these secrets stands: as it is, percent-encoded, in base64 or hexadecimal.

    Of a secret that is an address, also what in its path and query looks like a token. In base64 it is found
    within something longer as well, as in `user:password`. Of a long one each run is found, in any case and
    with invisible signs in it (`watcher.texts.secret_runs`).
    """

    __slots__ = ("_bytes", "_runs", "_texts")

    def __init__(
        self, secrets: Iterable[Secret] = (), *, shortest: int = 1, shortest_part: int = LONG
    ) -> None:
        """`shortest`, and `shortest_part` of an address's: signs from which on it is no ordinary word that
        others may use as well.
        """
        known = [one.reveal() for one in secrets]
        known = [one for one in known if len(one) >= shortest]
        parts = {one: [part for part in _parts(one) if len(part) >= shortest_part] for one in known}
        forms = {form for one in known for form in _forms(one, parts[one])}
        # Of an address itself no run is looked for: most of it is no secret.
        self._runs = Runs(run for one in known for run in ([one] if "://" not in one else parts[one]))
        # The longest first: a secret within another one must not leave the other's rest behind.
        self._texts = sorted(forms, key=len, reverse=True)
        self._bytes = [form.encode() for form in self._texts if len(form) >= LONG]

    def text(self, text: str) -> str:
        """The text without them; of one that hides a secret behind percent signs, what it stands for."""
        struck = self._without_forms(text)
        if "%" in struck:
            plain = unquote(struck)
            without = self._without_runs(self._without_forms(plain))
            if without != plain:
                return without
        return self._without_runs(struck)

    def body(self, body: bytes) -> bytes:
        """The body of an answer without the long ones of them; the very same object if it holds none.

        JSON may write any sign as `\\u0041` and a slash as `\\/`. Between the letters of a run may stand what
        is not ASCII.
        """
        struck = plain = self._without_forms_in(body)
        for undone in (_without_escapes, _without_percents):
            if (other := undone(plain)) is not plain:
                plain = self._without_forms_in(other)
                struck = struck if plain is other else plain
        # Once, and in the plainest spelling: it takes longer than everything before.
        if b"\\u" in plain:
            plain = _FOREIGN.sub(b"", plain)
        without = self._without_runs_in(plain)
        if without is not plain:
            return without
        # As it stands, too: an escape that is none took the first signs of a run with it.
        return struck if struck is plain else self._without_runs_in(struck)

    def holds(self, text: str) -> bool:
        return self.text(text) != text

    def _without_forms(self, text: str) -> str:
        for form in self._texts:
            if form in text:
                text = text.replace(form, INSTEAD)
        return text

    def _without_forms_in(self, body: bytes) -> bytes:
        for form in self._bytes:
            if form in body:
                body = body.replace(form, INSTEAD.encode())
        return body

    def _without_runs_in(self, body: bytes) -> bytes:
        spans = self._runs.spans(body.translate(_LOWER, _UNSEEN).decode("ascii"))
        return _cut(body.translate(None, _UNSEEN), spans) if spans else body

    def _without_runs(self, text: str) -> str:
        for start, end in reversed(self._runs.spans_as_seen(text)):
            text = text[:start] + INSTEAD + text[end:]
        return text


def _forms(secret: str, parts: Iterable[str]) -> Iterator[str]:
    yield secret
    if len(secret) < LONG:
        return
    for part in (secret, *parts):
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


def _cut(body: bytes, spans: Sequence[Span]) -> bytes:
    ends, starts = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(body)]
    return INSTEAD.encode().join(body[end:start] for end, start in zip(ends, starts, strict=True))


def _without_escapes(body: bytes) -> bytes:
    return _ESCAPE.sub(_unescaped, body) if b"\\" in body else body


def _without_percents(body: bytes) -> bytes:
    if b"%" not in body:
        return body
    return unquote(body.decode("latin-1"), encoding="latin-1").encode("latin-1")


def _unescaped(escape: re.Match[bytes]) -> bytes:
    said = escape[1]
    if said == b"\\":
        return escape[0]
    return bytes([int(said[1:], 16)]) if said.startswith(b"u") else said
