"""Never release by `idle` without evidence. Error is not emptiness."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.stage import (
    ACME,
    BETA,
    DAILY,
    GRIND,
    KEY,
    LATTE,
    NOW,
    OPENS,
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
from watcher.brakes import kinds
from watcher.decide.exits import exit_of
from watcher.facts.activity import Activity, Seen, Unknown, Use, WhyUnknown
from watcher.record.exit_codes import Exit
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.sandbox import Post, corruptions
from watcher.wiring.turn import Purpose

POSTS = "scheduled-posts"


def activity_of(stage: Stage, one: sandbox.Account = LATTE) -> Activity:
    """As an audit shows it: that keeps every decision."""
    decisions = stage.turn(Purpose.AUDIT).decisions
    return next(held.judgement.subject.activity for held in decisions if held.account.id == one.id)


def post(one: sandbox.Account = LATTE, **facts: Any) -> Post:
    """A post of the account that was to go out 40 days ago, whatever became of it."""
    defaults: dict[str, Any] = {"id": "post_odd", "status": "published", "scheduled_for": NOW - 40 * D}
    return Post(project=one.project, account=one.id, **(defaults | facts))


def test_with_evidence_of_idleness_and_everything_else_in_order_it_is_released(stage: Stage) -> None:
    stage.watch_until(OPENS, every=24 * H)
    assert exit_of(stage.turn()) is Exit.DONE
    assert stage.released == [LATTE.id]
    assert stage.deletes == 1


def test_a_key_without_the_scope_for_posts_releases_nothing(tmp_path: Path) -> None:
    key = replace(KEY, scopes=("leased:write", "projects:read"))
    with in_memory(tmp_path, keys=[key]) as stage:
        stage.watch_until(OPENS)
        report = stage.turn()
        assert activity_of(stage) == Unknown(why=WhyUnknown.MISSING_SCOPE)
        assert exit_of(report) is Exit.UNREADABLE
        assert stage.deletes == 0


@pytest.mark.parametrize(
    "fault",
    [
        sandbox.ServerError(path=POSTS),
        sandbox.Html(path=POSTS),
        sandbox.Html(path=POSTS, status=200),
        sandbox.EmptyBody(path=POSTS, status=200),
        sandbox.Truncated(path=POSTS),
        sandbox.PageLoop(path=POSTS),
        sandbox.DropBefore(path=POSTS),
        sandbox.ServerError(path=POSTS, status=404, code="NOT_FOUND"),
        sandbox.Corrupt(path=POSTS, mutate=lambda body: {"posts": body["items"]}),
    ],
    ids=lambda fault: f"{type(fault).__name__}-{getattr(fault, 'status', '')}",
)
def test_an_error_is_not_emptiness(stage: Stage, fault: sandbox.Fault) -> None:
    stage.watch_until(OPENS)
    stage.fault(fault)
    report = stage.turn()
    assert activity_of(stage) == Unknown(why=WhyUnknown.UNREADABLE)
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.deletes == 0


def test_an_error_between_plan_and_act_is_not_emptiness_either(stage: Stage) -> None:
    """Nothing was released, and the turn that did not release what was due exited 0."""
    stage.watch_until(OPENS)
    report = stage.turn(before_acting=lambda: stage.fault(sandbox.ServerError(path=POSTS)))
    assert [one.ended.value for one in report.attempts] == ["changed"]
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.deletes == 0


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (post(status="boosted"), WhyUnknown.UNKNOWN_STATUS),
        (post(status="published", published_at=None), WhyUnknown.MISSING_TIME),
        (post(status="published", published_at=OPENS + D), WhyUnknown.FUTURE_TIME),
        (post(status="published", published_at=OPENS + S), WhyUnknown.FUTURE_TIME),
        (post(status="failed", attempted_at=OPENS + D), WhyUnknown.FUTURE_TIME),
    ],
    ids=lambda value: value.value if isinstance(value, WhyUnknown) else "",
)
def test_a_post_that_is_not_understood_makes_the_activity_unknown(
    stage: Stage, odd: Post, why: WhyUnknown
) -> None:
    stage.add(posts=[odd])
    stage.watch_until(OPENS)
    report = stage.turn()
    assert activity_of(stage) == Unknown(why=why)
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.deletes == 0


YEAR_1, EPOCH = datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("at", [YEAR_1, EPOCH], ids=["year 1", "1970"])
def test_a_publication_of_a_time_that_cannot_be_is_unknown(stage: Stage, at: datetime) -> None:
    """The account was posted on two days ago; the post said it was published in the year 1: released."""
    stage.add(posts=[post(published_at=at, attempted_at=OPENS - 2 * D, scheduled_for=OPENS - 2 * D)])
    stage.watch_until(OPENS)
    report = stage.turn()
    assert activity_of(stage) == Unknown(why=WhyUnknown.MISSING_TIME)
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.deletes == 0


@pytest.mark.parametrize("at", [YEAR_1, EPOCH], ids=["year 1", "1970"])
@pytest.mark.parametrize("timezone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_a_lease_that_began_when_it_cannot_have_is_unknown(
    tmp_path: Path, at: datetime, timezone: str
) -> None:
    """A lease of two days without a post said it began in 1970: unused for 56 years, and released."""
    legacy = account("legacy", assigned_at=at)
    configuration = {
        "policies.standard.evidence_complete": True,
        "policies.standard.match": {"min_age": "30d"},
        "timezone": timezone,
    }
    with in_memory(
        tmp_path, legacy, DAILY, posts=[published(DAILY, D)], configuration=configuration
    ) as stage:
        stage.watch_until(OPENS)
        matched = stage.turn()
        assert [one.reason for one in matched.decisions if one.account.id == legacy.id] == [
            Reason.CANNOT_MATCH
        ]
        stage.configure({"policies.standard.match": {}})
        report = stage.turn()
        assert activity_of(stage, legacy) == Unknown(why=WhyUnknown.LEASE_UNDATED)
        assert exit_of(report) is Exit.UNREADABLE
        assert stage.deletes == 0


def test_a_lease_that_says_for_a_while_that_it_began_in_1970_forgets_no_use(tmp_path: Path) -> None:
    """It was another lease for two turns: the use of yesterday, of which the post was shown no more, was
    forgotten with the first one.
    """
    configuration = {"policies.standard.evidence_complete": True}
    yesterday = published(LATTE, D)
    assert yesterday.published_at is not None
    with in_memory(tmp_path, LATTE, posts=[yesterday], configuration=configuration) as stage:
        stage.turn()
        gone = sandbox.Corrupt(path=POSTS, mutate=corruptions.without_item())
        stage.fault(gone)
        stage.change(LATTE, assigned_at=EPOCH)
        stage.turn_at(NOW + H)
        stage.change(LATTE, assigned_at=LATTE.assigned_at)
        stage.watch_until(OPENS)
        stage.turn()
        assert stage.deletes == 0
        assert activity_of(stage) == Seen(at=yesterday.published_at, what=Use.REMEMBERED)


def test_a_status_the_api_invents_is_seen_although_nobody_could_ask_for_it(stage: Stage) -> None:
    stage.watch_until(OPENS)
    mutate = corruptions.changed("status", "boosted", account=LATTE.id)
    stage.fault(sandbox.Corrupt(path=POSTS, mutate=mutate))
    stage.turn()
    assert activity_of(stage) == Unknown(why=WhyUnknown.UNKNOWN_STATUS)
    assert stage.deletes == 0


def test_use_once_seen_is_not_forgotten_when_the_source_forgets_it(stage: Stage) -> None:
    """Stale data: a list as of before the post must not make the account idle again."""
    stage.add(posts=[replace(published(LATTE, 2 * D), id="post_fresh")])
    stage.turn()
    stage.sandbox.edit(lambda world: replace(world, posts={ACME: (published(LATTE, 40 * D),)}))
    stage.watch_until(OPENS)
    stage.turn()
    assert activity_of(stage) == Seen(at=NOW - 2 * D + 4 * S, what=Use.REMEMBERED)
    assert stage.deletes == 0


@pytest.mark.parametrize("status", ["queued", "publishing", "draft", "draft_in_inbox"])
@pytest.mark.parametrize("due", [NOW - 300 * D, NOW + 700 * D], ids=["long ago", "far ahead"])
def test_an_unfinished_post_is_use_whenever_it_is_to_go_out(stage: Stage, status: str, due: Any) -> None:
    stage.add(posts=[post(id="post_unfinished", status=status, scheduled_for=due)])
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.deletes == 0
    assert stage.told("release.announced") == []


def test_an_unfinished_post_is_found_behind_pages_of_finished_ones(stage: Stage) -> None:
    old = [
        Post.published(id=f"post_{number:03}", account=LATTE, at=NOW - 30 * D - number * H)
        for number in range(250)
    ]
    stage.add(posts=[*old, post(id="post_draft", status="draft", scheduled_for=NOW - 160 * D)])
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.deletes == 0


def test_a_recent_failed_attempt_is_use(stage: Stage) -> None:
    stage.add(posts=[Post.failed(id="post_failed", account=LATTE, at=NOW - 3 * D)])
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.deletes == 0


def test_an_old_failed_attempt_is_not(stage: Stage) -> None:
    stage.add(posts=[Post.failed(id="post_failed", account=LATTE, at=NOW - 30 * D)])
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.released == [LATTE.id]


def test_a_recent_cancelled_post_is_no_use(stage: Stage) -> None:
    stage.add(posts=[post(id="post_canceled", status="canceled", scheduled_for=NOW - 1 * D)])
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.released == [LATTE.id]


PLANNED = NOW + 2 * D


@pytest.mark.parametrize(
    ("becomes", "released"),
    [
        ({"status": "canceled"}, True),
        ({"status": "canceled", "scheduled_for": PLANNED + S}, False),
        ({"status": "canceled", "account": DAILY.id}, False),
        ({"status": "failed", "scheduled_for": NOW - 40 * D}, False),
    ],
    ids=["cancelled", "another one was", "of another account", "it merely disappeared"],
)
def test_a_queued_post_that_was_cancelled_is_no_use(
    stage: Stage, becomes: dict[str, Any], released: bool
) -> None:
    """Seen once, it counted until `idle_after`, whatever became of it, and a month was paid."""
    queued = post(id="post_queued", status="queued", scheduled_for=PLANNED)
    stage.add(posts=[queued])
    stage.turn()
    stage.add(posts=[replace(queued, **becomes)])
    stage.turn_at(NOW + H)
    stage.watch_until(OPENS + 2 * H, every=12 * H)
    stage.turn()
    assert stage.released == [LATTE.id] * released


@pytest.mark.parametrize(("idle_for", "released"), [(21 * D - S, False), (21 * D, True), (21 * D + S, True)])
def test_idle_is_at_least_idle_after_at_the_opening(tmp_path: Path, idle_for: Any, released: bool) -> None:
    last = Post.published(id="post_last", account=LATTE, at=OPENS - idle_for - 4 * S)
    with in_memory(tmp_path, LATTE, DAILY, posts=[last]) as stage:
        stage.watch_until(OPENS)
        stage.turn()
        assert stage.deletes == released


# Absence of posts

NEVER_USED = account("silent", assigned_at=NOW - 70 * D)
BUSY = account("busy", renews_in=5 * D)
"""Near enough to its renewal to be asked about."""


def test_absence_counts_where_the_source_has_shown_a_post_in_that_project(tmp_path: Path) -> None:
    with in_memory(tmp_path, NEVER_USED, BUSY, posts=[published(BUSY, 1 * D)]) as stage:
        stage.watch_until(OPENS)
        stage.turn()
        assert stage.released == [NEVER_USED.id]


def test_absence_does_not_count_where_the_source_never_showed_a_post(tmp_path: Path) -> None:
    with in_memory(tmp_path, NEVER_USED, GRIND) as stage:
        stage.watch_until(OPENS)
        stage.turn()
        assert activity_of(stage, NEVER_USED) == Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)
        assert stage.deletes == 0


def test_a_post_of_another_project_proves_nothing_about_this_one(tmp_path: Path) -> None:
    elsewhere = account("elsewhere", project=BETA, renews_in=5 * D)
    with in_memory(tmp_path, NEVER_USED, elsewhere, posts=[published(elsewhere, 1 * D)]) as stage:
        stage.configure({"projects.beta.id": BETA, "projects.beta.enrolled": True})
        stage.watch_until(OPENS)
        stage.turn()
        assert stage.deletes == 0


def test_a_post_shown_in_an_earlier_turn_is_enough_once_a_person_says_that_the_source_is_not_blind(
    tmp_path: Path,
) -> None:
    with in_memory(tmp_path, NEVER_USED, BUSY, posts=[published(BUSY, 1 * D)]) as stage:
        stage.turn()
        stage.sandbox.edit(lambda world: replace(world, posts={}))
        halted = stage.turn_at(OPENS)
        assert [halt.brake for halt in halted.halts.halts] == [kinds.IDLE_JUMP]
        assert stage.released == []
        stage.say(OverrideKind.ACCEPT_BASELINE)
        stage.turn_at(OPENS + 15 * M)
        assert stage.released == [NEVER_USED.id]


def test_the_policy_may_say_that_the_evidence_is_complete(tmp_path: Path) -> None:
    with in_memory(tmp_path, NEVER_USED, GRIND) as stage:
        stage.configure({"policies.standard.evidence_complete": True})
        stage.watch_until(OPENS)
        stage.turn()
        assert stage.released == [NEVER_USED.id]


def test_absence_counts_from_the_assignment_on(tmp_path: Path) -> None:
    fresh = account("fresh", assigned_at=OPENS - 21 * D + M)
    with in_memory(tmp_path, fresh, BUSY, posts=[published(BUSY, 1 * D)]) as stage:
        stage.watch_until(OPENS)
        stage.turn()
        assert stage.deletes == 0
