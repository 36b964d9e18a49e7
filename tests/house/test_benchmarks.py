"""The benchmarks still run: nothing is claimed from their figures here."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import daemon, limits
from benchmarks.server import Bucket
from watcher.adapters.layers.options import Tier

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


def test_a_server_that_holds_a_tier_tells_what_it_was_asked() -> None:
    """Three leases and who the key belongs to; none was one too many."""
    one = limits.asked(projects=3, threads=2, tier=Tier.STANDARD, limit=120, after=0.01)

    assert (one.answered, one.refused) == (4, 0)
    assert one.seconds > 0.02, "the server takes its time"


def test_a_server_that_holds_a_tier_refuses_who_asks_for_more() -> None:
    bucket = Bucket(limit=2)

    assert [bucket.wait(at) for at in (0.0, 10.0, 59.0, 60.0, 61.0)] == [None, None, 1.0, None, 9.0]
    assert (bucket.answered, bucket.refused) == (3, 2)


def test_an_idle_daemon_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    daemon.compare_idle(0.1)

    rows = capsys.readouterr().out.splitlines()
    names = [row[:24].rstrip() for row in rows[2:]]
    assert names == [
        "libraries (baseline)",
        "python, only waiting",
        "daemon, ledger made",
        "daemon, ledger found",
        "daemon with [health]",
    ]
