"""What no single option can know: rules across a configuration whose every value is well written."""

from collections.abc import Iterator
from datetime import datetime

from watcher.settings.checks.addresses import addresses
from watcher.settings.checks.amounts import amounts
from watcher.settings.checks.channels import channels
from watcher.settings.checks.links import links
from watcher.settings.checks.messages import messages
from watcher.settings.checks.references import references
from watcher.settings.checks.supervision import supervision
from watcher.settings.checks.timing import timing
from watcher.settings.checks.words import words
from watcher.settings.findings import Complaint
from watcher.settings.model import Settings


def check(settings: Settings, now: datetime) -> Iterator[Complaint]:
    yield from references(settings)
    yield from timing(settings, now)
    yield from amounts(settings)
    yield from words(settings)
    yield from messages(settings)
    yield from addresses(settings)
    yield from links(settings)
    yield from channels(settings)
    yield from supervision(settings)
