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
from watcher.record.outcomes import Cause, Explanation, OutcomeKind, UseThen
from watcher.record.overrides import Override, OverrideKind
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


def away_over_its_window(one: Life) -> Explanation:
    """Turns until its release is announced and its halt with it; the next one after its renewal."""
    lived(one, until=NOW + 39 * D)
    one.accounts[one.accounts.index(LATTE)] = RENEWED
    one.turn(NOW + 41 * D)
    [outcome] = [kept.outcome for kept in one.state.outcomes.values()]
    assert outcome.explanation is not None
    return outcome.explanation


def test_a_halt_that_nobody_lifted_is_why_though_no_turn_came_in_its_window() -> None:
    """The halt was announced in time, nobody approved, and cron missed the window: "notice late"."""
    why = away_over_its_window(life(limits=Limits(max_releases=0)))
    assert (why.cause, why.title) == (Cause.BRAKED, "halted: too many releases")
    assert why.details == (
        "by Sat 27 Jun 06:00 UTC 1 release, limit 0",
        "nobody approved by Sat 27 Jun 11:35 UTC",
        "no turn came in its window",
    )


def test_of_a_halt_that_was_lifted_in_time_that_no_turn_came_is_why() -> None:
    one = life(limits=Limits(max_releases=0))
    lived(one, until=NOW + 39 * D)
    approval = Override(
        kind=OverrideKind.APPROVE, at=NOW + 39 * D + H, by="ann", why="fine", periods=(LATTE.period,)
    )
    one.hear(Said(override=approval))
    one.accounts[one.accounts.index(LATTE)] = RENEWED
    one.turn(NOW + 41 * D)
    [outcome] = [kept.outcome for kept in one.state.outcomes.values()]
    assert outcome.explanation == Explanation(
        cause=Cause.WATCHER_DOWN,
        details=(
            "ann approved releases past the limits, Fri 26 Jun 13:00 UTC",
            "but no turn came in its window",
        ),
        use=UseThen.UNUSED,
    )


def test_a_notice_that_only_had_to_come_of_age_was_in_time() -> None:
    """Announced too recently for its window's opening, in time for its close; then nobody looked."""
    one = life()
    lived(one, until=NOW + 37 * D)
    one.turn(WINDOW.opens - 20 * H)
    one.turn(WINDOW.opens - 10 * H)
    one.accounts[one.accounts.index(LATTE)] = RENEWED
    one.turn(NOW + 41 * D)
    [outcome] = [kept.outcome for kept in one.state.outcomes.values()]
    assert outcome.cause is Cause.WATCHER_DOWN


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
