"""`run` without `--once`: the daemon, put together."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace

from watcher.adapters import logs
from watcher.adapters.pages.server import NotServed, Pages
from watcher.daemon.daemon import Daemon
from watcher.daemon.jumps import Jumps
from watcher.daemon.reload import Read
from watcher.daemon.request import Request
from watcher.daemon.rig import Workshop
from watcher.daemon.systemd import ServiceManager
from watcher.daemon.watch import Watch
from watcher.decide.exits import Exit
from watcher.decide.report import Report
from watcher.wiring import Wiring, open_store


def serve(
    wiring: Wiring,
    *,
    environ: Mapping[str, str],
    read: Read,
    request: Request,
    show: Callable[[Report], None] | None = None,
) -> Exit:
    """Take turns until `wiring.stop` is set. Raises what `open_turns` does; nothing once it is ready.

    Whenever there is a `request`, `read` says what is configured from then on.
    """
    manager = ServiceManager(address=environ.get("NOTIFY_SOCKET"))
    watch = Watch(wiring.clock, wiring.meter, wiring.settings.schedule.poll)

    def alive() -> None:
        manager.alive()
        watch.beat()

    # A turn of a large fleet, or one with many releases, outlasts the watchdog: each answer feeds it.
    wiring = replace(wiring, patient=False, pulse=alive, rules_to_come=request.waits)
    with ExitStack() as stack:
        ledger = stack.enter_context(open_store(wiring))
        pages = stack.enter_context(closing(Pages()))
        workshop = Workshop(ledger=ledger, pages=pages, watch=watch)
        try:
            rig = workshop.first(wiring)
        except NotServed as error:
            logs.logger("watcher.daemon").critical("not served", why=str(error))
            return Exit.CONFIGURATION
        for name, url in pages.urls.items():
            logs.logger("watcher.daemon").info("serving", page=name, at=url)
        Daemon(
            rig=rig,
            workshop=workshop,
            manager=manager,
            alive=alive,
            jumps=Jumps(wiring.clock),
            read=read,
            request=request,
            show=show,
        ).serve()
    return Exit.DONE
