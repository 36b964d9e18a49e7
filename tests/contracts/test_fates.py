"""What became of a lease, and a person's word that is said by it, in one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import pytest

from tests.builders import NOW, D, H, account
from tests.contracts.conftest import Anywhere, open_ledger, open_words, taken
from watcher.decide.gate import GateFacts
from watcher.facts.accounts import Account, ProjectId
from watcher.memory.remembered import Known, TurnKind, TurnRecord
from watcher.memory.writes import Concluded, ReadRecord, Said, TurnBegun, Word
from watcher.ports.ledger import Ledger
from watcher.record.fates import LEASED, Fate, Fates, LeaseState
from watcher.record.intents import Conclusion, Ending, Intent
from watcher.record.outcomes import released
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason
from watcher.rules.plan import Mode

ACME = ProjectId("prj_acme")
LATTE = account("latte")
HOLD = Said(
    override=Override(kind=OverrideKind.HOLD, at=NOW + H, by="maria", why="campaign", account=LATTE.id)
)


@pytest.fixture
def ledger(place: Anywhere) -> Iterator[Ledger]:
    """In a turn that has read the account."""
    with closing(open_ledger(place)) as one:
        turn = TurnRecord(
            id="turn-1", kind=TurnKind.FULL, mode=Mode.ENFORCE, started_at=NOW, unbroken_since=NOW
        )
        taken(one).apply((TurnBegun(turn=turn), read(LATTE)))
        yield one


def read(one: Account, *, gone: bool = False, **more: object) -> ReadRecord:
    known = Known(account=one, first_seen_at=NOW, gone_at=NOW + 2 * H if gone else None)
    values: dict[str, object] = {"project": ACME, "turn": "turn-1", "at": NOW, "strange": frozenset()}
    return ReadRecord(**(values | {"known": (known,)} | more))  # type: ignore[arg-type]


def begun(ledger: Ledger, one: Account = LATTE) -> Intent:
    intent = Intent(account=one, turn="turn-1", policy="standard", reason="unused", written_at=NOW)
    written = ledger.write_intent(intent, lambda _: None)
    assert isinstance(written, Intent)
    return written


def ended(ledger: Ledger, ending: Conclusion = Ending.RELEASED, one: Account = LATTE) -> None:
    outcome = released(one, NOW + H) if ending is Ending.RELEASED else None
    ledger.conclude(Concluded(intent=begun(ledger, one), ending=ending, at=NOW + H, outcome=outcome))


def fate(ledger: Ledger) -> Fate | None:
    return ledger.fates([LATTE.id]).get(LATTE.id)


def test_of_what_it_never_saw_it_says_nothing(ledger: Ledger) -> None:
    assert ledger.fates(["sa_nobody"]) == {}  # type: ignore[list-item]


def test_an_account_is_leased_until_something_becomes_of_it(ledger: Ledger) -> None:
    assert fate(ledger) == LEASED
    begun(ledger)
    assert fate(ledger) == Fate(state=LeaseState.RELEASING, since=NOW)


@pytest.mark.parametrize("ending", [Ending.NOT_DONE, Ending.NOT_SENT, Ending.REFUSED])
def test_what_came_to_nothing_leaves_it_leased(ledger: Ledger, ending: Conclusion) -> None:
    ended(ledger, ending)
    assert fate(ledger) == LEASED


@pytest.mark.parametrize("gone", [False, True])
def test_what_was_released_is_so_whether_the_list_follows_or_not(ledger: Ledger, gone: bool) -> None:
    ended(ledger)
    ledger.apply((read(LATTE, gone=gone),))
    assert fate(ledger) == Fate(state=LeaseState.RELEASED, since=NOW + H)


def test_what_is_gone_without_us_is_not_listed(ledger: Ledger) -> None:
    ledger.apply((read(LATTE, gone=True),))
    assert fate(ledger) == Fate(state=LeaseState.NOT_LISTED, since=NOW + 2 * H)


def test_a_release_that_had_no_effect_after_all_leaves_it_leased(ledger: Ledger) -> None:
    ended(ledger)
    ledger.apply((read(LATTE, undone=(LATTE.period,)),))
    assert fate(ledger) == LEASED


def test_another_lease_of_the_same_account_is_another_matter(ledger: Ledger) -> None:
    ended(ledger)
    anew = replace(LATTE, assigned_at=NOW + D, renews_at=NOW + 31 * D)
    ledger.apply((read(anew),))
    assert fate(ledger) == LEASED
    begun(ledger, anew)
    assert fate(ledger) == Fate(state=LeaseState.RELEASING, since=NOW)


def held_unless_released(fates: Fates) -> Sequence[Word]:
    return [] if fates[LATTE.id].state is LeaseState.RELEASED else [HOLD]


@pytest.mark.parametrize("late", [False, True])
def test_a_word_is_written_by_what_its_own_transaction_reads(
    place: Anywhere, ledger: Ledger, late: bool
) -> None:
    """The release began between the look and the word, and it was said that the account is held."""
    with closing(open_words(place)) as words:
        looked = words.fates([LATTE.id])
        if late:
            ended(ledger)
        found = words.say([LATTE.id], held_unless_released)

    assert looked[LATTE.id] == LEASED
    assert found[LATTE.id].state is (LeaseState.RELEASED if late else LeaseState.LEASED)
    assert ledger.fleet(NOW + H).overrides.said == (() if late else (HOLD.override,))


def test_a_release_that_comes_after_the_word_finds_it(ledger: Ledger) -> None:
    ledger.say([LATTE.id], held_unless_released)

    def held(facts: GateFacts) -> Reason | None:
        return Reason.HELD if facts.overrides.hold_on(LATTE.id, NOW + H) else None

    intent = Intent(account=LATTE, turn="turn-1", policy="standard", reason="unused", written_at=NOW + H)
    assert ledger.write_intent(intent, held) is Reason.HELD


def test_what_is_gone_is_no_longer_leased_and_still_known(ledger: Ledger) -> None:
    """Who mistypes the name of an account that was given back is told which one may have been meant."""
    assert [one.id for one in ledger.leased()] == [LATTE.id]
    ledger.apply((read(LATTE, gone=True),))
    assert list(ledger.leased()) == []
    assert [one.id for one in ledger.leased(ever=True)] == [LATTE.id]
    assert [one.id for one in ledger.leased(ACME, ever=True)] == [LATTE.id]
