from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from tests.sandbox.stage import NOW, PROJECT, Stage, account, fleet, staged
from watcher.sandbox import DEFAULT_KEY, Account, Post, Project, fleets

POSTS = f"/v1/projects/{PROJECT}/scheduled-posts"


def test_the_seeds_are_answered_to_the_letter() -> None:
    seeds = fleets.seeds_fleet
    with staged(fleets.seeds()) as stage:
        answer = stage.get(f"/v1/projects/{seeds.PROJECT}/leased-accounts").json()
    common = {
        "projectId": "prj_01HX9Y7K8M2P4RSTUV56789AB",
        "platform": "tiktok",
        "status": "assigned",
        "assignedAt": "2026-04-20T16:12:02Z",
        "nextRenewalAt": "2026-05-20T16:12:02Z",
        "monthlyPriceCents": 15000,
    }
    assert answer["items"] == [
        {
            "socialAccountId": "sa_01HXZS8N3C5R6STUV7WXYZ9AB",
            "handle": "coffee.reviews.daily",
            "followers": 12840,
            **common,
        },
        {
            "socialAccountId": "sa_01HXZS8N3C5R6STUV7WXYZ9AC",
            "handle": "brew.at.home",
            "followers": 8412,
            **common,
        },
    ]


def test_whoami_tells_the_key_and_the_wallet(stage: Stage) -> None:
    said = stage.get("/v1/whoami").json()
    assert said["apiKeyId"] == DEFAULT_KEY.id
    assert said["scopes"] == ["*"]
    assert said["rateLimitTier"] == "standard"
    assert said["creditBalance"] == stage.sandbox.world.wallet_cents


def test_every_answer_has_an_id_and_one_date_of_the_sandbox_clock(stage: Stage) -> None:
    stage.sandbox.advance(timedelta(days=3))
    seen = set()
    for path in ("/v1/whoami", "/v1/nowhere", "/v1/projects?limit=0", "/_sandbox/world"):
        answer = stage.get(path)
        assert answer.headers.get_list("date") == [answer.headers["date"]]
        assert parsedate_to_datetime(answer.headers["date"]) == NOW + timedelta(days=3)
        seen.add(answer.headers["x-request-id"])
    assert len(seen) == 4


def test_projects_come_newest_first_in_pages() -> None:
    held = [
        Project(id=f"prj_{n}", name=str(n), created_at=datetime(2026, 1, 1 + n, tzinfo=UTC)) for n in range(5)
    ]
    with staged(fleets.empty(NOW)) as stage:
        for project in held:
            stage.sandbox.edit(lambda world, project=project: world.with_project(project))
        found, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            query = {"limit": 2, "cursor": cursor} if cursor else {"limit": 2}
            page = stage.get("/v1/projects", params=query).json()
            found += [item["id"] for item in page["items"]]
            cursor, pages = page["nextCursor"], pages + 1
    assert found == ["prj_4", "prj_3", "prj_2", "prj_1", "prj_0"]
    assert pages == 3


def test_projects_are_filtered_by_status() -> None:
    gone = Project(id="prj_gone", name="Gone", created_at=NOW, status="archived")
    with staged(fleet()) as stage:
        stage.sandbox.edit(lambda world: world.with_project(gone))
        ids = {
            status: [
                item["id"] for item in stage.get("/v1/projects", params={"status": status}).json()["items"]
            ]
            for status in ("active", "archived")
        }
    assert ids == {"active": [PROJECT], "archived": ["prj_gone"]}


def test_a_release_between_two_pages_skips_nobody() -> None:
    with staged(fleet(*(account(n) for n in range(6)))) as stage:
        path = f"/v1/projects/{PROJECT}/leased-accounts"
        first = stage.get(path, params={"limit": 3}).json()
        assert stage.delete("sa_2").status_code == 200
        second = stage.get(path, params={"limit": 3, "cursor": first["nextCursor"]}).json()
    assert [item["socialAccountId"] for item in second["items"]] == ["sa_3", "sa_4", "sa_5"]
    assert second["nextCursor"] is None


def test_the_default_page_of_accounts_can_be_set() -> None:
    with staged(fleet(*(account(n) for n in range(6))), default_page=4) as stage:
        assert len(stage.leased()) == 4


def test_own_accounts_are_in_no_lease_list(stage: Stage) -> None:
    assert stage.leased() == ["sa_1", "sa_2", "sa_3"]
    assert stage.leased("disconnected") == []


@pytest.mark.parametrize("fractional", [False, True])
def test_times_have_fractions_only_on_request(fractional: bool) -> None:
    with staged(fleet(account(), fractional_seconds=fractional)) as stage:
        item = stage.get(f"/v1/projects/{PROJECT}/leased-accounts").json()["items"][0]
    assert item["nextRenewalAt"] == ("2026-04-25T08:00:00.000Z" if fractional else "2026-04-25T08:00:00Z")


def _posts(held: Account) -> list[Post]:
    return [
        Post.published(id="post_old", account=held, at=NOW - timedelta(days=9)),
        Post.published(id="post_new", account=held, at=NOW - timedelta(days=2)),
        Post.failed(id="post_failed", account=held, at=NOW - timedelta(days=1)),
        Post.queued(id="post_queued", account=held, at=NOW + timedelta(days=1)),
        Post.draft(id="post_draft", account=account(2), at=NOW + timedelta(days=2)),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["draft", "queued", "failed", "new", "old"]),
        ("status=queued&status=draft", ["draft", "queued"]),
        ("socialAccountId=sa_2", ["draft"]),
        ("since=2026-04-18T12:00:00Z&until=2026-04-19T12:00:00Z", ["failed", "new"]),
        ("since=2026-04-18T14:00:00%2B02:00&status=published", ["new"]),
        ("socialAccountId=sa_unheard_of", []),
    ],
)
def test_posts_are_filtered_and_newest_first(stage: Stage, query: str, expected: list[str]) -> None:
    stage.sandbox.edit(lambda world: world.with_posts(_posts(account(1))))
    items = stage.get(f"{POSTS}?{query}").json()["items"]
    assert [item["id"].removeprefix("post_") for item in items] == expected


def test_pages_of_posts_hold_every_post_once(stage: Stage) -> None:
    same = [Post.queued(id=f"post_{n:03}", account=account(), at=NOW) for n in range(7)]
    stage.sandbox.edit(lambda world: world.with_posts(same))
    found, cursor = [], ""
    while True:
        page = stage.get(f"{POSTS}?limit=3{cursor}").json()
        found += [item["id"] for item in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert sorted(found) == [post.id for post in same]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/projects?limit=0",
        "/v1/projects?limit=201",
        "/v1/projects?limit=ten",
        "/v1/projects?limit=1&limit=2",
        "/v1/projects?status=lost",
        "/v1/projects?cursor=made-up",
        f"/v1/projects/{PROJECT}/leased-accounts?status=all",
        f"/v1/projects/{PROJECT}/leased-accounts?cursor=WyJwcm9qZWN0cyJd",
        f"{POSTS}?status=",
        f"{POSTS}?limit=101",
        f"{POSTS}?since=yesterday",
        f"{POSTS}?until=2026-04-19",
        f"{POSTS}?since=2026-04-18T12:00:00+02:00",
    ],
)
def test_a_bad_query_value_answers_422(stage: Stage, path: str) -> None:
    answer = stage.get(path)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "VALIDATION"


def test_a_cursor_of_another_filter_is_refused(stage: Stage) -> None:
    stage.sandbox.edit(lambda world: world.with_posts(_posts(account(1))))
    cursor = stage.get(f"{POSTS}?limit=1").json()["nextCursor"]
    assert stage.get(f"{POSTS}?limit=1&status=published&cursor={cursor}").status_code == 422


def test_health_is_answered_for_every_account_still_there(stage: Stage) -> None:
    assert stage.get("/v1/social-accounts/sa_1/health").json()["tier"] == "warm"
    assert stage.get("/v1/social-accounts/sa_9/health").status_code == 200
    assert stage.get("/v1/social-accounts/sa_none/health").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/projects/prj_none/leased-accounts", 404, "NOT_FOUND"),
        ("GET", "/v1/projects/prj_none/scheduled-posts", 404, "NOT_FOUND"),
        ("GET", "/v1/elsewhere", 404, "NOT_FOUND"),
        ("GET", "/", 404, "NOT_FOUND"),
        ("GET", "/v1/whoami/", 404, "NOT_FOUND"),
        ("POST", "/v1/projects", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/v1/leased-accounts/sa_1", 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_anything_else_is_refused_in_the_envelope(
    stage: Stage, method: str, path: str, status: int, code: str
) -> None:
    answer = stage.http.request(method, path)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["requestId"] == answer.headers["x-request-id"]


def test_a_head_request_gets_no_body_and_spoils_no_connection(stage: Stage) -> None:
    assert stage.http.head("/v1/whoami").status_code == 405
    assert stage.get("/v1/whoami").status_code == 200


def test_an_encoded_slash_is_part_of_an_id(stage: Stage) -> None:
    stage.sandbox.edit(lambda world: world.with_account(account(4, id="sa/odd %")))
    assert stage.get("/v1/social-accounts/sa%2Fodd%20%25/health").json()["socialAccountId"] == "sa/odd %"
