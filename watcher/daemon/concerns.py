"""What the daemon itself has to tell: problems that no single turn could see."""

from dataclasses import dataclass
from datetime import datetime

from watcher.app.standing import follow_standing
from watcher.app.turn import Turns
from watcher.daemon.reload import Refused
from watcher.domain.events import Event, EventKind


@dataclass(kw_only=True, slots=True)
class Concerns:
    """Standing problems, followed after every turn: told when they begin, once a day, and when over."""

    refused: Event | None = None
    """The configuration on disk is not the one in force."""

    def follow(self, turns: Turns) -> None:
        """Queue what is to be told of them. Raises `LedgerUnavailable`."""
        now = turns.clock.now()
        memory = turns.ledger.fleet(now)
        follow_standing(
            [each for each in (self.refused,) if each is not None],
            {EventKind.CONFIG_REFUSED.value},
            ledger=turns.ledger,
            routes=turns.orders.routes,
            remembered=memory.problems,
            overrides=memory.overrides,
            now=now,
        )


def refused_event(error: Refused, now: datetime) -> Event:
    """The same mistakes are the same problem, however often they are read."""
    more = len(error.findings) - 1
    others = "" if not more else f" (and {more} more: lease-watcher check)"
    kind = EventKind.CONFIG_REFUSED
    return Event(
        kind=kind,
        key=f"{kind}:{'|'.join(error.findings)}",
        problem=kind.value,
        at=now,
        text=f"the changed configuration is refused, the one before stays in force: {error}{others}",
        facts={"mistakes": len(error.findings)},
    )
