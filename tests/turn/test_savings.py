"""What `savings` says after a quarter is what the wallet says, beside that of a twin whom nobody watched.

A real ledger in a file, HTTP, and the command as it is typed; the twin is the same fleet, left to renew.
"""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.quarter import DAYS, PROJECTS, START, accounts_of, posts_of
from tests.fakes.passing import PassingClock
from tests.stage import KEY, D, H, Stage, staged
from watcher.cli.main import main
from watcher.cli.process import Process
from watcher.facts.accounts import AccountId
from watcher.record.overrides import OverrideKind
from watcher.sandbox import Fleet, Post, World
from watcher.sandbox.faults import DropBefore, LostAnswer, ServerError
from watcher.sandbox.world import renewed

pytestmark = [pytest.mark.disk, pytest.mark.timeout(900)]

END = START + DAYS * D
ACCOUNTS = 24
CONFIGURATION = {
    **{f"projects.{id_.removeprefix('prj_')}.id": id_ for id_ in PROJECTS},
    **{f"projects.{id_.removeprefix('prj_')}.enrolled": True for id_ in PROJECTS},
    "schedule.poll": "24h",
    "policies.standard.release.lead": "26h",
    "projects.delta.owner": "south",
    "policies.standard.protect.accounts": ["sa_13"],
    "brakes.max_share": 1.0,
    "brakes.max_project_share": 1.0,
}


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """A watched fleet, and the debits of its twin."""

    stage: Stage
    clock: PassingClock
    twin: World

    def watch(self, begin: datetime, end: datetime) -> None:
        """A turn a day."""
        moment = begin
        while moment < end:
            self.clock.go_to(moment)
            self.stage.turn()
            moment += D
        self.clock.go_to(end)

    def fault(self, day: float, *faults: Any, until: float | None = None) -> None:
        self.clock.at(START + day * D, lambda: self.stage.fault(*faults))
        if until is not None:
            self.clock.at(START + until * D, self.stage.sandbox.clear_faults)

    def savings(self, *words: str) -> dict[str, Any]:
        out = StringIO()
        environ = {"LAYERS_API_KEY": KEY.secret, "HOME": str(self.stage.folder)}
        process = Process(environ=environ, cwd=self.stage.folder, clock=self.clock, out=out, err=StringIO())
        assert main(["savings", "--format", "json", *words], process) == 0
        found: dict[str, Any] = json.loads(out.getvalue())
        return found


@contextmanager
def quarter(folder: Path, seed: int = 3) -> Iterator[Quarter]:
    draw = random.Random(seed)
    clock = PassingClock(START)
    accounts = accounts_of(draw)[:ACCOUNTS]
    posts = [post for number, one in enumerate(accounts) for post in posts_of(one, number, draw)]
    before = [post for post in posts if post.scheduled_for < START]
    twin = renewed(World.of(Fleet(accounts=accounts)), END)
    with staged(
        folder, *accounts, posts=before, projects=PROJECTS, configuration=CONFIGURATION, clock=clock
    ) as stage:
        for post in posts:
            if post.scheduled_for >= START:
                clock.at(post.scheduled_for, lambda post=post: posted(stage, post))
        yield Quarter(stage=stage, clock=clock, twin=twin)


def posted(stage: Stage, post: Post) -> None:
    """Nobody posts on an account that was given back."""
    if stage.sandbox.world.accounts[post.account].status == "assigned":
        stage.sandbox.edit(lambda world: world.with_posts([post]))


def nothing(_: Quarter) -> None:
    pass


def faults(one: Quarter) -> None:
    """DELETEs without an answer, with and without an effect; errors; days without the API."""
    one.fault(3, LostAnswer(method="DELETE", times=1))
    one.fault(20, ServerError(status=503, code="UNAVAILABLE"), until=22.5)
    one.fault(25, DropBefore(method="DELETE", times=1))
    one.fault(30, ServerError(method="DELETE", status=502, apply=True, times=3))
    one.fault(45, ServerError(path="leased-accounts", probability=0.2), until=60)
    one.fault(70, LostAnswer(method="DELETE", times=1), ServerError(method="DELETE", status=500, times=1))


AWAY = (START + 40 * D, START + 47 * D)


@pytest.mark.parametrize(
    ("happens", "away"),
    [
        pytest.param(nothing, False, id="all is well"),
        pytest.param(faults, False, id="with faults"),
        pytest.param(nothing, True, id="away for a week"),
        pytest.param(faults, True, id="with faults, and away for a week"),
    ],
)
def test_both_columns_are_what_the_wallet_was_spared(
    tmp_path: Path, happens: Callable[[Quarter], None], away: bool
) -> None:
    with quarter(tmp_path) as one:
        happens(one)
        one.clock.at(START + 2 * H, lambda: one.stage.say(OverrideKind.HOLD, account=AccountId("sa_05")))
        if away:
            one.watch(START, AWAY[0])
            one.watch(AWAY[1], END)
        else:
            one.watch(START, END)
        found = one.savings("--since", START.isoformat())
        world = one.stage.sandbox.world
        spared = sum(debit.cents for debit in one.twin.debits) - sum(debit.cents for debit in world.debits)
        assert (found["saved"]["cents"] + found["later"]["cents"]) == spared
        first, later = avoided(one.twin, world)
        assert found["saved"] == {"renewals": len(first), "cents": sum(first)}
        assert found["later"] == {"renewals": len(later), "cents": sum(later)}
        calls = [call for call in one.stage.sandbox.log.entries if call.method == "DELETE"]
        unsure = [call for call in calls if call.applied and call.status != 200]
        assert bool(unsure) is (happens is faults), "some took effect without an answer that says so"
        assert len(first) >= 5, "or it would have shown nothing"
        assert len(later) >= 5
        assert found["not_yet_saved"]["renewals"] == len(world.releases) - len(first)
        assert_paid(found, world)
        assert of_wishes(found) == {
            "held by maria": debited(world, "sa_05"),
            "protected by its id": debited(world, "sa_13"),
        }
        for by in ("project", "month", "owner"):
            assert_parts(one.savings("--since", START.isoformat(), "--by", by))
        assert_halves(one, found)


def avoided(twin: World, world: World) -> tuple[list[int], list[int]]:
    """By the provider's books: the first debit of the twin that each release spared, and the others."""
    first, later = list[int](), list[int]()
    for release in world.releases:
        debits = [one for one in twin.debits if one.account == release.account and one.at > release.at]
        first += [one.cents for one in debits[:1]]
        later += [one.cents for one in debits[1:]]
    return first, later


def assert_paid(found: dict[str, Any], world: World) -> None:
    """What was paid in vain was debited, and its lines are its columns."""
    kinds = ("for_nothing", "in_doubt", "too_short", "in_use", "unnoted")
    lines = sum(line["cents"] for line in found["paid"])
    assert lines == sum(found[kind]["cents"] for kind in kinds)
    assert 0 < lines < sum(debit.cents for debit in world.debits)
    assert found["unnoted"]["renewals"] == 0


def debited(world: World, account: str) -> int:
    return sum(one.cents for one in world.debits if one.account == account)


def of_wishes(found: dict[str, Any]) -> dict[str, int]:
    """What was paid because somebody wanted the account kept; nobody ever posted on it again."""
    lines = [one for one in found["paid"] if one["cause"] in ("held", "protected")]
    assert {one["use"] for one in lines} <= {"unused", "unknown"}
    return {
        because: sum(one["cents"] for one in lines if one["because"] == because)
        for because in {one["because"] for one in lines}
    }


def assert_parts(found: dict[str, Any]) -> None:
    for column in ("saved", "later", "given_up", "for_nothing", "in_doubt"):
        parts = [share[column] for share in found["shares"]]
        assert sum(part["cents"] for part in parts) == found[column]["cents"], column


def assert_halves(one: Quarter, whole: dict[str, Any]) -> None:
    """A quarter is the sum of its halves: what began before a span and goes on in it counts there."""
    middle = START + DAYS / 2 * D
    early = one.savings("--since", START.isoformat(), "--until", middle.isoformat())
    late = one.savings("--since", middle.isoformat())
    for column in ("saved", "later", "given_up", "for_nothing", "in_doubt"):
        assert early[column]["cents"] + late[column]["cents"] == whole[column]["cents"], column
    assert late["later_by_earlier_releases"]["cents"] > 0
