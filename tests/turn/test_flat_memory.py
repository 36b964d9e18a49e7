"""An audit in JSON and a forecast hold no more of a large fleet than of a small one."""

import gc
import tracemalloc
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from threading import Event as StopSignal

import pytest

from tests.fakes.clock import FakeClock
from tests.stage import BETA, NOW, D, H, account, in_memory, listed_by, published
from watcher.adapters.decision_file import open_decision_file
from watcher.adapters.evidence.catalog import open_sources
from watcher.adapters.ledger.empty import EmptyLedger
from watcher.adapters.workers import HereAndNow
from watcher.ahead.charges import Hindrances
from watcher.ahead.forecast import Forecast, Grouping
from watcher.brakes import Limits
from watcher.cli.render.machine import audit_parts
from watcher.decide.exits import exit_of
from watcher.decide.orders import Orders
from watcher.decide.readings import Asking
from watcher.decide.report import Report
from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.listing import Listing
from watcher.facts.posts import Post, PostStatus
from watcher.messages.routes import Routes
from watcher.ports.leases import Identity, PostPage
from watcher.record.overrides import Overrides
from watcher.rules.plan import Decision, Mode
from watcher.rules.policy import Policy, ReleaseRule, ReleaseWhen
from watcher.rules.targets import Target
from watcher.turn.gather import Gatherer
from watcher.turn.turns import Turns
from watcher.wiring.turn import Purpose

EACH = 10
"""Accounts of a project."""


class Fleet:
    """A `LeaseReader` whose projects are made as they are asked for.

    A third of their accounts are unused, and none renews so soon that something is announced or due.
    """

    def whoami(self) -> Identity:
        return Identity(
            organization_id="org",
            organization_name="Agency",
            scopes=frozenset({"*"}),
            tier="partner",
            key_id="key",
            skew=timedelta(),
        )

    def leased(self, project: ProjectId) -> Listing:
        return Listing(
            project=project,
            accounts=tuple(self._account(project, place) for place in range(EACH)),
            quarantined=(),
            read_at=NOW,
            read_until=NOW,
        )

    def posts(
        self, project: ProjectId, *, statuses: tuple[PostStatus, ...], account: AccountId | None = None
    ) -> Iterator[PostPage]:
        posts = (
            Post(
                account=AccountId(f"sa_{project}_{place}"),
                status=PostStatus.PUBLISHED,
                scheduled_for=NOW - D,
                attempted_at=NOW - D,
                published_at=NOW - D,
            )
            for place in range(EACH)
            if place % 3
        )
        yield PostPage(posts=tuple(posts), last=True)

    def _account(self, project: ProjectId, place: int) -> Account:
        return Account(
            id=AccountId(f"sa_{project}_{place}"),
            project=project,
            handle="latte",
            platform="tiktok",
            followers=1_000,
            assigned_at=NOW - 90 * D,
            renews_at=NOW + 10 * D + 20 * D * place / EACH,
            price_cents=15_000,
        )


@contextmanager
def audited(projects: int) -> Iterator[tuple[Report, Collection[Decision]]]:
    policy = Policy(name="standard", warn=(), release=ReleaseRule(when=ReleaseWhen.IDLE))
    fleet, stop = Fleet(), StopSignal()
    with open_decision_file(in_memory=2**16) as aside:
        turns = Turns(
            reader=fleet,
            gatherer=Gatherer(
                reader=fleet, sources=open_sources({"posts"}, fleet), workers=HereAndNow(), threads=1
            ),
            ledger=EmptyLedger(),
            clock=FakeClock(NOW),
            orders=Orders(
                mode=Mode.ENFORCE,
                targets=tuple(
                    Target(id=ProjectId(f"prj_{number}"), name="acme", policies=(policy,), enrolled=True)
                    for number in range(projects)
                ),
                discovered=None,
                limits=Limits(),
                routes=Routes(),
                configured_holds=Overrides(),
                poll=timedelta(minutes=15),
                timeout=timedelta(seconds=10),
            ),
            stop=stop,
            asking=Asking.ALL,
            keep=aside.keep,
            recall=aside.recall,
        )
        report = turns.run().report
        yield report, aside.of(report)


def shown_as_json(projects: int) -> int:
    with audited(projects) as (report, decisions):
        parts = audit_parts(replace(report, decisions=decisions), NOW)
        return sum(part.count('"id": "sa_') for part in parts)


def forecast(projects: int) -> int:
    with audited(projects) as (report, decisions):
        made = Forecast(
            by=Grouping.DAY,
            until=NOW + 90 * D,
            hindrances=Hindrances.of(report),
            timezone=UTC,
        )
        made.take(decisions)
        return made.accounts


@pytest.mark.parametrize("show", [shown_as_json, forecast])
def test_a_fleet_three_times_as_large_takes_little_more_memory(show: object) -> None:
    """A line a project is all that there is more of, as long as nothing is announced or due."""
    at_most = {}
    for projects in (4, 33, 99):  # the first makes what is made once
        gc.collect()
        tracemalloc.start()
        try:
            assert show(projects) == projects * EACH  # type: ignore[operator]
            at_most[projects] = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert at_most[99] < 2 * at_most[33], {each: f"{bytes_:,}" for each, bytes_ in at_most.items()}


def test_read_one_by_one_an_audit_is_the_same_to_the_letter(tmp_path: Path) -> None:
    """Also of what turns out to be listed twice when it was decided about already."""
    late = account("late", renews_in=20 * D)
    twice = account("twice", renews_in=20 * D)
    used, due = account("used", project=BETA), account("due", renews_in=10 * H)
    posts = [published(late, 40 * D), published(twice, 40 * D), published(used, H), published(due, 40 * D)]
    watched = {"projects.beta.id": BETA}
    with in_memory(tmp_path, late, twice, used, due, posts=posts, configuration=watched) as stage:
        stage.fault(listed_by(BETA, twice))
        with stage.opened(Purpose.AUDIT) as turns:
            whole = turns.run().report
        with stage.opened(Purpose.AUDIT) as turns, open_decision_file() as aside:
            report = replace(turns, keep=aside.keep, recall=aside.recall).run().report
            one_by_one = replace(report, decisions=aside.of(report), turn=whole.turn)
            assert list(one_by_one.decisions) == list(whole.decisions)
            assert "".join(audit_parts(one_by_one, NOW)) == "".join(audit_parts(whole, NOW))
            assert exit_of(report) == exit_of(whole)
            assert {one.id for one in report.quarantined} == {"sa_twice"}
