"""Which notifier gets which event, and how often it wants to hear of what stays open."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache

from watcher.facts.accounts import Account, ProjectId
from watcher.messages.events import (
    SEVERITY,
    AnnouncementFacts,
    AttemptFacts,
    Event,
    EventKind,
    MissedFacts,
    OverFacts,
    RenewalFacts,
    Severity,
    TooLateFacts,
)
from watcher.messages.outbox import Message
from watcher.messages.problems import Followed, unnoted
from watcher.record.overrides import Overrides
from watcher.rules.judge import Usage
from watcher.rules.policy import Policy
from watcher.texts.hours import Hours, longest_hours
from watcher.texts.spans import span

_PROBLEMS = frozenset(
    {
        EventKind.RELEASE_FAILED,
        EventKind.RELEASE_UNDONE,
        EventKind.RELEASE_UNKNOWN,
        EventKind.DEADLINE_MISSED,
        EventKind.BRAKE_HALTED,
        EventKind.BRAKE_AHEAD,
        EventKind.BUDGET_EXCEEDED,
        EventKind.ACCOUNT_GONE,
        EventKind.ACCOUNT_QUARANTINED,
        EventKind.ACTIVITY_UNKNOWN,
        EventKind.PROJECT_UNREADABLE,
        EventKind.PROJECT_RECOVERED,
        EventKind.KEY_REFUSED,
        EventKind.CLOCK_OFF,
        EventKind.DELIVERY_FAILED,
        EventKind.CONFIG_REFUSED,
        EventKind.DEADLINE_NEAR,
        EventKind.PROTECTION_UNMATCHED,
    }
)


def spellings(kind: EventKind) -> tuple[str, ...]:
    """The words a route may use for an event: its own, and `problem.…` if something is wrong."""
    return (kind.value, f"problem.{kind.value}") if kind in _PROBLEMS else (kind.value,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One notifier, what it wants to be told, and when it may be disturbed.

    `counts`: its acceptance is a receipt. `owned`: the projects of those owners whose it wants to be told
    of. Empty `projects`, `owned` and `policies` stand for all of them.
    """

    notifier: str
    counts: bool
    events: tuple[str, ...] = ("*",)
    min_severity: Severity = Severity.INFO
    min_cents: int = 0
    projects: frozenset[ProjectId] = frozenset()
    owned: frozenset[ProjectId] = frozenset()
    policies: frozenset[str] = frozenset()
    escalation: bool = False
    repeat: timedelta | None = None
    quiet: tuple[Hours, ...] = ()
    wake_for: Severity = Severity.CRITICAL
    max_per_hour: int | None = None

    def wants(self, event: Event) -> bool:
        return (
            self.listens(event.kind)
            and (not self.escalation or _left_open(event))
            and (event.cents is None or event.cents >= self.min_cents)
            and self.concerns(event)
        )

    def concerns(self, event: Event) -> bool:
        """Whether it is about projects and policies that this notifier is for."""
        policy = _policy_of(event)
        return self.is_for(event.project) and (not self.policies or policy is None or policy in self.policies)

    def is_for(self, project: ProjectId | None) -> bool:
        """Whether it is told of a project, or (None) of what is of none."""
        return all(not wanted or project in wanted for wanted in (self.projects, self.owned))

    def is_told_of(self, policy: Policy, account: Account) -> bool:
        """Whether it would be told that the release of this account is announced."""
        return self.may_be_told_of(policy, account.project) and account.price_cents >= self.min_cents

    def may_be_told_of(self, policy: Policy, project: ProjectId | None) -> bool:
        """Whether any account of a project under a policy could be announced to it."""
        return self.may_hear_announcements and self.may_concern(policy, project)

    def may_concern(self, policy: Policy, project: ProjectId | None) -> bool:
        """Whether it wants to hear of accounts of a project under a policy."""
        return self.is_for(project) and (not self.policies or policy.name in self.policies)

    def keeps_waiting(self, kind: EventKind) -> bool:
        """Whether events of this kind are too mild for its quiet hours."""
        return SEVERITY[kind].rank < self.wake_for.rank

    @property
    def may_hear_announcements(self) -> bool:
        """Whether it could be told of any announced release at all."""
        return self.listens(EventKind.RELEASE_ANNOUNCED) and not self.escalation

    def listens(self, kind: EventKind) -> bool:
        """Whether it asked for events of this kind."""
        return _listens(kind, self.events, self.min_severity)


@cache  # asked of every account that may be announced
def _listens(kind: EventKind, globs: tuple[str, ...], min_severity: Severity) -> bool:
    return SEVERITY[kind].rank >= min_severity.rank and any(
        fnmatchcase(word, glob) for word in spellings(kind) for glob in globs
    )


def _policy_of(event: Event) -> str | None:
    """The policy that it comes from, empty for none; None where it is about no single account's."""
    match event.facts:
        case RenewalFacts() | AnnouncementFacts() | MissedFacts() | TooLateFacts() | AttemptFacts():
            return event.facts.policy
        case _:
            return None


def _left_open(event: Event) -> bool:
    """The last warning of an account that is neither held nor in use as its window opens."""
    match event.facts:
        case RenewalFacts(last_warning=True, held=False, usage=today, usage_at_opening=later):
            return event.kind is EventKind.RENEWAL_WARNING and (later or today) is not Usage.IN_USE
        case _:
            return False


def _wants_the_loss(route: Route, event: Event) -> bool:
    """Whether it asked to be told of what began this, in which releases were lost."""
    over = event.facts
    return isinstance(over, OverFacts) and over.lost > 0 and route.listens(over.was) and route.concerns(event)


@dataclass(frozen=True, kw_only=True, slots=True)
class Routes:
    routes: tuple[Route, ...] = ()

    def to(self, notifier: str) -> Route | None:
        return next((route for route in self.routes if route.notifier == notifier), None)

    def messages(self, events: Iterable[Event], *, live: bool) -> tuple[Message, ...]:
        """A message for each notifier that wants an event; a last word also to who heard the first."""
        return tuple(
            Message(notifier=route.notifier, event=event, live=live, closing=not wanted)
            for event in events
            for route in self.routes
            if (wanted := route.wants(event) or _wants_the_loss(route, event))
            or (event.ends_topic and route.concerns(event))
        )

    def unheard(self, events: Iterable[Event]) -> Counter[EventKind]:
        """How many of each kind no notifier wants; what is only good to know is not missed.

        Nothing remembers them as told: a warning is due again at every turn, for whoever comes to want it.
        """
        return Counter(
            event.kind
            for event in events
            if event.kind is EventKind.RENEWAL_WARNING or SEVERITY[event.kind] is not Severity.INFO
            if not any(route.wants(event) for route in self.routes)
        )

    def reminders(
        self, open_since: Iterable[tuple[Event, datetime]], now: datetime, *, live: bool
    ) -> Iterator[Message]:
        """What is still open, for those who asked to be told again; each repetition has a key of its own."""
        for event, since in open_since:
            for route in self.routes:
                if route.repeat is None or not route.wants(event):
                    continue
                times = (now - since) // route.repeat
                if times >= 1:
                    again = replace(
                        event,
                        key=f"{event.key}:{since.isoformat()}:again:{times}",
                        at=now,
                        what=f"still open after {span(now - since)}: {event.what}",
                        reminder=True,
                    )
                    yield Message(notifier=route.notifier, event=again, live=live)

    def about_problems(
        self, followed: Followed, overrides: Overrides, now: datetime, *, live: bool = True
    ) -> tuple[Message, ...]:
        """What is new of standing problems, and the rest again for those who asked to be reminded."""
        still_open = unnoted(followed.silent, overrides)
        return (*self.messages(followed.events, live=live), *self.reminders(still_open, now, live=live))

    def receipts_for(self, policy: Policy, account: Account) -> tuple[str, ...]:
        """The channels whose acceptance the release of an account needs, all of them.

        Empty: no channel counts, so nothing but a policy without notice may release.
        """
        counting = [
            route.notifier for route in self.routes if route.counts and route.is_told_of(policy, account)
        ]
        return policy.release.notice_to or tuple(counting)

    def counting_for(self, policy: Policy, project: ProjectId | None) -> tuple[Route, ...]:
        """The routes whose acceptance may count for accounts of a project under a policy."""
        named = policy.release.notice_to
        return tuple(
            route
            for route in self.routes
            if route.counts
            and route.may_be_told_of(policy, project)
            and (not named or route.notifier in named)
        )

    def quiet_for_warnings(self, policy: Policy, project: ProjectId | None) -> tuple[tuple[Hours, ...], ...]:
        """The quiet hours of each channel that is warned of renewals of a project under a policy, and waits
        for their end.
        """
        warned = (
            route.quiet
            for route in self.routes
            if route.quiet
            and route.listens(EventKind.RENEWAL_WARNING)
            and route.may_concern(policy, project)
            and route.keeps_waiting(EventKind.RENEWAL_WARNING)
        )
        return tuple(dict.fromkeys(warned))

    def longest_quiet(self, policy: Policy, project: ProjectId | None) -> timedelta:
        """How long a notice may have to wait for people who want to be left alone."""
        waits = (
            longest_hours(route.quiet)
            for route in self.counting_for(policy, project)
            if route.keeps_waiting(EventKind.RELEASE_ANNOUNCED)
        )
        return max(waits, default=timedelta())
