"""Whose clock a process goes by: the machine's, or in a rehearsal the sandbox's (ADR 51)."""

from datetime import timedelta

from watcher.adapters.clock import ProcessClock
from watcher.adapters.loopback import is_loopback_address
from watcher.ports.clock import Clock
from watcher.settings.model import Settings


def go_by_the_sandbox(clock: Clock, settings: Settings) -> timedelta:
    """Go by the clock of the sandbox at `base_url`, where a sandbox is there; by how much it is ahead.

    Of the clock of a process: one that a test hands in is left as it is.
    """
    if not isinstance(clock, ProcessClock) or not is_loopback_address(settings.api.base_url):
        return timedelta()
    from watcher.adapters.sandbox_time import SandboxTime  # and with it all that speaks HTTP

    sandbox = SandboxTime(settings.api.base_url, clock.own)
    clock.go_by(sandbox.ahead)
    return sandbox.ahead()
