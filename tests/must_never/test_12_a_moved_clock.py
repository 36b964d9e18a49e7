"""Never take a clock from anybody but a sandbox at a literal loopback address: a moved clock releases early.

In a rehearsal the sandbox's clock is the watcher's (ADR 51). Everywhere else its mark means nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import watcher
from tests.adapters.channels.stage import logged
from tests.adapters.http.raw import Raw, ok, raw_server, saying
from tests.cli.desk import NOW, Desk, Said, desk
from tests.fakes.clock import FakeClock
from watcher.adapters.clock import ProcessClock
from watcher.adapters.loopback import is_loopback_address
from watcher.adapters.sandbox_time import MARK, SandboxTime
from watcher.record.exit_codes import Exit
from watcher.sandbox import Fault, WrongDate
from watcher.settings.model import Settings
from watcher.wiring.rehearsal import go_by_the_sandbox

S, H, D = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
PACKAGE = Path(watcher.__file__).parent
LATER = (NOW + 30 * D).isoformat().encode()
MARKED = ok(b"{}", MARK.encode() + b": " + LATER)
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def ahead_at(base_url: str, clock: ProcessClock | None = None) -> timedelta:
    """By how much a process's clock is moved whose configuration names this API."""
    clock = clock or ProcessClock(FakeClock(NOW))
    settings = Settings()
    settings = replace(settings, api=replace(settings.api, base_url=base_url))
    told = go_by_the_sandbox(clock, settings)
    assert clock.now() - NOW == told
    return told


@contextmanager
def answering(answer: bytes) -> Iterator[Raw]:
    with raw_server(saying(answer)) as server:
        yield server


def test_what_bears_the_mark_at_a_loopback_address_is_believed() -> None:
    """So that the refusals below are refusals of something."""
    with answering(MARKED) as server:
        assert ahead_at(server.url) == 30 * D


@pytest.mark.parametrize(
    "place",
    [
        "https://api.layers.com",
        "http://api.layers.com:{port}",
        "https://127.0.0.1:{port}",
        "http://localhost:{port}",
        "http://LOCALHOST:{port}",
        "http://localhost.:{port}",
        "http://ip6-localhost:{port}",
        "http://127.0.0.1.nip.io:{port}",
        "http://127.0.0.1.:{port}",
        "http://127.1:{port}",
        "http://0177.0.0.1:{port}",
        "http://0x7f.0.0.1:{port}",
        "http://2130706433:{port}",
        "http://0.0.0.0:{port}",
        "http://[::]:{port}",
        "http://[::ffff:127.0.0.1]:{port}",
        "http://[::127.0.0.1]:{port}",
        "http://[::1%25lo]:{port}",
        "http://127.0.0.1:{port}@api.layers.com",
        "http://api.layers.com@127.0.0.1:{port}",
        "http://api.layers.com#@127.0.0.1:{port}",
        "http://10.0.0.1:{port}",
        "http://169.254.169.254:{port}",
        "ftp://127.0.0.1:{port}",
        "127.0.0.1:{port}",
        "",
    ],
)
def test_nobody_else_is_so_much_as_asked(place: str) -> None:
    """Neither a name that leads to loopback, nor another spelling of it, nor https."""
    with answering(MARKED) as server:
        base_url = place.format(port=server.port)
        assert not is_loopback_address(base_url)
        assert ahead_at(base_url) == timedelta()
        with pytest.raises(ValueError, match="loopback"):
            SandboxTime(base_url, FakeClock(NOW))
        assert server.heads == []


@pytest.mark.parametrize("variable", PROXIES)
def test_a_proxy_lends_the_mark_to_nobody(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes through it bears the mark; so the time is asked past it, or not at all."""
    with answering(MARKED) as proxy, answering(ok(b"{}")) as api:
        monkeypatch.setenv(variable, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)

        assert ahead_at("https://api.layers.com") == timedelta()
        assert ahead_at(api.url) == timedelta()

        assert proxy.heads == []
        assert len(api.heads) == 1


@pytest.mark.parametrize("status", [b"301 Moved", b"302 Found", b"307 Temporary Redirect", b"308 Permanent"])
def test_a_redirect_neither_bears_the_mark_nor_leads_to_it(status: bytes) -> None:
    with answering(MARKED) as sandbox:
        location = f"Location: {sandbox.url}/_sandbox/clock".encode()
        with answering(
            MARKED.replace(b"200 OK", status).replace(b"\r\n\r\n", b"\r\n" + location + b"\r\n\r\n")
        ) as api:
            assert ahead_at(api.url) == timedelta()
            assert len(api.heads) == 1
        assert sandbox.heads == []


@pytest.mark.parametrize(
    "says",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1970-01-01T00:00:00Z",
        "2200-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_a_clock_that_says_what_cannot_be_is_not_believed(says: str) -> None:
    """A sandbox whose clock was set to the first or the last day there is ended `run` with a traceback."""
    with logged() as log, answering(ok(b"{}", f"{MARK}: {says}".encode())) as server:
        assert ahead_at(server.url) == timedelta()
    [line] = log.getvalue().splitlines()
    assert "no rehearsal: a sandbox's clock says what cannot be" in line


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(ok(b'{"now": "2026-06-17T12:00:00.000Z"}'), id="the time, and no mark"),
        pytest.param(MARKED.replace(b"200 OK", b"404 Not Found"), id="an error"),
        pytest.param(MARKED.replace(b"200 OK", b"204 No Content"), id="no answer to what was asked"),
        pytest.param(ok(b"{}", MARK.encode() + b": 1"), id="no time"),
        pytest.param(ok(b"{}", MARK.encode() + b": 2026-06-17T12:00:00"), id="a time of nowhere"),
        pytest.param(ok(b"{}", MARK.encode() + b": " + LATER, MARK.encode() + b": " + LATER), id="two times"),
    ],
)
def test_a_stranger_at_a_loopback_address_moves_nothing_and_is_asked_once(answer: bytes) -> None:
    """A tunnel to the API itself, for example: it is asked nothing more that is not its own."""
    own = FakeClock(NOW)
    clock = ProcessClock(own)
    with answering(answer) as server:
        assert ahead_at(server.url, clock) == timedelta()
        for _ in range(3):
            own.advance(10 * S)
            assert clock.now() == own.now()
        assert len(server.heads) == 1


def test_one_place_alone_knows_the_mark() -> None:
    """Who reads an answer of the API could otherwise begin to believe it there."""
    places = {path for path in PACKAGE.rglob("*.py") if MARK.lower() in path.read_text("utf-8").lower()}

    assert {path.relative_to(PACKAGE).as_posix() for path in places} == {
        "adapters/sandbox_time.py",
        "sandbox/shaping.py",
    }


def test_it_is_asked_without_the_key() -> None:
    with answering(MARKED) as server:
        ahead_at(server.url)

    assert server.heads[0].startswith("GET /_sandbox/clock ")
    assert "authorization" not in server.heads[0].lower()


def test_whoever_takes_the_sandboxs_place_has_no_word_on_the_time() -> None:
    own = FakeClock(NOW)
    clock, answers = ProcessClock(own), [MARKED, ok(b"{}"), MARKED]
    with raw_server(lambda connection, _: connection.sendall(answers.pop(0))) as server:
        assert ahead_at(server.url, clock) == 30 * D
        own.advance(S)
        assert clock.now() == own.now()
        own.advance(S)
        assert clock.now() == own.now()


def rehearsing(one: Desk) -> Desk:
    """A desk whose process's clock may be moved, as that of a real process may."""
    one.clock = ProcessClock(one.clock)  # type: ignore[assignment]
    return one


@pytest.fixture
def at_desk(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield rehearsing(one)


def days_at(one: Desk, host: str, *faults: Fault) -> Said:
    """Announced, accepted, and a turn when windows are open by the sandbox's clock alone."""
    own = one.clock.own  # type: ignore[attr-defined]
    one.reconfigure('base_url = "http://127.0.0.1', f'base_url = "http://{host}')
    assert one.run("run", "--once").code == Exit.DONE
    own.advance(23 * H)
    assert one.run("run", "--once").code == Exit.DONE
    one.sandbox.advance(6 * H)
    one.sandbox.add_fault(*faults)
    own.advance(S)
    return one.run("run", "--once")


def test_a_rehearsal_goes_by_the_sandboxs_clock_and_says_so(at_desk: Desk) -> None:
    ended = days_at(at_desk, "127.0.0.1")

    assert "a rehearsal: the clock is the sandbox's, 6 h ahead of this machine's" in ended.err
    assert ended.code == Exit.DONE
    assert at_desk.deletes == 2


def test_by_a_name_of_this_machine_the_same_days_move_nothing_and_the_proof_of_the_clock_stops_all(
    at_desk: Desk,
) -> None:
    """Every answer bears the mark there too, and by the sandbox's clock the windows are open."""
    ended = days_at(at_desk, "localhost")

    assert at_desk.deletes == 0
    assert "rehearsal" not in ended.err
    assert "Tue 19 May 2026 11:00 UTC" in ended.out
    assert "clock off (6 h off" in ended.out


def test_in_a_rehearsal_too_the_clock_is_proved_by_the_date(at_desk: Desk) -> None:
    ended = days_at(at_desk, "127.0.0.1", WrongDate(offset=timedelta(minutes=5)))

    assert at_desk.deletes == 0
    assert ended.code == Exit.BRAKED
    assert "clock" in ended.out
