"""What is left of a docket: what waits, what was approved, what is over; and which dockets still halt."""

from dataclasses import replace
from typing import Any

from tests.builders import NOW, D, H, M, account
from tests.core.world import fleet_memory, known, orders, said, turn_record
from watcher.brakes import Halt, kinds
from watcher.brakes.kept_halts import KeptHalt
from watcher.decide.dockets import WaitingDocket, accounts_in, docket_of, still_halted
from watcher.facts.accounts import Account
from watcher.memory.writes import DocketKept
from watcher.record.fates import Fate, LeaseState
from watcher.record.overrides import Override, OverrideKind, Overrides

LATTE, MOCHA, ZINE = (account(name, renews_in=D) for name in ("latte", "mocha", "zine"))
HALT = KeptHalt.of(Halt(brake=kinds.FLEET_SHARE, measured="so much", limit="less"), "7f3a")


def kept(*those: Account, **fields: Any) -> DocketKept:
    defaults: dict[str, Any] = {"docket": "7f3a", "at": NOW, "halts": (HALT,)}
    return DocketKept(periods=tuple(one.period for one in those), **(defaults | fields))


def left(*words: Override, **fields: Any) -> WaitingDocket:
    defaults: dict[str, Any] = {
        "known": {one.id: (known(one),) for one in (LATTE, MOCHA, ZINE)},
        "fates": {},
        "overrides": Overrides(said=words),
        "orders": orders(),
        "now": NOW,
    }
    return docket_of(kept(ZINE, MOCHA, LATTE), **(defaults | fields))


def split(found: WaitingDocket) -> tuple[list[str], list[str], list[str]]:
    """The accounts of what waits, of what was approved, of what is over."""
    waiting, approved, over = (
        [one.period.account for one in those] for those in (found.waiting, found.approved, found.over)
    )
    return waiting, approved, over


def test_all_of_it_waits_until_somebody_says_something() -> None:
    found = left()
    assert split(found) == ([LATTE.id, MOCHA.id, ZINE.id], [], [])
    assert found.matter is not None
    assert found.matter.cents == 45_000


def test_what_was_approved_waits_no_more_and_what_is_held_is_over() -> None:
    approval = said(OverrideKind.APPROVE, periods=(MOCHA.period,), until=NOW + D)
    found = left(approval, said(OverrideKind.HOLD, account=LATTE.id))
    assert split(found) == ([ZINE.id], [MOCHA.id], [LATTE.id])
    assert [one.approval for one in found.approved] == [approval]


def test_what_was_released_or_renews_at_another_time_is_over() -> None:
    moved = known(replace(MOCHA, renews_at=NOW + 30 * D))
    gone = Fate(state=LeaseState.RELEASED, since=NOW)
    everyone = {LATTE.id: (known(LATTE),), MOCHA.id: (moved,), ZINE.id: (known(ZINE),)}
    found = left(known=everyone, fates={LATTE.id: gone})
    assert split(found) == ([ZINE.id], [], [LATTE.id, MOCHA.id])


def test_what_the_ledger_does_not_know_waits_until_it_renews_and_costs_nothing() -> None:
    found = left(known={})
    assert [(one.cents, one.closes) for one in found.waiting] == [(0, None)] * 3
    assert found.matter is not None
    assert (found.matter.accounts, found.matter.cents) == ((), 0)
    assert split(left(known={}, now=NOW + D))[0] == []


def test_the_accounts_of_dockets_are_all_that_they_name() -> None:
    assert accounts_in([kept(LATTE), kept(LATTE, ZINE)]) == {LATTE.id, ZINE.id}
    assert accounts_in([]) == frozenset()


def test_only_what_the_last_full_turn_judged_is_still_halted() -> None:
    memory = fleet_memory(last_turn=turn_record(NOW - H))
    now, before = kept(LATTE), kept(MOCHA, at=NOW - H - M)
    assert still_halted({"now": now, "before": before}, memory) == {"now": now}
    assert still_halted({"now": now}, fleet_memory(last_turn=None)) == {}


def test_what_was_unapproved_since_the_turn_is_halted_as_before() -> None:
    """After `unapprove`, `status` said until the next turn that nothing waited for a decision."""
    before = kept(LATTE, at=NOW - D)
    word = said(OverrideKind.UNAPPROVE, periods=(LATTE.period,))
    memory = fleet_memory(overrides=Overrides(said=(word,)))
    assert still_halted({"before": before}, memory) == {"before": before}
    assert still_halted({"before": before}, fleet_memory()) == {}


def test_of_two_dockets_that_lose_the_same_the_smaller_is_told_and_none_that_loses_nothing() -> None:
    """`status` called 10 releases halted of which a pause stopped 2, and named another than the message."""
    loses = replace(HALT, loses=(LATTE.period,))
    exact, judged = kept(LATTE, halts=(loses,)), kept(LATTE, MOCHA, ZINE, halts=(loses,))
    assert still_halted({"judged": judged, "exact": exact}, fleet_memory()) == {"exact": exact}
    for_now = kept(LATTE, MOCHA, halts=(replace(HALT, loses=()),))
    assert still_halted({"for now": for_now}, fleet_memory()) == {}


def test_a_docket_that_another_holds_whole_is_told_by_the_larger_one() -> None:
    small, large, other = kept(LATTE), kept(LATTE, MOCHA), kept(MOCHA, ZINE)
    dockets = {"small": small, "large": large, "other": other}
    assert still_halted(dockets, fleet_memory()) == {"large": large, "other": other}
    assert still_halted({"one": small, "same": small}, fleet_memory()) == {"one": small}
