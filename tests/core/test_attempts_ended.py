"""What an attempt that ended leaves open: whether a turn tries again, and since when a word counts."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.builders import FRESH, NOW, H, M, account, decision, policy
from watcher.record.attempts import Attempt
from watcher.record.intents import Conclusion, Ending, Intent, proved_at
from watcher.record.reasons import Reason
from watcher.rules.plan import Leave, PeriodState, Wait, Warn, given_up, with_lateness


@pytest.mark.parametrize(
    ("ended", "not_done", "why"),
    [
        (Ending.REFUSED, 0, Reason.REFUSED_BEFORE),
        (Ending.NOT_DONE, 0, None),
        (Ending.NOT_DONE, 1, Reason.ATTEMPTS_SPENT),
        (Ending.NOT_DONE, 2, Reason.ATTEMPTS_SPENT),
        (Ending.NOT_SENT, 2, None),
        (Ending.RELEASED, 2, None),
        (Ending.UNKNOWN, 2, None),
    ],
)
def test_it_is_tried_once_more_where_it_had_no_effect_and_never_where_it_was_refused(
    ended: Ending, not_done: int, why: Reason | None
) -> None:
    assert given_up(ended, PeriodState(not_done=not_done)) is why


def intent(ending: Conclusion, *, ended_at: datetime | None, said_by: str | None = None) -> Intent:
    return Intent(
        account=account(),
        turn="turn-0",
        policy="standard",
        reason="",
        written_at=NOW - H,
        ending=ending,
        ended_at=ended_at,
        said_by=said_by,
    )


@pytest.mark.parametrize(
    ("said_by", "ended_at", "since"),
    [
        (None, NOW - M, NOW - M),
        (None, None, NOW - H),
        ("ann", NOW - M, NOW - H),
        ("ann", None, NOW - H),
    ],
)
def test_a_word_counts_from_when_it_was_found_to_have_no_effect_or_from_its_start_where_a_person_said_so(
    said_by: str | None, ended_at: datetime | None, since: datetime
) -> None:
    assert proved_at(intent(Ending.NOT_DONE, ended_at=ended_at, said_by=said_by)) == since


def test_what_a_change_made_late_is_left_for_that_and_its_warning_goes_out_all_the_same() -> None:
    late = Leave(why=Reason.CHANGED_TOO_LATE)
    left = decision(account(renews_in=5 * M), policies=(policy(),), standing=FRESH)
    warned = replace(left, step=Warn(rung=24 * H), beside=left.step)
    waits = replace(left, step=Wait(until=NOW + M, why=Reason.WINDOW_NOT_OPEN))

    assert left.step == Leave(why=Reason.TOO_LATE)
    assert with_lateness(left, None, changed=True) == replace(left, step=late)
    assert with_lateness(warned, None, changed=True) == replace(warned, beside=late)
    assert with_lateness(warned, None, changed=False) == warned
    assert with_lateness(waits, None, changed=True) == waits


def test_an_attempt_is_told_with_all_that_is_known_of_it() -> None:
    one = account("latte", platform="TikTok", price_cents=9_900)
    told = Attempt.on(
        one,
        Ending.REFUSED,
        at=NOW,
        reason=Reason.REFUSED_BEFORE,
        detail="NOT_LEASED",
        policy="standard",
        verified=False,
        asked_by="ann",
    )
    assert told == Attempt(
        period=one.period,
        project=one.project,
        handle="latte",
        platform="TikTok",
        price_cents=9_900,
        ended=Ending.REFUSED,
        at=NOW,
        reason=Reason.REFUSED_BEFORE,
        detail="NOT_LEASED",
        policy="standard",
        verified=False,
        asked_by="ann",
    )
