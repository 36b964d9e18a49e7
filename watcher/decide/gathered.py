"""What a turn collects while projects stream by: totals, and only what the plan of the fleet needs."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from watcher.brakes import Halt, ProjectState
from watcher.brakes.docket import Docket, Entry, entry_of, prospect_of, unresolved_entry
from watcher.decide.announced_before import AnnouncedBefore
from watcher.decide.asked import Declined, Heeded
from watcher.decide.project import ProjectPlan
from watcher.decide.readings import Reading
from watcher.decide.report import Totals
from watcher.decide.unmatched import Words
from watcher.decide.unread import UnreadPlan
from watcher.facts.accounts import Account, LeasePeriod, ProjectId, Quarantined, Unread
from watcher.facts.activity import Activity, Unknown, WhyUnknown
from watcher.facts.listing import ids_in
from watcher.memory.remembered import Known, ProjectMemory
from watcher.messages.events import Event, EventKind
from watcher.messages.renewal_messages import is_to_come
from watcher.messages.routes import Routes
from watcher.record.intents import Intent
from watcher.record.outcomes import Outcome
from watcher.record.overrides import Override
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage, Verdict
from watcher.rules.plan import Announce, Decision, Leave, Release, Wait, Warn
from watcher.rules.targets import Target


def nothing_put_aside(_accounts: Collection[tuple[ProjectId, str]]) -> tuple[Decision, ...]:
    """For whoever keeps what counts."""
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """One release that the plan wants now. `known`: its account as this turn notes it;
    `shown`: a post was ever seen in its project; `listed`: every id that its project's list had.
    `heeded`: the person's word by which it is due; None where the rules alone want it. `halt_over`: what had
    halted it, or was to, and is over without an approval.
    """

    decision: Decision
    target: Target
    memory: ProjectMemory
    known: Known
    shown: bool
    listed: frozenset[str]
    heeded: Heeded | None = None
    halt_over: str | None = None

    @property
    def word(self) -> Override | None:
        return None if self.heeded is None else self.heeded.word


@dataclass(kw_only=True, slots=True)
class Gathered:
    """Grows with what is due and what is wrong, not with the fleet, unless `keep` keeps everything."""

    now: datetime
    keep: Callable[[Decision], bool]
    words: Words
    recall: Callable[[Collection[tuple[ProjectId, str]]], Iterable[Decision]] = nothing_put_aside
    """What was decided of accounts, by project and id, and put aside by `keep`."""
    totals: Totals = Totals()
    decisions: list[Decision] = field(default_factory=list)
    names: dict[ProjectId, str] = field(default_factory=dict)
    due: list[Due] = field(default_factory=list)
    announcing: list[Decision] = field(default_factory=list)
    warning: list[Decision] = field(default_factory=list)
    """Releases to come of whose renewal a warning is due, or may be."""
    entries: list[Entry] = field(default_factory=list)
    prospects: list[Entry] = field(default_factory=list)
    """What is to come, also beyond the docket."""
    announced: dict[LeasePeriod, Known] = field(default_factory=dict)
    """The accounts, as this turn notes them, of what is to come and is announced, or now to be."""
    coming: dict[LeasePeriod, Account] = field(default_factory=dict)
    """The accounts of which something may be announced or released now or soon."""
    begun: dict[LeasePeriod, datetime] = field(default_factory=dict)
    """When the leases began that are to come to an end."""
    projects: dict[ProjectId, ProjectState] = field(default_factory=dict)
    unreadable: int = 0
    """Accounts whose evidence could not be read at all."""
    turned_idle: list[datetime] = field(default_factory=list)
    """When the accounts turned unused that did since the watermark."""
    _idle_at: dict[tuple[ProjectId, str], datetime] = field(default_factory=dict)
    """Which accounts these are."""
    oldest_reading: datetime | None = None
    quarantined: list[Quarantined] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    warned_in_use: int = 0
    warned_in_use_cents: int = 0
    unrouted: Counter[EventKind] = field(default_factory=Counter)
    """Of the warnings of accounts in use, how many no notifier wants."""
    outcomes: list[Outcome] = field(default_factory=list)
    missed: list[LeasePeriod] = field(default_factory=list)
    too_late: list[LeasePeriod] = field(default_factory=list)
    undone: list[LeasePeriod] = field(default_factory=list)
    announced_before: list[AnnouncedBefore] = field(default_factory=list)
    declined: list[Declined] = field(default_factory=list)
    """What people asked to release and is not released."""
    halted_words: dict[LeasePeriod, tuple[Halt, ...]] = field(default_factory=dict)
    """What people asked to release and brakes stopped: their words are used up."""

    def add(self, reading: Reading, memory: ProjectMemory, plan: ProjectPlan, routes: Routes) -> None:
        target = reading.target
        self.words.meet(target.policies, reading.listing.accounts, reading.listing.quarantined)
        self.totals = self.totals.with_decisions(plan.decisions, plan.quiet)
        self.names[target.id] = target.name
        self.projects[target.id] = plan.state
        self.turned_idle += plan.turned_idle
        if plan.turned_idle:
            turned = frozenset(plan.turned_idle)
            for id_, known in plan.known.items():
                leased_unused = known.gone_at is None and known.usage_at_opening is Usage.UNUSED
                if leased_unused and known.turned_idle_at is not None and known.turned_idle_at in turned:
                    self._idle_at[target.id, id_] = known.turned_idle_at
        self.quarantined += reading.listing.quarantined
        self.outcomes += plan.outcomes
        self.missed += plan.missed
        self.too_late += plan.too_late
        self.undone += plan.undone
        self.announced_before += plan.announced_before
        self.declined += plan.declined
        self.events += (event for event in plan.events if not event.renews_in_use)
        routine = [event for event in plan.events if event.renews_in_use]
        self.warned_in_use += len(routine)
        self.unrouted += routes.unheard(routine)
        self.warned_in_use_cents += sum(event.cents or 0 for event in routine)
        on_docket = False
        for decision in plan.decisions:
            self.unreadable += _unreadable(decision.judgement.subject.activity)
            on_docket = self._take_up(decision) or on_docket
            if decision.release_ahead and _is_announced(decision):
                self.announced[decision.account.period] = plan.known[decision.account.id]
            if isinstance(decision.course, Release):
                self.due.append(
                    Due(
                        decision=decision,
                        target=reading.target,
                        memory=memory,
                        known=plan.known[decision.account.id],
                        shown=reading.shown,
                        listed=self._listed(reading),
                        heeded=plan.heeded.get(decision.account.id),
                    )
                )
        read_at = reading.read_at
        if on_docket and (self.oldest_reading is None or read_at < self.oldest_reading):
            self.oldest_reading = read_at

    def _take_up(self, decision: Decision) -> bool:
        """Whether it is on the docket."""
        if self.keep(decision):
            self.decisions.append(decision)
        entry, prospect = entry_of(decision, self.now), prospect_of(decision, self.now)
        if entry is not None:
            self.entries.append(entry)
        if prospect is not None:
            self.prospects.append(prospect)
        if entry is not None or prospect is not None or isinstance(decision.course, Announce | Release):
            self.coming[decision.account.period] = decision.account
        began = decision.account.leased_since
        if began is not None and (entry is not None or prospect is not None):
            self.begun[decision.account.period] = began
        if isinstance(decision.course, Announce):
            self.announcing.append(decision)
        if isinstance(decision.step, Warn | Announce) and is_to_come(decision):
            self.warning.append(decision)
        return entry is not None

    def take_back(self, due: Due, halts: tuple[Halt, ...]) -> None:
        """What a person asked for and brakes stop is over: what the rules alone want of it stays."""
        assert due.heeded is not None, "only what was asked for is taken back"
        by_word, by_rules = due.decision, due.heeded.by_rules
        period, project = by_word.account.period, by_word.account.project
        self.halted_words[period] = halts
        others = self.totals.without([by_word])
        self.totals = replace(others.with_decisions([by_rules]), projects=others.projects)
        self.decisions = [each for each in self.decisions if each is not by_word]
        self.due = [each for each in self.due if each is not due]
        self.entries = [each for each in self.entries if (each.project, each.period) != (project, period)]
        self.prospects = [each for each in self.prospects if (each.project, each.period) != (project, period)]
        self._take_up(by_rules)
        if isinstance(by_rules.course, Release):
            self.due.append(replace(due, decision=by_rules, heeded=None))

    def _listed(self, reading: Reading) -> frozenset[str]:
        """Kept once a project, and of those alone in which something is due."""
        if not self.due or self.due[-1].target.id != reading.target.id:
            return ids_in(reading.listing)
        return self.due[-1].listed

    def add_unread(self, project: ProjectId, plan: UnreadPlan) -> None:
        """What became of a project that was not read, or (by `DISCOVERY`) of the asking which there are."""
        if plan.unread is not None:
            self.unread.append(plan.unread)
        if plan.state is not None:
            self.projects[project] = plan.state
        self.events += plan.events

    def to_come(self) -> dict[LeasePeriod, Account]:
        """The accounts of which something is to be announced or released now or soon."""
        wanted = {prospect.period for prospect in self.prospects}
        wanted.update(entry.period for entry in self.entries)
        wanted.update(due.decision.account.period for due in self.due)
        wanted.update(decision.account.period for decision in self.announcing)
        return {period: account for period, account in self.coming.items() if period in wanted}

    def withdraw(self, twice: Iterable[Quarantined]) -> None:
        """Leave accounts alone that were decided about before they were known to be listed twice.

        All at once: what was gathered is gone through once, however many there are.
        """
        before = {(one.project, one.id) for one in self.quarantined}
        found = {(one.project, one.id): one for one in twice if (one.project, one.id) not in before}
        if not found:
            return
        self.quarantined += found.values()

        def stays(account: Account) -> bool:
            return (account.project, account.id) not in found

        taken_back = [each for each in self.decisions if not stays(each.account)]
        taken_back += self.recall(frozenset((project, id_) for project, id_ in found if id_ is not None))
        self.totals = self.totals.without(taken_back)
        self.unreadable -= sum(_unreadable(each.judgement.subject.activity) for each in taken_back)
        periods = {each.account.period for each in taken_back}
        self.missed = [period for period in self.missed if period not in periods]
        self.too_late = [period for period in self.too_late if period not in periods]
        turned = (self._idle_at.pop((project, id_ or ""), None) for project, id_ in found)
        counts = Counter(self.turned_idle)
        counts.subtract(at for at in turned if at is not None)
        self.turned_idle = list(counts.elements())
        self.decisions = [each for each in self.decisions if stays(each.account)]
        self.announcing = [each for each in self.announcing if stays(each.account)]
        self.coming = {period: one for period, one in self.coming.items() if stays(one)}
        self.announced = {period: one for period, one in self.announced.items() if stays(one.account)}
        self.announced_before = [each for each in self.announced_before if stays(each.decision.account)]
        self.warning = [each for each in self.warning if stays(each.account)]
        self.due = [each for each in self.due if stays(each.decision.account)]
        self.entries = [each for each in self.entries if (each.project, each.period.account) not in found]
        self.prospects = [each for each in self.prospects if (each.project, each.period.account) not in found]

    def docket(self, done: Iterable[Entry], unresolved: Iterable[Intent]) -> Docket:
        return Docket(entries=(*done, *map(unresolved_entry, unresolved), *self.entries))

    def due_in_order(self) -> list[Due]:
        """The window that closes first goes first; of the same instant, the dearer account."""
        return sorted(
            self.due,
            key=lambda one: (
                one.decision.account.renews_at,
                -one.decision.account.price_cents,
                one.decision.account.id,
            ),
        )


def _unreadable(activity: Activity) -> bool:
    return isinstance(activity, Unknown) and activity.why in (WhyUnknown.UNREADABLE, WhyUnknown.MISSING_SCOPE)


def _is_announced(decision: Decision) -> bool:
    """Whether people are told of a release to come, or need not be."""
    match decision.course:
        case Announce():
            return True
        case Wait(why=why):
            return why is not Reason.NOTICE_TO_COME
        case _:
            return False


def noteworthy(decision: Decision) -> bool:
    """The decisions that a run keeps: something happens, or something is in the way."""
    match decision.step:
        case Announce() | Release():
            return True
        case Warn():
            return decision.judgement.verdict is not Verdict.KEEP
        case _:
            return decision.judgement.verdict is Verdict.RELEASE or decision.judgement.doubtful


def gone_back_to(decision: Decision) -> bool:
    """What a turn itself needs again at its end: releases that are due or announced, or given up on."""
    match decision.course:
        case Announce() | Release():
            return True
        case Wait(why=why):
            return why is not Reason.NOTICE_TO_COME
        case Leave(why=why):
            return why in _GONE_BACK_TO
        case _:
            return False


_GONE_BACK_TO = frozenset(
    {Reason.OBSERVING, Reason.REFUSED_BEFORE, Reason.ATTEMPTS_SPENT, Reason.RELEASE_UNDONE}
)


def everything(_decision: Decision) -> bool:
    """For an audit."""
    return True
