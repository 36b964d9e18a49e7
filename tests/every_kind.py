"""Every kind of event, in the words that people read: each made by the very code that tells of it in a turn.

`told(kind, count)` is what is said when it happens to so many accounts at once, in three projects.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.builders import NOW, QUIET, D, H, M, account, decision, halted, policy, published, stopped
from tests.core.world import known, notice
from watcher.brakes import Halt, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.cli.commands.notify import notifier_test
from watcher.daemon.problems import refused_event
from watcher.daemon.reload import ReloadRefused
from watcher.decide.deadlines import Awaited, Deadline, Deadlines, Near, near_event
from watcher.decide.fleet_problems import clock_event, trouble_event
from watcher.facts.accounts import Account, Flaw, ProjectId, Quarantined, Unread
from watcher.facts.activity import Activity, Unknown, WhyUnknown
from watcher.memory.lease_messages import drift, gone, new_lease, paid, withdrawn
from watcher.memory.remembered import FleetMemory
from watcher.memory.savings import Books, savings_of
from watcher.memory.savings_messages import month_event
from watcher.messages.budget import budget_event
from watcher.messages.coming_halts import approving_all, told_alone
from watcher.messages.delivery import Channel, delivery_problems
from watcher.messages.events import Event, EventKind
from watcher.messages.halt_matters import halt_matter, stopped_in_words
from watcher.messages.halt_messages import halt_event, halt_parts
from watcher.messages.late_messages import missed_event, too_late_event
from watcher.messages.matters import Matter, matter_account
from watcher.messages.outgoing import presented
from watcher.messages.problems import follow
from watcher.messages.reading_messages import doubt_event, quarantine_event, unread_event
from watcher.messages.release_messages import attempt_events, undone_event
from watcher.messages.renewal_messages import announcement, decision_events
from watcher.messages.unmatched import Unmatched, unmatched_event
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending, GivenBack
from watcher.record.lateness import Change, Lateness, Since
from watcher.record.notices import Void
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind, UseThen
from watcher.record.past_releases import PastRelease
from watcher.record.reasons import Reason, Trouble
from watcher.rules.judge import window_of
from watcher.rules.plan import Announce, Decision, Mode
from watcher.texts.spans import counted

PROJECTS: Final = {
    ProjectId("prj_acme"): "acme",
    ProjectId("prj_globex"): "globex",
    ProjectId("prj_initech"): "initech",
}
COUNTS: Final = (1, 5, 120)

_HANDLES = (
    "latte.art.lab",
    "kai",
    "tiny.desk.plants",
    "retro.synth.daily",
    "dawn_patrol_surf_reports_24",
    "night.market.food",
    "old.film.club",
    "paper.crane.co",
    "city.runs",
    "trail.notes",
    "sourdough.daily",
    "mountain.huts",
)
_PLATFORMS = ("tiktok", "instagram", "youtube")
_POLICY = policy(warn=(7 * D, 3 * D, D))


def told(kind: EventKind, count: int, *, keep: bool = False) -> list[Event]:
    """As it goes out: under the names of the projects. `keep`: with the links that keep an account."""
    return [presented_to_people(event, keep=keep) for event in _TOLD[kind](count)]


def announced(count: int, *, halt: bool = False, live: bool = True) -> Iterator[Event]:
    """`halt`: too many at once, so that a brake will halt all of them."""
    too_many = [Halt(brake=kinds.TOO_MANY, measured=counted(count, "release"), limit="0")]
    docket = _docket(accounts(count), Place.OPENING)
    whole = _coming(too_many, accounts(count), docket.id) if halt else None
    cents = sum(entry.price_cents for entry in docket.to_come)
    by = None if whole is None else whole.by
    approving = approving_all(count, cents, docket.id, NOW, by=by, several=count > 1)
    for one in accounts(count):
        coming = told_alone(_coming(too_many, [one], docket.id), approving) if halt else None
        decided = _decided(one)
        assert isinstance(decided.step, Announce)
        yield announcement(decided, decided.step, NOW, live=live, coming=coming, whole=whole)


def warned_of_a_halt(count: int) -> Iterator[Event]:
    """Warnings of renewals, of releases that a pause of the configuration will halt."""
    pause = [
        Halt(brake=kinds.PAUSED, measured="paused by the configuration: holidays", limit="", planned=True)
    ]
    docket = _docket(accounts(count, renews_in=70 * H), Place.OPENING)
    whole = _coming(pause, accounts(count, renews_in=70 * H), docket.id)
    for one in accounts(count, renews_in=70 * H):
        coming = _coming(pause, [one], docket.id)
        yield from decision_events(_decided(one), NOW, mode=Mode.ENFORCE, coming=coming, whole=whole)


def accounts(count: int, *, renews_in: timedelta = 31 * H, apart: timedelta = 10 * M) -> list[Account]:
    """By three names each project; one price in seven is another."""
    projects = list(PROJECTS)
    return [
        account(
            f"{_HANDLES[number % 12]}{'' if number < 12 else f'.{number}'}",
            id=f"sa_01HX9Y7K8M2P4RSTUV5678{number:04}",
            project=projects[number % 3],
            platform=_PLATFORMS[number % 3],
            renews_in=renews_in + number * apart,
            price_cents=14_900 if number % 7 == 3 else 15_000,
        )
        for number in range(count)
    ]


def presented_to_people(event: Event, *, keep: bool) -> Event:
    stoppable = keep and event.kind in (EventKind.RELEASE_ANNOUNCED, EventKind.RENEWAL_WARNING)
    url = f"https://keep.example.com/keep/{event.account}.WmxnZ2F0" if stoppable else None
    names = {} if event.project is None else {event.project: event.project.removeprefix("prj_")}
    return presented(event, names=names, keep_url=url, now=NOW)


def _decided(one: Account, activity: Activity = QUIET) -> Decision:
    return decision(one, activity=activity, policies=(_POLICY,))


def _coming(halts: Sequence[Halt], those: Iterable[Account], docket: str) -> Matter:
    entries = _docket(those, Place.OPENING).entries
    return halt_matter(
        stopped_in_words(stopped(*halts, docket=Docket(entries=tuple(entries))), docket, PROJECTS),
        docket,
        NOW,
        poll=15 * M,
    )


def _docket(those: Iterable[Account], place: Place) -> Docket:
    return Docket(
        entries=tuple(
            Entry(
                period=one.period,
                project=one.project,
                handle=one.handle,
                price_cents=one.price_cents,
                place=place,
                closes=window_of(one, _POLICY).closes,
            )
            for one in those
        )
    )


def _warnings(count: int) -> Iterator[Event]:
    """Of accounts unused and unknown, and of two in use; in the observe mode nothing else is said of them."""
    for number, one in enumerate(accounts(count, renews_in=70 * H, apart=-15 * M)):
        activity: Activity = QUIET
        if number % 5 == 3:
            activity = Unknown(why=WhyUnknown.MISSING_SCOPE)
        elif number % 5 == 4:
            activity = published(9 * H)
        yield from decision_events(_decided(one, activity), NOW, mode=Mode.ENFORCE)


def _paid(count: int) -> Iterator[Event]:
    causes = (Cause.BRAKED, Cause.HELD, Cause.NOTICE_LATE, Cause.WATCHER_DOWN, Cause.PROTECTED)
    for number, one in enumerate(accounts(count, renews_in=-3 * H, apart=-M)):
        outcome = Outcome(
            kind=OutcomeKind.PAID,
            period=one.period,
            project=one.project,
            handle=one.handle,
            price_cents=one.price_cents,
            at=one.renews_at,
            cause=causes[number % 5],
            estimated=number % 5 == 3,
            explanation=_why(causes[number % 5]),
        )
        yield paid(outcome, known(one), NOW)


def _moved(count: int) -> Iterator[Event]:
    for old, new in zip(accounts(count), accounts(count, renews_in=100 * H), strict=True):
        yield from drift(old, new, NOW, moved=True)


def _other_prices(count: int) -> Iterator[Event]:
    for one in accounts(count):
        dearer = account(
            one.handle,
            id=one.id,
            project=one.project,
            platform=one.platform,
            renews_in=one.renews_at - NOW,
            price_cents=one.price_cents + 2_000,
        )
        yield from drift(one, dearer, NOW, moved=False)


def _withdrawn(count: int) -> Iterator[Event]:
    voids = (Void.USED, Void.HELD, Void.POLICY_CHANGED, Void.INTERRUPTED, Void.RENAMED)
    for number, one in enumerate(accounts(count)):
        yield withdrawn(one, voids[number % 5], notice(one), NOW)


def _attempts(count: int, ended: Ending, *details: str) -> Iterator[Event]:
    for number, one in enumerate(accounts(count, renews_in=5 * H, apart=M)):
        yield from attempt_events(
            Attempt.on(one, ended, at=NOW, detail=details[number % len(details)], policy="standard"),
            by=one.renews_at - 25 * M,
        )


def _undone(count: int) -> Iterator[Event]:
    for one in accounts(count):
        yield undone_event(
            one, GivenBack(period=one.period, assigned_at=one.assigned_at, at=NOW - 2 * H), NOW
        )


def _too_late(count: int) -> Iterator[Event]:
    changes = (Change.ENFORCED, Change.ENROLLED, Change.POLICY, Change.HOLD, Change.WATCHED)
    for number, one in enumerate(accounts(count, renews_in=5 * H, apart=M)):
        since = Since.exactly(changes[number % 5], NOW - 2 * H)
        late = Lateness(due=one.renews_at - 54 * H, late=(since,))
        event = too_late_event(_decided(one), late, NOW)
        assert event is not None
        yield event


def _why(cause: Cause) -> Explanation:
    if cause is not Cause.BRAKED:
        return Explanation(cause=cause)
    return Explanation(
        cause=cause,
        title="halted: too many releases",
        word="approval withdrawn by ann",
        details=("26 releases, limit 20", "approval withdrawn by ann, Sun 17 May 21:05 UTC: not this week"),
        brakes=("too_many",),
    )


def _missed(count: int) -> Iterator[Event]:
    """Of some a person's word still brings a release; others are paid."""
    causes = (Cause.WATCHER_DOWN, Cause.BRAKED, Cause.API_DOWN, Cause.NOTICE_LATE, Cause.REFUSED)
    for number, one in enumerate(accounts(count, renews_in=5 * H - M, apart=-3 * M)):
        window = window_of(one, _POLICY)
        yield missed_event(
            one,
            reason=Reason.NOTICE_TOO_YOUNG if causes[number % 5] is Cause.NOTICE_LATE else Reason.TOO_LATE,
            why=_why(causes[number % 5]),
            policy="standard",
            closes=window.closes,
            now=NOW,
        )


def _halted(count: int) -> Iterator[Event]:
    """One account alone is halted by short history, several by what an approval lifts."""
    docket = _due(count)
    halt = Halt(
        brake=kinds.HISTORY, measured="oldest completed turn 2 h ago", limit="1 d", lifts_at=NOW + 22 * H
    )
    if count > 1:
        halt = Halt(brake=kinds.TOO_MANY, measured=f"{count} releases", limit="3")
    yield halted(halt, docket=docket)


def _halted_ahead(count: int) -> Iterator[Event]:
    """By a pause that was said after they were announced."""
    pause = Halt(brake=kinds.PAUSED, measured="paused by ann: the audit", limit="")
    those = stopped(pause, docket=_docket(accounts(count), Place.OPENING))
    docket = "7f3a90c1"
    matter = halt_matter(stopped_in_words(those, docket, PROJECTS), docket, NOW, poll=15 * M)
    yield halt_event(matter, those, NOW, kind=EventKind.BRAKE_AHEAD)


def _clock_off(count: int) -> Iterator[Event]:
    off = Halt(brake=kinds.CLOCK_OFF, measured="5 min 12 s off", limit="1 min")
    those = stopped(off, docket=_due(count))
    matter = halt_matter(stopped_in_words(those, "7f3a90c1", PROJECTS), "7f3a90c1", NOW, poll=15 * M)
    yield clock_event(312, NOW, halt=matter)


def _due(count: int) -> Docket:
    return _docket(accounts(count, renews_in=4 * H, apart=3 * M), Place.DUE)


def _parts(count: int) -> frozenset[str]:
    return halt_parts(stopped(Halt(brake=kinds.TOO_MANY, measured="", limit=""), docket=_due(count)))


def _month(count: int) -> Iterator[Event]:
    """Every third account released, every third paid for nothing, and one in five in doubt."""
    since, until = (datetime(2026, number, 1, tzinfo=UTC) for number in (4, 5))
    books = Books(since=since, until=until, zone=UTC, now=NOW)
    renewed = [replace(one, renews_at=since + number * H) for number, one in enumerate(accounts(count))]
    releases = [PastRelease(account=one, sent_at=one.renews_at - 6 * H) for one in renewed[::3]]
    causes = list(Cause)
    paid = [
        Outcome(
            kind=OutcomeKind.PAID,
            period=one.period,
            project=one.project,
            handle=one.handle,
            price_cents=one.price_cents,
            at=one.renews_at,
            cause=causes[number % len(causes)],
            explanation=Explanation(
                cause=causes[number % len(causes)],
                use=UseThen.UNKNOWN if number % 5 == 4 else UseThen.UNUSED,
            ),
        )
        for number, one in enumerate(renewed)
        if number % 3
    ]
    event = month_event(savings_of(releases, paid, FleetMemory(ledger_since=since + D), books), books)
    assert event is not None
    yield event


def _over_budget(count: int) -> Iterator[Event]:
    event = budget_event(count * 15_000, count * 12_000, NOW)
    assert event is not None
    yield event


def _quarantined(count: int) -> Iterator[Event]:
    flaws = (
        (Flaw.UNKNOWN_STATUS, "status"),
        (Flaw.MISSING_FIELD, "nextRenewalAt"),
        (Flaw.LISTED_TWICE, "id"),
    )
    projects = tuple(PROJECTS)
    for number, one in enumerate(accounts(count)):
        flaw, field = flaws[number % 3]
        twice = (projects[(number + 1) % 3],) if flaw is Flaw.LISTED_TWICE else ()
        yield quarantine_event(
            Quarantined(
                project=one.project, id=one.id, handle=one.handle, flaw=flaw, field=field, also_in=twice
            ),
            NOW,
            PROJECTS,
        )


def _unknown_use(count: int) -> Iterator[Event]:
    doubts = (WhyUnknown.MISSING_SCOPE, WhyUnknown.UNREADABLE)
    for project, name in PROJECTS.items():
        those = [one for one in accounts(count) if one.project == project]
        doubtful = [_decided(one, Unknown(why=doubts[number % 2])) for number, one in enumerate(those)]
        event = doubt_event(project, name, doubtful, NOW)
        if event is not None:
            yield event


def _unread(count: int) -> Iterator[Event]:
    codes = (("FORBIDDEN_SCOPE", "HTTP 403 FORBIDDEN_SCOPE"), ("INTERNAL", "HTTP 500 INTERNAL"))
    for number in range(count):
        name = list(PROJECTS.values())[number] if number < 3 else f"client-{number}"
        code, why = codes[number % 2]
        one = Unread(project=ProjectId(f"prj_{name}"), name=name, code=code, why=why, leased=4 + number)
        waiting = [matter_account(each, each.renews_at - 25 * M) for each in accounts(number % 3)]
        yield unread_event(one, NOW, waiting=waiting)


def _over(count: int, *, only: EventKind | None = None) -> Iterator[Event]:
    """Every problem that lasts, or those of one kind: over after six hours."""
    for kind in (only,) if only else EventKind:
        if kind is EventKind.PROBLEM_RESOLVED or (kind is EventKind.PROJECT_RECOVERED):
            continue
        found = list(_TOLD[kind](count))
        halts = (EventKind.BRAKE_HALTED.value, EventKind.BRAKE_AHEAD.value)
        parts = {one.problem: _parts(count) for one in found if one.problem in halts}
        begun = follow(found, {}, NOW - 6 * H, parts=parts)
        yield from follow((), {one.id: one for one in begun.standing}, NOW, names=PROJECTS).events


def _resolved(count: int) -> Iterator[Event]:
    return (event for event in _over(count) if event.kind is EventKind.PROBLEM_RESOLVED)


def _troubled(_count: int) -> Iterator[Event]:
    yield trouble_event(Trouble.KEY_SUSPENDED, "HTTP 403 KILL_SWITCH", NOW)


def _undelivered(count: int) -> Iterator[Event]:
    channel = Channel(
        failures=40,
        failing_since=NOW - 9 * H,
        next_at=NOW + 10 * M,
        why="connection refused",
        dead=count,
        lost=(("a@b.example", count, "550"),),
    )
    yield from delivery_problems("mail", channel, NOW)


def _refused(count: int) -> Iterator[Event]:
    planned = _deadlines(count)
    deadlines = Deadlines(projects={ProjectId("prj_acme"): Awaited(read_at=NOW, deadlines=planned)})
    mistakes = (
        "lease-watcher.toml:12: policies.standard.releas is not known; did you mean release?",
        "b",
        "c",
    )
    yield refused_event(
        ReloadRefused(mistakes[0], findings=mistakes if count > 1 else mistakes[:1]),
        deadlines,
        NOW,
        poll=15 * M,
    )


def _near(count: int) -> Iterator[Event]:
    yield near_event(Near(deadlines=_deadlines(count), since=NOW - 3 * H), NOW)


def _deadlines(count: int) -> tuple[Deadline, ...]:
    return tuple(
        Deadline(
            period=one.period,
            price_cents=one.price_cents,
            closes=one.renews_at - 10 * M,
            handle=one.handle,
        )
        for one in accounts(count, renews_in=2 * H)
    )


def _unmatched(count: int) -> Iterator[Event]:
    words = [
        Unmatched(
            key="policies.standard.protect.handles",
            word=f"brand.{number}",
            nearest="brnad.cafe" if number == 0 else None,
        )
        for number in range(count)
    ]
    event = unmatched_event(words, NOW)
    assert event is not None
    yield event


_TOLD: Final[Mapping[EventKind, Callable[[int], Iterator[Event]]]] = {
    EventKind.RENEWAL_WARNING: _warnings,
    EventKind.RENEWAL_PAID: _paid,
    EventKind.RENEWAL_MOVED: _moved,
    EventKind.RELEASE_ANNOUNCED: announced,
    EventKind.RELEASE_WITHDRAWN: _withdrawn,
    EventKind.RELEASE_DONE: lambda count: _attempts(count, Ending.RELEASED, ""),
    EventKind.RELEASE_FAILED: lambda count: _attempts(
        count, Ending.REFUSED, "409 NOT_LEASED", "403 FORBIDDEN"
    ),
    EventKind.RELEASE_UNKNOWN: lambda count: _attempts(count, Ending.UNKNOWN, "no answer", "HTTP 502"),
    EventKind.RELEASE_UNDONE: _undone,
    EventKind.RELEASE_TOO_LATE: _too_late,
    EventKind.DEADLINE_MISSED: _missed,
    EventKind.BRAKE_HALTED: _halted,
    EventKind.BRAKE_AHEAD: _halted_ahead,
    EventKind.BUDGET_EXCEEDED: _over_budget,
    EventKind.LEASE_NEW: lambda count: (new_lease(one, NOW) for one in accounts(count)),
    EventKind.PRICE_CHANGED: _other_prices,
    EventKind.ACCOUNT_GONE: lambda count: (gone(one, NOW) for one in accounts(count)),
    EventKind.ACCOUNT_QUARANTINED: _quarantined,
    EventKind.ACTIVITY_UNKNOWN: _unknown_use,
    EventKind.PROJECT_UNREADABLE: _unread,
    EventKind.PROJECT_RECOVERED: lambda count: _over(count, only=EventKind.PROJECT_UNREADABLE),
    EventKind.KEY_REFUSED: _troubled,
    EventKind.CLOCK_OFF: _clock_off,
    EventKind.DELIVERY_FAILED: _undelivered,
    EventKind.CONFIG_REFUSED: _refused,
    EventKind.PROTECTION_UNMATCHED: _unmatched,
    EventKind.DEADLINE_NEAR: _near,
    EventKind.PROBLEM_RESOLVED: _resolved,
    EventKind.SAVINGS_MONTH: _month,
    EventKind.NOTIFIER_TEST: lambda _count: iter([notifier_test(NOW)]),
}
