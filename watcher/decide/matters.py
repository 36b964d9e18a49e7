"""Which matters are open: by what a turn knows, or by the ledger alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from watcher.brakes.docket import Docket, Entry, Place, entry_for
from watcher.decide.halts_ahead import HaltsAhead
from watcher.decide.orders import Orders
from watcher.facts.accounts import Account, AccountId, LeasePeriod, Quarantined, Unread
from watcher.facts.handles import called
from watcher.memory.remembered import FleetMemory, Known
from watcher.messages.events import EventKind
from watcher.messages.matters import (
    Matter,
    MatterKind,
    entry_account,
    in_order,
    in_time,
    late_notice,
    matter_account,
    quarantined,
    refused_release,
    unknown_ending,
    unreadable_project,
)
from watcher.messages.problems import Problem
from watcher.messages.reading_messages import quarantine_event
from watcher.messages.said import who_said
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending, Intent
from watcher.record.notices import NotAccepted
from watcher.record.overrides import OverrideKind, Overrides
from watcher.record.reasons import Reason
from watcher.rules.judge import window_of
from watcher.rules.matching import may_govern
from watcher.rules.plan import Decision, Leave, Mode, Release, Wait, given_up
from watcher.rules.window import Window
from watcher.texts.money import dollars
from watcher.texts.spans import counted


def turn_matters(
    *,
    ahead: HaltsAhead,
    let_go: Iterable[Entry],
    decisions: Iterable[Decision],
    attempts: Iterable[Attempt] = (),
    unread: Iterable[Unread],
    left_alone: Iterable[Quarantined],
    memory: FleetMemory,
    orders: Orders,
    now: datetime,
) -> tuple[Matter, ...]:
    """What a turn leaves to people; observing, nothing is halted, and nothing late.

    `let_go`: the releases to come that only an approval lets pass. `attempts`: of this turn.
    """
    last = {one.period: one for one in attempts}
    names, problems = orders.names, memory.problems
    found = [_unresolved(intent) for intent in memory.unresolved]
    if orders.mode is Mode.ENFORCE:
        approved = _let_go(tuple(let_go), memory.overrides, now)
        found += [one for one in (all_halted(ahead, orders, memory, now), approved) if one is not None]
        afterwards = (_after(one, last.get(one.account.period)) for one in decisions)
        found += (matter for one in afterwards if (matter := _of_decision(one, orders, now)) is not None)
    for project in unread:
        standing = problems.get(f"{EventKind.PROJECT_UNREADABLE}:{project.project}")
        found.append(unreadable_project(project, since=standing.since if standing else None))
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
) -> tuple[Matter, ...]:
    """What is open by the ledger alone, as of the last turn.

    `known`: at least the accounts of standing halts. What waits for an approval is told by its docket
    (`decide/dockets.py`), as it was judged last.
    """
    found = [_unresolved(intent) for intent in memory.unresolved]
    entries = _Remembered(known=known, orders=orders, now=now)
    approved = memory.overrides.approved(now)
    for problem in memory.problems.values():
        if problem.kind is EventKind.BRAKE_HALTED:
            periods = [each for each in problem.periods if each not in approved]
            found.append(_remembered_halt(problem, entries.of(periods), orders, now))
        elif problem.kind not in (EventKind.RELEASE_UNKNOWN, EventKind.BRAKE_AHEAD):
            found.append(_standing(problem))
    return in_order(found)


def given_up_matter(
    account: Account, closes: datetime, orders: Orders, now: datetime, *, why: Reason | None
) -> Matter:
    """Of a release that no turn tries again by itself; `why`: refused, or in vain twice."""
    by = in_time([closes], now, orders.poll)
    ended: Literal[Ending.REFUSED, Ending.NOT_DONE]
    ended = Ending.NOT_DONE if why is Reason.ATTEMPTS_SPENT else Ending.REFUSED
    return refused_release(called(account), matter_account(account, by), by=by, ended=ended)


_KINDS = {
    EventKind.PROJECT_UNREADABLE: MatterKind.UNREADABLE,
    EventKind.ACCOUNT_QUARANTINED: MatterKind.QUARANTINE,
    EventKind.CONFIG_REFUSED: MatterKind.CONFIGURATION,
}


def _standing(problem: Problem) -> Matter:
    return Matter(
        kind=_KINDS.get(problem.kind, MatterKind.PROBLEM),
        what=problem.in_full,
        project=problem.project,
        since=problem.since,
        problem=problem.id,
    )


def _remembered_halt(problem: Problem, stopped: Sequence[Entry], orders: Orders, now: datetime) -> Matter:
    cents = sum(entry.price_cents for entry in stopped)
    return Matter(
        kind=MatterKind.HALT,
        what=problem.in_full,
        accounts=tuple(entry_account(one, in_time([one.closes], now, orders.poll)) for one in stopped),
        project=problem.project,
        since=problem.since,
        by=in_time((entry.closes for entry in stopped), now, orders.poll),
        cents=cents,
        problem=problem.id,
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
                yield entry_for(account, Place.DUE, closes=closes)
                return


def last_moment(account: Account, orders: Orders, now: datetime) -> datetime | None:
    """When its window closes by the rules in force; None where no policy governs it."""
    window = window_in_force(account, orders, now)
    return None if window is None else window.closes


def window_in_force(account: Account, orders: Orders, now: datetime) -> Window | None:
    """Of several policies of which its health says which governs it, the window that closes first: a moment
    that people are told is never later than the last one.
    """
    found = (
        window_of(account, policy) for policy in may_govern(account, orders.policies_of(account.project), now)
    )
    return min(found, key=lambda window: window.closes, default=None)


def _unresolved(intent: Intent) -> Matter:
    return unknown_ending(called(intent.account), matter_account(intent.account), since=intent.written_at)


def all_halted(ahead: HaltsAhead, orders: Orders, memory: FleetMemory, now: datetime) -> Matter | None:
    """All that brakes stop, as the one matter that it is; None where they stop nothing."""
    standing = memory.problems.get(EventKind.BRAKE_HALTED.value)
    due = any(one.is_due for one in ahead.releases)
    return ahead.matter(
        orders,
        now,
        since=standing.since if standing and due else None,
        decided=_withdrawn(ahead.docket, memory.overrides, now),
        problem=EventKind.BRAKE_HALTED.value if due else None,
    )


def _let_go(passing: Sequence[Entry], overrides: Overrides, now: datetime) -> Matter | None:
    """What only an approval lets pass, and whose; None where no brake would stop it."""
    if not passing:
        return None
    standing = overrides.approvals(now)
    approvals = dict.fromkeys(
        who_said(standing[one.period], now) for one in passing if one.period in standing
    )
    money = dollars(sum(entry.price_cents for entry in passing))
    verb = "passes" if len(passing) == 1 else "pass"
    return Matter(
        kind=MatterKind.LET_GO,
        what=f"{counted(len(passing), 'release')} ({money}) {verb} the limits",
        accounts=tuple(map(entry_account, passing)),
        decided="; ".join(approvals),
    )


def _withdrawn(docket: Docket, overrides: Overrides, now: datetime) -> str:
    """Who withdrew the last approval of what is halted; empty where nobody did."""
    periods = {entry.period for entry in docket.to_come}
    about = [
        word
        for word in overrides.said
        if word.kind in (OverrideKind.APPROVE, OverrideKind.UNAPPROVE)
        and not periods.isdisjoint(word.periods)
    ]
    return who_said(about[-1], now) if about and about[-1].kind is OverrideKind.UNAPPROVE else ""


def _after(decision: Decision, attempt: Attempt | None) -> Decision:
    """What was due, as it stands after it was tried."""
    if attempt is None or not isinstance(decision.course, Release):
        return decision
    why = given_up(attempt.ended, decision.standing)
    return decision if why is None else replace(decision, step=Leave(why=why), beside=None)


def _of_decision(decision: Decision, orders: Orders, now: datetime) -> Matter | None:
    judgement, account = decision.judgement, decision.account
    policy, window = judgement.policy, judgement.window
    if policy is None or window is None or now >= window.closes:
        return None
    match decision.course, decision.standing.notice:
        case Leave(why=Reason.REFUSED_BEFORE | Reason.ATTEMPTS_SPENT as why), _:
            return given_up_matter(account, window.closes, orders, now, why=why)
        case Wait(why=Reason.NOTICE_UNANSWERED), NotAccepted(missing=missing):
            rule = policy.release
            if now < window.opens - rule.notice:
                return None
            by = in_time([window.closes - rule.notice], now, orders.poll)
            return late_notice(account, missing, by=by)
        case _:
            return None
