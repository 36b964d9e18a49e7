"""A ledger that was restored from a copy: what is said to it before anything else is done on it."""

from datetime import datetime
from typing import Final

from watcher.domain.overrides import Override, OverrideKind

UNHEARD: Final = "what people said since it was made is lost: say those holds again"
"""What nobody but people can mend."""


def restored(by: str, why: str, now: datetime) -> tuple[Override, Override]:
    """(that it was restored, which voids its notices; a pause of the fleet, which a person lifts)."""
    return (
        Override(kind=OverrideKind.RESTORED, at=now, by=by, why=why),
        Override(kind=OverrideKind.PAUSE, at=now, by=by, why=f"{why}; {UNHEARD}"),
    )
