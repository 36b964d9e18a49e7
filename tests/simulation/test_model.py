"""The model of the API, held against the documentation: what it answers, what it debits, what it keeps."""

import ast
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.simulation.model.api import Api
from tests.simulation.model.months import month_after
from tests.simulation.model.world import PUBLISHING, Charge, Deletion, Lease, Look, Post, World

CONTRACT = Path(__file__).parents[1] / "contracts" / "layers-openapi.yaml"
SPEC: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
D, S = timedelta(days=1), timedelta(seconds=1)
RENEWAL = datetime(2026, 1, 31, 8, tzinfo=UTC)


def lease(number: int = 1, **changed: Any) -> Lease:
    facts: dict[str, Any] = {
        "id": f"sa_{number}",
        "project": "prj_acme",
        "handle": f"idle.{number}",
        "platform": "tiktok",
        "followers": 1_000,
        "assigned_at": NOW - 200 * D,
        "renews_at": RENEWAL,
        "price_cents": 15_000,
        "listed_from": NOW - 200 * D,
        "anchor": RENEWAL.day,
    }
    return Lease(**{**facts, **changed})


def post(**changed: Any) -> Post:
    at = NOW - D
    facts: dict[str, Any] = {
        "id": "post_1",
        "account": "sa_1",
        "project": "prj_acme",
        "appears_at": at,
        "scheduled_for": at,
        "ended_at": at + PUBLISHING,
    }
    return Post(**{**facts, **changed})


class Asked:
    """The API over some leases, asked at an instant."""

    def __init__(self, *leases: Lease, **world: Any) -> None:
        self.world = World(
            projects={"prj_acme": "acme"},
            leases={one.id: one for one in leases},
            scopes=("projects:read", "leased:write", "publish:read", "social:read"),
            secret="lp_test",
            now=NOW,
            **world,
        )
        self.api = Api(world=self.world)

    def __call__(self, method: str, target: str, *, at: datetime = NOW, key: str = "lp_test") -> Any:
        reply = self.api.answer(method, target, authorization=f"Bearer {key}", begun_at=at, now=at)
        self.reply = reply
        return json.loads(reply.body)

    def listed(self, at: datetime = NOW, status: str = "assigned") -> list[str]:
        body = self("GET", f"/v1/projects/prj_acme/leased-accounts?status={status}", at=at)
        return [one["socialAccountId"] for one in body["items"]]


def test_it_knows_nothing_of_the_watcher_nor_of_its_sandbox() -> None:
    for file in (Path(__file__).parent / "model").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("watcher"), file.name
            if isinstance(node, ast.Import):
                assert not any(one.name.startswith("watcher") for one in node.names), file.name


@pytest.mark.parametrize(
    ("path", "method", "target", "status"),
    [
        ("/v1/whoami", "get", "/v1/whoami", 200),
        ("/v1/projects", "get", "/v1/projects", 200),
        ("/v1/projects/{projectId}/leased-accounts", "get", "/v1/projects/prj_acme/leased-accounts", 200),
        ("/v1/projects/{projectId}/leased-accounts", "get", "/v1/projects/prj_other/leased-accounts", 404),
        ("/v1/projects/{projectId}/scheduled-posts", "get", "/v1/projects/prj_acme/scheduled-posts", 200),
        ("/v1/social-accounts/{socialAccountId}/health", "get", "/v1/social-accounts/sa_1/health", 200),
        ("/v1/social-accounts/{socialAccountId}/health", "get", "/v1/social-accounts/sa_2/health", 404),
        ("/v1/leased-accounts/{socialAccountId}", "delete", "/v1/leased-accounts/sa_1", 200),
        ("/v1/leased-accounts/{socialAccountId}", "delete", "/v1/leased-accounts/sa_2", 404),
    ],
)
def test_it_answers_by_the_contract(path: str, method: str, target: str, status: int) -> None:
    ask = Asked(lease())
    ask.world.publish(post())
    body = ask(method.upper(), target)

    assert ask.reply.status == status
    held = SPEC["paths"][path][method]["responses"][str(status)]
    if "$ref" in held:
        held = SPEC["components"]["responses"][held["$ref"].rpartition("/")[2]]
    schema = {**held["content"]["application/json"]["schema"], "components": SPEC["components"]}
    jsonschema.validate(body, schema, cls=jsonschema.Draft202012Validator)


def test_a_wrong_key_and_a_missing_scope_are_refused_by_their_codes() -> None:
    ask = Asked(lease())
    assert ask("GET", "/v1/whoami", key="lp_other")["error"]["code"] == "UNAUTHENTICATED"
    ask.world.scopes = ("leased:write",)
    assert ask("GET", "/v1/projects/prj_acme/scheduled-posts")["error"]["code"] == "FORBIDDEN_SCOPE"
    assert ask.reply.status == 403


def test_months_keep_to_their_anchor_day() -> None:
    first = datetime(2026, 1, 31, 8, tzinfo=UTC)
    second = month_after(first, 31)
    assert second == datetime(2026, 2, 28, 8, tzinfo=UTC)
    assert month_after(second, 31) == datetime(2026, 3, 31, 8, tzinfo=UTC)
    assert month_after(datetime(2026, 12, 5, tzinfo=UTC), 5) == datetime(2027, 1, 5, tzinfo=UTC)


def test_a_renewal_is_debited_at_its_instant_and_not_a_tick_before() -> None:
    ask = Asked(lease())
    ask.world.advance(RENEWAL - S)
    assert (ask.world.truth.charges, ask.world.wallet_cents) == ([], 0)
    ask.world.advance(RENEWAL)
    assert ask.world.truth.charges == [Charge(account="sa_1", project="prj_acme", at=RENEWAL, cents=15_000)]
    assert ask.world.wallet_cents == -15_000
    ask.world.advance(datetime(2026, 4, 1, tzinfo=UTC))
    assert [(one.at.month, one.at.day) for one in ask.world.truth.charges] == [(1, 31), (2, 28), (3, 31)]


def test_a_release_ends_what_renews_and_calls_off_what_was_to_go_out() -> None:
    ask = Asked(lease())
    ask.world.publish(post(scheduled_for=NOW + D, ended_at=NOW + D + PUBLISHING))
    body = ask("DELETE", "/v1/leased-accounts/sa_1")

    assert (ask.reply.status, body["status"]) == (200, "disconnected")
    assert ask.world.truth.deletions == [
        Deletion(
            account="sa_1",
            begun_at=NOW,
            at=NOW,
            done=True,
            status=200,
            renews_at=RENEWAL,
            price_cents=15_000,
            open_posts=1,
        )
    ]
    (left,) = ask.world.posts_of("sa_1")
    assert left.status(NOW + 2 * D) == "canceled"
    ask.world.advance(RENEWAL)
    assert ask.world.truth.charges == []
    assert ask("DELETE", "/v1/leased-accounts/sa_1", at=RENEWAL)["error"]["code"] == "NOT_FOUND"


def test_nobody_posts_on_what_was_given_back() -> None:
    ask = Asked(lease())
    ask.world.publish(post(appears_at=NOW + D, scheduled_for=NOW + D, ended_at=NOW + D + PUBLISHING))
    ask("DELETE", "/v1/leased-accounts/sa_1")
    assert list(ask.world.posts_of("sa_1")) == []


def test_lists_follow_a_release_as_late_as_they_are_said_to() -> None:
    ask = Asked(lease(), settles=25 * S)
    ask("DELETE", "/v1/leased-accounts/sa_1")
    for after, there, gone in ((24 * S, ["sa_1"], []), (25 * S, [], ["sa_1"])):
        assert ask.listed(NOW + after) == there
        assert ask.listed(NOW + after, "disconnected") == gone


def test_a_new_lease_is_listed_a_little_later_than_it_begins() -> None:
    ask = Asked(lease(assigned_at=NOW, listed_from=NOW + 20 * S))
    assert ask.listed(NOW + 19 * S) == []
    assert ask.listed(NOW + 20 * S) == ["sa_1"]


def test_a_renewal_is_shown_a_little_later_than_it_comes() -> None:
    ask = Asked(lease(), settles=3 * S)
    shown = []
    for at in (RENEWAL + 2 * S, RENEWAL + 3 * S):
        body = ask("GET", "/v1/projects/prj_acme/leased-accounts", at=at)
        shown.append(body["items"][0]["nextRenewalAt"])
    assert shown == ["2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z"]


def test_pages_are_followed_by_their_cursor() -> None:
    ask = Asked(*(lease(number) for number in range(5)), page=2)
    found, cursor = [], ""
    while cursor is not None:
        body = ask("GET", "/v1/projects/prj_acme/leased-accounts" + cursor)
        found += [one["socialAccountId"] for one in body["items"]]
        cursor = None if body["nextCursor"] is None else f"?cursor={body['nextCursor']}"
    assert found == [f"sa_{number}" for number in range(5)]


def test_a_post_is_what_it_is_at_the_instant() -> None:
    one = post(appears_at=NOW, scheduled_for=NOW + D, ended_at=NOW + D + PUBLISHING)
    assert [one.status(at) for at in (NOW - S, NOW, NOW + D - S, NOW + D, NOW + D + PUBLISHING)] == [
        None,
        "queued",
        "queued",
        "publishing",
        "published",
    ]
    assert (one.used_at(NOW + D), one.used_at(one.ended_at)) == (None, one.ended_at)
    off = post(appears_at=NOW, scheduled_for=NOW + 2 * D, ended="canceled", ended_at=NOW + D)
    assert (off.status(NOW + D - S), off.status(NOW + D), off.used_at(NOW + D)) == (
        "queued",
        "canceled",
        None,
    )


def test_posts_come_newest_first_and_are_asked_for_by_account_and_status() -> None:
    ask = Asked(lease())
    for number in range(3):
        at = NOW - number * D
        ask.world.publish(
            post(id=f"post_{number}", appears_at=at, scheduled_for=at, ended_at=at + PUBLISHING)
        )
    ask.world.publish(post(id="other", account="sa_2"))
    where = "/v1/projects/prj_acme/scheduled-posts"
    posts = ask("GET", f"{where}?socialAccountId=sa_1&limit=2", at=NOW + S)
    assert [one["id"] for one in posts["items"]] == ["post_0", "post_1"]
    assert posts["nextCursor"] is not None
    going_out = ask("GET", f"{where}?status=publishing&status=queued", at=NOW + S)
    assert [one["id"] for one in going_out["items"]] == ["post_0"]
    assert ask.reply.look == Look(at=NOW + S, what="posts", project="prj_acme")
