"""What the sources say together: key by key, the first that says something wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from watcher.settings.declare import Path, holds
from watcher.settings.findings import Complaint


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
    """The library that merges is loaded where there is something to merge: a file alone needs none."""
    tables = [source.tables for source in sources if source.tables]
    if len(tables) < 2:
        return Merged(tables=tables[0] if tables else {}, sources=sources)
    from watcher.settings.read.merging import merge

    return Merged(tables=merge(tables), sources=sources)
