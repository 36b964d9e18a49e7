"""An account that two projects list is trusted in neither: not released, not announced, told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stage import (
    ACME,
    BETA,
    LATTE,
    NOW,
    OPENS,
    RENEWS,
    D,
    H,
    M,
    Stage,
    account,
    in_memory,
    listed_by,
    published,
)
from watcher.decide.exits import exit_of
from watcher.decide.focus import Focus
from watcher.facts.accounts import Flaw, ProjectId
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.reasons import Reason
from watcher.sandbox import Corrupt, Fault, Html, Post, ServerError, WithHeader
from watcher.wiring.turn import Purpose

BETA_LIST, ACME_LIST = f"{BETA}/leased-accounts", f"{ACME}/leased-accounts"
ZINE = account("zine", project=BETA, renews_in=12 * D)


def twice(**facts: Any) -> Corrupt:
    return listed_by(BETA, LATTE, **facts)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`@latte` is unused, announced and about to be due in the one project."""
    posts = [published(LATTE, 40 * D), published(ZINE, D)]
    configuration = {"projects.beta.id": BETA, "brakes.max_share": 1.0, "brakes.max_project_share": 1.0}
    with in_memory(tmp_path, LATTE, ZINE, posts=posts, configuration=configuration) as stage:
        yield stage


def announced(stage: Stage) -> None:
    stage.turn()
    stage.move_to(OPENS)


def test_listed_once_it_is_released(stage: Stage) -> None:
    announced(stage)
    assert exit_of(stage.turn()) is Exit.DONE
    assert stage.released == [LATTE.id]


SECOND: dict[str, dict[str, Any]] = {
    "not enrolled": {},
    "never": {"policies.no.release.when": "never", "projects.beta.policy": "no"},
    "protected": {"policies.no.protect.handles": ["latte"], "projects.beta.policy": "no"},
    "enrolled, with the same policy": {"projects.beta.enrolled": True},
}


@pytest.mark.parametrize("configuration", SECOND.values(), ids=SECOND.keys())
def test_what_another_project_lists_too_is_not_released(stage: Stage, configuration: dict[str, Any]) -> None:
    """Two projects listed one account: it was released through the first although the second kept it."""
    stage.configure(configuration)
    announced(stage)
    stage.fault(twice())

    report = stage.turn()

    assert (stage.deletes, exit_of(report)) == (0, Exit.UNREADABLE)
    assert {(one.project, one.id, one.flaw) for one in report.quarantined} == {
        (ACME, LATTE.id, Flaw.LISTED_TWICE),
        (BETA, LATTE.id, Flaw.LISTED_TWICE),
    }
    told = {event["project"]: event["text"].partition(";")[0] for event in stage.told("account.quarantined")}
    assert told == {
        ACME: "@latte (sa_latte) is left alone in this project: beta lists it too, and what is listed "
        "twice is released from neither",
        BETA: "@latte (sa_latte) is left alone in this project: acme lists it too, and what is listed "
        "twice is released from neither",
    }
    assert report.docket.entries == ()


def test_a_queued_post_there_keeps_it_here(stage: Stage) -> None:
    """A queued post in the second project was shown as "1 account in use" while the first gave it away."""
    announced(stage)
    queued = Post(
        id="post_q", account=LATTE.id, project=BETA, status="queued", scheduled_for=stage.clock.now() + D
    )
    stage.add(posts=[queued])
    stage.fault(twice())

    assert exit_of(stage.turn()) is Exit.UNREADABLE
    assert stage.deletes == 0


def test_nor_is_it_where_the_second_is_not_understood(stage: Stage) -> None:
    announced(stage)
    stage.fault(twice(monthlyPriceCents="?"))

    assert exit_of(stage.turn()) is Exit.UNREADABLE
    assert stage.deletes == 0


def test_ids_are_compared_exactly(stage: Stage) -> None:
    announced(stage)
    stage.fault(twice(socialAccountId=LATTE.id.upper()))

    stage.turn()
    assert stage.released == [LATTE.id]


def test_it_is_not_announced_and_an_announcement_before_is_withdrawn(stage: Stage) -> None:
    stage.turn()
    (notice,) = stage.memory().notices.values()
    assert notice.stands
    stage.fault(twice())
    stage.turn_at(NOW + H)
    stage.turn_at(NOW + 2 * H)

    (notice,) = stage.memory().notices.values()
    assert not notice.stands
    (withdrawn,) = stage.told("release.withdrawn")
    assert (
        withdrawn["text"]
        == "the announced release of @latte on tiktok is withdrawn: another project lists it too; $150.00 "
        "is due in 1 d 4 h, Tue 19 May 18:00 UTC"
    )
    assert len(stage.told("release.announced")) == 1


def test_it_is_not_announced_from_the_start(stage: Stage) -> None:
    stage.fault(twice())
    stage.turn()
    stage.turn_at(NOW + H)

    assert stage.told("release.announced") == []
    assert len(stage.told("account.quarantined")) == 2
    assert stage.told("lease.new") == []


def test_once_told_it_is_announced_anew_when_it_is_over(stage: Stage) -> None:
    stage.fault(twice())
    stage.turn()
    stage.turn_at(NOW + 10 * M)
    stage.sandbox.clear_faults()
    stage.turn_at(NOW + 20 * M)
    stage.turn_at(NOW + 30 * M)

    assert len(stage.told("problem.resolved")) == 2
    assert len(stage.told("release.announced")) == 1


def test_its_memory_outlives_the_second_copy(stage: Stage) -> None:
    """The second copy overwrote the first in the ledger: when it was first seen and used was forgotten."""
    stage.turn()
    before = stage.memory().known[LATTE.id]
    stage.fault(twice(monthlyPriceCents=1))
    stage.turn_at(NOW + H)
    stage.turn_at(NOW + 2 * H)

    assert stage.memory().known[LATTE.id].first_seen_at == before.first_seen_at
    assert stage.memory().known[LATTE.id].gone_at is None


def test_the_last_good_reading_of_a_project_that_cannot_be_read_counts(stage: Stage) -> None:
    stage.fault(twice())
    stage.turn()
    stage.sandbox.clear_faults()
    stage.fault(ServerError(path=BETA_LIST, status=503))
    stage.turn_at(NOW + H)
    stage.turn_at(OPENS)

    assert stage.deletes == 0
    assert stage.told("release.announced") == []


def test_an_account_that_moved_to_another_project_can_be_released_there(stage: Stage) -> None:
    stage.configure({"projects.beta.enrolled": True, "policies.standard.release.notice": "0s"})
    stage.turn()
    stage.change(LATTE, project=BETA)
    stage.add(posts=[published(account("latte", project=BETA), 40 * D)])
    stage.turn_at(OPENS)

    assert stage.released == [LATTE.id]


@pytest.mark.parametrize("how", ["404", "removed"])
def test_a_project_that_is_no_more_lists_nothing(stage: Stage, how: str) -> None:
    stage.configure({"projects.beta.enrolled": True, "policies.standard.release.notice": "0s"})
    stage.turn()
    stage.change(LATTE, project=BETA)
    stage.add(posts=[published(account("latte", project=BETA), 40 * D)])
    if how == "404":
        stage.fault(ServerError(path=ACME_LIST, status=404, code="NOT_FOUND"))
    else:
        del stage.configuration["projects.acme.id"], stage.configuration["projects.acme.enrolled"]
    stage.turn_at(OPENS)

    # What nobody reads any more, nobody asks for its posts: it counts as used when it came (ADR 91).
    assert stage.released == ([LATTE.id] if how == "404" else [])


def focused(stage: Stage, on: str) -> Focus:
    ended = stage.run()
    return Focus(projects=frozenset({ProjectId(on)}), docket=ended.docket, state=ended.state)


def test_a_focused_turn_counts_what_the_others_listed_last(stage: Stage) -> None:
    stage.turn()
    stage.fault(twice())
    stage.move_to(OPENS - M)
    focus = focused(stage, ACME)
    stage.move_to(OPENS)

    report = stage.turn(focus=focus)
    assert (stage.deletes, exit_of(report)) == (0, Exit.UNREADABLE)


@pytest.mark.parametrize("noted", ["braked", "not sent"])
def test_what_is_noted_of_the_other_project_forgets_nothing_it_lists(tmp_path: Path, noted: str) -> None:
    """A braked release there was noted, and with it forgotten what that project lists without being believed:
    the next focused turn took the account for listed once, and sent its DELETE.
    """
    due = account("due", project=BETA)
    configuration = {
        "projects.beta.id": BETA,
        "projects.beta.enrolled": True,
        "brakes.max_share": 1.0,
        "brakes.max_project_share": 1.0,
        "brakes.max_unknown_share": 1.0,
        "brakes.min_history": "0s",
        "policies.standard.release.notice": "0s",
    }
    posts = [published(LATTE, 40 * D), published(due, 40 * D)]
    with in_memory(tmp_path, LATTE, due, posts=posts, configuration=configuration) as stage:
        stage.fault(twice())
        stage.turn()
        stage.move_to(OPENS)
        if noted == "braked":
            stage.configure({"projects.beta.keep_at_least": 5})
        else:
            stage.fault(ServerError(path=due.id, method="DELETE", status=429))
        focus = focused(stage, ACME)
        assert {one.project for one in focus.docket.to_come} == {BETA}
        sent = stage.deletes
        stage.move_to(OPENS + M)

        report = stage.turn(focus=focus)

        assert (stage.deletes, report.attempts) == (sent, ())
        assert exit_of(report) is not Exit.DONE
        with stage.ledger() as ledger:
            assert ledger.doubles() == {LATTE.id: {ACME, BETA}}


def test_who_ever_listed_it_is_asked_again_also_where_it_was_never_believed(stage: Stage) -> None:
    """What a project lists without being believed was forgotten at its next good reading."""
    stage.fault(twice())
    stage.turn()
    stage.sandbox.clear_faults()
    stage.turn_at(NOW + 10 * M)
    stage.turn_at(NOW + 20 * M)
    stage.move_to(OPENS + 20 * M)
    stage.fault(Corrupt(path=BETA_LIST, mutate=twice().mutate, after=1))

    report = stage.turn()
    assert (stage.deletes, [one.ended for one in report.attempts]) == (0, [Ending.CHANGED])


def test_the_others_are_asked_again_right_before_the_release(stage: Stage) -> None:
    """One project answered 404 in the turn, and a second later it lists the account again."""
    stage.configure({"projects.beta.enrolled": True, "policies.standard.release.notice": "0s"})
    stage.turn()
    stage.change(LATTE, project=BETA)
    stage.add(posts=[published(account("latte", project=BETA), 40 * D)])
    stage.move_to(OPENS)
    stage.fault(
        ServerError(path=ACME_LIST, status=404, code="NOT_FOUND", times=1),
        listed_by(ACME, LATTE),
    )

    report = stage.turn()
    assert (stage.deletes, [one.ended for one in report.attempts]) == (0, [Ending.CHANGED])
    assert exit_of(report) is not Exit.DONE


def test_what_cannot_be_asked_again_is_not_released(stage: Stage) -> None:
    stage.configure({"projects.beta.enrolled": True, "policies.standard.release.notice": "0s"})
    stage.turn()
    stage.change(LATTE, project=BETA)
    stage.add(posts=[published(account("latte", project=BETA), 40 * D)])
    stage.move_to(OPENS)
    stage.fault(ServerError(path=ACME_LIST, status=503, after=1))

    report = stage.turn()
    assert (stage.deletes, exit_of(report)) == (0, Exit.UNREADABLE)
    assert [one.ended for one in report.attempts] == [Ending.UNREADABLE]


@pytest.mark.parametrize("purpose", [Purpose.AUDIT, Purpose.DRY_RUN])
def test_a_look_shows_both_without_a_ledger(stage: Stage, purpose: Purpose) -> None:
    stage.fault(twice())
    report = stage.turn(purpose)

    assert [one.flaw for one in report.quarantined] == [Flaw.LISTED_TWICE, Flaw.LISTED_TWICE]
    assert LATTE.id not in {one.account.id for one in report.decisions}
    assert report.totals.accounts == 1
    assert exit_of(report) is Exit.UNREADABLE


def test_a_project_that_discovery_lists_on_two_pages_is_read_once(tmp_path: Path) -> None:
    configuration = {"discovery.enabled": True, "brakes.max_share": 1.0}
    with in_memory(tmp_path, LATTE, ZINE, configuration=configuration) as stage:
        stage.fault(
            Corrupt(path="/v1/projects$", mutate=lambda body: {**body, "items": [*body["items"]] * 2})
        )
        report = stage.turn()
    assert (report.totals.projects, report.totals.accounts) == (2, 2)
    assert report.quarantined == ()


def test_what_was_counted_of_a_copy_found_late_is_taken_back(stage: Stage) -> None:
    """A missed release of an account that turned out to be listed twice stayed missed, beside quarantined."""
    stage.configure({"brakes.min_history": "0s", "policies.standard.release.margin": "3h"})
    stage.turn()
    stage.move_to(OPENS - M)
    stage.turn()
    stage.fault(twice())

    report = stage.turn_at(RENEWS - H)

    assert {(one.project, one.flaw) for one in report.quarantined} == {
        (ACME, Flaw.LISTED_TWICE),
        (BETA, Flaw.LISTED_TWICE),
    }
    assert (report.missed, report.totals.asked, report.totals.accounts) == ((), 0, 1)


def broken_off(stage: Stage, project: str = BETA, *then: Fault) -> None:
    """The project's list shows `@latte` on its first page, and has no second."""
    first = listed_by(project, LATTE).mutate
    assert first is not None
    stage.fault(
        *then,
        Corrupt(path=f"{project}/leased-accounts", mutate=lambda body: {**first(body), "nextCursor": "c"}),
    )


BROKEN: dict[str, list[Fault]] = {
    "a cursor that is none": [],
    "a page that somebody kept": [WithHeader(path=BETA_LIST, name="Warning", value='110 - "stale"')],
    "500": [ServerError(path=BETA_LIST, after=1)],
    "404": [ServerError(path=BETA_LIST, after=1, status=404, code="NOT_FOUND")],
    "HTML": [Html(path=BETA_LIST, after=1)],
}


@pytest.mark.parametrize("then", BROKEN.values(), ids=BROKEN.keys())
def test_a_list_that_breaks_off_after_it_lists_it_too(stage: Stage, then: list[Fault]) -> None:
    """The second project listed it on page 1, and page 2 failed: it was released through the first."""
    announced(stage)
    broken_off(stage, BETA, *then)

    report = stage.turn()

    assert (stage.deletes, exit_of(report)) == (0, Exit.UNREADABLE)
    (one,) = report.quarantined
    assert (one.project, one.id, one.flaw, one.also_in) == (ACME, LATTE.id, Flaw.LISTED_TWICE, (BETA,))
    assert [unread.project for unread in report.unread] == [BETA]


def test_what_a_broken_list_showed_counts_until_it_is_read_whole(stage: Stage) -> None:
    """Nor through the one project alone, in the turn after that."""
    announced(stage)
    broken_off(stage)
    stage.turn()
    stage.sandbox.clear_faults()
    stage.fault(ServerError(path=BETA_LIST))
    assert exit_of(stage.turn()) is Exit.UNREADABLE
    assert stage.deletes == 0


def test_it_is_found_in_a_broken_list_right_before_it_would_be_released(stage: Stage) -> None:
    stage.configure({"policies.standard.release.notice": "12h"})
    stage.fault(twice())
    stage.turn()
    stage.sandbox.clear_faults()
    stage.turn_at(NOW + M)
    stage.turn_at(NOW + 12 * H)

    report = stage.turn_at(OPENS + H, before_acting=lambda: broken_off(stage))

    assert stage.deletes == 0
    assert [(one.ended, one.reason) for one in report.attempts] == [(Ending.CHANGED, Reason.LISTED_TWICE)]
