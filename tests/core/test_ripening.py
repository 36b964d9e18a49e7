"""What waited in quiet hours names the moment from which its release may really come."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, UNUSED, D, H, account
from watcher.messages.clauses import to_keep
from watcher.messages.events import AnnouncementFacts, Event, EventKind
from watcher.messages.meanwhile import Meanwhile
from watcher.messages.outbox import Message, QueuedMessage
from watcher.messages.ripening import Ripening
from watcher.messages.stale import sift
from watcher.record.reasons import Reason
from watcher.rules.policy import ReleaseRule

TICK = timedelta(seconds=1)
LATTE = account("latte", renews_in=31 * H)
RULE = ReleaseRule(notice=D, margin=H)
FACTS = AnnouncementFacts(not_before=NOW + D, reason=Reason.UNUSED, policy="standard")
ANNOUNCED = Event(
    kind=EventKind.RELEASE_ANNOUNCED,
    key="k",
    at=NOW,
    what="@latte on tiktok will be released in 1 d, Tue 19 May 12:00 UTC at the earliest, saving $150.00 due "
    "in 1 d 7 h, Tue 19 May 19:00 UTC",
    clauses=(to_keep("lease-watcher hold sa_latte"),),
    account=LATTE.id,
    handle="latte",
    platform="tiktok",
    period=LATTE.period,
    cents=15_000,
    facts=FACTS,
)
RIPENING = Ripening(rules={"standard": RULE}, counting=frozenset({"ops"}))


def earliest(
    after: timedelta, ripening: Ripening = RIPENING, *, live: bool = True, event: Event = ANNOUNCED
) -> datetime | None:
    return ripening.earliest(Message(notifier="ops", event=event, live=live), NOW + after)


@pytest.mark.parametrize(
    ("after", "moment"),
    [
        (H - TICK, None),
        (H, NOW + H + D),
        (6 * H - TICK, NOW + 6 * H + D - TICK),
        (6 * H, None),
    ],
    ids=["as good as at once", "an hour later", "just in its window", "not before that closes"],
)
def test_a_receipt_of_now_is_of_age_a_notice_later(after: timedelta, moment: datetime | None) -> None:
    assert earliest(after) == moment


def test_where_the_window_opens_later_than_that_nothing_has_moved() -> None:
    later = replace(ANNOUNCED, facts=replace(FACTS, not_before=NOW + D + 2 * H))
    assert (earliest(2 * H, event=later), earliest(2 * H + TICK, event=later)) == (
        None,
        NOW + D + 2 * H + TICK,
    )


@pytest.mark.parametrize(
    ("ripening", "moves"),
    [
        (RIPENING, True),
        (replace(RIPENING, counting=frozenset()), False),
        (replace(RIPENING, rules={"standard": replace(RULE, notice_to=("boss",))}), False),
        (
            replace(RIPENING, rules={"standard": replace(RULE, notice_to=("ops",))}, counting=frozenset()),
            True,
        ),
        (Ripening(), False),
    ],
    ids=["it counts", "it does not", "another is named", "it is named", "its policy is gone"],
)
def test_only_who_is_waited_for_moves_it(ripening: Ripening, moves: bool) -> None:
    assert (earliest(2 * H, ripening) is not None) is moves


def test_a_reminder_and_what_would_be_move_nothing() -> None:
    assert earliest(2 * H, live=False) is None
    assert earliest(2 * H, event=replace(ANNOUNCED, facts=replace(FACTS, notice="k"))) is None
    assert earliest(2 * H, event=replace(ANNOUNCED, facts=UNUSED)) is None
    assert earliest(2 * H, event=replace(ANNOUNCED, period=None)) is None


def test_it_is_told_with_that_moment_and_queued_as_it_was() -> None:
    """It had waited for three quiet hours, and named the noon at which no receipt of it would be of age."""
    waiting = QueuedMessage(id=1, message=Message(notifier="ops", event=ANNOUNCED, live=True), queued_at=NOW)
    (one,) = sift([waiting], Meanwhile(now=NOW + 3 * H, ripening=RIPENING)).true
    assert one.message.event.text == (
        "@latte on tiktok is announced to be released in 1 d, Tue 19 May 15:00 UTC at the earliest, saving "
        "$150.00 due in 1 d 4 h, Tue 19 May 19:00 UTC; to keep it: lease-watcher hold sa_latte"
    )
    assert one.message.event.facts == replace(FACTS, not_before=NOW + D + 3 * H)
    assert one.as_queued == ANNOUNCED
