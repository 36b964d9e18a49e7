"""`make mutants`: changes the pure core in one place after the other; do quick tests see it?"""

import os
import random
import sys
import time
import tomllib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import pytest
from hypothesis import HealthCheck, settings

from tests.mutants.planting import ROOT, Mutant, Planting
from tests.mutants.trying import KILLED, Fate, Trying
from tests.needs import MARKS

Fates = dict[Mutant, Fate]
QUICK = f"not ({' or '.join((*MARKS, 'slow'))})"


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help="only these; default: what decides a DELETE"
    )
    parser.add_argument("--rest", action="store_true", help="instead: the rest of the pure core")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, drawn by chance; default: all")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of that chance; default: 1")
    parser.add_argument(
        "--seconds", type=float, default=10, metavar="S", help="of tests/core for one mutant; default: 10"
    )
    parser.add_argument(
        "--again",
        type=float,
        default=30,
        metavar="S",
        help="of all quick tests for one that survives these; 0: none is asked again; default: 30",
    )
    options = parser.parse_args()
    with os.fdopen(os.dup(1), "w", buffering=1) as out:
        modules = options.modules or (the_rest() if options.rest else deciding())
        fates = tried(modules, options.sample, options.seed, options.seconds, options.again)
        return told(fates, reasons(), out)


def configured() -> Mapping[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]


def deciding() -> list[str]:
    paths = [path for glob in configured()["mutants"]["decides"] for path in sorted(ROOT.glob(glob))]
    return [named(str(path.relative_to(ROOT))) for path in paths]


def the_rest() -> list[str]:
    folders = [ROOT.joinpath(*one.split(".")) for one in configured()["coverage"]["run"]["source"]]
    paths = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return [one for path in paths if (one := named(str(path.relative_to(ROOT)))) not in deciding()]


def named(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def tried(modules: Sequence[str], sample: int | None, seed: int, seconds: float, again: float) -> Fates:
    """What became of each mutant. What tests print goes nowhere; how far it is goes to standard error."""
    progress = os.fdopen(os.dup(2), "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    fates: Fates = {}
    began = time.monotonic()
    settings.register_profile(
        "mutants",
        max_examples=10,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with Planting(modules) as planting:
        mutants = planting.mutants
        if sample:
            mutants = random.Random(seed).sample(mutants, min(sample, len(mutants)))

        def tell(mutant: Mutant, fate: Fate, killer: str) -> None:
            fates[mutant] = fate
            if fate is not Fate.KILLED:
                print(f"{mutant.module} {mutant.function} {fate} {killer}\n{mutant.change}", file=progress)
            if len(fates) % 50 == 0:
                print(f"{len(fates)} of {len(mutants)} after {time.monotonic() - began:.0f} s", file=progress)

        trying = Trying(mutants=mutants, seconds=seconds, again=again, told=tell)
        arguments = ["tests" if again else "tests/core", "-m", QUICK, "-n", "0", "-q"]
        arguments += ["-p", "no:schemathesis", "-p", "no:randomly", "-p", "no:cacheprovider"]
        arguments += ["--timeout=0", "--hypothesis-profile=mutants"]
        arguments += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        with TemporaryDirectory() as folder:
            arguments += [f"--basetemp={folder}", "-o", "tmp_path_retention_policy=none"]
            os.dup2(nowhere, 1)
            ended = pytest.main(arguments, plugins=[trying])
        for test in trying.left_out:
            print(f"{test} fails without any mutant: nothing is asked of it", file=progress)
    if len(fates) < len(mutants):
        print(f"pytest ended with {ended} before every mutant was tried", file=progress)
        raise SystemExit(1)
    return fates


def reasons() -> dict[tuple[str, str, str], str]:
    """Why a mutant may survive, by where it is and what it changes."""
    found = tomllib.loads((ROOT / "tests" / "mutants" / "reasons.toml").read_text("utf-8"))["survivor"]
    return {(one["module"], one["function"], one["change"].strip()): one["reason"] for one in found}


def told(fates: Fates, known: Mapping[tuple[str, str, str], str], out: TextIO) -> int:
    """Prints what was found. 1: too few are killed, or one that decides a DELETE survives unexplained."""
    decides = set(deciding())
    left = {mutant: fate for mutant, fate in fates.items() if fate not in KILLED}
    unexplained = [one for one in left if (one.module, one.function, one.change) not in known]
    for mutant in unexplained:
        print(f"{mutant.module} {mutant.function}: {left[mutant]}", mutant.change, "", sep="\n", file=out)
    tries, lived = (Counter(one.module for one in of) for of in (fates, left))
    for module in sorted(tries):
        print(f"{module:50}{tries[module] - lived[module]:6} of {tries[module]:4}", file=out)
    killed, of = len(fates) - len(left), len(fates)
    least, most = interval(killed, of)
    print(
        f"{killed} of {of} killed: {killed / of:.1%}; of all such mutants {least:.1%} to {most:.1%}", file=out
    )
    at_first = sum(fate is Fate.KILLED for fate in fates.values())
    print(
        f"{at_first} by a few tests of tests/core, {killed - at_first} when all quick tests were asked",
        file=out,
    )
    print(f"{len(left) - len(unexplained)} survive for a reason, {len(unexplained)} without", file=out)
    enough = 100 * killed >= configured()["mutants"]["floor"] * of
    return 0 if enough and not any(one.module in decides for one in unexplained) else 1


def interval(killed: int, of: int) -> tuple[float, float]:
    """Wilson's, of 95 %: where the share of all mutants lies of which these were drawn by chance."""
    z, share = 1.96, killed / of
    middle, spread = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + (z / (2 * of)) ** 2)
    return tuple((middle + sign * spread) / (1 + z * z / of) for sign in (-1, 1))


if __name__ == "__main__":
    sys.exit(main())
