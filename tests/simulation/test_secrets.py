"""What is secret in a history is found wherever it turns up, in whatever form."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest

from tests.simulation.canaries import CANARIES, KEY, TOKEN, echoed, told_in
from tests.simulation.model.api import Reply
from tests.simulation.oracle import judge
from tests.simulation.test_oracle import SENT, released


@pytest.mark.parametrize("name", CANARIES)
@pytest.mark.parametrize(
    "written",
    [
        str,
        lambda one: quote(one, safe=""),
        lambda one: b64encode(one.encode()).decode(),
        lambda one: one.encode().hex(),
    ],
    ids=["as it is", "percent-encoded", "base64", "hexadecimal"],
)
def test_a_secret_is_found_in_text_and_in_bytes(name: str, written: Callable[[str], str]) -> None:
    text = f"told: {written(CANARIES[name])}!"
    assert list(told_in(text)) == list(told_in(text.encode())) == [name]


def test_where_none_is_none_is_found() -> None:
    assert list(told_in("told: ***!")) == list(told_in(b"told: ***!")) == []


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_who_refuses_says_back_what_it_was_told_where_it_may_be_quoted(status: int) -> None:
    body = json.dumps({"error": {"code": "FORBIDDEN_SCOPE", "message": "no", "requestId": "req_1"}})
    said = echoed(Reply(status=status, headers={}, body=body.encode()), KEY, to_api=True)
    error = json.loads(said.body)["error"]
    assert error["requestId"] == said.headers["X-Request-Id"] == KEY
    assert error["code"] == (KEY if status in (401, 503) else "FORBIDDEN_SCOPE")
    assert TOKEN in echoed(Reply(status=503, headers={}, body=b""), KEY, to_api=False).body.decode()


def test_a_secret_that_is_told_is_a_violation_once() -> None:
    told = (SENT, "the API key in the ledger")
    (found,) = judge(replace(released(), secrets=[told, told])).violations
    assert (found.rule, found.text) == ("secret told", "the API key in the ledger")
