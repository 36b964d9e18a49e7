"""`make prove SEEDS=N`: plays N seeded histories and judges them; or one again, with its story."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable

from rich.console import Console
from rich.progress import track

from tests.disk import not_waited_for
from tests.simulation.hunt import MOST, hunt, record
from tests.simulation.kept import kept_seeds
from tests.simulation.planted import PLANTED
from tests.simulation.prove import Proof, command, results, retold, shrunk, violations_in
from tests.simulation.seeded import history
from watcher.texts.spans import counted


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="so many histories; default: 20")
    parser.add_argument("--first", type=int, default=1, metavar="N", help="the first seed; default: 1")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="default: one for each core"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="only this one, with its story")
    parser.add_argument(
        "--planted", metavar="NAME|NAME", help="look for seeds that find these planted bugs; `all`: each"
    )
    parser.add_argument(
        "--record", action="store_true", help="with --planted: keep the seeds that were found"
    )
    parser.add_argument("--without", default="", metavar="N,N", help="with --seed: happenings to leave out")
    options = parser.parse_args()
    with not_waited_for():
        if options.planted is not None:
            names = PLANTED if options.planted == "all" else options.planted.split("|")
            return find(names, keep=options.record)
        if options.seed is not None:
            without = frozenset(int(one) for one in options.without.split(",") if one)
            return replay(options.seed, without)
        seeds = range(options.first, options.first + options.seeds)
        return prove(seeds, options.processes, kept_seeds())


def prove(seeds: range, processes: int, kept: Iterable[int] = ()) -> int:
    """Those that are kept first, then these. Shows how far it is where somebody looks."""
    proof = Proof()
    in_order = list(dict.fromkeys((*kept, *seeds)))
    played = track(
        results(in_order, processes),
        "Histories",
        total=len(in_order),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    for result in played:
        proof.add(result)
        found = len(result.judged.violations)
        if found:
            say(f"seed {result.seed}: {counted(found, 'violation')}", to=sys.stderr)
    for line in proof.text():
        say(line)
    if not proof.failed:
        return 0
    seed, violations = next(iter(proof.failed.items()))
    say("")
    for line in violations_in(violations):
        say(line)
    say("", to=sys.stderr)
    say(f"Leaving out what seed {seed} does not need to fail …", to=sys.stderr)
    least, _ = shrunk(seed, violations)
    for line in retold(least)[1]:
        say(line)
    say(f"Play it again: {command(least)}")
    return 1


def find(names: Iterable[str], *, keep: bool) -> int:
    unfound = 0
    for name in names:
        found = hunt(PLANTED[name])
        unfound += found is None
        if found is None:
            say(f"{name}: not found within {MOST} seeds")
        else:
            if keep:
                record(name, found.seed)
            say(f"{name}: seed {found.seed}, of {found.played} that were played: {found.violation}")
    return 1 if unfound else 0


def replay(seed: int, without: frozenset[int]) -> int:
    judged, lines = retold(history(seed, without))
    for line in lines:
        say(line)
    return 1 if judged.violations else 0


def say(line: str, to: object = None) -> None:
    print(line, file=to or sys.stdout, flush=True)


if __name__ == "__main__":
    sys.exit(main())
