"""A project that is no longer listed is still paid for: it is read on, or it is told that it cannot be."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

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
    published,
)
from watcher.brakes import kinds
from watcher.decide.exits import exit_of
from watcher.facts.accounts import ProjectId
from watcher.record.exit_codes import Exit
from watcher.record.overrides import OverrideKind
from watcher.sandbox import Corrupt, EmptyList, Fault, PageLoop, ServerError

ZINE = [account(f"zine{number}", project=BETA, renews_in=30 * H) for number in range(4)]
PROJECTS = "/v1/projects$"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`@latte` is to be released in a configured project; another with four accounts is found by asking."""
    posts = [published(one, 40 * D) for one in (LATTE, *ZINE)]
    configuration = {
        "discovery.enabled": True,
        "brakes.max_share": 1.0,
        "brakes.max_project_share": 1.0,
        "brakes.min_history": "0s",
    }
    with in_memory(tmp_path, LATTE, *ZINE, posts=posts, configuration=configuration) as stage:
        stage.turn()
        yield stage


def archived(stage: Stage) -> None:
    stage.sandbox.edit(lambda world: world.with_project(replace(world.projects[BETA], status="archived")))


def of_an_unknown_status(stage: Stage) -> None:
    def mutate(body: dict[str, object]) -> dict[str, object]:
        items = body["items"]
        assert isinstance(items, list)
        return {**body, "items": [{**one, "status": "frozen"} for one in items]}

    stage.fault(Corrupt(path=PROJECTS, mutate=mutate))


def unlisted(stage: Stage) -> None:
    stage.fault(EmptyList(path=PROJECTS))


def test_a_project_found_by_asking_that_is_called_like_a_configured_one_has_its_id(stage: Stage) -> None:
    """Sums by project, and the headings of a table, had two of one name, and nobody could tell which."""
    configured = dict(stage.turn().project_names)[ProjectId(ACME)]
    stage.sandbox.edit(lambda world: world.with_project(replace(world.projects[BETA], name=configured)))
    assert stage.turn_at(NOW + H).project_names == {ACME: configured, BETA: f"{configured} ({BETA})"}


@pytest.mark.parametrize("lost", [archived, of_an_unknown_status, unlisted])
def test_what_discovery_does_not_list_any_more_is_read_on(stage: Stage, lost: object) -> None:
    """An archived project vanished from the turn: no message, exit 0, its renewals were debited unseen."""
    assert callable(lost)
    lost(stage)
    report = stage.turn_at(NOW + H)
    assert (report.totals.projects, report.totals.accounts) == (2, 5)
    assert exit_of(report) is Exit.DONE

    stage.move_to(RENEWS - H)
    stage.turn()
    stage.turn_at(RENEWS + M)
    assert {event["handle"] for event in stage.told("renewal.paid")} >= {one.handle for one in ZINE}


@pytest.mark.parametrize("fault", [ServerError(path=PROJECTS), PageLoop(path=PROJECTS)])
def test_nor_is_a_project_forgotten_while_the_asking_fails(stage: Stage, fault: Fault) -> None:
    stage.fault(fault)
    report = stage.turn_at(NOW + H)
    assert (report.totals.projects, report.totals.accounts) == (2, 5)
    assert exit_of(report) is Exit.UNREADABLE
    assert [one.name for one in report.unread] == ["discovery"]

    stage.sandbox.clear_faults()
    stage.turn_at(NOW + 2 * H)
    (over,) = stage.told("project.recovered")
    assert (over["project"], over["text"]) == (
        "discovery",
        "the projects can be listed again, after 1 h",
    )


def test_one_that_is_not_listed_and_cannot_be_read_is_told(stage: Stage) -> None:
    archived(stage)
    stage.fault(ServerError(path=f"{BETA}/", status=403, code="FORBIDDEN"))
    report = stage.turn_at(NOW + H)
    assert exit_of(report) is Exit.UNREADABLE
    (told,) = stage.told("project.unreadable")
    assert told["text"] == (
        f"project {BETA} cannot be read: GET /v1/projects/{BETA}/leased-accounts: 403 FORBIDDEN; "
        "4 accounts were leased in it; give the key the scope leased:write (for discovery: projects:read)"
    )
    assert report.halts.halts == ()


@pytest.mark.parametrize("configured", [True, False])
def test_the_accounts_of_one_that_is_not_there_any_more_have_vanished(stage: Stage, configured: bool) -> None:
    """100 accounts of 2,000 were gone with their project: no brake, and not a word."""
    if configured:
        stage.configure({"projects.beta.id": BETA})
    archived(stage)
    stage.fault(ServerError(path=f"{BETA}/", status=404, code="NOT_FOUND"))
    report = stage.turn_at(OPENS)

    assert [(one.brake, one.measured) for one in report.halts.halts] == [
        (kinds.FLEET_DROP, "4 of 5 accounts vanished"),
        (kinds.PROJECT_EMPTY, "all 4 accounts vanished"),
    ]
    assert (stage.deletes, exit_of(report)) == (0, Exit.BRAKED)
    assert len(stage.told("project.unreadable")) == 1

    stage.say(OverrideKind.ACCEPT_BASELINE)
    stage.move_to(OPENS + M)
    # The configuration asks for it still; what only discovery named is left with its accounts.
    assert exit_of(stage.turn()) is (Exit.UNREADABLE if configured else Exit.DONE)
    assert stage.released == [LATTE.id]
    assert len(stage.told("account.gone")) == (0 if configured else 4)


def deleted(stage: Stage) -> None:
    unlisted(stage)
    stage.fault(ServerError(path=f"{BETA}/", status=404, code="NOT_FOUND"))


def test_one_that_was_deleted_is_left_once_a_person_accepts_it(stage: Stage) -> None:
    """Discovery did not list it, its list answered 404, the baseline was accepted: exit 75 for ever after."""
    deleted(stage)
    assert exit_of(stage.turn_at(NOW + H)) is Exit.UNREADABLE
    stage.clock.advance(M)
    stage.say(OverrideKind.ACCEPT_BASELINE)
    stage.clock.advance(M)

    report = stage.turn()
    assert (report.unread, report.halts.halts, exit_of(report)) == ((), (), Exit.DONE)
    assert {one["account"] for one in stage.told("account.gone")} == {one.id for one in ZINE}
    (over,) = (one for one in stage.told("problem.resolved") if "lists of accounts" not in one["text"])
    assert over["text"] == f"no longer looked at, after 2 min: project {BETA} could not be read"
    assert stage.told("project.recovered") == []

    stage.clock.advance(M)
    stage.sandbox.log.clear()
    assert exit_of(stage.turn()) is Exit.DONE
    assert stage.sandbox.log.select(path=BETA) == ()
    assert len(stage.told("account.gone")) == len(ZINE)
    assert exit_of(stage.turn_at(OPENS)) is Exit.DONE
    assert stage.released == [LATTE.id]


def test_one_that_was_left_and_is_listed_again_is_watched_again(stage: Stage) -> None:
    deleted(stage)
    stage.turn_at(NOW + H)
    stage.clock.advance(M)
    stage.say(OverrideKind.ACCEPT_BASELINE)
    stage.clock.advance(M)
    stage.turn()
    stage.sandbox.clear_faults()

    report = stage.turn_at(NOW + 2 * H)
    assert (report.totals.accounts, report.halts.halts, exit_of(report)) == (5, (), Exit.DONE)
    assert all(one.gone_at is None for one in stage.memory(BETA).known.values())


@pytest.mark.parametrize("why", ["configured", "listed", "not asked", "accepted before", "other answer"])
def test_nothing_else_is_left(stage: Stage, why: str) -> None:
    if why == "accepted before":
        stage.say(OverrideKind.ACCEPT_BASELINE)
    if why == "configured":
        stage.configure({"projects.beta.id": BETA})
    if why == "not asked":
        stage.fault(ServerError(path=PROJECTS))
    elif why != "listed":
        unlisted(stage)
    status = 403 if why == "other answer" else 404
    stage.fault(ServerError(path=f"{BETA}/", status=status, code="NOT_FOUND"))
    stage.turn_at(NOW + H)
    if why != "accepted before":
        stage.clock.advance(M)
        stage.say(OverrideKind.ACCEPT_BASELINE)
    stage.clock.advance(M)

    report = stage.turn()
    assert BETA in {one.project for one in report.unread}
    assert stage.told("account.gone") == []


def test_one_that_comes_back_is_read_as_before(stage: Stage) -> None:
    archived(stage)
    stage.fault(ServerError(path=f"{BETA}/", status=404, code="NOT_FOUND"))
    stage.turn_at(NOW + H)
    stage.sandbox.clear_faults()
    report = stage.turn_at(NOW + 2 * H)

    assert (report.totals.accounts, report.halts.halts, exit_of(report)) == (5, (), Exit.DONE)
    assert len(stage.told("project.recovered")) == 1
    assert stage.told("account.gone") == stage.told("lease.new") == []


def test_what_a_person_takes_out_of_the_configuration_is_not_ours(stage: Stage) -> None:
    stage.configure({"discovery.enabled": False})
    report = stage.turn_at(NOW + H)
    assert (report.totals.projects, exit_of(report)) == (1, Exit.DONE)
    assert list(report.project_names) == [ACME]
