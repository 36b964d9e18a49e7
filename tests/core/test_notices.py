"""What a notice is worth: every way it can be void, and whose receipts it needs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, account
from watcher.record.notices import NotAccepted, NotAnnounced, Notice, NoticeState, Received, Void, state_of

TICK = timedelta(microseconds=1)
MADE = NOW - 2 * D
OPS, SLACK = NOW - 47 * H, NOW - 30 * H

NOTICE = Notice(
    key="k1",
    period=account().period,
    not_before=NOW + D,
    fingerprint="f00d",
    live=True,
    created_at=MADE,
    handle="latte.art.lab",
    platform="tiktok",
    receipts={"ops": OPS, "slack": SLACK, "log": NOW},
)


def state(notice: Notice | None = NOTICE, **changed: Any) -> NoticeState:
    """The state of a notice with which nothing is wrong, but for what is changed."""
    facts: dict[str, Any] = {
        "required": ("ops", "slack"),
        "enforcing": True,
        "fingerprint": "f00d",
        "held_since": False,
        "restored_since": False,
        "last_use": None,
        "unbroken_since": NOW - 30 * D,
    }
    facts |= changed
    return state_of(notice, facts.pop("account", account()), **facts)


def test_without_a_notice_nothing_was_announced() -> None:
    assert state(None) == NotAnnounced(void=None)


@pytest.mark.parametrize(
    ("required", "found"),
    [
        (("ops",), Received(at=OPS, not_before=NOW + D)),
        (("slack",), Received(at=SLACK, not_before=NOW + D)),
        (("slack", "ops"), Received(at=SLACK, not_before=NOW + D)),
        (("ops", "mail"), NotAccepted(missing=("mail",))),
        (("mail", "ops", "pager"), NotAccepted(missing=("mail", "pager"))),
        ((), NotAccepted(missing=())),
    ],
)
def test_it_is_received_when_the_last_of_all_required_channels_accepted_it(
    required: tuple[str, ...], found: NoticeState
) -> None:
    """No required channel at all means nothing can count: an unheard notice is never received."""
    assert state(required=required) == found


@pytest.mark.parametrize("receipts", [{}, {"log": NOW}, {"slack": SLACK}])
def test_a_missing_receipt_leaves_it_unanswered(receipts: Mapping[str, datetime]) -> None:
    missing = tuple(name for name in ("ops", "slack") if name not in receipts)

    assert state(replace(NOTICE, receipts=receipts)) == NotAccepted(missing=missing)


@pytest.mark.parametrize("void", list(Void))
def test_what_was_once_void_stays_void(void: Void) -> None:
    assert state(replace(NOTICE, voided=void)) == NotAnnounced(void=void)


@pytest.mark.parametrize(
    ("changed", "void"),
    [
        ({"fingerprint": "beef"}, Void.POLICY_CHANGED),
        ({"held_since": True}, Void.HELD),
        ({"restored_since": True}, Void.RESTORED),
        ({"last_use": MADE - TICK}, None),
        ({"last_use": MADE}, Void.USED),
        ({"last_use": MADE + TICK}, Void.USED),
        ({"unbroken_since": MADE - TICK}, None),
        ({"unbroken_since": MADE}, None),
        ({"unbroken_since": MADE + TICK}, Void.INTERRUPTED),
        ({"account": account("mocha")}, Void.RENAMED),
        ({"account": account("latte.art.lab2")}, Void.RENAMED),
        ({"account": account("\u200b")}, Void.RENAMED),
        ({"account": account(platform="instagram")}, Void.RENAMED),
        ({"account": account("Latte.Art.Lab", platform="TikTok")}, None),
        ({"account": account("ｌａｔｔｅ.art.lab\u200b")}, None),
        ({"account": account(price_cents=1)}, None),
        ({"account": account(followers=None, project="prj_beta")}, None),
    ],
)
def test_what_happened_since_makes_it_void(changed: dict[str, Any], void: Void | None) -> None:
    received = Received(at=SLACK, not_before=NOW + D)

    assert state(**changed) == (received if void is None else NotAnnounced(void=void))


LEASED = account()
BEGAN = LEASED.assigned_at


@pytest.mark.parametrize(
    ("noted", "shown", "void"),
    [
        (BEGAN, BEGAN, None),
        (BEGAN, BEGAN + timedelta(milliseconds=500), None),
        (BEGAN, BEGAN + timedelta(seconds=1), Void.NEW_LEASE),
        (BEGAN, BEGAN - D, Void.NEW_LEASE),
        (BEGAN, datetime(1970, 1, 1, tzinfo=UTC), None),
        (datetime(1970, 1, 1, tzinfo=UTC), BEGAN, None),
        (None, MADE, None),
        (None, MADE + TICK, Void.NEW_LEASE),
    ],
)
def test_it_announced_one_lease(noted: datetime | None, shown: datetime, void: Void | None) -> None:
    found = state(replace(NOTICE, assigned_at=noted), account=replace(LEASED, assigned_at=shown))
    received = Received(at=SLACK, not_before=NOW + D)
    assert found == (received if void is None else NotAnnounced(void=void))


@pytest.mark.parametrize("unsaid", ["handle", "platform"])
def test_a_notice_that_does_not_say_whom_it_named_is_void(unsaid: str) -> None:
    """Given by a version that did not note it: whether people were told of this name is not known."""
    assert state(replace(NOTICE, **{unsaid: None})) == NotAnnounced(void=Void.RENAMED)


def test_a_handle_of_which_nothing_is_left_is_named_by_the_very_same_alone() -> None:
    unseen = replace(NOTICE, handle="\u200b")
    assert isinstance(state(unseen, account=account("\u200b")), Received)
    assert state(unseen, account=account("\u200d")) == NotAnnounced(void=Void.RENAMED)


def test_a_notice_that_was_not_live_counts_in_observe_mode_only() -> None:
    would_be = replace(NOTICE, live=False)

    assert state(would_be, enforcing=True) == NotAnnounced(void=Void.NOT_LIVE)
    assert state(would_be, enforcing=False) == Received(at=SLACK, not_before=NOW + D)


def test_it_is_void_before_it_is_unanswered() -> None:
    """Otherwise the release would wait for a channel to accept what no longer counts."""
    assert state(replace(NOTICE, receipts={}), held_since=True) == NotAnnounced(void=Void.HELD)
