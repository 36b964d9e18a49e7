"""A dead man's switch elsewhere, which notices when this process is silent.

It is told of turns in a thread of its own, in no turn's way.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from watcher.adapters.http.addresses import require_safe_url
from watcher.adapters.http.answer import Answer
from watcher.adapters.logs import logger
from watcher.ports.clock import Clock
from watcher.rules.option import option
from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

_ATTEMPTS: Final = 2
_PAUSE: Final = timedelta(seconds=1)
_MOST_WAITING: Final = 8
_LAST_WORDS: Final = 3
"""So many timeouts after the end nothing is begun any more: enough for the three pings of one run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeartbeatOptions:
    """`[heartbeat]`: who notices that no turn comes any more. Told of every turn of a run."""

    url: Secret | None = option(
        None,
        "Told as Healthchecks is: `/start`, then the address itself or `/` and the exit code, with a run id.",
        secret=True,
    )
    plain_url: Secret | None = option(
        None, "Any other address: one GET after each turn that ended with exit code 0.", secret=True
    )
    timeout: timedelta = option(
        timedelta(seconds=10),
        "How long one of them may take; no turn waits for it.",
        minimum=timedelta(seconds=1),
        maximum=timedelta(seconds=30),
    )
    alarm_before: timedelta = option(
        timedelta(hours=2),
        "`deadline.near` is told this long before a planned release would be missed, where no turn succeeds.",
        minimum=timedelta(),
    )


def require_usable(url: Secret) -> None:
    """Raise ValueError, which does not repeat it, unless the address may be told."""
    require_safe_url(url.reveal())
    if urlsplit(url.reveal()).fragment:
        raise ValueError("must not hold a fragment")


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """One turn, as the switch knows it."""

    id: str


class Heartbeat:
    """Used by one thread. Whatever comes of a ping, it is a line in the log and nothing else.

    They are sent in their order. Where the switch is so slow that many wait, new ones are left out: what
    it is to notice is silence.
    """

    def __init__(self, options: HeartbeatOptions, *, http: "Http", clock: Clock) -> None:
        self._options = options
        self._http = http
        self._clock = clock
        self._closing = Event()
        self._until = float("inf")
        self._threads: ThreadPoolExecutor | None = None
        self._waiting: list[Future[None]] = []

    def began(self) -> Beat:
        beat = Beat(id=str(uuid4()))
        self._tell(self._options.url, "start", beat)
        return beat

    def ended(self, beat: Beat, exit_code: int, note: str = "") -> None:
        """The turn has ended as a one-shot run of it exits; `note` is a line for people."""
        self._tell(self._options.url, str(exit_code) if exit_code else "", beat, note)
        if exit_code == 0:
            self._tell(self._options.plain_url, None, beat)

    def failed(self, beat: Beat) -> None:
        """The turn has ended in an error, without a report."""
        self._tell(self._options.url, "fail", beat)

    def not_begun(self, exit_code: int, note: str) -> None:
        """The run ends with this code before any turn."""
        self._tell(self._options.url, str(exit_code), Beat(id=str(uuid4())), note)

    def close(self) -> None:
        """Send what waits, each once, and none any more where the switch is too slow for that."""
        self._until = self._clock.monotonic() + _LAST_WORDS * self._options.timeout.total_seconds()
        self._closing.set()
        if self._threads is not None:
            self._threads.shutdown()

    def _tell(self, url: Secret | None, what: str | None, beat: Beat, note: str = "") -> None:
        if url is None:
            return
        self._waiting = [each for each in self._waiting if not each.done()]
        if len(self._waiting) >= _MOST_WAITING:
            logger("watcher.heartbeat").warning("heartbeat left out", why="too many of them wait")
            return
        if self._threads is None:
            self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="heartbeat")
        self._waiting.append(self._threads.submit(self._send, url, what, beat, note))

    def _send(self, url: Secret, what: str | None, beat: Beat, note: str) -> None:
        try:
            why = self._sent(url, what, beat, note)
        except Exception as error:
            # Its words may hold the address: only the name.
            why = f"unexpected {type(error).__name__}"
        if why is not None:
            logger("watcher.heartbeat").warning("heartbeat not heard", what=what or "success", why=why)

    def _sent(self, url: Secret, what: str | None, beat: Beat, note: str) -> str | None:
        """None once it was accepted, else why it was not the last time."""
        if self._clock.monotonic() >= self._until:
            return "the watcher is stopping"
        why: str | None = None
        for attempt in range(_ATTEMPTS):
            if attempt and not self._clock.wait(self._clock.now() + _PAUSE, self._closing):
                break
            outcome = self._http.send(
                "GET" if what is None else "POST",
                url.reveal() if what is None else address(url.reveal(), what, beat),
                content=None if what is None else note.encode("utf-8", "replace"),
                timeout=self._options.timeout,
            )
            if isinstance(outcome, Answer):
                if outcome.status // 100 == 2:
                    return None
                why = f"status {outcome.status}"
            else:
                why = outcome.detail
        return why


def address(url: str, what: str, beat: Beat) -> str:
    """Where Healthchecks takes it: the path goes on, a query stays and gets the run's id."""
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}/{what}" if what else parts.path
    query = f"{parts.query}&rid={beat.id}" if parts.query else f"rid={beat.id}"
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))
