"""Merging by pydantic-settings, in the order that its users know.

Its own sources pass over variables that nobody declares, guess types from JSON, and know neither names of
tables nor lines: ours are read before, and handed over.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource


def merge(tables: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return _Configuration(tables=tables).tables  # type: ignore[arg-type] # one for each source


class _Configuration(BaseSettings):
    """Whatever the sources say: what of it is known and right is judged later, by the declarations."""

    tables: dict[str, Any]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        given = init_settings()["tables"]
        return tuple(InitSettingsSource(settings_cls, init_kwargs={"tables": each}) for each in given)
