"""A body that says two things at once, or that it is none, is not believed in what it says so."""

import json

import pytest

from tests.adapters.layers.stage import PROJECT
from watcher.adapters.http.answer import Answer
from watcher.adapters.layers import wire
from watcher.adapters.layers.errors import envelope
from watcher.adapters.layers.leased import leased_page
from watcher.facts.accounts import Account, AccountId, Flaw, Quarantined

ITEM = (
    '"socialAccountId": "sa_1", "projectId": "prj_one", "handle": "latte", "platform": "tiktok",'
    ' "status": "assigned", "assignedAt": "2026-04-20T16:12:02Z",'
    ' "nextRenewalAt": "2026-05-20T16:12:02Z", "monthlyPriceCents": 15000'
)
OTHER = ITEM.replace("sa_1", "sa_2")
POST = '"socialAccountId": "sa_1", "status": "canceled", "scheduledFor": null'


def leased(*items, more=""):
    return leased_page(f'{{"items": [{", ".join(items)}]{more}}}'.encode(), PROJECT)


def posts(*items, more=""):
    return wire.posts_page(f'{{"items": [{", ".join(items)}]{more}}}'.encode())


@pytest.mark.parametrize(
    ("again", "field"),
    [
        ('"nextRenewalAt": "2026-05-21T16:12:02Z"', "nextRenewalAt"),
        ('"status": "assigned"', "status"),
        ('"st\\u0061tus": "assigned"', "status"),
        ('"handle" : "mocha"', "handle"),
        ('"followers": 1, "followers": 2', "followers"),
    ],
)
def test_an_account_that_says_one_thing_twice_is_not_understood_and_the_others_are(again, field):
    """The last one was believed: the account that the first one kept was released."""
    page = leased(f"{{{ITEM}, {again}}}", f"{{{OTHER}}}")
    one, other = page.items
    assert one == Quarantined(
        project=PROJECT,
        id=AccountId("sa_1"),
        handle=None if field == "handle" else "latte",
        flaw=Flaw.MALFORMED_FIELD,
        field=field,
    )
    assert isinstance(other, Account)


def test_an_account_of_two_ids_is_nobody():
    (one,) = leased(f'{{{ITEM}, "socialAccountId": "sa_2"}}').items
    assert isinstance(one, Quarantined)
    assert (one.id, one.field) == (None, "socialAccountId")


def test_what_is_spelt_like_a_name_says_nothing_twice():
    named = ITEM.replace('"latte"', '"handle"')
    (one,) = leased(f'{{{named}, "more": {{"status": 1, "handle": "x", "error": 1}}}}').items
    assert isinstance(one, Account)
    assert one.handle == "handle"


def test_a_post_that_says_one_thing_twice_may_be_anything():
    """Queued, and canceled after that: its account was released."""
    page = posts(f'{{"status": "queued", {POST}}}', f"{{{POST}}}", '{"socialAccountId": "status"}')
    assert [post.status for post in page.items] == [None, "canceled", None]
    twice = posts(f'{{{POST}, "publishedAt": "2026-05-21T16:12:02Z", "publishedAt": null}}')
    assert [post.status for post in twice.items] == [None]
    assert posts(f'{{{POST}, "socialAccountId": "sa_2"}}') is None


PARSERS = {
    "accounts": lambda body: leased_page(body, PROJECT),
    "posts": wire.posts_page,
    "projects": wire.projects_page,
    "accounts that left": lambda body: wire.disconnected_page(body, PROJECT),
}


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize(
    "body",
    [
        '{"items": [7], "items": []}',
        '{"it\\u0065ms": [7], "items": []}',
        '{"items": [], "nextCursor": "c", "nextCursor": null}',
        '{"items": [], "error": {"code": "INTERNAL"}}',
        '{"items": [], "error": "half of it"}',
        '{"items": [], "error": {"code": "INTERNAL"}, "error": null}',
    ],
)
def test_a_list_that_contradicts_itself_is_none(name, body):
    assert PARSERS[name](body.encode()) is None
    assert PARSERS[name](b'{"items": [], "nextCursor": null, "error": null}').items == []


def test_a_project_of_two_states_is_not_overlooked():
    assert wire.projects_page(b'{"items": [{"id": "a", "status": "active", "status": "deleted"}]}') is None


def test_nothing_else_is_said_twice():
    released = '{"socialAccountId": "sa_1", "status": "disconnected"%s}'
    assert wire.confirms((released % "").encode(), AccountId("sa_1"))
    assert not wire.confirms((released % ', "status": "disconnected"').encode(), AccountId("sa_1"))
    assert not wire.confirms((released % ', "error": {"code": "X"}').encode(), AccountId("sa_1"))
    assert wire.whoami(json.dumps({"organizationId": "org", "error": {"code": "X"}}).encode()) is None
    said = b'{"error": {"code": "NOT_FOUND", "code": "CONFLICT"}}'
    assert envelope(Answer(status=404, headers={}, body=said)) is None
