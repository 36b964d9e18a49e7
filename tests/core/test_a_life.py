"""45 days of one account from its first turn to its release, without HTTP, database or threads.

What a forecast or a simulation will be: the pure turn and the ledger in memory, called with other times.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.builders import NOW, D, H, account, hold, policy, published
from tests.core.life import Life
from tests.core.world import TICK, orders, target
from watcher.brakes import Limits
from watcher.memory.writes import Said
from watcher.messages.events import EventKind
from watcher.record.outcomes import Cause, OutcomeKind
from watcher.record.reasons import Reason
from watcher.rules.judge import window_of
from watcher.rules.plan import Mode

LATTE = account(renews_in=40 * D)
OTHERS = [account(f"other{number}", renews_in=80 * D) for number in range(3)]
RULES = policy(warn=(7 * D, 3 * D, D))
WINDOW = window_of(LATTE, RULES)
RENEWED = replace(LATTE, renews_at=LATTE.renews_at + 31 * D)

DAYS = [NOW + day * D for day in range(46)]
DAYS_AND_INSTANTS = sorted({*DAYS, WINDOW.opens - TICK, WINDOW.opens})


def life(**how: Any) -> Life:
    return Life(accounts=[LATTE, *OTHERS], orders=orders(target(policies=(RULES,)), **how))


def lived(one: Life, until: datetime = DAYS[-1]) -> None:
    """Turns until then; what is not given back renews."""
    for at in DAYS_AND_INSTANTS:
        if at > until:
            return
        if at >= LATTE.renews_at and LATTE in one.accounts:
            one.accounts[one.accounts.index(LATTE)] = RENEWED
        one.turn(at)


WARNED = [(WINDOW.renews_at - rung, EventKind.RENEWAL_WARNING) for rung in RULES.warn]
ANNOUNCED = (WINDOW.renews_at - 2 * D, EventKind.RELEASE_ANNOUNCED)
"""From 54 hours before the renewal on: at the first turn after that."""


def test_it_is_warned_of_announced_and_released_as_late_as_is_safe() -> None:
    one = life()
    lived(one)
    assert one.released == {LATTE.id: WINDOW.opens}
    assert one.told == [*WARNED[:2], ANNOUNCED, WARNED[2]]
    assert [(kept.outcome.kind, kept.outcome.at) for kept in one.state.outcomes.values()] == [
        (OutcomeKind.RELEASED, WINDOW.opens)
    ]


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (WINDOW.opens - TICK, None),
        (WINDOW.opens, Reason.UNUSED),
        (WINDOW.closes - TICK, Reason.UNUSED),
        (WINDOW.closes, None),
    ],
    ids=["before it opens", "open", "still open", "closed"],
)
def test_its_release_is_planned_inside_its_window_alone(at: datetime, reason: Reason | None) -> None:
    one = life()
    lived(one, until=NOW + 39 * D)
    assert [due.decision.reason for due in one.turn(at).go] == [reason] * (reason is not None)


def test_a_person_holds_it_after_the_announcement() -> None:
    one = life()
    lived(one, until=NOW + 39 * D)
    one.hear(Said(override=replace(hold(), at=NOW + 39 * D + H, account=LATTE.id)))
    at = NOW + 39 * D + 2 * H
    one.turn(at)
    one.turn(WINDOW.opens)
    assert (one.released, one.told[-1]) == ({}, (at, EventKind.RELEASE_WITHDRAWN))


@pytest.mark.parametrize(
    ("how", "cause"),
    [
        pytest.param({"mode": Mode.OBSERVE}, Cause.OBSERVING, id="observing"),
        pytest.param({"limits": Limits(max_releases=0)}, Cause.BRAKED, id="braked"),
        pytest.param({"routes": ()}, Cause.NOTICE_LATE, id="nobody to announce it to"),
    ],
)
def test_what_is_not_released_is_paid_for_with_its_cause(how: dict[str, Any], cause: Cause) -> None:
    one = life(**how)
    lived(one)
    assert one.released == {}
    assert [(kept.outcome.kind, kept.outcome.cause) for kept in one.state.outcomes.values()] == [
        (OutcomeKind.PAID, cause)
    ]


def test_use_after_the_announcement_keeps_it() -> None:
    one = life()
    lived(one, until=NOW + 39 * D)
    one.activity[LATTE.id] = published(-39 * D)
    one.turn(WINDOW.opens)
    assert (one.released, one.told[-1]) == ({}, (WINDOW.opens, EventKind.RELEASE_WITHDRAWN))


def test_the_same_life_is_lived_twice_alike() -> None:
    one, other = life(), life()
    lived(one)
    lived(other)
    assert (one.told, one.released, one.state.observations) == (
        other.told,
        other.released,
        other.state.observations,
    )
