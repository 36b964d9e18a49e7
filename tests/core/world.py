"""What the pure turn takes, built from few words: a reading, what is remembered, what holds for a turn.

Of one project, `prj_acme`, with the policy of `tests/builders.py`: its windows open six hours before the
renewal. Many turns of it: `tests/core/life.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.builders import NOW, QUIET, D, M, S, policy
from watcher.brakes import FleetState, Limits
from watcher.brakes.docket import Docket
from watcher.decide.background import Background
from watcher.decide.fleet import FleetFacts
from watcher.decide.gate import Gate
from watcher.decide.gathered import Due, Gathered, noteworthy
from watcher.decide.orders import Orders
from watcher.decide.project import decide_project
from watcher.decide.readings import Failed, Reading
from watcher.decide.twins import Twins
from watcher.decide.unmatched import Words
from watcher.facts.accounts import Account, AccountId, ProjectId, Quarantined
from watcher.facts.activity import Activity, remembering
from watcher.facts.health import HEALTH_NOT_ASKED, Health
from watcher.facts.listing import Listing
from watcher.memory.remembered import FleetMemory, Known, ProjectMemory, TurnKind, TurnRecord
from watcher.messages.routes import Route, Routes
from watcher.record.notices import Notice
from watcher.record.overrides import RELEASE_LASTS, Override, OverrideKind, Overrides
from watcher.rules.judge import Usage, evidence_from, window_of
from watcher.rules.plan import Mode
from watcher.rules.policy import Policy
from watcher.rules.targets import Target

ACME, BETA = ProjectId("prj_acme"), ProjectId("prj_beta")
TURN = "turn-1"
TICK = timedelta(microseconds=1)
STANDARD = policy()

OPS = Route(notifier="ops", counts=True)
"""Hears everything, and its acceptance is a receipt."""


def target(project: ProjectId = ACME, **fields: Any) -> Target:
    defaults: dict[str, Any] = {
        "id": project,
        "name": project.removeprefix("prj_"),
        "policies": (STANDARD,),
        "enrolled": True,
    }
    return Target(**(defaults | fields))


def orders(*targets: Target, routes: Iterable[Route] = (OPS,), **fields: Any) -> Orders:
    """To enforce, by the brakes' defaults; the turns are a quarter of an hour apart."""
    defaults: dict[str, Any] = {
        "mode": Mode.ENFORCE,
        "targets": targets or (target(),),
        "discovered": None,
        "limits": Limits(),
        "routes": Routes(routes=tuple(routes)),
        "configured_holds": Overrides(),
        "poll": 15 * M,
        "timeout": 10 * S,
    }
    return Orders(**(defaults | fields))


def turn_record(at: datetime = NOW, **fields: Any) -> TurnRecord:
    """A full turn in enforce mode; turns have followed each other for a month before it."""
    defaults: dict[str, Any] = {
        "id": TURN,
        "kind": TurnKind.FULL,
        "mode": Mode.ENFORCE,
        "started_at": at,
        "unbroken_since": at - 30 * D,
    }
    return TurnRecord(**(defaults | fields))


def fleet_memory(**fields: Any) -> FleetMemory:
    """A ledger of a month, whose last turn was a quarter of an hour ago."""
    before = turn_record(NOW - 15 * M, id="turn-0", ended_at=NOW - 14 * M, completed=True)
    defaults: dict[str, Any] = {
        "ledger_since": NOW - 30 * D,
        "last_turn": before,
        "last_proved": before,
        "watermark": NOW - D,
    }
    return FleetMemory(**(defaults | fields))


def background(
    *,
    by: Orders | None = None,
    memory: FleetMemory | None = None,
    record: TurnRecord | None = None,
    skew: timedelta | None = timedelta(),
    everything: bool = False,
    said: Iterable[Override] = (),
) -> Background:
    """The turn of `NOW`. `said`: words of people; `by`: the orders, and the mode is theirs."""
    by = by or orders()
    memory = memory or fleet_memory()
    return Background.of(
        record or turn_record(mode=by.mode),
        orders=by,
        memory=replace(memory, overrides=memory.overrides.with_words(said)),
        skew=skew,
        everything=everything,
    )


def reading(
    *accounts: Account,
    at: datetime = NOW,
    activity: Mapping[AccountId, Activity] | Activity = QUIET,
    of: Target | None = None,
    quarantined: tuple[Quarantined, ...] = (),
    **fields: Any,
) -> Reading:
    """A project read at `at`; `activity`: of each account, or the same of all that were asked about."""
    of = of or target()
    if not isinstance(activity, Mapping):
        activity = {one.id: activity for one in accounts if is_asked_about(one, of.policies, at)}
    listing = Listing(
        project=of.id, accounts=accounts, quarantined=quarantined, read_at=at, read_until=at, skew=timedelta()
    )
    return Reading(target=of, listing=listing, read_at=at, activity=activity, **({"shown": True} | fields))


def is_asked_about(one: Account, policies: tuple[Policy, ...], at: datetime) -> bool:
    """Whether its first warning or announcement has come, so that its use matters."""
    since = evidence_from(one, policies, at)
    return since is not None and since <= at


def failed(of: Target | None = None, *, missing: bool = False, **listed: str) -> Failed:
    """A project that could not be read; of what its list began with, ids with their handles."""
    return Failed(
        target=of or target(),
        code="NOT_FOUND" if missing else "INTERNAL",
        why="HTTP 404" if missing else "HTTP 500",
        missing=missing,
        listed=listed,
    )


def known(one: Account, **fields: Any) -> Known:
    """An account as a turn a while ago noted it: unused."""
    defaults: dict[str, Any] = {
        "first_seen_at": NOW - 60 * D,
        "used": QUIET,
        "usage_at_opening": Usage.UNUSED,
    }
    return Known(account=one, **(defaults | fields))


def memory_of(*those: Known | Account, **fields: Any) -> ProjectMemory:
    """What is remembered of a project that was read a quarter of an hour ago."""
    everyone = [one if isinstance(one, Known) else known(one) for one in those]
    defaults: dict[str, Any] = {
        "read_at": NOW - 15 * M,
        "known": {one.account.id: one for one in everyone},
    }
    return ProjectMemory(**(defaults | fields))


def notice(
    one: Account, *, accepted_by: Iterable[str] = ("ops",), ago: timedelta = 2 * D, **fields: Any
) -> Notice:
    """Its release, announced `ago` and accepted at once."""
    at = NOW - ago
    defaults: dict[str, Any] = {
        "key": f"release.announced:{one.id}",
        "period": one.period,
        "not_before": window_of(one, STANDARD).opens,
        "fingerprint": STANDARD.fingerprint,
        "live": True,
        "created_at": at,
        "handle": one.handle,
        "platform": one.platform,
        "assigned_at": one.assigned_at,
        "receipts": dict.fromkeys(accepted_by, at),
    }
    return Notice(**(defaults | fields))


def announced(*those: Known | Account, **fields: Any) -> ProjectMemory:
    """Known accounts whose releases were announced in time."""
    accounts = [one.account if isinstance(one, Known) else one for one in those]
    return memory_of(*those, notices={one.period: notice(one) for one in accounts}, **fields)


def said(kind: OverrideKind, *, at: datetime = NOW - M, **fields: Any) -> Override:
    return Override(kind=kind, at=at, by="maria", why="holiday campaign", **fields)


def asked_for(one: Account, *, at: datetime = NOW - M, **fields: Any) -> Override:
    """A word for the release of this lease, of which nothing newer was shown than what is `QUIET`."""
    facts: dict[str, Any] = {
        "kind": OverrideKind.RELEASE,
        "at": at,
        "by": "maria",
        "why": "the contract has ended",
        "account": one.id,
        "handle": one.handle,
        "project": one.project,
        "periods": (one.period,),
        "began": one.leased_since,
        "used_at": QUIET.at,
        "until": at + RELEASE_LASTS,
    }
    return Override(**(facts | fields))


def gather(*read: tuple[Reading, ProjectMemory], by: Background, keep: Any = noteworthy) -> Gathered:
    """What a turn has collected once these projects were decided about."""
    gathered = Gathered(now=by.now, keep=keep, words=Words(by.orders.configured_holds, by.now))
    for one, memory in read:
        gathered.add(one, memory, decide_project(one, memory, by), by.orders.routes)
    return gathered


def no_twins(**fields: Any) -> Twins:
    defaults: dict[str, Any] = {"before": {}, "watches": lambda _project: True}
    return Twins(**(defaults | fields))


NOTHING_ELSE = FleetFacts(listings={})


def gate(
    one: Account,
    *,
    by: Background,
    due: Due | None = None,
    memory: ProjectMemory | None = None,
    activity: Activity = QUIET,
    health: Health = HEALTH_NOT_ASKED,
    docket: Docket | None = None,
    state: FleetState | None = None,
) -> Gate:
    """The last look at an account, on the facts of the turn unless others are given."""
    memory = memory or (due.memory if due else memory_of(one))
    return Gate(
        account=one,
        activity=remembering(activity, memory.use_of(one)),
        health=health,
        target=due.target if due else target(),
        memory=memory,
        orders=by.orders,
        docket=docket or Docket(),
        state=state or FleetState(now=by.now, ledger_since=by.memory.ledger_since, skew=by.skew),
        unbroken_since=by.turn.unbroken_since,
    )
