"""What people change of a served sandbox with curl: faults, posts, accounts."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.sandbox.stage import NOW, Stage
from watcher.sandbox import Fault, faults
from watcher.sandbox.control import ENDPOINTS
from watcher.sandbox.named_faults import NAMES, fault_of, name_of

LISTED = "/v1/projects/prj_one/leased-accounts"


def test_it_tells_what_can_be_done_with_it(stage: Stage) -> None:
    assert stage.get("/_sandbox/").json() == ENDPOINTS
    assert all(stage.http.put(f"/_sandbox/{name}").status_code == 405 for name in ("", *ENDPOINTS))


def test_a_fault_added_from_outside_spoils_what_it_says_and_nothing_else(stage: Stage) -> None:
    told = stage.http.post(
        "/_sandbox/faults", json={"fault": "server_error", "method": "DELETE", "times": 1, "status": 502}
    )

    assert told.json()["faults"] == [{"fault": "server_error", "seen": 0, "spoiled": 0}]
    assert stage.get("/v1/whoami").status_code == 200
    assert stage.delete("sa_1").status_code == 502
    assert stage.get("/_sandbox/faults").json()["faults"][0]["spoiled"] == 1
    assert stage.delete("sa_1").status_code == 200


def test_an_answer_is_lost_although_the_release_was_made(stage: Stage) -> None:
    stage.http.post("/_sandbox/faults", json={"fault": "lost_answer", "method": "DELETE"})

    with pytest.raises(httpx.TransportError):
        stage.delete("sa_1")

    assert stage.sandbox.world.accounts["sa_1"].status == "disconnected"


def test_faults_end_when_they_are_deleted(stage: Stage) -> None:
    stage.http.post("/_sandbox/faults", json={"fault": "suspended"})
    assert stage.get("/v1/whoami").status_code == 503

    assert stage.http.delete("/_sandbox/faults").json()["faults"] == []

    assert stage.get("/v1/whoami").status_code == 200


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"fault": "hang", "seconds": 2, "path": "whoami"}, faults.Hang(seconds=2, path="whoami")),
        ({"fault": "wrong_date", "offset": -90}, faults.WrongDate(offset=timedelta(seconds=-90))),
        (
            {"fault": "rate_limited", "retry_after": "3", "after": 1},
            faults.RateLimited(retry_after="3", after=1),
        ),
        (
            {"fault": "stale_list", "as_of": "last release"},
            faults.StaleList(as_of="last release"),
        ),
        (
            {"fault": "corrupt", "patch": [{"op": "remove", "path": "/items/0"}], "probability": 0.5},
            faults.Corrupt(patch=[{"op": "remove", "path": "/items/0"}], probability=0.5),
        ),
        ({"fault": "oversized", "bytes": 9, "declared": False}, faults.Oversized(bytes=9, declared=False)),
    ],
)
def test_a_fault_is_what_its_document_says(document: Any, fault: Fault) -> None:
    assert fault_of(document) == fault
    assert name_of(fault) == document["fault"]


def test_every_fault_has_a_name() -> None:
    assert {"server_error", "lost_answer", "drop_before", "drip_fed", "html"} < NAMES.keys()
    assert len(NAMES) == 19


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "body: must be like"),
        ({}, "fault: there are corrupt, drip_fed"),
        ({"fault": ["hang"]}, "fault: there are corrupt"),
        ({"fault": "hang"}, "seconds: hang needs it"),
        ({"fault": "hang", "seconds": "2"}, "seconds: must be a number"),
        ({"fault": "hang", "seconds": True}, "seconds: must be a number"),
        ({"fault": "hang", "seconds": 1e300}, "seconds: must be a number"),
        (
            {"fault": "hang", "second": 2},
            "second: hang takes method, path, after, times, probability, seconds",
        ),
        ({"fault": "suspended", "path": "("}, "path: must be a pattern"),
        ({"fault": "suspended", "path": 1}, "path: must be a pattern"),
        ({"fault": "server_error", "apply": 1}, "apply: takes no 1"),
        ({"fault": "stale_list", "as_of": "noon"}, "as_of: takes no 'noon'"),
        ({"fault": "corrupt", "patch": [{"op": "move", "path": "/a"}]}, "patch: takes no"),
        ({"fault": "corrupt", "mutate": "x"}, "mutate: corrupt takes"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_and_spoils_nothing(
    stage: Stage, document: Any, told: str
) -> None:
    answer = stage.http.post("/_sandbox/faults", json=document)

    assert answer.status_code == 422
    assert told in answer.json()["error"]["message"]
    assert stage.get("/_sandbox/faults").json()["faults"] == []


def test_somebody_posts(stage: Stage) -> None:
    told = stage.http.post("/_sandbox/posts", json={"account": "@handle.1"}).json()
    stage.http.post("/_sandbox/posts", json={"account": "sa_1", "status": "queued"})
    stage.http.post(
        "/_sandbox/posts", json={"account": "sa_1", "status": "failed", "at": "2026-04-19T09:00:00Z"}
    )

    posts = stage.sandbox.world.posts_of("sa_1")
    assert told["status"] == "published"
    assert [(post.status, post.scheduled_for - NOW) for post in posts] == [
        ("queued", timedelta(days=1)),
        ("published", timedelta()),
        ("failed", -timedelta(hours=27)),
    ]


def test_an_account_is_changed(stage: Stage) -> None:
    told = stage.http.post(
        "/_sandbox/accounts",
        json={"account": "@handle.1", "nextRenewalAt": "2026-05-01T08:00:00Z", "monthlyPriceCents": 20_000},
    )
    stage.http.post("/_sandbox/accounts", json={"account": "sa_2", "status": "disconnected"})

    assert told.json()["monthlyPriceCents"] == 20_000
    listed = stage.get(LISTED).json()["items"]
    assert (listed[0]["nextRenewalAt"], listed[0]["monthlyPriceCents"]) == ("2026-05-01T08:00:00Z", 20_000)
    assert "sa_2" not in {item["socialAccountId"] for item in listed}


def test_an_account_s_health_is_changed_and_nothing_else_of_it(stage: Stage) -> None:
    before = stage.get("/v1/social-accounts/sa_1/health").json()
    told = stage.http.post("/_sandbox/accounts", json={"account": "sa_1", "healthTier": "hot"})
    assert told.json()["healthTier"] == "hot"
    assert stage.get("/v1/social-accounts/sa_1/health").json() == before | {"tier": "hot"}
    shown = {one["id"]: one["healthTier"] for one in stage.get("/_sandbox/world").json()["accounts"]}
    assert (shown["sa_1"], shown["sa_2"]) == ("hot", before["tier"])


@pytest.mark.parametrize(
    ("endpoint", "document", "told"),
    [
        ("posts", [], "account: must be an account's id"),
        ("posts", {"account": "@nobody"}, "account: there is no @nobody"),
        ("posts", {"account": "sa_1", "status": "canceled"}, "status: must be one of published"),
        ("posts", {"account": "sa_1", "at": "noon"}, "at: must be a time"),
        ("posts", {"account": "sa_1", "when": 1}, "when: must be one of account, status, at"),
        ("accounts", {"account": "sa_1"}, "body: nothing to change"),
        ("accounts", {"account": "sa_1", "price": 1}, "price: must be one of account, nextRenewalAt"),
        ("accounts", {"account": "sa_1", "followers": "many"}, "followers: must be a number"),
        ("accounts", {"account": "sa_1", "followers": True}, "followers: must be a number"),
        ("accounts", {"account": "sa_1", "handle": 7}, "handle: must be text"),
        ("accounts", {"account": "sa_1", "healthTier": 7}, "healthTier: must be text"),
        ("accounts", {"account": "sa_1", "nextRenewalAt": 7}, "nextRenewalAt: must be a time"),
    ],
)
def test_what_makes_no_sense_changes_nothing(stage: Stage, endpoint: str, document: Any, told: str) -> None:
    before = stage.sandbox.world

    answer = stage.http.post(f"/_sandbox/{endpoint}", json=document)

    assert answer.status_code == 422
    assert told in answer.json()["error"]["message"]
    assert stage.sandbox.world == before


def test_every_answer_bears_the_mark_and_the_clock(stage: Stage) -> None:
    stage.sandbox.advance(timedelta(hours=1))

    marks = [
        stage.get(path).headers["X-Layers-Sandbox"] for path in ("/v1/whoami", "/v1/no", "/_sandbox/clock")
    ]

    assert marks == ["2026-04-20T13:00:00.000Z"] * 3
