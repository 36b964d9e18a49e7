"""What another process is, and did so far, by what the system says of it."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """At a process: MiB, how many threads, how often one of them went to sleep so far, CPU seconds so far."""

    memory: float
    threads: int
    slept: int
    cpu: float


def look(process: int) -> Look:
    folder = Path(f"/proc/{process}")
    slept = 0
    for task in (folder / "task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile
            told = dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
            slept += int(told["voluntary_ctxt_switches"])
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    times = (folder / "stat").read_text().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return Look(
        memory=int(status["VmRSS"].split()[0]) / 1024,
        threads=int(status["Threads"]),
        slept=slept,
        cpu=(int(times[11]) + int(times[12])) / ticks,
    )
