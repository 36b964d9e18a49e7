"""From what came back to the port's errors."""

import json

import pytest

from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered
from watcher.adapters.layers.errors import problem, request_id, unreadable
from watcher.ports.leases import Refused, Surprising, Suspended, Temporary

ASKED = "GET /v1/whoami"


def answer(status: int, body: object = b"", **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(
        status=status, headers={name.replace("_", "-"): text for name, text in headers.items()}, body=data
    )


def said(code: str, **more: object) -> dict[str, object]:
    return {"error": {"code": code, "message": "for people", "requestId": "req_1", **more}}


HTML = b"<html>Bad gateway</html>"


@pytest.mark.parametrize(
    ("outcome", "kind", "code"),
    [
        (answer(401, said("UNAUTHENTICATED")), Refused, "UNAUTHENTICATED"),
        (answer(403, said("FORBIDDEN_SCOPE")), Refused, "FORBIDDEN_SCOPE"),
        (answer(404, said("NOT_FOUND")), Refused, "NOT_FOUND"),
        (answer(409, said("CONFLICT", details={"reason": "NOT_LEASED"})), Refused, "CONFLICT"),
        (answer(422, said("VALIDATION")), Refused, "VALIDATION"),
        (answer(418, said("A_CODE_OF_TOMORROW")), Refused, "A_CODE_OF_TOMORROW"),
        (answer(429, said("RATE_LIMITED")), Temporary, "RATE_LIMITED"),
        (answer(429, HTML), Temporary, "http_429"),
        (answer(500, said("INTERNAL")), Temporary, "INTERNAL"),
        (answer(502, HTML), Temporary, "http_502"),
        (answer(503), Temporary, "http_503"),
        (answer(503, said("MAINTENANCE")), Temporary, "MAINTENANCE"),
        (answer(503, said("KILL_SWITCH")), Suspended, "KILL_SWITCH"),
        (answer(403, said("KILL_SWITCH")), Suspended, "KILL_SWITCH"),
        (answer(401, HTML), Surprising, "http_401"),
        (answer(403, HTML), Surprising, "http_403"),
        (answer(404, b"null"), Surprising, "http_404"),
        (answer(404, {"error": "NOT_FOUND"}), Surprising, "http_404"),
        (answer(404, {"error": {"code": 404}}), Surprising, "http_404"),
        (answer(404, b"[" * 100_000), Surprising, "http_404"),
        (answer(301, said("NOT_FOUND")), Surprising, "http_301"),
        (answer(304), Surprising, "http_304"),
        (Unanswered(trouble=WhyUnanswered.NO_CONNECTION, detail="x"), Temporary, "no_connection"),
        (Unanswered(trouble=WhyUnanswered.NO_ANSWER, detail="x"), Temporary, "no_answer"),
        (Unanswered(trouble=WhyUnanswered.TRUNCATED, detail="x"), Surprising, "truncated"),
        (Unanswered(trouble=WhyUnanswered.OVERSIZED, detail="x"), Surprising, "oversized"),
        (Unanswered(trouble=WhyUnanswered.TOO_SLOW, detail="x"), Surprising, "too_slow"),
    ],
)
def test_every_outcome_has_its_error(outcome, kind, code):
    error = problem(outcome, ASKED)
    assert (type(error), error.code) == (kind, code)
    assert error.status == (outcome.status if isinstance(outcome, Answer) else None)
    assert error.summary.startswith("GET /v1/whoami: ")


def test_a_good_status_is_no_problem():
    assert problem(answer(200, b"{}"), ASKED) is None


def test_the_messages_of_others_are_not_repeated():
    error = problem(answer(403, said("FORBIDDEN_SCOPE", message="your key lp_live_x")), ASKED)
    assert error.summary == "GET /v1/whoami: 403 FORBIDDEN_SCOPE"
    foreign = problem(answer(403, HTML), ASKED)
    assert foreign.summary == "GET /v1/whoami: 403 without the API's error envelope"


def test_the_request_id_is_kept_from_the_header_or_the_envelope():
    assert problem(answer(500, said("X"), x_request_id="req_2"), ASKED).request_id == "req_2"
    assert problem(answer(500, said("X")), ASKED).request_id == "req_1"
    assert problem(answer(500, said("X", requestId=7)), ASKED).request_id is None
    assert request_id(answer(200, b"{}", x_request_id="req_3")) == "req_3"


def test_a_code_or_an_id_that_is_no_word_is_dropped():
    error = problem(answer(500, said("A\nB\x1b[31m"), x_request_id="x" * 900), ASKED)
    assert (error.code, error.request_id) == ("unnamed", "req_1")
    assert "unnamed" in error.summary
    assert problem(answer(500, said("X", requestId="r\tq")), ASKED).request_id is None


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", "empty_body"), (b" \n", "empty_body"), (HTML, "html_body"), (b'{"item', "unreadable_body")],
)
def test_a_good_status_with_a_strange_body_is_named(body, code):
    assert unreadable(answer(200, body), ASKED).code == code


@pytest.mark.parametrize(("encoding", "named"), [("br", "br"), ("gzip, br", "?"), ("gzip", "gzip")])
def test_a_compressed_body_that_cannot_be_read_names_its_header(encoding, named):
    """A proxy compressed what nobody asked it to: "a body that is not what the API documents"."""
    error = unreadable(answer(200, b"\x1b\x03\x00", content_encoding=encoding), ASKED)
    assert error.code == "unreadable_body"
    assert f"a compressed body (content-encoding: {named}), which nobody asked for" in error.summary


@pytest.mark.parametrize("status", [201, 202, 203, 204, 205, 206, 226])
def test_only_200_is_a_whole_answer(status):
    """206 with the first of five posts was taken for all there are: an account in use was released."""
    error = problem(answer(status, {"items": []}), ASKED)
    assert (type(error), error.code, error.status) == (Surprising, f"http_{status}", status)


def test_an_answer_that_calls_itself_a_part_is_none():
    error = problem(answer(200, {"items": []}, content_range="items 0-49/200"), ASKED)
    assert (type(error), error.code) == (Surprising, "partial_answer")
