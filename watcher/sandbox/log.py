"""What the sandbox was asked, in order: the evidence tests and people count on."""

import re
import threading
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One call. `status` is None when the connection was dropped without an answer."""

    at: datetime
    method: str
    # With the query, as it stood in the request line.
    path: str
    status: int | None
    # What a release said about itself.
    reason: str | None
    # The id of the key, never the key; None when it was missing or unknown.
    key: str | None
    # Whether the call changed the world.
    applied: bool
    request_id: str
    # The kinds of fault it met.
    faults: tuple[str, ...] = ()


class RequestLog:
    """Every call a sandbox was sent. Safe to read while calls come in.

    A call is in the log before its answer goes out, so whoever has an answer finds its entry.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._deletes_received = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every call so far, oldest first."""
        with self._lock:
            return tuple(self._entries)

    @property
    def deletes_received(self) -> int:
        """How many DELETEs the HTTP server parsed, counted before anything looked at them."""
        with self._lock:
            return self._deletes_received

    def select(
        self, method: str | None = None, path: str = "", *, applied: bool | None = None
    ) -> tuple[Entry, ...]:
        """The calls with this method, a path this pattern is found in, and this effect."""
        return tuple(
            entry
            for entry in self.entries
            if method in (None, entry.method)
            and re.search(path, entry.path)
            and applied in (None, entry.applied)
        )

    def deletes(self, *, applied: bool | None = None) -> int:
        """How many DELETEs were answered or dropped; with `applied`, only those that did or did not act."""
        return len(self.select("DELETE", applied=applied))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._deletes_received = 0

    def add(self, entry: Entry) -> None:
        """Remember a call."""
        with self._lock:
            self._entries.append(entry)

    def saw(self, method: str) -> None:
        """Count a request as it came off the socket."""
        if method == "DELETE":
            with self._lock:
                self._deletes_received += 1
