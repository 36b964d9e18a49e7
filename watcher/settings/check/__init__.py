"""What no single option can know: rules across a configuration whose every value is well written."""

from collections.abc import Iterator
from datetime import datetime

from watcher.settings.check.messages import channels, messages
from watcher.settings.check.names import references, words
from watcher.settings.check.network import base_url, calendar, links, supervision
from watcher.settings.check.pauses import planned_pauses
from watcher.settings.check.timing import amounts, timing
from watcher.settings.findings import Complaint
from watcher.settings.model import Settings


def check(settings: Settings, now: datetime) -> Iterator[Complaint]:
    yield from references(settings)
    yield from timing(settings, now)
    yield from planned_pauses(settings, now)
    yield from amounts(settings)
    yield from words(settings)
    yield from messages(settings)
    yield from base_url(settings)
    yield from links(settings)
    yield from calendar(settings)
    yield from channels(settings)
    yield from supervision(settings)
