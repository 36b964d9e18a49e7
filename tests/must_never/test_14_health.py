"""Never release what is hot, or may be, where a policy names health as evidence."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.must_never.test_13_asked_releases import ask
from tests.stage import (
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
    in_memory,
)
from watcher import sandbox
from watcher.decide.exits import exit_of
from watcher.facts.health import Health, HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.notices import Void
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.wiring.turn import Purpose

HEALTH = "/health$"
NAMED = {"policies.standard.evidence": ["posts", "health"]}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`@latte` is unused, and warm."""
    with in_memory(tmp_path, configuration=NAMED) as stage:
        yield stage


def is_now(stage: Stage, tier: str, one: sandbox.Account = LATTE) -> None:
    stage.change(one, health=sandbox.Health(score=50, tier=tier))


def asked(stage: Stage) -> list[str]:
    """Of whom the API was asked how healthy they are."""
    paths = (entry.path.split("/") for entry in stage.sandbox.log.entries)
    return [parts[-2] for parts in paths if parts[-1] == "health"]


def shown(stage: Stage, one: sandbox.Account = LATTE) -> tuple[Reason, Health]:
    """As an audit shows it: that keeps every decision."""
    decisions = stage.turn(Purpose.AUDIT).decisions
    (found,) = (held for held in decisions if held.account.id == one.id)
    return found.reason, found.judgement.subject.health


def unknown(why: WhyHealthUnknown) -> tuple[Reason, Health]:
    return Reason.HEALTH_UNKNOWN, HealthUnknown(why=why)


@pytest.mark.parametrize("tier", HealthTier)
def test_of_unused_accounts_only_a_hot_one_is_kept(stage: Stage, tier: HealthTier) -> None:
    is_now(stage, tier.value)
    stage.watch_until(OPENS)
    report = stage.turn()
    assert exit_of(report) is Exit.DONE
    assert stage.released == ([] if tier is HealthTier.HOT else [LATTE.id])
    assert stage.deletes == len(stage.released)
    if tier is HealthTier.HOT:
        assert shown(stage) == (Reason.PROTECTED_HEALTH, HealthTier.HOT)
        assert stage.told("release.announced") == []


def test_by_default_nobody_asks_and_a_hot_account_that_is_unused_goes(tmp_path: Path) -> None:
    with in_memory(tmp_path) as stage:
        is_now(stage, "hot")
        stage.watch_until(OPENS)
        stage.turn()
        assert (stage.released, asked(stage)) == ([LATTE.id], [])


def test_asked_is_when_it_is_to_be_announced_at_the_opening_and_right_before_the_delete(stage: Stage) -> None:
    """Nobody else's: `@daily` is in use, `@grind` far from its renewal. An audit asks no one more."""
    stage.turn()
    assert asked(stage) == [LATTE.id]
    stage.turn(Purpose.AUDIT)
    assert asked(stage) == [LATTE.id] * 2
    stage.turn_at(OPENS)
    assert asked(stage) == [LATTE.id] * 4
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize(("early", "times"), [(TICK, 0), (timedelta(), 1), (-TICK, 1)])
def test_asked_is_from_the_announcement_on(stage: Stage, early: timedelta, times: int) -> None:
    """54 h before its renewal: the lead, and twice the notice."""
    stage.change(LATTE, next_renewal_at=NOW + D + 54 * H)
    stage.move_to(NOW + D - early)
    stage.turn()
    assert asked(stage) == [LATTE.id] * times


@pytest.mark.parametrize(
    "kept",
    [
        {"projects.acme.enrolled": False},
        {"policies.standard.protect": {"handles": ["latte"]}},
        {"policies.standard.release.when": "never"},
    ],
    ids=["not enrolled", "protected", "never"],
)
def test_whom_all_else_keeps_nobody_asks_about(tmp_path: Path, kept: dict[str, Any]) -> None:
    with in_memory(tmp_path, configuration=NAMED | kept) as stage:
        stage.turn_at(OPENS)
        assert asked(stage) == []


def of(mutate: Callable[[dict[str, Any]], dict[str, Any]]) -> sandbox.Corrupt:
    return sandbox.Corrupt(path=HEALTH, mutate=mutate)


FAULTS: dict[str, tuple[sandbox.Fault, WhyHealthUnknown]] = {
    "500": (sandbox.ServerError(path=HEALTH), WhyHealthUnknown.UNREADABLE),
    "404": (sandbox.ServerError(path=HEALTH, status=404, code="NOT_FOUND"), WhyHealthUnknown.UNREADABLE),
    "403": (
        sandbox.ServerError(path=HEALTH, status=403, code="FORBIDDEN_SCOPE"),
        WhyHealthUnknown.MISSING_SCOPE,
    ),
    "403 of another code": (
        sandbox.ServerError(path=HEALTH, status=403, code="FORBIDDEN"),
        WhyHealthUnknown.UNREADABLE,
    ),
    "a page": (sandbox.Html(path=HEALTH, status=200), WhyHealthUnknown.UNREADABLE),
    "nothing": (sandbox.EmptyBody(path=HEALTH, status=200), WhyHealthUnknown.UNREADABLE),
    "half an answer": (sandbox.Truncated(path=HEALTH), WhyHealthUnknown.UNREADABLE),
    "a lost answer": (sandbox.LostAnswer(path=HEALTH), WhyHealthUnknown.UNREADABLE),
    "no connection": (sandbox.DropBefore(path=HEALTH), WhyHealthUnknown.UNREADABLE),
    "a word that nobody knows": (
        of(lambda body: body | {"tier": "scorching"}),
        WhyHealthUnknown.UNKNOWN_TIER,
    ),
    "no word": (of(lambda body: body | {"tier": None}), WhyHealthUnknown.UNREADABLE),
    "no score": (of(lambda body: body | {"score": None}), WhyHealthUnknown.UNREADABLE),
    "a score that cannot be": (of(lambda body: body | {"score": 100.5}), WhyHealthUnknown.UNREADABLE),
    "another account": (
        of(lambda body: body | {"socialAccountId": GRIND.id}),
        WhyHealthUnknown.UNREADABLE,
    ),
    "an error beside it": (
        of(lambda body: body | {"error": {"code": "INTERNAL"}}),
        WhyHealthUnknown.UNREADABLE,
    ),
    "stale by its own word": (
        sandbox.WithHeader(path=HEALTH, name="Warning", value='110 - "Response is stale"'),
        WhyHealthUnknown.UNREADABLE,
    ),
    "a day old": (sandbox.WithAge(path=HEALTH, seconds=86_400), WhyHealthUnknown.TOO_OLD),
}


@pytest.mark.parametrize("how", FAULTS)
def test_an_error_is_no_cold_account(stage: Stage, how: str) -> None:
    fault, why = FAULTS[how]
    stage.watch_until(OPENS)
    stage.fault(fault)
    report = stage.turn()
    assert shown(stage) == unknown(why)
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.deletes == 0


@pytest.mark.parametrize("how", FAULTS)
def test_an_error_right_before_the_delete_keeps_it_too(stage: Stage, how: str) -> None:
    stage.watch_until(OPENS)
    report = stage.turn(before_acting=lambda: stage.fault(FAULTS[how][0]))
    assert [one.ended for one in report.attempts] == [Ending.CHANGED]
    assert [one.reason for one in report.attempts] == [Reason.HEALTH_UNKNOWN]
    assert exit_of(report) is Exit.UNREADABLE
    assert (stage.deletes, stage.fleet().unresolved) == (0, ())


def test_doubt_voids_no_notice_so_that_it_goes_once_it_is_known(stage: Stage) -> None:
    stage.watch_until(OPENS)
    stage.fault(sandbox.ServerError(path=HEALTH))
    stage.turn()
    stage.sandbox.clear_faults()
    stage.turn_at(OPENS + 15 * M)
    assert stage.released == [LATTE.id]


def test_what_turned_hot_after_its_announcement_keeps_its_lease(stage: Stage) -> None:
    stage.turn()
    assert len(stage.told("release.announced")) == 1
    is_now(stage, "hot")
    stage.turn_at(OPENS)
    assert stage.deletes == 0
    (withdrawn,) = stage.told("release.withdrawn")
    assert Void.NO_LONGER_DUE.value in str(withdrawn)


def test_what_turned_hot_between_plan_and_delete_keeps_its_lease(stage: Stage) -> None:
    stage.watch_until(OPENS)
    report = stage.turn(before_acting=lambda: is_now(stage, "hot"))
    assert [(one.ended, one.reason) for one in report.attempts] == [(Ending.CHANGED, Reason.PROTECTED_HEALTH)]
    assert stage.deletes == 0


@pytest.mark.parametrize(("age", "released"), [(30 * M - S, True), (30 * M, True), (30 * M + S, False)])
def test_an_answer_older_than_the_provider_keeps_one_is_unknown(
    stage: Stage, age: timedelta, released: bool
) -> None:
    stage.watch_until(OPENS)
    stage.fault(sandbox.WithAge(path=HEALTH, times=1, seconds=age // S))
    stage.turn()
    assert stage.released == ([LATTE.id] if released else [])


@pytest.mark.parametrize(("seconds", "released"), [(4, True), (5, True), (6, False)])
def test_right_before_a_delete_it_is_a_few_seconds_old_at_most(
    stage: Stage, seconds: int, released: bool
) -> None:
    stage.watch_until(OPENS)
    stage.turn(before_acting=lambda: stage.fault(sandbox.WithAge(path=HEALTH, seconds=seconds)))
    assert stage.released == ([LATTE.id] if released else [])


@pytest.mark.parametrize("tier", ["hot", "scorching", "warm"])
def test_at_term_whatever_is_queued_a_hot_account_is_kept_as_well(tmp_path: Path, tier: str) -> None:
    at_term = {"policies.standard.release.when": "always", "policies.standard.release.cancel_queued": True}
    with in_memory(tmp_path, configuration=NAMED | at_term) as stage:
        is_now(stage, tier)
        stage.watch_until(OPENS)
        stage.turn()
        assert stage.released == ([LATTE.id] if tier == "warm" else [])


@pytest.mark.parametrize(("tier", "released"), [("hot", False), ("scorching", False), ("warm", True)])
def test_no_word_of_a_person_releases_what_is_hot_or_may_be(
    tmp_path: Path, tier: str, released: bool
) -> None:
    """It renews in 20 days: nobody would have asked how healthy it is."""
    with in_memory(tmp_path, configuration=NAMED | {"brakes.min_history": "0s"}) as stage:
        is_now(stage, tier, GRIND)
        stage.turn()
        stage.move_to(NOW + M)
        ask(stage)
        stage.turn()
        assert stage.released == ([GRIND.id] if released else [])
        assert set(asked(stage)) == {LATTE.id, GRIND.id}


def test_a_hold_that_ends_in_its_window_is_followed_by_the_question(stage: Stage) -> None:
    stage.say(OverrideKind.HOLD, account=LATTE.id, until=OPENS)
    is_now(stage, "hot")
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.deletes == 0
    assert shown(stage)[0] is Reason.PROTECTED_HEALTH


def test_a_key_without_the_scope_is_one_problem_that_says_what_to_do(tmp_path: Path) -> None:
    key = replace(KEY, scopes=("leased:write", "projects:read", "publish:read"))
    second = replace(LATTE, id="sa_mocha", handle="mocha")
    with in_memory(
        tmp_path, LATTE, second, DAILY, GRIND, keys=[key], configuration=NAMED | COMPLETE
    ) as stage:
        assert exit_of(stage.turn()) is Exit.UNREADABLE
        assert asked(stage) == [LATTE.id], "every other answer would be the same"
        (told,) = stage.told("activity.unknown")
        assert (
            "the health of 2 accounts in project acme is unknown (the key lacks social:read)" in told["text"]
        )
        assert "give the key the scope social:read, or take health out of the evidence" in told["text"]
        assert shown(stage, second) == unknown(WhyHealthUnknown.MISSING_SCOPE)
        stage.turn_at(OPENS)
        assert stage.deletes == 0


COMPLETE = {"policies.standard.evidence_complete": True}
