"""A rehearsal: the clock of a sandbox on this very machine, taken for one's own (ADR 51).

A moved clock releases early. So it is taken from nobody but whom one asks at a literal loopback address, in
the clear and therefore past every proxy, and only from an answer of its own that bears the sandbox's mark; a
name that leads here is no such address, and a redirect is followed by nobody. From anywhere else the mark is
never so much as read. And what is taken is only the time: the clock is proved, or not, as ever.
"""

from datetime import datetime, timedelta
from enum import Enum, auto
from threading import Lock
from typing import Final

from watcher.adapters.http.answer import Answer, Unanswered
from watcher.adapters.http.client import Http, open_http
from watcher.adapters.logs import logger
from watcher.adapters.loopback import is_loopback_address
from watcher.facts.accounts import FIRST_BELIEVED
from watcher.ports.clock import Clock
from watcher.texts.foreign import LATEST

MARK: Final = "X-Layers-Sandbox"
"""Of a sandbox's answer: that it is one, and what its clock says."""

_ASKED_EVERY: Final = 0.5
_PATIENCE: Final = timedelta(seconds=2)
_ALONE: Final = {"Connection": "close"}
"""No connection waits for the next question."""
_MOVED: Final = timedelta(seconds=1)
"""Less is what asking takes: nobody moved it."""


class _Nobody(Enum):
    SILENT = auto()
    STRANGER = auto()
    """Somebody answered, who is no sandbox."""


class SandboxTime:
    """By how much a sandbox's clock is ahead of ours, however it is moved. Shared by threads.

    Nothing where nobody answers that it is one: who is silent is asked again later, who answers otherwise is
    left in peace for good.
    """

    def __init__(self, base_url: str, clock: Clock) -> None:
        """Raises ValueError but for a loopback address."""
        if not is_loopback_address(base_url):
            raise ValueError("no sandbox is asked the time but one at a loopback address")
        self._url = f"{base_url.rstrip('/')}/_sandbox/clock"
        self._clock = clock
        # Without the key, past the environment's proxies; and nothing of it follows a redirect.
        self._http: Http | None = open_http(clock=clock, timeout=_PATIENCE, connections=1, environ={})
        self._ahead = timedelta()
        self._asked_at = -_ASKED_EVERY
        self._asking = Lock()

    def ahead(self) -> timedelta:
        """One thread asks, now and then; the others go by what was heard last."""
        if self._clock.monotonic() - self._asked_at >= _ASKED_EVERY and self._asking.acquire(blocking=False):
            try:
                self._ask()
                self._asked_at = self._clock.monotonic()
            finally:
                self._asking.release()
        return self._ahead

    def close(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None

    def _ask(self) -> None:
        if self._http is None:
            return
        match _time(self._http.send("GET", self._url, headers=_ALONE)):
            case datetime() as time:
                ahead = time - self._clock.now()
                if abs(ahead - self._ahead) >= _MOVED:
                    self._ahead = ahead if abs(ahead) >= _MOVED else timedelta()
            case _Nobody.SILENT:
                return
            case _Nobody.STRANGER:
                self.close()
                self._ahead = timedelta()


def _time(answer: Answer | Unanswered) -> datetime | _Nobody:
    if isinstance(answer, Unanswered):
        return _Nobody.SILENT
    said = answer.header(MARK) if answer.status == 200 else None
    try:
        time = datetime.fromisoformat(said or "")
    except ValueError:
        return _Nobody.STRANGER
    if time.utcoffset() is None:
        return _Nobody.STRANGER
    if not FIRST_BELIEVED <= time < LATEST:
        logger("watcher").warning(
            "no rehearsal: a sandbox's clock says what cannot be, so the clock is this machine's", says=said
        )
        return _Nobody.STRANGER
    return time
