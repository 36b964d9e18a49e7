"""One project's reading, decided about: facts in, plan out.

The reading is held against the policies, against what is remembered of the project, and against what people
said. Nothing is read or written here: what the turn, a forecast or a simulation does with the plan is theirs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from watcher.brakes import ProjectState
from watcher.brakes.docket import HORIZON
from watcher.decide.announced_before import AnnouncedBefore, announced_before
from watcher.decide.asked import Declined, Heeded, hear
from watcher.decide.background import Background
from watcher.decide.barred import barred
from watcher.decide.late import (
    late_events,
    newly_late,
    rules_in_force,
    unseen_miss_event,
    unseen_misses,
    with_its_lateness,
)
from watcher.decide.project_problems import looked_at, problems, undone_releases
from watcher.decide.readings import Reading
from watcher.facts.accounts import Account, AccountId, Flaw, LeasePeriod
from watcher.facts.activity import NOT_ASKED, Activity, remembering
from watcher.facts.health import HEALTH_NOT_ASKED
from watcher.facts.moment import Moment
from watcher.memory.missed import why_late
from watcher.memory.paid import renewed
from watcher.memory.period_state import period_state_of
from watcher.memory.remembered import Known, KnownRules, ProjectMemory
from watcher.memory.review import Review, review
from watcher.memory.writes import ReadRecord, Said, Write
from watcher.messages.events import Event
from watcher.messages.outbox import Message
from watcher.messages.problems import Followed, follow, unnoted
from watcher.messages.renewal_messages import decision_events, is_to_come
from watcher.record.outcomes import Outcome
from watcher.record.overrides import Override, Overrides
from watcher.record.reasons import Reason
from watcher.rules.judge import Subject, judge, reach_of
from watcher.rules.matching import follower_limits
from watcher.rules.plan import MISSED, Decision, Terms, plan


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectPlan:
    """What one reading comes to. `writes`: what the ledger is to remember of it, all or nothing."""

    decisions: tuple[Decision, ...]
    quiet: tuple[Account, ...]
    """Accounts so far from their renewal that there was nothing to decide."""
    state: ProjectState
    """What brakes know of the project."""
    known: Mapping[AccountId, Known]
    """Every account ever known in the project, as it is now."""
    turned_idle: tuple[datetime, ...]
    """When accounts turned from used to unused, of those that did since the watermark."""
    outcomes: tuple[Outcome, ...]
    missed: tuple[LeasePeriod, ...]
    """Releases that were wanted in time and can no longer be, or whose renewal is paid already."""
    too_late: tuple[LeasePeriod, ...]
    """Releases that can no longer be because of what a person changed."""
    undone: tuple[LeasePeriod, ...]
    """Confirmed releases that did not last."""
    heeded: Mapping[AccountId, Heeded]
    """The accounts that are due because a person asked to release them."""
    declined: tuple[Declined, ...]
    """What people asked for and is not done."""
    announced_before: tuple[AnnouncedBefore, ...]
    """What may have to be told again of announcements that stand."""
    events: tuple[Event, ...]
    writes: tuple[Write, ...]


def decide_project(
    reading: Reading,
    memory: ProjectMemory,
    background: Background,
    *,
    disconnected: frozenset[AccountId] = frozenset(),
) -> ProjectPlan:
    """`disconnected`: accounts listed as such, of those whose release seemed to have had no effect."""
    # Times are compared with when their facts were read: a turn may have waited for hours (ADR 0023).
    at = background.at(max(background.now, reading.listing.read_until))
    words = tuple(_moved_holds(reading, memory, background.overrides, at))
    if words:
        background = replace(background, overrides=background.overrides.with_words(words))
    near, quiet = _parted(reading, memory, background, at)
    terms = Terms(
        now=at.now,
        mode=background.turn.mode,
        ledger_since=background.memory.ledger_since,
        earliest=at.earliest,
        listed_at=reading.listing.read_at,
    )
    rules = rules_in_force(reading.target, memory, background, at)
    heard = hear(
        background.overrides.asked_releases(at.now),
        tuple(
            with_its_lateness(one, memory, background, rules, at)
            for one in _decided(near, reading, memory, background, terms)
        ),
        reading,
        terms,
    )
    decisions = heard.decisions
    listed = {one.id: one for one in reading.listing.quarantined if one.id is not None}
    present = frozenset[str](one.id for one in reading.listing.accounts) | listed.keys()
    # By a clock that cannot say so nothing is too late, and nothing remembered as that.
    late = tuple(newly_late(decisions, memory)) if background.enforcing and at.sure else ()
    told = replace(
        memory,
        unreadable_since=memory.unreadable_since or background.memory.failing_since,
        barred=barred(reading.target.id, background),
    )
    why = {one.account.period: why_late(one, told, background.overrides, at.now) for one in late}
    found = review(
        told,
        heard.by_rules,
        quiet=quiet,
        readings=reading.activity,
        present=present,
        twice=frozenset(id_ for id_, one in listed.items() if one.flaw is Flaw.LISTED_TWICE),
        disconnected=disconnected,
        late=why,
        overrides=background.overrides,
        target=reading.target,
        by_then=reading.by_then,
        follower_limits=follower_limits(reading.target.policies),
        new_day=memory.read_at is None or memory.read_at.date() != background.now.date(),
        at=at,
        since=background.since,
    )
    events = [*found.events]
    for decision in decisions:
        if not is_to_come(decision):  # of the others brakes have a word to say
            events += decision_events(decision, at.now, mode=background.turn.mode, sure=at.sure)
    for decision in late:
        events += late_events(decision, why[decision.account.period], at.now)
    unseen = tuple(unseen_misses(found.outcomes, reading.target, memory, background))
    events += (unseen_miss_event(one, memory, reading.target, at.now) for one in unseen)
    undone = tuple(undone_releases(reading, memory, background, at.now))
    followed = follow(
        [*problems(reading, decisions, background.orders, at.now), *undone],
        looked_at(background.problems.get(reading.target.id, {}), reading),
        at.now,
        names={reading.target.id: reading.target.name},
    )
    events += followed.events
    blank_since = _blank_since(reading, memory, at)
    undone_periods = tuple(memory.given_back[event.account].period for event in undone if event.account)
    return ProjectPlan(
        decisions=decisions,
        quiet=quiet,
        state=ProjectState(
            assigned=len(present),
            vanished=found.vanished,
            keep_at_least=reading.target.keep_at_least,
            remembered=found.remembered,
            unshown=found.unshown,
            blank=blank_since is not None and (background.since is None or blank_since > background.since),
        ),
        known=found.current,
        turned_idle=found.turned_idle,
        outcomes=found.outcomes,
        missed=(
            *(one.account.period for one in late if one.reason in MISSED),
            *(one.period for one in unseen),
        ),
        too_late=tuple(one.account.period for one in late if one.reason is Reason.CHANGED_TOO_LATE),
        undone=undone_periods,
        heeded=heard.heeded,
        declined=heard.declined,
        announced_before=tuple(announced_before(decisions, memory, background)),
        events=tuple(events),
        writes=(
            # Words before the reading: it would hide that the renewal was another.
            *(Said(override=word) for word in words),
            _record(
                reading,
                found,
                background,
                rules=rules,
                undone=undone_periods,
                followed=followed,
                messages=(
                    *background.orders.routes.messages(events, live=background.enforcing),
                    *background.orders.routes.reminders(
                        unnoted(followed.silent, background.overrides),
                        background.now,
                        live=background.enforcing,
                    ),
                ),
            ),
        ),
    )


def _record(
    reading: Reading,
    found: Review,
    background: Background,
    *,
    rules: KnownRules,
    undone: tuple[LeasePeriod, ...],
    followed: Followed,
    messages: tuple[Message, ...],
) -> ReadRecord:
    return ReadRecord(
        project=reading.target.id,
        turn=background.turn.id,
        at=background.now,
        noted_at=background.clock.noted_at,
        shown=reading.shown,
        blank=reading.blank,
        rules=rules,
        known=found.known,
        strange=frozenset(one.id for one in reading.listing.quarantined if one.id),
        voided=found.voided,
        outcomes=found.outcomes,
        undone=undone if followed.standing else (),
        messages=messages,
        problems=followed.standing,
        over=followed.over,
    )


def _moved_holds(
    reading: Reading, memory: ProjectMemory, overrides: Overrides, at: Moment
) -> Iterator[Override]:
    """Holds to the end of a lease period that is now to end at another time."""
    held = overrides.held_through
    for account in reading.listing.accounts:
        if account.id in held:
            yield from _moved_with(account, overrides, memory, at)


def _moved_with(
    account: Account, overrides: Overrides, memory: ProjectMemory, at: Moment
) -> Iterator[Override]:
    """The holds of an account's lease period as they are to last now that its renewal is another.

    A period that renewed, or another lease, has ended: its holds end with it.
    """
    here = memory.known.get(account.id)
    elsewhere = memory.known_elsewhere.get(account.id, ())
    for known in elsewhere if here is None else (here, *elsewhere):
        old = known.account
        if old.period == account.period or not account.is_same_lease(old) or renewed(old, account, at):
            continue
        if overrides.holds_through(account.period):
            return
        for word in overrides.holds_through(old.period):
            yield replace(word, at=at.noted_at, until=account.renews_at, periods=(account.period,))


def _blank_since(reading: Reading, memory: ProjectMemory, at: Moment) -> datetime | None:
    """Since when the project's evidence shows nothing at all any more, although it once did."""
    if reading.blank is None:
        return memory.blank_since
    return (memory.blank_since or at.noted_at) if reading.blank else None


def _parted(
    reading: Reading, memory: ProjectMemory, background: Background, at: Moment
) -> tuple[Sequence[Account], tuple[Account, ...]]:
    """Accounts with something to decide, and those a day or more from where the first word may be said.

    In a large fleet most are the latter, at every turn. An audit shows every account, so it decides all.
    """
    accounts = reading.listing.accounts
    if background.everything:
        return accounts, ()
    reach = max((reach_of(policy) for policy in reading.target.policies), default=timedelta())
    from_then_on, announced = at.now + reach + HORIZON, memory.notices
    near: list[Account] = []
    quiet: list[Account] = []
    for account in accounts:
        asked = account.id in reading.activity
        announced_already = announced and account.period in announced
        far = account.renews_at > from_then_on and not asked and not announced_already
        (quiet if far else near).append(account)
    return near, tuple(quiet)


_NO_SOURCE: Final[Mapping[str, Activity]] = {}


def _decided(
    accounts: Iterable[Account],
    reading: Reading,
    memory: ProjectMemory,
    background: Background,
    terms: Terms,
) -> Iterator[Decision]:
    target, routes, overrides = reading.target, background.orders.routes, background.overrides
    for account in accounts:
        judgement = judge(
            Subject(
                account=account,
                policies=target.policies,
                enrolled=target.enrolled,
                hold=overrides.hold_on(account.id, terms.now),
                activity=remembering(
                    reading.activity.get(account.id, NOT_ASKED), memory.standing_use(account, terms.now)
                ),
                health=reading.health.get(account.id, HEALTH_NOT_ASKED),
                by_source=reading.by_source.get(account.id, _NO_SOURCE),
            ),
            terms.now,
        )
        policy = judgement.policy
        standing = period_state_of(
            account,
            policy,
            memory,
            required=routes.receipts_for(policy, account) if policy else (),
            overrides=overrides,
            enforcing=background.enforcing,
            unbroken_since=background.turn.unbroken_since,
            activity=judgement.subject.activity,
        )
        yield plan(judgement, standing, terms)
