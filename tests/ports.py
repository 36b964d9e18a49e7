"""Ports for servers that are told where to listen, and for where nobody does."""

import socket
from random import SystemRandom

_OURS = range(15_000, 32_000)
"""Below those that the system hands out: it could give one of them to somebody else meanwhile."""

_RANDOM = SystemRandom()
"""Not the one that a plugin seeds alike in every process."""


def free_port() -> int:
    """One at which nobody listens, and hardly anybody will begin to."""
    for port in _RANDOM.sample(_OURS, 100):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("a hundred ports, and somebody listens at each")
