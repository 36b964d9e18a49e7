"""What turns of a process came to, counted."""

import pytest

from tests.builders import NOW, H, M, account, report
from watcher.decide.figures import Figures, Sum
from watcher.decide.measures import Tally, good
from watcher.decide.report import Totals
from watcher.memory.remembered import TurnKind
from watcher.record.attempts import Attempt
from watcher.record.exit_codes import Exit, worst
from watcher.record.intents import Ending
from watcher.record.reasons import Trouble

LATTE = account("latte")
WHOLE = report(totals=Totals(projects=1))


def attempt(ended: Ending) -> Attempt:
    return Attempt(
        period=LATTE.period,
        project=LATTE.project,
        handle=LATTE.handle,
        price_cents=LATTE.price_cents,
        ended=ended,
        at=NOW,
    )


def test_turns_and_attempts_add_up_and_the_last_report_stays() -> None:
    tried = report(
        totals=Totals(projects=1),
        attempts=(attempt(Ending.RELEASED), attempt(Ending.RELEASED), attempt(Ending.REFUSED)),
    )
    again = report(totals=Totals(projects=1), attempts=(attempt(Ending.RELEASED),))
    found = Tally().noted(tried, Exit.REFUSED, M).noted(again, Exit.DONE, H)
    assert found == Tally(
        turns={(TurnKind.FULL, Exit.REFUSED): 1, (TurnKind.FULL, Exit.DONE): 1},
        attempts={Ending.RELEASED: 3, Ending.REFUSED: 1},
        last=again,
        fleet=again,
        code=Exit.DONE,
        took=H,
    )


def test_a_turn_that_saw_not_the_whole_fleet_is_not_the_last_that_did() -> None:
    part = report(totals=Totals(projects=1), kind=TurnKind.FOCUSED)
    stopped = report(totals=Totals(projects=1), stopped=True)
    found = Tally().noted(WHOLE, Exit.DONE, M)
    for one in (part, stopped):
        after = found.noted(one, Exit.DONE, M)
        assert (after.last, after.fleet) == (one, WHOLE)


def test_a_turn_without_a_report_is_counted_and_changes_nothing_else() -> None:
    before = Tally().noted(WHOLE, Exit.DONE, M)
    assert before.failed(TurnKind.FULL) == Tally(
        turns={(TurnKind.FULL, Exit.DONE): 1, (TurnKind.FULL, Exit.UNEXPECTED): 1},
        last=WHOLE,
        fleet=WHOLE,
        code=Exit.UNEXPECTED,
        took=M,
    )


@pytest.mark.parametrize("trouble", [None, *Trouble])
def test_of_all_troubles_only_a_key_that_may_not_release_lets_a_turn_read_the_fleet(
    trouble: Trouble | None,
) -> None:
    found = report(totals=Totals(projects=1), trouble=trouble)
    assert good(found) is (trouble in (None, Trouble.KEY_LACKS_SCOPE))


def test_a_turn_that_read_no_project_is_not_good() -> None:
    assert not good(report(totals=Totals()))


def test_the_worst_of_several_endings_is_told() -> None:
    assert worst() is Exit.DONE
    assert worst(Exit.DONE, Exit.BRAKED, Exit.UNREADABLE) is Exit.BRAKED
    assert worst(Exit.UNDELIVERED, Exit.KEY, Exit.DONE) is Exit.KEY


def test_what_is_kept_unused_is_what_is_unused_and_not_planned_to_be_released() -> None:
    nothing = Sum()
    figures = Figures(
        all=Sum(accounts=9, cents=900),
        in_use=nothing,
        unused=Sum(accounts=5, cents=500),
        unknown=nothing,
        not_asked=nothing,
        avoidable=nothing,
        planned=Sum(accounts=2, cents=150),
        unused_by_window=nothing,
        releasing=Sum(accounts=3, cents=300),
    )
    assert figures.kept_unused == Sum(accounts=3, cents=350)
