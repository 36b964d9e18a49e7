"""The benchmarks still run: nothing is claimed from their figures here."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks import daemon, judging, limits, openings, soak, starts, year
from benchmarks.server import Bucket
from tests.house.units import assignments
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
        "script, one by one",
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


def test_a_year_is_played_into_a_file_and_its_size_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    year.year(accounts=4, days=2, polls=2)

    rows = {row[:24].rstrip(): row.split() for row in capsys.readouterr().out.splitlines()}
    assert rows.keys() >= {"accounts", "all of it", "the row of a turn", "with 96 turns a day"}
    assert (rows["accounts"][1], rows["accounts"][-2:]) == ("4", ["1.00", "×"])


def samples(*memory: float) -> list[soak.Sample]:
    """One a minute, of a process that is otherwise the same."""
    rest = (20.0, 2.0, 500.0, 5.0, 10.0, 4.0)
    return [soak.Sample(at=60.0 * number, sizes=(one, *rest)) for number, one in enumerate(memory)]


def test_a_line_rises_by_what_is_more_at_its_end_whatever_lies_beside_it() -> None:
    assert soak.rise(samples(10.0, 12.0, 14.0), 0) == pytest.approx(4.0)
    assert soak.rise(samples(10.0, 13.0, 7.0, 10.0), 0) == pytest.approx(-1.8)


@pytest.mark.parametrize(
    ("memory", "turns", "flat"),
    [
        ((50.0, 90.0, 90.0, 90.0, 91.0, 90.0), 9, True),
        ((90.0, 90.0, 90.0, 90.0, 92.0, 94.0), 9, False),
        ((90.0, 90.0, 90.0, 90.0, 90.0, 90.0), 1, False),
    ],
    ids=["what is made once", "it grows", "it did nothing"],
)
def test_who_grows_in_the_second_half_or_does_nothing_is_not_flat(
    memory: tuple[float, ...], turns: int, flat: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert soak.told("sqlite", samples(*memory), {"turns": turns}) is flat
    assert ("NOT FLAT" in capsys.readouterr().out) is (memory[-1] > 93.0)


def test_a_daemon_is_shipped_as_it_is_soaked() -> None:
    """What the soak proves of memory is true of as many arenas as it gives."""
    (said,) = (f"{name}={value}" for name, value in soak.AS_SHIPPED.items())
    assert ("Environment", said) in assignments("lease-watcher.service")
    assert re.search(rf"^ENV .*\b{said}$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_judge_finds_in_text_what_custodian_would_be_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    judging.compare(1_440, 1)

    rows = {row[:24].rstrip(): row.split() for row in capsys.readouterr().out.splitlines()}
    assert rows["judge"][-1] == "16", "48 renew within a day; of them 16 were not used for long"


def test_fleets_of_many_sizes_are_measured_beside_the_smallest() -> None:
    fleets = ("--fleet", "2x5", "--fleet", "4x5")
    command = [sys.executable, "-m", "benchmarks", "--growth", "--threads", "2", *fleets]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()[-2:]] == ["10", "20"]


def test_it_is_measured_until_the_api_is_asked_for_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    starts.compare_first_requests(f"sqlite:///{tmp_path / 'watcher.db'}", 1)

    rows = [row[:24].rstrip() for row in capsys.readouterr().out.splitlines()]
    assert rows[2:6] == ["its libraries imported", "audit", "run --once", "run"]
    *parts, _ = rows[9:]
    assert [part.lstrip("0123456789 ") for part in parts] == [
        "the interpreter",
        "libraries",
        "classes of values",
        "modules of ours",
        "settings, ledger, wiring",
    ]


def test_a_turn_that_broke_down_is_no_endurance(capsys: pytest.CaptureFixture[str]) -> None:
    """The first soak met one, after each answer that was lost, and called the daemon flat."""
    steady = samples(90.0, 90.0, 90.0, 90.0)

    assert soak.told("sqlite", steady, {"turns": 9, soak.SURPRISES: 0})
    assert not soak.told("sqlite", steady, {"turns": 9, soak.SURPRISES: 1})
    assert "1 surprises" in capsys.readouterr().out


def test_windows_open_one_after_the_other_in_whole_seconds_and_the_rest_stay_shut() -> None:
    first = datetime(2026, 5, 18, 12, tzinfo=UTC)
    fleet = openings.fleet(first, 2)

    opens = [one.next_renewal_at - timedelta(hours=6) for one in fleet.accounts]
    assert opens[:2] == [first, first + timedelta(seconds=2)]
    assert min(opens[2:]) > first + timedelta(days=20)
    assert len({one.project for one in fleet.accounts}) == len(fleet.accounts), "one is slow, not another"
    assert fleet.posts == []
