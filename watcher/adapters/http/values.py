"""What comes of a request: a whole answer, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer, of whatever status. The names of `headers` are in lower case.

    Secrets that it said back are struck out of it; of a body in which one stood `repeats_secret` is true.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    repeats_secret: bool = False

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())


class Trouble(StrEnum):
    """Why there is no whole answer."""

    NO_CONNECTION = "no_connection"
    """Certainly not sent: not a byte of the request left."""
    OUT_OF_BOUNDS = "out_of_bounds"
    """Certainly not sent either: its host leads where nothing is sent."""
    INSIDE = "inside"
    """The same: its host leads into a private network, and this was for the open internet."""
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
