"""What is measured: a full dry turn as `run --once --dry-run` takes it, before its report is printed.

`python -m benchmarks.dry_turn PORT PROJECTS THREADS`
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from benchmarks.measured import Meter
from watcher.adapters.api import options
from watcher.adapters.api.options import Tier
from watcher.adapters.clock import SystemClock
from watcher.adapters.ledger.places import LedgerUrl
from watcher.bootstrap import Purpose, Wiring, open_turns
from watcher.domain.exits import exit_of
from watcher.domain.policy import Policy, ReleaseRule, ReleaseWhen
from watcher.domain.secret import Secret
from watcher.settings.model import ApiSection, ProjectOptions, Settings, StoreOptions


def settings(port: int, projects: int, threads: int, folder: Path) -> Settings:
    """Every project enrolled, under a policy that releases what is idle."""
    policy = Policy(name="standard", release=ReleaseRule(when=ReleaseWhen.IDLE))
    return Settings(
        api=ApiSection(base_url=f"http://127.0.0.1:{port}", tier=Tier.PARTNER, threads=threads),
        store=StoreOptions(url=LedgerUrl(Secret(f"sqlite:///{folder / 'watcher.db'}"))),
        projects={
            f"project-{number}": ProjectOptions(id=f"prj_{number:08d}", enrolled=True)
            for number in range(projects)
        },
        policies={"standard": policy},
    )


def main(port: int, projects: int, threads: int) -> None:
    with TemporaryDirectory() as folder:
        wiring = Wiring(
            settings=settings(port, projects, threads, Path(folder)),
            key=Secret("lp_benchmark"),
            clock=SystemClock(),
            purpose=Purpose.DRY_RUN,
            stop=Event(),
        )
        # The rate budget is kept but never full: what is measured is our work, not the provider's limit.
        options.ALLOWANCES[Tier.PARTNER] = options.Allowance(reads=10**9, writes=0)  # type: ignore[index]
        meter = Meter()
        with open_turns(wiring) as turns:
            report = turns.run().report
        meter.tell(report.totals.accounts)
        assert report.totals.projects == projects, (report.trouble_detail, report.unread[:3], exit_of(report))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
