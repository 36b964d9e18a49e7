"""Below the real HTTP client: requests reach the model of the API, or a receiver of messages, or neither.

An `httpx.BaseTransport`, so that everything above it is the watcher's own: the client, its bounds, the
reading of headers and bodies, the rate budgets. Every request takes a moment of the world's time, in which
anything may happen. What is on its way may be changed by faults, in the order in which they were added.

`Straight` stands in for httpx itself, which took a third of a history's time to say what it was told: most
seeds are played with it, those with a ledger on disk or on a server with httpx.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from tests.fakes.passing import PassingClock
from tests.simulation.model.api import Api, Reply
from watcher.adapters.http.transport import PROGRESS, NoAnswer, NothingSent, Progress

API = "api.layers.com"
RECEIVER = "receivers.example"
WHOAMI = "/v1/whoami"
SUSPENDED = "KILL_SWITCH"
TIMEOUT = timedelta(seconds=10)
"""As `api.timeout` has it: so long nobody says anything."""
_DROPS = 20


_HEAD: Final = {"request": SimpleNamespace(method=b"ANY")}


class Killed(BaseException):
    """The process ends at once: nothing that it was going to do is done."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. `begun_at` by the world's time."""

    method: str
    host: str
    target: str
    begun_at: datetime
    body: bytes = b""

    @property
    def to_api(self) -> bool:
        return self.host == API

    @property
    def is_delete(self) -> bool:
        return self.to_api and self.method == "DELETE"

    @property
    def account(self) -> str:
        """Of a DELETE."""
        return self.target.rsplit("/", 1)[-1]

    def lists(self, what: str, project: str | None = None) -> bool:
        """Whether it asks for `leased-accounts` or `scheduled-posts`, of that project."""
        path = self.target.split("?")[0]
        of_it = project is None or f"/projects/{project}/" in path
        return self.to_api and self.method == "GET" and path.endswith(f"/{what}") and of_it


Proceed = Callable[[], Reply]
"""Let a request arrive, and be answered."""
Meet = Callable[[Call, Proceed], Reply]
"""What a fault makes of a request: its answer, another one, or none (`no_answer`, `not_sent`, `Killed`)."""


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """An event that a receiver took, by the world's time. `heard`: whether it could say so."""

    at: datetime
    receiver: str
    event: dict[str, Any]
    live: bool
    heard: bool
    digest: str


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A DELETE that left the watcher. `status`: of its answer, None where none came; `said`: by the API."""

    account: str
    begun_at: datetime
    status: int | None
    said: bool

    @property
    def is_uncertain(self) -> bool:
        """Whether its sender cannot know what became of it."""
        return self.status is None or self.status >= 500 or not self.said


@dataclass(kw_only=True)
class Wire(httpx.BaseTransport):
    """One thread's way to the world outside. Dead while the process that uses it is."""

    clock: PassingClock
    api: Api
    draw: random.Random
    dead: bool = False
    delivered: list[Delivered] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    calls: int = 0
    leaks: list[tuple[datetime, str]] = field(default_factory=list)
    """To whom else the key went, and when."""
    turn_began: datetime | None = None
    """When it was first asked who somebody is, since that was last read."""
    ends: dict[str, str] = field(default_factory=dict)
    """How the last of each request to the API ended, DELETEs apart: `""` as it should, else what came."""
    met: set[str] = field(default_factory=set)
    """All that came back and should not have."""
    down: dict[str, list[datetime]] = field(default_factory=dict)
    """Which receivers did not take what they were told last, and when: all that came so in a row."""
    untaken: list[datetime] = field(default_factory=list)
    """When a receiver was told something and did not say that it took it."""
    _faults: list[Meet] = field(default_factory=list)

    def add(self, fault: Meet) -> Callable[[], None]:
        """Answers what takes it away."""
        self._faults.append(fault)
        return lambda: self._faults.remove(fault) if fault in self._faults else None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        call = Call(
            method=request.method,
            host=request.url.host,
            target=request.url.raw_path.decode(),
            begun_at=self.clock.true(),
            body=request.read(),
        )
        reply = self.exchange(call, request.headers.get("Authorization"), request.extensions[PROGRESS])
        return httpx.Response(reply.status, headers=dict(reply.headers), stream=_Body(reply, self.pass_by))

    def exchange(self, call: Call, bearer: str | None, progress: Progress) -> Reply:
        """What comes back. Raises as a transport does."""
        self._live()
        # As httpcore does right before the first byte: what comes too late is not sent.
        progress.trace("http11.send_request_headers.started", _HEAD)
        self.calls += 1
        if self.turn_began is None and call.target == WHOAMI:
            self.turn_began = call.begun_at
        if not call.to_api and self._holds_the_key(call, bearer):
            self.leaks.append((call.begun_at, call.host + call.target))
        self.pass_by(self.draw.uniform(0.02, 0.2))
        reply = None
        try:
            reply = self._met(call, lambda: self._carried_out(call, bearer), list(self._faults))
            self.pass_by(self.draw.uniform(0.02, 0.2))
        finally:
            if call.is_delete:
                self._note(call, reply)
            else:
                self._note_end(call, reply)
        if reply.look is not None:
            self.api.world.truth.looks.append(reply.look)
        return reply

    def _holds_the_key(self, call: Call, bearer: str | None) -> bool:
        key = self.api.world.secret
        return key in (bearer or "") or key in call.target or key.encode() in call.body

    def _note(self, call: Call, reply: Reply | None) -> None:
        said = False
        if reply is not None:
            with suppress(ValueError):
                said = bool(json.loads(reply.body).keys() & {"error", "status"})
            said = said and reply.drips < TIMEOUT.total_seconds()
        status = None if reply is None or self.dead else reply.status
        self.sent.append(Sent(account=call.account, begun_at=call.begun_at, status=status, said=said))

    def _note_end(self, call: Call, reply: Reply | None) -> None:
        end = _end_of(call, reply)
        if not call.to_api:
            self.down.setdefault(call.target, []).append(call.begun_at)
            if end:
                self.untaken.append(call.begun_at)
            else:
                del self.down[call.target]
            return
        self.ends[call.target] = end
        if end:
            self.met.add(end)

    def begin_anew(self) -> None:
        """What comes from now on is of another turn."""
        self.turn_began = None
        self.ends.clear()
        self.met.clear()

    def no_answer(self) -> NoAnswer:
        """What to raise where it was sent, and nobody says what became of it."""
        self.pass_by(TIMEOUT.total_seconds())
        return NoAnswer("no answer in time")

    def not_sent(self) -> NothingSent:
        return NothingSent("no connection")

    def _met(self, call: Call, proceed: Proceed, faults: list[Meet]) -> Reply:
        if not faults:
            return proceed()
        fault, *others = faults
        return fault(call, lambda: self._met(call, proceed, others))

    def _carried_out(self, call: Call, bearer: str | None) -> Reply:
        if call.to_api:
            return self.api.answer(
                call.method,
                call.target,
                authorization=bearer,
                begun_at=call.begun_at,
                now=self.clock.true(),
            )
        self.take(call, heard=True)
        return Reply(status=200, headers={}, body=b"{}")

    def take(self, call: Call, *, heard: bool) -> None:
        """A receiver has got a message."""
        digest = json.loads(call.body)
        for event in digest["events"]:
            self.delivered.append(
                Delivered(
                    at=self.clock.true(),
                    receiver=call.target,
                    event=event,
                    live=digest["live"],
                    heard=heard,
                    digest=digest["id"],
                )
            )

    def pass_by(self, seconds: float) -> None:
        """So long later the process that uses it is alive, or `Killed`."""
        self.clock.go_to(self.clock.true() + timedelta(seconds=seconds))
        self._live()

    def _live(self) -> None:
        if self.dead:
            raise Killed


def _end_of(call: Call, reply: Reply | None) -> str:
    if reply is None:
        return "no answer"
    if SUSPENDED.encode() in reply.body:
        return SUSPENDED
    if reply.status >= 300:
        return str(reply.status)
    if not call.to_api:
        return ""  # it says nothing more
    listed = call.lists("leased-accounts") or call.lists("scheduled-posts")
    of_its_kind = reply.headers.get("Content-Type") == "application/json"
    is_whole = reply.look is not None or reply.kept if listed else of_its_kind
    return "" if is_whole and "Content-Length" not in reply.headers else "no such answer"


class _Body(httpx.SyncByteStream):
    """An answer's bytes; a truncated one ends in the midst of them."""

    def __init__(self, reply: Reply, wait: Callable[[float], None]) -> None:
        self._reply, self._wait = reply, wait

    def __iter__(self) -> Iterator[bytes]:
        length = self._reply.headers.get("Content-Length")
        if self._reply.drips:
            yield from self._dripping(self._reply.body)
        else:
            yield self._reply.body
        if length is not None and int(length) > len(self._reply.body):
            raise httpx.RemoteProtocolError("the connection broke in the midst of the answer")

    def _dripping(self, body: bytes) -> Iterator[bytes]:
        step = len(body) // _DROPS + 1
        for begin in range(0, len(body), step):
            self._wait(self._reply.drips / _DROPS)
            yield body[begin : begin + step]


@dataclass(kw_only=True, slots=True)
class _Asked:
    """As much of an `httpx.Request` as the watcher's own client touches."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes
    progress: Progress


class _Answered:
    """As much of an `httpx.Response` as the watcher's own client touches: header names in lower case."""

    def __init__(self, reply: Reply, wait: Callable[[float], None]) -> None:
        self.status_code = reply.status
        self.headers = {name.lower(): value for name, value in reply.headers.items()}
        self.iter_raw = _Body(reply, wait).__iter__

    def close(self) -> None:
        """It holds nothing."""


class Straight:
    """An `httpx.Client` as far as the watcher's own client knows it, with nothing between it and the wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def build_request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        content: bytes | None,
        timeout: float,
        extensions: Mapping[str, Any],
    ) -> _Asked:
        return _Asked(
            method=method,
            url=url,
            headers=dict(headers or {}),
            content=content or b"",
            progress=extensions[PROGRESS],
        )

    def send(self, request: _Asked, *, stream: bool) -> _Answered:
        parts = urlsplit(request.url)
        call = Call(
            method=request.method,
            host=parts.hostname or "",
            target=f"{parts.path}?{parts.query}" if parts.query else parts.path,
            begun_at=self._wire.clock.true(),
            body=request.content,
        )
        reply = self._wire.exchange(call, request.headers.get("Authorization"), request.progress)
        return _Answered(reply, self._wire.pass_by)

    def close(self) -> None:
        """It holds nothing."""
