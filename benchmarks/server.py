"""A loopback server that answers faster than anything asks: bodies are made once, ids put in by `replace`.

`python -m benchmarks.server ACCOUNTS` prints its port and serves until its standard input closes. With
`--limit N` it refuses what is more than N reads in any window of a minute, as the API does; with
`--after SECONDS` it keeps each answer so long, as a far one does; with `--tell` it prints at its end how many
requests it answered and how many it refused.
"""

import asyncio
import json
import sys
from argparse import ArgumentParser
from collections import deque
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from math import ceil

_PROJECT = b"prj_%%%%%%%%"
_WINDOW_SECONDS = 60.0
_REFUSED = b'{"error":{"code":"RATE_LIMITED","message":"too many calls this minute","requestId":"req_1"}}'


def leased(accounts: int, now: datetime) -> bytes:
    """One page of accounts whose renewals are spread over a month."""
    items = [
        {
            "socialAccountId": f"sa_{_PROJECT.decode()}_{number:04d}",
            "projectId": _PROJECT.decode(),
            "handle": f"handle.{number}",
            "platform": "tiktok",
            "followers": 1000 + number,
            "status": "assigned",
            "assignedAt": (now - timedelta(days=60, minutes=number)).isoformat().replace("+00:00", "Z"),
            "nextRenewalAt": (now + timedelta(days=30) * (number + 0.5) / accounts)
            .replace(microsecond=0)
            .isoformat()
            .replace("+00:00", "Z"),
            "monthlyPriceCents": 15000,
        }
        for number in range(accounts)
    ]
    return json.dumps({"items": items, "nextCursor": None}).encode()


def posts(accounts: int, now: datetime) -> bytes:
    """The project's last posts: all but one account in twenty published yesterday."""
    at = (now - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    items = [
        {
            "id": f"post_{number}",
            "socialAccountId": f"sa_{_PROJECT.decode()}_{number:04d}",
            "status": "published",
            "scheduledFor": at,
            "attemptedAt": at,
            "publishedAt": at,
        }
        for number in range(accounts)
        if number % 20
    ]
    return json.dumps({"items": items, "nextCursor": None}).encode()


class Bucket:
    """Reads of a key. One that is refused counts for nothing: who waits `Retry-After` finds a place."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._answered: deque[float] = deque()
        self.answered = self.refused = 0

    def wait(self, now: float) -> float | None:
        """Seconds until there is a place, or None: it is taken."""
        if self._limit is not None:
            while self._answered and self._answered[0] <= now - _WINDOW_SECONDS:
                self._answered.popleft()
            if len(self._answered) >= self._limit:
                self.refused += 1
                return self._answered[0] + _WINDOW_SECONDS - now
            self._answered.append(now)
        self.answered += 1
        return None


class Answering(asyncio.Protocol):
    """One connection: requests answered in order; what is posted is accepted unread."""

    def __init__(self, accounts: int, now: datetime, bucket: Bucket, after: float) -> None:
        self._bucket, self._after = bucket, after
        self._leased, self._posts = leased(accounts, now), posts(accounts, now)
        self._whoami = json.dumps(
            {"organizationId": "org", "organizationName": "Benchmark", "scopes": ["*"]}
        ).encode()
        self._rest = b""
        self._posted = 0  # bytes of a body still to come

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while True:
            skipped = min(self._posted, len(self._rest))
            self._posted -= skipped
            self._rest = self._rest[skipped:]
            head, end, after = self._rest.partition(b"\r\n\r\n")
            if not end:
                return
            self._rest = after
            if head.startswith(b"POST"):
                self._posted = int(head.lower().partition(b"content-length:")[2].split(maxsplit=1)[0])
            answer = self._answer(head.split(b" ", 2)[1])
            if self._after:
                asyncio.get_running_loop().call_later(self._after, self._transport.write, answer)
            else:
                self._transport.write(answer)

    def _answer(self, target: bytes) -> bytes:
        parts = target.partition(b"?")[0].split(b"/")
        status, more = "200 OK", ""
        if parts[1] == b"v1" and (wait := self._bucket.wait(asyncio.get_running_loop().time())) is not None:
            status, more, body = "429 Too Many Requests", f"Retry-After: {ceil(wait)}\r\n", _REFUSED
        elif parts[-1] == b"whoami":
            body = self._whoami
        elif parts[-1] == b"hook":
            body = b""
        elif parts[1] == b"_sandbox":  # whoever asks a loopback address whether this is a rehearsal
            status, body = "404 Not Found", b""
        else:
            body = (self._leased if parts[-1] == b"leased-accounts" else self._posts).replace(
                _PROJECT, parts[3]
            )
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}\r\n{more}\r\n"
        )
        return head.encode() + body


async def serve(accounts: int, *, limit: int | None, after: float, tell: bool) -> None:
    loop = asyncio.get_running_loop()
    now, bucket = datetime.now(UTC), Bucket(limit)
    server = await loop.create_server(lambda: Answering(accounts, now, bucket, after), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    if tell:
        print(bucket.answered, bucket.refused, flush=True)


if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("accounts", type=int)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--after", type=float, default=0.0)
    parser.add_argument("--tell", action="store_true")
    asyncio.run(serve(**vars(parser.parse_args())))
