"""Use that fades one by one stops nothing; a source that goes blind stops everything at once (ADR 4, 24)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.stage import ACME, BETA, LATTE, NOW, OPENS, D, H, Stage, account, in_memory, published
from watcher.brakes import Brake, kinds
from watcher.decide.report import Report
from watcher.record.overrides import OverrideKind
from watcher.sandbox import Account, Corrupt, EmptyList, Fault, Post, corruptions

COMPLETE = {"policies.standard.evidence_complete": True}


def on(report: Report) -> list[tuple[Brake, str | None]]:
    return [(halt.brake, halt.project) for halt in report.halts.halts]


class Fleet:
    """Thirty accounts in two projects, one renewing each day; two of three post every third day."""

    def __init__(self, stage: Stage, accounts: list[Account]) -> None:
        self.stage, self.accounts = stage, accounts

    def pass_a_day(self) -> Report:
        day = (self.stage.clock.now() + D - NOW) // D
        self.stage.move_to(NOW + day * D)
        self.stage.sandbox.edit(
            lambda world: world.with_posts(
                Post.published(id=f"post_{one.id}_{day}", account=one, at=self.stage.clock.now() - H)
                for number, one in enumerate(self.accounts)
                if number % 3 and (day + number) % 3 == 0
            )
        )
        return self.stage.turn()


@contextmanager
def fleet(folder: Path, **configuration: Any) -> Iterator[Fleet]:
    accounts = [
        account(f"a{number:02}", renews_in=(number + 1) * D + 3 * H, project=(ACME, BETA)[number % 2])
        for number in range(30)
    ]
    posts = [published(one, (1 if number % 3 else 40) * D) for number, one in enumerate(accounts)]
    both = {"projects.beta.id": BETA, "projects.beta.enrolled": True, "policies.standard.warn": ["7d"]}
    with in_memory(folder, *accounts, posts=posts) as stage:
        stage.configure({**both, **configuration})
        yield Fleet(stage, accounts)


def test_use_that_ended_over_weeks_is_no_jump_on_the_day_it_is_looked_at(tmp_path: Path) -> None:
    """An account was newly unused when it was first asked about, a week before its renewal: four of four
    asked were "too many at once" in a fleet of sixty, every release was halted, and it only grew.
    """
    faded = [account(f"faded{number}", renews_in=2 * D + 3 * H) for number in range(4)]
    far = [account(f"far{number}", renews_in=60 * D) for number in range(56)]
    posts = [published(one, (10 + number) * D) for number, one in enumerate(faded)]
    with in_memory(tmp_path, *faded, *far, posts=posts) as stage:
        stage.turn()
        stage.turn_at(NOW + 3 * D)
        for day in range(26, 34):
            report = stage.turn_at(NOW + day * D)
            assert on(report) == []
        assert len(stage.released) == 4


def lagging(body: dict[str, Any]) -> dict[str, Any]:
    """The posts of the last two weeks are missing."""
    before = (NOW + 3 * D - 14 * D).strftime("%Y-%m-%dT")
    body["items"] = [item for item in body["items"] if (item.get("publishedAt") or "") < before]
    return body


@pytest.mark.parametrize(
    ("fault", "configuration"),
    [
        (EmptyList(path="scheduled-posts"), {}),
        (EmptyList(path="scheduled-posts"), COMPLETE),
        (Corrupt(path="scheduled-posts", mutate=lagging), {}),
    ],
    ids=["empty lists", "empty lists of what is called complete", "the last weeks are missing"],
)
def test_a_source_that_goes_blind_halts_all_in_its_first_turn_and_as_long_as_it_is(
    tmp_path: Path, fault: Fault, configuration: dict[str, Any]
) -> None:
    """What the ledger remembered aged out while nothing was shown: accounts in daily use were released."""
    with fleet(tmp_path, **configuration) as world:
        for _ in range(3):
            world.pass_a_day()
        before = world.stage.deletes
        world.stage.fault(fault)
        for _ in range(9):
            report = world.pass_a_day()
            assert {brake for brake, _ in on(report)} == {kinds.IDLE_JUMP}
            assert all(report.halts.on(entry.period, entry.project) for entry in report.docket.to_come)
        assert world.stage.deletes == before
        world.stage.sandbox.clear_faults()
        assert on(world.pass_a_day()) == []
        for _ in range(3):
            world.pass_a_day()
        assert world.stage.deletes > before


def test_a_project_whose_source_goes_blind_halts_alone(tmp_path: Path) -> None:
    """One of two accounts of one project of many: no share of a fleet tells of that."""
    due, other = account("due"), account("other", project=BETA)
    others = [account(f"far{number}", renews_in=40 * D) for number in range(20)]
    posts = [published(due, 40 * D), published(other, 40 * D)]
    with in_memory(tmp_path, due, other, *others, posts=posts) as stage:
        stage.configure({"projects.beta.id": BETA, "projects.beta.enrolled": True})
        stage.watch_until(OPENS)
        stage.fault(EmptyList(path=f"{BETA}/scheduled-posts"))
        report = stage.turn()
        assert on(report) == [(kinds.IDLE_JUMP, BETA)]
        assert stage.released == [due.id]
        [text] = [event["text"] for event in stage.told("brake.halted")]
        assert "too many accounts turned unused at once in beta (no use at all is shown any more)" in text
        assert "`lease-watcher resume --accept-baseline --reason WHY`" in text
        stage.say(OverrideKind.ACCEPT_BASELINE)
        assert on(stage.turn_at(OPENS + H)) == []
        assert stage.released == [due.id, other.id]


def test_an_account_never_asked_about_is_not_believed_to_be_unused_by_a_source_gone_blank(
    tmp_path: Path,
) -> None:
    """Nothing is remembered of it that its source could fail to show."""
    old, fresh = account("old", renews_in=20 * D), account("fresh", renews_in=9 * D)
    with in_memory(tmp_path, old, fresh, posts=[published(old, D)]) as stage:
        stage.configure({**COMPLETE, "policies.standard.warn": ["22d"]})
        stage.turn()
        stage.fault(EmptyList(path="scheduled-posts"))
        for hours in range(12, 9 * 24, 12):
            report = stage.turn_at(NOW + hours * H)
        assert (on(report), stage.deletes) == ([(kinds.IDLE_JUMP, ACME)], 0)


@pytest.mark.parametrize(
    ("doubtful", "halted"), [(3, False), (6, True)], ids=["three of nine in sixty", "most of those asked"]
)
def test_a_few_unknowns_of_a_large_fleet_halt_nothing_and_a_source_that_fails_does(
    tmp_path: Path, doubtful: int, halted: bool
) -> None:
    """Three of nine that were asked were "too many", although the fleet had sixty and the three were kept."""
    used = [account(f"used{number}", renews_in=4 * D) for number in range(8)]
    far = [account(f"far{number}", renews_in=40 * D) for number in range(51)]
    posts = [published(one, D) for one in used] + [published(LATTE, 40 * D)]
    with in_memory(tmp_path, LATTE, *used, *far, posts=posts) as stage:
        stage.watch_until(OPENS, every=D)
        for one in used[:doubtful]:
            mutate = corruptions.changed("status", "boosted", account=one.id)
            stage.fault(Corrupt(path="scheduled-posts", mutate=mutate))
        assert on(stage.turn()) == [(kinds.UNKNOWN_SHARE, None)] * halted
        assert stage.deletes == (not halted)
