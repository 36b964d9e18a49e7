"""Every secret that a configuration holds, so that none of them is shown."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from watcher.adapters.ledger.places import passwords_in
from watcher.settings.declare import WHOLE, Option, Path, Table, declarations_at
from watcher.settings.findings import Complaint, Gravity
from watcher.settings.model import Settings
from watcher.texts.secret import Secret
from watcher.texts.striking import LONG, Strikeout

_NO_WORD: Final = 16
"""Signs from which on a secret other than the key is no word that people use: a project may be called like a
part of an address."""


def secrets_of(settings: Settings) -> tuple[Secret, ...]:
    """All but the API key, which is no option."""
    pages = (settings.keep, settings.calendar, settings.status)
    tables = (*pages, settings.metrics, settings.heartbeat, *settings.notifiers.values())
    return (*_secrets(tables), *passwords_in(settings.store.url))


def hidden_in_words(settings: Settings, keys: Iterable[Secret]) -> Strikeout:
    """For people's own words, before they are kept or sent: the key, and what is too long to be a word."""
    others = (one for one in secrets_of(settings) if len(one.reveal()) >= _NO_WORD)
    return Strikeout((*keys, *others), shortest=LONG, shortest_part=_NO_WORD)


def with_clean_reasons(settings: Settings, key: Secret | None) -> Settings:
    """The settings whose holds and pauses say why without a secret: each holds, whatever its reason says."""
    if not settings.holds and not settings.pauses:
        return settings
    hidden = hidden_in_words(settings, () if key is None else (key,))
    holds = tuple(replace(hold, reason=hidden.text(hold.reason)) for hold in settings.holds)
    pauses = tuple(replace(pause, reason=hidden.text(pause.reason)) for pause in settings.pauses)
    return replace(settings, holds=holds, pauses=pauses)


def places_of_key(file: Mapping[str, Any], key: Secret, whole: Table = WHOLE) -> Iterator[Complaint]:
    """Where a file's tables hold the API key: names and values reach the ledger, messages and reports.

    Options that are secrets themselves do not.
    """
    hidden = Strikeout((key,), shortest=LONG)
    for path, text, is_name in _texts(file):
        if not hidden.holds(text) or (not is_name and _is_secret(path, whole)):
            continue
        reason = path[0] in ("holds", "pauses") and path[-1] == "reason"
        yield Complaint(
            path=path,
            message="has a name in it that holds the API key" if is_name else "holds the API key",
            fix="take it out, and replace the key: whoever could read this file knows it",
            severity=Gravity.WARNING if reason else Gravity.ERROR,
        )


def _is_secret(path: Path, whole: Table) -> bool:
    return any(isinstance(each, Option) and each.secret for each in declarations_at(path, whole))


def _texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str, bool]]:
    """Every text of nested tables with where it stands; a name stands in its table."""
    match value:
        case str():
            yield path, value, False
        case dict():
            for name, each in value.items():
                yield path, name, True
                yield from _texts(each, (*path, name))
        case list():
            for place, each in enumerate(value):
                yield from _texts(each, (*path, place))


def _secrets(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _secrets(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _secrets(getattr(value, field.name))
