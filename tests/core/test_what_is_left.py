"""What is left of a docket: what waits, what was approved, what is over; and which dockets still halt."""

from dataclasses import replace
from typing import Any

from tests.builders import NOW, D, H, M, account
from tests.core.world import fleet_memory, known, orders, said, turn_record
from watcher.brakes import Halt, kinds
from watcher.brakes.kept_halts import KeptHalt
from watcher.decide.dockets import WaitingDocket, accounts_in, docket_of, lost_since, still_halted
from watcher.decide.overlaps import matters_of, overlaps
from watcher.facts.accounts import Account
from watcher.memory.writes import DocketKept
from watcher.messages.matters import Matter
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


def test_a_halt_that_the_last_turn_found_over_stands_no_more_in_its_docket() -> None:
    """A limit was raised, the turn halted nothing, and `docket ID` asked for an approval "as of the turn 6 s
    ago".
    """
    before, now = kept(LATTE, ZINE, at=NOW - H - M), kept(ZINE, docket="now")
    memory = fleet_memory(last_turn=turn_record(NOW - H))
    assert lost_since(now, {"now": now}, memory) is None
    over = left(still_lost=lost_since(before, {"7f3a": before}, memory))
    assert (over.matter, over.halts) == (None, ())
    some = left(still_lost=lost_since(before, {"7f3a": before, "now": now}, memory))
    assert some.matter is not None
    assert some.matter.cents == 15_000


def test_what_was_unapproved_since_the_turn_is_halted_as_before() -> None:
    """After `unapprove`, `status` said until the next turn that nothing waited for a decision."""
    before = kept(LATTE, at=NOW - D)
    word = said(OverrideKind.UNAPPROVE, periods=(LATTE.period,))
    memory = fleet_memory(overrides=Overrides(said=(word,)))
    assert still_halted({"before": before}, memory) == {"before": before}
    assert still_halted({"before": before}, fleet_memory()) == {}


def test_what_was_approved_again_is_halted_no_more_as_before() -> None:
    """Withdrawn and approved again, the same accounts stood in two blocks, of $2,400.00 and of $600.00."""
    before = kept(LATTE, at=NOW - D)
    words = [said(kind, periods=(LATTE.period,)) for kind in (OverrideKind.UNAPPROVE, OverrideKind.APPROVE)]
    memory = fleet_memory(overrides=Overrides(said=tuple(words)))
    assert still_halted({"before": before}, memory) == {}


def matter_of_all(*dockets: DocketKept) -> list[Matter]:
    people = {one.id: (known(one),) for one in (LATTE, MOCHA, ZINE)}
    return list(matters_of(dockets, lambda one: docket_of(one, people, {}, Overrides(), orders(), NOW)))


def test_what_two_dockets_name_is_one_matter_and_each_release_is_summed_once() -> None:
    """After `unapprove`, `status` had two blocks with the same accounts, of $2,400.00 and of $600.00."""
    judged_before = KeptHalt.of(Halt(brake=kinds.TOO_MANY, measured="34 releases", limit="20"), "aaaa")
    judged_since = KeptHalt.of(
        Halt(brake=kinds.TOO_MANY, measured="33 releases", limit="20", done="28 of them done"), "bbbb"
    )
    before = kept(LATTE, MOCHA, docket="aaaa", at=NOW - D, halts=(judged_before,))
    since = kept(MOCHA, ZINE, docket="bbbb", halts=(judged_since,))
    (one,) = matter_of_all(since, before)
    assert (len(one.accounts), one.cents) == (3, 45_000)
    assert one.why == ("too many releases (34 releases, limit 20)",)
    assert [way.text for way in one.ways] == [
        "`lease-watcher approve aaaa --reason WHY` allows 2 of them ($300.00)",
        "`lease-watcher approve bbbb --reason WHY` allows 2 of them ($300.00)",
    ]
    assert [len(each.accounts) for each in matter_of_all(kept(LATTE), kept(ZINE))] == [1, 1]


def test_of_a_brake_that_halts_two_dockets_is_told_what_it_costs_in_either() -> None:
    """What one may lose before brakes stop it, and what is lost; of one that does not know that, nothing."""
    judged = replace(HALT, loses=(LATTE.period,), perhaps=(MOCHA.period,))
    since = replace(HALT, loses=(ZINE.period, LATTE.period), perhaps=(MOCHA.period, ZINE.period))
    seen: list[DocketKept] = []

    def as_it_stands(one: DocketKept) -> WaitingDocket:
        seen.append(one)
        return docket_of(one, {}, {}, Overrides(), orders(), NOW)

    first = kept(LATTE, MOCHA, docket="aaaa", at=NOW - D, halts=(judged,))
    for other, both in (
        (since, replace(judged, loses=(LATTE.period, ZINE.period), perhaps=(MOCHA.period, ZINE.period))),
        (replace(since, loses=None), replace(judged, loses=None)),
    ):
        list(matters_of([first, kept(MOCHA, ZINE, docket="bbbb", halts=(other,))], as_it_stands))
        assert seen.pop() == kept(LATTE, MOCHA, ZINE, docket="aaaa", halts=(both,))


def test_what_stands_in_two_dockets_is_named_in_both_with_what_an_approval_leaves_in_the_other() -> None:
    """`docket` listed two of 2 releases each: nobody saw that they were three, and all of one approved with
    the other.
    """
    people = {one.id: (known(one),) for one in (LATTE, MOCHA, ZINE)}
    before, since, apart = (
        docket_of(one, people, {}, Overrides(), orders(), NOW)
        for one in (kept(LATTE, MOCHA, docket="aaaa"), kept(MOCHA, docket="bbbb"), kept(ZINE, docket="cccc"))
    )
    every = (before, since, apart)
    (here,) = overlaps(before, every)
    assert (here.other, [one.period for one in here.both], here.left) == ("bbbb", [MOCHA.period], ())
    (there,) = overlaps(since, every)
    assert (there.other, [one.period for one in there.both]) == ("aaaa", [MOCHA.period])
    assert [one.period for one in there.left] == [LATTE.period]
    assert overlaps(apart, every) == ()


def test_an_approval_of_what_is_left_of_a_docket_says_of_how_many() -> None:
    """ "allows exactly these", and two stood there of a docket of three: the other was approved already."""
    word = said(OverrideKind.APPROVE, periods=(LATTE.period,))
    people = {one.id: (known(one),) for one in (LATTE, MOCHA, ZINE)}
    halt = KeptHalt.of(Halt(brake=kinds.TOO_MANY, measured="34 releases", limit="20"), "7f3a")

    def ways(*words: Override, halts: tuple[KeptHalt, ...] = (halt,)) -> list[list[str]]:
        docket = kept(LATTE, MOCHA, ZINE, halts=halts)
        found = docket_of(docket, people, {}, Overrides(said=words), orders(), NOW)
        assert found.matter is not None
        return [[one.text for one in found.matter.ways], [one.way.text for one in found.halts]]

    command = "`lease-watcher approve 7f3a --reason WHY`"
    assert ways() == [[f"{command} allows exactly these"]] * 2
    assert ways(word) == [[f"{command} allows these 2, which are left of 3"]] * 2
    both = replace(word, periods=(LATTE.period, MOCHA.period))
    assert ways(both, halts=()) == [[f"{command} allows this one, which is left of 3"], []]


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
