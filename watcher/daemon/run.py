"""`run` without `--once`: the daemon, put together."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace

from watcher.adapters import logs
from watcher.daemon.alarm import Alarm
from watcher.daemon.loop import Daemon
from watcher.daemon.reload import Read
from watcher.daemon.request import Request
from watcher.daemon.setup import Foundation
from watcher.daemon.supervise import Health, ServiceManager
from watcher.decide.report import Report
from watcher.record.exit_codes import Exit
from watcher.wiring.daemon import NotServed, Pages, StatusTold
from watcher.wiring.turn import Wiring, open_ground


def serve(
    wiring: Wiring,
    *,
    alarm: Alarm,
    environ: Mapping[str, str],
    read: Read,
    request: Request,
    show: Callable[[Report], None],
    told: StatusTold,
) -> Exit:
    """Take turns until `wiring.stop` is set. Raises what `open_turns` does; nothing once it is ready.

    Whenever there is a `request`, `read` says what is configured from then on. `told` makes the page of how
    things stand.
    """
    manager = ServiceManager(address=environ.get("NOTIFY_SOCKET"))
    health = Health(wiring.clock, wiring.meter.traffic, wiring.settings.schedule.poll)

    def alive() -> None:
        manager.alive()
        health.beat()

    # A turn of a large fleet, or one with many releases, outlasts the watchdog: each answer feeds it.
    wiring = replace(wiring, patient=False, pulse=alive, rules_to_come=request.waits)
    with ExitStack() as stack:
        ledger, turns = stack.enter_context(open_ground(wiring))
        pages = stack.enter_context(closing(Pages()))
        foundation = Foundation(ledger=ledger, turns=turns, pages=pages, health=health, told=told)
        try:
            setup = foundation.set_up(wiring)
        except NotServed as error:
            logs.logger("watcher.daemon").critical("not served", why=str(error))
            return Exit.CONFIGURATION
        for name, url in pages.urls.items():
            logs.logger("watcher.daemon").info("serving", page=name, at=url)
        Daemon(
            setup=setup,
            foundation=foundation,
            alarm=alarm,
            manager=manager,
            alive=alive,
            read=read,
            request=request,
            show=show,
        ).serve()
    return Exit.DONE
