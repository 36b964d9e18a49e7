"""One digest that has something of everything, each event in the words of today."""

from collections.abc import Iterator
from dataclasses import replace

from tests.builders import IN_USE, NOW
from tests.every_kind import announced, presented_to_people, told
from watcher.messages.events import Event, EventKind
from watcher.ports.notifier import Digest


def a_digest(*, live: bool = True) -> Digest:
    return Digest(id="20260518T120000Z-000000:team:live", at=NOW, live=live, events=tuple(_events(live)))


def _events(live: bool) -> Iterator[Event]:
    """Each about other accounts: of so many the last ones."""
    yield from in_use(212)
    for event in announced(5, live=live):
        yield presented_to_people(event, keep=True)
    yield from told(EventKind.RELEASE_UNKNOWN, 6)[5:]
    yield from told(EventKind.RELEASE_DONE, 7)[6:]
    yield from told(EventKind.RELEASE_WITHDRAWN, 8)[7:]
    yield from told(EventKind.PROJECT_UNREADABLE, 4)[3:]
    yield from told(EventKind.RENEWAL_WARNING, 11)[10:]


def in_use(count: int) -> Iterator[Event]:
    """Warnings of accounts in use, which are one line."""
    for event in told(EventKind.RENEWAL_WARNING, count):
        yield replace(event, facts=IN_USE)
