"""What is remembered of one project and of the fleet, read from the memory."""

from bisect import bisect_right
from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import islice, takewhile

from watcher.adapters.ledger.memory.state import NOBODY, Announcement, Reads, State
from watcher.adapters.ledger.rules import (
    MOST_DOUBTFUL,
    is_on_time,
    is_proved,
    is_receipt,
    is_recent,
    surely_last,
)
from watcher.brakes.docket import HORIZON, Entry, Place
from watcher.facts.accounts import Account, AccountId, LeasePeriod, ProjectId
from watcher.memory.remembered import FleetMemory, ProjectMemory, TurnRecord
from watcher.record.intents import Ending, GivenBack, Intent, proved_at
from watcher.record.notices import Notice
from watcher.record.overrides import Overrides


def fleet(state: State, now: datetime) -> FleetMemory:
    # A turn of the future was taken by a clock that was wrong; of others it is known.
    finished = state.finished[: bisect_right(state.finished, now, key=_began)]
    last = _last(finished)
    proved = _last_proved(finished) or _last_proved(state.finished)
    return FleetMemory(
        ledger_since=next((turn.started_at for turn in finished if is_proved(turn)), None),
        last_turn=last,
        last_proved=proved,
        doubtful=() if proved is None else _doubtful(finished, proved.started_at),
        failing_since=None if last is None else _failing_since(state.failed, last.started_at),
        watermark=state.watermark,
        shown=frozenset(project for project, reads in state.reads.items() if reads.shown),
        unshown=frozenset(account for project, account in state.unshown if _counts(state, project, account)),
        moved=frozenset(state.moved),
        overrides=Overrides(said=tuple(state.overrides)),
        problems=dict(state.problems),
        done=done_since(state, now - HORIZON),
        unresolved=unresolved(state),
    )


def _began(turn: TurnRecord) -> datetime:
    return turn.started_at


def _last(finished: list[TurnRecord]) -> TurnRecord | None:
    """By a clock that was right if the last one's was not: whichever surely began later."""
    candidates = finished[-1:]
    if candidates and not is_on_time(candidates[0]):
        candidates += list(islice((turn for turn in reversed(finished) if is_on_time(turn)), 1))
    return surely_last(candidates)


def _last_proved(finished: list[TurnRecord]) -> TurnRecord | None:
    return next((turn for turn in reversed(finished) if is_proved(turn)), None)


def _doubtful(finished: list[TurnRecord], since: datetime) -> tuple[TurnRecord, ...]:
    """Completed turns since the last proved one whose own clocks were not, the latest first."""
    late = takewhile(lambda turn: turn.started_at >= since, reversed(finished))
    return tuple(islice((turn for turn in late if not is_proved(turn)), MOST_DOUBTFUL))


def _failing_since(failed: list[TurnRecord], last: datetime) -> datetime | None:
    since = failed[bisect_right(failed, last, key=_began) :]
    return since[0].started_at if since else None


def _counts(state: State, project: ProjectId, account: AccountId) -> bool:
    """Since the watermark: of those from before it nobody is waiting for the evidence to come back."""
    since = state.known[project][account].unshown_since
    return since is not None and (state.watermark is None or since > state.watermark)


def project(state: State, id_: ProjectId) -> ProjectMemory:
    """Put together where anything changed: most projects of a fleet are read again and again as they were."""
    if (remembered := state.remembered.get(id_)) is None:
        remembered = state.remembered[id_] = _put_together(state, id_)
    reads = state.reads.get(id_, Reads())
    return replace(
        remembered,
        read_at=reads.read_at,
        unreadable_since=reads.unreadable_since,
        missing_since=reads.missing_since,
        blank_since=reads.blank_since,
        rules=reads.rules,
    )


def _put_together(state: State, id_: ProjectId) -> ProjectMemory:
    """All but how its readings went."""
    known = state.known.get(id_, NOBODY)
    attempts = [state.intents[number] for number in state.intents_in.get(id_, ())]
    accounts = [one.account for one in known.values()]
    return ProjectMemory(
        known=known,
        notices={
            period: _with_receipts(state, latest)
            for account in accounts
            for period, latest in _latest(state, account).items()
        },
        told={
            period: rungs
            for account in accounts
            for period, rungs in state.told.get(account.id, {}).items()
            if is_recent(period, account)
        },
        not_done=Counter(one.account.period for one in attempts if one.ending is Ending.NOT_DONE),
        not_done_at={one.account.period: proved_at(one) for one in attempts if one.ending is Ending.NOT_DONE},
        released=frozenset(one.account.period for one in attempts if one.ending is Ending.RELEASED),
        refused={
            one.account.id: one.ended_at
            for one in attempts
            if one.ending is Ending.REFUSED and one.ended_at is not None
        },
        unresolved=frozenset(one.account.id for one in attempts if one.ending is None),
        given_back={
            one.account.id: GivenBack(
                period=one.account.period, assigned_at=one.account.assigned_at, at=one.ended_at
            )
            for account in accounts
            for one in state.attempts_on(account.id)
            if one.ending is Ending.RELEASED and one.ended_at is not None
        },
    )


def _latest(state: State, account: Account) -> dict[LeasePeriod, Announcement]:
    """The last notice of each lease period that may still decide something."""
    written = (state.notices[key] for key in state.notices_of.get(account.id, ()))
    return {one.notice.period: one for one in written if is_recent(one.notice.period, account)}


def _with_receipts(state: State, one: Announcement) -> Notice:
    receipts = {
        letter.notifier: letter.accepted_at
        for letter in map(state.letters.__getitem__, state.letter_of.get(one.notice.key, {}).values())
        if letter.accepted_at is not None
        and is_receipt(one.notice, accepted=True, counted=letter.counted, live=letter.message.live)
    }
    return replace(one.notice, voided=one.voided, receipts=receipts)


def announced(state: State, now: datetime) -> dict[LeasePeriod, Notice]:
    """The latest notice of each renewal that is still to come, but for those that are void."""
    written = (one for one in state.notices.values() if one.notice.period.renews_at > now)
    latest = {one.notice.period: one for one in written}
    return {period: _with_receipts(state, one) for period, one in latest.items() if one.voided is None}


def notice_of(state: State, period: LeasePeriod) -> Notice | None:
    """The latest notice of a lease period."""
    written = [state.notices[key] for key in state.notices_of.get(period.account, ())]
    of_period = [one for one in written if one.notice.period == period]
    return _with_receipts(state, of_period[-1]) if of_period else None


def unresolved(state: State) -> tuple[Intent, ...]:
    """Oldest first."""
    return tuple(state.intents[number] for number in sorted(state.unresolved))


def attempts_on(state: State, period: LeasePeriod) -> tuple[Intent, ...]:
    """Every attempt on one lease period, oldest first."""
    return tuple(one for one in state.attempts_on(period.account) if one.account.period == period)


def done_since(state: State, since: datetime) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            period=one.period,
            project=one.project,
            handle=one.handle,
            price_cents=one.price_cents,
            place=Place.DONE,
            done_at=one.at,
        )
        for one in state.released_since(since)
    )
