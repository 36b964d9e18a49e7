"""By which rules a history is watched: what its configuration says, and what the oracle holds it to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.simulation.canaries import toml_of
from tests.simulation.model.world import Lease
from tests.simulation.policies import Special, WrittenPause, minutes

STANDARD = "standard"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`wide`: limits that nothing reaches; else those by default. `receivers`: so many are told.

    `quiet`: from which hour to which they are told nothing but what is critical; `most_per_hour`: so many
    messages, None: any number.

    `when`, `idle_after`, `late` and `cancels` are the standard policy's; `specials` are tried before it, in
    their order, in the projects `special_in`. `pauses` stand in the configuration.
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
    when: str = "idle"
    late: bool = False
    cancels: bool = False
    specials: tuple[Special, ...] = ()
    special_in: frozenset[str] = frozenset()
    pauses: tuple[WrittenPause, ...] = ()
    discovered: frozenset[str] = frozenset()
    """Projects that stand in no configuration, where others are looked for."""

    def governing(self, lease: Lease, project: str, tier: str) -> "Rules":
        """What holds for an account there that is as healthy as that."""
        for one in self._tried(project):
            if one.fits(lease, tier):
                return replace(
                    self, when=one.when, idle_after=one.idle_after, late=one.late, cancels=one.cancels
                )
        return self

    def rests_on_health(self, lease: Lease, project: str) -> bool:
        """Whether nobody can tell what holds for it without its health."""
        tried = [one for one in self._tried(project) if one.may_govern(lease)]
        certain = next((place for place, one in enumerate(tried) if not one.tiers), len(tried))
        return certain > 0

    def _tried(self, project: str) -> tuple[Special, ...]:
        return self.specials if project in self.special_in else ()

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
        ]
        for special in self.specials:
            lines += self._policy(special.name, special, special.match())
        lines += self._policy(STANDARD, self, iter(()))
        if self.wide:
            lines += [
                "[brakes]",
                "max_releases = 1000",
                "max_share = 1.0",
                "max_project_share = 1.0",
                "max_value_cents = 100000000",
                "max_idle_jump = 1.0",
            ]
        if self.discovered:
            lines += ["[discovery]", "enabled = true", f'policy = "{STANDARD}"']
        for id_, name in projects.items():
            if id_ in self.discovered:
                continue
            lines += [
                f"[projects.{name}]",
                f'id = "{id_}"',
                f"enrolled = {str(id_ in self.enrolled).lower()}",
                "policy = ["
                + ", ".join(f'"{one}"' for one in (*(each.name for each in self._tried(id_)), STANDARD))
                + "]",
            ]
        for number in range(self.receivers):
            lines += [f"[notifiers.ops{number}]", 'kind = "webhook"', *toml_of(number)]
            if self.quiet is not None:
                begins, ends = self.quiet
                lines += [f'quiet = ["{begins:02}:00-{ends:02}:00"]']
            if self.most_per_hour is not None:
                lines += [f"max_per_hour = {self.most_per_hour}"]
        for pause in self.pauses:
            lines += pause.lines(projects)
        return "\n".join(lines) + "\n"

    def _policy(self, name: str, terms: "Special | Rules", match: Iterator[str]) -> Iterator[str]:
        """What is told, protected and given as notice is the same in each."""
        yield f"[policies.{name}]"
        yield f"warn = [{', '.join(minutes(rung) for rung in self.warn)}]"
        yield f"evidence_complete = {str(self.evidence_complete).lower()}"
        yield f"[policies.{name}.match]"
        yield from match
        yield f"[policies.{name}.release]"
        yield f'when = "{terms.when}"'
        yield f"idle_after = {minutes(terms.idle_after)}"
        yield f"notice = {minutes(self.notice)}"
        yield f"lead = {minutes(self.lead)}"
        yield f"margin = {minutes(self.margin)}"
        yield f'if_notice_late = "{"release" if terms.late else "keep"}"'
        yield f"cancel_queued = {str(terms.cancels).lower()}"
        yield f"[policies.{name}.protect]"
        yield "accounts = [" + ", ".join(f'"{id_}"' for id_ in sorted(self.protected)) + "]"
        yield f'handles = ["{self.protected_handles}"]'
        yield f"min_followers = {self.protected_followers}"
