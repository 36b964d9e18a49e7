"""What comes of a request, and the words that must not be printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Secret:
    """A word that goes into a header and nowhere else: it shows in no repr, and so in no traceback.

    Raises ValueError, without the word, where it cannot be sent: an HTTP library would name it in its error.
    """

    _word: str = field(repr=False)

    def __post_init__(self) -> None:
        word = self._word
        if not word or not word.isascii() or not word.isprintable() or " " in word:
            raise ValueError(
                "a secret must be one word of printable ASCII; this one is empty, or holds a space, "
                "a line break or another character: was it copied whole?"
            )

    def reveal(self) -> str:
        return self._word


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer, of whatever status. The names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())


class Trouble(StrEnum):
    """Why there is no whole answer."""

    NO_CONNECTION = "no_connection"
    """Certainly not sent: not a byte of the request left."""
    NO_ANSWER = "no_answer"
    """Sent, at least in part; the request may have been carried out."""
    TRUNCATED = "truncated"
    OVERSIZED = "oversized"
    TOO_SLOW = "too_slow"
    """An answer began and did not end in time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """No whole answer. `detail` is for people; it holds no header, no body and no URL."""

    trouble: Trouble
    detail: str
