"""Nested tables become `Settings`; every wrong value is found, and the right ones are still used."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

from watcher.rules.policy import Policy
from watcher.settings.declare import KIND, REQUIRED, Option, Path, declarations_at, declared
from watcher.settings.derive import root
from watcher.settings.findings import Complaint
from watcher.settings.lines import holds
from watcher.settings.model import STANDARD, Settings
from watcher.settings.read.secrets import UNREAD
from watcher.settings.values import FOREVER
from watcher.settings.wording import complaints

Tables = Sequence[dict[str, Any]]
"""One for each source; the first that says something wins."""

_ROUNDS: Final = 3


def validated(tables: Tables, whole: type = Settings) -> tuple[Settings | None, list[Complaint]]:
    """The settings, and what is wrong. Wrong values are taken out of `tables` so that the rest can be
    checked in the same go; None if that was not enough.
    """
    found: list[Complaint] = []
    for _ in range(_ROUNDS):
        try:
            return _settings(tables, whole), found
        except ValidationError as error:
            wrong = list(complaints(error, tables, whole))
        found += wrong
        for each in wrong:
            _mend(tables, each.path, whole)
    return None, found


def _settings(tables: Tables, whole: type) -> Settings:
    class Configuration(root(whole)):  # type: ignore[misc]
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], **_: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            """Our sources in our order: what pydantic-settings reads by itself, it reads silently."""
            return tuple(InitSettingsSource(settings_cls, init_kwargs=table) for table in tables)

    values = {name: getattr(Configuration(), name) for name in declared(whole)}
    values["policies"] = {STANDARD: Policy(name=STANDARD), **values["policies"]}
    settings: Settings = whole(**values)
    return settings


def _mend(tables: Tables, path: Path, whole: type) -> None:
    """Take a wrong value out; where one is required, put a stand-in that no finding is made of."""
    option = next((each for each in declarations_at(path, whole) if isinstance(each, Option)), None)
    if option is not None and option.default is REQUIRED:
        listed = path[:-1] if isinstance(path[-1], int) else path
        remove(tables, listed)
        _stand_in(tables, listed, option)
    elif isinstance(path[-1], int) or (path[-1] == KIND and option is None):
        remove(tables, path[:-1])
    else:
        remove(tables, path)


def remove(tables: Tables, path: Path) -> None:
    """Take out what stands at a path, in whichever table it does."""
    for table in tables:
        if holds(table, path):
            _walk(table, path[:-1]).pop(path[-1])


def _stand_in(tables: Tables, path: Path, option: Option) -> None:
    for table in tables:
        if holds(table, path[:-1]):
            _walk(table, path[:-1])[path[-1]] = [] if option.many else _STAND_INS[option.type.__name__]
            return


def _walk(table: Any, path: Path) -> Any:
    for key in path:
        table = table[key]
    return table


_STAND_INS: Final = {"str": "?", "datetime": FOREVER, "Secret": UNREAD}
