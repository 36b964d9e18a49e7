"""What one configuration gives the daemon to work with: replaced as a whole, or not at all."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from watcher.adapters.heartbeat import Heartbeat
from watcher.adapters.pages.server import NotServed, Pages, ServedPage
from watcher.adapters.render.times import zone
from watcher.daemon.alarm import Alarm
from watcher.daemon.keeping import keep_page
from watcher.daemon.reload import Read, Refused, admitted
from watcher.daemon.watch import Watch
from watcher.ports.ledger import Ledger
from watcher.turn.acting import ActingTurns
from watcher.wiring import Wiring, open_heartbeat, turns_on


@dataclass(frozen=True, kw_only=True, slots=True)
class Rig:
    """Turns, the alarm that asks for them, and who is told of them. `close` waits for what is under way."""

    wiring: Wiring
    turns: ActingTurns
    alarm: Alarm
    heartbeat: Heartbeat
    close: Callable[[], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """Makes rigs over the ledger, the pages and the watch, which outlive them all."""

    ledger: Ledger
    pages: Pages
    watch: Watch

    def first(self, wiring: Wiring) -> Rig:
        """Raises ValueError for options that can never work, `NotServed` where an address cannot be had."""
        with ExitStack() as stack:
            rig = self._rig(wiring, stack)
            self.pages.change(self._wanted(wiring))
            stack.pop_all()
        return rig

    def next(self, running: Rig, read: Read) -> Rig:
        """The one after `running`, which is untouched. Raises `Refused`, and then nothing has changed."""
        wanted = read()
        try:
            return self.first(admitted(running.wiring, wanted, self.ledger))
        except (ValueError, NotServed) as error:
            raise Refused(str(error)) from error

    def _rig(self, wiring: Wiring, stack: ExitStack) -> Rig:
        schedule = wiring.settings.schedule
        own = stack.enter_context(ExitStack())
        heartbeat = own.enter_context(open_heartbeat(wiring))
        turns = own.enter_context(turns_on(wiring, self.ledger))
        alarm = Alarm(every=schedule.poll, cron=schedule.cron, timezone=zone(wiring.settings.timezone))
        return Rig(wiring=wiring, turns=turns, alarm=alarm, heartbeat=heartbeat, close=own.close)

    def _wanted(self, wiring: Wiring) -> dict[str, ServedPage]:
        """Everything that is served, by its name."""
        settings = wiring.settings
        keep = keep_page(settings, wiring.clock, wiring.key)
        pages = {"keep": keep, "health": self.watch.page(settings.health)}
        return {name: page for name, page in pages.items() if page is not None}
