"""Whatever two turns and a restart do in whatever order, an account has one release under way at most."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from tests.builders import NOW, D, account
from tests.contracts.conftest import Anywhere, open_ledger, taken
from tests.postgres import postgres
from watcher.adapters.ledger.lock import TERM
from watcher.adapters.ledger.memory.state import State
from watcher.adapters.ledger.places import Place
from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.memory.remembered import TurnKind, TurnRecord
from watcher.memory.writes import Concluded, TurnBegun
from watcher.record.intents import CONCLUSIONS, Conclusion, Ending, Intent
from watcher.record.reasons import Reason
from watcher.rules.plan import Mode

ACME = ProjectId("prj_acme")
LATTE, BEANS = account("latte"), account("beans")
LEASES = (LATTE, replace(LATTE, renews_at=LATTE.renews_at + 30 * D), BEANS)
"""Two accounts, one of them in two lease periods."""


def with_a_turn(place: Anywhere) -> None:
    with closing(open_ledger(place)) as ledger:
        taken(ledger).apply(
            (
                TurnBegun(
                    turn=TurnRecord(
                        id="turn-1", kind=TurnKind.FULL, mode=Mode.ENFORCE, started_at=NOW, unbroken_since=NOW
                    )
                ),
            )
        )


@cache
def new_ledger() -> bytes:
    """The file of a ledger in which a turn is under way: what opening costs is paid once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "watcher.db"
        with_a_turn(path)
        return path.read_bytes()


@contextmanager
def in_a_file() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "watcher.db"
        path.write_bytes(new_ledger())
        yield path


@contextmanager
def on_a_server() -> Iterator[Place]:
    with postgres().ledger() as server:
        with_a_turn(server)
        yield server


@contextmanager
def in_memory() -> Iterator[Anywhere]:
    state = State()
    with_a_turn(state)
    yield state


class Intents(RuleBasedStateMachine):
    """The ledger beside a list of what was written and how it ended."""

    made = staticmethod(in_a_file)
    written: Bundle[Intent] = Bundle("written")
    concluded: Bundle[Intent] = Bundle("concluded")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.place = self.stack.enter_context(self.made())
        self.ledgers = [open_ledger(self.place), open_ledger(self.place)]
        self.model: list[Intent] = []
        self.terms = 0

    def a_term_later(self) -> datetime:
        self.terms += 1
        return NOW + self.terms * TERM

    def teardown(self) -> None:
        for ledger in self.ledgers:
            ledger.close()
        self.stack.close()

    @rule(
        target=written,
        of=st.sampled_from(LEASES),
        who=st.sampled_from((0, 1)),
        objection=st.sampled_from((None, None, Reason.HELD)),
    )
    def write(self, of: Account, who: int, objection: Reason | None) -> object:
        at = self.a_term_later()
        one = Intent(account=of, turn="turn-1", policy="standard", reason="unused", written_at=at)
        taken(self.ledgers[who], at)
        # Whoever acted until now has been silent for too long.
        assert self.ledgers[1 - who].write_intent(one, lambda _: None) is Reason.LOCK_LOST
        answer = self.ledgers[who].write_intent(one, lambda _: objection)

        if of.id in self.unresolved():
            assert answer is Reason.UNRESOLVED
        elif objection is not None:
            assert answer is objection
        else:
            assert isinstance(answer, Intent)
            assert replace(answer, id=None) == one
            self.model.append(answer)
            return answer
        return multiple()

    @rule(
        target=concluded,
        one=consumes(written),
        who=st.sampled_from((0, 1)),
        ending=st.sampled_from(CONCLUSIONS),
    )
    def conclude(self, one: Intent, who: int, ending: Conclusion) -> Intent:
        at = self.a_term_later()
        self.ledgers[who].conclude(Concluded(intent=one, ending=ending, at=at, detail=ending.value))
        self.model[self.model.index(one)] = replace(one, ending=ending, ended_at=at, detail=ending.value)
        return one

    @rule(one=concluded, who=st.sampled_from((0, 1)), ending=st.sampled_from(CONCLUSIONS))
    def conclude_again(self, one: Intent, who: int, ending: Conclusion) -> None:
        """The process that lost sight of it, or a person, comes too late: nothing changes."""
        self.ledgers[who].conclude(
            Concluded(intent=one, ending=ending, at=NOW + D, detail="too late", said_by="jo")
        )

    @rule(who=st.sampled_from((0, 1)))
    def restart(self, who: int) -> None:
        self.ledgers[who].close()
        self.ledgers[who] = open_ledger(self.place)

    @invariant()
    def both_remember_the_same(self) -> None:
        for ledger in self.ledgers:
            memory = ledger.project(ACME)
            assert memory.unresolved == self.unresolved()
            assert memory.released == {one.account.period for one in self.ended(Ending.RELEASED)}
            assert memory.not_done == Counter(one.account.period for one in self.ended(Ending.NOT_DONE))
            refused = {one.account.id: one.ended_at for one in self.ended_in_order(Ending.REFUSED)}
            assert memory.refused == refused
            assert list(ledger.fleet(NOW).unresolved) == [one for one in self.model if one.ending is None]

    @invariant()
    def an_account_has_one_release_under_way_at_most(self) -> None:
        under_way = Counter(one.account.id for one in self.ledgers[0].fleet(NOW).unresolved)
        assert all(count == 1 for count in under_way.values())

    def unresolved(self) -> frozenset[AccountId]:
        return frozenset(one.account.id for one in self.model if one.ending is None)

    def ended(self, how: Ending) -> list[Intent]:
        return [one for one in self.model if one.ending is how]

    def ended_in_order(self, how: Ending) -> list[Intent]:
        return sorted(self.ended(how), key=lambda one: one.written_at)


class IntentsOnAServer(Intents):
    made = staticmethod(on_a_server)


class IntentsInMemory(Intents):
    made = staticmethod(in_memory)


TestIntents = pytest.mark.disk(Intents.TestCase)
TestIntents.settings = settings(max_examples=8, stateful_step_count=40)
TestIntentsOnAServer = pytest.mark.server(IntentsOnAServer.TestCase)
TestIntentsOnAServer.settings = TestIntents.settings
TestIntentsInMemory = IntentsInMemory.TestCase
TestIntentsInMemory.settings = settings(max_examples=30, stateful_step_count=40)
