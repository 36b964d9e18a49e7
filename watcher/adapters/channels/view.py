"""A digest as channels show it: the one place that reads events for people.

Every text in it is one line in which nothing hides, moves a cursor or changes the direction; what a channel's
own markup means (`<`, `*`, `@here`) is that channel's to disarm. Renewals of accounts in use are counted, not
listed: there may be thousands, and nothing is to be done.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from watcher.adapters.channels.fitting import clipped_at_a_pause
from watcher.adapters.channels.headlines import headlines
from watcher.adapters.channels.told import WORST_FIRST, Told, told_of
from watcher.facts.accounts import LeasePeriod
from watcher.messages.events import Event, EventKind, Severity
from watcher.messages.words import OBSERVED
from watcher.ports.notifier import Digest
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.sentences import begun, with_one_colon
from watcher.texts.spans import counted
from watcher.texts.times import clock_time

_LONGEST_HEADLINE: Final = 150
"""So much Slack takes, and it has room for a refused release with its price and its deadline."""
_CLAUSES: Final = "; "
_NO_RENEWAL: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestTotals:
    """Counts of a digest. `cents` is the money at stake, each lease period once.

    Events about no single lease period (a halt, say) add nothing to `cents`: theirs sums up others'.
    `in_use` counts the lease periods of accounts in use that merely renew, `in_use_cents` their price.
    """

    events: int
    severity: Mapping[Severity, int]
    cents: int
    in_use: int
    in_use_cents: int

    @property
    def in_use_in_words(self) -> str:
        """The one line about all accounts in use that merely renew; empty where there are none."""
        if not self.in_use:
            return ""
        return f"{counted(self.in_use, 'account')} in use will renew, {dollars(self.in_use_cents)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """`told` leaves out renewals of accounts in use, which are in `totals`; what is about no renewal comes
    first, then the next renewal, and of each what was said first.

    `shown` counts what is told alone; `last_in_use` is the last renewal among the others.
    """

    id: str
    at: datetime
    live: bool
    told: tuple[Told, ...]
    totals: DigestTotals
    shown: DigestTotals
    last_in_use: datetime | None

    @property
    def listed(self) -> tuple[Told, ...]:
        """What people read: that a release was missed says that its renewal is paid."""
        missed = {each.period for each in self.told if each.kind is EventKind.DEADLINE_MISSED}
        return tuple(
            each for each in self.told if each.kind is not EventKind.RENEWAL_PAID or each.period not in missed
        )

    @property
    def worst(self) -> Severity:
        return next((one for one in WORST_FIRST if self.totals.severity[one]), Severity.INFO)

    @property
    def time(self) -> str:
        return clock_time(self.at, UTC)

    @property
    def title(self) -> str:
        """The headline by itself, after `Critical` where it is: in words, for not everybody sees colours."""
        return self.title_of()

    def title_of(self, *by: str) -> str:
        """The same; `by`: whose it is, where nothing else says that."""
        critical = ("critical",) if self.worst is Severity.CRITICAL else ()
        return begun(self._titled(*by, *self._mode, *critical))

    @property
    def headline(self) -> str:
        """`2 planned releases missed, $300.00 paid; 1 release announced, $150.00`.

        By kind and money, the worst first; one event alone speaks for itself.
        """
        return self._titled(*self._mode)

    @property
    def _mode(self) -> tuple[str, ...]:
        return () if self.live else ("observe mode",)

    def _titled(self, *before: str) -> str:
        """After these words there is one colon, and no other one."""
        first = ", ".join(before)
        first = f"{first[0].upper()}{first[1:]}: " if first else ""
        phrases = self._phrases
        for shown in range(len(phrases), 1, -1):
            more = "" if shown == len(phrases) else f"{_CLAUSES}and more"
            text = with_one_colon(f"{first}{_CLAUSES.join(phrases[:shown])}{more}")
            if len(text) <= _LONGEST_HEADLINE:
                return text
        return clipped_at_a_pause(with_one_colon(f"{first}{phrases[0]}"), _LONGEST_HEADLINE)

    @property
    def summary(self) -> str:
        """The headline, however long."""
        return _CLAUSES.join(self._phrases)

    @property
    def speaks_for_itself(self) -> bool:
        """Whether the one event that there is needs no headline: what it asks is decided for no other."""
        return len(self.listed) == 1 and not self.listed[0].is_decided_with_others

    @property
    def _phrases(self) -> list[str]:
        if self.speaks_for_itself:
            said = self.listed[0].clauses[0]
            # A headline says beforehand that nothing is released.
            return [said if self.live else said.replace(f" {OBSERVED}", "")]
        return list(headlines(self.told, self.at)) or [self.totals.in_use_in_words or "nothing to tell"]

    def values(self) -> dict[str, Any]:
        """What a template knows: plain values, in which nothing can be called (docs/templates.md)."""
        return {
            "id": plain(self.id),
            "at": self.time,
            "live": self.live,
            "events": [each.values(self.at) for each in self.told],
            "in_use": {
                "renewals": self.totals.in_use,
                "cents": self.totals.in_use_cents,
                "money": dollars(self.totals.in_use_cents),
            },
            "totals": {
                "events": self.totals.events,
                **{severity.value: count for severity, count in self.totals.severity.items()},
                "cents": self.totals.cents,
                "money": dollars(self.totals.cents),
            },
        }


def view_of(digest: Digest) -> View:
    announced = {event.period for event in digest.events if event.kind is EventKind.RELEASE_ANNOUNCED}
    told = [
        event
        for event in digest.events
        if not event.renews_in_use
        # Who is told that an account will be released need not be warned in the same message.
        and not (event.kind is EventKind.RENEWAL_WARNING and event.period in announced)
    ]
    renewals = [event.period.renews_at for event in digest.events if event.period and event.renews_in_use]
    return View(
        id=digest.id,
        at=digest.at,
        live=digest.live,
        told=tuple(sorted(map(told_of, told), key=lambda each: each.renews_at or _NO_RENEWAL)),
        totals=totals_of(digest.events),
        shown=totals_of(told),
        last_in_use=max(renewals, default=None),
    )


def totals_of(events: Iterable[Event]) -> DigestTotals:
    listed = list(events)
    counts = Counter(event.severity for event in listed)
    in_use = _prices(event for event in listed if event.renews_in_use)
    return DigestTotals(
        events=len(listed),
        severity={severity: counts[severity] for severity in Severity},
        cents=sum(_prices(listed).values()),
        in_use=len(in_use),
        in_use_cents=sum(in_use.values()),
    )


def _prices(events: Iterable[Event]) -> dict[LeasePeriod, int]:
    return {event.period: event.cents or 0 for event in events if event.period is not None}
