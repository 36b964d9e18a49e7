"""The client in front of a served sandbox: two independent readings of the API, on one clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.clock import FakeClock
from watcher import sandbox
from watcher.adapters.http.client import open_http
from watcher.adapters.layers.options import ApiOptions
from watcher.adapters.layers.reader import LayersReader
from watcher.adapters.layers.releaser import LayersReleaser
from watcher.adapters.layers.session import Session, open_session
from watcher.facts.accounts import AccountId, ProjectId
from watcher.sandbox import Fault, Fleet, Key, Sandbox, Serving
from watcher.texts.secret import Secret

NOW = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)
PROJECT = ProjectId("prj_one")
SECRET = "lp_live_4QZpN_never_to_be_shown"


@dataclass(frozen=True, kw_only=True)
class Stage:
    clock: FakeClock
    sandbox: Sandbox
    server: Serving
    session: Session

    @property
    def reader(self) -> LayersReader:
        return LayersReader(session=self.session)

    @property
    def releaser(self) -> LayersReleaser:
        return LayersReleaser(session=self.session)

    def paths(self) -> list[str]:
        return [f"{entry.method} {entry.path}" for entry in self.server.log.entries]

    def leased_ids(self) -> list[AccountId]:
        return [account.id for account in self.reader.leased(PROJECT).accounts]


@contextmanager
def staged(
    fleet: Fleet,
    *faults: Fault,
    clock: Any = None,
    key: Key | None = None,
    limits: bool = False,
    timeout: timedelta = timedelta(seconds=5),
    **options: Any,
) -> Iterator[Stage]:
    """A sandbox whose time is the client's, and moves when the client waits."""
    clock = clock or FakeClock(NOW)
    held = Sandbox(fleet=fleet, clock=clock.now, keys=[key or Key(secret=SECRET)], limits=limits, **options)
    held.add_fault(*faults)
    with held.serve() as server, open_http(clock=clock, timeout=timeout) as http:
        api = ApiOptions(base_url=server.url, timeout=timeout)
        session = open_session(api, http=http, key=Secret(SECRET), clock=clock)
        yield Stage(clock=clock, sandbox=held, server=server, session=replace(session, jitter=lambda: 0.0))


def account(name: str = "1", **changes: Any) -> sandbox.Account:
    facts: dict[str, Any] = {
        "id": f"sa_{name}",
        "project": PROJECT,
        "handle": f"handle.{name}",
        "assigned_at": datetime(2026, 3, 25, 8, 0, tzinfo=UTC),
        "next_renewal_at": datetime(2026, 4, 25, 8, 0, tzinfo=UTC),
    }
    return sandbox.Account(**{**facts, **changes})


def project(id_: str = PROJECT, **changes: Any) -> sandbox.Project:
    return sandbox.Project(**{"id": id_, "name": "One", "created_at": NOW - timedelta(days=100), **changes})


def fleet(*accounts: sandbox.Account, **changes: Any) -> Fleet:
    return Fleet(**{"projects": [project()], "accounts": accounts, **changes})
