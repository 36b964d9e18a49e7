"""Who may see the page of how things stand, and what whoever may not is told."""

from base64 import b64encode
from datetime import UTC
from typing import Any, NoReturn

import pytest
from werkzeug.test import Client, TestResponse

from tests.builders import NOW
from watcher.adapters.pages.options import is_open_to_others
from watcher.adapters.pages.status import StatusPage
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.ports.pages import WholePage
from watcher.texts.secret import Secret

TOKEN = "0123456789abcdefghijklmn"
HERE = {"Host": "127.0.0.1:9466"}


def look() -> WholePage:
    return WholePage(title="Lease watcher", subtitle="all is well", now=NOW, timezone=UTC)


def ask(path: str = "/", *, method: str = "GET", token: str | None = None, **headers: str) -> TestResponse:
    page = StatusPage(look=look, token=None if token is None else Secret(token))
    return Client(page).open(path, method=method, headers={**HERE, **headers})


def basic(password: str) -> str:
    return f"Basic {b64encode(f'anybody:{password}'.encode()).decode()}"


@pytest.mark.parametrize("host", ["127.0.0.1:9466", "localhost:9466", "[::1]:9466", "127.3.2.1", "localhost"])
def test_whoever_is_on_this_machine_sees_it(host: str) -> None:
    answer = ask(Host=host)
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    assert "<h1>Lease watcher</h1>" in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example:9466", "192.0.2.1", "127.0.0.1.evil.example", "", "[::", "::1"]
)
def test_a_page_that_leads_its_own_name_here_reads_nothing(host: str) -> None:
    """Any page that a person on this machine opens may have its name lead to 127.0.0.1, and ask."""
    answer = ask(Host=host)
    assert answer.status_code == 403
    assert "Lease watcher" not in answer.text


@pytest.mark.parametrize("host", ["watcher.example", "127.0.0.1:9466"])
def test_with_a_token_it_is_asked_for_by_whatever_name(host: str) -> None:
    answer = ask(token=TOKEN, Host=host)
    assert (answer.status_code, answer.text) == (401, "the token is missing or wrong\n")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="lease-watcher"'


def test_who_says_what_cannot_be_read_knows_no_token() -> None:
    """Two bytes that are no text were answered with 500, and filled the log with a traceback each."""
    answer = ask(token=TOKEN, Host="watcher.example", Authorization="Basic \xff\xff")
    assert (answer.status_code, answer.text) == (401, "the token is missing or wrong\n")


@pytest.mark.parametrize("said", [basic(TOKEN), f"Bearer {TOKEN}"])
def test_who_knows_the_token_sees_it(said: str) -> None:
    assert ask(token=TOKEN, Host="watcher.example", Authorization=said).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        basic(TOKEN[:-1]),
        basic(""),
        f"Bearer {TOKEN}x",
        "Bearer",
        "Basic !!",
        f"Digest {TOKEN}",
        "Bearer \xff",
    ],
)
def test_who_knows_something_else_does_not(said: str) -> None:
    answer = ask(token=TOKEN, Authorization=said)
    assert answer.status_code == 401
    assert "Lease watcher" not in answer.text


def test_a_token_in_the_address_is_none_for_it_would_stand_in_histories() -> None:
    assert ask(f"/?token={TOKEN}", token=TOKEN).status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_it_is_only_looked_at(method: str) -> None:
    answer = ask(method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_there_is_one_page_and_who_may_not_see_it_does_not_learn_that() -> None:
    assert ask("/other").status_code == 404
    assert ask("/other", token=TOKEN).status_code == 401
    assert ask(method="HEAD").text == ""


@pytest.mark.parametrize("error", [LedgerUnavailable("locked at /srv/x"), LedgerUnusable("newer")])
def test_a_ledger_that_cannot_be_read_is_said_without_its_place(error: Exception) -> None:
    def fails() -> NoReturn:
        raise error

    answer = Client(StatusPage(look=fails)).get("/", headers=HERE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.text == "the ledger cannot be read now\n"


@pytest.mark.parametrize("more", [{}, {"method": "POST"}, {"token": TOKEN}, {"Host": "evil.example"}])
def test_a_browser_keeps_nothing_frames_nothing_and_runs_its_own_script_alone(more: dict[str, Any]) -> None:
    headers = ask(**more).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("listen", "others"),
    [
        ("127.0.0.1:1", False),
        ("localhost:1", False),
        ("[::1]:1", False),
        ("0.0.0.0:1", True),
        ("[::]:1", True),
        ("192.0.2.1:1", True),
        ("watcher.example:1", True),
    ],
)
def test_others_reach_what_is_not_this_machine_alone(listen: str, others: bool) -> None:
    assert is_open_to_others(listen) is others
