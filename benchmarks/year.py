"""A year of a fleet, kept by a ledger in a file: what it takes there, by table, and what a turn adds.

`python -m benchmarks.year [--accounts N] [--days N]`. The days are those of `simulate`: real turns, on a
made-up world and a clock that is moved, but kept in a real SQLite file. Three accounts in four are in use,
and go on as in their last 30 days; the rest is announced and released. A turn is taken at each noon, with a
window of 25 hours so that each release has one. A daemon takes 96 turns a day: what changes is written once,
by whichever sees it first, so each of the others adds its own row. What that takes is measured after the
last day, and the year of such a daemon is stated with as many of them.
"""

import sqlite3
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final

from watcher.adapters.ledger.file_door import open_ledger
from watcher.adapters.ledger.memory.state import State
from watcher.ahead.habits import Posting
from watcher.brakes import Limits
from watcher.facts.accounts import ProjectId
from watcher.record.intents import Ending
from watcher.rules.policy import Policy, ReleaseRule, ReleaseWhen
from watcher.sandbox.fleets import large
from watcher.settings.model import ProjectOptions, Settings
from watcher.wiring.made_up_fleet import outset_of
from watcher.wiring.simulation import Scenario, Stage

_SINCE: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_POLL: Final = timedelta(minutes=15)
_POLLS: Final = 96
_IN_A_PROJECT: Final = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """Of a ledger's file, and of each table in it with its indexes, in bytes; and how many rows each has."""

    file: int
    tables: Mapping[str, int]
    rows: Mapping[str, int]

    @classmethod
    def of(cls, path: Path) -> "Size":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            names = [
                name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            of_one = (
                "SELECT coalesce(sum(pgsize), 0) FROM dbstat"
                " WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name = ?)"
            )
            tables = {name: connection.execute(of_one, (name,)).fetchone()[0] for name in names}
            rows = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
        return cls(file=path.stat().st_size, tables=tables, rows=rows)


def settings(projects: Mapping[ProjectId, str]) -> Settings:
    """All enrolled; no limit halts what is to be measured."""
    release = ReleaseRule(when=ReleaseWhen.IDLE, lead=timedelta(hours=25))
    return Settings(
        projects={name: ProjectOptions(id=id_, enrolled=True) for id_, name in projects.items()},
        policies={"standard": Policy(name="standard", release=release)},
        brakes=Limits(
            max_releases=10**6, max_share=1.0, max_project_share=1.0, max_value_cents=10**9, max_idle_jump=1.0
        ),
    )


def year(accounts: int, days: int, polls: int = _POLLS) -> None:
    """Play and tell. `polls`: by so many turns more it is measured what the row of one takes."""
    projects = max(accounts // _IN_A_PROJECT, 1)
    fleet = large(_SINCE, projects=projects, accounts=min(_IN_A_PROJECT, accounts))
    outset = outset_of(fleet, _SINCE, "a large fleet")
    scenario = Scenario(
        settings=settings(outset.projects), days=days + 2, posting=Posting.AS_BEFORE, enforced=True
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "watcher.db"
        begun, releases = process_time(), 0
        stage = Stage(scenario, outset, State("unused"), ledger=open_ledger(path))
        with closing(stage):
            for number in range(days):
                report = stage.turn(_SINCE + number * _DAY)
                releases += sum(one.ended is Ending.RELEASED for one in report.attempts)
                if sys.stderr.isatty():
                    print(f"\r{number + 1:4} of {days} days", end="", file=sys.stderr)
            spent, played = process_time() - begun, Size.of(path)
            for number in range(1, polls + 1):
                stage.turn(_SINCE + (days - 1) * _DAY + number * _POLL)
            polled = Size.of(path)
    turn = (polled.tables["turns"] - played.tables["turns"]) / polls
    _tell(accounts, days, releases, spent, played, turn)


def _tell(accounts: int, days: int, releases: int, spent: float, played: Size, turn: float) -> None:
    """`turn`: bytes of its own row."""
    print(f"\n{accounts:,} accounts, {days} days, {releases:,} releases; {spent:.0f} s of CPU")
    print(f"{'ledger, SQLite':<24}{'rows':>10}{'size':>12}{'an account':>13}{'ratio':>9}")
    accounts_alone = played.tables["accounts"]
    for name, size in sorted(played.tables.items(), key=lambda one: -one[1]):
        if size >= 0.01 * played.file:
            ratio = f"{size / accounts_alone:7.2f} ×"
            print(f"{name:<24}{played.rows[name]:10,}{_mb(size)}{size / accounts:11,.0f} B{ratio}")
    share = f"{played.file / accounts:11,.0f} B{played.file / accounts_alone:7.2f} ×"
    print(f"{'all of it':<24}{'':>10}{_mb(played.file)}{share}")
    whole = played.file + turn * (_POLLS - 1) * days
    print(f"{'the row of a turn':<24}{1:10}{turn:10,.0f} B")
    share = f"{whole / accounts:11,.0f} B{whole / accounts_alone:7.2f} ×"
    print(f"{f'with {_POLLS} turns a day':<24}{'':>10}{_mb(whole)}{share}")
    print("ratio: to the table of accounts, one row each")


def _mb(size: float) -> str:
    return f"{size / 1e6:9.1f} MB"


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=500)
    parser.add_argument("--days", type=int, default=365)
    options = parser.parse_args()
    year(options.accounts, options.days)
