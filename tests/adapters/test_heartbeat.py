"""A dead man's switch, told over real HTTP."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Event
from time import sleep
from typing import Any
from urllib.parse import parse_qs

import pytest
from werkzeug.wrappers import Request, Response

from tests.adapters.channels.stage import logged
from tests.fakes.clock import FakeClock
from watcher.adapters.clock import SystemClock
from watcher.adapters.heartbeat import Beat, Heartbeat, HeartbeatOptions, address, require_usable
from watcher.adapters.http.answer import Unanswered, WhyUnanswered
from watcher.adapters.http.client import open_http
from watcher.adapters.pages.server import serving
from watcher.texts.secret import Secret

TOKEN = "0b4f-never-to-be-shown"


@dataclass
class Switch:
    """What was heard: method, path, run id, body."""

    heard: list[tuple[str, str, str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    gate: Event | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self.gate is not None:
            self.gate.wait(20)
        request = Request(environ)
        run = parse_qs(request.query_string.decode()).get("rid", [""])[0]
        self.heard.append((request.method, request.path, run, request.get_data(as_text=True)))
        status = self.statuses.pop(0) if self.statuses else 200
        return Response(status=status)(environ, start_response)


def lines(log: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@contextmanager
def beating(switch: Switch, *, plain: bool = False) -> Iterator[Heartbeat]:
    clock = SystemClock()
    with (
        serving(switch, "127.0.0.1", 0) as url,
        open_http(clock=clock, timeout=timedelta(seconds=20)) as http,
    ):
        options = HeartbeatOptions(
            url=None if plain else Secret(f"{url}/{TOKEN}"),
            plain_url=Secret(f"{url}/plain?push=1") if plain else None,
        )
        with closing(Heartbeat(options, http=http, clock=clock)) as heartbeat:
            yield heartbeat
        if switch.gate is not None:
            switch.gate.set()


def test_a_good_turn_is_a_start_and_a_success_of_one_run() -> None:
    switch = Switch()
    with beating(switch) as heartbeat:
        heartbeat.ended(heartbeat.began(), 0, "2 accounts")
    (start, end) = switch.heard
    assert start[:2] == ("POST", f"/{TOKEN}/start")
    assert end == ("POST", f"/{TOKEN}", start[2], "2 accounts")
    assert start[2]


@pytest.mark.parametrize("code", [1, 22, 78])
def test_any_other_end_is_its_exit_code(code: int) -> None:
    switch = Switch()
    with beating(switch) as heartbeat:
        heartbeat.ended(heartbeat.began(), code)
    assert switch.heard[1][1] == f"/{TOKEN}/{code}"


def test_a_turn_without_a_report_has_failed() -> None:
    switch = Switch()
    with beating(switch) as heartbeat:
        heartbeat.failed(heartbeat.began())
    assert switch.heard[1][1] == f"/{TOKEN}/fail"


def test_a_plain_address_hears_of_good_turns_alone() -> None:
    switch = Switch()
    with beating(switch, plain=True) as heartbeat:
        heartbeat.ended(heartbeat.began(), 22)
        heartbeat.failed(heartbeat.began())
        heartbeat.ended(heartbeat.began(), 0)
    assert [each[:2] for each in switch.heard] == [("GET", "/plain")]


def test_a_ping_that_is_refused_is_tried_once_more() -> None:
    switch = Switch(statuses=[503])
    with logged() as log:
        with beating(switch) as heartbeat:
            heartbeat.began()
            while len(switch.heard) < 2:
                sleep(0.01)
        assert lines(log) == []
    assert len(switch.heard) == 2


def test_one_that_is_not_heard_is_a_line_of_the_log_without_its_address() -> None:
    switch = Switch(statuses=[404] * 4)
    with logged() as log, beating(switch) as heartbeat:
        heartbeat.began()
        heartbeat.close()
        (line,) = lines(log)
    assert (line["event"], line["what"], line["why"]) == ("heartbeat not heard", "start", "status 404")
    assert TOKEN not in str(line)


def test_a_switch_that_hangs_is_in_nobodys_way() -> None:
    switch = Switch(gate=Event())
    with logged() as log, beating(switch) as heartbeat:
        beats = [heartbeat.began() for _ in range(20)]
        assert len(beats) == 20
        left_out = [line for line in lines(log) if line["event"] == "heartbeat left out"]
        assert len(left_out) == 12
        assert switch.gate is not None
        switch.gate.set()


def test_a_switch_that_hangs_does_not_hold_up_the_end_with_all_that_waits() -> None:
    """Each ping was given its own timeout: with many of them the service manager killed what was stopping."""
    clock = FakeClock(datetime(2026, 4, 20, tzinfo=UTC))
    sent: list[str] = []

    class Hanging:
        def send(self, _method: str, url: str, **options: timedelta) -> Unanswered:
            sent.append(url)
            assert heartbeat._closing.wait(20)
            clock.advance(options["timeout"])
            return Unanswered(trouble=WhyUnanswered.NO_ANSWER, detail="no answer in time")

    options = HeartbeatOptions(url=Secret(f"http://127.0.0.1/{TOKEN}"))
    with logged() as log:
        heartbeat = Heartbeat(options, http=Hanging(), clock=clock)  # type: ignore[arg-type]
        for _ in range(8):
            heartbeat.began()
        heartbeat.close()
    assert len(sent) == 3
    assert [line["why"] for line in lines(log)][2:] == ["no answer in time", *["the watcher is stopping"] * 5]


def test_without_an_address_nothing_is_told() -> None:
    with open_http(clock=SystemClock(), timeout=timedelta(seconds=1)) as http:
        heartbeat = Heartbeat(HeartbeatOptions(), http=http, clock=SystemClock())
        heartbeat.ended(heartbeat.began(), 0)
        heartbeat.close()


@pytest.mark.parametrize(
    ("url", "what", "expected"),
    [
        ("https://hc/ping/uuid", "start", "https://hc/ping/uuid/start?rid=r"),
        ("https://hc/ping/uuid/", "22", "https://hc/ping/uuid/22?rid=r"),
        ("https://hc/key/slug?create=1", "", "https://hc/key/slug?create=1&rid=r"),
        ("https://hc/key/slug?create=1", "fail", "https://hc/key/slug/fail?create=1&rid=r"),
    ],
)
def test_the_address_goes_on_as_healthchecks_takes_it(url: str, what: str, expected: str) -> None:
    assert address(url, what, Beat(id="r")) == expected


@pytest.mark.parametrize("url", ["http://hc.example/hush", "https://u:hush@hc.example", "https://hc/x#hush"])
def test_an_address_that_would_show_itself_is_a_mistake(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        require_usable(Secret(url))
    assert "hush" not in str(raised.value)
