"""What is measured: turns as `run --once` and the daemon take them, before a report is printed.

`python -m benchmarks.turns dry|run PORT PROJECTS THREADS LEDGER [--stages] [--tier TIER]` prints what each
turn used: one dry turn, or a first turn that observes and a steady one after it, over the same fleet.
"""

from argparse import ArgumentParser
from threading import Event

from benchmarks.measured import Meter
from benchmarks.stages import Stages
from watcher.adapters.channels.kinds.webhook import WebhookOptions
from watcher.adapters.clock import SystemClock
from watcher.adapters.layers import options
from watcher.adapters.layers.options import Tier
from watcher.adapters.ledger.places import LedgerUrl
from watcher.decide.exits import exit_of
from watcher.rules.policy import Policy, ReleaseRule, ReleaseWhen
from watcher.settings.model import ApiSection, ProjectOptions, Settings, StoreOptions
from watcher.texts.secret import Secret
from watcher.turn.turns import Turns
from watcher.wiring.turn import Purpose, Wiring, open_turns


def settings(port: int, projects: int, threads: int, ledger: str, tier: Tier) -> Settings:
    """Every project enrolled, under a policy that releases what is idle; who is told is a webhook."""
    policy = Policy(name="standard", release=ReleaseRule(when=ReleaseWhen.IDLE))
    return Settings(
        api=ApiSection(base_url=f"http://127.0.0.1:{port}", tier=tier, threads=threads),
        store=StoreOptions(url=LedgerUrl(Secret(ledger))),
        projects={
            f"project-{number}": ProjectOptions(id=f"prj_{number:08d}", enrolled=True)
            for number in range(projects)
        },
        policies={"standard": policy},
        notifiers={"hook": WebhookOptions(url=Secret(f"http://127.0.0.1:{port}/hook"))},
    )


def main(
    kind: str, port: int, projects: int, threads: int, ledger: str, *, stages: bool, tier: Tier | None
) -> None:
    """`tier`: the rate budget is that of this one. Else it is kept but never full: what is measured is our
    work, not the provider's limit.
    """
    wiring = Wiring(
        settings=settings(port, projects, threads, ledger, tier or Tier.PARTNER),
        key=Secret("lp_benchmark"),
        clock=SystemClock(),
        purpose=Purpose.DRY_RUN if kind == "dry" else Purpose.RUN,
        stop=Event(),
    )
    if tier is None:
        options.ALLOWANCES[Tier.PARTNER] = options.Allowance(reads=10**9, writes=0)  # type: ignore[index]
    with open_turns(wiring) as turns:
        watched = Stages.of(turns) if stages else None
        for _ in range(1 if kind == "dry" else 2):
            meter = Meter()
            meter.tell(_taken(turns, projects), watched)


def _taken(turns: Turns, projects: int) -> int:
    """How many accounts one turn met. Its report is let go before the next turn, as by the daemon."""
    report = turns.run().report
    assert report.totals.projects == projects, (report.trouble_detail, report.unread[:3], exit_of(report))
    return report.totals.accounts


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("dry", "run"))
    for number in ("port", "projects", "threads"):
        parser.add_argument(number, type=int)
    parser.add_argument("ledger")
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--tier", type=Tier)
    main(**vars(parser.parse_args()))
