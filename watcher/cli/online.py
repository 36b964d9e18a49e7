"""What the API, the notifiers and the store say about a configuration: `check --online`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from watcher.cli.process import Process
from watcher.decide.unmatched import Words
from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.listing import Listing
from watcher.memory.writes import Bound
from watcher.ports.evidence import EvidenceSource
from watcher.ports.leases import RELEASES, ApiError, Identity, LeaseReader, is_about_the_key
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable, require_ours
from watcher.record.exit_codes import Exit, worst
from watcher.rules.judge import is_matched_by_health
from watcher.settings.findings import Finding, Gravity
from watcher.settings.load import Good
from watcher.settings.model import Settings
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.secret import Secret
from watcher.texts.spans import counted, span
from watcher.texts.times import distance
from watcher.wiring.ledger import is_there, open_reader, rehearse
from watcher.wiring.orders import configured_holds
from watcher.wiring.turn import Purpose, Wiring, evidence_sources, open_api
from watcher.wiring.web import network_to, open_notifiers

_SCOPES = {
    RELEASES: "nothing leased can be read",
    "projects:read": "projects cannot be discovered",
}
"""What is missing without each scope; the API has none that lists leases but cannot release them. Sources of
evidence say themselves what they need."""


@dataclass(kw_only=True, slots=True)
class OnlineCheck:
    """Labelled facts for a person, findings for both, and the code they amount to."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    code: Exit = Exit.DONE

    def wrong(
        self,
        key: str,
        message: str,
        fix: str,
        *,
        severity: Gravity = Gravity.WARNING,
        suggestion: str | None = None,
    ) -> None:
        self.findings.append(
            Finding(
                severity=severity,
                key=key,
                message=message,
                suggestion=suggestion,
                fix=fix,
            )
        )

    def failed(self, key: str, message: str, fix: str, code: Exit) -> None:
        """What keeps a turn from its work, with the code that the turn would end with."""
        self.wrong(key, message, fix, severity=Gravity.ERROR)
        self.code = worst(self.code, code)


def check_online(good: Good, key: Secret, process: Process) -> OnlineCheck:
    """Ask everything once, read-only; nothing is sent to a notifier."""
    settings, seen = good.settings, OnlineCheck()
    identity: Identity | None = None
    wiring = Wiring(settings=settings, key=key, clock=process.clock, purpose=Purpose.AUDIT, stop=Event())
    seen.lines.extend(_network(settings.api.base_url, process.environ))
    with open_api(wiring) as api:
        try:
            identity = api.whoami()
        except ApiError as error:
            what = "the key" if error.status is not None else "the way there: the proxy, the certificates"
            fix = f"check api.base_url and {what}"
            seen.failed("api", f"whoami: {error.summary}", fix, _code_of(error))
        else:
            _key(identity, settings, evidence_sources(settings, api).values(), seen)
            listings = _projects(api, settings, seen)
            _healths(settings, listings, process.clock.now(), seen)
            _protections(api, settings, listings, process.clock.now(), seen)
    _notifiers(settings, process, seen)
    _store(settings, identity, process, seen)
    return seen


def _network(base_url: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Which way requests go, and whose certificates are trusted, which differs from where it worked."""
    network = network_to(base_url, environ)
    if network.proxy is None:
        yield "way", "no proxy is used"
    elif network.proxy_to_api is None:
        yield "way", f"the API is reached without a proxy, other https through {network.proxy}"
    else:
        yield "way", f"the API is reached through the proxy {network.proxy_to_api}"
    yield "certificates", f"proved by {network.certificates}"


def _code_of(error: ApiError) -> Exit:
    return Exit.KEY if is_about_the_key(error) else Exit.UNREADABLE


def _paced(identity: Identity, settings: Settings) -> str:
    """By whose tier requests are paced, where the configuration names another than the API."""
    named = settings.api.tier
    if named == "auto" or named == identity.tier:
        return ""
    return f"; requests are paced by api.tier = {named}, as configured"


def _key(
    identity: Identity, settings: Settings, sources: Iterable[EvidenceSource], seen: OnlineCheck
) -> None:
    who = plain(identity.organization_name or identity.organization_id)
    tier = f"tier {plain(identity.tier)}{_paced(identity, settings)}"
    seen.lines.append(("API", f"answers: {who}, key {plain(identity.key_id)}, {tier}"))
    of_evidence = {one.needs.scope: one.needs.without for one in sources if one.needs.scope is not None}
    for scope, without in (_SCOPES | of_evidence).items():
        if identity.lacks(scope) and (scope != "projects:read" or settings.discovery.enabled):
            seen.wrong("api", f"the key lacks the scope {scope}: {without}", "issue a key that has it")
    if identity.skew is None:
        seen.wrong(
            "api", "no answer proves this machine's clock, so nothing is released", "bypass the cache between"
        )
    elif identity.skew > settings.brakes.max_clock_skew:
        seen.wrong(
            "brakes.max_clock_skew",
            f"this machine's clock is {span(identity.skew)} off: nothing is released",
            "let it be set by NTP",
        )
    else:
        seen.lines.append(("clock", f"right, within {span(settings.brakes.max_clock_skew)}"))


def _projects(api: LeaseReader, settings: Settings, seen: OnlineCheck) -> dict[str, Listing]:
    """What is leased in every configured project that can be read."""
    found: dict[str, Listing] = {}
    for name, project in settings.projects.items():
        try:
            listing = api.leased(ProjectId(project.id))
        except ApiError as error:
            what = f"cannot be read: {error.summary}"
            seen.failed(f"projects.{name}", what, "check its id and the key", _code_of(error))
            continue
        found[name] = listing
        cents = sum(account.price_cents for account in listing.accounts)
        sums = f"{counted(len(listing.accounts), 'account')}, {dollars(cents)} a month"
        seen.lines.append((f"project {plain(name)}", sums))
        for one in listing.quarantined:
            what = f"an account is not understood ({plain(one.id or '?')}, {one.field}: {one.flaw})"
            seen.wrong(f"projects.{name}", what, "it is left alone; tell the provider")
    for twin, projects in _twice(found):
        names = ", ".join(plain(name) for name in projects)
        what = f"{plain(twin)} is listed by {names}: trusted in none of them, and not released"
        seen.wrong("projects", what, "ask the provider which one leases it")
    return found


def _twice(found: dict[str, Listing]) -> Iterator[tuple[AccountId, list[str]]]:
    """Accounts of several projects, with these."""
    where: dict[AccountId, list[str]] = {}
    for name, listing in found.items():
        for one in listing.accounts:
            where.setdefault(one.id, []).append(name)
    return ((id_, names) for id_, names in where.items() if len(names) > 1)


def _healths(settings: Settings, listings: dict[str, Listing], now: datetime, seen: OnlineCheck) -> None:
    """Of how many only the health says now which policy governs them: a request each (ADR 81)."""
    if not any(policy.match.health for policy in settings.policies.values()):
        return
    asked = sum(
        is_matched_by_health(account, settings.policies_for(name), now)
        for name, listing in listings.items()
        for account in listing.accounts
    )
    requests = f"{counted(asked, 'account')} near the renewal, so many requests each half hour"
    none = "is asked of nobody now: no account that it may govern is near its renewal"
    beside = "; projects that are found are not counted" if settings.discovery.enabled else ""
    seen.lines.append(("health", (f"says which policy governs {requests}" if asked else none) + beside))


def _protections(
    api: LeaseReader, settings: Settings, listings: dict[str, Listing], now: datetime, seen: OnlineCheck
) -> None:
    """Words that match nothing, as a turn finds them; where a project cannot be read, nobody knows."""
    if len(listings) < len(settings.projects):
        return
    words = Words(configured_holds(settings), now)
    # Also of policies that no project names.
    words.meet(tuple(settings.policies.values()), (), ())
    for name, listing in listings.items():
        words.meet(settings.policies_for(name), listing.accounts, listing.quarantined)
    if settings.discovery.enabled:
        configured = {project.id for project in settings.projects.values()}
        try:
            for project in api.projects():
                if project.id not in configured:
                    listing = api.leased(project.id)
                    words.meet(settings.policies_for(None), listing.accounts, listing.quarantined)
        except ApiError as error:
            what = f"cannot be read: {error.summary}"
            seen.failed("discovery", what, "check the key's scopes", _code_of(error))
            return
    for one in words.left():
        seen.wrong(
            one.key,
            f"{plain(one.word)} matches no leased account, so it keeps nothing",
            "correct or remove it",
            suggestion=None if one.nearest is None else plain(one.nearest),
        )


def _notifiers(settings: Settings, process: Process, seen: OnlineCheck) -> None:
    try:
        with open_notifiers(settings, process.clock) as notifiers:
            names = ", ".join(plain(one.name) for one in notifiers) or "none"
    except ValueError as error:
        seen.failed("notifiers", str(error), "correct it", Exit.CONFIGURATION)
    else:
        seen.lines.append(("notifiers", f"{names} (not tried; `lease-watcher notify test` sends a message)"))


def _store(settings: Settings, identity: Identity | None, process: Process, seen: OnlineCheck) -> None:
    """What the next turn does with its ledger before anything else, with nothing left behind."""
    try:
        ready = rehearse(settings)
        last = None
        if ready:
            with open_reader(settings) as ledger:
                if identity is not None:
                    bound = Bound(
                        organization=identity.organization_id,
                        base_url=settings.api.base_url.rstrip("/"),
                    )
                    require_ours(ledger, bound)
                last = ledger.fleet(process.clock.now()).last_turn
    except LedgerUnusable as error:
        seen.failed("store.url", str(error), "the next turn would end so (78)", Exit.CONFIGURATION)
    except LedgerUnavailable as error:
        seen.failed("store.url", str(error), "the next turn would end so (75)", Exit.UNREADABLE)
    else:
        there = is_there(settings) and not ready
        known = "the next turn brings it up to date" if there else "no turn yet"
        said = known if last is None else f"last turn {distance(last.started_at, process.clock.now())}"
        seen.lines.append(("ledger", said))
