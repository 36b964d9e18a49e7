"""What can go wrong on the way, as values: each says which calls it meets and what it does to them.

`ServerError(method="DELETE", after=1, times=2, status=502)` lets one DELETE through and spoils the next two.
Several faults may meet one call; they act in the order they were added. The same seed, faults and calls
give the same mishaps. Only calls under `/v1` are met.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from watcher.sandbox.wire import Request


@dataclass(frozen=True, kw_only=True)
class Matching:
    """Which calls a fault meets: all of them, unless told otherwise."""

    method: str | None = None
    # Searched in the path (still percent-encoded, without the query).
    path: str = ""
    # How many matching calls are spared first.
    after: int = 0
    # How many calls are spoiled at most.
    times: int | None = None
    # How likely a matching call is spoiled, drawn from the sandbox's seed.
    probability: float = 1.0

    def matches(self, request: Request) -> bool:
        """Whether the fault looks at this call at all."""
        right_method = self.method is None or self.method == request.method
        return right_method and re.search(self.path, request.path) is not None


@dataclass(frozen=True, kw_only=True)
class ServerError(Matching):
    """An error envelope with this status. With `apply` the change was made all the same."""

    status: int = 500
    code: str = "INTERNAL"
    apply: bool = False


@dataclass(frozen=True, kw_only=True)
class RateLimited(Matching):
    """429, with this text as `Retry-After`: seconds, an HTTP date, or nonsense."""

    retry_after: str = "1"


@dataclass(frozen=True, kw_only=True)
class Suspended(Matching):
    """503 KILL_SWITCH."""


@dataclass(frozen=True, kw_only=True)
class Hang(Matching):
    """The answer comes after so many real seconds, or as soon as the faults are cleared.

    With `apply` the change is made at once; with `late` as well, only when the wait is over; without
    `apply` it is never made and the answer is a 504.
    """

    seconds: float
    apply: bool = True
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class LostAnswer(Matching):
    """The change is made, then the connection is dropped without an answer."""


@dataclass(frozen=True, kw_only=True)
class DropBefore(Matching):
    """The connection is dropped and nothing is changed."""


@dataclass(frozen=True, kw_only=True)
class Html(Matching):
    """A proxy's HTML page."""

    status: int = 502
    apply: bool = False


@dataclass(frozen=True, kw_only=True)
class EmptyBody(Matching):
    """An answer without a body."""

    status: int = 502
    apply: bool = False


@dataclass(frozen=True, kw_only=True)
class Truncated(Matching):
    """Half the body under the Content-Length of the whole, then the end of the connection."""


@dataclass(frozen=True, kw_only=True)
class DripFed(Matching):
    """The body a few bytes at a time, with a pause (real seconds) before each piece."""

    bytes_per_tick: int = 1
    interval: float = 0.05


@dataclass(frozen=True, kw_only=True)
class Oversized(Matching):
    """The body, still the same JSON, padded to so many bytes; `declared=False` hides its length."""

    bytes: int
    declared: bool = True


@dataclass(frozen=True, kw_only=True)
class EmptyList(Matching):
    """A list that says it holds nothing."""


@dataclass(frozen=True, kw_only=True)
class StaleList(Matching):
    """A reading of the past: as of the first call this fault met, or as of just before the last release."""

    as_of: Literal["first call", "last release"] = "first call"


@dataclass(frozen=True, kw_only=True)
class PageLoop(Matching):
    """A list whose `nextCursor` leads to the same page for ever."""


@dataclass(frozen=True, kw_only=True)
class Corrupt(Matching):
    """A good answer with a changed body: by `mutate` (see `corruptions`), then by a JSON Patch (RFC 6902)."""

    mutate: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    patch: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True)
class WrongDate(Matching):
    """A `Date` header off by so much."""

    offset: timedelta


@dataclass(frozen=True, kw_only=True)
class NoDate(Matching):
    """No `Date` header."""


@dataclass(frozen=True, kw_only=True)
class WithAge(Matching):
    """An `Age` header, as a cache would add."""

    seconds: int


@dataclass(frozen=True, kw_only=True)
class WithHeader(Matching):
    """One more header, as whoever stands in between would add; a second of its name does not replace it."""

    name: str
    value: str


Fault = (
    ServerError | RateLimited | Suspended | Hang | LostAnswer | DropBefore | Html | EmptyBody | Truncated
    | DripFed | Oversized | EmptyList | StaleList | PageLoop | Corrupt | WrongDate | NoDate | WithAge
    | WithHeader
)  # fmt: skip


def keeps_change(fault: Fault) -> bool:
    """Whether a change the call asks for is still made when this fault meets it."""
    match fault:
        case DropBefore() | RateLimited() | Suspended():
            return False
        case ServerError(apply=apply) | Html(apply=apply) | EmptyBody(apply=apply) | Hang(apply=apply):
            return apply
        case _:
            return True
