"""Which notifier gets which event."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from watcher.domain.events import Event, EventKind
from watcher.domain.memory import Message
from watcher.domain.policy import Policy

_PROBLEMS = frozenset(
    {
        EventKind.RELEASE_FAILED,
        EventKind.RELEASE_UNKNOWN,
        EventKind.DEADLINE_MISSED,
        EventKind.BRAKE_HALTED,
        EventKind.ACCOUNT_GONE,
        EventKind.ACCOUNT_QUARANTINED,
        EventKind.ACTIVITY_UNKNOWN,
        EventKind.PROJECT_UNREADABLE,
        EventKind.PROJECT_RECOVERED,
        EventKind.KEY_REFUSED,
        EventKind.CLOCK_OFF,
    }
)


def spellings(kind: EventKind) -> tuple[str, ...]:
    """The words a route may use for an event: its own, and `problem.…` if something is wrong."""
    return (kind.value, f"problem.{kind.value}") if kind in _PROBLEMS else (kind.value,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One notifier and the events it wants, as globs. `counts`: its acceptance is a receipt."""

    notifier: str
    events: tuple[str, ...]
    counts: bool

    def wants(self, kind: EventKind) -> bool:
        return any(fnmatchcase(word, glob) for word in spellings(kind) for glob in self.events)


@dataclass(frozen=True, kw_only=True, slots=True)
class Routes:
    routes: tuple[Route, ...] = ()

    def messages(self, events: Iterable[Event], *, live: bool) -> tuple[Message, ...]:
        return tuple(
            Message(notifier=route.notifier, event=event, live=live)
            for event in events
            for route in self.routes
            if route.wants(event.kind)
        )

    def receipts_for(self, policy: Policy) -> tuple[str, ...]:
        """The channels whose acceptance a release under this policy needs, all of them.

        Empty: no channel counts, so nothing but a policy without notice may release.
        """
        counting = [
            route.notifier
            for route in self.routes
            if route.counts and route.wants(EventKind.RELEASE_ANNOUNCED)
        ]
        return policy.release.notice_to or tuple(counting)
