"""Leased accounts on the wire: what is understood, and what is quarantined by name."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.adapters.layers.stage import PROJECT
from watcher.adapters.layers.leased import leased_page
from watcher.facts.accounts import Account, Flaw, Quarantined
from watcher.texts.foreign import LATEST, LONGEST_NAME, shown

GOOD = {
    "socialAccountId": "sa_1",
    "projectId": PROJECT,
    "handle": "coffee.reviews.daily",
    "platform": "tiktok",
    "followers": 12840,
    "status": "assigned",
    "assignedAt": "2026-04-20T16:12:02Z",
    "nextRenewalAt": "2026-05-20T16:12:02Z",
    "monthlyPriceCents": 15000,
}
UNDERSTOOD = Account(
    id="sa_1",
    project=PROJECT,
    handle="coffee.reviews.daily",
    platform="tiktok",
    followers=12840,
    assigned_at=datetime(2026, 4, 20, 16, 12, 2, tzinfo=UTC),
    renews_at=datetime(2026, 5, 20, 16, 12, 2, tzinfo=UTC),
    price_cents=15000,
)
OTHER = {**GOOD, "socialAccountId": "sa_2"}
ABSENT = object()


def read(*items: object, **page: object):
    return leased_page(json.dumps({"items": items, **page}).encode(), PROJECT)


def read_one(**changes: object):
    item = {key: value for key, value in {**GOOD, **changes}.items() if value is not ABSENT}
    one, other = read(item, OTHER).items
    assert isinstance(other, Account), "a bad neighbour spoils nobody"
    return one


def test_an_account_is_understood_whole():
    page = read(GOOD, nextCursor="c1")
    assert list(page.items) == [UNDERSTOOD]
    assert page.next_cursor == "c1"


def test_unknown_fields_are_ignored():
    assert read_one(tomorrow={"a": [1]}) == UNDERSTOOD


@pytest.mark.parametrize("followers", [None, ABSENT])
def test_an_unsaid_audience_is_none_and_no_flaw(followers):
    assert read_one(followers=followers).followers is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-20T16:12:02Z",
        "2026-05-20T16:12:02.999999Z",
        "2026-05-20T16:12:02.5Z",
        "2026-05-20T16:12:02+00:00",
        "2026-05-20T18:12:02+02:00",
    ],
)
def test_a_renewal_is_an_instant_in_whole_seconds(text):
    renews_at = read_one(nextRenewalAt=text).renews_at
    assert renews_at == UNDERSTOOD.renews_at
    assert renews_at.tzinfo is UTC


MISSING = [
    (name, value, Flaw.MISSING_FIELD) for name in GOOD if name != "followers" for value in (None, ABSENT)
]
MALFORMED = [
    (name, value, Flaw.MALFORMED_FIELD)
    for name, values in {
        "socialAccountId": [7, ["sa_1"]],
        "projectId": [7],
        "handle": [7, "a\x00b", "a\x1b[31m"],
        "platform": [{}, "tik\ntok"],
        "status": [7, True],
        "followers": ["12840", -1, 1.5, True, [], 2**53 + 1],
        "assignedAt": ["", "yesterday", "2026-04-20T16:12:02", "2026-04-20", 1745164322, "1745164322"],
        "nextRenewalAt": [
            "2026-02-30T00:00:00Z",
            "2026-05-20T16:12:02",
            1e9,
            "0001-01-01T00:00:00+23:59",
            "2026-04-20T16:12:02Z",
            "2026-04-20T16:12:01Z",
            "9999-12-31T23:59:59Z",
            "2200-01-01T00:00:00Z",
        ],
        "monthlyPriceCents": ["15000", 150.0, 150.5, -1, True, [15000], 2**53 + 1],
    }.items()
    for value in values
]
OTHERS = [
    ("status", "disconnected", Flaw.UNKNOWN_STATUS),
    ("status", "hibernating", Flaw.UNKNOWN_STATUS),
    ("status", "Assigned", Flaw.UNKNOWN_STATUS),
    ("projectId", "prj_two", Flaw.FOREIGN_PROJECT),
    *(
        ("socialAccountId", id_, Flaw.UNUSABLE_ID)
        for id_ in ("", "a/b", "/", ".", "..", "a\nb", "a\x00", "a\u202eb", "\x7f")
    ),
]


@pytest.mark.parametrize(("field", "value", "flaw"), [*MISSING, *MALFORMED, *OTHERS])
def test_what_is_not_understood_is_quarantined_and_named(field, value, flaw):
    item = {**GOOD, field: value}
    id_, handle = item["socialAccountId"], item["handle"]
    assert read_one(**{field: value}) == Quarantined(
        project=PROJECT,
        id=shown(id_) if isinstance(id_, str) else None,
        handle=shown(handle) if isinstance(handle, str) else None,
        flaw=flaw,
        field=field,
    )


@pytest.mark.parametrize("id_", ["sa 1", "sa?1", "sa#1", "sa%2F1", "señal", "账号", "a" * 300, "...", "~"])
def test_odd_ids_are_ids(id_):
    assert read_one(socialAccountId=id_).id == id_


def test_a_renewal_one_second_after_the_assignment_is_one():
    assert read_one(nextRenewalAt="2026-04-20T16:12:03Z").renews_at == UNDERSTOOD.assigned_at + timedelta(
        seconds=1
    )


@pytest.mark.parametrize("item", [None, 7, "sa_1", ["sa_1"]])
def test_an_item_that_is_no_object_is_quarantined(item):
    one, other = read(item, OTHER).items
    assert one == Quarantined(project=PROJECT, id=None, handle=None, flaw=Flaw.MALFORMED_FIELD, field="item")
    assert isinstance(other, Account)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"items": null}',
        b'{"items": {}}',
        b'{"items": [], "nextCursor": 7}',
        b'{"items": []',
        b'{"items": []} and more',
        b"<html></html>",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_list_is_no_page(body):
    assert leased_page(body, PROJECT) is None


@pytest.mark.parametrize("said", [{}, {"nextCursor": None}, {"nextCursor": ""}])
def test_the_last_page_has_no_cursor(said):
    assert not read(**said).next_cursor


# Foreign text within bounds


@pytest.mark.parametrize("field", ["handle", "socialAccountId", "platform"])
@pytest.mark.parametrize(
    "value",
    [
        "x" * 4_000,
        "x" * (LONGEST_NAME + 1),
        "é" * (LONGEST_NAME // 2 + 1),
        "a\x00b",
        "\x00",
        "a\ud83db",
        "\udc00",
    ],
    ids=ascii,
)
def test_a_text_out_of_bounds_quarantines_its_item_alone(field, value):
    """A handle of 4,000 characters stopped every turn on PostgreSQL; U+0000 or half of an emoji in one handle
    made the whole project unreadable.
    """
    one = read_one(**{field: value})
    assert (one.flaw, one.field) in {(Flaw.MALFORMED_FIELD, field), (Flaw.UNUSABLE_ID, field)}
    assert all(len(text) < 60 and "\x00" not in text for text in (one.id, one.handle))
    f"{one.id}{one.handle}".encode()


@pytest.mark.parametrize("value", ["x" * LONGEST_NAME, "é" * (LONGEST_NAME // 2)])
def test_a_text_at_its_bound_is_one(value):
    assert read_one(handle=value).handle == value
    assert read_one(socialAccountId=value).id == value


def test_a_handle_that_folds_into_more_than_an_index_holds_is_out_of_bounds():
    assert read_one(handle="\ufdfa" * 100).field == "handle"
    assert read_one(handle="\ufdfa").handle == "\ufdfa"


@pytest.mark.parametrize("damage", [b"\xff", b"\xed\xa0\x80", b"\xe2\x82", b"\xc0\x80"])
@pytest.mark.parametrize("field", ["handle", "socialAccountId", "platform", "status", "nextRenewalAt"])
def test_bytes_that_are_no_text_quarantine_their_item_alone(field, damage):
    body = json.dumps({"items": [{**GOOD, field: "DAMAGED"}, OTHER], "nextCursor": "c1"}).encode()
    page = leased_page(body.replace(b"DAMAGED", b"latte" + damage), PROJECT)
    one, other = page.items
    assert one.field == field
    assert other == replace(UNDERSTOOD, id="sa_2")
    assert page.next_cursor == "c1"


@pytest.mark.parametrize("damaged", ["\\ud83d", "\\udc00x", "\\u0000"])
def test_damage_in_a_field_that_nobody_reads_spoils_nothing(damaged):
    body = json.dumps({"items": [{**GOOD, "caption": "DAMAGED"}, OTHER]}).replace("DAMAGED", damaged)
    assert list(leased_page(body.encode(), PROJECT).items) == [UNDERSTOOD, replace(UNDERSTOOD, id="sa_2")]


def test_a_number_of_5000_digits_quarantines_its_item_alone():
    body = json.dumps({"items": [{**GOOD, "monthlyPriceCents": 77777}, OTHER]}).replace("77777", "7" * 5_000)
    one, other = leased_page(body.encode(), PROJECT).items
    assert (one.flaw, one.field) == (Flaw.MALFORMED_FIELD, "monthlyPriceCents")
    assert isinstance(other, Account)


def test_two_texts_out_of_bounds_are_never_shown_as_one():
    seen = {read_one(socialAccountId="x" * 4_000 + last).id for last in "ab"}
    assert len(seen) == 2


def test_the_last_instant_before_nonsense_is_one():
    last = LATEST - timedelta(seconds=1)
    assert read_one(nextRenewalAt=last.isoformat()).renews_at == last
