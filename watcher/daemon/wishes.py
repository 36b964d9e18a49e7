"""What timers ask for. Requests coalesce: however many come, one turn answers them."""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Event, Lock

from watcher.facts.accounts import ProjectId


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A turn somebody asked for: a full one, or one of these projects."""

    full: bool
    projects: frozenset[ProjectId] = frozenset()


class Wishes:
    """Written by timers' threads, taken by the daemon's. `bell` rings while something is asked for."""

    def __init__(self) -> None:
        self.bell = Event()
        self._lock = Lock()
        self._full = False
        self._projects: set[ProjectId] = set()

    def ask_full(self) -> None:
        with self._lock:
            self._full = True
            self.bell.set()

    def ask_focused(self, projects: Iterable[ProjectId]) -> None:
        with self._lock:
            self._projects.update(projects)
            self.bell.set()

    def take(self) -> Wish | None:
        """All that was asked for since the last time; a full turn includes every focused one."""
        with self._lock:
            wish = Wish(full=self._full, projects=frozenset(() if self._full else self._projects))
            self._full = False
            self._projects = set()
            self.bell.clear()
        return wish if wish.full or wish.projects else None
