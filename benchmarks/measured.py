"""What a process used: printed by it at its end, read by who started it."""

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """Of one process: wall and CPU seconds of the work alone, peak memory of the whole in MiB."""

    wall: float
    cpu: float
    peak: float
    done: int


class Meter:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def tell(self, done: int) -> None:
        """Print what was used since the meter was made; `done`: accounts."""
        used = {
            "wall": time.perf_counter() - self._wall,
            "cpu": time.process_time() - self._cpu,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "done": done,
        }
        print(json.dumps(used), flush=True)


def measured(module: str, *words: object) -> Used:
    """What `python -m module words…` told at its end."""
    command = [sys.executable, "-m", module, *map(str, words)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Used(**json.loads(done.stdout.splitlines()[-1]))
