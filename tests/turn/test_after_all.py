"""A DELETE that seemed to have had no effect may have had it: booked on what the lists prove, and no less."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import ACME, BETA, CLOSES, LATTE, OPENS, RENEWS, D, M, Stage, in_memory
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.record.outcomes import OutcomeKind
from watcher.sandbox import Corrupt, ServerError


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Two DELETEs of `@latte` were answered with 500, and it was still listed: no more are sent."""
    wide = {"brakes.max_share": 1.0, "brakes.max_project_share": 1.0, "brakes.min_history": "0s"}
    with in_memory(tmp_path, configuration=wide) as stage:
        stage.turn()
        stage.fault(ServerError(path=LATTE.id, status=500, times=2))
        stage.turn_at(OPENS)
        stage.turn_at(OPENS + 5 * M)
        assert (list(stage.memory().not_done.values()), stage.released) == ([2], [])
        yield stage


def gave_back_late(stage: Stage) -> None:
    stage.change(
        LATTE,
        status="disconnected",
        disconnected_reason="released_by_partner",
        disconnected_at=stage.clock.now(),
    )


def saved(stage: Stage) -> int:
    with stage.reader() as reader:
        return reader.counts().released_cents


def without_latte() -> Corrupt:
    def mutate(body: dict) -> dict:  # type: ignore[type-arg]
        return {**body, "items": [item for item in body["items"] if item["socialAccountId"] != LATTE.id]}

    return Corrupt(path=f"{ACME}/leased-accounts", mutate=mutate, times=1)


def test_one_list_that_lacks_it_saves_nothing(stage: Stage) -> None:
    """$150.00 a month was told and booked as saved "after all" on one flaky list. In the next turn the
    account was there, its renewal was paid, and both outcomes stood.
    """
    stage.fault(without_latte())
    report = stage.turn_at(OPENS + 17 * M)
    assert (report.outcomes, stage.told("release.done"), saved(stage)) == ((), [], 0)
    assert len(stage.told("account.gone")) == 1

    stage.turn_at(OPENS + 32 * M)
    stage.change(LATTE, next_renewal_at=RENEWS + 31 * D)
    report = stage.turn_at(RENEWS + 5 * M)
    assert [one.kind for one in report.outcomes] == [OutcomeKind.PAID]


def test_what_both_lists_show_was_released_and_is_undone_should_it_come_back(stage: Stage) -> None:
    """Nothing took the saving back: to the ledger, no release of the account had been confirmed."""
    gave_back_late(stage)
    report = stage.turn_at(OPENS + 17 * M)
    assert [one.kind for one in report.outcomes] == [OutcomeKind.RELEASED]
    assert (exit_of(report), stage.told("account.gone"), saved(stage)) == (Exit.DONE, [], 15_000)
    (told,) = stage.told("release.done")
    assert told["text"].startswith("@latte on tiktok was released after all; $150.00 a month saved")
    assert stage.history(LATTE.id).count("release.released") == 1

    stage.change(LATTE, status="assigned", disconnected_reason=None, disconnected_at=None)
    report = stage.turn_at(OPENS + 32 * M)
    assert (exit_of(report), saved(stage)) == (Exit.REFUSED, 0)
    assert len(stage.told("release.undone")) == 1


def test_what_went_to_another_project_was_not_released(stage: Stage) -> None:
    stage.configure({"projects.beta.id": BETA})
    stage.change(LATTE, project=BETA)
    report = stage.turn_at(OPENS + 17 * M)
    assert (report.outcomes, saved(stage)) == ((), 0)


@pytest.mark.parametrize("late", [False, True], ids=["unreadable", "its renewal may have passed"])
def test_what_cannot_be_told_is_not_booked(stage: Stage, late: bool) -> None:
    gave_back_late(stage)
    if not late:
        stage.fault(ServerError(path=f"{ACME}/leased-accounts", after=1, status=404, code="NOT_FOUND"))
    report = stage.turn_at(RENEWS if late else CLOSES)
    assert (report.outcomes, saved(stage)) == ((), 0)
    assert len(stage.told("account.gone")) == 1
