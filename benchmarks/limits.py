"""Turns where not our work but the API is what takes the time: each tier as it is enforced, and a far API.

`python -m benchmarks.limits [TIER…]`. A turn of as many requests as fill two windows of the tier and begin a
third takes two minutes at best. A far answer takes 50 ms, and so many threads wait for it at once.
"""

import subprocess
import sys
from argparse import ArgumentParser
from dataclasses import dataclass

from benchmarks.ledgers import files
from benchmarks.measured import measured
from watcher.adapters.layers.options import ALLOWANCES, Tier

_WINDOWS = 2
_FAR_SECONDS = 0.05
_FAR_PROJECTS = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a server was asked in one turn, and how long the turn took, in seconds."""

    answered: int
    refused: int
    seconds: float


def asked(*, projects: int, threads: int, tier: Tier | None, limit: int | None, after: float) -> Asked:
    """One dry turn of projects with one account each, far from its renewal: a request a project.

    Without a tier our own budget is never full.
    """
    command = [sys.executable, "-m", "benchmarks.server", "1", "--tell", "--after", str(after)]
    if limit is not None:
        command += ["--limit", str(limit)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        port = int(server.stdout.readline())
        held = () if tier is None else ("--tier", tier.value)
        with files() as ledger:
            (used,) = measured("benchmarks.turns", "dry", port, projects, threads, ledger(), *held)
        server.stdin.close()
        answered, refused = map(int, server.stdout.readline().split())
    return Asked(answered=answered, refused=refused, seconds=used.wall)


def compare_tiers(tiers: list[Tier]) -> None:
    """The baseline is what a sliding window allows at best: a full one at once, each next a minute later."""
    print(f"\n{'tier as it is enforced':<24}{'requests':>10}{'refused':>9}{'at best':>10}{'took':>10}{'':>9}")
    for tier in tiers:
        limit = ALLOWANCES[tier].reads
        one = asked(projects=_WINDOWS * limit, threads=4, tier=tier, limit=limit, after=0.0)
        best = 60.0 * ((one.answered - 1) // limit)
        print(
            f"{tier.value:<24}{one.answered:10,}{one.refused:9,}{best:8.0f} s{one.seconds:8.1f} s"
            f"{one.seconds / best:7.3f} ×",
            flush=True,
        )


def compare_threads() -> None:
    """What so many threads could fetch that do nothing but wait is the baseline."""
    print(f"\n{'50 ms to each answer':<24}{'requests':>10}{'a second':>9}{'at best':>10}{'':>9}")
    for threads in (1, 4, 16):
        one = asked(projects=_FAR_PROJECTS, threads=threads, tier=None, limit=None, after=_FAR_SECONDS)
        rate, best = one.answered / one.seconds, threads / _FAR_SECONDS
        print(
            f"{f'{threads} threads':<24}{one.answered:10,}{rate:9.1f}{best:10.1f}{rate / best:7.2f} ×",
            flush=True,
        )


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("tiers", nargs="*", type=Tier, default=[Tier.STANDARD, Tier.PILOT, Tier.PARTNER])
    compare_tiers(parser.parse_args().tiers)
    compare_threads()
