"""One enforced turn in a process of its own, which kills itself where it is told to.

    python -m tests.kill.child FOLDER NOW POINT

`FOLDER` holds the configuration, `NOW` is what the clock says, and `POINT` one of `POINTS` or `DELIVERING`.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

from tests.fakes.clock import FakeClock
from watcher.cli.signals import stopping_on_signals
from watcher.settings.load import Good, load
from watcher.turn.act import LiveActor
from watcher.turn.turns import Turns
from watcher.wiring.turn import Purpose, Wiring, open_turns


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Doomed:
    """A ledger whose process dies right before, or right after, it does, or writes, one thing."""

    def __init__(self, ledger: Any, what: str, *, after: bool) -> None:
        self._ledger, self._what, self._after = ledger, what, after

    def __getattr__(self, name: str) -> Any:
        do = getattr(self._ledger, name)
        if name not in (self._what, "apply"):
            return do

        def then_die(*values: Any, **named: Any) -> Any:
            if name == "apply" and self._what not in [type(one).__name__ for one in values[0]]:
                return do(*values)
            answer = do(*values, **named) if self._after else None
            die()
            return answer

        return then_die


def dying(what: str, *, after: bool = False) -> Callable[[Turns], Turns]:
    def doomed(turns: Turns) -> Turns:
        assert isinstance(turns.actor, LiveActor)
        held: Any = Doomed(turns.ledger, what, after=after)
        return replace(turns, ledger=held, actor=replace(turns.actor, ledger=held))

    return doomed


def delivering(what: str, *, after: bool = False) -> Callable[[Turns], Turns]:
    def doomed(turns: Turns) -> Turns:
        turns.courier.ledger = Doomed(turns.ledger, what, after=after)  # type: ignore[assignment]
        return turns

    return doomed


POINTS: dict[str, Callable[[Turns], Turns]] = {
    "before the intent": dying("write_intent"),
    "after the intent": dying("write_intent", after=True),
    "before the conclusion": dying("conclude"),
    "after the conclusion": dying("conclude", after=True),
    "before the end": dying("TurnEnded"),
    "nowhere": lambda turns: turns,
}
DELIVERING: dict[str, Callable[[Turns], Turns]] = {
    "before it is claimed": delivering("begin_delivery"),
    "before it is sent": delivering("begin_delivery", after=True),
    "before it is noted": delivering("end_delivery"),
    "after it is noted": delivering("end_delivery", after=True),
}


def main(folder: Path, now: datetime, point: str) -> None:
    loaded = load(folder / "lease-watcher.toml", os.environ, folder, now)
    assert isinstance(loaded, Good), loaded
    assert loaded.key is not None
    stop = Event()
    wiring = Wiring(
        settings=loaded.settings, key=loaded.key, clock=FakeClock(now), purpose=Purpose.RUN, stop=stop
    )
    with stopping_on_signals(stop), open_turns(wiring) as turns:
        (POINTS | DELIVERING)[point](turns).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3])
