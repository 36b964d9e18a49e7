"""A person's word for a release, as every ledger keeps it; and the number by which a daemon hears of it."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.builders import NOW, D, H, account
from tests.contracts.conftest import Anywhere, open_ledger, open_words, taken
from watcher.memory.remembered import TurnKind, TurnRecord
from watcher.memory.writes import Said, TurnBegun
from watcher.ports.ledger import Ledger
from watcher.record.exit_codes import Exit
from watcher.record.intents import Intent
from watcher.record.overrides import RELEASE_LASTS, Override, OverrideKind
from watcher.rules.plan import Mode

LATTE = account("latte")
WORD = Override(
    kind=OverrideKind.RELEASE,
    at=NOW,
    by="maria",
    why="the contract has ended",
    account=LATTE.id,
    handle=LATTE.handle,
    project=LATTE.project,
    periods=(LATTE.period,),
    began=LATTE.assigned_at,
    used_at=NOW - D,
    until=NOW + RELEASE_LASTS,
)
ANSWER = Override(
    kind=OverrideKind.ANSWER,
    at=NOW,
    by="lease-watcher",
    why="not released: held",
    account=LATTE.id,
    handle=LATTE.handle,
    project=LATTE.project,
    periods=(LATTE.period,),
    exit=Exit.USAGE,
)


@pytest.fixture
def ledger(place: Anywhere) -> Iterator[Ledger]:
    with closing(open_ledger(place)) as one:
        turn = TurnRecord(
            id="turn-1", kind=TurnKind.FULL, mode=Mode.ENFORCE, started_at=NOW, unbroken_since=NOW
        )
        taken(one).apply((TurnBegun(turn=turn),))
        yield one


def test_word_and_answer_come_back_as_they_were_said(ledger: Ledger) -> None:
    ledger.apply((Said(override=WORD),))
    assert ledger.fleet(NOW).overrides.asked_releases(NOW) == (WORD,)
    ledger.apply((Said(override=ANSWER),))
    overrides = ledger.fleet(NOW).overrides
    assert overrides.asked_releases(NOW) == ()
    assert overrides.answer_to(WORD) == ANSWER


def test_the_number_of_the_last_word_changes_with_each(place: Anywhere, ledger: Ledger) -> None:
    """Also by another process, which does not hold the ledger."""
    numbers = [ledger.last_word()]
    with closing(open_words(place)) as other:
        for word in (WORD, ANSWER, WORD):
            other.apply((Said(override=word),))
            numbers.append(ledger.last_word())
            assert other.last_word() == numbers[-1]
    assert numbers == sorted(set(numbers))


def test_an_intent_says_by_whose_word_it_is(ledger: Ledger) -> None:
    intent = Intent(
        account=LATTE,
        turn="turn-1",
        policy="standard",
        reason="x",
        written_at=NOW,
        asked_by=WORD.by,
        asked_at=WORD.at,
    )
    assert isinstance(ledger.write_intent(intent, lambda _: None), Intent)
    (kept,) = ledger.fleet(NOW + H).unresolved
    assert (kept.asked_by, kept.asked_at) == (WORD.by, WORD.at)
