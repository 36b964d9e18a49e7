"""The benchmarks still run: nothing is claimed from their figures here."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_small_one_tells_the_baseline_and_what_is_held_against_it() -> None:
    """They had stopped at a configuration of the past, and nobody saw it.

    Every stage is named, however small its share: on a busy machine another one's grows.
    """
    every_stage = "from benchmarks import __main__ as it; it._SMALLEST_SHARE = 0.0; it.main()"
    command = [sys.executable, "-c", every_stage, "--fleet", "3x5", "--threads", "2", "--sqlite"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    rows = {line.partition("  ")[0]: line.split() for line in done.stdout.splitlines()}
    assert rows.keys() >= {
        "bare loop (baseline)",
        "dry first turn",
        "first turn, SQLite",
        "steady turn, SQLite",
        "HTTP",
        "review",
        "ledger apply",
        "all else",
    }
    assert rows["ledger apply"][-1] != "0.0", "a steady turn writes, and that is seen"


def test_what_only_looks_is_measured_with_what_it_writes() -> None:
    command = [sys.executable, "-m", "benchmarks", "--looks", "--fleet", "2x3", "--threads", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)

    assert (done.returncode, done.stderr) == (0, "")
    rows = {line.partition("  ")[0]: line.split() for line in done.stdout.splitlines()}
    assert rows.keys() >= {"forecast --format json", "audit --format json", "report --format html"}
    assert rows["report --format html"][-1] == "MB"


def test_a_small_simulation_is_measured_by_each_assumption() -> None:
    command = [sys.executable, "-m", "benchmarks", "--simulate", "--fleet", "2x3", "--days", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert "\nnobody " in done.stdout
    assert "\nas-last-30-days " in done.stdout
