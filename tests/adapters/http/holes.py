"""Names with several addresses, all of this machine: some answer, one swallows whatever is sent to it."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest


@contextmanager
def swallowing(address: str, port: int = 0) -> Iterator[int]:
    """A port at which no connection is ever made, nor refused: its queue is full."""
    with ExitStack() as stack:
        hole = stack.enter_context(socket.socket())
        hole.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        hole.bind((address, port))
        hole.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(hole.getsockname())
        yield hole.getsockname()[1]


def resolving(monkeypatch: pytest.MonkeyPatch, name: str, *addresses: str) -> list[str]:
    """Let the name lead there, in this order; the list grows with each time that it is asked for."""
    real, asked = socket.getaddrinfo, []

    def found(host: str, port: object, *args: object, **options: object) -> Sequence[object]:
        if host != name:
            return real(host, port, *args, **options)  # type: ignore[arg-type,call-overload]
        asked.append(host)
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in addresses
        ]

    monkeypatch.setattr("socket.getaddrinfo", found)
    return asked
