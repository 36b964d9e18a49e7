"""One history as it is judged: what is true, and what is asked of it again and again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tests.simulation.faults.leases import LeasedAnew
from tests.simulation.happening import Happening
from tests.simulation.model.world import Lease, Truth, World
from tests.simulation.policies import WrittenPause
from tests.simulation.rules import Rules
from tests.simulation.seeded import History
from tests.simulation.wire import Delivered, Sent
from watcher.decide.report import Report
from watcher.memory.savings import Savings
from watcher.record.outcomes import Outcome
from watcher.record.overrides import Override, OverrideKind
from watcher.record.past_releases import PastRelease

ALLOWED_SKEW = timedelta(seconds=60)
"""So far the two clocks may be apart while releases are sent: no moment is held to be more exact."""
SEEN_BY_ANOTHER = ("moved to another project", "listed twice")
"""A shard that looks after the other project tells of it as of any account (ADR 15)."""
HEALTH_KEPT = timedelta(minutes=32)
"""So long what the provider said of an account's health is not asked anew."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """What must never be, and was."""

    rule: str
    at: datetime
    text: str

    def __str__(self) -> str:
        return f"{self.at:%d %b %H:%M:%S}  {self.rule}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class Books:
    """What the ledger says in the end, by its public reads."""

    releases: Sequence[PastRelease]
    paid: Sequence[Outcome]
    unresolved: int
    savings: Savings
    words: Sequence[Override]
    others: Sequence[Savings] = ()
    """What the ledgers of other shards say that was saved."""


@dataclass(frozen=True, kw_only=True)
class Turned:
    """A turn that ended, by the world's time. `code`: the exit code that it would have been for a scheduler.

    `failed`: requests to the API, DELETEs apart, that ended otherwise than they should when they were last
    made, and how; `met`: all that came back so, also where it was tried again. `down`: receivers that did
    not take what they were told last, and when: all that came so in a row.
    """

    began: datetime
    at: datetime
    code: int
    failed: Mapping[str, str]
    met: frozenset[str]
    down: Mapping[str, Sequence[datetime]]
    report: Report
    process: int = 0


@dataclass(frozen=True, kw_only=True)
class Case:
    """`said`: people's words, by the world's time; `runs`: when it ran; `defects`: what it raised.

    `protected`: whom a later configuration protects, from when on; `written`, `taken_out`: which pauses it
    has, and has no more; `refused`: from when until when the one on disk had mistakes in it;
    `acted_elsewhere`: when another watcher had the ledger's lock.
    """

    history: History
    world: World
    delivered: Sequence[Delivered]
    sent: Sequence[Sent]
    said: Sequence[tuple[datetime, Override]]
    runs: Sequence[tuple[datetime, datetime]]
    defects: Sequence[tuple[datetime, str]]
    counts: Mapping[str, int]
    turned: Sequence[Turned]
    requests: int
    books: Books
    leaks: Sequence[tuple[datetime, str]] = ()
    """To whom the key went that is not the API."""
    secrets: Sequence[tuple[datetime, str]] = ()
    """Which secrets turned up in what others may read, and where."""
    protected: Sequence[tuple[datetime, str]] = ()
    written: Sequence[tuple[datetime, WrittenPause]] = ()
    taken_out: Sequence[tuple[datetime, WrittenPause]] = ()
    refused: Sequence[tuple[datetime, datetime]] = ()
    acted_elsewhere: Sequence[tuple[datetime, datetime]] = ()
    untaken: Sequence[datetime] = ()
    """When a receiver was told something and did not say that it took it."""

    @property
    def rules(self) -> Rules:
        return self.history.rules

    @property
    def truth(self) -> Truth:
        return self.world.truth

    def lease(self, account: str) -> Lease:
        return self.world.leases[account]

    def protects(self, lease: Lease, at: datetime) -> bool:
        """Whether the configuration protected it then, as the watcher had been told."""
        later = any(since < at and account == lease.id for since, account in self.protected)
        return later or self.rules.protects(lease)

    def is_shared(self, at: datetime) -> bool:
        """Whether more than one process was up then, or right before."""
        up = [one for each in self.history.shifts for one in each]
        return sum(begin <= at <= end + timedelta(minutes=6) for begin, end in up) > 1

    def befallen_by(self, kind: str, at: datetime) -> bool:
        """Whether something of that kind lasted then."""
        return any(one.kind == kind and one.at <= at <= one.until for one in self.history.happens.values())

    def happening(self, since: datetime, until: datetime) -> Iterator[Happening]:
        """What lasted at any moment of that span."""
        return (one for one in self.history.happens.values() if one.at <= until and one.until >= since)

    @property
    def clock_was_set(self) -> bool:
        """Whether it was off at any time."""
        return any(one.kind.startswith("clock") for one in self.history.happens.values())

    def befell(self, account: str, *kinds: str) -> bool:
        """Whether something of these kinds befell that account at any time."""
        happens = self.history.happens.values()
        return any(one.kind in kinds and getattr(one, "account", None) == account for one in happens)

    def read_on(self, project: str, since: datetime, until: datetime) -> bool:
        """Whether its list was read in that span with no longer between two readings than voids a notice."""
        read = (look.at for look in self.truth.looks if look.what == "assigned" and look.project == project)
        moments = [since, *(at for at in read if since <= at <= until), until]
        most = max(timedelta(days=1), 3 * self.rules.poll)
        return all(later - sooner <= most for sooner, later in pairwise(moments))

    def is_calm(self, at: datetime, since: timedelta) -> bool:
        """Whether nothing had happened for so long."""
        return not any(self.happening(at - since, at))

    def governing(
        self, account: str, project: str, since: datetime, until: datetime | None = None
    ) -> Sequence[Rules]:
        """What holds for it, by each health that it had in that span, or that was known from before."""
        lease, until = self.lease(account), until or since
        if not self.rules.specials:
            return (self.rules,)
        begin = since - HEALTH_KEPT
        tiers = (lease.tier(begin), *(tier for at, tier in lease.tiers if begin < at <= until))
        return tuple(dict.fromkeys(self.rules.governing(lease, project, tier) for tier in tiers))

    @property
    def is_restored(self) -> bool:
        """Whether an older copy of the ledger was put back: it cannot know what was done meanwhile."""
        return bool(self.counts.get("ledger restored"))

    def held(self, account: str, since: datetime, until: datetime) -> bool:
        """Whether a person's hold was in force at any moment of that span, beyond what clocks leave open."""
        return _within(self._holds(account), since, until)

    def _holds(self, account: str) -> Iterator[tuple[datetime, datetime | None]]:
        about = [(at, word) for at, word in self.said if word.account == account]
        for at, word in about:
            if word.kind is OverrideKind.HOLD:
                lifted = [
                    later for later, other in about if other.kind is OverrideKind.UNHOLD and later >= at
                ]
                ends = [end for end in (word.until, *lifted[:1]) if end is not None]
                yield at, min(ends, default=None)

    def paused(self, project: str, since: datetime, until: datetime) -> bool:
        """Whether a person's pause of it was in force in that span, or one of the configuration."""
        return _within(self._pauses(project), since, until) or _within(self._written(project), since, until)

    def _written(self, project: str) -> Iterator[tuple[datetime, datetime | None]]:
        """A pause that begins when it was not there yet begins when it is."""
        there = [(self.history.start, one) for one in self.rules.pauses] + list(self.written)
        for at, pause in there:
            if pause.project in (None, project):
                ends = [later for later, one in self.taken_out if one == pause and later >= at]
                yield max(at, pause.begins), min([pause.ends, *ends])

    def _pauses(self, project: str) -> Iterator[tuple[datetime, datetime | None]]:
        for said, word in self.said:
            if word.kind is OverrideKind.PAUSE and word.project in (None, project):
                at = word.begins or said
                lifted = [
                    later
                    for later, other in self.said
                    if other.kind is OverrideKind.RESUME
                    and later >= at
                    and (other.project is None or other.project == word.project)
                ]
                ends = [end for end in (word.until, *lifted[:1]) if end is not None]
                yield at, min(ends, default=None)

    def paused_by_itself(self, since: datetime, until: datetime) -> bool:
        """Whether the watcher stopped something by itself in that span; people lift it a day later."""
        return any(
            word.kind is OverrideKind.PAUSE
            and word.by not in _PEOPLE
            and since - timedelta(days=1) <= word.at <= until
            for word in self.books.words
        )

    def asked(self, account: str, at: datetime) -> bool:
        """Whether a person's word for its release counted then."""
        return any(
            word.kind is OverrideKind.RELEASE
            and word.account == account
            and said <= at
            and (word.until is None or at <= word.until + ALLOWED_SKEW)
            for said, word in self.said
        )

    def last_trace(self, account: str, before: datetime) -> datetime | None:
        """When it was used last, or seen to be going to be: the end of every post that was there by then."""
        ends = (
            min(post.ended_at, before) for post in self.world.posts_of(account) if post.appears_at <= before
        )
        return max(ends, default=None)

    def assigned_at(self, account: str, at: datetime) -> datetime:
        """Since when the lease runs that its id stands for then: it may stand for another one later."""
        first = next((one for one in self.history.leases if one.id == account), self.lease(account))
        anew = (
            one.at.replace(microsecond=0)
            for one in self.history.happens.values()
            if isinstance(one, LeasedAnew) and one.account == account
            if first.listed_from <= one.at <= at
        )
        return max(anew, default=first.assigned_at)

    def trace(self, account: str, before: datetime) -> datetime:
        """The same, or since when it is leased."""
        assigned_at = self.assigned_at(account, before)
        return max(self.last_trace(account, before) or assigned_at, assigned_at)

    def _hides(self, one: Happening) -> bool:
        """Whether accounts may have been out of sight for a day: they count as used when they come back."""
        return one.kind in _HIDES and one.until - one.at >= timedelta(days=1) - self.rules.poll

    def was_out_of_sight(self, account: str, since: datetime, until: datetime) -> bool:
        """Whether it may have come back in that span from where nobody looked, or from another shard."""
        slack = 2 * self.rules.poll
        happens = [
            one for one in self.history.happens.values() if self._hides(one) or one.kind in SEEN_BY_ANOTHER
        ]
        return any(
            one.at <= until and one.until + slack >= since and getattr(one, "account", account) == account
            for one in happens
        )

    def spoilt(self, account: str, project: str, since: datetime, until: datetime) -> str | None:
        """The kind of what may have kept it from being released in that span, or told; None: nothing."""
        for one in self.history.happens.values():
            over = (
                one.until + 2 * self.rules.poll + (self.rules.idle_after if self._hides(one) else timedelta())
            )
            if one.at <= until and over >= since and one.spoils(account, project):
                return one.kind
        return None


_PEOPLE = ("maria",)
_HIDES = ("missing items", "stale list", "page loop", "truncated", "moved to another project")


def _within(spans: Iterator[tuple[datetime, datetime | None]], since: datetime, until: datetime) -> bool:
    return any(begin <= until and (end is None or end - ALLOWED_SKEW > since) for begin, end in spans)
