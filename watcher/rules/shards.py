"""Part of a fleet: which projects one of several watchers looks after.

The part of a project depends on its id and on the number of parts alone: neither on the order of the
configuration, nor on the process, the machine or the version of Python.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from watcher.facts.accounts import ProjectId
from watcher.texts.spans import counted

MOST: Final = 60
"""No more: each needs at least one of the 60 writes a minute that the smallest tier has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """The part with that index, from 0, of `count` parts that together are the fleet."""

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST:
            raise ValueError(f"there can be 1 to {MOST} shards, not {self.count}")
        if not 0 <= self.index < self.count:
            raise ValueError(
                f"of {counted(self.count, 'shard')} the indexes are 0 to {self.count - 1}, not {self.index}"
            )

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    @property
    def whole(self) -> bool:
        return self.count == 1

    @property
    def slug(self) -> str:
        """For the name of a file or a database; another number of shards never has the same one."""
        return f"{self.index}_of_{self.count}"

    def has(self, project: ProjectId) -> bool:
        digest = hashlib.sha256(project.encode()).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.index


WHOLE: Final = Shard(index=0, count=1)


def shard_of(text: str) -> Shard:
    """Read `I/N`, such as 2/4: the third of four. Raises ValueError."""
    index, slash, count = text.partition("/")
    if not (slash and index.isascii() and index.isdigit() and count.isascii() and count.isdigit()):
        raise ValueError("must be an index and a number of shards, such as 0/4 to 3/4")
    return Shard(index=int(index), count=int(count))
