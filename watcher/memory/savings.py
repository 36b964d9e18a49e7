"""What releases saved and what was paid for nothing in a span, summed up from what the ledger remembers.

Every figure is one of a few kinds, and each kind stands by itself: what was read, what is extrapolated from
it, what is apportioned, and what nobody knows (ADR 68). Money is cents.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from enum import Enum, StrEnum, auto
from typing import Final, Generic, TypeVar

from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.memory.causes import holder_of
from watcher.memory.remembered import FleetMemory
from watcher.messages.explained import in_short
from watcher.record.amounts import Amount
from watcher.record.outcomes import Cause, Outcome, UseThen
from watcher.record.past_releases import REGRETTED_WITHIN, PastRelease
from watcher.texts.times import in_zone

_NAMED: Final = 5
"""Regrets that are told one by one, the latest."""


class SavingsBy(StrEnum):
    """What sums may be broken down by; of a month, that of the renewal, in the zone of tables."""

    PROJECT = "project"
    MONTH = "month"
    OWNER = "owner"


@dataclass(frozen=True, kw_only=True, slots=True)
class SavingsShare:
    """The sums of one project, month or owner, or of everything.

    `saved`: the renewals that releases avoided, each as it was read right before; `later`: the renewals after
    those that they avoided as well, extrapolated, each at that same price. `given_up`: what was left of the
    paid months when accounts were given back, and its part of their price.

    `for_nothing`: paid of accounts that were unused when they renewed; `in_doubt`: whose use nobody knows,
    `unnoted` where an earlier version noted it; `too_short`: unused for less long than their policy asks;
    `in_use`: used, and to be given back all the same.
    """

    saved: Amount = Amount()
    later: Amount = Amount()
    given_up: timedelta = timedelta()
    given_up_cents: int = 0
    for_nothing: Amount = Amount()
    in_doubt: Amount = Amount()
    too_short: Amount = Amount()
    in_use: Amount = Amount()
    unnoted: Amount = Amount()

    @property
    def paid_else(self) -> Amount:
        """What was paid without evidence of use, of accounts that are not known to have been unused."""
        return self.in_doubt + self.too_short + self.in_use + self.unnoted

    @property
    def avoided(self) -> Amount:
        """Both columns: what the wallet was spared, as far as the ledger can say."""
        return self.saved + self.later


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidLine:
    """Renewals that were paid, of one use, for one reason and one owner.

    `because`: the cause as people read it, so also who held them; `holder`: who that was; `owner`: empty
    where the configuration names none.
    """

    use: UseThen | None
    cause: Cause
    because: str
    owner: str
    holder: str | None
    paid: Amount


@dataclass(frozen=True, kw_only=True, slots=True)
class Regret:
    """A release after which the account was leased again within a week; `used`: and used since."""

    account: Account
    again: AccountId
    sent_at: datetime
    since: datetime
    used: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Regrets:
    """`sent`: releases sent in the span that lasted; `open`: those of them whose week is not over.

    `leased`, `used`: how many were leased again within their week, and used since. `last`: a few of them, the
    latest last.
    """

    sent: int = 0
    open: int = 0
    leased: int = 0
    used: int = 0
    last: tuple[Regret, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Savings:
    """`since` counts, `until` does not. `known_since`: when the ledger's memory begins, if that is later than
    `since`; `restored`: when memory of the span may have been lost.

    `not_yet`: renewals that releases sent before `until` avoid, and that lie after it; `last`: the latest.
    `undone`: of those in the span, what was to be saved by releases that did not last. `by_earlier`: of
    `whole.later`, what releases avoided whose own renewal lies before the span.
    """

    since: datetime
    until: datetime
    whole: SavingsShare
    shares: Mapping[str, SavingsShare]
    paid: tuple[PaidLine, ...] = ()
    not_yet: Amount = Amount()
    last: datetime | None = None
    undone: Amount = Amount()
    by_earlier: Amount = Amount()
    regrets: Regrets = Regrets()
    known_since: datetime | None = None
    restored: datetime | None = None

    def paid_of(self, use: UseThen | None) -> tuple[PaidLine, ...]:
        return tuple(one for one in self.paid if one.use is use)

    def amount_of(self, use: UseThen | None) -> Amount:
        return _amount_of(self.whole, use)


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """Whose sums they are, and how they are asked for: `owners` by project, `zone` of the months."""

    since: datetime
    until: datetime
    by: SavingsBy | None = None
    owners: Mapping[ProjectId, str] = field(default_factory=dict)
    zone: tzinfo
    now: datetime

    def name(self, project: ProjectId, renewal: datetime) -> str | None:
        """Under what a renewal is summed up; None where nothing is broken down."""
        match self.by:
            case SavingsBy.PROJECT:
                return project
            case SavingsBy.OWNER:
                return self.owners.get(project, "")
            case SavingsBy.MONTH:
                return f"{in_zone(renewal, self.zone):%Y-%m}"
            case None:
                return None

    def covers(self, moment: datetime) -> bool:
        return self.since <= moment < self.until


def savings_of(
    releases: Iterable[PastRelease], paid: Iterable[Outcome], memory: FleetMemory, books: Books
) -> Savings:
    """Both are read once, one at a time: `releases` from ever, `paid` of the span."""
    sums = _Sums(books)
    for release in releases:
        sums.take(release)
    for outcome in paid:
        sums.pay(outcome)
    begins, restored = memory.ledger_since or books.until, memory.overrides.restored_at()
    return replace(
        sums.found(),
        known_since=begins if begins > books.since else None,
        restored=restored if restored is not None and restored >= books.since else None,
    )


class _Kind(Enum):
    """What a renewal is counted as: the sums of a share, and those beside it."""

    SAVED = auto()
    LATER = auto()
    FOR_NOTHING = auto()
    IN_DOUBT = auto()
    TOO_SHORT = auto()
    IN_USE = auto()
    UNNOTED = auto()
    NOT_YET = auto()
    UNDONE = auto()
    BY_EARLIER = auto()


_PAID_AS: Final[Mapping[UseThen | None, _Kind]] = {
    UseThen.UNUSED: _Kind.FOR_NOTHING,
    UseThen.UNKNOWN: _Kind.IN_DOUBT,
    UseThen.TOO_SHORT: _Kind.TOO_SHORT,
    UseThen.IN_USE: _Kind.IN_USE,
    None: _Kind.UNNOTED,
}


_Name = TypeVar("_Name", bound=Hashable)


class _Tally(Generic[_Name]):
    """Renewals and cents under names, in numbers: a value is made of each name once, when all are counted."""

    def __init__(self) -> None:
        self._renewals, self._cents = Counter[_Name](), Counter[_Name]()

    def count(self, name: _Name, cents: int) -> None:
        self._renewals[name] += 1
        self._cents[name] += cents

    def of(self, name: _Name) -> Amount:
        return Amount(renewals=self._renewals[name], cents=self._cents[name])


_Line = tuple[UseThen | None, Cause, str, str]
"""Use, cause, the cause in words, owner."""


class _Sums:
    """The sums so far: as many as there are names and reasons, however many renewals. None: of everything."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._sums = _Tally[tuple[str | None, _Kind]]()
        self._names: set[str] = set()
        self._given_up = defaultdict[str | None, timedelta](timedelta)
        self._given_up_cents = Counter[str | None]()
        self._paid = _Tally[_Line]()
        self._holders: dict[_Line, str | None] = {}
        self._last: datetime | None = None
        self._sent = self._open = self._leased = self._used = 0
        self._regrets = deque[Regret](maxlen=_NAMED)

    def take(self, release: PastRelease) -> None:
        account, books = release.account, self._books
        renewal, cents = account.renews_at, account.price_cents
        if release.undone_at is not None:
            if books.covers(renewal):
                self._sums.count((None, _Kind.UNDONE), cents)
            return
        if renewal >= books.until:
            self._sums.count((None, _Kind.NOT_YET), cents)
            self._last = renewal if self._last is None else max(self._last, renewal)
        elif renewal >= books.since:
            for name in self._count(_Kind.SAVED, account.project, renewal, cents):
                self._given_up[name] += release.given_up
                self._given_up_cents[name] += release.given_up_cents
        for moment in release.later_renewals(books.until):
            if books.covers(moment):
                self._count(_Kind.LATER, account.project, moment, cents)
                if renewal < books.since:
                    self._sums.count((None, _Kind.BY_EARLIER), cents)
        if books.covers(release.sent_at):
            self._regret(release)

    def _regret(self, release: PastRelease) -> None:
        again = release.leased_again
        self._sent += 1
        if again is None or again.since - release.sent_at > REGRETTED_WITHIN:
            self._open += self._books.now - release.sent_at < REGRETTED_WITHIN
            return
        used = again.used_at is not None
        self._leased += 1
        self._used += used
        self._regrets.append(
            Regret(
                account=release.account,
                again=again.account,
                sent_at=release.sent_at,
                since=again.since,
                used=used,
            )
        )

    def pay(self, outcome: Outcome) -> None:
        cause, known = outcome.cause or Cause.UNEXPLAINED, outcome.explanation
        use = None if known is None else known.use
        if use is None and cause is Cause.UNKNOWN_ACTIVITY:
            use = UseThen.UNKNOWN
        line = use, cause, in_short(cause, known), self._books.owners.get(outcome.project, "")
        self._holders.setdefault(line, holder_of(known))
        self._paid.count(line, outcome.price_cents)
        self._count(_PAID_AS[use], outcome.project, outcome.period.renews_at, outcome.price_cents)

    def _count(
        self, kind: _Kind, project: ProjectId, renewal: datetime, cents: int
    ) -> tuple[str | None, ...]:
        """Under the names that it answers."""
        self._sums.count((None, kind), cents)
        if (name := self._books.name(project, renewal)) is None:
            return (None,)
        self._names.add(name)
        self._sums.count((name, kind), cents)
        return None, name

    def _share(self, name: str | None) -> SavingsShare:
        def of(kind: _Kind) -> Amount:
            return self._sums.of((name, kind))

        return SavingsShare(
            saved=of(_Kind.SAVED),
            later=of(_Kind.LATER),
            given_up=self._given_up[name],
            given_up_cents=self._given_up_cents[name],
            for_nothing=of(_Kind.FOR_NOTHING),
            in_doubt=of(_Kind.IN_DOUBT),
            too_short=of(_Kind.TOO_SHORT),
            in_use=of(_Kind.IN_USE),
            unnoted=of(_Kind.UNNOTED),
        )

    def _lines(self) -> list[PaidLine]:
        """The dearest reason first."""
        lines = (
            PaidLine(
                use=line[0],
                cause=line[1],
                because=line[2],
                owner=line[3],
                holder=holder,
                paid=self._paid.of(line),
            )
            for line, holder in self._holders.items()
        )
        return sorted(lines, key=lambda one: (-one.paid.cents, one.because, one.owner))

    def found(self) -> Savings:
        """Names in their order."""
        return Savings(
            since=self._books.since,
            until=self._books.until,
            whole=self._share(None),
            shares={name: self._share(name) for name in sorted(self._names)},
            paid=tuple(self._lines()),
            not_yet=self._sums.of((None, _Kind.NOT_YET)),
            last=self._last,
            undone=self._sums.of((None, _Kind.UNDONE)),
            by_earlier=self._sums.of((None, _Kind.BY_EARLIER)),
            regrets=Regrets(
                sent=self._sent,
                open=self._open,
                leased=self._leased,
                used=self._used,
                last=tuple(self._regrets),
            ),
        )


def _amount_of(share: SavingsShare, use: UseThen | None) -> Amount:
    match use:
        case UseThen.UNUSED:
            return share.for_nothing
        case UseThen.UNKNOWN:
            return share.in_doubt
        case UseThen.TOO_SHORT:
            return share.too_short
        case UseThen.IN_USE:
            return share.in_use
        case None:
            return share.unnoted
