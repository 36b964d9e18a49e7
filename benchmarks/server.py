"""A loopback server that answers faster than anything asks: bodies are made once, ids put in by `replace`.

`python -m benchmarks.server ACCOUNTS` prints its port and serves until its standard input closes.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

_PROJECT = b"prj_%%%%%%%%"


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


class Answering(asyncio.Protocol):
    """One connection: requests answered in order; what is posted is accepted unread."""

    def __init__(self, accounts: int, now: datetime) -> None:
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
            self._transport.write(self._answer(head.split(b" ", 2)[1]))

    def _answer(self, target: bytes) -> bytes:
        parts = target.partition(b"?")[0].split(b"/")
        status = "200 OK"
        if parts[-1] == b"whoami":
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
            f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}\r\n\r\n"
        )
        return head.encode() + body


async def serve(accounts: int) -> None:
    loop = asyncio.get_running_loop()
    now = datetime.now(UTC)
    server = await loop.create_server(lambda: Answering(accounts, now), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
