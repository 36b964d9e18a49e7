"""A daemon for minutes at fifty times the pace, under faults: whether it stays as large as it is.

`python -m benchmarks.soak [--minutes N] [--ledger sqlite|postgresql]` (`make soak MINUTES=20`). The real
daemon in a process of its own, on each ledger in turn, against the sandbox, whose clock goes fifty times as
fast: a poll of five minutes is six seconds. All along people post, faults come and go, the configuration is
reloaded, and its pages are asked for. Every few seconds it is looked at: memory, threads, open descriptors,
connections among them.

Memory is three figures (`held.py`). What leaks is still in use: objects, and what C's allocator has handed
out, which may hardly rise at all. What is resident is what the machine misses, and rises longer: what was
given back stays in pieces, in as many arenas as glibc lets threads have. It has as few as it is shipped with.

Flat is what a straight line through the second half rises by no more than `ALLOWED` of; the first half is
for what is made once. The table is printed either way, and the exit code is 1 unless all is flat and turns
were taken.
"""

import os
import random
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.request import urlopen

from benchmarks.ledgers import databases, files
from benchmarks.processes import look
from tests.ports import free_port
from watcher.sandbox.faults import DropBefore, EmptyList, Fault, Hang, LostAnswer, RateLimited, ServerError
from watcher.sandbox.fleets import large
from watcher.sandbox.sandbox import Sandbox
from watcher.sandbox.values import Fleet, Key, Post

PACE: Final = 50
AS_SHIPPED: Final = {"MALLOC_ARENA_MAX": "2"}
"""Of the environment that the image and the units give it."""
ALLOWED: Final = {
    "memory, MiB": 2.0,
    "of malloc, MiB": 0.5,
    "of SQLite, MiB": 0.5,
    "objects, thousands": 15.0,
    "threads": 2.0,
    "descriptors": 4.0,
    "connections": 4.0,
}
"""By how much each may be more at the end of the second half than at its middle, by the line through it."""
SURPRISES: Final = "surprises"
"""Tracebacks in the log: what no fault of the API's may lead to."""
_STEP_SECONDS: Final = 0.25
_LOOK_SECONDS: Final = 3.0
_RELOAD_SECONDS: Final = 30.0
_KEY: Final = "lp_test_sandbox"
_HELD: Final = "held"
_CONFIGURATION: Final = """\
mode = "enforce"
[api]
base_url = "{url}"
tier = "partner"
timeout = "2s"
[schedule]
poll = "5m"
[store]
url = "{ledger}"
[health]
listen = "127.0.0.1:{port}"
[status]
listen = "127.0.0.1:{status_port}"
[brakes]
min_history = "30m"
max_releases = 1000
max_share = 1.0
max_project_share = 1.0
max_value_cents = 100000000
[policies.standard.release]
when = "idle"
notice = "1h"
[notifiers.ops]
kind = "webhook"
url = "{url}/_sandbox/inbox"
"""
_FAULTS: Final[Sequence[Fault | None]] = (
    ServerError(status=502, probability=0.3),
    None,
    RateLimited(retry_after="1", times=5),
    LostAnswer(method="DELETE", times=2),
    Hang(seconds=5.0, times=3),
    None,
    DropBefore(probability=0.2),
    EmptyList(path="leased-accounts", times=2),
    ServerError(path="scheduled-posts", status=500),
    None,
)
"""One after the other, each for a few seconds: none leaves the API without an answer for long."""
_FAULT_SECONDS: Final = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Seconds since the daemon was there, and how large it was."""

    at: float
    sizes: tuple[float, ...]


def fleet(now: datetime) -> Fleet:
    """200 accounts of which each renews within two days: at this pace, within an hour."""
    made = large(now, projects=10, accounts=20)
    soon = (
        replace(one, next_renewal_at=now + timedelta(hours=8, minutes=12 * number))
        for number, one in enumerate(made.accounts)
    )
    return replace(made, accounts=list(soon))


def rise(samples: Sequence[Sample], which: int) -> float:
    """By how much the line of least squares through these rises from the first to the last of them."""
    times = [one.at for one in samples]
    sizes = [one.sizes[which] for one in samples]
    middle, mean = sum(times) / len(times), sum(sizes) / len(sizes)
    spread = sum((at - middle) ** 2 for at in times)
    slope = sum((at - middle) * (size - mean) for at, size in zip(times, sizes, strict=True)) / spread
    return slope * (times[-1] - times[0])


def sizes(process: int, held: Path) -> tuple[float, ...]:
    """In the order of `ALLOWED`; `held`: where it writes what it holds."""
    in_malloc, in_sqlite, objects = map(float, held.read_text().split())
    seen, sockets, descriptors = look(process), 0, 0
    for one in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            sockets += os.readlink(one).startswith("socket:")
            descriptors += 1
    held_by = (in_malloc, in_sqlite, objects)
    return (seen.memory, *held_by, float(seen.threads), float(descriptors), float(sockets))


@contextmanager
def running(
    folder: Path, url: str, ledger: str, ports: tuple[int, int], projects: Sequence[str]
) -> Iterator[int]:
    """The daemon's process, once it serves its pages."""
    file, log = folder / "lease-watcher.toml", folder / "log"
    named = (f'[projects.p{number}]\nid = "{one}"\nenrolled = true\n' for number, one in enumerate(projects))
    port, status_port = ports
    written = _CONFIGURATION.format(url=url, ledger=ledger, port=port, status_port=status_port)
    file.write_text(written + "".join(named))
    environ = {**os.environ, **AS_SHIPPED, "LAYERS_API_KEY": _KEY, "STATE_DIRECTORY": str(folder)}
    command = [sys.executable, "-m", "benchmarks.held", str(folder / _HELD), "run", "--config", str(file)]
    with log.open("w") as err, subprocess.Popen(command, stdout=err, stderr=err, env=environ) as daemon:
        try:
            until = time.monotonic() + 60.0
            while not asked(port, "healthz"):
                assert daemon.poll() is None, log.read_text()[-2_000:]
                assert time.monotonic() < until, log.read_text()[-2_000:]
                time.sleep(0.2)
            yield daemon.pid
            assert daemon.poll() is None, log.read_text()[-2_000:]
        finally:
            daemon.terminate()


def asked(port: int, page: str) -> bool:
    """Whether it answered; what, is of no matter here."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/{page}", timeout=5) as answer:
            return bool(answer.read())
    except OSError:
        return False


def _somebody_posts(sandbox: Sandbox, draw: random.Random) -> None:
    account, at = draw.choice(list(sandbox.world.accounts.values())), sandbox.now()
    post = Post.published(id=f"post_{at:%Y%m%d%H%M%S}", account=account, at=at)
    sandbox.edit(lambda world: world.with_posts([post]))


def soak(ledger: str, minutes: float, folder: Path) -> tuple[list[Sample], dict[str, int]]:
    """What was seen of the daemon, and how much of what it did."""
    draw, ports = random.Random(1), (free_port(), free_port())
    sandbox = Sandbox(
        fleet=fleet(datetime.now(UTC)),
        clock=lambda: datetime.now(UTC),
        keys=(Key(secret=_KEY, tier="partner"),),
    )
    projects = [one.id for one in sandbox.world.projects.values()]
    samples, faults, reloads = list[Sample](), cycle(_FAULTS), 0
    with sandbox.serve() as serving, running(folder, serving.url, ledger, ports, projects) as process:
        begun = time.monotonic()
        looked = faulted = reloaded = stepped = begun
        while (now := time.monotonic()) < begun + minutes * 60.0:
            sandbox.advance(timedelta(seconds=(now - stepped) * (PACE - 1)))
            stepped = now
            if now >= faulted + _FAULT_SECONDS:
                faulted = now
                sandbox.clear_faults()
                if (fault := next(faults)) is not None:
                    sandbox.add_fault(fault)
                _somebody_posts(sandbox, draw)
            if now >= reloaded + _RELOAD_SECONDS:
                reloaded = now
                reloads += 1
                os.kill(process, signal.SIGHUP)
            if now >= looked + _LOOK_SECONDS:
                looked = now
                samples.append(Sample(at=now - begun, sizes=sizes(process, folder / _HELD)))
                for port, page in ((ports[0], "metrics"), (ports[0], "readyz"), (ports[1], "")):
                    asked(port, page)
            time.sleep(_STEP_SECONDS)
    log = (folder / "log").read_text()
    return samples, {
        "turns": log.count('"event": "turn ended"'),
        SURPRISES: log.count("Traceback (most recent call last)"),
        "releases": len(sandbox.world.releases),
        "renewals": len(sandbox.world.debits),
        "reloads": reloads,
        "requests": len(serving.log.entries),
        "met by a fault": sum(bool(one.faults) for one in serving.log.entries),
    }


def told(name: str, samples: Sequence[Sample], did: dict[str, int]) -> bool:
    """The table of one daemon. Whether it was flat and did something."""
    half = samples[len(samples) // 2 :]
    print(
        f"\n{name}, {samples[-1].at / 60:.1f} min at {PACE} × the pace: "
        + ", ".join(f"{count:,} {what}" for what, count in did.items())
    )
    print(f"{'':<24}{'first':>9}{'middle':>9}{'last':>9}{'most':>9}{'rise':>9}{'allowed':>9}")
    flat = True
    for which, (what, allowed) in enumerate(ALLOWED.items()):
        seen = [one.sizes[which] for one in samples]
        rose = rise(half, which)
        flat = flat and rose <= allowed
        figures = "".join(f"{one:9.1f}" for one in (seen[0], half[0].sizes[which], seen[-1], max(seen)))
        print(f"{what:<24}{figures}{rose:+9.2f}{allowed:9.1f}{'' if rose <= allowed else '  NOT FLAT'}")
    print("rise: of the line through the second half, from the middle to the last", flush=True)
    return flat and did["turns"] > 1 and not did.get(SURPRISES)


def main(ledgers: Sequence[str], minutes: float) -> int:
    flat = True
    with ExitStack() as stack:
        for name in ledgers:
            new = stack.enter_context(files() if name == "sqlite" else databases())
            with TemporaryDirectory() as folder:
                flat = told(name, *soak(new(), minutes, Path(folder))) and flat
    return 0 if flat else 1


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="on each ledger (default: 20)")
    parser.add_argument("--ledger", choices=("sqlite", "postgresql"), help="one alone (default: both)")
    options = parser.parse_args()
    sys.exit(main([options.ledger] if options.ledger else ["sqlite", "postgresql"], options.minutes))
