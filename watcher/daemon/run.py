"""`run` without `--once`: the daemon, put together."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from watcher.adapters import logs
from watcher.adapters.render.times import zone
from watcher.bootstrap import Wiring, open_turns
from watcher.daemon.alarm import Alarm
from watcher.daemon.daemon import Daemon
from watcher.daemon.jumps import Jumps
from watcher.daemon.keeping import keeping
from watcher.daemon.systemd import ServiceManager
from watcher.domain.exits import Exit
from watcher.domain.report import Report


def serve(
    wiring: Wiring, *, environ: Mapping[str, str], show: Callable[[Report], None] | None = None
) -> Exit:
    """Take turns until `wiring.stop` is set. Raises what `open_turns` does; nothing once it is ready."""
    manager = ServiceManager(address=environ.get("NOTIFY_SOCKET"))
    schedule = wiring.settings.schedule
    alarm = Alarm(every=schedule.poll, cron=schedule.cron, timezone=zone(wiring.settings.timezone))
    # A turn of a large fleet, or one with many releases, outlasts the watchdog: each answer feeds it.
    wiring = replace(wiring, patient=False, pulse=manager.alive)
    with open_turns(wiring) as turns, keeping(wiring.settings, wiring.clock) as page:
        if page is not None:
            logs.logger("watcher.daemon").info("serving the page that keeps accounts", at=page)
        jumps = Jumps(wiring.clock)
        Daemon(turns=turns, alarm=alarm, manager=manager, jumps=jumps, show=show).serve()
    return Exit.DONE
