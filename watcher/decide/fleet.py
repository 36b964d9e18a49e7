"""The fleet, decided about once every project was: facts in, plan out.

Brakes judge the whole docket before the first DELETE, so nothing is released by the plan of one project. What
comes after the attempts, and what they came to, is `decide_rest`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from watcher.brakes import FleetState, Halts, brake
from watcher.brakes.docket import HORIZON, Docket, Entry
from watcher.decide.announce import Outlook, announce
from watcher.decide.announced_before import told_again
from watcher.decide.background import Background
from watcher.decide.fleet_problems import follow_trouble
from watcher.decide.focus import Focus
from watcher.decide.gathered import Due, Gathered
from watcher.decide.halts_ahead import HaltsAhead, halts_ahead
from watcher.decide.halts_noted import halt_over, halts_to_note
from watcher.decide.halts_told import told_ahead
from watcher.decide.lost import lost_in_halts
from watcher.decide.open_problems import follow_open
from watcher.decide.openings import Opening
from watcher.decide.twins import Twins, listed_twice
from watcher.decide.warn import warn
from watcher.facts.accounts import AccountId, LeasePeriod, Listed, ProjectId
from watcher.memory.causes import halted_before_sending, halted_by, late_by, not_sent, told_by
from watcher.memory.fading import most_within
from watcher.memory.remembered import Known
from watcher.memory.writes import Note, Queued, Write
from watcher.messages.events import Event
from watcher.messages.problems import Problem, by_project
from watcher.messages.reading_messages import quarantine_event
from watcher.messages.release_messages import attempt_events
from watcher.messages.renewal_messages import unsent_warning
from watcher.messages.unmatched import Unmatched
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.outcomes import Explanation
from watcher.record.planned_pauses import said_to_come
from watcher.record.reasons import Reason, Trouble
from watcher.rules.plan import Release, given_up
from watcher.rules.shards import Shard
from watcher.rules.targets import DISCOVERY

_NOT_SENT = frozenset({Ending.NOT_SENT, Ending.UNREADABLE})
_TO_COME = _NOT_SENT | {Ending.HALTED}
"""How attempts end of which no message tells, and after which another follows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetFacts:
    """What else is so once the projects were read.

    `focus`: what a turn rests on that read only a few of them. `trouble`: what kept the turn from reading
    on, `stopped`: that it was told to stop. `refused`: the mistake of a configuration that was to replace the
    one in force. `listings`: which projects list, or did, the accounts that something is to come of.
    """

    focus: Focus | None = None
    trouble: Trouble | None = None
    stopped: bool = False
    refused: str | None = None
    listings: Mapping[AccountId, Sequence[Listed]]
    halted: Mapping[AccountId, Sequence[Known]] = field(default_factory=dict)
    """What is known by now of the accounts of standing halts."""
    at_stake: Sequence[Opening] = ()
    """The announced releases that wait, where a trouble keeps the turn from them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetPlan:
    """`go`: the releases that no brake stops, in their order; those that one did stop are in `writes`.

    `to_come`: every release that is to come, also beyond the docket; `ahead`: which of them brakes stop;
    `begun`: when their leases began.
    """

    docket: Docket
    state: FleetState
    halts: Halts
    to_come: tuple[Entry, ...]
    ahead: HaltsAhead
    begun: Mapping[LeasePeriod, datetime]
    go: tuple[Due, ...]
    unmatched: tuple[Unmatched, ...]
    events: tuple[Event, ...]
    writes: tuple[Write, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """`full`: the whole fleet was wanted; `cut_short`: by a trouble of the API, or told to stop."""

    full: bool
    cut_short: bool
    shard: Shard

    def whole(self, gathered: Gathered) -> bool:
        """Whether all that was wanted was read."""
        return not self.cut_short and not gathered.unread

    def unmatched(self, gathered: Gathered) -> tuple[Unmatched, ...] | None:
        """Configured words that no account matched; None where not every account was met."""
        return gathered.words.left() if self.full and self.shard.whole and self.whole(gathered) else None

    def fleet_cents(self, gathered: Gathered) -> int | None:
        """What all accounts cost a month; None where not every one of them was read and understood."""
        everything = self.full and self.whole(gathered) and not gathered.quarantined
        return gathered.totals.cents if everything else None

    def unwatched(self, gathered: Gathered, problems: Mapping[str, Problem]) -> frozenset[ProjectId]:
        """Projects with standing problems that a full turn did not come across."""
        undiscovered = any(unread.project == DISCOVERY for unread in gathered.unread)
        if not self.full or self.cut_short or undiscovered:
            return frozenset()
        met = gathered.projects.keys() | {unread.project for unread in gathered.unread}
        return frozenset(by_project(problems).keys() - met)


def decide_fleet(gathered: Gathered, twins: Twins, facts: FleetFacts, background: Background) -> FleetPlan:
    """`gathered` loses what another project turned out to list too."""
    left_alone, queued = _left_alone(gathered, twins, facts, background)
    now = background.now
    docket, state, halts = _braked(gathered, facts, background)
    scope = Coverage(
        full=facts.focus is None,
        cut_short=facts.stopped or facts.trouble is not None,
        shard=background.orders.shard,
    )
    to_come = tuple(gathered.prospects)
    if facts.focus is not None:
        to_come = facts.focus.with_others(to_come)
    outlook = Outlook(
        docket=docket,
        state=state,
        halts=halts,
        ahead=halts_ahead(
            to_come,
            docket.behind,
            state,
            background.orders,
            halts.approved,
            now,
            in_turn=not facts.stopped,
        ),
        whole=scope.whole(gathered),
        # A word that a list in doubt does not match may be all that keeps an account.
        unmatched=None if halts.of_the_lists else scope.unmatched(gathered),
        fleet_cents=scope.fleet_cents(gathered),
        unwatched=scope.unwatched(gathered, background.memory.problems),
        lost=lost_in_halts(facts.halted, background, now),
    )
    announced, writes = announce(gathered.announcing, outlook, background)
    warned = warn(gathered.warning, outlook, background)
    messages = background.orders.routes.messages(warned, live=background.enforcing)
    writes.append(Queued(messages=messages, at=now))
    writes.append(told_again(gathered.announced_before, outlook.ahead, background))
    if facts.focus is None:
        ahead, queued_ahead = told_ahead(
            outlook.ahead, gathered.announced.keys(), (*announced, *warned), background, whole=outlook.whole
        )
        announced += ahead
        writes.append(queued_ahead)
    writes += halts_to_note(gathered.announced, outlook.ahead, background)
    go: list[Due] = []
    braked: list[Event] = []
    if not facts.stopped:
        for due in gathered.due_in_order():
            account = due.decision.account
            if stopped_by := halts.on(account.period, account.project):
                matter = outlook.ahead.matter_of(account.period, background.orders, now)
                warning = unsent_warning(due.decision, matter, background.clock.earliest)
                braked += [warning] if warning else []
                reason: Reason | None = Reason.BRAKED
                by = told_by(_closes(due), due.known.explanation, now, background.orders.poll)
                why: Explanation | None = halted_by(stopped_by, _closes(due), background.orders.names, by=by)
            else:
                # A person's word is heard once: what the rules make of its account is what is remembered.
                by_rules = due.decision if due.heeded is None else due.heeded.by_rules
                released_by_rules = isinstance(by_rules.course, Release)
                warning, reason = None, by_rules.reason if released_by_rules else due.known.reason
                why = None if released_by_rules else due.known.explanation
                go.append(replace(due, halt_over=halt_over(due, halts)))
            as_known = (due.known.reason, due.known.explanation) == (reason, why)
            writes += _noted(due, background, None if as_known else reason, warning, why)
    return FleetPlan(
        docket=docket,
        state=state,
        halts=halts,
        to_come=to_come,
        ahead=outlook.ahead,
        begun=gathered.begun,
        go=tuple(go),
        unmatched=outlook.unmatched or (),
        events=(*left_alone, *announced, *warned, *braked),
        writes=(queued, *writes),
    )


def decide_rest(
    plan: FleetPlan,
    attempts: Sequence[Attempt],
    facts: FleetFacts,
    background: Background,
    *,
    detail: str = "",
    ahead: HaltsAhead | None = None,
    acting: bool,
) -> tuple[tuple[Event, ...], tuple[Write, ...]]:
    """What is left to tell and to write once every attempt has ended.

    `attempts`: all of the turn, those of earlier turns that were settled in it too. `facts`: as they are by
    now; `detail`: of their trouble; `ahead`: what brakes stop by now, where that is other than planned.
    `acting` False: nothing was tried, as in an audit.
    """
    events: list[Event] = []
    writes: list[Write] = []
    by_now = plan.ahead if ahead is None else ahead
    last = {attempt.period: attempt for attempt in attempts}
    for due in plan.go:
        attempt, late = last.get(due.decision.account.period), due.decision.lateness
        if attempt is not None and attempt.reason is Reason.TOO_LATE and late is not None and not late.missed:
            # It was due in this turn, and yet what made it late is a change before that.
            since = late.made_late_by
            why = None if since is None else late_by(since)
            writes += _noted(due, background, Reason.CHANGED_TOO_LATE, None, why)
        by_rules = due.decision if due.heeded is None else due.heeded.by_rules
        if attempt is not None and isinstance(by_rules.course, Release):
            # No later turn may come before the renewal to note it.
            writes += _noted(due, background, given_up(attempt.ended, due.decision.standing), None)
    over = any(attempt.reason is Reason.LOCK_LOST for attempt in last.values())
    if acting and not over and not facts.stopped:
        for due in (one for one in plan.go if one.word is None):
            attempt = last.get(due.decision.account.period)
            if attempt is None or (attempt.ended in _TO_COME and attempt.reason is not Reason.TOO_LATE):
                halted = attempt is not None and attempt.ended is Ending.HALTED
                period, earliest = due.decision.account.period, background.clock.earliest
                matter = by_now.matter_of(period, background.orders, earliest) if halted else None
                said = attempt.detail if halted and attempt else None
                warning = unsent_warning(due.decision, matter, earliest, halted=said)
                # Why a release was not even tried, so that the price of it can be told.
                unasked = attempt is None and facts.trouble is Trouble.KEY_LACKS_SCOPE
                reason = Reason.KEY_LACKS_SCOPE if unasked else None
                why = halted_before_sending(attempt.detail, _closes(due)) if halted and attempt else None
                if attempt is not None and attempt.ended in _NOT_SENT and attempt.reason is None:
                    reason, why = due.decision.reason, not_sent(attempt)
                writes += _noted(due, background, Reason.BRAKED if halted else reason, warning, why)
                events += [warning] if warning else []
    # What is not concluded comes with no message of its own.
    unknown = [event for one in attempts if one.ended is Ending.UNKNOWN for event in attempt_events(one)]
    routes = background.orders.routes
    writes.append(Queued(messages=routes.messages(unknown, live=True), at=background.now))
    told, queued = follow_trouble(
        facts.trouble,
        detail,
        background.memory,
        routes,
        background.now,
        attempts=attempts,
        at_stake=facts.at_stake,
        poll=background.orders.poll,
    )
    return (*events, *told), (*writes, queued)


def _left_alone(
    gathered: Gathered, twins: Twins, facts: FleetFacts, background: Background
) -> tuple[tuple[Event, ...], Queued]:
    """Of what was decided, take back what another project turned out to list too; tell of it."""
    found = [*twins.late.values()]
    for account in gathered.to_come().values():
        others = twins.elsewhere(account, facts.listings.get(account.id, ()))
        if others:
            found.append(listed_twice(account, others))
    gathered.withdraw(found)
    names = background.orders.names
    return follow_open(
        [quarantine_event(one, background.now, names) for one in found],
        (),
        routes=background.orders.routes,
        remembered=background.memory.problems,
        overrides=background.memory.overrides,
        now=background.now,
    )


def _braked(
    gathered: Gathered, facts: FleetFacts, background: Background
) -> tuple[Docket, FleetState, Halts]:
    """What brakes make of the docket.

    A person's word that they stop is used up: its account goes back to what the rules alone want of it, and
    brakes judge what is left. So nothing waits for a decision that would release nothing.
    """
    while True:
        docket = gathered.docket(background.memory.done, background.memory.unresolved)
        state = _state(gathered, facts, background)
        if facts.focus is not None:
            docket, state = facts.focus.widened(docket), facts.focus.completed(state)
        approved = background.overrides.approved(background.now, gathered.begun)
        halts = brake(docket, state, background.orders.limits, approved)
        stopped = 0
        for due in [one for one in gathered.due if one.heeded is not None]:
            account = due.decision.account
            if on_it := halts.on(account.period, account.project):
                gathered.take_back(due, on_it)
                stopped += 1
        if not stopped:
            return docket, state, halts


def _state(gathered: Gathered, facts: FleetFacts, background: Background) -> FleetState:
    memory, now = background.memory, background.now
    return FleetState(
        now=now,
        projects=dict(gathered.projects),
        asked=gathered.totals.asked + len(gathered.quarantined),
        unknown=gathered.totals.doubtful + len(gathered.quarantined),
        unreadable=gathered.unreadable,
        turned_idle=most_within(gathered.turned_idle, HORIZON),
        oldest_reading=gathered.oldest_reading,
        skew=background.skew,
        ledger_since=memory.ledger_since,
        unresolved=tuple(intent.account.project for intent in memory.unresolved),
        pauses=background.overrides.pauses(now),
        planned=background.orders.planned_pauses.on(now),
        to_come=said_to_come(background.overrides.pauses_to_come(now)),
        key_suspended=facts.trouble is Trouble.KEY_SUSPENDED,
        refused=facts.refused,
    )


def _closes(due: Due) -> datetime | None:
    window = due.decision.judgement.window
    return None if window is None else window.closes


def _noted(
    due: Due,
    background: Background,
    reason: Reason | None,
    warning: Event | None,
    why: Explanation | None = None,
) -> Iterator[Write]:
    """What became of a release that is due: why it is not done, where that is news, and the warning."""
    if reason is None and warning is None:
        return
    noted = replace(due.known, reason=reason, explanation=why, decided_at=background.clock.noted_at)
    yield Note(
        project=due.decision.account.project,
        turn=background.turn.id,
        at=background.now,
        known=() if reason is None else (noted,),
        messages=background.orders.routes.messages([warning] if warning else [], live=True),
    )
