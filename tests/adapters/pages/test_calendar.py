"""The calendar's page, asked over real HTTP: for who knows the token, and for nobody else."""

from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPMessage
from urllib.parse import quote, urlsplit

import pytest

from watcher.adapters.pages.calendar import CalendarPage
from watcher.adapters.pages.door import require_long_token
from watcher.adapters.pages.options import require_mail_address
from watcher.adapters.pages.server import Pages, ServedPage
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.texts.secret import Secret

TOKEN = "a-token-of-more-than-24-signs"
TEXT = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def pages() -> Iterator[Pages]:
    found = Pages()
    yield found
    found.close()


def served(pages: Pages, made: object = TEXT) -> str:
    def calendar() -> bytes:
        if isinstance(made, Exception):
            raise made
        assert isinstance(made, bytes)
        return made

    page = CalendarPage(token=Secret(TOKEN), calendar=calendar)
    pages.change({"calendar": ServedPage(address=("127.0.0.1", 0), app=page)})
    return pages.urls["calendar"]


def ask(
    url: str, path: str = f"/calendar.ics?token={TOKEN}", method: str = "GET", **headers: str
) -> tuple[int, bytes, HTTPMessage]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(
            method, path, headers={name.replace("_", "-"): one for name, one in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def basic(password: str) -> str:
    return f"Basic {b64encode(f'maria:{password}'.encode()).decode()}"


@pytest.mark.parametrize(
    ("path", "authorization"),
    [
        (f"/calendar.ics?token={TOKEN}", ""),
        ("/calendar.ics", f"Bearer {TOKEN}"),
        ("/calendar.ics", basic(TOKEN)),
    ],
)
def test_who_knows_the_token_is_handed_the_calendar(pages: Pages, path: str, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    status, body, said = ask(served(pages), path, **headers)
    assert (status, body, said["Content-Type"]) == (200, TEXT, "text/calendar; charset=utf-8")
    assert (said["Cache-Control"], said["Referrer-Policy"]) == ("private, no-cache", "no-referrer")


@pytest.mark.parametrize(
    ("path", "authorization"),
    [
        ("/calendar.ics", ""),
        ("/calendar.ics?token=", ""),
        (f"/calendar.ics?token={TOKEN[:-1]}", ""),
        (f"/calendar.ics?token={TOKEN}x", ""),
        (f"/calendar.ics?token={quote('ü' * 30)}", ""),
        ("/calendar.ics", f"Bearer {TOKEN[:-1]}"),
        ("/calendar.ics", basic("")),
        ("/calendar.ics", "Basic nonsense"),
        ("/calendar.ics", "Basic \xff\xff"),
        ("/", ""),
        ("/anything/else", ""),
    ],
)
def test_who_does_not_learns_nothing(pages: Pages, path: str, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    status, body, said = ask(served(pages), path, **headers)
    assert (status, body) == (401, b"the token is missing or wrong\n")
    assert said["WWW-Authenticate"] == 'Basic realm="lease-watcher"'


def test_elsewhere_there_is_nothing(pages: Pages) -> None:
    assert ask(served(pages), f"/other?token={TOKEN}")[:2] == (404, b"/calendar.ics\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND"])
def test_it_is_only_read(pages: Pages, method: str) -> None:
    status, _, said = ask(served(pages), method=method)
    assert (status, said["Allow"]) == (405, "GET, HEAD")


def test_what_has_not_changed_is_not_sent_again(pages: Pages) -> None:
    url = served(pages)
    tag = ask(url)[2]["ETag"]
    assert ask(url, If_None_Match=tag)[:2] == (304, b"")
    assert ask(served(pages, TEXT + b"\r\n"), If_None_Match=tag)[0] == 200
    assert ask(url, method="HEAD")[1] == b""


@pytest.mark.parametrize("error", [LedgerUnavailable("busy"), LedgerUnusable("newer")])
def test_a_ledger_that_cannot_be_read_is_no_empty_calendar(pages: Pages, error: Exception) -> None:
    """Whoever subscribes would be shown that nothing is to be decided."""
    status, body, said = ask(served(pages, error))
    assert (status, body, said["Retry-After"]) == (503, b"the ledger cannot be read now\n", "60")


@pytest.mark.parametrize(("signs", "good"), [(23, False), (24, True)])
def test_a_token_is_long(signs: int, good: bool) -> None:
    if good:
        require_long_token(Secret("x" * signs))
        return
    with pytest.raises(ValueError, match="at least 24 signs") as refused:
        require_long_token(Secret("x" * signs))
    assert "xxx" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("leases@example.com", True),
        ("a.b+c@x.y.example", True),
        ("leases", False),
        ("@example.com", False),
        ("leases@localhost", False),
        ("a b@example.com", False),
        ("a@example.com\r\nX:1", False),
        ("größe@example.com", False),
    ],
)
def test_an_organizer_is_a_mail_address(text: str, good: bool) -> None:
    if good:
        require_mail_address(text)
    else:
        with pytest.raises(ValueError, match="must be a mail address"):
            require_mail_address(text)
