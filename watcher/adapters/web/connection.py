"""A connection whose every request is answered or cut off. Imports cheroot: only who serves imports this."""

import socket
from contextlib import suppress
from threading import Timer
from typing import Final

from cheroot.server import HTTPConnection

WITHIN: Final = 60.0
"""Seconds for a request and its answer, which may wait half of them for a locked ledger."""


class BoundedConnection(HTTPConnection):
    """Who sends a byte now and then, each in time, would hold a thread for ever, and a few hold them all."""

    within = WITHIN

    def communicate(self) -> bool:
        cut = Timer(self.within, self._cut)
        cut.daemon = True
        cut.start()
        try:
            return bool(super().communicate())  # type: ignore[no-untyped-call]  # cheroot's are
        finally:
            cut.cancel()

    def _cut(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
