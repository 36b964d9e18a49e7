"""What releases saved and what was paid for nothing in a span, summed up from what the ledger remembers.

Every figure is one of a few kinds, and each kind stands by itself: what was read, what is extrapolated from
it, what is apportioned, and what nobody knows (ADR 68). Money is cents.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.memory.causes import holder_of
from watcher.memory.remembered import FleetMemory
from watcher.messages.explained import in_short
from watcher.record.amounts import Amount
from watcher.record.outcomes import Cause, Outcome, UseThen
from watcher.record.past_releases import PastRelease
from watcher.texts.times import in_zone

REGRET: Final = timedelta(days=7)
"""An account that is leased again so soon after its release was missed."""
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

    def __add__(self, other: "SavingsShare") -> "SavingsShare":
        return SavingsShare(
            **{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        )

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


class _Sums:
    """The sums so far: as many as there are names and reasons, however many renewals."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._whole = SavingsShare()
        self._shares: dict[str, SavingsShare] = {}
        self._lines: dict[tuple[UseThen | None, Cause, str, str], PaidLine] = {}
        self._not_yet = self._undone = self._by_earlier = Amount()
        self._last: datetime | None = None
        self._regrets = Regrets()

    def take(self, release: PastRelease) -> None:
        account, books = release.account, self._books
        renewal, price = account.renews_at, Amount(renewals=1, cents=account.price_cents)
        if release.undone_at is not None:
            self._undone += price if books.covers(renewal) else Amount()
            return
        if renewal >= books.until:
            self._not_yet += price
            self._last = renewal if self._last is None else max(self._last, renewal)
        elif renewal >= books.since:
            saved = SavingsShare(
                saved=price, given_up=release.given_up, given_up_cents=release.given_up_cents
            )
            self._add(account.project, renewal, saved)
        for moment in release.later_renewals(books.until):
            if books.covers(moment):
                self._add(account.project, moment, SavingsShare(later=price))
                self._by_earlier += price if renewal < books.since else Amount()
        if books.covers(release.sent_at):
            self._regret(release)

    def _regret(self, release: PastRelease) -> None:
        before, again = self._regrets, release.leased_again
        regretted = again is not None and again.since - release.sent_at <= REGRET
        self._regrets = replace(
            before,
            sent=before.sent + 1,
            open=before.open + (not regretted and self._books.now - release.sent_at < REGRET),
        )
        if again is None or not regretted:
            return
        one = Regret(
            account=release.account,
            again=again.account,
            sent_at=release.sent_at,
            since=again.since,
            used=again.used_at is not None,
        )
        self._regrets = replace(
            self._regrets,
            leased=before.leased + 1,
            used=before.used + one.used,
            last=(*before.last, one)[-_NAMED:],
        )

    def pay(self, outcome: Outcome) -> None:
        cause, known = outcome.cause or Cause.UNEXPLAINED, outcome.explanation
        use = None if known is None else known.use
        if use is None and cause is Cause.UNKNOWN_ACTIVITY:
            use = UseThen.UNKNOWN
        owner = self._books.owners.get(outcome.project, "")
        because = in_short(cause, known)
        price = Amount(renewals=1, cents=outcome.price_cents)
        key = use, cause, because, owner
        line = self._lines.get(key) or PaidLine(
            use=use, cause=cause, because=because, owner=owner, holder=holder_of(known), paid=Amount()
        )
        self._lines[key] = replace(line, paid=line.paid + price)
        self._add(outcome.project, outcome.period.renews_at, _paid(use, price))

    def _add(self, project: ProjectId, renewal: datetime, share: SavingsShare) -> None:
        self._whole += share
        if (name := self._books.name(project, renewal)) is not None:
            self._shares[name] = self._shares.get(name, SavingsShare()) + share

    def found(self) -> Savings:
        """The dearest reason first, and names in their order."""
        lines = sorted(self._lines.values(), key=lambda one: (-one.paid.cents, one.because, one.owner))
        return Savings(
            since=self._books.since,
            until=self._books.until,
            whole=self._whole,
            shares=dict(sorted(self._shares.items())),
            paid=tuple(lines),
            not_yet=self._not_yet,
            last=self._last,
            undone=self._undone,
            by_earlier=self._by_earlier,
            regrets=self._regrets,
        )


def _paid(use: UseThen | None, price: Amount) -> SavingsShare:
    match use:
        case UseThen.UNUSED:
            return SavingsShare(for_nothing=price)
        case UseThen.UNKNOWN:
            return SavingsShare(in_doubt=price)
        case UseThen.TOO_SHORT:
            return SavingsShare(too_short=price)
        case UseThen.IN_USE:
            return SavingsShare(in_use=price)
        case None:
            return SavingsShare(unnoted=price)


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
