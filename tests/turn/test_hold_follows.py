"""A hold to the end of the lease period lasts to its real end, wherever its renewal is moved."""

import pytest

from tests.stage import LATTE, LATTE_PERIOD, OPENS, RENEWS, D, H, M, Stage
from watcher.facts.accounts import LeasePeriod
from watcher.record.overrides import Override, OverrideKind

LATER = RENEWS + 6 * H


@pytest.fixture
def held(stage: Stage) -> Stage:
    """`@latte` would be released, but for a hold as `hold` without `--until` says it."""
    stage.turn()
    stage.say(OverrideKind.HOLD, account=LATTE_PERIOD.account, until=RENEWS, periods=(LATTE_PERIOD,))
    return stage


def hold(stage: Stage) -> Override | None:
    return stage.fleet().overrides.hold_on(LATTE_PERIOD.account, stage.clock.now())


def test_it_goes_with_a_renewal_that_is_moved(held: Stage) -> None:
    """It ended at the renewal that was known as it was said: six hours before the real one, and released."""
    held.move_to(OPENS)
    held.change(LATTE, next_renewal_at=LATER)
    held.turn()
    found = hold(held)
    assert found is not None
    assert (found.until, found.by, found.why) == (LATER, "maria", "holiday campaign")
    assert found.periods == (LeasePeriod(account=LATTE_PERIOD.account, renews_at=LATER),)
    held.turn_at(RENEWS + M)
    held.turn_at(LATER - H)
    assert held.deletes == 0
    assert len([one for one in held.fleet().overrides.said if one.kind is OverrideKind.HOLD]) == 2


def test_it_does_so_also_where_the_move_is_seen_after_its_old_end(held: Stage) -> None:
    held.move_to(OPENS)
    held.change(LATTE, next_renewal_at=LATER)
    held.turn_at(RENEWS + M)
    assert held.deletes == 0
    assert hold(held) is not None


def test_it_ends_with_an_unhold_wherever_it_went(held: Stage) -> None:
    held.move_to(OPENS)
    held.change(LATTE, next_renewal_at=LATER)
    held.turn()
    held.say(OverrideKind.UNHOLD, account=LATTE_PERIOD.account)
    held.turn()
    assert hold(held) is None


def test_it_ends_as_the_lease_period_renews(held: Stage) -> None:
    held.turn_at(RENEWS + H)
    held.turn_at(RENEWS + D)
    assert held.debited == [LATTE.id]
    assert hold(held) is None
