"""When a watcher that runs may be relied upon."""

from datetime import timedelta

from tests.builders import NOW
from watcher.decide.readiness import Readiness, Vitals, WhyNot, readiness

M = timedelta(minutes=1)
VITALS = Vitals(poll=15 * M, longest=2 * M, last_good_at=NOW)


def reasons(vitals: Vitals, after: timedelta = timedelta()) -> list[WhyNot]:
    return [reason for reason, _ in readiness(vitals, NOW + after).reasons]


def test_one_turn_may_be_missed_and_the_next_takes_its_time() -> None:
    assert reasons(VITALS, 32 * M) == []
    assert reasons(VITALS, 32 * M + timedelta(seconds=1)) == [WhyNot.TURN_TOO_OLD]


def test_without_a_good_turn_it_is_not_ready() -> None:
    assert readiness(Vitals(poll=15 * M), NOW) == Readiness(
        at=NOW,
        bound=30 * M,
        last_good_at=None,
        reasons=((WhyNot.NO_GOOD_TURN, "no turn has read the fleet to its end since this process began"),),
    )


def test_a_ledger_that_cannot_be_written_is_named_beside_the_rest() -> None:
    full = Vitals(poll=15 * M, last_good_at=NOW, ledger="the disk is full")
    found = readiness(full, NOW + 31 * M)
    assert not found.ready
    assert found == Readiness(
        at=NOW + 31 * M,
        bound=30 * M,
        last_good_at=NOW,
        reasons=(
            (WhyNot.TURN_TOO_OLD, "the last good turn is 31 min old, more than 30 min"),
            (WhyNot.LEDGER, "the ledger cannot be written: the disk is full"),
        ),
    )


def test_a_clock_set_back_makes_nothing_old() -> None:
    assert reasons(VITALS, -32 * M) == []


def test_a_turn_of_a_clock_that_was_far_ahead_does_not_look_young_until_then() -> None:
    """One good turn on a clock two days ahead; set right again, no turn succeeded any more, and for two days
    the daemon was ready.
    """
    ((reason, said),) = readiness(VITALS, NOW - 48 * 60 * M).reasons
    assert reason is WhyNot.TURN_TOO_OLD
    assert said == "the last good turn is of a clock that was 2 d ahead: nobody knows how old it is"
