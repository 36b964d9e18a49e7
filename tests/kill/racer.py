"""One of two watchers that race for one account after the other.

    python -m tests.kill.racer FOLDER NOW

`FOLDER` holds the configuration and `NOW` is what the clock says at first. Each line of the standard input
is a round: which account, and how many terms of the lock later than `NOW` this watcher believes it to be.
What became of it is written out, in one word.
"""

import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event

from tests.builders import account
from tests.fakes.clock import FakeClock
from watcher.adapters.ledger.lock import TERM
from watcher.decide.gate import GateFacts
from watcher.facts.accounts import Account, AccountId
from watcher.memory.writes import Concluded
from watcher.ports.leases import Done
from watcher.record.intents import Ending, Intent
from watcher.record.reasons import Reason
from watcher.settings.load import Good, load
from watcher.turn.act import LiveActor
from watcher.turn.turns import Turns
from watcher.wiring.turn import Purpose, Wiring, open_turns


def objection(facts: GateFacts) -> Reason | None:
    done = any(one.ending is Ending.RELEASED for one in facts.attempts)
    return Reason.ALREADY_RELEASED if done else None


def raced(turns: Turns, of: Account, now: datetime) -> str:
    """Take the lock, write the intent, send the DELETE, conclude: as far as one may."""
    assert isinstance(turns.actor, LiveActor)
    if turns.ledger.take_lock(now) is not None:
        return "held"
    written = turns.ledger.write_intent(
        Intent(account=of, turn="race", policy="standard", reason="unused", written_at=now), objection
    )
    if isinstance(written, Reason):
        return written.value
    answer = turns.actor.releaser.release(of.id, reason="unused", latest=of.renews_at)
    assert isinstance(answer, Done), answer
    turns.ledger.conclude(Concluded(intent=written, ending=Ending.RELEASED, at=now))
    return "released"


def main(folder: Path, now: datetime) -> None:
    loaded = load(folder / "lease-watcher.toml", os.environ, folder, now)
    assert isinstance(loaded, Good), loaded
    assert loaded.key is not None
    wiring = Wiring(
        settings=loaded.settings, key=loaded.key, clock=FakeClock(now), purpose=Purpose.RUN, stop=Event()
    )
    with open_turns(wiring) as turns:
        print("ready", flush=True)
        for line in sys.stdin:
            handle, terms = line.split()
            one = replace(account(handle), id=AccountId(f"sa_{handle}"))
            print(raced(turns, one, now + int(terms) * TERM), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
