"""`lease-watcher`, and `python -m watcher`."""

import signal
import sys


def main() -> int:
    words = sys.argv[1:]
    if words[:1] == ["run"] and "--once" not in words and not (sys.stdout and sys.stdout.isatty()):
        # To a daemon a hangup is the wish that it read its configuration, and it has not begun to. Most of a
        # tenth of a second of imports is ahead, in which it would be ended.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    from watcher.cli.main import main as command
    from watcher.cli.streams import open_streams

    open_streams()
    return command(words)


if __name__ == "__main__":
    sys.exit(main())
