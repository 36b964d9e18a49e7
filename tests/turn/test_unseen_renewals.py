"""Of a renewal that passed while nobody looked it is asked what the use was by then, before it is told."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.stage import LATTE, OPENS, RENEWS, D, H, M, S, Stage, published
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.record.exit_codes import Exit
from watcher.record.outcomes import Cause, UseThen
from watcher.sandbox import Post, ServerError
from watcher.turn.acting import ActingTurns

POSTS = "scheduled-posts"


def posted(at: datetime, **facts: Any) -> Post:
    return replace(Post.published(id=f"post_at_{at:%d%H%M}", account=LATTE, at=at), **facts)


def queued(at: datetime) -> Post:
    return Post.queued(id=f"queued_{at:%d%H%M}", account=LATTE, at=at)


def away(stage: Stage, *meanwhile: Post, until: timedelta = 2 * D) -> Report:
    """The watcher goes away before the window opens, and is back so long after the renewal."""
    stage.watch_until(OPENS - H)
    stage.move_to(RENEWS + until)
    stage.add(posts=meanwhile)
    return stage.turn()


def texts(stage: Stage, kind: str) -> list[str]:
    return [event["text"] for event in stage.told(kind)]


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param((posted(OPENS),), id="as its window opened"),
        pytest.param((posted(RENEWS),), id="at the very renewal"),
        pytest.param((posted(RENEWS - M), posted(RENEWS + D)), id="before it, and since"),
        pytest.param((posted(RENEWS - H), queued(RENEWS + 5 * D)), id="before it, and another is to go out"),
        pytest.param((posted(RENEWS + M, scheduled_for=RENEWS - M),), id="on its way as it renewed"),
        pytest.param((queued(RENEWS - H),), id="still on its way"),
    ],
)
def test_an_account_that_came_into_use_while_nobody_looked_is_no_miss(
    stage: Stage, meanwhile: tuple[Post, ...]
) -> None:
    """The watcher was down as the lease renewed, and meanwhile somebody posted on it: it was told as a
    release that was missed, and as paid although nobody used it, with exit code 24.
    """
    report = away(stage, *meanwhile)
    assert (report.outcomes, report.missed, exit_of(report)) == ((), (), Exit.DONE)
    stage.turn_at(RENEWS + 3 * D)
    assert (texts(stage, "deadline.missed"), texts(stage, "renewal.paid")) == ([], [])


def test_what_was_used_within_idle_after_before_its_window_is_none(stage: Stage) -> None:
    assert away(stage, posted(_UNUSED + S)).outcomes == ()


_UNUSED = OPENS - 21 * D - 4 * S
"""When a post was to go out that, published four seconds later, is no use any more as the window opens."""


@pytest.mark.parametrize("at", [_UNUSED, _UNUSED - S])
def test_what_was_not_is_missed(stage: Stage, at: datetime) -> None:
    report = away(stage, posted(at))
    assert [(one.cause, one.explanation.use) for one in report.outcomes if one.explanation] == [
        (Cause.WATCHER_DOWN, UseThen.UNUSED)
    ]
    assert (len(report.missed), exit_of(report)) == (1, Exit.MISSED)
    stage.turn_at(RENEWS + 3 * D)
    [missed], [paid] = texts(stage, "deadline.missed"), texts(stage, "renewal.paid")
    assert "not known" not in missed + paid


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param((posted(RENEWS + M),), id="went out since"),
        pytest.param((queued(RENEWS + 9 * D),), id="is to go out"),
    ],
)
def test_a_post_for_later_may_have_been_planned_by_then_and_that_is_said(
    stage: Stage, meanwhile: tuple[Post, ...]
) -> None:
    """No post says when it was made: whether it was there as the lease renewed nobody can tell."""
    [outcome] = away(stage, *meanwhile).outcomes
    assert outcome.explanation is not None
    assert (outcome.cause, outcome.explanation.use) == (Cause.WATCHER_DOWN, UseThen.UNKNOWN)
    doubt = "whether it was used by then is not known: a post for later may have been planned already"
    for kind in ("deadline.missed", "renewal.paid"):
        [text] = texts(stage, kind)
        assert doubt in text


def test_where_posts_cannot_be_read_it_is_told_once_that_its_use_is_not_known(stage: Stage) -> None:
    """It is not told later instead: the ledger knows only of the next renewal by then."""
    stage.watch_until(OPENS - H)
    stage.fault(ServerError(path=POSTS))
    report = stage.turn_at(RENEWS + 2 * D)
    stage.sandbox.clear_faults()
    stage.turn_at(RENEWS + 3 * D)
    assert [one.explanation.use for one in report.outcomes if one.explanation] == [UseThen.UNKNOWN]
    for kind in ("deadline.missed", "renewal.paid"):
        [text] = texts(stage, kind)
        assert "whether it was used by then is not known: posts could not be read" in text


def test_each_of_several_renewals_is_asked_about(stage: Stage) -> None:
    """After more than a month away the later ones were told as paid for nobody, whatever was posted.

    Of the first it is not known whether what went out later was planned by then.
    """
    second = RENEWS + 31 * D
    report = away(stage, posted(second - D), posted(second + 8 * D), until=70 * D)
    latte = [one for one in report.outcomes if one.handle == "latte"]
    assert [(one.period.renews_at, one.explanation and one.explanation.use) for one in latte] == [
        (RENEWS, UseThen.UNKNOWN),
        (RENEWS + 61 * D, UseThen.UNUSED),
    ]


def test_an_account_in_use_all_along_is_paid_for_nothing_in_none_of_them(stage: Stage) -> None:
    """Nobody looked for two months: what was in use was told as not evidenced in use from the second on."""
    stage.add(posts=[replace(published(LATTE, D), id="post_fresh")])
    posts = [posted(RENEWS + n * D) for n in range(0, 70, 5)]
    report = away(stage, *posts, until=70 * D)
    assert [one for one in report.outcomes if one.handle == "latte"] == []


def test_what_is_given_back_at_term_is_missed_whatever_was_posted_but_for_a_queue(stage: Stage) -> None:
    stage.configure({"policies.standard.release.when": "always"})
    [outcome] = away(stage, posted(RENEWS - H)).outcomes
    assert outcome.explanation is not None
    assert outcome.explanation.use is UseThen.IN_USE
    [missed], [paid] = texts(stage, "deadline.missed"), texts(stage, "renewal.paid")
    assert "not known" not in missed
    assert "paid for @latte on tiktok, which was to be given back at its term" in paid


def test_nor_is_a_miss_what_its_release_at_term_would_have_cancelled(stage: Stage) -> None:
    stage.configure({"policies.standard.release.when": "always"})
    report = away(stage, posted(RENEWS + M, scheduled_for=RENEWS - M))
    assert (report.outcomes, report.missed) == ((), ())


def test_what_is_kept_all_the_same_is_asked_about_too(stage: Stage) -> None:
    """It was told as paid and not evidenced in use, though it came into use before its renewal."""
    stage.configure({"projects.acme.enrolled": False})
    assert away(stage, posted(RENEWS - H)).outcomes == ()


def test_only_who_needs_it_is_asked_about_and_once(stage: Stage) -> None:
    def asked() -> int:
        return len(stage.sandbox.log.select(path=POSTS))

    away(stage)
    before = asked()
    stage.turn_at(RENEWS + 3 * D)
    stage.turn_at(RENEWS + 3 * D + H)
    assert asked() == before


def test_the_lock_is_kept_when_that_was_asked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """After weeks away the renewals of a large fleet take more requests than go out while a lock lasts."""
    kept: list[int] = []
    real = ActingTurns.keep_lock

    def keep_lock(turns: ActingTurns) -> bool:
        kept.append(len(stage.sandbox.log.select(path=POSTS)))
        return real(turns)

    monkeypatch.setattr(ActingTurns, "keep_lock", keep_lock)
    away(stage)
    assert kept[-1] == len(stage.sandbox.log.select(path=POSTS)) > kept[-2]
