"""The oracle of brakes works limits out for itself: at them nothing may be on, one above them all must be."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.simulation.model.world import Look
from tests.simulation.oracle import judge
from tests.simulation.oracle.case import Case
from tests.simulation.test_codes import turned
from tests.simulation.test_oracle import ACCOUNT, DELETION, LEASE, RENEWAL, SENT, released
from watcher.brakes import Halt, Halts
from watcher.brakes.docket import Docket, Place, entry_for
from watcher.brakes.kinds.fleet_share import FLEET_SHARE
from watcher.brakes.kinds.paused import PAUSED
from watcher.facts.accounts import AccountId

S = timedelta(seconds=1)
OPENS = RENEWAL - timedelta(hours=6)
ON = Halts(halts=(Halt(brake=FLEET_SHARE, measured="", limit=""),))
NONE = Halts()
PAUSE = Halts(halts=(Halt(brake=PAUSED, measured="", limit=""),))


def docket(due: int, fleet: int, *, halts: Halts = NONE, sent: bool = True, **changed: Any) -> Case:
    """So many of a fleet are due, and were all sent, or none."""
    case = released()
    leases = {f"sa_{n}": replace(LEASE, id=f"sa_{n}", released_at=None) for n in range(1, fleet + 1)}
    case.world.leases.update(leases)
    case.world.truth.looks.append(Look(at=SENT - 10 * S, what="assigned", project="prj_acme"))
    ids = [f"sa_{n}" for n in range(1, due + 1)]
    entries = [
        entry_for(replace(ACCOUNT, id=AccountId(id_)), Place.DUE, opens=OPENS, closes=RENEWAL) for id_ in ids
    ]
    case = turned(case, 22)
    (turn,) = case.turned
    report = replace(turn.report, docket=Docket(entries=tuple(entries)), halts=halts)
    rules = replace(case.rules, wide=False, most_of_project=1.0, **changed)
    return replace(
        case,
        history=replace(case.history, rules=rules),
        turned=[replace(turn, report=report)],
        sent=[replace(case.sent[0], account=id_) for id_ in ids] if sent else [],
    )


def found(case: Case) -> list[str]:
    return [one.text for one in judge(case).violations if one.rule == "inexact brake"]


@pytest.mark.parametrize(("due", "fleet"), [(3, 30), (4, 40), (2, 3)])
def test_at_the_limit_and_below_three_nothing_is_on(due: int, fleet: int) -> None:
    assert found(docket(due, fleet)) == []
    assert f"fleet_share  is on: {due} of {fleet} accounts, {due * 15_000} cents" in found(
        docket(due, fleet, halts=ON)
    )
    assert judge(docket(due, fleet)).figures.dockets == 1


@pytest.mark.parametrize(("due", "fleet"), [(3, 29), (4, 39)])
def test_one_above_it_all_is_halted(due: int, fleet: int) -> None:
    assert found(docket(due, fleet, halts=ON, sent=False)) == []
    is_not = f"fleet_share  is not on: {due} of {fleet} accounts, {due * 15_000} cents"
    sent = [f"sa_{n} was released, and fleet_share is passed" for n in range(1, due + 1)]
    assert found(docket(due, fleet)) == [is_not, *sent]
    assert found(docket(due, fleet, halts=ON)) == sent


@pytest.mark.parametrize(
    ("limits", "word"), [({"most_releases": 2}, "too_many"), ({"most_cents": 44_999}, "value")]
)
def test_counts_and_money_are_exact(limits: dict[str, int], word: str) -> None:
    at_it = {name: value + 1 for name, value in limits.items()}
    assert found(docket(3, 40, **at_it)) == []
    assert found(docket(3, 40, **limits))[0].startswith(f"{word}  is not on")


def test_what_is_due_and_stopped_by_nothing_is_released() -> None:
    assert found(docket(1, 40, sent=False)) == ["sa_1 was due, nothing is passed, and it was not released"]
    assert found(docket(1, 40, halts=PAUSE, sent=False)) == []


def test_what_was_released_within_a_day_counts() -> None:
    case = docket(1, 40)
    case.world.truth.deletions.append(replace(DELETION, account="sa_9", at=SENT - timedelta(hours=3)))
    assert found(case) == [f"sa_9 was released {SENT - timedelta(hours=3)}, and does not count"]


def test_what_may_not_be_released_does_not_count() -> None:
    assert "sa_1 counts, and is protected" in found(docket(1, 40, protected=frozenset({"sa_1"})))
    assert "sa_1 counts, and is not enrolled" in found(docket(1, 40, enrolled=frozenset()))
