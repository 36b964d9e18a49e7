"""What one configuration gives the daemon to work with: replaced as a whole, or not at all."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from watcher.daemon.alarm import CronLine
from watcher.daemon.reload import Read, ReloadRefused, admitted
from watcher.daemon.supervise import Health
from watcher.daemon.timetable import Every, Schedule
from watcher.ports.ledger import LedgerReader
from watcher.texts.times import zone
from watcher.turn.turns import Turns
from watcher.wiring.daemon import NotServed, Pages, StatusTold, pages_from
from watcher.wiring.turn import Wiring, open_heartbeat
from watcher.wiring.web import Heartbeat


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """Turns, when they are due, and who is told of them. `close` waits for what is under way."""

    wiring: Wiring
    turns: Turns
    schedule: Schedule
    heartbeat: Heartbeat
    close: Callable[[], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Foundation:
    """What outlives every setup, and makes them: the ledger, the pages, how the daemon is doing."""

    ledger: LedgerReader
    turns: Callable[[Wiring], AbstractContextManager[Turns]]
    """Makes them over the ledger; those of a dry run have nothing to act with."""
    pages: Pages
    health: Health
    told: StatusTold
    """How the page of how things stand is made."""

    def set_up(self, wiring: Wiring) -> Setup:
        """Raises ValueError for options that can never work, `NotServed` where an address cannot be had."""
        with ExitStack() as stack:
            setup = self._setup(wiring, stack)
            self.pages.change(pages_from(wiring, self.health, self.told))
            stack.pop_all()
        return setup

    def set_up_anew(self, running: Setup, read: Read) -> Setup:
        """The one after `running`, which is untouched. Raises `ReloadRefused`: nothing has changed then."""
        wanted = read()
        try:
            return self.set_up(admitted(running.wiring, wanted, self.ledger))
        except (ValueError, NotServed) as error:
            raise ReloadRefused(str(error)) from error

    def _setup(self, wiring: Wiring, stack: ExitStack) -> Setup:
        own = stack.enter_context(ExitStack())
        heartbeat = own.enter_context(open_heartbeat(wiring))
        turns = own.enter_context(self.turns(wiring))
        return Setup(
            wiring=wiring, turns=turns, schedule=_schedule(wiring), heartbeat=heartbeat, close=own.close
        )


def _schedule(wiring: Wiring) -> Schedule:
    wanted = wiring.settings.schedule
    if wanted.cron is None:
        return Every(poll=wanted.poll)
    return CronLine(line=wanted.cron, timezone=zone(wiring.settings.timezone), poll=wanted.poll)
