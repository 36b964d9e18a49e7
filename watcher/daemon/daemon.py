"""The daemon's loop: it waits for a wish, takes the turn, and sets the alarm for the next one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from logging import CRITICAL, ERROR, WARNING

from watcher.adapters import logs
from watcher.adapters.render.machine import turn_value
from watcher.daemon.agenda import Agenda
from watcher.daemon.alarm import Alarm
from watcher.daemon.concerns import Concerns
from watcher.daemon.jumps import Jumps
from watcher.daemon.promises import Keeping, Promises
from watcher.daemon.reload import Read, Refused
from watcher.daemon.request import Request
from watcher.daemon.rig import Rig, Workshop
from watcher.daemon.systemd import ServiceManager
from watcher.daemon.wishes import Wish, Wishes
from watcher.decide.exits import Exit, exit_of, in_one_line
from watcher.decide.focus import Focus
from watcher.decide.report import Report
from watcher.memory.remembered import TurnKind
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable, LostInRelease
from watcher.record.attempts import Ended
from watcher.texts.spans import span
from watcher.turn.acting import ActingTurns
from watcher.turn.turns import Ended as EndedTurn

_TICK = timedelta(seconds=1)
_DELIVERIES = timedelta(seconds=10)
_EXAMINED = timedelta(seconds=30)
_RETRY = timedelta(minutes=5)
"""What a turn left open is tried again this soon, or at the next poll if that comes first."""


@dataclass(kw_only=True, slots=True)
class Daemon:
    """Takes turns until `stop` is set. After it is ready, nothing a turn meets ends it."""

    rig: Rig
    workshop: Workshop
    manager: ServiceManager
    alive: Callable[[], None]
    """Says to whoever supervises this process that its thread still moves."""
    jumps: Jumps
    read: Read
    request: Request = field(default_factory=Request)
    show: Callable[[Report], None] | None = None
    """For a person at a terminal; None: each turn is one line of the log."""
    wishes: Wishes = field(default_factory=Wishes)
    concerns: Concerns = field(default_factory=Concerns)
    agenda: Agenda = Agenda()
    last: EndedTurn | None = None
    """The last turn that a focused one may build on."""
    promises: Promises | None = None
    """When the next turns have to begin; None until the first one ended, which was asked for at once."""
    examined_at: float = 0.0
    delivered_at: float = 0.0
    """When deliveries were last tried between turns, on the clock that never jumps."""
    delivers_from: float = 0.0
    """They are left alone before: what failed is not tried at every tick."""

    def serve(self) -> None:
        self.alarm.start(self.wishes.ask_full)
        try:
            self.wishes.ask_full()
            self.manager.ready()
            while not self.turns.stop.is_set():
                if self.request.take():
                    self._reload()
                wish = self.wishes.take()
                if wish is not None:
                    self._turn(wish)
                else:
                    self._wait()
        finally:
            self.manager.stopping()
            self.alarm.stop()
            self.rig.close()

    @property
    def turns(self) -> ActingTurns:
        return self.rig.turns

    @property
    def alarm(self) -> Alarm:
        return self.rig.alarm

    def _reload(self) -> None:
        """Between two turns: go on with what is configured now; or with what there was, releasing nothing."""
        log, clock = logs.logger("watcher.daemon"), self.turns.clock
        self.manager.reloading(clock.monotonic())
        try:
            self._take_over(self.workshop.next(self.rig, self.read))
        except Refused as error:
            self._refuse(error)
        except Exception as error:
            self._refuse(Refused(f"it could not be taken over: unexpected {type(error).__name__}"), error)
        else:
            self.concerns.refused = None
            log.info("configuration taken over", mode=self.turns.orders.mode.value)
            self.manager.status("configuration taken over")
        self.manager.ready()
        self._follow_concerns()
        self._examine()

    def _refuse(self, refused: Refused, defect: Exception | None = None) -> None:
        self.concerns.refused = refused
        log = logs.logger("watcher.daemon")
        log.critical(
            "configuration refused", why=str(refused), findings=list(refused.findings), exc_info=defect
        )
        self.manager.status(
            f"RELOAD REFUSED, nothing is released until a good configuration is read: {refused}"
        )
        # Says at once what that halts; and a turn that was under way sent nothing more from the wish on.
        self.wishes.ask_full()

    def _take_over(self, new: Rig) -> None:
        former, self.rig = self.rig, new
        self.workshop.watch.configured(self.turns.orders.poll)
        # Decided under other rules: nothing of it is built upon.
        self.last, self.agenda, self.promises = None, Agenda(), None
        former.alarm.stop()
        self.alarm.start(self.wishes.ask_full)
        self.wishes.ask_full()
        # Trouble of the former one is no reason to call the new one refused: it is in force.
        with _told_if_not("deliveries wait"):
            former.close()

    def _follow_concerns(self) -> None:
        with _told_if_not("problems wait to be told"):
            self.concerns.follow(
                self.turns,
                within=self.rig.wiring.settings.heartbeat.alarm_before,
                bound=self.workshop.watch.readiness().bound,
            )
            self.turns.courier.resume()

    def _wait(self) -> None:
        clock = self.turns.clock
        clock.wait(clock.now() + _TICK, self.wishes.bell)
        keeping = self._keeping()
        if keeping is not Keeping.BROKEN:
            self.alive()
        jumped = self.jumps.since_last_look()
        if jumped:
            self.turns.courier.doubt_the_clock()
        self._deliver()
        if clock.monotonic() - self.examined_at >= _EXAMINED.total_seconds():
            self._examine()
        if jumped:
            logs.logger("watcher.daemon").warning("clock jumped", seconds=round(jumped, 1))
        if jumped or keeping is not Keeping.KEPT:
            # A turn that is this late was not asked for, the alarm has failed: better one too many.
            self.alarm.restart()
            self.last = None
            self.wishes.ask_full()

    def _keeping(self) -> Keeping:
        now = self.turns.clock.monotonic()
        return Keeping.KEPT if self.promises is None else self.promises.keeping(now)

    def _deliver(self) -> None:
        """Between turns: note what was delivered, and try again what was held or refused until now."""
        courier, now = self.turns.courier, self.turns.clock.monotonic()
        if now < self.delivers_from:
            return
        self.delivers_from = now + _DELIVERIES.total_seconds()
        with _told_if_not("deliveries wait"):
            courier.collect()
            if now - self.delivered_at >= _DELIVERIES.total_seconds():
                self.delivered_at = now
                # Between turns this is what keeps the lease, and with it the right to deliver.
                if self.turns.ledger.keep_lease(self.turns.clock.now()):
                    courier.resume()
            self.delivers_from = now

    def _examine(self) -> None:
        """Look at the ledger on behalf of those who ask how the daemon is doing."""
        self.examined_at = self.turns.clock.monotonic()
        if "health" not in self.workshop.pages.urls:
            return
        ledger, watch = self.turns.ledger, self.workshop.watch
        try:
            ledger.prove_writable()
            watch.ledger_is_well(ledger.counts())
        except (LedgerUnavailable, LedgerUnusable) as error:
            watch.ledger_is_not(str(error))
        except Exception as error:
            logs.logger("watcher.daemon").exception("ledger not examined")
            watch.ledger_is_not(f"unexpected {type(error).__name__}")

    def _turn(self, wish: Wish) -> None:
        focus = None if wish.full else self._focus(wish)
        heartbeat = self.rig.heartbeat
        beat = heartbeat.began()
        try:
            refused = self.concerns.refused
            ended = self.turns.run(focus, refused=None if refused is None else str(refused))
        except Exception as error:
            # A full disk, a ledger of another organisation, a defect: told in the log, tried again.
            in_release = isinstance(error, LostInRelease)
            _log_failure("turn failed", error, level=CRITICAL if in_release else ERROR)
            heartbeat.failed(beat)
            self.concerns.failed()
            self.last = None
            self.workshop.watch.failed(
                TurnKind.FULL if focus is None else TurnKind.FOCUSED,
                Exit.OUTCOME_UNKNOWN if in_release else Exit.UNEXPECTED,
            )
            self._arm(left_open=True)
        else:
            report = ended.report
            sound = report.trouble is None and not report.stopped
            self.last = ended if sound else None
            self.agenda = self.agenda.noted(report) if sound else self.agenda
            self._tell(report)
            code = exit_of(report)
            heartbeat.ended(beat, int(code), in_one_line(report))
            self.concerns.turned(report, self.turns.clock.now())
            self.workshop.watch.turned(report, code, self.agenda)
            self._arm(left_open=_left_open(report))
            # For what opened while this turn was still reading no alarm was set.
            if opened := self.agenda.come_since(report.started_at, self.turns.clock.now()):
                self.wishes.ask_focused(opened)
        self._follow_concerns()
        self._examine()

    def _focus(self, wish: Wish) -> Focus | None:
        """What a focused turn builds on; None, for a full turn, where that is missing or too old."""
        if self.last is None:
            return None
        read_at = self.last.state.oldest_reading
        age = self.turns.clock.now() - read_at if read_at is not None else timedelta()
        if age > self.turns.orders.limits.max_data_age:
            return None
        return Focus(projects=wish.projects, docket=self.last.docket, state=self.last.state)

    def _arm(self, *, left_open: bool) -> None:
        """Set the alarm for what comes next, and promise it."""
        now, ticks = self.turns.clock.now(), self.turns.clock.monotonic()
        coming = self.agenda.next(now)
        self.promises = Promises(
            regular=ticks + self.turns.orders.poll.total_seconds(),
            opening=None if coming is None else ticks + (coming.at - now).total_seconds(),
        )
        if coming is None:
            self.alarm.at_opening(None, self.wishes.ask_full)
        else:
            projects = coming.projects
            self.alarm.at_opening(coming.at, lambda: self.wishes.ask_focused(projects))
        retry = now + min(_RETRY, self.turns.orders.poll) if left_open else None
        self.alarm.at_retry(retry, self.wishes.ask_full)

    def _tell(self, report: Report) -> None:
        now = self.turns.clock.now()
        code = exit_of(report)
        if self.show is not None:
            self.show(report)
        else:
            log = logs.logger("watcher.turn")
            (log.warning if code else log.info)("turn ended", **turn_value(report, now))
        self.manager.status(
            f"last turn {now:%Y-%m-%d %H:%M} UTC took {span(now - report.started_at)}: {in_one_line(report)}"
            + (
                "; RELOAD REFUSED, nothing is released, see the log"
                if self.concerns.refused is not None
                else ""
            )
        )


@contextmanager
def _told_if_not(consequence: str) -> Iterator[None]:
    """What fails between turns ends nothing: it is logged, and tried again."""
    try:
        yield
    except Exception as error:
        _log_failure(consequence, error, level=WARNING)


def _log_failure(what: str, error: Exception, *, level: int) -> None:
    """What its ledger says is a sentence for people; anything else is a defect, told with its place."""
    log = logs.logger("watcher.daemon")
    if isinstance(error, LedgerUnavailable | LedgerUnusable | LostInRelease):
        log.log(level, what, why=str(error))
    else:
        log.exception(what)


def _left_open(report: Report) -> bool:
    again = any(one.ended in _AGAIN for one in report.attempts)
    return bool(again or report.trouble or report.unresolved or report.unread)


_AGAIN = frozenset({Ended.NOT_DONE, Ended.NOT_SENT, Ended.UNREADABLE})
"""Releases that did not come about and may still, inside their window."""
