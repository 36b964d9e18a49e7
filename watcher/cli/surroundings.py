"""What a command finds around it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import get_terminal_size
from typing import TextIO

from watcher.cli.stop import Stop
from watcher.decide.exits import Exit
from watcher.ports.clock import Clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """The environment, the working folder, the clock, and where to write.

    `out` is for what was asked for, `err` for logs, progress and complaints.
    """

    environ: Mapping[str, str]
    cwd: Path
    clock: Clock
    out: TextIO
    err: TextIO

    @property
    def color(self) -> bool:
        """Whether what is asked for may be coloured."""
        return self.out.isatty() and self._wants_color

    @property
    def err_color(self) -> bool:
        return self.err.isatty() and self._wants_color

    @property
    def width(self) -> int | None:
        """Cells of the terminal, None where the output is none: then nothing is shortened."""
        return get_terminal_size().columns if self.out.isatty() else None

    @property
    def _wants_color(self) -> bool:
        # https://no-color.org: any value but the empty one.
        return not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"


def real_surroundings() -> Surroundings:
    """Those of this process. Raises `Stop` where its working folder is gone."""
    import os

    from watcher.adapters.clock import SystemClock

    try:
        cwd = Path.cwd()
    except OSError:
        raise Stop(
            Exit.USAGE, "The folder that this was started in does not exist any more: `cd` to another one."
        ) from None
    return Surroundings(environ=os.environ, cwd=cwd, clock=SystemClock(), out=sys.stdout, err=sys.stderr)
