"""What all sources say together, merged by pydantic-settings: key by key, the first that says something wins.

Its own sources pass over variables that nobody declares, guess types from JSON, and know neither the secrets
beside a key nor lines: ours are read before, and handed over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

from watcher.settings.declare import Path
from watcher.settings.findings import Complaint
from watcher.settings.lines import holds


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What one source says. `origins` names the variable or the file of each path, where it is not the
    configuration; `complaints` are about the source itself.
    """

    tables: Mapping[str, Any]
    origins: Mapping[Path, str] = field(default_factory=dict)
    complaints: tuple[Complaint, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    tables: Mapping[str, Any]
    sources: Sequence[Source]

    def rank(self, path: Path) -> int:
        """Which source said what stands at a path: the lower comes first."""
        said = (count for count, source in enumerate(self.sources) if holds(source.tables, path))
        return next(said, len(self.sources))


def merged(sources: Sequence[Source]) -> Merged:
    whole = _Configuration(tables=[source.tables for source in sources])  # type: ignore[arg-type]
    return Merged(tables=whole.tables, sources=sources)


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
