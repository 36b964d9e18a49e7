"""What the histories touch of the watcher: its commands, its sandbox, its ledger's file, and two seams.

Everything else goes through settings, HTTP, signals and SQL, so that what is behind can be rebuilt.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from tests.fakes.passing import PassingAlarm, PassingClock
from watcher.adapters.workers import HereAndNow, Threads
from watcher.cli.main import main
from watcher.cli.process import Process
from watcher.sandbox import DEFAULT_KEY, Account, Fleet, Post, Project, Sandbox, corruptions
from watcher.sandbox import faults as faults

__all__ = [
    "DEFAULT_KEY",
    "Account",
    "Fleet",
    "Post",
    "Process",
    "Project",
    "Sandbox",
    "corruptions",
    "faults",
    "main",
    "on_passing_time",
]

_ALARM = "watcher.daemon.alarm.TimerAlarm"


@contextmanager
def on_passing_time(clock: PassingClock) -> Iterator[None]:
    """The daemon's alarm goes by that clock, and what is done in threads is done here and now."""
    with ExitStack() as stack:
        stack.enter_context(patch(_ALARM, lambda: PassingAlarm(clock)))
        stack.enter_context(patch("random.random", lambda: 0.5))
        # Which of two threads ends first is chance.
        stack.enter_context(patch.object(Threads, "map", HereAndNow.map))
        stack.enter_context(patch.object(Threads, "submit", HereAndNow.submit))
        # Who else listens would get months of it.
        stack.enter_context(patch.object(logging.getLogger(), "handlers", []))
        yield
