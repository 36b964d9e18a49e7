from datetime import timedelta

import pytest

from tests.sandbox.stage import NOW, PROJECT, Stage, account, client
from watcher.sandbox import DEFAULT_KEY, Key, Post


def test_a_release_moves_the_account_to_the_disconnected(stage: Stage) -> None:
    answer = stage.delete("sa_2")
    assert answer.status_code == 200
    assert answer.json() == {
        "socialAccountId": "sa_2",
        "status": "disconnected",
        "disconnectedReason": "released_by_partner",
        "disconnectedAt": "2026-04-20T12:00:00Z",
    }
    assert stage.leased() == ["sa_1", "sa_3"]
    assert stage.leased("disconnected") == ["sa_2"]


def test_a_second_release_answers_404(stage: Stage) -> None:
    stage.delete("sa_2")
    answer = stage.delete("sa_2")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert stage.server.log.deletes() == 2
    assert stage.server.log.deletes(applied=True) == 1


def test_a_release_cancels_what_was_to_be_posted_and_nothing_else(stage: Stage) -> None:
    held, at = account(2), NOW + timedelta(days=1)
    unfinished = [
        Post(id=f"post_{status}", project=PROJECT, account="sa_2", status=status, scheduled_for=at)
        for status in ("queued", "publishing", "draft", "draft_in_inbox")
    ]
    finished = [
        Post.published(id="post_published", account=held, at=NOW - timedelta(days=1)),
        Post.failed(id="post_failed", account=held, at=NOW - timedelta(days=1)),
        Post.queued(id="post_of_another", account=account(1), at=at),
    ]
    stage.sandbox.edit(lambda world: world.with_posts([*unfinished, *finished]))
    stage.delete("sa_2")
    items = stage.get(f"/v1/projects/{PROJECT}/scheduled-posts").json()["items"]
    canceled = {item["id"] for item in items if item["status"] == "canceled"}
    assert canceled == {post.id for post in unfinished}


def test_the_reason_is_kept(stage: Stage) -> None:
    stage.delete("sa_1", json={"reason": "unused for 34 d"})
    (entry,) = stage.server.log.select("DELETE")
    assert (entry.reason, entry.key, entry.applied, entry.status) == (
        "unused for 34 d",
        DEFAULT_KEY.id,
        True,
        200,
    )
    assert stage.sandbox.world.releases[0].reason == "unused for 34 d"


def test_an_own_account_is_never_released(stage: Stage) -> None:
    error = stage.delete("sa_9")
    assert error.status_code == 409
    assert error.json()["error"]["code"] == "CONFLICT"
    assert error.json()["error"]["details"] == {"reason": "NOT_LEASED"}
    assert stage.sandbox.world.accounts["sa_9"].status == "assigned"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"reason": 3}', b"\xff"])
def test_a_body_that_says_nothing_readable_releases_nothing(stage: Stage, body: bytes) -> None:
    assert stage.delete("sa_1", content=body).status_code == 422
    assert stage.sandbox.world.accounts["sa_1"].status == "assigned"


def test_a_released_account_is_charged_no_more(stage: Stage) -> None:
    stage.delete("sa_1")
    stage.sandbox.advance(timedelta(days=10))
    assert {debit.account for debit in stage.sandbox.world.debits} == {"sa_2", "sa_3"}


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("projects:read", "GET", "/v1/projects"),
        ("leased:write", "GET", f"/v1/projects/{PROJECT}/leased-accounts"),
        ("publish:read", "GET", f"/v1/projects/{PROJECT}/scheduled-posts"),
        ("social:read", "GET", "/v1/social-accounts/sa_1/health"),
        ("leased:write", "DELETE", "/v1/leased-accounts/sa_1"),
    ],
)
def test_each_endpoint_needs_its_scope(stage: Stage, scope: str, method: str, path: str) -> None:
    every = {"projects:read", "leased:write", "publish:read", "social:read"}
    without = Key(secret="lp_without", id="key_without", scopes=tuple(sorted(every - {scope})))
    only = Key(secret="lp_only", id="key_only", scopes=(scope,))
    stage.sandbox.edit(lambda world: world.with_key(without).with_key(only))
    with client(stage.server, without) as http:
        answer = http.request(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN_SCOPE")
        assert http.get("/v1/whoami").status_code == 200
    with client(stage.server, only) as http:
        assert http.request(method, path).status_code == 200


@pytest.mark.parametrize("authorization", [None, "Bearer lp_wrong", "Bearer", "Basic lp_test_sandbox"])
def test_without_a_known_key_nothing_is_told(stage: Stage, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    with client(stage.server, None) as http:
        for method, path in (("GET", "/v1/whoami"), ("DELETE", "/v1/leased-accounts/sa_1")):
            answer = http.request(method, path, headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
    assert stage.server.log.deletes(applied=True) == 0


def test_a_suspended_key_is_refused_everywhere(stage: Stage) -> None:
    stage.sandbox.edit(lambda world: world.with_key(Key(secret=DEFAULT_KEY.secret, suspended=True)))
    for answer in (stage.get("/v1/whoami"), stage.get("/v1/projects"), stage.delete("sa_1")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "KILL_SWITCH")


def test_no_secret_is_in_the_log_nor_in_a_repr(stage: Stage) -> None:
    stage.get("/v1/whoami")
    told = repr(stage.server.log.entries) + repr(stage.sandbox.world) + stage.get("/_sandbox/log").text
    assert DEFAULT_KEY.secret not in told
