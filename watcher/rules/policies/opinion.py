"""What a release policy answers."""

from dataclasses import dataclass

from watcher.record.reasons import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    release: bool
    reason: Reason
