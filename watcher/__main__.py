"""`lease-watcher`, and `python -m watcher`."""

import os
import signal
import sys
from types import FrameType


def main() -> int:
    words = sys.argv[1:]
    if os.getpid() == 1:
        # The first process of a container hears no signal that it has no handler for: what every other one
        # is ended by, it would outlive until it was killed. A command that stops in order sets its own.
        signal.signal(signal.SIGTERM, _end)
    if words[:1] == ["run"] and "--once" not in words and not (sys.stdout and sys.stdout.isatty()):
        # To a daemon a hangup is the wish that it read its configuration, and it has not begun to. Most of a
        # tenth of a second of imports is ahead, in which it would be ended.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    from watcher.cli.main import main as command
    from watcher.cli.streams import open_streams

    open_streams()
    return command(words)


def _end(number: int, _frame: FrameType | None) -> None:
    os._exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
