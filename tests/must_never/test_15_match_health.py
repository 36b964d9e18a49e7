"""Never release by a policy of which only a health says that it governs, where nobody knows that now."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.must_never.test_13_asked_releases import ask
from tests.must_never.test_14_health import FAULTS, asked, is_now, shown
from tests.stage import (
    BETA,
    CLOSES,
    DAILY,
    GRIND,
    KEY,
    LATTE,
    NOW,
    OPENS,
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
from watcher import sandbox
from watcher.decide.exits import exit_of
from watcher.facts.health import HEALTH_NOT_ASKED, HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.notices import Void
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.wiring.turn import Purpose

HEALTH = "/health$"
BANNED, WARM = "shadowbanned", "warm"

MATCHED: dict[str, Any] = {
    "projects.acme.policy": ["shadow", "standard"],
    "policies.shadow.match.health": [BANNED],
    "policies.shadow.release.when": "idle",
}
"""Both release what is idle, so whoever governs it lets `@latte` go."""
ONLY_BANNED = MATCHED | {"policies.standard.release.when": "never"}
ONLY_OTHERS = MATCHED | {"policies.shadow.release.when": "never"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with in_memory(tmp_path, configuration=MATCHED) as stage:
        yield stage


def governed(stage: Stage, one: sandbox.Account = LATTE) -> str | None:
    (found,) = (held for held in stage.turn(Purpose.AUDIT).decisions if held.account.id == one.id)
    judgement = found.judgement
    return judgement.policy.name if judgement.policy and judgement.is_governed else None


def rungs_told(stage: Stage) -> list[timedelta]:
    (told,) = stage.memory().told.values() if stage.memory().told else (frozenset(),)
    return sorted(told)


@pytest.mark.parametrize("tier", HealthTier)
def test_a_policy_governs_what_the_provider_says_is_so_now(tmp_path: Path, tier: HealthTier) -> None:
    for rules, released in ((ONLY_BANNED, tier == BANNED), (ONLY_OTHERS, tier != BANNED)):
        with in_memory(tmp_path, configuration=rules) as stage:
            is_now(stage, tier.value)
            stage.watch_until(OPENS)
            assert exit_of(stage.turn()) is Exit.DONE
            assert stage.released == ([LATTE.id] if released else [])
            assert stage.deletes == len(stage.released)


def test_a_hot_account_is_matched_and_not_kept_for_that(tmp_path: Path) -> None:
    """That is what naming health as evidence is for."""
    hot = {"policies.shadow.match.health": ["warm", "hot"], "policies.standard.release.when": "never"}
    with in_memory(tmp_path, configuration=MATCHED | hot) as stage:
        is_now(stage, "hot")
        stage.watch_until(OPENS)
        stage.turn()
        assert stage.released == [LATTE.id]
    with in_memory(
        tmp_path, configuration=MATCHED | hot | {"policies.shadow.evidence": ["posts", "health"]}
    ) as stage:
        is_now(stage, "hot")
        stage.watch_until(OPENS)
        stage.turn()
        assert (stage.deletes, shown(stage)[0]) == (0, Reason.PROTECTED_HEALTH)


@pytest.mark.parametrize("rules", [ONLY_BANNED, ONLY_OTHERS, MATCHED], ids=["banned", "others", "both"])
@pytest.mark.parametrize("how", FAULTS)
def test_of_what_nobody_knows_the_health_no_policy_lets_it_go(
    tmp_path: Path, how: str, rules: dict[str, Any]
) -> None:
    """Nor does a later one that would release it whatever its health."""
    fault, why = FAULTS[how]
    with in_memory(tmp_path, configuration=rules) as stage:
        is_now(stage, BANNED if rules is ONLY_BANNED else WARM)
        stage.watch_until(OPENS)
        stage.fault(fault)
        report = stage.turn()
        assert exit_of(report) is Exit.UNREADABLE
        assert shown(stage) == (Reason.HEALTH_UNKNOWN, HealthUnknown(why=why))
        stage.move_to(CLOSES - 15 * M)
        stage.turn()
        assert (stage.deletes, governed(stage)) == (0, None)


@pytest.mark.parametrize("tier", [BANNED, WARM])
@pytest.mark.parametrize("how", FAULTS)
def test_nor_where_that_is_so_right_before_the_delete(stage: Stage, how: str, tier: str) -> None:
    is_now(stage, tier)
    stage.watch_until(OPENS)
    report = stage.turn(before_acting=lambda: stage.fault(FAULTS[how][0]))
    assert [(one.ended, one.reason) for one in report.attempts] == [(Ending.CHANGED, Reason.HEALTH_UNKNOWN)]
    assert exit_of(report) is Exit.UNREADABLE
    assert (stage.deletes, stage.fleet().unresolved) == (0, ())


@pytest.mark.parametrize("tier", [BANNED, WARM])
def test_doubt_voids_no_notice_whichever_policy_gave_it(stage: Stage, tier: str) -> None:
    is_now(stage, tier)
    stage.watch_until(OPENS)
    stage.fault(sandbox.ServerError(path=HEALTH))
    stage.turn()
    assert stage.told("release.withdrawn") == []
    stage.sandbox.clear_faults()
    stage.turn_at(OPENS + 15 * M)
    assert stage.released == [LATTE.id]
    assert len(stage.told("release.announced")) == 1


@pytest.mark.parametrize(("before", "after"), [(WARM, BANNED), (BANNED, WARM)])
def test_a_notice_is_void_once_another_policy_governs(stage: Stage, before: str, after: str) -> None:
    """No receipt could come of age any more; nobody failed, so that is no miss."""
    is_now(stage, before)
    stage.watch_until(OPENS)
    is_now(stage, after)
    report = stage.turn()
    assert (stage.deletes, exit_of(report)) == (0, Exit.DONE)
    (withdrawn,) = stage.told("release.withdrawn")
    assert Void.POLICY_CHANGED.value in str(withdrawn)
    stage.turn_at(CLOSES + M)
    assert (stage.deletes, stage.told("release.missed")) == (0, [])


def test_it_is_announced_anew_by_the_other_policy_if_time_remains(tmp_path: Path) -> None:
    with in_memory(tmp_path, configuration=MATCHED | {"policies.shadow.release.notice": "2h"}) as stage:
        is_now(stage, WARM)
        stage.watch_until(OPENS)
        is_now(stage, BANNED)
        stage.turn()
        assert (stage.deletes, len(stage.told("release.announced"))) == (0, 2)
        stage.turn_at(OPENS + 2 * H - S)
        assert stage.deletes == 0
        stage.turn_at(OPENS + 2 * H)
        assert stage.released == [LATTE.id]


@pytest.mark.parametrize("notice", ["24h", "0s"])
@pytest.mark.parametrize(("before", "after"), [(WARM, BANNED), (BANNED, WARM)])
def test_what_another_policy_governs_at_the_last_look_is_not_released(
    tmp_path: Path, before: str, after: str, notice: str
) -> None:
    """Not even where that one asks for no notice: by it nothing was planned, and brakes judged nothing."""
    silent = {"policies.shadow.release.notice": notice, "policies.standard.release.notice": notice}
    with in_memory(tmp_path, configuration=MATCHED | silent) as stage:
        is_now(stage, before)
        stage.watch_until(OPENS)
        report = stage.turn(before_acting=lambda: is_now(stage, after))
        assert [(one.ended, one.reason) for one in report.attempts] == [
            (Ending.CHANGED, Reason.FACTS_CHANGED)
        ]
        assert stage.deletes == 0


def test_nor_what_no_policy_governs_then(tmp_path: Path) -> None:
    with in_memory(tmp_path, configuration=MATCHED | {"projects.acme.policy": ["shadow"]}) as stage:
        is_now(stage, BANNED)
        stage.watch_until(OPENS)
        report = stage.turn(before_acting=lambda: is_now(stage, WARM))
        assert [(one.ended, one.reason) for one in report.attempts] == [(Ending.CHANGED, Reason.NO_POLICY)]
        assert stage.deletes == 0


# Of whom it is asked


@pytest.mark.parametrize(("early", "times"), [(TICK, 0), (timedelta(), 1), (-TICK, 1)])
@pytest.mark.parametrize(
    ("rules", "reach"),
    [
        ({}, 7 * D),
        ({"policies.standard.warn": ["10d"]}, 10 * D),
        ({"policies.shadow.warn": ["12d"]}, 12 * D),
        ({"policies.shadow.warn": [], "policies.standard.warn": []}, 54 * H),
    ],
    ids=["the first warning", "of the later policy", "of the first", "the announcement"],
)
def test_asked_is_from_when_any_policy_that_may_govern_it_does_something(
    tmp_path: Path, early: timedelta, times: int, rules: dict[str, Any], reach: timedelta
) -> None:
    one = account("latte", renews_in=D + reach)
    with in_memory(tmp_path, one, configuration=MATCHED | rules) as stage:
        stage.move_to(NOW + D - early)
        stage.turn()
        assert asked(stage) == [one.id] * times
        # Nobody ever saw a post there: what is known then is which policy governs it.
        assert shown(stage, one)[0] is (Reason.ACTIVITY_UNKNOWN if times else Reason.NOT_DUE)


@pytest.mark.parametrize(
    "rules",
    [
        {"projects.acme.policy": ["standard", "shadow"]},
        {"projects.acme.policy": ["pinned", "shadow"], "policies.pinned.match.handles": ["latte"]},
        {"policies.shadow.match.platforms": ["instagram"]},
        {"policies.shadow.match.min_followers": 1_001},
    ],
    ids=["an earlier one", "an earlier one that fits", "another platform", "too few followers"],
)
def test_where_the_answer_can_change_nothing_nobody_asks(tmp_path: Path, rules: dict[str, Any]) -> None:
    with in_memory(tmp_path, configuration=MATCHED | rules) as stage:
        stage.turn()
        assert asked(stage) == []


def test_an_audit_asks_of_no_one_more_and_what_is_far_is_not_due(stage: Stage) -> None:
    stage.turn(Purpose.AUDIT)
    assert asked(stage) == [LATTE.id]
    assert shown(stage, GRIND) == (Reason.NOT_DUE, HEALTH_NOT_ASKED)
    assert shown(stage, DAILY) == (Reason.NOT_DUE, HEALTH_NOT_ASKED)


def test_a_process_asks_again_after_half_an_hour_and_always_right_before_a_delete(stage: Stage) -> None:
    is_now(stage, BANNED)
    with stage.opened() as turns:
        times = []
        for minutes in (0, 15, 30, 31, 45):
            stage.move_to(NOW + minutes * M)
            turns.run()
            times.append(len(asked(stage)))
        assert times == [1, 1, 1, 2, 2]
        stage.move_to(OPENS - M)
        turns.run()
        assert (len(asked(stage)), stage.deletes) == (3, 0)
        stage.move_to(OPENS)
        turns.run()
        assert (len(asked(stage)), stage.released) == (4, [LATTE.id])


def test_what_it_remembers_of_a_moment_ago_releases_nothing(stage: Stage) -> None:
    is_now(stage, BANNED)
    with stage.opened() as turns:
        turns.run()
        stage.move_to(OPENS - M)
        turns.run()
        is_now(stage, WARM)
        stage.move_to(OPENS)
        turns.run()
        assert stage.deletes == 0


def test_doubt_is_not_remembered(stage: Stage) -> None:
    stage.fault(sandbox.ServerError(path=HEALTH))
    with stage.opened() as turns:
        turns.run()
        before = len(asked(stage))
        turns.run()
        assert len(asked(stage)) == 2 * before


# Warnings


def test_a_flicker_loses_no_warning_and_repeats_none(stage: Stage) -> None:
    for at, lost in ((NOW, True), (NOW + 15 * M, False), (NOW + 30 * M, True), (NOW + 7 * H, False)):
        stage.move_to(at)
        stage.sandbox.clear_faults()
        if lost:
            stage.fault(sandbox.ServerError(path=HEALTH))
        stage.turn()
    assert rungs_told(stage) == [1 * D, 3 * D]
    assert len(stage.told("renewal.warning")) == 2


def test_while_nobody_knows_it_is_warned_of_by_each_policy_that_may_govern_it(tmp_path: Path) -> None:
    """A policy without warnings comes first: what only the later one tells is told."""
    ladders = {"policies.shadow.warn": [], "policies.standard.warn": ["2d", "1d"]}
    with in_memory(tmp_path, configuration=MATCHED | ladders) as stage:
        stage.fault(sandbox.ServerError(path=HEALTH))
        stage.turn()
        stage.turn_at(NOW + 7 * H)
        assert rungs_told(stage) == [1 * D, 2 * D]
        (first, _) = stage.told("renewal.warning")
        assert "its health is unknown (it could not be read)" in first["text"]
        assert "which policy governs it cannot be told" in first["text"]


def test_what_changes_its_policy_is_told_no_rung_twice(stage: Stage) -> None:
    for minutes, tier in ((0, WARM), (15, BANNED), (30, WARM), (45, BANNED)):
        is_now(stage, tier)
        stage.turn_at(NOW + minutes * M)
    assert rungs_told(stage) == [3 * D]
    assert len(stage.told("renewal.warning")) <= 1


# What people are told, and ask for


def test_a_key_without_the_scope_is_one_problem_and_keeps_only_whom_it_may_concern(tmp_path: Path) -> None:
    key = replace(KEY, scopes=("leased:write", "projects:read", "publish:read"))
    pinned = account("pinned")
    rules = {
        "projects.acme.policy": ["pinned", "shadow", "standard"],
        "policies.pinned.match.handles": ["pinned"],
        "policies.pinned.release.when": "idle",
        "brakes.max_unknown_share": 1.0,
    }
    with in_memory(
        tmp_path,
        LATTE,
        pinned,
        posts=(published(LATTE, 40 * D), published(pinned, 40 * D)),
        keys=[key],
        configuration=MATCHED | rules,
    ) as stage:
        assert exit_of(stage.turn()) is Exit.UNREADABLE
        (told,) = stage.told("activity.unknown")
        assert (
            "the health of 1 account in project acme is unknown (the key lacks social:read)" in told["text"]
        )
        assert "or take health out of the match of policies" in told["text"]
        assert shown(stage) == (
            Reason.HEALTH_UNKNOWN,
            HealthUnknown(why=WhyHealthUnknown.MISSING_SCOPE),
        )
        stage.turn_at(OPENS)
        assert stage.released == [pinned.id]


def test_the_brake_on_unknowns_counts_it(tmp_path: Path) -> None:
    pinned = account("pinned")
    rules = {
        "projects.acme.policy": ["pinned", "shadow", "standard"],
        "policies.pinned.match.handles": ["pinned"],
        "policies.pinned.release.when": "idle",
    }
    posts = (published(LATTE, 40 * D), published(pinned, 40 * D))
    with in_memory(tmp_path, LATTE, pinned, posts=posts, configuration=MATCHED | rules) as stage:
        stage.watch_until(OPENS)
        stage.fault(sandbox.ServerError(path=HEALTH))
        assert exit_of(stage.turn()) is Exit.BRAKED
        assert stage.deletes == 0


@pytest.mark.parametrize(("tier", "released"), [(BANNED, True), (WARM, True), ("scorching", False)])
def test_a_word_for_a_release_asks_at_once_and_passes_no_doubt(
    tmp_path: Path, tier: str, released: bool
) -> None:
    with in_memory(tmp_path, configuration=MATCHED | {"brakes.min_history": "0s"}) as stage:
        is_now(stage, tier, GRIND)
        stage.turn()
        stage.move_to(NOW + M)
        ask(stage)
        stage.turn()
        assert stage.released == ([GRIND.id] if released else [])
        assert GRIND.id in asked(stage)


def test_a_hold_counts_whichever_policy_governs_it(stage: Stage) -> None:
    stage.say(OverrideKind.HOLD, account=LATTE.id)
    stage.watch_until(OPENS)
    stage.turn()
    assert (stage.deletes, shown(stage)[0]) == (0, Reason.HELD)


def test_of_what_another_project_listed_before_it_is_asked_once(tmp_path: Path) -> None:
    """An account has one health, whichever project shows its posts."""
    both = {
        "projects.beta.id": BETA,
        "projects.beta.enrolled": True,
        "projects.beta.policy": ["shadow", "standard"],
        "policies.standard.evidence_complete": True,
        "policies.shadow.evidence_complete": True,
        "brakes.max_fleet_drop": 1.0,
    }
    with in_memory(tmp_path, LATTE, DAILY, configuration=MATCHED | both) as stage:
        stage.turn()
        stage.change(LATTE, project=BETA)
        stage.fault(sandbox.ServerError(path=HEALTH, status=404, code="NOT_FOUND"))
        before = len(asked(stage))
        stage.turn()
        assert len(asked(stage)) == before + 1, "nor where the answer was none"


def test_a_health_that_comes_and_goes_is_announced_each_time_and_released_by_the_last(tmp_path: Path) -> None:
    """It renews in two days and more, so each time there is time for it."""
    one = account("latte", renews_in=2 * D + 6 * H)
    with in_memory(tmp_path, one, posts=(published(one, 40 * D),), configuration=MATCHED) as stage:
        for minutes, tier in ((0, WARM), (15, BANNED), (30, WARM)):
            is_now(stage, tier, one)
            stage.turn_at(NOW + minutes * M)
        told = [event["kind"] for event in stage.told() if event["kind"].startswith("release.")]
        assert told == ["release.announced", *["release.withdrawn", "release.announced"] * 2]
        stage.move_to(NOW + 23 * H)
        stage.watch_until(NOW + 2 * D)
        stage.turn()
        assert stage.released == [one.id]
