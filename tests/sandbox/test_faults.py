import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.sandbox.stage import NOW, PROJECT, Stage, account
from watcher.sandbox import (
    Corrupt,
    DripFed,
    DropBefore,
    EmptyBody,
    EmptyList,
    Fault,
    Hang,
    Html,
    LostAnswer,
    NoDate,
    Oversized,
    PageLoop,
    RateLimited,
    ServerError,
    StaleList,
    Suspended,
    Truncated,
    WithAge,
    WrongDate,
    corruptions,
)

LIST = f"/v1/projects/{PROJECT}/leased-accounts"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (ServerError(), 500, "INTERNAL"),
        (ServerError(status=503, code="UNAVAILABLE"), 503, "UNAVAILABLE"),
        (RateLimited(retry_after="7"), 429, "RATE_LIMITED"),
        (Suspended(), 503, "KILL_SWITCH"),
        (Hang(seconds=0, apply=False), 504, "UPSTREAM_TIMEOUT"),
    ],
)
def test_an_error_answer_changes_nothing(stage: Stage, fault: Fault, status: int, code: str) -> None:
    stage.sandbox.add_fault(fault)
    answer = stage.delete("sa_1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["requestId"] == answer.headers["x-request-id"]
    assert stage.sandbox.world.accounts["sa_1"].status == "assigned"
    assert stage.server.log.deletes(applied=False) == 1


@pytest.mark.parametrize("retry_after", ["3", "Mon, 20 Apr 2026 12:01:00 GMT", "soon"])
def test_retry_after_is_told_as_given(stage: Stage, retry_after: str) -> None:
    stage.sandbox.add_fault(RateLimited(retry_after=retry_after))
    assert stage.get(LIST).headers["retry-after"] == retry_after


@pytest.mark.parametrize(
    "fault", [ServerError(apply=True), Html(apply=True), EmptyBody(status=200, apply=True)]
)
def test_a_spoiled_answer_can_hide_a_release_that_happened(stage: Stage, fault: Fault) -> None:
    stage.sandbox.add_fault(fault)
    stage.delete("sa_1")
    assert stage.sandbox.world.accounts["sa_1"].status == "disconnected"
    assert stage.server.log.deletes(applied=True) == 1


def test_a_lost_answer_is_a_release_nobody_confirmed(stage: Stage) -> None:
    stage.sandbox.add_fault(LostAnswer(method="DELETE"))
    with pytest.raises(httpx.RemoteProtocolError):
        stage.delete("sa_1")
    assert stage.leased("disconnected") == ["sa_1"]
    (entry,) = stage.server.log.select("DELETE")
    assert (entry.status, entry.applied, entry.faults) == (None, True, ("LostAnswer",))


def test_a_connection_dropped_before_changes_nothing(stage: Stage) -> None:
    stage.sandbox.add_fault(DropBefore(method="DELETE"))
    with pytest.raises(httpx.RemoteProtocolError):
        stage.delete("sa_1")
    assert stage.leased() == ["sa_1", "sa_2", "sa_3"]
    assert stage.server.log.deletes_received == 1


def test_a_hanging_release_happens_at_once_and_answers_late(stage: Stage) -> None:
    stage.sandbox.add_fault(Hang(method="DELETE", seconds=3600))
    with pytest.raises(httpx.ReadTimeout):
        stage.delete("sa_1", timeout=0.2)
    assert _eventually(lambda: stage.leased("disconnected") == ["sa_1"])


def test_a_late_release_lands_after_its_sender_gave_up(stage: Stage) -> None:
    stage.sandbox.add_fault(Hang(method="DELETE", seconds=3600, late=True))
    with pytest.raises(httpx.ReadTimeout):
        stage.delete("sa_1", timeout=0.2)
    assert _eventually(lambda: stage.server.log.deletes_received == 1)
    assert stage.leased() == ["sa_1", "sa_2", "sa_3"]
    assert stage.server.log.deletes() == 0
    stage.sandbox.clear_faults()
    assert _eventually(lambda: stage.server.log.deletes(applied=True) == 1)
    assert stage.leased("disconnected") == ["sa_1"]


def _eventually(holds: Any) -> bool:
    import threading

    wait = threading.Event().wait
    return any(holds() or wait(0.01) for _ in range(1000))


def test_html_comes_where_json_was_expected(stage: Stage) -> None:
    stage.sandbox.add_fault(Html(status=502))
    answer = stage.get(LIST)
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!doctype html>")


def test_an_empty_body_has_a_status_and_nothing_else(stage: Stage) -> None:
    stage.sandbox.add_fault(EmptyBody(status=200))
    answer = stage.get(LIST)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_truncated_answer_ends_before_its_length(stage: Stage) -> None:
    stage.sandbox.add_fault(Truncated())
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        stage.get(LIST)


def test_a_drip_fed_answer_comes_in_pieces(stage: Stage) -> None:
    whole = stage.get("/v1/whoami").content
    stage.sandbox.add_fault(DripFed(bytes_per_tick=20, interval=0.001))
    with stage.http.stream("GET", "/v1/whoami") as answer:
        pieces = list(answer.iter_raw())
    assert b"".join(pieces) == whole
    assert len(pieces) > 1


@pytest.mark.parametrize("declared", [True, False])
def test_an_oversized_answer_is_the_same_json_in_a_big_body(stage: Stage, declared: bool) -> None:
    stage.sandbox.add_fault(Oversized(bytes=300_000, declared=declared))
    answer = stage.get(LIST)
    assert len(answer.content) == 300_000
    assert ("content-length" in answer.headers) is declared
    assert len(answer.json()["items"]) == 3


def test_an_empty_list_hides_what_is_there(stage: Stage) -> None:
    stage.sandbox.add_fault(EmptyList(path="leased-accounts$"))
    assert stage.leased() == []
    assert len(stage.get("/v1/projects").json()["items"]) == 1


def test_a_stale_list_stays_as_it_was_first_read(stage: Stage) -> None:
    stage.sandbox.add_fault(StaleList(method="GET"))
    assert stage.leased() == ["sa_1", "sa_2", "sa_3"]
    assert stage.delete("sa_1").status_code == 200
    stage.sandbox.edit(lambda world: world.with_account(account(4)))
    assert stage.leased() == ["sa_1", "sa_2", "sa_3"]
    stage.sandbox.clear_faults()
    assert stage.leased() == ["sa_2", "sa_3", "sa_4"]


def test_a_stale_list_can_lag_one_release_behind(stage: Stage) -> None:
    stage.sandbox.add_fault(StaleList(method="GET", as_of="last release"))
    assert stage.leased() == ["sa_1", "sa_2", "sa_3"]
    stage.delete("sa_1")
    stage.delete("sa_2")
    assert stage.leased() == ["sa_2", "sa_3"]


def test_a_looping_page_leads_to_itself_for_ever(stage: Stage) -> None:
    stage.sandbox.add_fault(PageLoop(path="leased-accounts"))
    pages, query = [], {}
    for _ in range(3):
        page = stage.get(LIST, params=query).json()
        pages.append(page)
        query = {"cursor": page["nextCursor"]}
    assert pages[0] == pages[1] == pages[2]
    assert pages[0]["nextCursor"]


@pytest.mark.parametrize(
    ("mutate", "field", "value"),
    [
        (corruptions.unknown_status(account="sa_2"), "status", "hibernating"),
        (corruptions.null_renewal(account="sa_2"), "nextRenewalAt", None),
        (corruptions.price_as_text(account="sa_2"), "monthlyPriceCents", "15000"),
        (corruptions.foreign_item(index=1), "projectId", "prj_01JZ0000000000000000F0RE1GN"),
        (corruptions.changed("followers", -1, index=1), "followers", -1),
    ],
)
def test_a_corrupt_list_differs_in_one_field(
    stage: Stage, mutate: corruptions.Mutator, field: str, value: object
) -> None:
    good = stage.get(LIST).json()["items"]
    stage.sandbox.add_fault(Corrupt(mutate=mutate, times=1))
    bad = stage.get(LIST).json()["items"]
    assert bad == [good[0], {**good[1], field: value}, good[2]]
    assert stage.get(LIST).json()["items"] == good


def test_a_corrupt_list_can_repeat_or_miss_an_item(stage: Stage) -> None:
    stage.sandbox.add_fault(Corrupt(mutate=corruptions.duplicate_ids(account="sa_2"), times=1))
    assert stage.leased() == ["sa_1", "sa_2", "sa_3", "sa_2"]
    stage.sandbox.add_fault(Corrupt(mutate=corruptions.without_item(account="sa_2"), times=1))
    assert stage.leased() == ["sa_1", "sa_3"]
    stage.sandbox.add_fault(Corrupt(mutate=corruptions.missing("handle")))
    assert "handle" not in stage.get(LIST).json()["items"][0]


def test_a_json_patch_spoils_anything_else(stage: Stage) -> None:
    patch = [
        {"op": "replace", "path": "/items/0/handle", "value": "\u202eevil"},
        {"op": "remove", "path": "/items/1"},
        {"op": "add", "path": "/items/-", "value": 7},
        {"op": "add", "path": "/no~1tes", "value": {}},
    ]
    stage.sandbox.add_fault(Corrupt(patch=patch))
    body = stage.get(LIST).json()
    assert [item if item == 7 else item["handle"] for item in body["items"]] == ["\u202eevil", "handle.3", 7]
    assert body["no/tes"] == {}


def test_the_date_can_be_wrong_missing_or_aged(stage: Stage) -> None:
    stage.sandbox.add_fault(WrongDate(offset=timedelta(minutes=-5), times=1))
    wrong = stage.get(LIST).headers
    assert parsedate_to_datetime(wrong["date"]) == NOW - timedelta(minutes=5)
    stage.sandbox.add_fault(NoDate(times=1))
    assert "date" not in stage.get(LIST).headers
    stage.sandbox.add_fault(WithAge(seconds=90, times=1))
    assert stage.get(LIST).headers["age"] == "90"


def test_a_fault_meets_only_the_calls_it_names(stage: Stage) -> None:
    stage.sandbox.add_fault(ServerError(method="GET", path="^/v1/projects$", after=1, times=2))
    assert stage.get("/v1/whoami").status_code == 200
    statuses = [stage.get("/v1/projects").status_code for _ in range(5)]
    assert statuses == [200, 500, 500, 200, 200]


def test_the_sandbox_s_own_endpoints_meet_no_fault(stage: Stage) -> None:
    stage.sandbox.add_fault(DropBefore())
    assert stage.get("/_sandbox/world").status_code == 200


def test_faults_on_one_call_add_up(stage: Stage) -> None:
    stage.sandbox.add_fault(WithAge(seconds=5), EmptyList(), WrongDate(offset=timedelta(days=1)))
    answer = stage.get(LIST)
    assert (answer.json()["items"], answer.headers["age"]) == ([], "5")
    assert stage.server.log.entries[-1].faults == ("WithAge", "EmptyList", "WrongDate")


def test_the_bucket_s_state_is_told_with_a_fault() -> None:
    from tests.sandbox.stage import fleet, staged

    with staged(fleet(account())) as stage:
        stage.sandbox.add_fault(ServerError())
        answer = stage.get(LIST)
    assert json.loads(answer.text)["error"]["code"] == "INTERNAL"
    assert answer.headers["x-ratelimit-remaining"] == "119"


def test_chance_is_drawn_from_the_seed() -> None:
    from tests.sandbox.stage import fleet, staged

    def story(seed: int) -> list[int]:
        with staged(fleet(account()), seed=seed, limits=False) as stage:
            stage.sandbox.add_fault(ServerError(probability=0.5))
            return [stage.get("/v1/whoami").status_code for _ in range(40)]

    assert story(1) == story(1)
    assert story(1) != story(2)
    assert set(story(1)) == {200, 500}
