"""A daemon between its turns: memory, threads, how often it wakes, CPU; beside its libraries, which only
wait.

`python -m benchmarks.daemon [--seconds N]`. Once the daemon's first turn is over it is left alone for so
many seconds, and then looked at twice, as many seconds apart. A daemon that makes or migrates its ledger
keeps what that took to its end; each later one finds it made, and that is the one to measure.
"""

import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.__main__ import served
from benchmarks.processes import Look, look
from tests.ports import free_port

_PROJECTS = 10
_ACCOUNTS = 100
_PATIENCE_SECONDS = 120.0
_CONFIGURATION = """\
[api]
base_url = "http://127.0.0.1:{port}"
tier = "partner"
[store]
url = "sqlite:///{folder}/watcher.db"
[policies.standard.release]
when = "idle"
{health}"""
_HEALTH = """\
[health]
listen = "127.0.0.1:{at}"
"""
_ONLY_WAITS = "import threading; threading.Event().wait()"
_LIBRARIES = "import apscheduler.schedulers.background, httpx, pydantic, sqlalchemy, structlog; "


@contextmanager
def running(folder: Path, port: int, at: int | None) -> Iterator[int]:
    """A daemon whose first turn is over; its process. `at`: the port of its health page, if it has one."""
    file, log = folder / "lease-watcher.toml", folder / "log"
    projects = (f'[projects.p{number}]\nid = "prj_{number:08d}"\n' for number in range(_PROJECTS))
    health = "" if at is None else _HEALTH.format(at=at)
    file.write_text(_CONFIGURATION.format(port=port, folder=folder, health=health) + "".join(projects))
    environ = {**os.environ, "LAYERS_API_KEY": "lp_benchmark", "STATE_DIRECTORY": str(folder)}
    command = [sys.executable, "-m", "watcher", "run", "--config", str(file)]
    with log.open("w") as err, subprocess.Popen(command, stdout=err, stderr=err, env=environ) as daemon:
        try:
            until = time.monotonic() + _PATIENCE_SECONDS
            while '"event": "turn ended"' not in log.read_text():
                assert daemon.poll() is None, log.read_text()[-2_000:]
                assert time.monotonic() < until, log.read_text()[-2_000:]
                time.sleep(0.1)
            yield daemon.pid
        finally:
            daemon.terminate()


@contextmanager
def waiting(first: str = "") -> Iterator[int]:
    """An interpreter that does nothing, for ever; `first` is what it does before."""
    with subprocess.Popen([sys.executable, "-c", first + _ONLY_WAITS]) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def idle(name: str, process: int, seconds: float, base: Look | None = None) -> Look:
    """One row: what the process is, and did in so many seconds. As many it is left alone before."""
    time.sleep(seconds)
    before = look(process)
    time.sleep(seconds)
    after = look(process)
    woke, cpu = (after.slept - before.slept) / seconds, (after.cpu - before.cpu) / seconds
    ratio = after.memory / (base or after).memory
    print(
        f"{name:<24}{after.memory:6.0f} MiB{ratio:8.2f} ×{after.threads:9}{woke:10.1f}{cpu * 1e3:12.1f} ms",
        flush=True,
    )
    return after


def compare_idle(seconds: float) -> None:
    print(
        f"\n{f'idle for {seconds:.0f} s':<24}{'memory':>10}{'ratio':>10}{'threads':>9}{'wakes/s':>10}"
        f"{'CPU a second':>15}"
    )
    with waiting(_LIBRARIES) as process:
        base = idle("libraries (baseline)", process, seconds)
    with waiting() as process:
        idle("python, only waiting", process, seconds, base)
    with served(_ACCOUNTS) as port, TemporaryDirectory() as folder:
        for name, at in (
            ("daemon, ledger made", None),
            ("daemon, ledger found", None),
            ("daemon with [health]", free_port()),
        ):
            with running(Path(folder), port, at) as process:
                idle(name, process, seconds, base)


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    compare_idle(parser.parse_args().seconds)
