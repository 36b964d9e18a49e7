"""Two processes on one ledger, and one that is killed: with real ones."""

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.builders import NOW
from watcher.adapters.ledger.opening import open_ledger
from watcher.adapters.ledger.soundness import check

PRELUDE = """
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tests.builders import NOW, account
from watcher.adapters.ledger.opening import open_ledger
from watcher.domain.intents import Ending, Intent
from watcher.domain.memory import TurnKind, TurnRecord
from watcher.domain.plan import Mode
from watcher.domain.reasons import Reason

def turn(id):
    return TurnRecord(id=id, kind=TurnKind.FULL, mode=Mode.ENFORCE, started_at=NOW, unbroken_since=NOW)

def intent(id, round=0):
    of = account(f"latte{round}")
    return Intent(account=of, turn=id, policy="standard", reason="unused", written_at=NOW)

path, me = Path(sys.argv[1]), sys.argv[2]
"""
ROOT = Path(__file__).parents[3]
ROUNDS = 25


def started(code: str, path: Path, me: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + code, str(path), me],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_two_that_create_the_same_ledger_at_once_find_one(tmp_path: Path) -> None:
    path = tmp_path / "watcher.db"
    code = """
sys.stdin.readline()
open_ledger(path).begin_turn(turn(me))
print("done", flush=True)
"""
    both = [started(code, path, me) for me in ("a", "b")]
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    assert [one.communicate(timeout=60)[0] for one in both] == ["done\n", "done\n"]
    assert check(path) == ()


def test_two_that_race_for_an_account_are_told_apart_every_time(tmp_path: Path) -> None:
    path = tmp_path / "watcher.db"
    open_ledger(path).close()
    code = f"""
ledger = open_ledger(path)
ledger.begin_turn(turn(me))
print("ready", flush=True)
sys.stdin.readline()
for round in range({ROUNDS}):
    won = ledger.write_intent(intent(me, round), lambda _: None)
    print("lost" if won is Reason.UNRESOLVED else "won", flush=True)
"""
    both = [started(code, path, me) for me in ("a", "b")]
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=60)[0].split() for one in both]

    assert [sorted(pair) for pair in zip(*said, strict=True)] == [["lost", "won"]] * ROUNDS
    with closing(open_ledger(path)) as ledger:
        assert len(ledger.fleet(NOW).unresolved) == ROUNDS


def test_an_intent_that_was_written_outlives_the_kill(tmp_path: Path) -> None:
    path = tmp_path / "watcher.db"
    code = """
ledger = open_ledger(path)
ledger.begin_turn(turn(me))
ledger.write_intent(intent(me), lambda _: None)
print("written", flush=True)
sys.stdin.readline()
"""
    one = started(code, path, "a")
    assert one.stdout is not None
    assert one.stdout.readline() == "written\n"
    one.send_signal(signal.SIGKILL)
    one.communicate(timeout=60)

    with closing(open_ledger(path)) as ledger:
        (intent,) = ledger.fleet(NOW).unresolved
    assert intent.account.handle == "latte0"


def test_a_kill_in_the_middle_of_a_transaction_leaves_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "watcher.db"
    code = """
def dies(facts):
    print("inside", flush=True)
    sys.stdin.readline()

ledger = open_ledger(path)
ledger.begin_turn(turn(me))
ledger.write_intent(intent(me), dies)
"""
    one = started(code, path, "a")
    assert one.stdout is not None
    assert one.stdout.readline() == "inside\n"
    one.send_signal(signal.SIGKILL)
    one.communicate(timeout=60)

    with closing(open_ledger(path)) as ledger:
        assert ledger.fleet(NOW).unresolved == ()
    assert check(path) == ()
