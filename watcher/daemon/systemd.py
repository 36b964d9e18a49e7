"""Telling the service manager how the daemon is: a datagram to `$NOTIFY_SOCKET`, nothing without one."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

_PATIENCE: Final = 2.0
"""Seconds to wait where its queue is full: the kernel itself would wait for ever."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceManager:
    """`address` is the value of NOTIFY_SOCKET: a path, or `@` and a name in the abstract namespace."""

    address: str | None

    def ready(self) -> None:
        self._tell("READY=1")

    def alive(self) -> None:
        # Said again and again: one word less is no harm.
        self._tell("WATCHDOG=1", patience=0.0)

    def status(self, text: str) -> None:
        self._tell(f"STATUS={' '.join(text.split())}")

    def reloading(self, monotonic: float) -> None:
        """At this moment of the monotonic clock; `ready` ends it, whatever came of it."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={int(monotonic * 1_000_000)}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, message: str, *, patience: float = _PATIENCE) -> None:
        if not self.address:
            return
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        # A service manager that cannot hear is its own trouble, never a turn's.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.settimeout(patience)
            to.sendto(message.encode(), address)
