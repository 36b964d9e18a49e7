"""The client against the OpenAPI file: whatever it allows is understood."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import jsonschema
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from watcher.adapters.layers import wire
from watcher.adapters.layers.bodies import usable
from watcher.adapters.layers.leased import leased_page
from watcher.facts.accounts import Account
from watcher.facts.posts import PostStatus

PROJECT = "prj_one"
OPENAPI = yaml.safe_load((Path(__file__).parents[2] / "contracts" / "layers-openapi.yaml").read_text())


def schema(name: str) -> dict:
    """One component with what it refers to."""
    return {**OPENAPI["components"]["schemas"][name], "components": OPENAPI["components"]}


def listing(name: str) -> dict:
    return {
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": {"type": "array", "items": schema(name)},
            "nextCursor": {"type": ["string", "null"]},
        },
    }


def written(moment: datetime, fraction: str) -> str:
    text = moment.replace(microsecond=0).isoformat()
    return (text[:19] + fraction + text[19:]).replace("+00:00", "Z")


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")))
ZONES = st.just(UTC) | st.integers(-14 * 60, 14 * 60).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)
MOMENTS = st.builds(datetime.fromtimestamp, st.integers(946_771_200, 3_786_912_000), ZONES)
FRACTIONS = st.sampled_from(["", ".1", ".12", ".123", ".123456", ".123456789"])
TIMES = st.builds(written, MOMENTS, FRACTIONS)
MORE = st.dictionaries(TEXT.map("x_{}".format), st.none() | st.integers() | TEXT, max_size=2)


@st.composite
def accounts(draw):
    assigned = draw(MOMENTS)
    renews = assigned + timedelta(seconds=draw(st.integers(1, 90 * 86_400)))
    return {
        **draw(MORE),
        "socialAccountId": draw(TEXT.filter(usable)),
        "projectId": PROJECT,
        "handle": draw(TEXT),
        "platform": draw(TEXT),
        "followers": draw(st.integers(0, 2**53)),
        "status": "assigned",
        "assignedAt": written(assigned, ""),
        "nextRenewalAt": written(renews, draw(FRACTIONS)),
        "monthlyPriceCents": draw(st.integers(0, 2**53)),
    }


CURSORS = st.fixed_dictionaries({}, optional={"nextCursor": st.none() | TEXT})


@given(items=st.lists(accounts(), max_size=4), page=CURSORS)
def test_every_account_the_contract_allows_is_understood(items, page):
    body = {"items": items, **page}
    jsonschema.validate(body, listing("LeasedAccount"))
    read = leased_page(json.dumps(body).encode(), PROJECT)
    assert [type(item) for item in read.items] == [Account] * len(items)
    for account, item in zip(read.items, items, strict=True):
        said = datetime.fromisoformat(item["nextRenewalAt"])
        assert timedelta() <= said - account.renews_at < timedelta(seconds=1)
        assert (account.id, account.handle, account.followers, account.price_cents) == (
            item["socialAccountId"],
            item["handle"],
            item["followers"],
            item["monthlyPriceCents"],
        )


POSTS = st.fixed_dictionaries(
    {
        "id": TEXT,
        "socialAccountId": TEXT.filter(bool),
        "status": st.sampled_from([*PostStatus]).map(str) | TEXT,
        "scheduledFor": TIMES,
    },
    optional={"publishedAt": st.none() | TIMES},
)


@given(items=st.lists(POSTS, max_size=4), page=CURSORS)
def test_every_post_the_contract_allows_is_understood(items, page):
    body = {"items": items, **page}
    jsonschema.validate(body, listing("ScheduledPost"))
    read = wire.posts_page(json.dumps(body).encode())
    assert [post.account for post in read.items] == [item["socialAccountId"] for item in items]
    assert all(post.scheduled_for is not None for post in read.items)


WHOAMI = st.fixed_dictionaries(
    {"organizationId": TEXT, "scopes": st.lists(TEXT), "rateLimitTier": TEXT, "apiKeyId": TEXT},
    optional={"organizationName": TEXT, "creditBalance": st.integers() | st.floats(allow_nan=False)},
)


@given(body=WHOAMI)
def test_every_identity_the_contract_allows_is_understood(body):
    assume(body["organizationId"].strip())  # without a name of its own it is nobody's, and refused
    jsonschema.validate(body, schema("Whoami"))
    assert wire.whoami(json.dumps(body).encode()) is not None
