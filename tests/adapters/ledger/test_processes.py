"""Two processes on one ledger, and one that is killed: with real ones, on each kind of store."""

import os
import signal
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import NOW
from tests.forked import Forked
from tests.postgres import postgres
from watcher.adapters.ledger.lock import TERM
from watcher.adapters.ledger.opening import open_ledger
from watcher.adapters.ledger.places import Place, Server
from watcher.adapters.ledger.soundness import check

TICK = timedelta(microseconds=1)
PRELUDE = """
import sys
from tests.builders import NOW, account
from watcher.adapters.ledger.opening import open_ledger
from watcher.adapters.ledger.places import LedgerUrl, place_of
from watcher.record.intents import Intent
from watcher.memory.remembered import TurnKind, TurnRecord
from watcher.memory.writes import TurnBegun
from watcher.rules.plan import Mode
from watcher.texts.secret import Secret

def turn(id):
    return TurnRecord(id=id, kind=TurnKind.FULL, mode=Mode.ENFORCE, started_at=NOW, unbroken_since=NOW)

def intent(id):
    return Intent(account=account("latte"), turn=id, policy="standard", reason="unused", written_at=NOW)

place, me = place_of(LedgerUrl(Secret(sys.argv[1]))), sys.argv[2]

def opened():
    ledger = open_ledger(place)
    assert ledger.take_lock(NOW) is None
    ledger.apply((TurnBegun(turn=turn(me)),))
    return ledger
"""
ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["sqlite", "postgresql"])
def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return tmp_path / "watcher.db" if request.param == "sqlite" else postgres().empty()


def url_of(place: Place) -> str:
    return place.url.reveal() if isinstance(place, Server) else f"sqlite:///{place}"


def started(code: str, place: Place, me: str) -> Forked:
    return Forked("-c", PRELUDE + code, url_of(place), me, cwd=ROOT, env=os.environ)


def heard(one: Forked) -> str:
    return one.stdout.readline().strip()


def test_two_that_create_the_same_ledger_at_once_find_one(nowhere: Place) -> None:
    code = """
print("ready", flush=True)
sys.stdin.readline()
open_ledger(place).close()
print("done", flush=True)
"""
    both = [started(code, nowhere, me) for me in ("a", "b")]
    assert [heard(one) for one in both] == ["ready", "ready"]
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    assert [one.communicate(timeout=60)[0] for one in both] == ["done\n", "done\n"]
    assert check(nowhere) == ()


def killed(code: str, place: Place) -> None:
    one = started(code, place, "a")
    assert heard(one) == "now"
    one.send_signal(signal.SIGKILL)
    one.communicate(timeout=60)


def test_an_intent_that_was_written_outlives_the_kill(nowhere: Place) -> None:
    killed(
        """
opened().write_intent(intent(me), lambda _: None)
print("now", flush=True)
sys.stdin.readline()
""",
        nowhere,
    )
    with closing(open_ledger(nowhere)) as ledger:
        (intent,) = ledger.fleet(NOW).unresolved
    assert intent.account.handle == "latte"


def test_a_kill_in_the_middle_of_a_transaction_leaves_nothing_of_it(nowhere: Place) -> None:
    killed(
        """
def dies(facts):
    print("now", flush=True)
    sys.stdin.readline()

opened().write_intent(intent(me), dies)
""",
        nowhere,
    )
    with closing(open_ledger(nowhere)) as ledger:
        assert ledger.fleet(NOW).unresolved == ()
    assert check(nowhere) == ()


def test_who_was_killed_on_this_machine_holds_nothing_any_more(nowhere: Place) -> None:
    """A service that is restarted after a crash acts at once."""
    killed(
        """
ledger = opened()
print("now", flush=True)
sys.stdin.readline()
""",
        nowhere,
    )
    with closing(open_ledger(nowhere)) as ledger:
        assert ledger.take_lock(NOW) is None


def test_who_lives_on_this_machine_holds_it_for_a_term_after_it_was_last_heard_of(nowhere: Place) -> None:
    one = started(
        """
ledger = opened()
print("now", flush=True)
sys.stdin.readline()
""",
        nowhere,
        "a",
    )
    assert heard(one) == "now"
    with closing(open_ledger(nowhere)) as ledger:
        held = ledger.take_lock(NOW + TERM - TICK)
        assert held is not None
        assert (held.pid, held.since) == (one.pid, NOW)
        assert ledger.take_lock(NOW + TERM) is None
    one.communicate(timeout=60)
