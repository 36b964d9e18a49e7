"""The benchmarks still run: nothing is claimed from their figures here."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_small_one_tells_the_baseline_and_what_is_held_against_it() -> None:
    """They had stopped at a configuration of the past, and nobody saw it."""
    command = [sys.executable, "-m", "benchmarks", "--projects", "3", "--accounts", "5", "--threads", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    rows = done.stdout.splitlines()[-3:]
    assert [row.partition("  ")[0] for row in rows] == [
        "bare loop (baseline)",
        "full dry turn",
        "… of a tenth of it",
    ]
