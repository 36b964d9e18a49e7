"""Every secret that a configuration holds, so that none of them is shown."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from watcher.adapters.ledger.places import passwords_in
from watcher.domain.secret import Secret
from watcher.settings.model import Settings


def secrets_of(settings: Settings) -> tuple[Secret, ...]:
    """All but the API key, which is no option."""
    tables = (settings.keep, settings.metrics, settings.heartbeat, *settings.notifiers.values())
    return (*_secrets(tables), *passwords_in(settings.store.url))


def _secrets(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _secrets(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _secrets(getattr(value, field.name))
