"""The process that a command runs in: what it finds there, where it writes, and the way out of it."""

import gc
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from watcher.adapters import logs
from watcher.cli.render.sheet import laid_out
from watcher.cli.streams import cells_of, silence
from watcher.ports.clock import Clock
from watcher.record.exit_codes import Exit


class Stop(Exception):
    """Ends the command with a code and, on stderr, a text that says what to do. Holds no secret."""

    def __init__(self, code: Exit, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    def told(self, width: int | None) -> str:
        """As a person is told it, at a terminal of that width."""
        return laid_out(self.text.rstrip(), width)


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """The environment, the working folder, the clock, and where to write.

    `out` is for what was asked for, `err` for logs, progress and complaints. What machines read is written to
    them as it is; what people read is laid out for the terminal that they sit at.
    """

    environ: Mapping[str, str]
    cwd: Path
    clock: Clock
    out: TextIO
    err: TextIO
    stdin: TextIO | None = None
    """Where a person may answer; None: nobody is there."""
    collect: Callable[[], object] = gc.collect
    """Looks through all objects for what holds itself, in a tenth of a second: after a turn of a daemon."""

    @property
    def color(self) -> bool:
        """Whether what is asked for may be coloured."""
        return self.out.isatty() and self._wants_color

    @property
    def err_color(self) -> bool:
        return self.err.isatty() and self._wants_color

    @property
    def width(self) -> int | None:
        """Cells where it is read, None where nobody says: then nothing is shortened."""
        return cells_of(self.out, self.environ)

    @property
    def err_width(self) -> int | None:
        """As `width`, where people are told and asked."""
        return cells_of(self.err, self.environ)

    @property
    def can_ask(self) -> bool:
        """Whether somebody at a terminal sees a question and can answer it."""
        return self.stdin is not None and self.stdin.isatty() and self.err.isatty()

    def say(self, text: str) -> None:
        """What was asked for, in sentences."""
        self.out.write(laid_out(text, self.width))

    def remark(self, text: str) -> None:
        """What is said beside it, and what went wrong."""
        self.err.write(laid_out(text, self.err_width))

    def ask(self, question: str) -> str | None:
        """What a person at the terminal answers to it; None where there is no terminal."""
        if self.stdin is None or not self.can_ask:
            return None
        self.err.write(f"{laid_out(question, self.err_width).rstrip()} ")
        self.err.flush()
        return self.stdin.readline().strip()

    def show(self, text: str | Iterable[str], code: Exit) -> Exit:
        """Write what a turn came to, or its parts one by one, and answer how the command ends: its exit
        code, whoever can be shown it.

        A reader that left, as `head` does, changes nothing of that; a full disk is an error of its own where
        the turn had none.
        """
        try:
            for part in (text,) if isinstance(text, str) else text:
                self.out.write(part)
            self.out.flush()
        except OSError as error:
            silence(self.out)
            if isinstance(error, BrokenPipeError):
                return code
            logs.logger("watcher").error("turn not shown", why=error.strerror, exit_code=int(code))
            return code or Exit.UNEXPECTED
        return code

    @property
    def _wants_color(self) -> bool:
        # https://no-color.org: any value but the empty one.
        return not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"


def this_process() -> Process:
    """Those of this process. Raises `Stop` where its working folder is gone."""
    import os

    from watcher.adapters.clock import ProcessClock, SystemClock

    try:
        cwd = Path.cwd()
    except OSError:
        raise Stop(
            Exit.USAGE, "The folder that this was started in does not exist any more: `cd` to another one."
        ) from None
    clock = ProcessClock(SystemClock())
    return Process(environ=os.environ, cwd=cwd, clock=clock, out=sys.stdout, err=sys.stderr, stdin=sys.stdin)
