"""A page that is served for real, with one account behind it and a note of every hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPMessage
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.fakes.clock import FakeClock
from watcher.adapters.pages.keep.links import KeepLink
from watcher.adapters.pages.keep.page import BY, open_page
from watcher.adapters.pages.keep.sheets import Shown
from watcher.adapters.pages.server import serving
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.record.fates import LEASED, Fate
from watcher.record.overrides import Override, OverrideKind

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)
RENEWS = NOW + timedelta(hours=52)
ACCOUNT = AccountId("sa_latte")
PERIOD = LeasePeriod(account=ACCOUNT, renews_at=RENEWS)
KEY = b"k" * 32


def shown(**changes: Any) -> Shown:
    values = {
        "id": ACCOUNT,
        "handle": "latte.art.lab",
        "platform": "tiktok",
        "project": "acme",
        "renews_at": RENEWS,
        "price_cents": 15_000,
        "hold": None,
    }
    values["fate"] = LEASED
    return Shown(**(values | changes))


@dataclass
class Books:
    """The ledger behind the page. `broken`: what it raises instead of answering."""

    accounts: dict[AccountId, Shown] = field(default_factory=lambda: {ACCOUNT: shown()})
    holds: list[Override] = field(default_factory=list)
    broken: Exception | None = None
    meanwhile: Fate = LEASED
    """What became of the account once it was held."""

    def look(self, account: AccountId) -> Shown | None:
        return self.accounts.get(account)

    def hold(self, account: AccountId, until: datetime, why: str) -> None:
        if self.broken is not None:
            raise self.broken
        word = Override(kind=OverrideKind.HOLD, at=NOW, by=BY, why=why, account=account, until=until)
        self.holds.append(word)
        known = self.accounts[account]
        self.accounts[account] = shown(handle=known.handle, hold=word, fate=self.meanwhile)


@dataclass(frozen=True)
class Answered:
    status: int
    headers: HTTPMessage
    text: str


@dataclass
class Stand:
    address: str
    links: KeepLink
    books: Books
    clock: FakeClock

    @property
    def link(self) -> str:
        return self.links.url(PERIOD, PERIOD.renews_at)

    def ask(
        self,
        method: str,
        url: str,
        *,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answered:
        body = None if form is None else urlencode(form)
        typed = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=10)
        try:
            connection.request(method, urlsplit(url).path, body=body, headers=typed | (headers or {}))
            answer = connection.getresponse()
            return Answered(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def get(self, url: str) -> Answered:
        return self.ask("GET", url)

    def post(self, url: str, reason: str = "", **headers: str) -> Answered:
        return self.ask("POST", url, form={"reason": reason}, headers=headers)


@contextmanager
def standing(books: Books | None = None) -> Iterator[Stand]:
    books, clock = books or Books(), FakeClock(NOW)
    links = KeepLink(base_url="https://watcher.example/", keys=(KEY,))
    page = open_page(links, books.look, books.hold, clock=clock, timezone=UTC)
    with serving(page, "127.0.0.1", 0) as address:
        yield Stand(address=address, links=links, books=books, clock=clock)
