"""Never release what is held, protected, not enrolled, outside its window, or without a ripe receipt."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.stage import (
    CLOSES,
    DAILY,
    LATTE,
    LATTE_PERIOD,
    NOW,
    OPENS,
    RENEWS,
    TICK,
    D,
    H,
    M,
    S,
    Stage,
    account,
    in_memory,
    published,
)
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.record.notices import Void
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.sandbox import Corrupt, ServerError, corruptions
from watcher.wiring.turn import Purpose

INBOX_DOWN = {"notifiers.ops.url": "http://127.0.0.1:9/nobody-listens"}


def reason_for(stage: Stage, handle: str = "latte") -> Reason:
    decisions = stage.turn(Purpose.AUDIT).decisions
    return next(one.reason for one in decisions if one.account.handle == handle)


# Held, protected, not enrolled


def test_a_held_account_is_kept(stage: Stage) -> None:
    stage.turn()
    stage.say(OverrideKind.HOLD, account=LATTE.id)
    stage.turn_at(OPENS)
    assert reason_for(stage) is Reason.HELD
    assert stage.deletes == 0


def test_a_hold_in_the_configuration_needs_no_ledger_and_no_unhold_lifts_it(stage: Stage) -> None:
    hold = {"account": LATTE.id, "until": "forever", "reason": "flagship"}
    stage.configure({"holds": [hold]})
    stage.turn()
    stage.say(OverrideKind.UNHOLD, account=LATTE.id)
    stage.turn_at(OPENS)
    assert reason_for(stage) is Reason.HELD
    assert stage.deletes == 0


@pytest.mark.parametrize(
    ("protect", "reason"),
    [
        ({"accounts": [LATTE.id]}, Reason.PROTECTED_ACCOUNT),
        ({"handles": ["LAT*"]}, Reason.PROTECTED_HANDLE),
        ({"handles": ["@latte"]}, Reason.PROTECTED_HANDLE),
        ({"min_followers": LATTE.followers}, Reason.PROTECTED_FOLLOWERS),
    ],
    ids=["account", "glob", "with @", "exactly so many followers"],
)
def test_a_protected_account_is_kept(stage: Stage, protect: dict[str, Any], reason: Reason) -> None:
    stage.configure({"policies.standard.protect": protect})
    stage.watch_until(OPENS)
    stage.turn()
    assert reason_for(stage) is reason
    assert stage.deletes == 0


@pytest.mark.parametrize(
    ("word", "handle"),
    [
        ("café.official", "cafe\u0301.official"),
        ("cafe\u0301.*", "café.official"),
        ("brand.official ", "brand\u3164.official"),
        ("https://www.tiktok.com/@brand", "ＢＲＡＮＤ"),
        ("istanbul", "İSTANBUL"),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("how", ["protect", "match"])
def test_a_protected_account_is_kept_however_its_handle_is_written(
    stage: Stage, how: str, word: str, handle: str
) -> None:
    """The words of two people were compared by code point: the account was released, exit 0."""
    stage.change(LATTE, handle=handle)
    if how == "protect":
        stage.configure({"policies.standard.protect.handles": [word]})
    else:
        keeping = {"match": {"handles": [word]}, "release": {"when": "never"}}
        stage.configure({"policies.keep": keeping, "projects.acme.policy": ["keep", "standard"]})
    stage.watch_until(OPENS)
    stage.turn()
    assert reason_for(stage, handle) is (Reason.PROTECTED_HANDLE if how == "protect" else Reason.POLICY_NEVER)
    assert stage.deletes == 0


def test_one_follower_fewer_protects_nothing(stage: Stage) -> None:
    stage.configure({"policies.standard.protect.min_followers": LATTE.followers + 1})
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.released == [LATTE.id]


def test_an_account_of_a_project_that_is_not_enrolled_is_kept(stage: Stage) -> None:
    stage.configure({"projects.acme.enrolled": False})
    stage.watch_until(OPENS)
    stage.turn()
    assert reason_for(stage) is Reason.NOT_ENROLLED
    assert stage.deletes == 0


def test_enrolled_is_nothing_that_one_gets_by_default(stage: Stage) -> None:
    del stage.configuration["projects.acme.enrolled"]
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.deletes == 0


def test_a_discovered_project_is_watched_and_never_released_from(stage: Stage) -> None:
    stage.configure({"discovery.enabled": True})
    del stage.configuration["projects.acme.id"], stage.configuration["projects.acme.enrolled"]
    stage.watch_until(OPENS)
    stage.turn()
    assert reason_for(stage) is Reason.NOT_ENROLLED
    assert stage.deletes == 0


# Conditions that cannot be evaluated

FOLLOWERS_MISSING = Corrupt(path="leased-accounts", mutate=corruptions.missing("followers", account=LATTE.id))


@pytest.mark.parametrize(
    "condition",
    ["policies.standard.protect.min_followers", "policies.standard.match.min_followers"],
)
def test_missing_followers_protect(stage: Stage, condition: str) -> None:
    stage.configure({condition: 1})
    stage.fault(FOLLOWERS_MISSING)
    stage.watch_until(OPENS)
    stage.turn()
    assert reason_for(stage) is Reason.CANNOT_MATCH
    assert stage.deletes == 0


def test_a_condition_that_cannot_be_evaluated_never_falls_through_to_the_next_policy(stage: Stage) -> None:
    stage.configure(
        {
            "projects.acme.policy": ["large", "standard"],
            "policies.large.match.min_followers": 50_000,
            "policies.large.release.when": "never",
        }
    )
    stage.fault(FOLLOWERS_MISSING)
    stage.watch_until(OPENS)
    stage.turn()
    assert reason_for(stage) is Reason.CANNOT_MATCH
    assert stage.deletes == 0


# The window


@pytest.mark.parametrize(
    ("at", "released"),
    [
        (OPENS - TICK, False),
        (OPENS, True),
        (OPENS + TICK, True),
        (CLOSES - 70 * S - TICK, True),
        (CLOSES - 70 * S, False),
        (CLOSES - TICK, False),
        (CLOSES, False),
        (CLOSES + TICK, False),
        (RENEWS - TICK, False),
    ],
    ids=[
        "one tick before opens",
        "at opens",
        "one tick after opens",
        "the last tick at which timeout and skew still fit before closes",
        "timeout and skew end at closes",
        "one tick before closes",
        "at closes",
        "one tick after closes",
        "one tick before R",
    ],
)
def test_it_is_released_inside_its_window_only(stage: Stage, at: datetime, released: bool) -> None:
    stage.watch_until(OPENS - H)
    stage.turn()
    stage.turn_at(at)
    assert stage.deletes == released
    assert stage.released == [LATTE.id] * released


@pytest.mark.parametrize("at", [RENEWS, RENEWS + TICK], ids=["at R", "one tick after R"])
def test_from_the_renewal_on_an_account_that_still_shows_it_is_left(stage: Stage, at: datetime) -> None:
    stage.watch_until(OPENS - H)
    stage.turn()
    # The provider is behind: the renewal has passed and the list still shows it.
    renews = f"{RENEWS:%Y-%m-%dT%H:%M:%SZ}"
    stage.fault(
        Corrupt(path="leased-accounts", mutate=corruptions.changed("nextRenewalAt", renews, account=LATTE.id))
    )
    stage.turn_at(at)
    assert reason_for(stage) is Reason.RENEWAL_PENDING
    assert stage.deletes == 0


def test_the_new_lease_period_is_not_released_on_the_notice_of_the_old_one(stage: Stage) -> None:
    stage.watch_until(OPENS - H)
    stage.turn()
    stage.turn_at(RENEWS)
    assert stage.debited == [LATTE.id]
    assert stage.deletes == 0


LATE_BY = {
    "the clock reaches closes": CLOSES - OPENS,
    "timeout and skew end at closes": CLOSES - OPENS - 70 * S,
    "the renewal has passed": RENEWS - OPENS,
}


@pytest.mark.parametrize("late", LATE_BY.values(), ids=LATE_BY)
def test_a_turn_that_starts_in_time_and_reaches_the_delete_too_late_sends_none(
    stage: Stage, late: timedelta
) -> None:
    stage.watch_until(OPENS)
    stage.turn(before_acting=lambda: stage.clock.advance(late))
    assert stage.deletes == 0


@pytest.mark.parametrize("late", LATE_BY.values(), ids=LATE_BY)
def test_the_clock_is_read_again_after_the_intent_is_written(stage: Stage, late: timedelta) -> None:
    """The wait for the rate budget lies between the two, and may take a minute."""
    stage.watch_until(OPENS)
    report = stage.turn(before_sending=lambda: stage.clock.advance(late))
    assert stage.deletes == 0
    assert [(one.ended.value, one.detail) for one in report.attempts] == [("not_sent", "too late")]
    assert stage.fleet().unresolved == ()


def test_one_tick_earlier_it_is_still_sent(stage: Stage) -> None:
    stage.watch_until(OPENS - H, every=12 * H)
    stage.turn_at(CLOSES - 100 * S, before_sending=lambda: stage.clock.advance(30 * S - TICK))
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize(("frozen", "sent"), [(60 * S, False), (60 * S - TICK, True)])
def test_a_delete_leaves_soon_after_its_intent_or_not_at_all(
    stage: Stage, frozen: timedelta, sent: bool
) -> None:
    """Later another watcher may hold the ledger: this one tries again with a new intent, if it still does."""
    stage.watch_until(OPENS)
    report = stage.turn(before_sending=lambda: stage.clock.advance(frozen))
    assert stage.deletes == sent
    assert exit_of(report) is (Exit.DONE if sent else Exit.UNREADABLE)
    assert exit_of(stage.turn()) is Exit.DONE
    assert (stage.deletes, stage.released) == (1, [LATTE.id])


def test_timeout_and_skew_are_those_of_the_configuration(stage: Stage) -> None:
    stage.configure({"api.timeout": "30s", "brakes.max_clock_skew": "90s"})
    stage.watch_until(OPENS)
    stage.turn(before_sending=lambda: stage.clock.advance(CLOSES - OPENS - 120 * S))
    assert stage.deletes == 0


# The receipt


def test_nothing_is_released_unannounced(stage: Stage) -> None:
    """Its first turn ever is in the window: it is announced, and too late for this month."""
    stage.configure({"brakes.min_history": "0s"})
    stage.turn_at(OPENS)
    assert reason_for(stage) is Reason.CHANGED_TOO_LATE
    assert stage.deletes == 0


def test_an_announcement_nobody_accepted_releases_nothing(stage: Stage) -> None:
    stage.configure(INBOX_DOWN)
    stage.watch_until(OPENS)
    stage.turn()
    assert reason_for(stage) is Reason.CHANGED_TOO_LATE
    assert stage.deletes == 0


def test_every_channel_that_must_accept_has_to(stage: Stage) -> None:
    stage.configure(
        {
            "notifiers.boss.kind": "webhook",
            "notifiers.boss.url": "http://127.0.0.1:9/nobody-listens",
        }
    )
    stage.watch_until(OPENS)
    stage.turn()
    assert len(stage.told("release.announced")) == 1
    assert stage.deletes == 0


def test_only_the_channels_named_have_to(stage: Stage) -> None:
    stage.configure(
        {
            "notifiers.boss.kind": "webhook",
            "notifiers.boss.url": "http://127.0.0.1:9/nobody-listens",
            "policies.standard.release.notice_to": ["ops"],
        }
    )
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.released == [LATTE.id]


def test_the_log_never_counts(stage: Stage) -> None:
    """`check` calls this configuration wrong in enforce; in observe the same notices show the same."""
    stage.configure({"mode": "observe", "notifiers.ops.kind": "log"})
    del stage.configuration["notifiers.ops.url"]
    stage.watch_until(OPENS)
    stage.turn()
    assert reason_for(stage) is Reason.NOTICE_UNANSWERED


@pytest.mark.parametrize(
    ("age", "released"),
    [(24 * H - TICK, False), (24 * H, True), (24 * H + TICK, True)],
    ids=["one tick too young", "exactly of age", "one tick older"],
)
def test_the_receipt_has_the_required_age(tmp_path: Path, age: timedelta, released: bool) -> None:
    """The webhook comes back an hour into the watch; the announcement itself is older."""
    late = account("late", renews_in=31 * H)
    with in_memory(tmp_path, late, DAILY, posts=[published(late, 40 * D)]) as stage:
        stage.configure({**INBOX_DOWN, "policies.standard.release.lead": "7h"})
        stage.turn()
        stage.configure({"notifiers.ops.url": f"{stage.url}/_sandbox/inbox"})
        stage.turn_at(NOW + H)
        stage.turn_at(NOW + 13 * H)
        stage.turn_at(NOW + H + age)
        assert stage.deletes == released


LATE_NOTICE = {"policies.standard.release.if_notice_late": "release"}


def test_a_notice_covers_no_earlier_instant_than_it_announced(tmp_path: Path) -> None:
    """`if_notice_late = "release"` waives the receipt's age, not what people were told.

    Announced two hours late, so not before `opens + 2 h`; accepted so late that its age is waived.
    """
    late = account("late", renews_in=32 * H)
    opens = NOW + 26 * H
    with in_memory(tmp_path, late, DAILY, posts=[published(late, 40 * D)]) as stage:
        stage.configure({**LATE_NOTICE, "projects.acme.enrolled": False})
        stage.turn()
        stage.turn_at(opens - 23 * H)
        stage.configure({**INBOX_DOWN, "projects.acme.enrolled": True})
        stage.turn_at(opens - 22 * H)
        stage.turn_at(opens)
        stage.configure({"notifiers.ops.url": f"{stage.url}/_sandbox/inbox"})
        stage.turn_at(opens + H)
        [told] = stage.told("release.announced")
        assert told["facts"]["not_before"] == f"{opens + 2 * H:%Y-%m-%dT%H:%M:%S+00:00}"
        stage.turn_at(opens + 2 * H - TICK)
        assert stage.deletes == 0
        stage.turn_at(opens + 2 * H)
        assert stage.released == [late.id]


def test_a_late_notice_keeps_unless_the_policy_says_otherwise(stage: Stage) -> None:
    stage.configure({"projects.acme.enrolled": False})
    stage.watch_until(OPENS)
    stage.configure({"projects.acme.enrolled": True})
    stage.turn()
    stage.turn_at(OPENS + H)
    assert reason_for(stage) is Reason.CHANGED_TOO_LATE
    assert stage.deletes == 0


def test_a_late_notice_may_waive_the_age(stage: Stage) -> None:
    stage.configure({"projects.acme.enrolled": False, **LATE_NOTICE})
    stage.watch_until(OPENS)
    stage.configure({"projects.acme.enrolled": True})
    stage.turn()
    assert stage.deletes == 0
    stage.turn_at(OPENS + 15 * M)
    assert stage.released == [LATTE.id]


def test_a_late_notice_never_waives_the_receipt(stage: Stage) -> None:
    stage.configure({"projects.acme.enrolled": False, **LATE_NOTICE, **INBOX_DOWN})
    stage.watch_until(OPENS)
    stage.configure({"projects.acme.enrolled": True})
    stage.turn()
    stage.turn_at(CLOSES - 2 * M)
    assert reason_for(stage) is Reason.NOTICE_UNANSWERED
    assert stage.deletes == 0


@pytest.mark.parametrize(
    ("notice", "released"), [("5h", True), ("6h", False)], ids=["ledger of that age", "younger ledger"]
)
def test_a_ledger_younger_than_the_notice_waives_nothing(stage: Stage, notice: str, released: bool) -> None:
    """The ledger is exactly five hours old when the release is announced."""
    stage.configure({**LATE_NOTICE, "policies.standard.release.notice": notice, "brakes.min_history": "0s"})
    stage.configure({"projects.acme.enrolled": False})
    stage.turn_at(CLOSES - 5 * H - 20 * M)
    stage.configure({"projects.acme.enrolled": True})
    stage.turn_at(CLOSES - 20 * M)
    stage.turn_at(CLOSES - 10 * M)
    assert stage.deletes == released


def test_without_any_notice_required_the_release_itself_is_told(stage: Stage) -> None:
    stage.configure({"policies.standard.release.notice": "0s"})
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.released == [LATTE.id]
    assert stage.told("release.announced") == []
    assert [event["account"] for event in stage.told("release.done")] == [LATTE.id]


# What voids a notice


def voids(stage: Stage) -> Void | None:
    notice = stage.memory().notices.get(LATTE_PERIOD)
    return notice.voided if notice else None


def test_a_hold_voids_the_notice_even_if_it_ends_before_the_window(stage: Stage) -> None:
    stage.turn()
    stage.say(OverrideKind.HOLD, account=LATTE.id)
    stage.move_to(NOW + H)
    stage.say(OverrideKind.UNHOLD, account=LATTE.id)
    stage.turn_at(OPENS)
    assert stage.deletes == 0
    assert voids(stage) is Void.HELD
    assert [event["account"] for event in stage.told("release.withdrawn")] == [LATTE.id]


def test_use_voids_the_notice_even_if_it_is_old_when_the_window_opens(stage: Stage) -> None:
    stage.configure({"policies.standard.release.idle_after": "1d"})
    stage.turn()
    fresh = replace(published(LATTE, timedelta()), id="post_fresh")
    stage.add(posts=[fresh])
    stage.turn_at(NOW + H)
    assert voids(stage) is Void.USED
    stage.turn_at(OPENS + 2 * H)
    assert stage.deletes == 0


def test_a_moved_renewal_needs_a_new_notice(stage: Stage) -> None:
    stage.turn()
    stage.turn_at(NOW + 23 * H)
    stage.change(LATTE, next_renewal_at=RENEWS - 5 * M)
    stage.turn_at(OPENS)
    stage.turn_at(OPENS + H)
    assert stage.deletes == 0


@pytest.mark.parametrize(
    "change", [{"handle": "mocha"}, {"platform": "instagram"}, {"handle": "latte2"}], ids=str
)
def test_another_name_needs_a_new_notice(stage: Stage, change: dict[str, Any]) -> None:
    """Announced as @latte, renamed, and released as @mocha under that notice, of which nobody was told."""
    stage.turn()
    stage.turn_at(NOW + 23 * H)
    stage.change(LATTE, **change)
    stage.turn_at(OPENS)
    stage.turn_at(OPENS + H)
    assert stage.deletes == 0
    (withdrawn,) = stage.told("release.withdrawn")
    assert "announced under another name" in withdrawn["text"]


def test_a_renamed_account_is_announced_anew_and_released_under_that(stage: Stage) -> None:
    stage.turn()
    stage.change(LATTE, handle="mocha")
    stage.turn_at(NOW + M)
    assert [one["handle"] for one in stage.told("release.announced")] == ["latte", "mocha"]
    (withdrawn,) = stage.told("release.withdrawn")
    assert "@latte" in withdrawn["text"]
    assert "@mocha" in withdrawn["text"]
    stage.turn_at(OPENS)
    assert stage.deletes == 0, "the new notice is not old enough"
    stage.turn_at(OPENS + M)
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize("handle", ["Latte", "ＬＡＴＴＥ", "latte\u200b"], ids=ascii)
def test_the_same_name_in_another_form_is_no_other_name(stage: Stage, handle: str) -> None:
    """People read the same; to announce it anew would cost a month for nothing."""
    stage.turn()
    stage.change(LATTE, handle=handle)
    stage.turn_at(OPENS)
    assert stage.told("release.withdrawn") == []
    assert stage.released == [LATTE.id]


def test_another_price_voids_nothing(stage: Stage) -> None:
    """It is told by itself (`price.changed`); the account is the one that people agreed to give back."""
    stage.turn()
    stage.change(LATTE, price_cents=9_900)
    stage.turn_at(OPENS)
    assert len(stage.told("price.changed")) == 1
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize(
    "change",
    [
        {"policies.standard.release.idle_after": "20d"},
        {"policies.standard.release.margin": "11m"},
        {"policies.standard.release.when": "always"},
        {"policies.standard.protect.handles": ["nobody"]},
        {"policies.standard.evidence_complete": True},
        {"projects.acme.policy": "other", "policies.other.release.when": "idle"},
    ],
    ids=lambda change: next(reversed(change)),
)
def test_a_changed_policy_voids_the_notice(stage: Stage, change: dict[str, Any]) -> None:
    stage.turn()
    stage.configure(change)
    stage.turn_at(OPENS)
    assert voids(stage) is Void.POLICY_CHANGED
    assert stage.deletes == 0
    assert [event["account"] for event in stage.told("release.withdrawn")] == [LATTE.id]


def test_a_notice_given_in_observe_mode_is_no_receipt_in_enforce(stage: Stage) -> None:
    stage.configure({"mode": "observe"})
    stage.turn()
    stage.configure({"mode": "enforce"})
    stage.turn_at(OPENS)
    assert stage.deletes == 0
    assert voids(stage) is Void.NOT_LIVE


def test_turns_in_the_other_mode_in_between_void_the_notice(stage: Stage) -> None:
    stage.turn()
    stage.configure({"mode": "observe"})
    stage.turn_at(NOW + 12 * H)
    stage.configure({"mode": "enforce"})
    stage.turn_at(OPENS)
    assert stage.deletes == 0
    assert voids(stage) is Void.INTERRUPTED


def test_doubt_alone_voids_nothing(stage: Stage) -> None:
    stage.turn()
    stage.fault(ServerError(path="scheduled-posts", times=4))
    stage.turn_at(NOW + 12 * H)
    stage.turn_at(OPENS)
    assert stage.released == [LATTE.id]
