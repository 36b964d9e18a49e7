"""Small builders with defaults that say nothing: a test names only what it is about.

Decisions come out of the real `judge` and `plan`, so no test invents a trace that cannot happen.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.brakes import Halt, HaltedRelease
from watcher.brakes.docket import Docket, entry_of
from watcher.decide.report import Report, Totals
from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.activity import Activity, Seen, Use
from watcher.facts.health import HEALTH_NOT_ASKED, Health
from watcher.memory.remembered import TurnKind
from watcher.messages.events import Event, RenewalFacts
from watcher.messages.halt_matters import halt_matter, stopped_in_words
from watcher.messages.halt_messages import halt_event
from watcher.messages.matters import Matter
from watcher.messages.outbox import QueuedMessage
from watcher.ports.ledger import Ledger
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason
from watcher.rules.judge import Subject, Usage, judge
from watcher.rules.plan import Decision, Mode, PeriodState, Terms, plan
from watcher.rules.policy import Policy, ReleaseRule, ReleaseWhen

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)
"""A Monday."""

S, M, H, D = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

IDLE = ReleaseRule(when=ReleaseWhen.IDLE)
QUIET = Seen(at=NOW - 40 * D, what=Use.PUBLISHED_POST)
FRESH = PeriodState()
"""A lease period of which nothing is remembered."""


def account(
    handle: str = "latte.art.lab",
    *,
    id: str | None = None,
    project: str = "prj_acme",
    platform: str = "tiktok",
    followers: int | None = 1_200,
    assigned_at: datetime = NOW - 180 * D,
    renews_in: timedelta = 31 * H,
    price_cents: int = 15_000,
) -> Account:
    """An assigned account; its id follows from its handle unless one is given."""
    return Account(
        id=AccountId(id or f"sa_{handle}"),
        project=ProjectId(project),
        handle=handle,
        platform=platform,
        followers=followers,
        assigned_at=assigned_at,
        renews_at=NOW + renews_in,
        price_cents=price_cents,
    )


def policy(name: str = "standard", *, release: ReleaseRule = IDLE, **fields: Any) -> Policy:
    """A policy that releases what is idle and warns of nothing; `fields`: the others of `Policy`."""
    defaults: dict[str, Any] = {"name": name, "release": release, "warn": ()}
    return Policy(**(defaults | fields))


def published(ago: timedelta) -> Seen:
    return Seen(at=NOW - ago, what=Use.PUBLISHED_POST)


def hold(why: str = "campaign", *, until: datetime | None = None, by: str = "maria") -> Override:
    return Override(kind=OverrideKind.HOLD, at=NOW - D, by=by, why=why, until=until)


def decision(
    one: Account | None = None,
    *,
    activity: Activity = QUIET,
    health: Health = HEALTH_NOT_ASKED,
    policies: tuple[Policy, ...] | None = None,
    enrolled: bool = True,
    held: Override | None = None,
    standing: PeriodState = FRESH,
    mode: Mode = Mode.ENFORCE,
    now: datetime = NOW,
    ledger_since: datetime | None = NOW - 30 * D,
) -> Decision:
    """What judge and plan make of an account that nobody has used for 40 days."""
    subject = Subject(
        account=one or account(),
        policies=(policy(),) if policies is None else policies,
        enrolled=enrolled,
        hold=held,
        activity=activity,
        health=health,
    )
    return plan(judge(subject, now), standing, Terms(now=now, mode=mode, ledger_since=ledger_since))


def stopped(*halts: Halt, docket: Docket, goes_on: datetime | None = None) -> tuple[HaltedRelease, ...]:
    """All that is to come on a docket and these stop: until it is too late, or until it `goes_on`."""
    found = ((entry, [halt for halt in halts if halt.covers(entry.project)]) for entry in docket.to_come)
    return tuple(
        HaltedRelease(entry=entry, halts=tuple(on_it), goes_on=goes_on) for entry, on_it in found if on_it
    )


def matter(
    halts: Iterable[Halt], docket: Docket, *, goes_on: datetime | None = None, now: datetime = NOW
) -> Matter:
    """The halt of all that is to come on a docket, by whoever polls every quarter of an hour."""
    those = stopped_in_words(stopped(*halts, docket=docket, goes_on=goes_on), docket.id)
    return halt_matter(those, docket.id, now, poll=timedelta(minutes=15))


def halted(*halts: Halt, docket: Docket, now: datetime = NOW) -> Event:
    return halt_event(matter(halts, docket, now=now), stopped(*halts, docket=docket), now)


def report(*decisions: Decision, **fields: Any) -> Report:
    """An audit of these decisions, with the totals and the docket that follow from them."""
    entries = (entry_of(one, NOW) for one in decisions)
    projects = dict.fromkeys(one.account.project for one in decisions)
    totals = Totals()
    for project in projects:
        totals = totals.with_decisions(one for one in decisions if one.account.project == project)
    defaults: dict[str, Any] = {
        "turn": "20260518T120000Z-000000",
        "kind": TurnKind.FULL,
        "mode": Mode.ENFORCE,
        "acting": False,
        "started_at": NOW,
        "organization": "Acme Agency",
        "skew": timedelta(0),
        "totals": totals,
        "decisions": decisions,
        "project_names": {project: project.removeprefix("prj_") for project in projects},
        "docket": Docket(entries=tuple(entry for entry in entries if entry is not None)),
    }
    known = Report(**(defaults | fields))
    stopping = known.halts.stopping(known.docket.to_come)
    if stopping and "matters" not in fields:
        return replace(known, matters=(matter(stopping, known.docket),))
    return known


def renewal_facts(usage: Usage = Usage.UNUSED, **more: object) -> RenewalFacts:
    """The facts of the last warning of an account that is not held."""
    facts = RenewalFacts(
        usage=usage,
        last_warning=True,
        held=False,
        reason=Reason.UNUSED,
        policy="standard",
    )
    return replace(facts, **more)  # type: ignore[arg-type]


IN_USE = renewal_facts(Usage.IN_USE)
UNUSED = renewal_facts()


def in_one(event: Event) -> Event:
    """The event with all that it says as what happened: for tests of the whole sentence."""
    return replace(event, what=event.text, clauses=())


def waiting_in(ledger: Ledger, notifier: str) -> list[QueuedMessage]:
    """All that waits for a notifier, whatever parts it is read in."""
    return sorted((one for part in ledger.waiting(notifier) for one in part), key=lambda one: one.id)
