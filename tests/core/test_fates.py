"""What became of a lease, as far as the ledger knows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, account
from tests.core.world import known
from watcher.facts.accounts import Account
from watcher.memory.fates import fate_of
from watcher.record.fates import LEASED, Fate, LeaseState, is_released
from watcher.record.intents import Ending, Intent

LATTE = account("latte")
GONE = known(LATTE, gone_at=NOW)


def attempt(one: Account = LATTE, ago: timedelta = H, **fields: Any) -> Intent:
    return Intent(
        account=one, turn="turn-0", policy="standard", reason="unused", written_at=NOW - ago, **fields
    )


RELEASED = attempt(ending=Ending.RELEASED, ended_at=NOW - H)
EARLIER = attempt(
    replace(LATTE, assigned_at=LATTE.assigned_at - 90 * D), ending=Ending.RELEASED, ended_at=NOW
)


@pytest.mark.parametrize(
    ("attempts", "fate"),
    [
        ((), LEASED),
        ((attempt(),), Fate(state=LeaseState.RELEASING, since=NOW - H)),
        ((RELEASED,), Fate(state=LeaseState.RELEASED, since=NOW - H)),
        ((RELEASED, attempt(ago=2 * H)), Fate(state=LeaseState.RELEASING, since=NOW - 2 * H)),
        ((attempt(ending=Ending.REFUSED, ended_at=NOW),), LEASED),
        ((EARLIER,), LEASED),
    ],
    ids=["none", "under_way", "released", "again", "refused", "of_an_earlier_lease"],
)
def test_a_lease_ends_by_our_release_of_it(attempts: tuple[Intent, ...], fate: Fate) -> None:
    assert fate_of(known(LATTE), attempts, ()) == fate


def test_a_release_that_had_no_effect_ended_nothing() -> None:
    assert fate_of(known(LATTE), (RELEASED,), {LATTE.period}) == LEASED


def test_an_account_is_gone_by_itself_only_where_we_did_not_release_it() -> None:
    assert fate_of(GONE, (), ()) == Fate(state=LeaseState.NOT_LISTED, since=NOW)
    assert fate_of(GONE, (RELEASED,), ()) == Fate(state=LeaseState.RELEASED, since=NOW - H)


def test_only_what_is_released_leaves_nothing_to_say() -> None:
    states = {state: is_released({LATTE.id: Fate(state=state)}, LATTE.id) for state in LeaseState}
    assert states == {state: state is LeaseState.RELEASED for state in LeaseState}
    assert not is_released({}, LATTE.id)
