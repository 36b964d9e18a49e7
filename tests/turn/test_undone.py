"""A confirmed release that did not last is a matter of its own: told, not saved, not sent again."""

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
    S,
    Stage,
    account,
    in_memory,
    listed_by,
    published,
)
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.sandbox import Corrupt, WithAge
from watcher.sandbox.corruptions import missing

LAG = 10 * M


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`@latte` was released, as the API confirmed."""
    others = [account(f"far{number}", renews_in=300 * D) for number in range(9)]
    with in_memory(tmp_path, LATTE, *others, posts=[published(LATTE, 40 * D)]) as stage:
        stage.turn()
        assert exit_of(stage.turn_at(OPENS)) is Exit.DONE
        assert stage.released == [LATTE.id]
        yield stage


def back(stage: Stage, **facts: Any) -> None:
    stage.change(LATTE, status="assigned", disconnected_reason=None, disconnected_at=None, **facts)


def saved(stage: Stage) -> int:
    with stage.reader() as reader:
        return reader.counts().released_cents


def test_it_is_told_with_what_it_costs_and_what_to_do(stage: Stage) -> None:
    """It was told as paid, "watcher not running", after the debit; saved and paid both stood."""
    assert saved(stage) == 15_000
    back(stage)
    report = stage.turn_at(OPENS + H)

    assert exit_of(report) is Exit.REFUSED
    (told,) = stage.told("release.undone")
    assert (told["severity"], told["cents"], told["account"]) == ("critical", 15_000, LATTE.id)
    assert told["text"] == (
        "@latte on tiktok is leased again under the same lease, and $150.00 a month goes on, next in 5 h, "
        "Tue 19 May 18:00 UTC; the API had confirmed its release 1 h ago, Tue 19 May 12:00 UTC: nothing was "
        "saved; not released again without a person; ask the provider; `lease-watcher resolve sa_latte "
        "--as not-released --reason WHY` notes that, and lets it be released again"
    )
    assert saved(stage) == 0
    (decision,) = [one for one in report.decisions if one.account.id == LATTE.id]
    assert decision.reason is Reason.RELEASE_UNDONE
    stage.turn_at(OPENS + 2 * H)
    assert len(stage.told("release.undone")) == 1
    assert stage.deletes == 1


def test_what_is_said_after_it_is_told(stage: Stage) -> None:
    """The last warning before its renewal was put aside, "as it was released"."""
    stage.configure({"policies.standard.warn": ["1h"]})
    back(stage)
    stage.turn_at(OPENS + H)
    stage.turn_at(RENEWS - 50 * M)
    *_, warned = stage.told("renewal.warning")
    assert warned["text"].startswith("@latte on tiktok renews for $150.00 in 50 min, Tue 19 May 18:00 UTC")


@pytest.mark.parametrize(("after", "code"), [(S, 0), (LAG, 0), (LAG + S, 1)])
def test_lists_that_lag_are_no_such_matter(stage: Stage, after: Any, code: int) -> None:
    back(stage)
    stage.turn_at(stage.clock.now() + after)
    assert len(stage.told("release.undone")) == code
    assert saved(stage) == (0 if code else 15_000)


@pytest.mark.parametrize(("after", "code"), [(-H, 0), (S, 0), (LAG, 0), (LAG + S, 1)])
def test_a_list_that_somebody_kept_shows_what_was_so_when_it_was_made(
    stage: Stage, after: Any, code: int
) -> None:
    """One of before the DELETE, handed out for a day by a cache, undid the release in the books: it was told
    as leased again, and what it had saved was saved no more, also when the list was true again.
    """
    released_at = stage.clock.now()
    back(stage)
    stage.clock.advance(5 * H)
    stage.fault(WithAge(path="leased-accounts", seconds=int((5 * H - after).total_seconds())))
    report = stage.turn()
    assert stage.clock.now() == released_at + 5 * H
    assert len(stage.told("release.undone")) == code
    assert saved(stage) == (0 if code else 15_000)
    (decision,) = [one for one in report.decisions if one.account.id == LATTE.id]
    assert decision.reason is (Reason.RELEASE_UNDONE if code else Reason.ALREADY_RELEASED)


def test_nor_does_such_a_list_end_the_matter(stage: Stage) -> None:
    back(stage)
    stage.turn_at(OPENS + H)
    stage.fault(WithAge(path="leased-accounts", seconds=int((2 * H).total_seconds())))
    stage.turn_at(OPENS + 2 * H)
    assert (len(stage.told("release.undone")), stage.told("problem.resolved")) == (1, [])


def test_after_the_debit_it_is_paid_for_that_and_not_for_an_absence(stage: Stage) -> None:
    stage.turn_at(OPENS + H)
    back(stage, next_renewal_at=RENEWS + 31 * D)
    report = stage.turn_at(RENEWS + H)

    assert exit_of(report) is Exit.REFUSED
    (paid,) = stage.told("renewal.paid")
    assert paid["facts"]["cause"] == "undone"
    assert len(stage.told("release.undone")) == 1
    assert saved(stage) == 0


def test_no_later_period_is_released_without_a_person(stage: Stage) -> None:
    back(stage, next_renewal_at=RENEWS + 31 * D)
    stage.watch_until(RENEWS + 31 * D - 6 * H, every=D)
    assert exit_of(stage.turn()) is Exit.REFUSED
    assert (stage.deletes, len(stage.told("release.announced"))) == (1, 1)

    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
    stage.turn()
    assert len(stage.told("problem.resolved")) == 1


def test_a_person_may_have_it_released_again_in_the_same_period(stage: Stage) -> None:
    back(stage)
    stage.turn_at(OPENS + H)
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
    assert exit_of(stage.turn_at(OPENS + H + M)) is Exit.DONE
    assert (stage.released, saved(stage)) == ([LATTE.id, LATTE.id], 15_000)


def test_a_second_release_counts_from_when_it_was_made(tmp_path: Path) -> None:
    """Its outcome kept the time and the price of the first: 25 h later the docket of the last day had
    forgotten it, and every brake on count, share and money let one release too many through.
    """
    rule = "policies.standard.release"
    early = {f"{rule}.lead": "29h", f"{rule}.notice": "0s", "brakes.min_history": "0s"}
    others = [account(f"far{number}", renews_in=300 * D) for number in range(9)]
    posts = [published(LATTE, 40 * D)]
    with in_memory(tmp_path, LATTE, *others, posts=posts, configuration=early) as stage:
        stage.turn()
        stage.turn_at(NOW + 2 * H)
        back(stage)
        stage.turn_at(NOW + 3 * H)
        stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
        stage.change(LATTE, price_cents=20_000)
        stage.turn_at(NOW + 27 * H)
        assert stage.released == [LATTE.id, LATTE.id]
        stage.move_to(NOW + 27 * H + M)
        assert [one.price_cents for one in stage.fleet().done] == [20_000]
        assert saved(stage) == 20_000


def test_another_lease_of_the_account_is_a_new_one(stage: Stage) -> None:
    back(stage, assigned_at=OPENS + M, next_renewal_at=OPENS + 30 * D)
    assert exit_of(stage.turn_at(OPENS + H)) is Exit.DONE
    assert stage.told("release.undone") == []
    assert len(stage.told("lease.new")) == 1
    assert saved(stage) == 15_000


def test_it_counts_wherever_it_comes_back(stage: Stage) -> None:
    stage.configure({"projects.beta.id": BETA, "projects.beta.enrolled": True})
    back(stage, project=BETA)
    stage.turn_at(OPENS + H)
    stage.turn_at(OPENS + 2 * H)
    (told,) = stage.told("release.undone")
    assert told["project"] == BETA
    assert stage.deletes == 1


@pytest.mark.parametrize("how", ["listed twice", "not understood", "without an id"])
def test_it_is_not_over_while_its_account_is_merely_left_alone(stage: Stage, how: str) -> None:
    """Another project listed the account too, and the release that did not last was told as over."""
    back(stage)
    stage.configure({"projects.beta.id": BETA})
    stage.turn_at(OPENS + H)
    assert len(stage.told("release.undone")) == 1

    path = f"{ACME}/leased-accounts"
    match how:
        case "listed twice":
            stage.fault(listed_by(BETA, LATTE))
        case "not understood":
            stage.fault(Corrupt(path=path, mutate=missing("monthlyPriceCents", account=LATTE.id)))
        case _:
            stage.fault(Corrupt(path=path, mutate=missing("socialAccountId", account=LATTE.id)))
    stage.turn_at(OPENS + H + M)
    stage.turn_at(OPENS + H + 2 * M)
    assert stage.told("problem.resolved") == []

    stage.sandbox.clear_faults()
    stage.remove(LATTE)
    stage.turn_at(OPENS + H + 3 * M)
    stage.turn_at(OPENS + H + 4 * M)
    assert "release.undone" in {event["facts"]["was"] for event in stage.told("problem.resolved")}
