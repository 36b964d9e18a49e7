"""One project's reading, considered: judged, planned, held against memory, made ready to record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.brakes import ProjectState
from watcher.brakes.docket import HORIZON
from watcher.decide.orders import Orders
from watcher.decide.readings import Reading, activity_of
from watcher.facts.accounts import Account, AccountId, Flaw, LeasePeriod, ProjectId
from watcher.facts.activity import Unknown, WhyUnknown, remembering
from watcher.facts.moment import Moment
from watcher.memory.missed import newly_missed
from watcher.memory.moved_holds import moved_holds
from watcher.memory.remembered import Known, ProjectMemory
from watcher.memory.review import Review, review
from watcher.memory.standing import standing_of
from watcher.messages.budget import budget_event
from watcher.messages.events import Event, EventKind
from watcher.messages.outbox import Message
from watcher.messages.problems import Followed, Problem, follow, unnoted
from watcher.messages.telling import (
    decision_events,
    doubt_event,
    quarantine_event,
    reminder,
    undone_event,
)
from watcher.record.notices import Received, Unanswered
from watcher.record.outcomes import Cause, OutcomeKind
from watcher.record.overrides import Override, Overrides
from watcher.record.reasons import Reason
from watcher.rules.judge import Subject, judge, reach_of
from watcher.rules.matching import follower_limits
from watcher.rules.plan import Decision, Mode, Release, Terms, Wait, plan
from watcher.turn.unmatched import hide_an_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Background:
    """What holds for every project of a turn."""

    orders: Orders
    terms: Terms
    overrides: Overrides
    skew: timedelta | None
    """How far our clock is off; None: unproved."""
    proved_at: datetime | None
    """When the last completed turn with a proved clock was."""
    unbroken_since: datetime
    enforced_before: bool
    """Whether the last turn would have released."""
    everything: bool
    """Whether every account is decided about, however far its renewal."""
    failing_since: datetime | None
    """Turns have ended without completing since then."""
    problems: Mapping[ProjectId, Mapping[str, Problem]]
    """The standing problems of each project, by id."""
    since: datetime | None
    """Vanished and newly unused accounts count from then on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Considered:
    decisions: tuple[Decision, ...]
    quiet: tuple[Account, ...]
    """Accounts so far from their renewal that there was nothing to decide."""
    review: Review
    events: tuple[Event, ...]
    followed: Followed
    """What became of the project's problems; their events are among `events`."""
    reminders: tuple[tuple[Event, datetime], ...]
    """(what is still open and nobody took note of, since when)."""
    latecomers: tuple[Message, ...]
    """Standing notices for channels that must accept them and came after they were given."""
    state: ProjectState
    words: tuple[Override, ...]
    """Holds to the end of a lease period that is now to end at another time."""
    known: Mapping[AccountId, Known]
    undone: tuple[LeasePeriod, ...]
    """Confirmed releases that did not last."""
    missed: tuple[LeasePeriod, ...]
    """Releases that can no longer be, and renewals paid although their release was planned."""


def consider(
    reading: Reading,
    memory: ProjectMemory,
    background: Background,
    *,
    disconnected: frozenset[AccountId] = frozenset(),
) -> Considered:
    # Times are compared with when their facts were read: a turn may have waited for hours (ADR 0023).
    began = background.terms.now
    now = max(began, reading.listing.read_until)
    at = Moment.by(
        now,
        skew=background.skew,
        allowed=background.orders.limits.max_clock_skew,
        proved_at=background.proved_at,
    )
    background = replace(background, terms=replace(background.terms, now=now, earliest=at.earliest))
    held = background.overrides.held_through
    words = tuple(
        word
        for account in reading.listing.accounts
        if account.id in held
        for word in moved_holds(background.overrides, account, memory, at)
    )
    background = replace(background, overrides=background.overrides.with_words(words))
    new_day = memory.read_at is None or memory.read_at.date() != began.date()
    near, quiet = _parted(reading, memory, background)
    decisions = tuple(_decide(near, reading, memory, background))
    present = frozenset[str](one.id for one in reading.listing.accounts) | frozenset(
        one.id for one in reading.listing.quarantined if one.id is not None
    )
    unread_since = memory.unreadable_since or background.failing_since
    held_against = replace(memory, unreadable_since=unread_since)
    twice = frozenset[str](
        one.id for one in reading.listing.quarantined if one.id is not None and one.flaw is Flaw.LISTED_TWICE
    )
    # By a clock that cannot say so nothing is missed, and nothing remembered as that.
    counting = background.terms.mode is Mode.ENFORCE and at.sure
    too_late = newly_missed(decisions, memory) if counting else frozenset[LeasePeriod]()
    found = review(
        held_against,
        decisions,
        quiet=quiet,
        readings=reading.activity,
        present=present,
        twice=twice,
        disconnected=disconnected,
        missed=too_late,
        follower_limits=follower_limits(reading.target.policies),
        new_day=new_day,
        at=at,
        since=background.since,
    )
    blank_since = _blank_since(reading, memory, at)
    events = [*found.events]
    for decision in decisions:
        events += decision_events(decision, now, mode=background.terms.mode, sure=at.sure)
    standing = _looked_at(background.problems.get(reading.target.id, {}), reading)
    undone = tuple(_undone(reading, memory, background))
    wrong = [*_problems(reading, decisions, background.orders, now), *undone]
    followed = follow(wrong, standing, now)
    events += followed.events
    return Considered(
        decisions=decisions,
        quiet=quiet,
        review=found,
        events=tuple(events),
        followed=followed,
        latecomers=tuple(_latecomers(decisions, memory, background)),
        reminders=(*_open(decisions, memory, background), *unnoted(followed.silent, background.overrides)),
        state=ProjectState(
            assigned=len(present),
            vanished=found.vanished,
            keep_at_least=reading.target.keep_at_least,
            remembered=found.remembered,
            unshown=found.unshown,
            blank=blank_since is not None and (background.since is None or blank_since > background.since),
        ),
        words=words,
        known=found.current,
        undone=tuple(memory.given_back[event.account].period for event in undone if event.account),
        missed=(
            *too_late,
            *(
                one.period
                for one in found.outcomes
                if one.kind is OutcomeKind.PAID
                and one.cause is not Cause.UNDONE
                and background.terms.mode is Mode.ENFORCE
                and _was_planned(one.period, memory, background)
            ),
        ),
    )


def _blank_since(reading: Reading, memory: ProjectMemory, at: Moment) -> datetime | None:
    """Since when the project's evidence shows nothing at all any more, although it once did."""
    if reading.blank is None:
        return memory.blank_since
    return (memory.blank_since or at.noted_at) if reading.blank else None


def _problems(
    reading: Reading, decisions: Iterable[Decision], orders: Orders, now: datetime
) -> Iterator[Event]:
    target, listing = reading.target, reading.listing
    yield from (quarantine_event(one, now, orders.names) for one in listing.quarantined)
    doubt = doubt_event(target.id, target.name, [one for one in decisions if doubtful(one)], now)
    if doubt is not None:
        yield doubt
    if not listing.quarantined:
        cents = sum(account.price_cents for account in listing.accounts)
        budget = budget_event(cents, target.budget_cents, now, project=target.id, name=target.name)
        if budget is not None:
            yield budget


def _undone(reading: Reading, memory: ProjectMemory, background: Background) -> Iterator[Event]:
    now = background.terms.now
    if not memory.given_back:
        return
    for account in reading.listing.accounts:
        given_back = memory.given_back.get(account.id)
        if given_back is None or not given_back.is_undone(account, now):
            continue
        if not background.overrides.allows_again(account.id, given_back.at):
            yield undone_event(account, given_back, now)


def _looked_at(standing: Mapping[str, Problem], reading: Reading) -> Mapping[str, Problem]:
    """What would have been found again. Of an account that is not understood, or not believed, neither its
    price is known nor whether its release lasted.
    """
    quarantined = reading.listing.quarantined
    if not quarantined:
        return standing
    nameless = hide_an_id(quarantined)
    unsure = tuple(f"{EventKind.RELEASE_UNDONE}:{one.id}:" for one in quarantined if one.id is not None)

    def looked_at(problem: Problem) -> bool:
        match problem.kind:
            case EventKind.BUDGET_EXCEEDED:
                return False
            case EventKind.RELEASE_UNDONE:
                return not nameless and not problem.id.startswith(unsure)
            case _:
                return True

    return {id_: one for id_, one in standing.items() if looked_at(one)}


def _latecomers(
    decisions: Iterable[Decision], memory: ProjectMemory, background: Background
) -> Iterator[Message]:
    """Under the notice's own key: who has it already keeps it as it is, unless that was no receipt."""
    for decision in decisions if memory.notices else ():
        notice = memory.notices.get(decision.account.period)
        match decision.standing.notice:
            case Unanswered(missing=missing) if notice is not None and isinstance(decision.course, Wait):
                event = reminder(decision, notice, background.terms.now)
                yield from (
                    Message(notifier=name, event=event, live=notice.live, for_receipt=True)
                    for name in missing
                )


def _open(
    decisions: Iterable[Decision], memory: ProjectMemory, background: Background
) -> Iterator[tuple[Event, datetime]]:
    """Announced releases that are still to come."""
    for decision in decisions if memory.notices else ():
        notice = memory.notices.get(decision.account.period)
        if notice is None or not isinstance(decision.course, Wait | Release):
            continue
        if isinstance(decision.standing.notice, Unanswered | Received) and not (
            background.overrides.acknowledged(decision.account.id, notice.created_at)
        ):
            yield reminder(decision, notice, background.terms.now), notice.created_at


def doubtful(decision: Decision) -> bool:
    """Whether evidence was asked for and could not be had; a source that is merely silent is not meant."""
    activity = decision.judgement.subject.activity
    return isinstance(activity, Unknown) and activity.why not in (
        WhyUnknown.NOT_ASKED,
        WhyUnknown.NO_POST_EVER_SHOWN,
    )


def _parted(
    reading: Reading, memory: ProjectMemory, background: Background
) -> tuple[Sequence[Account], tuple[Account, ...]]:
    """Accounts with something to decide, and those a day or more from where the first word may be said.

    In a large fleet most are the latter, at every turn. An audit shows every account, so it decides all.
    """
    accounts = reading.listing.accounts
    if background.everything:
        return accounts, ()
    reach = max((reach_of(policy) for policy in reading.target.policies), default=timedelta())
    from_then_on, announced = background.terms.now + reach + HORIZON, memory.notices
    near: list[Account] = []
    quiet: list[Account] = []
    for account in accounts:
        asked = account.id in reading.activity
        announced_already = announced and account.period in announced
        far = account.renews_at > from_then_on and not asked and not announced_already
        (quiet if far else near).append(account)
    return near, tuple(quiet)


def _decide(
    accounts: Sequence[Account], reading: Reading, memory: ProjectMemory, background: Background
) -> list[Decision]:
    target, routes, terms = reading.target, background.orders.routes, background.terms
    decisions = []
    for account in accounts:
        judgement = judge(
            Subject(
                account=account,
                policies=target.policies,
                enrolled=target.enrolled,
                hold=background.overrides.hold_on(account.id, terms.now),
                activity=remembering(activity_of(reading, account), memory.use_of(account)),
            ),
            terms.now,
        )
        policy = judgement.policy
        standing = standing_of(
            account,
            policy,
            memory,
            required=routes.receipts_for(policy, account) if policy else (),
            overrides=background.overrides,
            enforcing=terms.mode is Mode.ENFORCE,
            unbroken_since=background.unbroken_since,
            activity=judgement.subject.activity,
        )
        decisions.append(plan(judgement, standing, terms))
    return decisions


def _was_planned(period: LeasePeriod, memory: ProjectMemory, background: Background) -> bool:
    """Whether the release that a renewal was to be saved by stood announced, or needed no announcement and
    waited for its window.
    """
    notice = memory.notices.get(period)
    if notice is not None:
        return notice.stands
    known = memory.known.get(period.account)
    waited = known is not None and known.account.period == period and known.reason is Reason.WINDOW_NOT_OPEN
    return waited and background.enforced_before
