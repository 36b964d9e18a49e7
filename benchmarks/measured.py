"""What a process used: printed by it after each piece of work, read by who started it."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.stages import Stages


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """Of one piece of work: wall and CPU seconds, and the largest that its process was so far, in MiB.

    `done`: accounts. `stages`: CPU seconds by stage, where they were watched. `written`: signs.
    """

    wall: float
    cpu: float
    peak: float
    done: int
    stages: Mapping[str, float]
    written: int = 0


class Meter:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def tell(self, done: int, stages: "Stages | None" = None, *, written: int = 0) -> None:
        """Print what was used since the meter was made."""
        used = {
            "wall": time.perf_counter() - self._wall,
            "cpu": time.process_time() - self._cpu,
            "peak": peak(),
            "done": done,
            "stages": stages.taken() if stages else {},
            "written": written,
        }
        print(json.dumps(used), flush=True)


def peak() -> float:
    """The largest that this process was, in MiB. `ru_maxrss` would be its parent's, if that was larger."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def measured(module: str, *words: object) -> list[Used]:
    """What `python -m module words…` told, one for each piece of work."""
    command = [sys.executable, "-m", module, *map(str, words)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [Used(**json.loads(line)) for line in done.stdout.splitlines() if line.startswith('{"wall"')]
