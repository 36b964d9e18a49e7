"""Answers that are wrong: nothing is released that is not understood, the others go on, the report names it.

Never an exception, never exit 0, never a request to a path that nobody meant.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.stage import (
    ACME,
    BETA,
    LATTE,
    NOW,
    OPENS,
    RENEWS,
    D,
    M,
    Stage,
    account,
    in_memory,
    published,
)
from watcher.adapters.clock import MovableClock
from watcher.brakes import kinds
from watcher.decide.exits import exit_of
from watcher.facts.accounts import Flaw
from watcher.messages.words import FLAW
from watcher.record.exit_codes import Exit
from watcher.record.reasons import Reason, Trouble
from watcher.sandbox import (
    Account,
    Corrupt,
    DripFed,
    EmptyBody,
    EmptyList,
    Fault,
    Html,
    Oversized,
    PageLoop,
    Post,
    ServerError,
    Truncated,
    corruptions,
)
from watcher.texts.foreign import shown

MOCHA, ZINE = account("mocha"), account("zine", project=BETA)
USED = [account(f"used{number}", renews_in=5 * D) for number in range(6)]
"""Asked about, in use: one that is not understood is then a small share of what was asked."""

LIST = f"{ACME}/leased-accounts"
MEANT = re.compile(
    r"GET /v1/whoami"
    r"|GET /v1/projects\?status=active&limit=200"
    r"|GET /v1/projects/prj_(acme|beta)/leased-accounts\?status=(assigned|disconnected)(&cursor=[\w%]+)?"
    r"|GET /v1/projects/prj_(acme|beta)/scheduled-posts\?[\w=&%.]+"
    r"|DELETE /v1/leased-accounts/sa_[\w%.]+"
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`@latte` and `@mocha` are due in one project, `@zine` in another; all that is asked is meant."""
    posts = [published(one, 40 * D) for one in (LATTE, MOCHA, ZINE)] + [published(one, D) for one in USED]
    configuration = {
        "projects.beta.id": BETA,
        "projects.beta.enrolled": True,
        "brakes.max_share": 1.0,
        "brakes.max_project_share": 1.0,
    }
    with in_memory(tmp_path, LATTE, MOCHA, ZINE, *USED, posts=posts, configuration=configuration) as stage:
        stage.watch_until(OPENS, every=D)
        yield stage
        asked = [f"{entry.method} {entry.path}" for entry in stage.sandbox.log.entries]
        assert [one for one in asked if not MEANT.fullmatch(one)] == []


def test_with_good_answers_all_three_are_released(stage: Stage) -> None:
    assert exit_of(stage.turn()) is Exit.DONE
    assert stage.released == [LATTE.id, MOCHA.id, ZINE.id]


# A list that is none

# That there is no such project is an answer: all its accounts have vanished (test_lost_projects.py).
NO_LIST: dict[str, tuple[Fault, str]] = {
    "500": (ServerError(path=LIST), "INTERNAL"),
    "503 of a proxy": (Html(path=LIST, status=503), "http_503"),
    "HTML with 200": (Html(path=LIST, status=200), "html_body"),
    "HTML with 404": (Html(path=LIST, status=404), "http_404"),
    "an empty body": (EmptyBody(path=LIST, status=200), "empty_body"),
    "half a body": (Truncated(path=LIST), "truncated"),
    "too large a body": (Oversized(path=LIST, bytes=40_000_000, declared=True), "oversized"),
    "too large a body, undeclared": (Oversized(path=LIST, bytes=20_000_000, declared=False), "oversized"),
    "pages in a circle": (PageLoop(path=LIST), "page_loop"),
    "no items": (Corrupt(path=LIST, mutate=lambda body: {"accounts": body["items"]}), "unreadable_body"),
    "items that are no list": (
        Corrupt(path=LIST, mutate=lambda body: {"items": {"0": body["items"]}}),
        "unreadable_body",
    ),
    "a cursor that is none": (
        Corrupt(path=LIST, mutate=lambda body: {**body, "nextCursor": 7}),
        "unreadable_body",
    ),
    "403": (ServerError(path=LIST, status=403, code="FORBIDDEN_SCOPE"), "FORBIDDEN_SCOPE"),
    "a code nobody knows": (ServerError(path=LIST, status=418, code="TEAPOT"), "TEAPOT"),
}


@pytest.mark.parametrize("name", NO_LIST)
def test_a_project_whose_list_is_none_is_named_and_the_others_go_on(stage: Stage, name: str) -> None:
    fault, code = NO_LIST[name]
    stage.fault(fault)
    report = stage.turn()
    assert [(unread.project, unread.name, unread.code) for unread in report.unread] == [(ACME, "acme", code)]
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.released == [ZINE.id]
    assert [event["project"] for event in stage.told("project.unreadable")] == [ACME]


def test_the_next_good_list_is_acted_on_and_the_recovery_told(stage: Stage) -> None:
    stage.fault(ServerError(path=LIST, times=4))
    stage.turn()
    stage.turn_at(OPENS + 15 * M)
    assert stage.released == [ZINE.id, LATTE.id, MOCHA.id]
    (told,) = stage.told("project.recovered")
    assert told["text"] == "project acme can be read again, after 15 min"


def test_a_list_that_comes_drop_by_drop_is_none(tmp_path: Path) -> None:
    clock = MovableClock(NOW)
    with in_memory(tmp_path, clock=clock, configuration={"api.timeout": "300ms"}) as stage:
        stage.turn()
        stage.move_to(OPENS)
        stage.fault(DripFed(path=LIST, bytes_per_tick=1, interval=0.05))
        report = stage.turn()
        assert [unread.code for unread in report.unread] == ["too_slow"]
        assert exit_of(report) is Exit.UNREADABLE
        assert stage.deletes == 0


# A list that is not believed


def test_an_empty_list_after_a_full_one_stops_that_project(stage: Stage) -> None:
    """Nothing was due any more in what was read, so it ended in 0."""
    stage.configure({"brakes.max_fleet_drop": 1.0})
    stage.fault(EmptyList(path=LIST))
    report = stage.turn()
    assert [(halt.brake, halt.project) for halt in report.halts.halts] == [(kinds.PROJECT_EMPTY, ACME)]
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.released == [ZINE.id]
    assert {event["account"] for event in stage.told("account.gone")} == {
        one.id for one in (LATTE, MOCHA, *USED)
    }


def test_a_list_that_lost_a_fifth_of_the_fleet_stops_the_fleet(stage: Stage) -> None:
    for one in (MOCHA, *USED[:2]):
        stage.fault(Corrupt(path=LIST, mutate=corruptions.without_item(account=one.id)))
    report = stage.turn()
    assert [halt.brake for halt in report.halts.halts] == [kinds.FLEET_DROP]
    assert exit_of(report) is Exit.BRAKED
    assert stage.deletes == 0


def test_the_next_full_list_lifts_both(stage: Stage) -> None:
    stage.fault(EmptyList(path=LIST, times=1))
    stage.turn()
    assert stage.deletes == 0
    stage.turn_at(OPENS + 15 * M)
    assert sorted(stage.released) == sorted([LATTE.id, MOCHA.id, ZINE.id])


def test_a_list_from_before_a_release_releases_nothing_again(stage: Stage) -> None:
    stage.configure({"policies.standard.warn": []})
    stage.turn()
    stage.sandbox.log.clear()
    stage.change(MOCHA, status="assigned")
    report = stage.turn_at(OPENS + 15 * M)
    assert [one.reason for one in report.decisions if one.account.id == MOCHA.id] == [Reason.RELEASE_UNDONE]
    assert stage.deletes == 0


# An account that is not understood

Change = Callable[[str], Callable[[dict[str, Any]], dict[str, Any]]]


def field(name: str, value: Any) -> Change:
    return lambda id_: corruptions.changed(name, value, account=id_)


def lost(name: str) -> Change:
    return lambda id_: corruptions.missing(name, account=id_)


NOT_UNDERSTOOD: dict[str, tuple[Change, Flaw, str]] = {
    "an unknown status": (field("status", "hibernating"), Flaw.UNKNOWN_STATUS, "status"),
    "another known status": (field("status", "disconnected"), Flaw.UNKNOWN_STATUS, "status"),
    "a null status": (field("status", None), Flaw.MISSING_FIELD, "status"),
    "a null renewal": (field("nextRenewalAt", None), Flaw.MISSING_FIELD, "nextRenewalAt"),
    "a renewal that is no time": (field("nextRenewalAt", "soon"), Flaw.MALFORMED_FIELD, "nextRenewalAt"),
    "a renewal that is no day": (
        field("nextRenewalAt", "2026-02-30T18:00:00Z"),
        Flaw.MALFORMED_FIELD,
        "nextRenewalAt",
    ),
    "a renewal without a zone": (
        field("nextRenewalAt", f"{RENEWS:%Y-%m-%dT%H:%M:%S}"),
        Flaw.MALFORMED_FIELD,
        "nextRenewalAt",
    ),
    "a renewal in seconds": (
        field("nextRenewalAt", round(RENEWS.timestamp())),
        Flaw.MALFORMED_FIELD,
        "nextRenewalAt",
    ),
    "a renewal before the assignment": (
        field("nextRenewalAt", "2020-01-01T00:00:00Z"),
        Flaw.MALFORMED_FIELD,
        "nextRenewalAt",
    ),
    "no assignment": (lost("assignedAt"), Flaw.MISSING_FIELD, "assignedAt"),
    "a price as text": (field("monthlyPriceCents", "15000"), Flaw.MALFORMED_FIELD, "monthlyPriceCents"),
    "a price in dollars": (field("monthlyPriceCents", 150.5), Flaw.MALFORMED_FIELD, "monthlyPriceCents"),
    "a negative price": (field("monthlyPriceCents", -1), Flaw.MALFORMED_FIELD, "monthlyPriceCents"),
    "a price that is true": (field("monthlyPriceCents", True), Flaw.MALFORMED_FIELD, "monthlyPriceCents"),
    "no price": (lost("monthlyPriceCents"), Flaw.MISSING_FIELD, "monthlyPriceCents"),
    "followers as text": (field("followers", "many"), Flaw.MALFORMED_FIELD, "followers"),
    "no handle": (lost("handle"), Flaw.MISSING_FIELD, "handle"),
    "a handle that obeys": (field("handle", "la\x1b[2Jtte"), Flaw.MALFORMED_FIELD, "handle"),
    "a handle of 4,000 signs": (field("handle", "x" * 4_000), Flaw.MALFORMED_FIELD, "handle"),
    "a handle with U+0000": (field("handle", "lat\x00te"), Flaw.MALFORMED_FIELD, "handle"),
    "a handle with half of an emoji": (field("handle", "latte\ud83d"), Flaw.MALFORMED_FIELD, "handle"),
    "a renewal beyond the calendar": (
        field("nextRenewalAt", "9999-12-31T23:59:59Z"),
        Flaw.MALFORMED_FIELD,
        "nextRenewalAt",
    ),
    "no platform": (lost("platform"), Flaw.MISSING_FIELD, "platform"),
    "another project": (field("projectId", BETA), Flaw.FOREIGN_PROJECT, "projectId"),
    "no project": (lost("projectId"), Flaw.MISSING_FIELD, "projectId"),
    "twice the same id": (
        lambda id_: corruptions.duplicate_ids(account=id_),
        Flaw.DUPLICATE_ID,
        "socialAccountId",
    ),
}


@pytest.mark.parametrize("name", NOT_UNDERSTOOD)
def test_an_account_that_is_not_understood_is_named_and_the_others_go_on(stage: Stage, name: str) -> None:
    change, flaw, which = NOT_UNDERSTOOD[name]
    stage.fault(Corrupt(path=LIST, mutate=change(LATTE.id)))
    report = stage.turn()
    [quarantined] = report.quarantined
    assert (quarantined.id, quarantined.flaw, quarantined.field) == (LATTE.id, flaw, which)
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.released == [MOCHA.id, ZINE.id]
    [told] = stage.told("account.quarantined")
    assert f": {FLAW[flaw]} ({which})" in told["text"]
    assert stage.told("account.gone") == []


@pytest.mark.parametrize("name", ["an unknown status", "a null renewal", "twice the same id"])
def test_one_that_is_not_understood_right_before_its_delete_is_left(stage: Stage, name: str) -> None:
    change, _, _ = NOT_UNDERSTOOD[name]
    mutate = change(LATTE.id)
    stage.turn(before_acting=lambda: stage.fault(Corrupt(path=LIST, mutate=mutate)))
    assert stage.released == [MOCHA.id, ZINE.id]


@pytest.mark.parametrize("item", [None, 7, "sa_latte", [], {}], ids=repr)
def test_an_item_that_is_no_account_is_counted_and_the_others_go_on(stage: Stage, item: Any) -> None:
    stage.fault(Corrupt(path=LIST, mutate=lambda body: {**body, "items": [*body["items"], item]}))
    report = stage.turn()
    assert [one.id for one in report.quarantined] == [None]
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.released == [LATTE.id, MOCHA.id, ZINE.id]


# Ids

HOSTILE = ["sa_a/b", "/", "..", ".", "sa_\n", "sa_\x00", "", "x" * 4_000, "sa_\ud83d"]
ODD = [
    "sa_?x=1",
    "sa_#part",
    "sa_%2Fb",
    "sa_%",
    "sa_ä漢字",
    "sa_ +",
    "sa_..",
    "sa_a&b=c",
    "sa_a\\b",
    "sa_a;b",
]


@pytest.mark.parametrize("id_", HOSTILE, ids=ascii)
def test_an_id_that_names_no_single_path_is_asked_for_nowhere(stage: Stage, id_: str) -> None:
    stage.fault(Corrupt(path=LIST, mutate=corruptions.changed("socialAccountId", id_, account=LATTE.id)))
    report = stage.turn()
    [quarantined] = report.quarantined
    assert (quarantined.id, quarantined.flaw) == (shown(id_), Flaw.UNUSABLE_ID)
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.released == [MOCHA.id, ZINE.id]


@pytest.mark.parametrize("id_", ODD, ids=ascii)
def test_an_odd_id_is_released_under_its_own_path_and_no_other(tmp_path: Path, id_: str) -> None:
    odd = account("odd", id=id_)
    decoys = [
        account(f"decoy{number}", id=cut, renews_in=20 * D) for number, cut in enumerate(("sa_", "sa_a"))
    ]
    with in_memory(tmp_path, odd, *decoys, posts=[published(odd, 40 * D)]) as stage:
        stage.watch_until(OPENS, every=D)
        stage.turn()
        assert stage.released == [id_]
        [delete] = stage.sandbox.log.select("DELETE")
        assert re.fullmatch(r"/v1/leased-accounts/sa_[\w%.]+", delete.path, re.ASCII)


def test_an_id_that_is_another_s_path_does_not_reach_that_other(tmp_path: Path) -> None:
    tricky, victim = account("tricky", id="sa_%76ictim"), account("victim", renews_in=20 * D)
    with in_memory(tmp_path, tricky, victim, posts=[published(tricky, 40 * D)]) as stage:
        stage.watch_until(OPENS, every=D)
        stage.turn()
        assert stage.released == [tricky.id]


# Posts


@pytest.mark.parametrize(
    "mutate",
    [
        corruptions.changed("socialAccountId", "", account=LATTE.id),
        corruptions.changed("socialAccountId", None, account=LATTE.id),
        corruptions.missing("socialAccountId", account=LATTE.id),
        corruptions.changed("publishedAt", None, account=LATTE.id),
        corruptions.changed("publishedAt", "long ago", account=LATTE.id),
        corruptions.changed("publishedAt", 1_700_000_000, account=LATTE.id),
        corruptions.changed("status", "boosted", account=LATTE.id),
        corruptions.changed("status", None, account=LATTE.id),
        corruptions.missing("status", account=LATTE.id),
    ],
)
def test_a_post_that_is_not_understood_keeps_its_account(stage: Stage, mutate: Any) -> None:
    stage.fault(Corrupt(path=f"{ACME}/scheduled-posts", mutate=mutate))
    report = stage.turn()
    assert exit_of(report) in (Exit.UNREADABLE, Exit.BRAKED)
    assert LATTE.id not in stage.released
    assert [event["kind"] for event in stage.told("activity.unknown")] == ["activity.unknown"]


def test_posts_of_accounts_nobody_asked_about_change_nothing(stage: Stage) -> None:
    foreign = Post(
        id="post_x", project=ACME, account="sa_somebody_else", status="boosted", scheduled_for=OPENS
    )
    stage.add(posts=[foreign])
    assert exit_of(stage.turn()) is Exit.DONE
    assert stage.released == [LATTE.id, MOCHA.id, ZINE.id]


# The key's own answer, and the list of projects


@pytest.mark.parametrize(
    "fault",
    [
        ServerError(path="whoami"),
        Html(path="whoami", status=200),
        EmptyBody(path="whoami", status=200),
        Truncated(path="whoami"),
        Corrupt(path="whoami", mutate=lambda body: {}),
        Corrupt(path="whoami", mutate=lambda body: {**body, "organizationId": None}),
        ServerError(path="whoami", status=403, code="FORBIDDEN"),
    ],
    ids=lambda fault: f"{type(fault).__name__}-{getattr(fault, 'status', '')}",
)
def test_without_knowing_whose_key_it_is_nothing_else_is_asked(stage: Stage, fault: Fault) -> None:
    stage.sandbox.log.clear()
    stage.fault(fault)
    report = stage.turn()
    assert report.trouble is Trouble.API_UNREACHABLE
    assert exit_of(report) is Exit.UNREADABLE
    assert {entry.path for entry in stage.sandbox.log.entries} == {"/v1/whoami"}


def test_discovery_that_fails_is_named_and_the_configured_projects_go_on(stage: Stage) -> None:
    stage.configure({"discovery.enabled": True})
    stage.fault(ServerError(path="projects$"))
    report = stage.turn()
    assert [unread.name for unread in report.unread] == ["discovery"]
    assert exit_of(report) is Exit.UNREADABLE
    assert stage.released == [LATTE.id, MOCHA.id, ZINE.id]


# The answer to a DELETE


@pytest.mark.parametrize(
    "mutate",
    [
        lambda body: {},
        lambda body: {"socialAccountId": "sa_mocha", "status": "disconnected"},
        lambda body: {**body, "socialAccountId": 7},
    ],
    ids=["says nothing", "says another account", "says a number"],
)
def test_an_answer_that_does_not_confirm_this_release_is_read_back(stage: Stage, mutate: Any) -> None:
    stage.fault(Corrupt(method="DELETE", path=LATTE.id, mutate=mutate))
    report = stage.turn()
    [latte] = [one for one in report.attempts if one.handle == "latte"]
    assert latte.detail == "DELETE /v1/leased-accounts/sa_latte: 200 does not confirm this release; read back"
    assert stage.released == [LATTE.id, MOCHA.id, ZINE.id]


def test_new_fields_and_reordered_ones_are_no_trouble(stage: Stage) -> None:
    def richer(body: dict[str, Any]) -> dict[str, Any]:
        items = [dict(reversed([*item.items(), ("mood", {"deep": [1, None]})])) for item in body["items"]]
        return {"meta": {"total": 9}, **body, "items": items}

    stage.fault(Corrupt(method="GET", mutate=lambda body: richer(body) if "items" in body else body))
    assert exit_of(stage.turn()) is Exit.DONE
    assert stage.released == [LATTE.id, MOCHA.id, ZINE.id]


def test_times_with_fractions_are_the_same_lease_period(tmp_path: Path) -> None:
    """One turn with fractional seconds, the next without: still the same notice."""
    with in_memory(tmp_path) as stage:
        stage.sandbox.edit(lambda world: replace(world, fractional_seconds=True))
        stage.turn()
        stage.sandbox.edit(lambda world: replace(world, fractional_seconds=False))
        stage.turn_at(OPENS)
        assert stage.released == [LATTE.id]


def test_all_pages_are_read_before_anything_is_decided(tmp_path: Path) -> None:
    others: list[Account] = [account(f"used{number}", renews_in=5 * D) for number in range(7)]
    posts = [published(one, D) for one in others] + [published(LATTE, 40 * D)]
    with in_memory(tmp_path, *others, LATTE, posts=posts, default_page=3) as stage:
        stage.watch_until(OPENS, every=D)
        stage.turn()
        assert stage.released == [LATTE.id]


@pytest.mark.parametrize("page", [1, 2])
def test_a_list_of_which_one_page_is_bad_is_no_list(tmp_path: Path, page: int) -> None:
    others = [account(f"used{number}", renews_in=5 * D) for number in range(7)]
    posts = [published(one, D) for one in others] + [published(LATTE, 40 * D)]
    with in_memory(tmp_path, LATTE, *others, posts=posts, default_page=3) as stage:
        stage.watch_until(OPENS, every=D)
        stage.fault(Truncated(path=LIST, after=page, times=1))
        report = stage.turn()
        assert [unread.code for unread in report.unread] == ["truncated"]
        assert stage.deletes == 0
