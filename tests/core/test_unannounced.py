"""What a pause stops that nobody has announced, by what the ledger remembers of each lease."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, M, account, decision, hold, policy
from tests.core.world import orders, target
from watcher.decide.orders import Orders
from watcher.decide.paused_then import paused_then
from watcher.decide.unannounced import Unannounced, unannounced
from watcher.facts.accounts import Account
from watcher.memory.remembered import Known
from watcher.record.overrides import Overrides
from watcher.record.planned_pauses import PlannedPause, PlannedPauses
from watcher.record.reasons import Reason
from watcher.rules.plan import Mode
from watcher.rules.policy import Protect, ReleaseRule, ReleaseWhen

FAR = account("far.away", renews_in=20 * D)
OPENS, CLOSES = FAR.renews_at - 6 * H, FAR.renews_at - 10 * M
TICK = timedelta(microseconds=1)


def pauses(**fields: Any) -> PlannedPauses:
    defaults: dict[str, Any] = {"why": "holidays", "begins": NOW + D, "ends": NOW + 40 * D, "by": "ann"}
    return PlannedPauses(pauses=(PlannedPause(**(defaults | fields)),))


def found(
    reason: Reason | None,
    *,
    planned: PlannedPauses | None = None,
    said: Overrides | None = None,
    by: Orders | None = None,
    announced: frozenset[Any] = frozenset(),
    one: Account = FAR,
) -> Unannounced:
    known = Known(account=one, first_seen_at=NOW - D, reason=reason)
    return unannounced([known], announced, planned or pauses(), said or Overrides(), by or orders(), NOW)


PLANNED, UNASKED, NOTHING = Unannounced(planned=(FAR,)), Unannounced(unasked=(FAR,)), Unannounced()


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Reason.NOTICE_TO_COME, PLANNED),
        (Reason.WINDOW_NOT_OPEN, PLANNED),
        (Reason.BRAKED, PLANNED),
        (None, UNASKED),
        (Reason.NOT_DUE, UNASKED),
        (Reason.IN_USE, NOTHING),
        (Reason.ACTIVITY_UNKNOWN, NOTHING),
    ],
)
def test_the_last_turn_that_looked_says_whether_it_was_to_be_released(
    reason: Reason | None, expected: Unannounced
) -> None:
    assert found(reason) == expected


def test_what_is_announced_is_told_with_its_announcement() -> None:
    assert found(Reason.NOTICE_TO_COME, announced=frozenset({FAR.period})) == NOTHING


@pytest.mark.parametrize(
    ("begins", "ends", "stops"),
    [
        (OPENS, CLOSES, True),
        (OPENS + TICK, CLOSES, False),
        (OPENS, CLOSES - TICK, False),
        (OPENS, None, True),
    ],
)
def test_it_is_stopped_only_from_the_opening_of_its_window_to_the_close(
    begins: Any, ends: Any, stops: bool
) -> None:
    """The same as an audit counts of the decision, where it asked."""
    planned = pauses(begins=begins, ends=ends)
    assert found(Reason.NOTICE_TO_COME, planned=planned) == (PLANNED if stops else NOTHING)
    asked = decision(account("far.away", renews_in=20 * D))
    assert bool(paused_then([asked], planned, NOW)) == stops


@pytest.mark.parametrize(
    "kept",
    [
        {"said": Overrides(said=(replace(hold(), account=FAR.id),))},
        {"by": orders(target(enrolled=False))},
        {"by": orders(target(policies=(policy(protect=Protect(handles=("far.*",))),)))},
        {"by": orders(target(policies=(policy(release=ReleaseRule(when=ReleaseWhen.NEVER)),)))},
        {"by": orders(mode=Mode.OBSERVE)},
        {"planned": pauses(projects=("prj_beta",))},
    ],
    ids=["held", "not enrolled", "protected", "never", "observe", "another project"],
)
def test_what_something_else_keeps_is_not_stopped_by_it(kept: dict[str, Any]) -> None:
    assert found(Reason.NOTICE_TO_COME, **kept) == NOTHING
    assert found(None, **kept) == NOTHING


def test_what_is_too_late_anyhow_is_not_counted() -> None:
    now_closing = account("far.away", renews_in=10 * M)
    assert found(Reason.NOTICE_TO_COME, planned=pauses(begins=NOW - D), one=now_closing) == NOTHING
    not_yet = account("far.away", renews_in=10 * M + timedelta(seconds=1))
    assert found(Reason.NOTICE_TO_COME, planned=pauses(begins=NOW - D), one=not_yet).planned == (not_yet,)


def test_what_only_its_health_may_keep_is_stopped_by_it() -> None:
    """A pause told nothing of an account to be given back at its term, near its renewal, whose policy names
    health as evidence: a ledger knows of nobody's health, and that was taken for what keeps it.
    """
    near = account("far.away", renews_in=30 * H)
    at_term = ReleaseRule(when=ReleaseWhen.ALWAYS, cancel_queued=True)
    by = orders(target(policies=(policy(evidence=("posts", "health"), release=at_term),)))
    planned = pauses(begins=NOW + H)
    told = found(Reason.WINDOW_NOT_OPEN, planned=planned, by=by, one=near)
    assert told == Unannounced(planned=(near,))
