"""Halts in words, as the ledger keeps them and people are told of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from watcher.brakes.halts import Brake, Halt
from watcher.brakes.kinds import BRAKE_OF
from watcher.brakes.kinds.paused import PAUSED
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.texts.commands import WayOut


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptHalt:
    """A brake that halts a docket, by its name: what people read of it, what lifts it, and when time does."""

    brake: str
    words: str
    way: WayOut
    lifts_at: datetime | None = None
    loses: tuple[LeasePeriod, ...] | None = None
    """Which releases it was foreseen to stop until it is too late; None: perhaps all of them."""
    perhaps: tuple[LeasePeriod, ...] = ()
    """Those of them that a turn may send before it does."""

    @classmethod
    def of(
        cls,
        halt: Halt,
        docket_id: str,
        names: Mapping[ProjectId, str] = {},
        loses: tuple[LeasePeriod, ...] | None = None,
        perhaps: tuple[LeasePeriod, ...] = (),
    ) -> "KeptHalt":
        """`names`: what people call the projects."""
        return cls(
            brake=halt.brake.word,
            words=halt.in_words(names),
            way=halt.way_out(docket_id),
            lifts_at=halt.lifts_at,
            loses=loses,
            perhaps=perhaps,
        )

    @property
    def kind(self) -> Brake | None:
        """None: another version pulled it."""
        return BRAKE_OF.get(self.brake)

    @property
    def approvable(self) -> bool:
        """Whether an approval lifts it."""
        return self.kind is not None and self.kind.approvable

    @property
    def planned(self) -> bool:
        """Whether it is a pause that no command ends: the ledger keeps what does end it, and this not."""
        return self.brake == PAUSED.word and self.way.command is None
