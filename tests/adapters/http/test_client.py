"""One request, one outcome: against servers that answer with exactly these bytes."""

import gc
import gzip
import socket
import ssl
import threading
import tracemalloc
import zlib
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from tests.adapters.http.raw import ok, raw_server, saying, silent
from tests.fakes.clock import FakeClock
from tests.ports import free_port
from watcher.adapters.clock import SystemClock
from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered
from watcher.adapters.http.client import Http, open_http
from watcher.adapters.http.unpacked import unpacked
from watcher.texts.secret import Secret

KEY = Secret("lp_live_never_shown")
OURS = ("httpx", "httpcore", "watcher.adapters.http")


@pytest.fixture
def http() -> Iterator[Http]:
    with open_http(clock=SystemClock(), timeout=timedelta(seconds=30), most_bytes=100) as client:
        yield client


@pytest.fixture
def hurried() -> Iterator[Http]:
    """One whose patience ends within a test."""
    with open_http(clock=SystemClock(), timeout=timedelta(seconds=1)) as client:
        yield client


def test_an_answer_of_any_status_comes_whole(http):
    bytes_ = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nX-Request-ID: req_1\r\n\r\nnope"
    with raw_server(saying(bytes_)) as server:
        answer = http.send("GET", server.url)
    assert answer == Answer(
        status=404, headers={"content-length": "4", "x-request-id": "req_1"}, body=b"nope"
    )
    assert answer.header("X-Request-Id") == "req_1"


def test_a_request_names_the_program_and_asks_for_plain_json(http):
    with raw_server(saying(ok(b"{}"))) as server:
        http.send("GET", f"{server.url}/v1/a%2Fb?q=1", bearer=KEY)
    head = server.heads[0].splitlines()
    assert head[0] == "GET /v1/a%2Fb?q=1 HTTP/1.1"
    assert "User-Agent: lease-watcher/0.1.0" in head
    assert "Accept-Encoding: identity" in head
    assert "Authorization: Bearer lp_live_never_shown" in head


def test_a_request_is_gone_at_once_whatever_came_of_it(hurried):
    """What httpx makes of an answer held itself: for hundreds of turns a daemon grew by each request."""
    answers = [ok(b"{}"), b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"no HTTP at all"]
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for answer in answers:
            with raw_server(saying(answer)) as server:
                hurried.send("GET", server.url, bearer=KEY)
        gc.collect()
        left = [type(one).__qualname__ for one in gc.garbage if type(one).__module__.startswith(OURS)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left == []


def test_a_redirect_is_an_answer_and_is_not_followed(http):
    with raw_server(saying(ok(b"{}"))) as elsewhere:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n".encode()
        with raw_server(saying(moved)) as server:
            answer = http.send("GET", server.url, bearer=KEY)
    assert answer.status == 302
    assert elsewhere.heads == []


def test_what_was_sent_is_struck_out_of_what_comes_back():
    hidden = Secret("https://hooks.example/4hXvK9mPq2")
    echo = ok(b'{"said": "Bearer lp_live_never_shown"}', b"X-Echo: 4hXvK9mPq2 lp_live_never_shown")
    with (
        raw_server(saying(echo)) as server,
        open_http(clock=SystemClock(), timeout=timedelta(seconds=5), secrets=[hidden]) as http,
    ):
        answer = http.send("GET", server.url, bearer=KEY)
        other = http.send("GET", server.url)
    assert (answer.body, answer.headers["x-echo"]) == (b'{"said": "Bearer ***"}', "*** ***")
    assert answer.repeats_secret
    assert not other.repeats_secret


def test_cookies_are_not_kept(http):
    with raw_server(saying(ok(b"{}", b"Set-Cookie: sticky=1; Path=/"))) as server:
        http.send("GET", server.url)
        http.send("GET", server.url)
    assert len(server.heads) == 2
    assert "cookie" not in "".join(server.heads).lower()


def test_plain_http_goes_through_no_proxy(monkeypatch):
    with raw_server(saying(ok(b"proxied"))) as proxy, raw_server(saying(ok(b"direct"))) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=5)) as http:
            answer = http.send("GET", server.url, bearer=KEY)
    assert answer.body == b"direct"
    assert proxy.heads == []


def test_through_the_proxy_the_name_is_proved_by_the_certificates_of_the_environment(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example").configure_cert(context)

    def tunnel(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as end:
            seen.append(end.recv(65536).decode())
            end.sendall(ok(b"through"))

    seen: list[str] = []
    with raw_server(tunnel) as proxy:
        environ = {
            "HTTPS_PROXY": proxy.url.replace("//", "//user:S3cr%2Fet@"),
            "SSL_CERT_FILE": str(tmp_path / "ca.pem"),
        }
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ=environ) as http:
            answer = http.send("GET", "https://api.example/v1", bearer=KEY, outside_only=True)
    assert isinstance(answer, Answer)
    assert answer.body == b"through"
    assert b64encode(b"user:S3cr/et").decode() in proxy.heads[0]
    assert KEY.reveal() not in proxy.heads[0]
    assert f"Bearer {KEY.reveal()}" in seen[0]


def test_a_proxy_that_is_not_there_is_named_without_its_password():
    port = free_port()
    environ = {"HTTPS_PROXY": f"http://user:S3cret@127.0.0.1:{port}"}
    with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ=environ) as http:
        outcome = http.send("DELETE", "https://api.example/v1", bearer=KEY)
    assert outcome == Unanswered(
        trouble=WhyUnanswered.NO_CONNECTION,
        detail=f"the proxy http://127.0.0.1:{port} did not answer: 127.0.0.1:{port}: connection refused",
    )


@pytest.mark.parametrize("host", ["10.1.2.3", "169.254.169.254", "metadata.google.internal"])
def test_a_proxy_is_not_asked_for_what_must_not_be_reached(host):
    with raw_server(saying(b"HTTP/1.1 200 Connected\r\n\r\n")) as proxy:
        environ = {"HTTPS_PROXY": proxy.url}
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ=environ) as http:
            outcome = http.send("POST", f"https://{host}/x", outside_only=True)
    assert isinstance(outcome, Unanswered)
    assert outcome.trouble in (WhyUnanswered.INSIDE, WhyUnanswered.OUT_OF_BOUNDS)
    assert proxy.heads == []


def test_https_goes_through_the_proxy_of_the_environment_which_sees_no_key(monkeypatch):
    refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
    with raw_server(saying(refusal)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=5)) as http:
            answer = http.send("DELETE", "https://api.layers.example/v1/x", bearer=KEY)
    assert answer == Unanswered(
        trouble=WhyUnanswered.NO_CONNECTION, detail=f"the proxy {proxy.url} refused with 403"
    )
    assert [head.split(" HTTP")[0] for head in proxy.heads] == ["CONNECT api.layers.example:443"]
    assert KEY.reveal() not in proxy.heads[0]


def test_no_connection_means_certainly_not_sent(http):
    answer = http.send("GET", f"http://127.0.0.1:{free_port()}/")
    assert isinstance(answer, Unanswered)
    assert answer.trouble is WhyUnanswered.NO_CONNECTION
    assert "refused" in answer.detail


class _Hurrying(FakeClock):
    """Every look at it is an hour later."""

    def monotonic(self) -> float:
        self.advance(timedelta(hours=1))
        return super().monotonic()


def test_after_the_deadline_not_a_byte_is_sent():
    with raw_server(saying(ok(b"{}"))) as server:
        clock = _Hurrying(datetime(2026, 4, 20, tzinfo=UTC))
        with open_http(clock=clock, timeout=timedelta(seconds=5)) as http:
            answer = http.send("DELETE", server.url)
    assert answer == Unanswered(trouble=WhyUnanswered.NO_CONNECTION, detail="the connection came too late")
    assert server.heads == []


def test_silence_is_no_answer(hurried):
    with raw_server(silent) as server:
        answer = hurried.send("GET", server.url)
    assert answer == Unanswered(trouble=WhyUnanswered.NO_ANSWER, detail="no answer in time")
    assert len(server.heads) == 1


def test_an_end_before_the_answer_is_no_answer(http):
    with raw_server(saying()) as server:
        answer = http.send("GET", server.url)
    assert answer == Unanswered(
        trouble=WhyUnanswered.NO_ANSWER, detail="the connection broke before the answer"
    )


def test_something_that_is_not_http_is_no_answer(http):
    with raw_server(saying(b"SSH-2.0-OpenSSH_9.6\r\n")) as server:
        answer = http.send("GET", server.url)
    assert answer.trouble is WhyUnanswered.NO_ANSWER


def test_an_end_within_the_body_is_truncated(http):
    with raw_server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")) as server:
        answer = http.send("GET", server.url)
    assert answer.trouble is WhyUnanswered.TRUNCATED


def test_a_body_that_stops_coming_is_too_slow(hurried):
    with raw_server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b".", pause=20)) as server:
        answer = hurried.send("GET", server.url)
    assert answer == Unanswered(trouble=WhyUnanswered.TOO_SLOW, detail="the answer stopped coming")


def test_a_body_that_drips_is_too_slow_though_every_drop_is_in_time(hurried):
    drops = [b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n", *[b"."] * 90]
    with raw_server(saying(*drops, pause=0.1)) as server:
        answer = hurried.send("GET", server.url)
    assert answer == Unanswered(trouble=WhyUnanswered.TOO_SLOW, detail="the answer did not end in time")


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nX-Drops: ", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_head_that_drips_is_no_answer_though_every_drop_is_in_time(hurried, first):
    """Only the body was looked at: who sent the head of an answer byte by byte held a turn, and with it every
    release, for as long as he liked.
    """
    drop = b"." if first.endswith(b" ") else first
    with raw_server(saying(first, *[drop] * 300, pause=0.1)) as server:
        answer = hurried.send("GET", server.url)
    assert answer == Unanswered(trouble=WhyUnanswered.NO_ANSWER, detail="no answer in time")


@pytest.mark.parametrize(("size", "whole"), [(99, True), (100, True), (101, False)])
def test_a_body_may_be_as_large_as_allowed_and_no_larger(http, size, whole):
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    for said in (ok(b"x" * size), chunked % (size, b"x" * size)):
        with raw_server(saying(said)) as server:
            answer = http.send("GET", server.url)
        if whole:
            assert answer.body == b"x" * size
        else:
            assert answer == Unanswered(
                trouble=WhyUnanswered.OVERSIZED, detail="the answer is larger than 100 bytes"
            )


def packed(body: bytes, encoding: str = "gzip") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
@pytest.mark.parametrize("members", [1, 3])
def test_gzip_that_nobody_asked_for_is_read(http, encoding, members):
    """A proxy sent it all the same: the body was none that the API documents, and nothing was released."""
    body = b"".join(gzip.compress(b'{"a": 1} ') for _ in range(members))
    with raw_server(saying(packed(body, encoding))) as server:
        answer = http.send("GET", server.url)
    assert answer == Answer(status=200, headers={}, body=b'{"a": 1} ' * members)


def test_the_key_is_struck_out_of_what_came_compressed():
    with open_http(clock=SystemClock(), timeout=timedelta(seconds=5)) as http:
        body = gzip.compress(b'{"said": "%s"}' % KEY.reveal().encode())
        with raw_server(saying(packed(body))) as server:
            answer = http.send("GET", server.url, bearer=KEY)
    assert answer.repeats_secret
    assert KEY.reveal().encode() not in answer.body


@pytest.mark.parametrize(("size", "whole"), [(99, True), (100, True), (101, False), (10_000, False)])
def test_what_is_unpacked_may_be_as_large_as_allowed_and_no_larger(http, size, whole):
    with raw_server(saying(packed(gzip.compress(b"x" * size)))) as server:
        answer = http.send("GET", server.url)
    if whole:
        assert answer.body == b"x" * size
    else:
        assert answer == Unanswered(
            trouble=WhyUnanswered.OVERSIZED, detail="the answer is larger than 100 bytes"
        )


def test_of_a_bomb_no_more_is_unpacked_than_may_be():
    """A gigabyte stands in a megabyte of gzip."""
    bomb = gzip.compress(bytes(50_000_000), compresslevel=1)
    tracemalloc.start()
    try:
        made = unpacked(bomb, "gzip", most=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert made is not None
    assert len(made) == 1_000_001
    assert peak < 10_000_000


def test_a_crowd_of_empty_members_is_not_unpacked_one_by_one():
    """Each copied what was left: eight megabytes of them kept a processor busy for a minute and a half."""
    assert unpacked(gzip.compress(b"") * 100, "gzip", most=100) == b""
    assert unpacked(gzip.compress(b"") * 101, "gzip", most=100) is None


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"{}")[:-4], "gzip"),
        (b"{}", "gzip"),
        (gzip.compress(b"{}") + b"more", "gzip"),
        (gzip.compress(b"{}"), "gzip, gzip"),
        (b"\x0b\x01\x80{}\x03", "br"),
        (zlib.compress(b"{}"), "deflate"),
    ],
    ids=["cut", "plain", "more", "twice", "br", "deflate"],
)
def test_what_cannot_be_unpacked_comes_as_it_is_with_the_header_that_says_how(http, body, encoding):
    """Whether a message was accepted stands in the status: that the body cannot be read changes nothing."""
    with raw_server(saying(packed(body, encoding))) as server:
        answer = http.send("GET", server.url)
    assert (answer.status, answer.body, answer.header("content-encoding")) == (200, body, encoding)


def test_a_url_that_is_none_is_not_sent(http):
    answer = http.send("GET", "https://exa mple:port/s3cret")
    assert answer.trouble is WhyUnanswered.NO_CONNECTION
    assert "s3cret" not in answer.detail


def test_a_proxy_that_says_nothing_is_named_and_nothing_was_sent():
    """A DELETE through a proxy that never answered CONNECT was "no answer in time": its outcome unknown, its
    project halted, though not a byte of it had left.
    """
    with raw_server(silent) as proxy:
        environ = {"HTTPS_PROXY": proxy.url}
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=0.3), environ=environ) as http:
            outcome = http.send("DELETE", "https://api.example/v1", bearer=KEY)
    assert outcome == Unanswered(
        trouble=WhyUnanswered.NO_CONNECTION, detail=f"the proxy {proxy.url} did not answer in time"
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "did not answer: the connection broke"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "did not answer: the connection broke"),
        (
            b"HTTP/1.1 407 S3cret\r\nContent-Length: 0\r\n\r\n",
            "refused with 407: it wants a user name and a password",
        ),
    ],
)
def test_what_a_proxy_did_is_said_of_the_proxy(said, why):
    with raw_server(saying(said)) as proxy:
        environ = {"HTTPS_PROXY": proxy.url}
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ=environ) as http:
            outcome = http.send("DELETE", "https://api.example/v1", bearer=KEY)
    assert outcome == Unanswered(trouble=WhyUnanswered.NO_CONNECTION, detail=f"the proxy {proxy.url} {why}")
