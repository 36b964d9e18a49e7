"""A voided notice is not the end: the account is announced anew, and released once that notice is of age."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.stage import NOW, D, H, M, Stage, account, in_memory, published
from watcher.record.overrides import OverrideKind

ONE = account("one", renews_in=90 * H)
OPENS = NOW + 84 * H
FIRST = OPENS - 48 * H
"""When it is announced: twice the notice before its window opens."""
DOWN = "http://127.0.0.1:9/nobody-listens"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Announced at `FIRST`, with a window from `OPENS` on."""
    with in_memory(tmp_path, ONE, account("far", renews_in=25 * D), posts=[published(ONE, 40 * D)]) as stage:
        stage.watch_until(FIRST)
        stage.turn()
        yield stage


def not_before(stage: Stage) -> list[str]:
    return [event["facts"]["not_before"] for event in stage.told("release.announced")]


def released_at(stage: Stage) -> datetime | None:
    return next((one.at for one in stage.sandbox.world.releases), None)


def held_for_an_hour(stage: Stage) -> None:
    stage.say(OverrideKind.HOLD, account=ONE.id)
    stage.turn_at(stage.clock.now() + H - M)
    stage.say(OverrideKind.UNHOLD, account=ONE.id)


def used_once(stage: Stage) -> None:
    """Long enough ago to be idle again when the window opens."""
    stage.configure({"policies.standard.release.idle_after": "1d"})
    stage.turn_at(stage.clock.now() + M)
    stage.add(posts=[replace(published(ONE, NOW - stage.clock.now()), id="post_fresh")])
    stage.turn_at(stage.clock.now() + M)


def policy_changed(stage: Stage) -> None:
    stage.configure({"policies.standard.protect.handles": ["brand.*"]})


def mode_changed(stage: Stage) -> None:
    stage.configure({"mode": "observe"})
    stage.turn()
    stage.configure({"mode": "enforce"})


@pytest.mark.parametrize(
    "void", [held_for_an_hour, policy_changed, mode_changed], ids=lambda void: void.__name__
)
@pytest.mark.parametrize(
    ("before_opening", "late"), [(30 * H, timedelta()), (20 * H, 4 * H)], ids=["in time", "late"]
)
def test_a_voided_notice_is_given_anew_and_waited_for(
    stage: Stage, void: Callable[[Stage], None], before_opening: timedelta, late: timedelta
) -> None:
    stage.move_to(OPENS - before_opening - H)
    void(stage)
    anew = OPENS - before_opening
    stage.turn_at(anew)
    assert not_before(stage)[-1] == max(OPENS, anew + 24 * H).isoformat()
    stage.watch_until(OPENS + late)
    assert stage.deletes == 0
    stage.turn()
    assert released_at(stage) == OPENS + late


def test_used_and_idle_again_it_is_announced_again(stage: Stage) -> None:
    used_once(stage)
    withdrawn = [event["text"] for event in stage.told("release.withdrawn")]
    assert [text.partition(" is withdrawn: ")[2].partition(";")[0] for text in withdrawn] == [
        "its policy changed",
        "it was used",
    ]
    assert ["it will be announced anew if it is still due" in text for text in withdrawn] == [True, False]
    assert not_before(stage) == [OPENS.isoformat()] * 3
    stage.watch_until(OPENS)
    stage.turn()
    assert released_at(stage) == OPENS


def test_use_that_the_deciding_turn_is_the_first_to_see_voids_the_notice(tmp_path: Path) -> None:
    """It counted from the next turn on: an account used since its announcement was released."""
    daily = {"policies.standard.release.idle_after": "1d", "schedule.poll": "24h"}
    with in_memory(tmp_path, ONE, posts=[published(ONE, 40 * D)], configuration=daily) as stage:
        stage.turn_at(FIRST)
        stage.add(posts=[replace(published(ONE, NOW - FIRST - H), id="post_fresh")])
        stage.turn_at(OPENS)
        assert stage.deletes == 0
        assert len(stage.told("release.withdrawn")) == 1


def test_a_renewal_moved_away_is_another_lease_period_with_its_own_notice(stage: Stage) -> None:
    later = ONE.next_renewal_at + 3 * D
    stage.change(ONE, next_renewal_at=later)
    stage.watch_until(OPENS + 3 * D)
    assert stage.deletes == 0
    stage.turn()
    assert not_before(stage) == [OPENS.isoformat(), (OPENS + 3 * D).isoformat()]
    assert released_at(stage) == OPENS + 3 * D


def test_a_notice_that_nobody_accepts_waits_and_then_counts_from_its_acceptance(tmp_path: Path) -> None:
    with in_memory(tmp_path, ONE, posts=[published(ONE, 40 * D)]) as stage:
        stage.configure({"notifiers.ops.url": DOWN})
        stage.watch_until(OPENS - 22 * H)
        stage.configure({"notifiers.ops.url": f"{stage.url}/_sandbox/inbox"})
        stage.turn()
        stage.watch_until(OPENS + 2 * H, every=H)
        assert stage.deletes == 0
        stage.turn()
        assert released_at(stage) == OPENS + 2 * H


def test_a_notice_nobody_accepted_in_time_is_a_missed_release(tmp_path: Path) -> None:
    with in_memory(tmp_path, ONE, posts=[published(ONE, 40 * D)]) as stage:
        stage.configure({"notifiers.ops.url": DOWN})
        stage.watch_until(OPENS + 5 * H)
        stage.configure({"notifiers.ops.url": f"{stage.url}/_sandbox/inbox"})
        stage.turn()
        stage.turn_at(OPENS + 5 * H + 15 * M)
        stage.turn_at(ONE.next_renewal_at)
        assert stage.deletes == 0
        [missed] = stage.told("deadline.missed")
        assert missed["text"] == (
            "@one on tiktok was to be released but will not be (announcement not accepted by ops): "
            "$150.00 will be paid in 18 h, Fri 22 May 06:00 UTC; "
            "to give it back all the same, before Fri 22 May 05:50 UTC: "
            "`lease-watcher release sa_one --reason WHY` (written 17 h ago)"
        )


def test_the_announcement_says_what_when_why_and_how_to_keep_it(stage: Stage) -> None:
    [announced] = stage.told("release.announced")
    for words in (
        "@one on tiktok will be released in ",
        "saving $150.00 due in 2 d 6 h, Fri 22 May 06:00 UTC",
        "no post published through Layers for 41 d",
        "to keep it: lease-watcher hold sa_one",
    ):
        assert words in announced["text"]


def test_it_is_announced_not_a_tick_before_twice_the_notice(tmp_path: Path) -> None:
    tick = timedelta(microseconds=1)
    with in_memory(tmp_path, ONE, posts=[published(ONE, 40 * D)]) as stage:
        stage.turn_at(FIRST - tick)
        assert stage.told("release.announced") == []
        stage.turn_at(FIRST)
        assert len(stage.told("release.announced")) == 1
        stage.turn_at(FIRST + tick)
        assert len(stage.told("release.announced")) == 1


def test_a_channel_that_counts_only_since_the_announcement_is_told_of_it_and_answers(tmp_path: Path) -> None:
    """The log had accepted it under that name. A webhook took the name over: nothing was ever sent to it, its
    receipt was waited for until the renewal was paid.
    """
    both = {"notifiers.team.kind": "log"}
    with in_memory(tmp_path, ONE, posts=[published(ONE, 40 * D)], configuration=both) as stage:
        stage.turn_at(FIRST)
        assert len(stage.told("release.announced")) == 1
        stage.configure(
            {"notifiers.team.kind": "webhook", "notifiers.team.url": f"{stage.url}/_sandbox/inbox"}
        )
        stage.turn_at(FIRST + H)
        assert len(stage.told("release.announced")) == 2
        stage.watch_until(OPENS)
        stage.turn()
        assert released_at(stage) == OPENS


def test_what_is_withdrawn_is_not_released_in_the_same_turn(stage: Stage) -> None:
    """A policy without a notice withdrew the announcement, "announced anew", and released a second later."""
    stage.watch_until(OPENS)
    stage.configure({"policies.standard.release.notice": "0s"})
    stage.turn()
    assert (stage.deletes, len(stage.told("release.withdrawn"))) == (0, 1)
    stage.turn_at(OPENS + M)
    assert released_at(stage) == OPENS + M
