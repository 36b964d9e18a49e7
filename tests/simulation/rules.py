"""By which rules a history is watched: what its configuration says, and what the oracle holds it to."""

from dataclasses import dataclass
from datetime import timedelta

from tests.simulation.canaries import toml_of
from tests.simulation.model.world import Lease

STANDARD = "standard"


def minutes(span: timedelta) -> str:
    return f'"{span // timedelta(minutes=1)}m"'


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`wide`: limits that nothing reaches; else those by default. `receivers`: so many are told.

    `quiet`: from which hour to which they are told nothing but what is critical; `most_per_hour`: so many
    messages, None: any number.
    """

    enforce: bool
    enrolled: frozenset[str]
    idle_after: timedelta
    notice: timedelta
    lead: timedelta
    poll: timedelta
    margin: timedelta = timedelta(minutes=10)
    warn: tuple[timedelta, ...] = (timedelta(days=7), timedelta(days=3), timedelta(days=1))
    evidence_complete: bool = False
    wide: bool = True
    receivers: int = 1
    quiet: tuple[int, int] | None = None
    most_per_hour: int | None = None
    protected: frozenset[str] = frozenset()
    protected_handles: str = "keep.*"
    protected_followers: int = 50_000
    most_releases: int = 20
    most_cents: int = 300_000
    most_of_fleet: float = 0.1
    most_of_project: float = 0.5
    most_turned: float = 0.2
    """Within a day, where it is not `wide`: what holds where the configuration says nothing."""

    @property
    def quiet_for(self) -> timedelta:
        """How long nobody is told anything at most."""
        return timedelta() if self.quiet is None else timedelta(hours=(self.quiet[1] - self.quiet[0]) % 24)

    def is_quiet(self, hour: float) -> bool:
        """Whether that hour of a day, in UTC, is one of them."""
        if self.quiet is None:
            return False
        begins, ends = self.quiet
        return begins <= hour < ends if begins < ends else hour >= begins or hour < ends

    def protects(self, lease: Lease) -> bool:
        prefix = self.protected_handles.removesuffix("*")
        return (
            lease.id in self.protected
            or lease.handle.startswith(prefix)
            or lease.followers >= self.protected_followers
        )

    def toml(self, projects: dict[str, str], url: str) -> str:
        """The file of it. `url`: where the ledger is."""
        lines = [
            f'mode = "{"enforce" if self.enforce else "observe"}"',
            "[api]",
            'tier = "partner"',
            "threads = 1",
            "[schedule]",
            f"poll = {minutes(self.poll)}",
            "[store]",
            f'url = "{url}"',
            f"[policies.{STANDARD}]",
            f"warn = [{', '.join(minutes(rung) for rung in self.warn)}]",
            f"evidence_complete = {str(self.evidence_complete).lower()}",
            f"[policies.{STANDARD}.release]",
            'when = "idle"',
            f"idle_after = {minutes(self.idle_after)}",
            f"notice = {minutes(self.notice)}",
            f"lead = {minutes(self.lead)}",
            f"margin = {minutes(self.margin)}",
            f"[policies.{STANDARD}.protect]",
            "accounts = [" + ", ".join(f'"{id_}"' for id_ in sorted(self.protected)) + "]",
            f'handles = ["{self.protected_handles}"]',
            f"min_followers = {self.protected_followers}",
        ]
        if self.wide:
            lines += [
                "[brakes]",
                "max_releases = 1000",
                "max_share = 1.0",
                "max_project_share = 1.0",
                "max_value_cents = 100000000",
                "max_idle_jump = 1.0",
            ]
        for id_, name in projects.items():
            lines += [
                f"[projects.{name}]",
                f'id = "{id_}"',
                f"enrolled = {str(id_ in self.enrolled).lower()}",
            ]
        for number in range(self.receivers):
            lines += [f"[notifiers.ops{number}]", 'kind = "webhook"', *toml_of(number)]
            if self.quiet is not None:
                begins, ends = self.quiet
                lines += [f'quiet = ["{begins:02}:00-{ends:02}:00"]']
            if self.most_per_hour is not None:
                lines += [f"max_per_hour = {self.most_per_hour}"]
        return "\n".join(lines) + "\n"
