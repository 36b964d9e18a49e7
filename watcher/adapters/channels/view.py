"""A digest as channels show it: the one place that reads events for people.

Every text in it is one line in which nothing hides, moves a cursor or changes the direction; what a channel's
own markup means (`<`, `*`, `@here`) is that channel's to disarm. Renewals of accounts in use are counted, not
listed: there may be thousands, and nothing is to be done.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final

from watcher.adapters.channels.fitting import clipped_at_a_pause
from watcher.facts.accounts import LeasePeriod
from watcher.messages.clauses import Clause, Role
from watcher.messages.events import Event, EventKind, Plain, RenewalFacts, Severity
from watcher.messages.words import TOLD
from watcher.ports.notifier import Digest
from watcher.record.reasons import Reason
from watcher.texts.commands import WayOut, to_hold
from watcher.texts.money import dollars
from watcher.texts.plain import at_handle, plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, iso, when

WORST_FIRST: Final = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
_STOPPABLE: Final = frozenset({Reason.UNUSED, Reason.TERM})
"""Reasons to release, which a hold overrules."""
_LONGEST_HEADLINE: Final = 140
_CLAUSES: Final = "; "
_NO_RENEWAL: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One event. What it is not about is empty text or None.

    `text` is all of it in one sentence, `clauses` the same without what `hold` and `keep_url` say by
    themselves. `opens`: it is something to look at; all but good last words are, and that a renewal was paid
    is a bad one. `ends_topic`: what was raised about its topic can be closed.
    `key` and `topic` are as they are, to be compared or made to an id, not to be shown.
    """

    kind: EventKind
    severity: Severity
    at: datetime
    key: str
    topic: str
    opens: bool
    ends_topic: bool
    text: str
    clauses: tuple[str, ...]
    project: str
    """What people call it."""
    owner: str
    """Whose the project is."""
    project_id: str
    account: str
    handle: str
    platform: str
    period: LeasePeriod | None
    cents: int | None
    grounds: tuple[str, ...]
    """All that it rests on, and that follows."""
    why: str
    """The first that it rests on."""
    follows: str
    """The first that will be."""
    to_do: tuple[WayOut, ...]
    """What a person can do beside keeping the account, each with its command."""
    hold: str
    """The command that keeps the account from being released."""
    keep_url: str
    facts: Mapping[str, Plain]

    @property
    def commands(self) -> tuple[str, ...]:
        """What is to be typed to do it, in the order of the text."""
        return tuple(one.command for one in self.to_do if one.command is not None)

    @property
    def who(self) -> str:
        """`@name`."""
        return at_handle(self.handle) if self.handle else ""

    @property
    def heading(self) -> str:
        """Under what it stands: `acme (Ann)`, the project and whose it is."""
        return f"{self.project} ({self.owner})" if self.project and self.owner else self.project

    @property
    def renews_at(self) -> datetime | None:
        return None if self.period is None else self.period.renews_at

    @property
    def day(self) -> date:
        """The day of the renewal in UTC, as everywhere in a message; `date.min` where it is about none."""
        return date.min if self.period is None else self.period.renews_at.astimezone(UTC).date()

    @property
    def money(self) -> str:
        return "" if self.cents is None else dollars(self.cents)

    def values(self, now: datetime) -> dict[str, Any]:
        """What a template knows of it (docs/templates.md)."""
        renews_at = self.renews_at
        return {
            "kind": self.kind.value,
            "severity": self.severity.value,
            "at": clock_time(self.at, UTC, now=now),
            "text": self.text,
            "project": self.project,
            "owner": self.owner,
            "account": self.account,
            "handle": self.who,
            "platform": self.platform,
            "renews": "" if renews_at is None else when(renews_at, now, UTC),
            "renews_at": "" if renews_at is None else iso(renews_at),
            "cents": self.cents or 0,
            "money": self.money,
            "hold": self.hold,
            "commands": list(self.commands),
            "keep_url": self.keep_url,
            "facts": dict(self.facts),
        }


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
    def worst(self) -> Severity:
        return next((one for one in WORST_FIRST if self.totals.severity[one]), Severity.INFO)

    @property
    def time(self) -> str:
        return clock_time(self.at, UTC)

    @property
    def title(self) -> str:
        """The headline, after `Critical` where it is: said in words, for not everybody sees colours."""
        return self._titled("Critical: " if self.worst is Severity.CRITICAL else "")

    @property
    def headline(self) -> str:
        """`2 planned releases missed, $300.00 paid; 1 release announced, $150.00`.

        By kind and money, the worst first; one event alone speaks for itself.
        """
        return self._titled("")

    def _titled(self, how: str) -> str:
        mode = "" if self.live else "Observe mode: "
        phrases = self._phrases
        for shown in range(len(phrases), 1, -1):
            more = "" if shown == len(phrases) else f"{_CLAUSES}and more"
            text = f"{mode}{how}{_CLAUSES.join(phrases[:shown])}{more}"
            if len(text) <= _LONGEST_HEADLINE:
                return text
        return clipped_at_a_pause(f"{mode}{how}{phrases[0]}", _LONGEST_HEADLINE)

    @property
    def summary(self) -> str:
        """The headline, however long."""
        return _CLAUSES.join(self._phrases)

    @property
    def _phrases(self) -> list[str]:
        return list(_headline(self)) if len(self.told) != 1 else [self.told[0].clauses[0]]

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
        told=tuple(sorted(map(_told, told), key=lambda each: each.renews_at or _NO_RENEWAL)),
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


def _told(event: Event) -> Told:
    further = (clause.text for clause in event.clauses if clause.role is not Role.KEEP)
    return Told(
        kind=event.kind,
        severity=event.severity,
        at=event.at,
        key=event.key,
        topic=event.topic,
        opens=not event.ends_topic or event.severity is not Severity.INFO,
        ends_topic=event.ends_topic,
        text=plain(event.text),
        clauses=(plain(event.what), *map(plain, further)),
        grounds=tuple(plain(clause.text) for clause in event.clauses if clause.role in (Role.WHY, Role.NEXT)),
        why=_first(event, Role.WHY),
        follows=_first(event, Role.NEXT),
        to_do=tuple(map(_way, (clause for clause in event.clauses if clause.role is Role.DO))),
        project=plain(event.shown_project),
        owner=plain(event.owner or ""),
        project_id=plain(event.project or ""),
        account=plain(event.account or ""),
        handle=plain(event.handle or ""),
        platform=plain(event.platform or ""),
        period=event.period,
        cents=event.cents,
        hold=_hold(event),
        keep_url=event.keep_url or "",
        facts={
            name: plain(fact) if isinstance(fact, str) else fact for name, fact in event.plain_facts().items()
        },
    )


def _way(clause: Clause) -> WayOut:
    return WayOut(text=plain(clause.text), command=clause.command and plain(clause.command))


def _first(event: Event, role: Role) -> str:
    return next((plain(clause.text) for clause in event.clauses if clause.role is role), "")


def _hold(event: Event) -> str:
    """Empty where a hold would change nothing."""
    if event.account is None:
        return ""
    match event.kind:
        case EventKind.RELEASE_ANNOUNCED:
            stoppable = True
        case EventKind.RENEWAL_WARNING:
            stoppable = isinstance(event.facts, RenewalFacts) and event.facts.reason in _STOPPABLE
        case _:
            stoppable = False
    return to_hold(plain(event.account)) if stoppable else ""


def _headline(view: View) -> Iterator[str]:
    """What is most important of several events: what is lost unless somebody acts, then each kind."""
    told = view.told
    halts = [each for each in told if each.kind is EventKind.BRAKE_HALTED]
    coming = [each for each in told if "coming_halt" in each.facts]
    yield from dict.fromkeys(each.clauses[0] for each in halts)
    if coming:
        # The last one knew of all before it.
        yield str(max(coming, key=lambda each: each.at).facts["coming_halt"])
    paid = {each.period for each in told if each.kind is EventKind.RENEWAL_PAID}
    missed = {each.period for each in told if each.kind is EventKind.DEADLINE_MISSED}
    weighty = any(each.severity is not Severity.INFO for each in told)
    for severity in WORST_FIRST:
        for kind in EventKind:
            if weighty and severity is Severity.INFO and kind is not EventKind.RELEASE_DONE:
                continue
            those = [each for each in told if each.kind is kind and each.severity is severity]
            if kind is EventKind.RENEWAL_PAID:
                those = [each for each in those if each.period not in missed]
            if those and kind is not EventKind.BRAKE_HALTED and not all(each in coming for each in those):
                yield counted_kind(kind, [each for each in those if each not in coming], view.at, paid)
    if not told:
        yield view.totals.in_use_in_words or "nothing to tell"


def counted_kind(
    kind: EventKind,
    those: Sequence[Told],
    now: datetime,
    paid: Collection[LeasePeriod | None] = (),
) -> str:
    """`2 planned releases missed, $300.00 paid`. `paid`: lease periods of which that is told too."""
    one, several = TOLD[kind]
    many = f"{len(those):,} {one if len(those) == 1 else several}"
    cents = _cents(those)
    if not cents:
        return many
    match kind:
        case EventKind.DEADLINE_MISSED:
            past = _cents(
                each for each in those if each.period in paid or (each.renews_at and each.renews_at <= now)
            )
            told = {"paid": past, "will be paid": cents - past}
            return ", ".join((many, *(f"{dollars(money)} {verb}" for verb, money in told.items() if money)))
        case EventKind.RELEASE_DONE:
            return f"{many}, {dollars(cents)} a month saved"
        case EventKind.PRICE_CHANGED:
            return f"{many}, now {dollars(cents)} a month"
        case EventKind.LEASE_NEW | EventKind.ACCOUNT_GONE:
            return f"{many}, {dollars(cents)} a month"
        case _:
            return f"{many}, {dollars(cents)}"


def _cents(those: Iterable[Told]) -> int:
    """Each lease period once."""
    return sum({(each.period or each.key): each.cents or 0 for each in those}.values())


def topic_id(topic: str) -> str:
    """A topic as 64 safe characters: its words may be those of others, and of any length."""
    return sha256(topic.encode("utf-8", "surrogatepass")).hexdigest()
