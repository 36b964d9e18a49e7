"""Turns told as a story: their reports go in one by one, with what was paid they make a future."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from watcher.ahead.future import AccountFuture, Charged, Debited, Future, Happening, WarnedOfUsed
from watcher.ahead.habits import Posting
from watcher.ahead.outset import Outset
from watcher.decide.report import Report
from watcher.facts.accounts import Account, AccountId, LeasePeriod, ProjectId
from watcher.messages.events import EventKind
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.outcomes import Cause, Outcome, OutcomeKind, anchor_day, renewals
from watcher.rules.plan import Mode, Warn

_TICK: Final = timedelta(microseconds=1)


@dataclass(kw_only=True, slots=True)
class Storyteller:
    """Collects what turns did, and makes the future of it. Grows with what happens, and by one
    moment with each turn.
    """

    outset: Outset
    _story: list[Happening] = field(default_factory=list)
    _paid: dict[LeasePeriod, Outcome] = field(default_factory=dict)
    _announced: dict[AccountId, datetime] = field(default_factory=dict)
    _releases: dict[AccountId, Attempt] = field(default_factory=dict)
    _instants: list[datetime] = field(default_factory=list)
    _watched: set[ProjectId] = field(default_factory=set)
    _told: set[str] = field(default_factory=set)
    """Keys of events: what no notifier wants to hear is due again at every turn, and happens once."""
    _warned: set[tuple[LeasePeriod, timedelta]] = field(default_factory=set)

    def hear(self, report: Report) -> None:
        """What one more turn did: its releases, then what it told. It kept every decision."""
        self._instants.append(report.started_at)
        self._watched.update(report.project_names)
        self._story += (*report.attempts, *self._new_events(report), *self._new_warnings(report))
        for outcome in report.outcomes:
            if outcome.kind is OutcomeKind.PAID:
                self._paid[outcome.period] = outcome
        for event in report.events:
            if event.kind is EventKind.RELEASE_ANNOUNCED and event.account is not None:
                self._announced.setdefault(event.account, event.at)
        for attempt in report.attempts:
            if attempt.ended is Ending.RELEASED:
                self._releases[attempt.period.account] = attempt

    def _new_events(self, report: Report) -> Iterator[Happening]:
        for event in report.events:
            if event.key not in self._told:
                self._told.add(event.key)
                if event.period is not None and event.rung is not None:
                    self._warned.add((event.period, event.rung))
                yield event

    def _new_warnings(self, report: Report) -> Iterator[Happening]:
        """Of accounts in use, which a report only counts."""
        new: list[Account] = []
        for decision in report.decisions:
            if isinstance(decision.step, Warn):
                warning = decision.account.period, decision.step.rung
                if warning not in self._warned:
                    self._warned.add(warning)
                    new.append(decision.account)
        if new:
            cents = sum(one.price_cents for one in new)
            yield WarnedOfUsed(at=report.started_at, accounts=len(new), cents=cents)

    def tell(
        self,
        debits: Iterable[Debited],
        *,
        until: datetime,
        mode: Mode,
        posting: Posting,
        enforced: bool,
        stretch: timedelta = timedelta(),
        assumed: Sequence[str] = (),
    ) -> Future:
        """All of it, with what was paid meanwhile."""
        by_id = {one.id: one for one in self.outset.accounts}
        charges: dict[AccountId, list[Charged]] = {}
        for debit in debits:
            account = by_id.get(debit.account)
            # What was due before these days began may be paid already: nobody read whether it is.
            if account is not None and debit.at > self.outset.at:
                charges.setdefault(debit.account, []).append(self._charged(debit, account))
        story = [*self._story, *(charge for some in charges.values() for charge in some)]
        return Future(
            outset=self.outset,
            until=until,
            mode=mode,
            posting=posting,
            enforced=enforced,
            story=tuple(sorted(story, key=lambda one: one.at)),
            accounts=tuple(
                AccountFuture(
                    account=account,
                    charges=tuple(charges.get(account.id, ())),
                    announced_at=self._announced.get(account.id),
                    release=self._releases.get(account.id),
                    avoided=tuple(self._avoided(account, until)),
                )
                for account in self.outset.accounts
            ),
            instants=tuple(self._instants),
            stretch=stretch,
            assumed=tuple(assumed),
        )

    def _charged(self, debit: Debited, account: Account) -> Charged:
        paid = self._paid.get(LeasePeriod(account=debit.account, renews_at=debit.at))
        cause = None if paid is None else paid.cause or Cause.UNEXPLAINED
        if account.project not in self._watched:
            cause = Cause.POLICY  # none governs it
        return Charged(at=debit.at, account=account, cents=debit.cents, cause=cause)

    def _avoided(self, account: Account, until: datetime) -> Iterator[datetime]:
        release = self._releases.get(account.id)
        if release is not None:
            due = release.period.renews_at
            yield from renewals(due, until + _TICK, anchor_day(due, account))
