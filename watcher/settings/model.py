"""The whole configuration as one value."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Annotated

from watcher.adapters.channels import catalog
from watcher.adapters.channels.options import NotifierOptions
from watcher.adapters.heartbeat import HeartbeatOptions
from watcher.adapters.layers.options import ApiOptions
from watcher.adapters.ledger.places import LedgerUrl, Place, place_of
from watcher.adapters.metrics.options import MetricsOptions
from watcher.adapters.pages.options import CalendarOptions, HealthOptions, KeepOptions, StatusOptions
from watcher.brakes import Limits
from watcher.facts.accounts import ProjectId
from watcher.messages.routes import Route, Routes
from watcher.record.planned_pauses import PlannedPause, PlannedPauses
from watcher.rules.option import HELP, option
from watcher.rules.plan import Mode
from watcher.rules.policy import Policy
from watcher.rules.rungs import QuietHours
from watcher.rules.targets import Labels
from watcher.settings.notation import begins, ends
from watcher.texts.hours import Hours
from watcher.texts.secret import Secret
from watcher.texts.times import zone

STANDARD = "standard"
"""The policy that exists without being written: defaults, so it never releases."""

ONE_WILL_DO = "one will do"
"""Marks a list that may be written as its only member."""

KINDS = "kinds"
"""Marks tables of several classes, which their `kind` tells apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiSection(ApiOptions):
    """How to reach the API. The key itself never stands in this file."""

    key_file: str | None = option(
        None,
        "File that holds the API key; the credential `layers-api-key` is before it, `LAYERS_API_KEY` after.",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleOptions:
    """When the daemon takes a turn, and how often one is expected whoever starts it.

    Once loaded, `poll` is the longest gap between two turns also where `cron` says when they are.
    """

    poll: timedelta = option(
        timedelta(minutes=15),
        "How often a turn is expected, whoever starts it.",
        minimum=timedelta(minutes=1),
        maximum=timedelta(days=1),
    )
    cron: str | None = option(
        None, "Instead of `poll`: five fields, in `timezone`; week days by name, such as `0 */2 * * mon-fri`."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreOptions:
    """Where the ledger lives, the durable memory.

    Once loaded, `url` is absolute.
    """

    url: LedgerUrl = option(
        LedgerUrl(Secret("sqlite:///watcher.db")),
        "The ledger: `sqlite:///PATH`, where a relative path starts at this file's folder and `~` is a home, "
        "or `postgresql://USER@HOST/DATABASE` with what else libpq takes. Not given: `watcher.db` in "
        "`$STATE_DIRECTORY`, else in the XDG state folder `lease-watcher`. `{shard}` in it is what `--shard` "
        "says.",
        secret=True,
    )
    keep_observations: timedelta = option(
        timedelta(days=400),
        "How long changed facts, turns and delivered messages are kept; all that was decided stays for ever.",
        minimum=timedelta(days=40),
    )

    @property
    def place(self) -> Place:
        return place_of(self.url)


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscoveryOptions:
    """Projects that are not configured. They are watched and warned about, never released from."""

    enabled: bool = option(False, "Watch every active project; discovered ones are never enrolled.")
    policy: Annotated[tuple[str, ...], ONE_WILL_DO] = option(
        (STANDARD,), "Their policy, or a list tried in order."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectOptions:
    """One project to watch; its NAME is yours to choose."""

    id: str = option(MISSING, "The project's id at Layers.")
    policy: Annotated[tuple[str, ...], ONE_WILL_DO] = option(
        (STANDARD,), "A policy, or a list tried in order: the first whose `match` fits governs the account."
    )
    enrolled: bool = option(False, "May be released from.")
    keep_at_least: int | None = option(
        None, "Accounts this project keeps, instead of `brakes.keep_at_least`.", minimum=0
    )
    budget_cents: int | None = option(
        None, "What its accounts may cost a month; above it people are told, nothing is stopped.", minimum=0
    )
    owner: str | None = option(
        None, "Whose it is: named beside it in messages, and a word for `owners` of notifiers and for audits."
    )
    labels: Labels = option(
        Labels(), 'What you note of it, such as `{ team = "growth" }`: for audits as CSV and JSON.'
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldOptions:
    """A hold that survives the loss of a ledger. Any number of `[[holds]]`."""

    account: str = option(MISSING, "The account's id.")
    until: datetime | None = option(
        MISSING, "A date (through its end, UTC), an instant with its offset, or `forever`."
    )
    reason: str = option(MISSING, "Why, for those who read it later.")


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseOptions:
    """A pause that is known beforehand: nothing is released while it is on. Any number of `[[pauses]]`."""

    from_: date | None = option(
        None, "When it begins, once: a date (from its beginning in `timezone`) or an instant with its offset."
    )
    until: date | None = option(
        None, "When it ends: a date (through its end in `timezone`) or an instant with its offset."
    )
    weekly: Annotated[tuple[Hours, ...], ONE_WILL_DO] = option(
        (),
        "Instead, hours of every week in `timezone`, or a list of them: `22:00-07:00`, `sat-sun`, "
        "`fri 18:00-24:00`.",
    )
    projects: tuple[str, ...] = option((), "Projects by their names; empty: all of them.")
    reason: str = option(MISSING, "Why, for those who read it later.")

    def in_zone(self, timezone: tzinfo, projects: Mapping[str, ProjectId]) -> PlannedPause:
        return PlannedPause(
            why=self.reason,
            # One that is unknown must not become none, which would be all of them.
            projects=tuple(projects.get(name, ProjectId(name)) for name in self.projects),
            begins=None if self.from_ is None else begins(self.from_, timezone),
            ends=None if self.until is None else ends(self.until, timezone),
            weekly=self.weekly,
            zone=timezone,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetOptions:
    """What may be spent. It stops nothing: `budget.exceeded` is told until it is kept again."""

    monthly_cents: int | None = option(
        None, "What all leased accounts together may cost a month, in cents.", minimum=0
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a partner can say in the file and in `WATCHER_…` variables, checked and complete."""

    mode: Mode = option(Mode.OBSERVE, "`observe` watches and tells, `enforce` also releases.")
    timezone: str = option("UTC", "For cron, quiet hours and tables; decisions are UTC.")
    api: ApiSection = ApiSection()
    schedule: ScheduleOptions = ScheduleOptions()
    store: StoreOptions = StoreOptions()
    brakes: Limits = option(
        Limits(), "Limits beyond which nothing is released. 0 allows none; nothing means unlimited."
    )
    budget: BudgetOptions = BudgetOptions()
    discovery: DiscoveryOptions = DiscoveryOptions()
    projects: Mapping[str, ProjectOptions] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(
        default_factory=dict, metadata={HELP: "What is wanted for the accounts of the projects that name it."}
    )
    holds: tuple[HoldOptions, ...] = ()
    pauses: tuple[PauseOptions, ...] = ()
    notifiers: Mapping[str, NotifierOptions] = field(
        default_factory=dict,
        metadata={HELP: "Who is told: one table for each channel.", KINDS: catalog.KINDS},
    )
    keep: KeepOptions = KeepOptions()
    calendar: CalendarOptions = CalendarOptions()
    health: HealthOptions = HealthOptions()
    status: StatusOptions = StatusOptions()
    metrics: MetricsOptions = MetricsOptions()
    heartbeat: HeartbeatOptions = HeartbeatOptions()

    def policies_for(self, project: str | None) -> tuple[Policy, ...]:
        """The policies of a configured project by its name, or of discovered ones (None), in their order."""
        names = self.discovery.policy if project is None else self.projects[project].policy
        whose = None if project is None else ProjectId(self.projects[project].id)
        return tuple(self._in_time(self.policies[name], whose) for name in names)

    def _in_time(self, policy: Policy, project: ProjectId | None) -> Policy:
        """The policy, announcing and warning early enough for the quiet hours of whoever is to hear that."""
        poll, zone = self.schedule.poll, self.zone
        warned = tuple(
            QuietHours(hours=hours, zone=zone, poll=poll)
            for hours in self.routes.quiet_for_warnings(policy, project)
        )
        ahead = self.routes.longest_quiet(policy, project)
        if not (warned or ahead):
            return policy
        return replace(policy, quiet=warned, release=replace(policy.release, quiet_ahead=ahead))

    @cached_property
    def project_names(self) -> dict[ProjectId, str]:
        """What people call the configured projects."""
        return {ProjectId(project.id): name for name, project in self.projects.items()}

    @property
    def planned_pauses(self) -> PlannedPauses:
        ids = {name: ProjectId(project.id) for name, project in self.projects.items()}
        return PlannedPauses(pauses=tuple(one.in_zone(self.zone, ids) for one in self.pauses))

    @property
    def zone(self) -> tzinfo:
        """UTC where `timezone` is none that there is, which is found by itself."""
        try:
            return zone(self.timezone)
        except ValueError:
            return UTC

    def keep_at_least(self, project: str) -> int:
        own = self.projects[project].keep_at_least
        return self.brakes.keep_at_least if own is None else own

    @cached_property
    def routes(self) -> Routes:
        """Asked for each project; whose each is takes a look at all of them, so it is found out once."""
        return Routes(routes=tuple(self._route(name, options) for name, options in self.notifiers.items()))

    def _owned_by(self, owners: Sequence[str]) -> frozenset[ProjectId]:
        """The projects of these owners. Of owners without one, what is no project: none would be all."""
        owned = {ProjectId(one.id) for one in self.projects.values() if one.owner in owners}
        return frozenset(owned or map(ProjectId, owners))

    def _route(self, name: str, options: NotifierOptions) -> Route:
        return Route(
            notifier=name,
            counts=options.counts,
            events=options.events,
            min_severity=options.min_severity,
            min_cents=options.min_cents,
            # A discovered project has no name but its id.
            projects=frozenset(
                ProjectId(self.projects[one].id if one in self.projects else one) for one in options.projects
            ),
            owned=self._owned_by(options.owners),
            policies=frozenset(options.policies),
            escalation=options.escalation,
            repeat=options.repeat,
            quiet=options.quiet,
            wake_for=options.wake_for,
            max_per_hour=options.max_per_hour,
        )
