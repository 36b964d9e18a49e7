"""`lease-watcher`, and `python -m watcher`."""

import gc
import os
import signal
import sys
from types import FrameType
from typing import Final

_START: Final = 200_000
"""Python looks for garbage among so many new objects, not among 700: what imports make stays, and a fifth of
the CPU of a command that only looks was spent on finding none. Who takes turns sets its own.
"""

_INTERRUPTED: Final = 128 + signal.SIGINT
"""What shells use for a process ended by Ctrl-C: nothing of what was asked for is wrong."""


def main() -> int:
    gc.set_threshold(_START)
    words = sys.argv[1:]
    if os.getpid() == 1:
        # The first process of a container hears no signal that it has no handler for: what every other one
        # is ended by, it would outlive until it was killed. A command that stops in order sets its own.
        signal.signal(signal.SIGTERM, _end)
    if words[:1] == ["run"] and "--once" not in words and not (sys.stdout and sys.stdout.isatty()):
        # To a daemon a hangup is the wish that it read its configuration, and it has not begun to. Most of a
        # tenth of a second of imports is ahead, in which it would be ended.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    try:
        from watcher.cli.main import main as command
        from watcher.cli.streams import open_streams

        open_streams()
        return command(words)
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        gc.freeze()  # what is left ends with the process: nobody need look for garbage in it


def _end(number: int, _frame: FrameType | None) -> None:
    os._exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
