"""Two processes race for every release, on each kind of ledger: no account is ever asked for twice."""

import os
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.forked import Forked
from tests.postgres import postgres
from tests.stage import KEY, NOW, D, account, staged
from watcher.memory.remembered import TurnKind, TurnRecord
from watcher.memory.writes import TurnBegun
from watcher.rules.plan import Mode

ROOT = Path(__file__).parents[2]
ROUNDS = 200
DUE = [account(f"due{number}", renews_in=20 * D) for number in range(ROUNDS)]
TURN = TurnRecord(id="race", kind=TurnKind.FULL, mode=Mode.ENFORCE, started_at=NOW, unbroken_since=NOW)


def started(folder: Path) -> Forked:
    environ = {**os.environ, "LAYERS_API_KEY": KEY.secret}
    return Forked("-m", "tests.kill.racer", str(folder), NOW.isoformat(), cwd=ROOT, env=environ)


def say(to: Forked, line: str) -> None:
    to.stdin.write(f"{line}\n")
    to.stdin.flush()


def heard(of: Forked) -> str:
    return of.stdout.readline().strip()


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_in_two_hundred_races_nothing_is_sent_twice_and_nothing_left_out(tmp_path: Path, store: str) -> None:
    """In every other round one of the two takes the lock over, whatever the other is about to do."""
    with postgres().ledger() if store == "postgresql" else nullcontext() as server:
        where = {} if server is None else {"store.url": server.url.reveal()}
        with staged(tmp_path, *DUE, configuration=where) as stage:
            stage.settings()
            with stage.ledger() as ledger:
                assert ledger.take_lock(NOW) is None
                ledger.apply((TurnBegun(turn=TURN),))
            racers = [started(tmp_path) for _ in range(2)]
            assert [heard(one) for one in racers] == ["ready", "ready"]
            said: Counter[str] = Counter()
            for number, one in enumerate(DUE):
                late = number % 4
                for racer, terms in zip(racers, (late == 1, late == 3), strict=True):
                    say(racer, f"{one.handle} {3 * number + terms:d}")
                said.update(heard(racer) for racer in racers)
            for racer in racers:
                racer.communicate(timeout=90)
                assert racer.returncode == 0

            asked_for = Counter(entry.path.rpartition("/")[2] for entry in stage.sandbox.log.select("DELETE"))
            assert asked_for == {one.id: 1 for one in DUE}
            assert said["released"] == ROUNDS
            assert said.total() == 2 * ROUNDS
            assert stage.fleet().unresolved == ()
