"""One name, several addresses: the one that answers is found in time."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.adapters.http.holes import resolving, swallowing
from tests.adapters.http.raw import ok, raw_server, saying
from tests.fakes.clock import FakeClock
from tests.ports import free_port
from watcher.adapters.clock import SystemClock
from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered
from watcher.adapters.http.client import open_http
from watcher.adapters.http.connect import Address, NotReached, connect

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)
NAME = "api.example"


def test_the_second_address_answers_though_the_first_swallows_everything(monkeypatch):
    """The first of two addresses got the whole timeout: the API was 75 after 49 s, where curl needs 3 ms."""
    with raw_server(saying(ok(b"{}"))) as server, swallowing("127.0.0.2", server.port):
        resolving(monkeypatch, NAME, "127.0.0.2", "127.0.0.1")
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ={}) as http:
            started = time.monotonic()
            first = http.send("GET", f"http://{NAME}:{server.port}/")
            between = time.monotonic()
            second = http.send("GET", f"http://{NAME}:{server.port}/")
            ended = time.monotonic()
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert between - started < 2
    assert ended - between < 0.2, "the address that answered is asked first"
    assert server.heads[0].splitlines()[1] == f"Host: {NAME}:{server.port}"


def test_no_connection_names_every_address_and_takes_no_longer_than_the_timeout(monkeypatch):
    port = free_port()
    with swallowing("127.0.0.2", port):
        resolving(monkeypatch, NAME, "127.0.0.2", "127.0.0.3")
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=1), environ={}) as http:
            started = time.monotonic()
            outcome = http.send("DELETE", f"http://{NAME}:{port}/s3cret", content=b"x")
    assert time.monotonic() - started < 2
    assert outcome == Unanswered(
        trouble=WhyUnanswered.NO_CONNECTION,
        detail=f"{NAME}:{port}: 127.0.0.2 no answer in time, 127.0.0.3 connection refused",
    )


def test_a_name_that_leads_nowhere_is_named():
    with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ={}) as http:
        outcome = http.send("GET", "http://nobody.invalid:8443/s3cret")
    assert isinstance(outcome, Unanswered)
    assert outcome.trouble is WhyUnanswered.NO_CONNECTION
    assert outcome.detail.startswith("nobody.invalid: ")


class Road:
    """Connects on a fake clock: each address answers after so many seconds, or refuses at once (None)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **delays: float | None) -> None:
        self.clock = FakeClock(NOW)
        self.delays = {f"10.0.0.{name[1:]}": delay for name, delay in delays.items()}
        self.tried: list[tuple[str, float]] = []
        resolving(monkeypatch, NAME, *self.delays)

    def connect(self, address: Address, seconds: float) -> str:
        self.tried.append((address.text, round(seconds, 3)))
        delay = self.delays[address.text]
        if delay is None:
            raise ConnectionRefusedError(111, "Connection refused")
        self.clock.advance(timedelta(seconds=min(delay, seconds)))
        if delay > seconds:
            raise TimeoutError
        return f"to {address.text}"

    def reach(self, seconds: float = 10, first: str | None = None) -> str:
        return connect(NAME, 443, seconds, clock=self.clock, first=first, to=self.connect)[0]


def test_a_single_address_has_all_the_time(monkeypatch):
    road = Road(monkeypatch, a1=9.5)
    assert road.reach() == "to 10.0.0.1"
    assert road.tried == [("10.0.0.1", 10)]


def test_a_slow_address_gets_the_time_that_the_others_leave(monkeypatch):
    road = Road(monkeypatch, a1=9, a2=None)
    assert road.reach() == "to 10.0.0.1"
    assert road.tried == [("10.0.0.1", 0.25), ("10.0.0.2", 0.25), ("10.0.0.1", 9.75)]


def test_silent_addresses_share_what_is_left(monkeypatch):
    road = Road(monkeypatch, a1=99, a2=99, a3=3)
    assert road.reach() == "to 10.0.0.3"
    assert [share for _, share in road.tried] == [0.25] * 3 + [3.083, 3.083, 3.083]


def test_however_many_there_are_the_time_is_kept(monkeypatch):
    road = Road(monkeypatch, **{f"a{number}": 99 for number in range(1, 60)})
    started = road.clock.monotonic()
    with pytest.raises(NotReached, match=r"api\.example:443: 10\.0\.0\.1 no answer in time, 10\.0\.0\.2 no"):
        road.reach(2)
    assert road.clock.monotonic() - started == pytest.approx(2, abs=0.02)


def test_the_address_that_answered_last_is_tried_first_while_it_is_one_of_them(monkeypatch):
    road = Road(monkeypatch, a1=99, a2=0.01)
    assert road.reach(first="10.0.0.2") == "to 10.0.0.2"
    assert road.reach(first="10.0.0.9") == "to 10.0.0.2"
    assert [address for address, _ in road.tried] == ["10.0.0.2", "10.0.0.1", "10.0.0.2"]


def test_families_take_turns(monkeypatch):
    tried = []
    resolving(monkeypatch, NAME, "2001:db8::1", "2001:db8::2", "2001:db8::3", "10.0.0.1")

    def to(address: Address, _: float) -> None:
        tried.append(address.text)
        raise OSError(101, "Network is unreachable")

    with pytest.raises(NotReached):
        connect(NAME, 443, 1, clock=FakeClock(NOW), to=to)
    assert tried == ["2001:db8::1", "10.0.0.1", "2001:db8::2", "2001:db8::3"]
