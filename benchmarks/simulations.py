"""Days ahead, played through in a process of its own: `… simulations PROJECTS ACCOUNTS DAYS POSTING`.

It tells what one reading of the fleet used, then the whole simulation: `done` is readings, then turns.
"""

import sys
from datetime import UTC, datetime
from typing import Final

from benchmarks.measured import Meter
from watcher.ahead.habits import Posting
from watcher.ahead.outset import Outset
from watcher.brakes import Limits
from watcher.rules.policy import Policy, ReleaseRule, ReleaseWhen
from watcher.sandbox.fleets import large
from watcher.settings.model import ProjectOptions, Settings
from watcher.wiring.made_up_fleet import outset_of
from watcher.wiring.simulation import Scenario, play

_NOW: Final = datetime(2026, 5, 18, 12, tzinfo=UTC)


def main() -> None:
    projects, accounts, days = map(int, sys.argv[1:4])
    fleet = large(_NOW, projects=projects, accounts=accounts)
    reading = Meter()
    outset = outset_of(fleet, _NOW, "a large fleet")
    reading.tell(1)
    settings, turns = _settings(outset), 0

    def count(_report: object) -> None:
        nonlocal turns
        turns += 1

    playing = Meter()
    play(
        Scenario(settings=settings, days=days, posting=Posting(sys.argv[4]), enforced=True),
        outset,
        hear=count,
    )
    playing.tell(turns)


def _settings(outset: Outset) -> Settings:
    """All enrolled, by the defaults of an idle policy; no limit halts what is to be measured."""
    return Settings(
        projects={name: ProjectOptions(id=id_, enrolled=True) for id_, name in outset.projects.items()},
        policies={"standard": Policy(name="standard", release=ReleaseRule(when=ReleaseWhen.IDLE))},
        brakes=Limits(
            max_releases=10**6, max_share=1.0, max_project_share=1.0, max_value_cents=10**9, max_idle_jump=1.0
        ),
    )


if __name__ == "__main__":
    main()
