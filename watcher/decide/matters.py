"""Which matters are open: by what a turn knows, or by the ledger alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from watcher.brakes import Halt, Halts
from watcher.brakes.docket import Docket, Entry, Place
from watcher.decide.orders import Orders
from watcher.facts.accounts import Account, AccountId, LeasePeriod, Quarantined, Unread
from watcher.memory.remembered import FleetMemory, Known
from watcher.messages.events import EventKind
from watcher.messages.matters import (
    Matter,
    MatterAccount,
    MatterKind,
    halt_matter,
    in_order,
    in_time,
    late_notice,
    quarantined,
    refused_release,
    unknown_ending,
    unreadable_project,
)
from watcher.messages.problems import Problem
from watcher.messages.reading_messages import quarantine_event
from watcher.record.notices import NotAccepted
from watcher.record.reasons import Reason
from watcher.rules.judge import window_of
from watcher.rules.matching import governing
from watcher.rules.plan import Decision, Leave, Mode, Wait
from watcher.texts.commands import to_approve
from watcher.texts.money import dollars
from watcher.texts.spans import counted


@dataclass(frozen=True, kw_only=True, slots=True)
class ComingHalt:
    """A docket as it will be when a window opens, and what time alone will not have lifted by then."""

    docket: Docket
    halts: Halts

    @property
    def stopped(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.docket.to_come if self.halts.on(entry.period, entry.project))

    @property
    def by(self) -> tuple[Halt, ...]:
        return self.halts.stopping(self.docket.to_come)


def turn_matters(
    *,
    docket: Docket,
    halts: Halts,
    coming: Iterable[ComingHalt],
    decisions: Iterable[Decision],
    unread: Iterable[Unread],
    left_alone: Iterable[Quarantined],
    memory: FleetMemory,
    orders: Orders,
    now: datetime,
) -> tuple[Matter, ...]:
    """What a turn leaves to people; in observe mode nothing is halted, and nothing late."""
    names, problems = orders.names, memory.problems
    found = [unknown_ending(intent) for intent in memory.unresolved]
    if orders.mode is Mode.ENFORCE:
        found += _halts_now(docket, halts, orders, problems, now)
        found += _halts_to_come(docket, coming, orders, now)
        found += (matter for one in decisions if (matter := _of_decision(one, orders, now)) is not None)
    for project in unread:
        standing = problems.get(f"{EventKind.PROJECT_UNREADABLE}:{project.project}")
        found.append(unreadable_project(project, "", since=standing.since if standing else None))
    for one in left_alone:
        event = quarantine_event(one, now, names)
        standing = problems.get(event.problem or "")
        found.append(quarantined(one, event.what, since=standing.since if standing else None))
    return in_order(found)


def remembered_matters(
    memory: FleetMemory,
    known: Mapping[AccountId, Sequence[Known]],
    orders: Orders,
    now: datetime,
    *,
    dockets: Mapping[str, Sequence[LeasePeriod]] = {},
) -> tuple[Matter, ...]:
    """What is open by the ledger alone, as of the last turn.

    `known`: at least the accounts of standing halts and of `dockets`, which were kept for an approval.

        memory = ledger.fleet(now)
        remembered_matters(memory, ledger.known(accounts_of(memory)), orders, now)
    """
    found = [unknown_ending(intent) for intent in memory.unresolved]
    entries = _Remembered(known=known, orders=orders, now=now)
    approved = memory.overrides.approved(now)
    halted: frozenset[LeasePeriod] = frozenset()
    for problem in memory.problems.values():
        if problem.kind is EventKind.BRAKE_HALTED:
            periods = [each for each in periods_of(problem) if each not in approved]
            halted = halted.union(periods)
            found.append(_remembered_halt(problem, entries.of(periods), orders, now))
        elif problem.kind is not EventKind.RELEASE_UNKNOWN:
            found.append(_standing(problem))
    for id_, named in dockets.items():
        left = entries.of(each for each in named if each not in approved and each not in halted)
        if left:
            found.append(_kept_docket(id_, left, orders, now))
    return in_order(found)


def accounts_of(memory: FleetMemory) -> frozenset[AccountId]:
    """The accounts that standing halts are about."""
    return frozenset(
        period.account
        for problem in memory.problems.values()
        if problem.kind is EventKind.BRAKE_HALTED
        for period in periods_of(problem)
    )


def periods_of(problem: Problem) -> tuple[LeasePeriod, ...]:
    """The lease periods that a standing halt was told of."""
    found = []
    for part in problem.content.split("\n"):
        account, _, moment = part.rpartition(" ")
        try:
            renews_at = datetime.fromisoformat(moment)
        except ValueError:
            continue
        found.append(LeasePeriod(account=AccountId(account), renews_at=renews_at))
    return tuple(found)


_KINDS = {
    EventKind.PROJECT_UNREADABLE: MatterKind.UNREADABLE,
    EventKind.ACCOUNT_QUARANTINED: MatterKind.QUARANTINE,
    EventKind.CONFIG_REFUSED: MatterKind.CONFIGURATION,
}


def _standing(problem: Problem) -> Matter:
    return Matter(
        kind=_KINDS.get(problem.kind, MatterKind.PROBLEM),
        what=problem.text,
        project=problem.project,
        since=problem.since,
        problem=problem.id,
    )


def _remembered_halt(problem: Problem, stopped: Sequence[Entry], orders: Orders, now: datetime) -> Matter:
    cents = sum(entry.price_cents for entry in stopped)
    return Matter(
        kind=MatterKind.HALT,
        what=problem.text,
        accounts=tuple(map(_account, stopped)),
        project=problem.project,
        since=problem.since,
        by=in_time((entry.closes for entry in stopped), now, orders.poll),
        cents=cents,
        problem=problem.id,
    )


def _kept_docket(id_: str, stopped: Sequence[Entry], orders: Orders, now: datetime) -> Matter:
    cents, many = sum(entry.price_cents for entry in stopped), counted(len(stopped), "release")
    are = "is" if len(stopped) == 1 else "are"
    return Matter(
        kind=MatterKind.COMING_HALT,
        what=f"{many} will be halted",
        accounts=tuple(map(_account, stopped)),
        by=in_time((entry.closes for entry in stopped), now, orders.poll),
        unless=f"{many} {are} approved",
        otherwise=f"{dollars(cents)} will not be saved",
        cents=cents,
        ways=(f"`{to_approve(id_)}` allows exactly these",),
        docket=id_,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Remembered:
    """Accounts as the ledger knows them, as entries of a docket: of windows that are not closed."""

    known: Mapping[AccountId, Sequence[Known]]
    orders: Orders
    now: datetime

    def of(self, periods: Iterable[LeasePeriod]) -> tuple[Entry, ...]:
        found = (entry for period in periods for entry in self._entry(period))
        return tuple(sorted(found, key=lambda entry: (entry.period.renews_at, entry.handle)))

    def _entry(self, period: LeasePeriod) -> Iterator[Entry]:
        for one in self.known.get(period.account, ()):
            account = one.account
            if one.gone_at is not None or account.period != period:
                continue
            closes = last_moment(account, self.orders, self.now)
            if (closes or account.renews_at) > self.now:
                yield Entry(
                    period=period,
                    project=account.project,
                    handle=account.handle,
                    price_cents=account.price_cents,
                    place=Place.DUE,
                    closes=closes,
                )
                return


def last_moment(account: Account, orders: Orders, now: datetime) -> datetime | None:
    """When its window closes by the rules in force; None where no policy governs it."""
    policies = next(
        (target.policies for target in orders.targets if target.id == account.project), orders.discovered
    )
    governed = governing(account, policies, now) if policies else None
    return window_of(account, governed.policy).closes if governed else None


def _account(entry: Entry) -> MatterAccount:
    return MatterAccount(
        account=entry.period.account,
        handle=entry.handle,
        project=entry.project,
        price_cents=entry.price_cents,
        by=entry.closes,
    )


def _halts_now(
    docket: Docket, halts: Halts, orders: Orders, problems: Mapping[str, Problem], now: datetime
) -> Iterator[Matter]:
    due = [entry for entry in docket.to_come if entry.place is Place.DUE]
    stopped = [entry for entry in due if halts.on(entry.period, entry.project)]
    if stopped:
        standing = problems.get(EventKind.BRAKE_HALTED.value)
        yield halt_matter(
            halts.stopping(due),
            stopped,
            docket,
            now,
            poll=orders.poll,
            names=orders.names,
            since=standing.since if standing else None,
            problem=EventKind.BRAKE_HALTED.value,
        )


def _halts_to_come(
    docket: Docket, coming: Iterable[ComingHalt], orders: Orders, now: datetime
) -> Iterator[Matter]:
    """Of dockets of which one holds another, the larger one: approving it allows both."""
    due = {entry.period for entry in docket.to_come if entry.place is Place.DUE}
    large = sorted(coming, key=lambda one: -len(one.docket.to_come))
    told: list[frozenset[LeasePeriod]] = []
    for one in large:
        stopped = [entry for entry in one.stopped if entry.period not in due]
        periods = frozenset(entry.period for entry in one.docket.to_come)
        if stopped and not any(periods <= other for other in told):
            told.append(periods)
            yield halt_matter(
                one.by, stopped, one.docket, now, poll=orders.poll, names=orders.names, coming=True
            )


def _of_decision(decision: Decision, orders: Orders, now: datetime) -> Matter | None:
    judgement, account = decision.judgement, decision.account
    policy, window = judgement.policy, judgement.window
    if policy is None or window is None or now >= window.closes:
        return None
    match decision.course, decision.standing.notice:
        case Leave(why=Reason.REFUSED_BEFORE | Reason.ATTEMPTS_SPENT), _:
            return refused_release(account, since=None, now=now)
        case Wait(why=Reason.NOTICE_UNANSWERED), NotAccepted(missing=missing):
            rule = policy.release
            if now < window.opens - rule.notice:
                return None
            by = in_time([window.closes - rule.notice], now, orders.poll)
            return late_notice(account, missing, by=by)
        case _:
            return None
