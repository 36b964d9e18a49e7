"""Speaking to the API with one key: the header, the budgets, and trying reads again."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from urllib.parse import urlencode

from watcher.adapters.http.addresses import require_safe_url
from watcher.adapters.http.answer import Answer, Unanswered, retry_after
from watcher.adapters.http.sender import Sender
from watcher.adapters.layers.ages import ApiClock, Span
from watcher.adapters.layers.errors import problem, unreadable
from watcher.adapters.layers.options import ALLOWANCES, ApiOptions, Tier
from watcher.adapters.layers.rate_budget import Budget, Meter
from watcher.ports.clock import Clock
from watcher.ports.leases import Temporary
from watcher.texts.secret import Secret, secret_of

ATTEMPTS = 4
LONGEST = timedelta(seconds=60)
"""However long the API asks us to wait: a turn has to end."""

_FIRST = timedelta(milliseconds=500)

Query = Sequence[tuple[str, str]]

_UNCACHED = {"Cache-Control": "no-cache"}
"""Whoever keeps answers in between is to ask the API."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A good answer, and when it was given. `age`: how old it was then; None: old, nobody says how old."""

    answer: Answer
    span: Span
    age: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One key at one API, shared by threads. Made by `open_session`; `stop` ends every wait."""

    http: Sender
    base_url: str
    key: Secret
    clock: Clock
    timeout: timedelta
    tier: Tier
    reads: Budget
    writes: Budget
    stop: Event | None = None
    meter: Meter = field(default_factory=Meter)
    api_clock: ApiClock = field(default_factory=ApiClock)
    share: int = 1
    """One part in so many of what the tier grants is ours; the others have the rest."""
    pulse: Callable[[], None] = lambda: None
    """Called after each request, from whichever thread sent it: a sign of life in a long turn."""
    jitter: Callable[[], float] = field(default=lambda: random.random(), repr=False)

    def get(self, path: str, query: Query = ()) -> Reply:
        """A 2xx answer to a GET; tried again while the trouble is temporary. Raises `ApiError`.

        One that says the key back is no good answer, whatever else it says.
        """
        asked = f"GET {path}"
        target = f"{path}?{urlencode(query)}" if query else path
        attempt = 1
        while True:
            self._take_a_read(asked)
            asked_at, asked_ticks = self.clock.now(), self.clock.monotonic()
            try:
                outcome = self.send("GET", target)
            finally:
                self.reads.end()
            trouble = problem(outcome, asked)
            if trouble is None and isinstance(outcome, Answer):
                if outcome.repeats_secret:
                    # A name with the key struck out of it is another name: none of it is believed.
                    raise unreadable(outcome, asked)
                span = Span(
                    asked_at=asked_at,
                    answered_at=self.clock.now(),
                    asked_ticks=asked_ticks,
                    answered_ticks=self.clock.monotonic(),
                )
                return Reply(answer=outcome, span=span, age=self.api_clock.age(outcome, span))
            if trouble is not None and (not isinstance(trouble, Temporary) or attempt == ATTEMPTS):
                raise trouble
            self._back_off(outcome, attempt, asked)
            attempt += 1

    def send(
        self, method: str, target: str, *, content: bytes | None = None, latest: datetime | None = None
    ) -> Answer | Unanswered:
        """One request, once, and none from `latest` on. The caller has taken its place in the budget."""
        try:
            outcome = self.http.send(
                method,
                f"{self.base_url.rstrip('/')}{target}",
                headers=_UNCACHED if content is None else {**_UNCACHED, "Content-Type": "application/json"},
                content=content,
                bearer=self.key,
                timeout=self.timeout,
                latest=latest,
            )
        finally:
            self.pulse()
        self.meter.count(method, outcome)
        return outcome

    def adopt(self, tier: str) -> None:
        """Take over the tier that whoami named, where the configuration leaves it to the API."""
        if self.tier is not Tier.AUTO:
            return
        try:
            allowance = ALLOWANCES[Tier(tier)]
        except ValueError:
            # A tier we do not know: the budget in force is the careful one.
            return
        self.reads.resize(_part(allowance.reads, self.share))
        self.writes.resize(_part(allowance.writes, self.share))

    def _take_a_read(self, asked: str) -> None:
        if not self.reads.take(self.stop):
            raise _stopping(asked)

    def _back_off(self, outcome: Answer | Unanswered, attempt: int, asked: str) -> None:
        now = self.clock.now()
        span = pause(outcome, attempt=attempt, now=now, jitter=self.jitter())
        if isinstance(outcome, Answer) and outcome.status == 429:
            # The bucket is empty for every thread, not for this one alone.
            self.reads.close_for(span)
        if not self.clock.wait(now + span, self.stop):
            raise _stopping(asked)


def open_session(
    options: ApiOptions,
    *,
    http: Sender,
    key: Secret,
    clock: Clock,
    stop: Event | None = None,
    meter: Meter | None = None,
    share: int = 1,
    pulse: Callable[[], None] = lambda: None,
) -> Session:
    """A session for these options; `meter` counts its requests.

    Raises ValueError where the key would travel unprotected, or cannot stand in a header.
    """
    require_safe_url(options.base_url)
    allowance = ALLOWANCES[options.tier]
    reads = Budget(limit=_part(allowance.reads, share), clock=clock)
    writes = Budget(limit=_part(allowance.writes, share), clock=clock)
    meter = meter or Meter()
    meter.watch(reads=reads, writes=writes)
    return Session(
        http=http,
        base_url=options.base_url,
        key=secret_of(key.reveal()),
        clock=clock,
        timeout=options.timeout,
        tier=options.tier,
        reads=reads,
        writes=writes,
        stop=stop,
        meter=meter,
        share=share,
        pulse=pulse,
    )


def _part(granted: int, share: int) -> int:
    """Rounded down, so that all parts together are never more than was granted."""
    return max(granted // share, 1)


def _stopping(asked: str) -> Temporary:
    return Temporary(f"{asked}: not asked, the watcher is stopping", code="stopping")


def pause(outcome: Answer | Unanswered, *, attempt: int, now: datetime, jitter: float) -> timedelta:
    """How long to wait after `attempt` (from 1) before a read is tried again: as asked, else doubling.

    Only computed here, and not by stamina, which sleeps by itself: its waits would neither move with a test's
    clock nor end on stop.

    `jitter` in [0, 1) takes up to half off, so that several watchers do not come back in step.
    """
    asked = retry_after(outcome, now, longest=LONGEST) if isinstance(outcome, Answer) else None
    if asked is not None:
        return asked
    return _FIRST * (1 << (attempt - 1)) * (1 - jitter / 2)
