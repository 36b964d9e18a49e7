"""A saved audit as the beginning of a simulation: as much as it tells, and nothing made up beside."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, D
from watcher.ahead.outset import Outset
from watcher.facts.accounts import AccountId, Flaw, ProjectId, Quarantined
from watcher.facts.posts import Post, PostStatus
from watcher.wiring.saved_audit import NoSuchAudit, outset_from_audit

TICK = timedelta(microseconds=1)
UNKNOWN = Post(account=AccountId("sa_latte"), status=None, scheduled_for=None)


def account(id_: str = "sa_latte", project: str = "prj_cafe", **activity: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "project": project,
        "project_name": project,
        "handle": id_,
        "platform": "tiktok",
        "followers": None,
        "assigned_at": (NOW - 90 * D).isoformat(),
        "renews_at": (NOW + 5 * D).isoformat(),
        "price_cents": 15_000,
        "activity": {"at": None, "what": None, "why": None, "planned": None, **activity},
    }


def audit(*accounts: dict[str, Any], **more: Any) -> str:
    return json.dumps(
        {
            "schema": "audit/1",
            "at": NOW.isoformat(),
            "organization": "Coffee",
            "accounts": accounts,
            "totals": {"all": {"accounts": len(accounts)}},
            "unread": [],
            "quarantined": [],
            **more,
        }
    )


def outset(*accounts: dict[str, Any]) -> Outset:
    return outset_from_audit(audit(*accounts), "audit.json")


def posts(*accounts: dict[str, Any], of: str = "sa_latte") -> list[Post]:
    return [one for some in outset(*accounts).posts.values() for one in some if one.account == of]


def test_what_is_queued_goes_out_when_it_was_planned() -> None:
    """It went out at once, beside the sentence that what is queued goes out as planned."""
    queued = account(at=NOW.isoformat(), what="queued_post", planned=(NOW + 40 * D).isoformat())

    assert posts(queued) == [
        Post(account=AccountId("sa_latte"), status=PostStatus.QUEUED, scheduled_for=NOW + 40 * D)
    ]


def test_of_an_audit_that_does_not_say_when_it_stays_queued() -> None:
    queued = account(at=NOW.isoformat(), what="queued_post")
    del queued["activity"]["planned"]

    assert [one.scheduled_for for one in posts(queued)] == [None]


@pytest.mark.parametrize("why", ["missing_scope", "not_asked", "unreadable", "no_post_ever_shown"])
def test_doubt_about_one_account_is_not_silence_where_another_shows(why: str) -> None:
    """An account whose use nobody knew was unused as soon as another of its project was known."""
    used = account("sa_grind", at=NOW.isoformat(), what="remembered")

    assert posts(account(why=why), used) == [UNKNOWN]


def test_a_project_of_which_nothing_shows_stays_silent() -> None:
    """Silence proves nothing, but to a policy that says that all use shows."""
    silent, other = account(why="no_post_ever_shown"), account("sa_grind", why="no_post_ever_shown")

    assert posts(silent, other) == []
    assert posts(silent, account("sa_mug", "prj_mugs", at=NOW.isoformat(), what="published_post")) == []


def test_where_nobody_may_read_posts_there_are_none_to_read() -> None:
    some = outset(account(why="missing_scope"), account("sa_grind", why="missing_scope"))

    assert (some.reads_posts, dict(some.posts)) == (False, {})


def test_a_lease_in_two_lists_is_trusted_in_neither() -> None:
    """It was paid once in the story, and twice in the sums; a turn would leave it alone, and count it."""
    twice = account(project="prj_cafe"), account(project="prj_mugs")
    found = outset(*twice, account("sa_grind"))

    assert [one.id for one in found.accounts] == ["sa_grind"]
    assert [(one.id, one.project, one.flaw, one.also_in) for one in found.quarantined] == [
        ("sa_latte", "prj_cafe", Flaw.LISTED_TWICE, ("prj_mugs",)),
        ("sa_latte", "prj_mugs", Flaw.LISTED_TWICE, ("prj_cafe",)),
    ]
    assert (found.cents, found.left_out) == (
        15_000,
        (
            "project prj_cafe: 1 account not understood; only brakes count them",
            "project prj_mugs: 1 account not understood; only brakes count them",
        ),
    )


def test_what_was_not_understood_then_is_not_understood_on_every_day() -> None:
    odd = {
        "project": "prj_old",
        "id": None,
        "handle": "latte",
        "flaw": "missing_field",
        "field": "nextRenewalAt",
        "also_in": [],
    }
    found = outset_from_audit(audit(account(), quarantined=[odd]), "audit.json")

    assert found.quarantined == (
        Quarantined(
            project=ProjectId("prj_old"),
            id=None,
            handle="latte",
            flaw=Flaw.MISSING_FIELD,
            field="nextRenewalAt",
        ),
    )
    assert found.projects == {"prj_cafe": "prj_cafe", "prj_old": "prj_old"}


def test_words_of_others_change_no_terminal() -> None:
    """A reason in the file cleared the screen and wrote a line of its own."""
    unread = {"name": "x\x1b[2J", "why": "a\x1b]0;b\x07\nAll is well."}
    (said,) = outset_from_audit(audit(account(), unread=[unread]), "audit.json").left_out
    assert said.isprintable()


@pytest.mark.parametrize(
    ("ago", "each_day"), [(30 * D - TICK, {"sa_latte"}), (30 * D, set()), (30 * D + TICK, set())]
)
def test_who_was_used_within_thirty_days_goes_on(ago: timedelta, each_day: set[str]) -> None:
    assert outset(account(at=(NOW - ago).isoformat(), what="published_post")).each_day == each_day


def test_a_failed_attempt_and_a_draft_are_nobody_s_habit() -> None:
    failed = account(at=NOW.isoformat(), what="failed_attempt")
    assert outset(failed, account("sa_grind", at=NOW.isoformat(), what="draft_post")).each_day == set()


def test_a_name_is_shown_as_any_foreign_one() -> None:
    assert outset(account()).projects == {ProjectId("prj_cafe"): "prj_cafe"}


WRITES = "it is not what `lease-watcher audit --format json` writes"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", f"{WRITES}: Field required, in schema"),
        ('"audit/1"', f"{WRITES}: Input should be an object"),
        ("no JSON", f"{WRITES}: Invalid JSON: expected ident at line 1 column 2"),
        ('{"schema": "audit/2"}', "its schema is 'audit/2', and an audit's is audit/1"),
        (
            audit({**account(), "price_cents": "150"}),
            f"{WRITES}: Input should be a valid integer, in accounts.0.price_cents",
        ),
        (
            audit(account(), account("sa_grind", at="soon", what="draft_post")),
            f"{WRITES}: Input should be a valid datetime, input is too short, in accounts.1.activity.at",
        ),
        (
            audit({**account(), "renews_at": "2026-05-20T12:00:00"}),
            f"{WRITES}: Input should have timezone info, in accounts.0.renews_at",
        ),
        (
            audit({**account(), "renews_at": "0001-01-01T00:00:00+14:00"}),
            f"{WRITES}: Value error, no time that could be, in accounts.0.renews_at",
        ),
        (
            audit(account(), at="9999-12-31T00:00:00Z"),
            f"{WRITES}: Value error, no time that could be, in at",
        ),
        (
            audit({**account(), "price_cents": -1}),
            f"{WRITES}: Input should be greater than or equal to 0, in accounts.0.price_cents",
        ),
        (
            "[" * 200_000,
            f"{WRITES}: Invalid JSON: recursion limit exceeded at line 1 column 202",
        ),
        (
            audit(account(), totals={"all": {"accounts": 3}}),
            "it shows 1 of 3 accounts: save one that shows all",
        ),
    ],
)
def test_what_is_odd_is_named_and_never_a_traceback(text: str, why: str) -> None:
    """A time that was null and a price that was a text ended with a traceback."""
    with pytest.raises(NoSuchAudit) as error:
        outset_from_audit(text, "audit.json")
    assert str(error.value) == why


def test_use_without_its_time_is_no_habit() -> None:
    assert outset(account(what="published_post")).each_day == set()
