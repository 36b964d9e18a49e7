"""How late a release goes out after its window opened: by a daemon that waits for it, and beside a full
poll.

`python -m benchmarks.openings [--openings N] [--seconds N]`. The real daemon against the sandbox, at the
pace of a clock; windows open one after the other, two seconds apart, and polls are a minute apart. Some
projects answer so slowly that a full poll takes `--seconds`, and those in which windows open do not. What a
DELETE is late by is when the sandbox got it, less when its window opened. Windows that open while a full
poll is under way wait for its end: their figure stands as a ratio to what was left of it then. The baseline
of the others is a bare timer of the same machine in the same minutes.
"""

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from watcher.sandbox.faults import Hang
from watcher.sandbox.fleets import large
from watcher.sandbox.sandbox import Sandbox
from watcher.sandbox.values import Fleet, Key

_APART: Final = timedelta(seconds=2)
_LEAD: Final = timedelta(hours=6)
_PREPARED: Final = timedelta(seconds=120)
"""From the start until the first window opens: meanwhile all is announced, and notices come of age."""
_SEEN_BEFORE: Final = (timedelta(hours=4), timedelta(minutes=115), timedelta(minutes=40))
"""How long before that turns are taken, by the sandbox's clock: to see, to announce, and between."""
_AT_ONCE: Final = 4
_SLOW: Final = 40
"""Projects that answer slowly, four at a time."""
_KEY: Final = "lp_test_sandbox"
_CONFIGURATION: Final = """\
mode = "enforce"
[api]
base_url = "{url}"
tier = "partner"
[schedule]
poll = "1m"
[store]
url = "sqlite:///{folder}/watcher.db"
[brakes]
min_history = "30m"
max_releases = 1000
max_share = 1.0
max_project_share = 1.0
max_value_cents = 100000000
[policies.standard]
evidence_complete = true
[policies.standard.release]
when = "idle"
notice = "1h"
[notifiers.ops]
kind = "webhook"
url = "{url}/_sandbox/inbox"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Late:
    """One release, by how many seconds; `left`: so many were left of the full poll under way, if one was."""

    seconds: float
    left: float | None


def fleet(first: datetime, openings: int) -> Fleet:
    """Unused accounts, one a project: windows of the first open one after the other, of the rest never."""
    made = large(first, projects=openings + _SLOW, accounts=1)
    accounts = [
        replace(one, next_renewal_at=first + _LEAD + (number * _APART if number < openings else 100 * _LEAD))
        for number, one in enumerate(made.accounts)
    ]
    return replace(made, accounts=accounts, posts=[])


@contextmanager
def running(folder: Path, url: str, projects: Sequence[str]) -> Iterator[Path]:
    """The daemon; its log."""
    file, log = folder / "lease-watcher.toml", folder / "log"
    named = (f'[projects.p{number}]\nid = "{one}"\nenrolled = true\n' for number, one in enumerate(projects))
    file.write_text(_CONFIGURATION.format(url=url, folder=folder) + "".join(named))
    environ = {**os.environ, "LAYERS_API_KEY": _KEY, "STATE_DIRECTORY": str(folder)}
    command = [sys.executable, "-m", "watcher", "run", "--config", str(file)]
    with log.open("w") as err, subprocess.Popen(command, stdout=err, stderr=err, env=environ) as daemon:
        try:
            yield log
            assert daemon.poll() is None, log.read_text()[-2_000:]
        finally:
            daemon.terminate()


def lateness(openings: int, seconds: float, folder: Path) -> list[Late]:
    """The sandbox's clock goes after the machine's until all is announced, and then is the machine's own:
    what a clock that was moved is off by would be counted as lateness.
    """
    # Renewals are told in whole seconds: a window would open a part of one earlier than is said here.
    first = datetime.now(UTC).replace(microsecond=0) + _PREPARED
    sandbox = Sandbox(
        fleet=fleet(first, openings),
        clock=lambda: datetime.now(UTC),
        keys=(Key(secret=_KEY, tier="partner"),),
    )
    opens = {one.id: one.next_renewal_at - _LEAD for one in sandbox.world.accounts.values()}
    projects = list(sandbox.world.projects)
    slow = "|".join(projects[openings:])
    sandbox.move_to(first - _SEEN_BEFORE[0])
    with sandbox.serve() as serving, running(folder, serving.url, projects) as log:
        for before in _SEEN_BEFORE[1:]:
            _until(lambda: bool(polls(log, sandbox.now())), log)
            sandbox.move_to(first - before)
        _until(lambda: bool(polls(log, sandbox.now())), log)
        sandbox.move_to(datetime.now(UTC))
        left = (first - datetime.now(UTC)).total_seconds()
        assert left > 0, (
            f"all was announced {-left:.0f} s too late: on a machine as busy as this nothing is told"
        )
        sandbox.add_fault(Hang(seconds=seconds * _AT_ONCE / _SLOW, path=f"({slow})/leased-accounts"))
        patience = left + openings * _APART.total_seconds() + 4 * seconds + 60.0
        _until(lambda: len(sandbox.world.releases) >= openings, log, patience)
        last = max(one.at for one in sandbox.world.releases)
        _until(lambda: any(ended > last for _, ended in polls(log, None)), log, patience)
        under_way = polls(log, None)
    return [
        Late(
            seconds=(one.at - opens[one.account]).total_seconds(),
            left=next(
                (
                    (ended - opens[one.account]).total_seconds()
                    for begun, ended in under_way
                    if begun <= opens[one.account] < ended
                ),
                None,
            ),
        )
        for one in sandbox.world.releases
    ]


def polls(log: Path, now: datetime | None) -> list[tuple[datetime, datetime]]:
    """When each full turn began and ended; by `now` those of the last minutes alone."""
    lines = (json.loads(line) for line in log.read_text().splitlines() if '"event": "turn ended"' in line)
    spans = [
        (datetime.fromisoformat(line["started_at"]), datetime.fromisoformat(line["ended_at"]))
        for line in lines
        if line["kind"] == "full"
    ]
    return [one for one in spans if now is None or abs(now - one[0]) < timedelta(minutes=5)]


def _until(is_so: Callable[[], bool], log: Path, patience: float = 100.0) -> None:
    end = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < end, log.read_text()[-3_000:]
        time.sleep(0.05)


def timers(openings: int) -> list[float]:
    """How late a bare timer of this machine comes back, in seconds."""
    late = []
    for _ in range(openings):
        until = time.monotonic() + 0.5
        time.sleep(0.5)
        late.append(time.monotonic() - until)
    return late


def compare(openings: int, seconds: float) -> None:
    with TemporaryDirectory() as folder:
        seen = lateness(openings, seconds, Path(folder))
    bare = timers(openings)
    base = median(bare)
    alone = [one.seconds for one in seen if one.left is None]
    beside = [one for one in seen if one.left is not None]
    print(f"\n{f'{openings} openings':<24}{'of them':>8}{'median':>11}{'worst':>11}{'ratio':>12}")
    for name, late in (("bare timer (baseline)", bare), ("alone", alone)):
        if late:
            print(_row(name, late, f"{median(late) / base:10.1f} ×"))
    if beside:
        ratios = [one.seconds / one.left for one in beside if one.left]
        print(
            _row(
                "beside a full poll",
                [one.seconds for one in beside],
                f"{median(ratios):10.2f} × what was left",
            )
        )


def _row(name: str, late: Sequence[float], ratio: str) -> str:
    return f"{name:<24}{len(late):8}{median(late) * 1e3:8,.0f} ms{max(late) * 1e3:8,.0f} ms{ratio}"


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--openings", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20.0, help="that a full poll takes (default: 20)")
    options = parser.parse_args()
    compare(options.openings, options.seconds)
