import ast
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

import watcher.sandbox
from tests.sandbox.stage import NOW, Stage, account, client, fleet
from watcher.sandbox import Hang, Sandbox, Serving


def test_serving_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    sandbox = Sandbox(fleet=fleet(account()), clock=lambda: NOW)
    with sandbox.serve() as server, client(server) as http:
        http.get("/v1/whoami")
        assert set(threading.enumerate()) > before
    assert set(threading.enumerate()) == before


def test_a_stopped_sandbox_refuses_connections_and_can_be_served_again() -> None:
    sandbox = Sandbox(fleet=fleet(account()), clock=lambda: NOW)
    with sandbox.serve() as server, client(server) as http:
        assert http.delete("/v1/leased-accounts/sa_1").status_code == 200
    with client(server) as http, pytest.raises(httpx.ConnectError):
        http.get("/v1/whoami")
    port = int(server.url.rpartition(":")[2])
    with sandbox.serve(port) as again, client(again) as http:
        assert again.url == server.url
        assert http.delete("/v1/leased-accounts/sa_1").status_code == 404


def test_stopping_drops_those_who_hang() -> None:
    sandbox = Sandbox(fleet=fleet(account()), clock=lambda: NOW)
    sandbox.add_fault(Hang(seconds=3600, late=True))

    def release(server: Serving) -> str:
        with client(server) as http:
            try:
                return str(http.delete("/v1/leased-accounts/sa_1").status_code)
            except httpx.TransportError:
                return "dropped"

    with ThreadPoolExecutor(1) as pool:
        with sandbox.serve() as server:
            answer = pool.submit(release, server)
            wait = threading.Event().wait
            assert any(server.log.deletes_received or wait(0.01) for _ in range(1000))
        assert answer.result() == "dropped"
    assert sandbox.world.accounts["sa_1"].status == "assigned"
    assert sandbox.log.deletes(applied=False) == 1


def test_many_connections_are_answered_at_once(stage: Stage) -> None:
    # Every call waits for all the others: with fewer than 24 at once none would ever be answered.
    stage.sandbox.add_fault(Hang(seconds=3600))
    with client(stage.server) as http, ThreadPoolExecutor(24) as pool:
        calls = [pool.submit(http.get, "/v1/whoami") for _ in range(24)]
        wait = threading.Event().wait
        assert any(len(stage.server.log.entries) == 24 or wait(0.01) for _ in range(1000))
        stage.sandbox.clear_faults()
        assert {call.result().status_code for call in calls} == {200}


def test_connections_are_kept_alive(stage: Stage) -> None:
    ports = set()
    for _ in range(5):
        with stage.http.stream("GET", "/v1/whoami") as answer:
            ports.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
            answer.read()
    assert len(ports) == 1


def test_it_listens_on_the_loopback_interface_alone(stage: Stage) -> None:
    assert stage.server.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    "raw", [b"NONSENSE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"get /v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n"]
)
def test_what_is_no_request_is_refused_in_the_envelope_with_a_date(stage: Stage, raw: bytes) -> None:
    port = int(stage.server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        wire.sendall(raw)
        answer = b"".join(iter(lambda: wire.recv(4096), b""))
    assert b'{"error": {"code": ' in answer
    assert b"\r\nDate: Mon, 20 Apr 2026 12:00:00 GMT\r\n" in answer


def test_a_body_too_long_is_refused_before_it_is_read(stage: Stage) -> None:
    answer = stage.delete("sa_1", content=b" " * (2 * 1024 * 1024))
    assert answer.status_code == 413
    assert stage.sandbox.world.accounts["sa_1"].status == "assigned"


def test_serve_forever_ends_when_told() -> None:
    sandbox = Sandbox(fleet=fleet(account()), clock=lambda: NOW)
    stop, seen = threading.Event(), []

    def ready(server: Serving) -> None:
        with client(server) as http:
            seen.append(http.get("/v1/whoami").status_code)
        stop.set()

    sandbox.serve_forever(0, stop, ready=ready)
    assert seen == [200]


def test_the_clock_can_be_moved_from_outside(stage: Stage) -> None:
    with client(stage.server, None) as http:
        moved = http.post("/_sandbox/clock", json={"advance_seconds": 86400 * 6})
        assert moved.json() == {"now": "2026-04-26T12:00:00.000Z"}
        assert stage.sandbox.now() == NOW + timedelta(days=6)
        world = http.get("/_sandbox/world").json()
        assert [debit["account"] for debit in world["debits"]] == ["sa_1", "sa_2", "sa_3"]
        assert world["walletCents"] == stage.sandbox.world.wallet_cents
        back = http.post("/_sandbox/clock", json={"move_to": "2026-04-20T12:00:00Z"})
        assert back.json() == {"now": "2026-04-20T12:00:00.000Z"}


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00Z", "2014-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_a_clock_is_set_to_no_moment_that_cannot_be(stage: Stage, at: str) -> None:
    """It could be set to the first and the last day there is: no watcher can count a month back or on."""
    refused = stage.http.post("/_sandbox/clock", json={"move_to": at})
    assert refused.status_code == 422
    assert "its clock goes from 2015 to 2200" in refused.text
    assert stage.sandbox.now() == NOW


@pytest.mark.parametrize("body", ["", "[]", '{"advance_seconds": true}', '{"advance_seconds": 1e300}', "{}"])
def test_a_clock_that_makes_no_sense_is_not_moved(stage: Stage, body: str) -> None:
    assert stage.http.post("/_sandbox/clock", content=body).status_code == 422
    assert stage.sandbox.now() == NOW
    assert stage.get("/v1/whoami").status_code == 200


def test_the_log_can_be_read_from_outside(stage: Stage) -> None:
    stage.delete("sa_1", json={"reason": "why not"})
    told = stage.get("/_sandbox/log").json()
    assert told["deletesReceived"] == 1
    assert [(entry["method"], entry["reason"], entry["applied"]) for entry in told["entries"]] == [
        ("DELETE", "why not", True)
    ]
    assert stage.get("/_sandbox/nothing").status_code == 404
    assert stage.http.delete("/_sandbox/log").status_code == 405


def test_webhooks_can_be_sent_to_its_inbox(stage: Stage) -> None:
    assert stage.http.post("/_sandbox/inbox", json={"schema": "digest/1"}).status_code == 200
    assert stage.http.post("/_sandbox/inbox", content=b"{").status_code == 422

    assert stage.get("/_sandbox/inbox").json() == {"messages": [{"schema": "digest/1"}]}
    assert stage.sandbox.inbox == [{"schema": "digest/1"}]


def test_it_is_a_stranger_to_the_rest_of_the_watcher() -> None:
    allowed = set(sys.stdlib_module_names) | {"werkzeug", "cheroot"}
    for file in Path(watcher.sandbox.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, file
                names = [node.module or ""]
            for name in names:
                assert name.startswith("watcher.sandbox") or name.partition(".")[0] in allowed, (file, name)
