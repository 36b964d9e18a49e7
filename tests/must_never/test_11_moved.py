"""Never forget use because an account is listed by another project, or its lease is said to begin anew."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.stage import (
    ACME,
    BETA,
    LATTE,
    LATTE_PERIOD,
    NOW,
    OPENS,
    D,
    H,
    M,
    Stage,
    account,
    in_memory,
    published,
)
from watcher.facts.activity import Seen, Use
from watcher.record.notices import Void
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.sandbox import Post, ServerError, World
from watcher.wiring.turn import Purpose

OURS = account("ours", renews_in=12 * D)
THEIRS = account("theirs", project=BETA, renews_in=12 * D)
CONFIGURATION = {
    "projects.beta.id": BETA,
    "projects.beta.enrolled": True,
    "brakes.max_share": 1.0,
    "brakes.max_project_share": 1.0,
    "brakes.max_idle_jump": 1.0,
    "policies.standard.evidence_complete": True,
}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`@latte` is leased in the one project, has no post yet, and is announced by both projects' rules."""
    posts = [published(OURS, D), published(THEIRS, D)]
    with in_memory(tmp_path, LATTE, OURS, THEIRS, posts=posts, configuration=CONFIGURATION) as stage:
        yield stage


def reason(stage: Stage) -> Reason:
    """Of a turn's decision, as the audit right after it shows it: that keeps every decision."""
    stage.turn()
    decisions = stage.turn(Purpose.AUDIT).decisions
    return next(one.reason for one in decisions if one.account.id == LATTE.id)


def queued() -> Post:
    return Post.queued(id="post_q", account=LATTE, at=OPENS + 3 * H)


def forget(stage: Stage, post: Post) -> None:
    """The source shows this post no more."""

    def without(world: World) -> World:
        posts = {id_: tuple(one for one in held if one != post) for id_, held in world.posts.items()}
        return replace(world, posts=posts)

    stage.sandbox.edit(without)


def moved(stage: Stage) -> None:
    stage.change(LATTE, project=BETA)


def test_an_account_that_moved_unused_is_released(stage: Stage) -> None:
    stage.turn()
    moved(stage)
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.released == [LATTE.id]


def test_a_queued_post_of_its_former_project_keeps_it(stage: Stage) -> None:
    """It was in use in one project ("has a queued post") and moved to another: released as unused."""
    stage.add(posts=[queued()])
    stage.turn()
    moved(stage)
    stage.watch_until(OPENS)
    assert reason(stage) is Reason.IN_USE
    assert stage.deletes == 0


def test_use_remembered_in_its_former_project_keeps_it(stage: Stage) -> None:
    """Its post was 2 days old, and known: the project that listed it next knew nothing of it."""
    post = published(LATTE, 2 * D)
    stage.add(posts=[post])
    stage.turn()
    moved(stage)
    forget(stage, post)
    stage.watch_until(OPENS)
    assert reason(stage) is Reason.IN_USE
    assert stage.deletes == 0


def test_a_former_project_that_does_not_answer_keeps_it(stage: Stage) -> None:
    stage.turn()
    moved(stage)
    stage.watch_until(OPENS)
    stage.fault(ServerError(path=f"{ACME}/scheduled-posts"))
    assert reason(stage) is Reason.ACTIVITY_UNKNOWN
    assert stage.deletes == 0


def test_a_silent_project_does_not_hide_that_the_former_one_does_not_answer(tmp_path: Path) -> None:
    """At term: nothing was ever posted where it is; the queue where it was could not be read: released."""
    at_term = {
        "policies.standard.release.when": "always",
        "policies.standard.evidence_complete": False,
        "policies.standard.release.notice": "0s",
    }
    with in_memory(tmp_path, LATTE, configuration=CONFIGURATION | at_term) as stage:
        stage.add(posts=[queued()])
        stage.watch_until(OPENS - M)
        moved(stage)
        stage.move_to(OPENS)
        stage.fault(ServerError(path=f"{ACME}/scheduled-posts"))
        assert reason(stage) is Reason.ACTIVITY_UNKNOWN
        assert stage.deletes == 0


def test_a_post_queued_in_the_former_project_after_the_plan_keeps_it(stage: Stage) -> None:
    stage.turn()
    moved(stage)
    stage.watch_until(OPENS)
    report = stage.turn(before_acting=lambda: stage.add(posts=[queued()]))
    assert [one.reason for one in report.attempts] == [Reason.IN_USE]
    assert stage.deletes == 0


@pytest.mark.parametrize("by", [-D, timedelta(milliseconds=500), 100 * D], ids=["older", "half", "newer"])
def test_a_changed_begin_of_its_lease_forgets_no_use_within_it(tmp_path: Path, by: timedelta) -> None:
    """Its lease was said to begin half a second later: use of 2 days ago was forgotten, and it released."""
    used = published(LATTE, 2 * D)
    posts = [used, published(OURS, D)]
    with in_memory(tmp_path, LATTE, OURS, posts=posts, configuration=CONFIGURATION) as stage:
        stage.turn()
        forget(stage, used)
        stage.change(LATTE, assigned_at=LATTE.assigned_at + by)
        stage.watch_until(OPENS)
        assert reason(stage) is Reason.IN_USE
        assert stage.deletes == 0


def test_a_lease_that_began_after_its_use_is_judged_by_itself(tmp_path: Path) -> None:
    used = published(LATTE, 20 * D)
    posts = [used, published(OURS, D)]
    with in_memory(tmp_path, LATTE, OURS, posts=posts, configuration=CONFIGURATION) as stage:
        stage.turn()
        stage.change(LATTE, assigned_at=NOW - 19 * D)
        stage.turn()
        known = stage.memory().known[LATTE.id]
        assert known.used is None


def test_a_notice_ends_with_the_lease_that_it_announced(tmp_path: Path) -> None:
    """The account was assigned anew at the same renewal: "new lease" was told, and it was released in
    the same turn under the receipt of the former lease.
    """
    configuration = CONFIGURATION | {"policies.standard.release.when": "always"}
    with in_memory(tmp_path, LATTE, OURS, configuration=configuration) as stage:
        stage.watch_until(OPENS)
        stage.change(LATTE, assigned_at=OPENS - H)
        stage.turn()
        assert stage.deletes == 0
        assert [one["text"] for one in stage.told("release.withdrawn")] == [
            "the announced release of @latte on tiktok is withdrawn: it was announced for another lease "
            "of this account; $150.00 is due in 6 h, Tue 19 May 18:00 UTC"
        ]
        assert stage.memory().notices[LATTE_PERIOD].voided is Void.NEW_LEASE


def test_a_notice_of_this_lease_counts_whatever_the_fraction_of_its_begin(tmp_path: Path) -> None:
    with in_memory(tmp_path, LATTE, OURS, posts=[published(OURS, D)], configuration=CONFIGURATION) as stage:
        stage.watch_until(OPENS)
        stage.change(LATTE, assigned_at=LATTE.assigned_at + timedelta(milliseconds=500))
        stage.turn()
        assert stage.released == [LATTE.id]


def test_an_approval_is_of_the_lease_that_it_was_given_for(tmp_path: Path) -> None:
    """What was allowed past the limits for one lease let the next one of the account go."""
    configuration = CONFIGURATION | {
        "policies.standard.release.when": "always",
        "policies.standard.release.notice": "0s",
        "brakes.max_releases": 0,
    }
    with in_memory(tmp_path, LATTE, OURS, configuration=configuration) as stage:
        stage.watch_until(OPENS)
        stage.say(OverrideKind.APPROVE, periods=(LATTE_PERIOD,), until=LATTE.next_renewal_at)
        stage.move_to(OPENS + H)
        stage.change(LATTE, assigned_at=OPENS + M)
        stage.turn()
        stage.move_to(OPENS + 2 * H)
        stage.turn()
        assert stage.deletes == 0
        stage.say(OverrideKind.APPROVE, periods=(LATTE_PERIOD,), until=LATTE.next_renewal_at)
        stage.turn()
        assert stage.released == [LATTE.id]


def test_a_former_project_that_is_no_more_keeps_nothing_that_moved(stage: Stage) -> None:
    """Its posts were asked for, answered 404 and were unknown: what had moved was kept for ever."""
    stage.turn()
    moved(stage)
    stage.change(OURS, project=BETA)
    stage.fault(ServerError(path=f"{ACME}/", status=404, code="NOT_FOUND"))
    stage.turn()
    stage.say(OverrideKind.ACCEPT_BASELINE)
    stage.watch_until(OPENS, every=12 * H)
    stage.turn()
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize("when", ["idle", "always"])
def test_what_came_from_a_project_that_nobody_reads_was_perhaps_used_until_it_came(
    tmp_path: Path, when: str
) -> None:
    """Used two days before, in a project of another shard, it was released: no post since it was leased."""
    far = replace(LATTE, project=BETA)
    configuration = {"policies.standard.evidence_complete": True, "policies.standard.release.when": when}
    posts = [published(OURS, D), published(far, 2 * D)]
    with in_memory(tmp_path, far, OURS, posts=posts, configuration=configuration) as stage:
        stage.turn()
        stage.move_to(NOW + H)
        stage.change(far, project=ACME)
        stage.watch_until(OPENS)
        assert reason(stage) is (Reason.IN_USE if when == "idle" else Reason.NOTICE_TOO_YOUNG)
        stage.turn_at(OPENS + 2 * H)
        assert stage.released == ([] if when == "idle" else [LATTE.id])


AWAY = account("mover", renews_in=60 * D)


@pytest.mark.parametrize(
    "begins", [ACME, BETA], ids=["listed here before", "in a project that was read before"]
)
def test_what_was_out_of_sight_for_days_was_perhaps_used_there(tmp_path: Path, begins: str) -> None:
    """Moved away and back, or from a project that was taken out of the configuration, it had been used there
    the day before; it was released, as its last post here was old.
    """
    one = replace(AWAY, project=begins)
    there = replace(AWAY, project=BETA)
    configuration = {"policies.standard.evidence_complete": True, "projects.beta.id": BETA}
    posts = [published(OURS, D), published(one, 30 * D)]
    with in_memory(tmp_path, one, OURS, posts=posts, configuration=configuration) as stage:
        stage.watch_until(NOW + 3 * D)
        for key in [key for key in stage.configuration if key.startswith("projects.beta")]:
            del stage.configuration[key]
        stage.change(one, project=BETA)
        stage.watch_until(NOW + 45 * D)
        used = replace(published(there, D), id="post_there", scheduled_for=NOW + 44 * D)
        stage.add(posts=[replace(used, published_at=NOW + 44 * D)])
        stage.change(one, project=ACME)
        stage.watch_until(NOW + 60 * D - H)
        stage.turn()
        assert AWAY.id not in stage.released
        assert stage.memory().known[AWAY.id].used == Seen(at=NOW + 45 * D, what=Use.FIRST_LISTED)


def test_what_came_from_elsewhere_and_renews_is_noted_as_paid(tmp_path: Path) -> None:
    """When it came was taken for use: its renewal was debited, and stood nowhere in the books."""
    configuration = {"policies.standard.evidence_complete": True}
    came = account("mover", renews_in=8 * D)
    with in_memory(tmp_path, OURS, posts=[published(OURS, D)], configuration=configuration) as stage:
        stage.watch_until(NOW + 2 * D)
        stage.add(came)
        stage.watch_until(NOW + 10 * D)
        stage.turn()
        assert stage.debited == [came.id]
        assert [one["account"] for one in stage.told("renewal.paid")] == [came.id]
