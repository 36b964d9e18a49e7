"""A served sandbox with a clock that only the test moves, and a client for it."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from watcher.sandbox import DEFAULT_KEY, Account, Fleet, Key, Project, Sandbox, Serving

NOW = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)
PROJECT = "prj_one"
# Loading the certificates of the world for a client that speaks to loopback takes longer than most tests.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Stage:
    """A sandbox, the serving of it, and one client."""

    def __init__(self, sandbox: Sandbox, server: Serving, http: httpx.Client) -> None:
        self.sandbox, self.server, self.http = sandbox, server, http

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def delete(self, account: str, **options: Any) -> httpx.Response:
        return self.http.request("DELETE", f"/v1/leased-accounts/{account}", **options)

    def leased(self, status: str | None = None, **query: Any) -> list[str]:
        params = query if status is None else {"status": status, **query}
        answer = self.get(f"/v1/projects/{PROJECT}/leased-accounts", params=params)
        assert answer.status_code == 200, answer.text
        return [item["socialAccountId"] for item in answer.json()["items"]]


def client(server: Serving, key: Key | str | None = DEFAULT_KEY) -> httpx.Client:
    secret = key.secret if isinstance(key, Key) else key
    headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    return httpx.Client(base_url=server.url, headers=headers, timeout=30, trust_env=False, verify=_NO_TLS)


@contextmanager
def staged(fleet: Fleet, **options: Any) -> Iterator[Stage]:
    options.setdefault("clock", lambda: NOW)
    sandbox = Sandbox(fleet=fleet, **options)
    with sandbox.serve() as server, client(server) as http:
        yield Stage(sandbox, server, http)


def account(number: int = 1, **changes: Any) -> Account:
    facts: dict[str, Any] = {
        "id": f"sa_{number}",
        "project": PROJECT,
        "handle": f"handle.{number}",
        "assigned_at": datetime(2026, 3, 25, 8, 0, tzinfo=UTC),
        "next_renewal_at": datetime(2026, 4, 25, 8, 0, tzinfo=UTC),
    }
    return Account(**{**facts, **changes})


def fleet(*accounts: Account, **options: Any) -> Fleet:
    project = Project(id=PROJECT, name="One", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    return Fleet(projects=[project], accounts=accounts, **options)
