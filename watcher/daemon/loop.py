"""The daemon's loop: it looks whether a turn is due, takes it, or waits for the next one.

One watchdog stands over all timers, for none is trusted: the loop looks every second, whether anything rang
or not, and what is due by the timetable is taken; a clock that was set, a machine that slept and a schedule
that never comes are seen by the clock that never jumps. The service manager is told that the daemon is alive
only after a look that found nothing due, and by each answer of the API: one that hangs, or ticks without
taking its turns, is started anew.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from logging import CRITICAL, ERROR, WARNING
from threading import Event

from watcher.adapters import logs
from watcher.daemon.alarm import Alarm
from watcher.daemon.problems import DaemonProblems
from watcher.daemon.reload import Read, ReloadRefused
from watcher.daemon.request import Request
from watcher.daemon.setup import Foundation, Setup
from watcher.daemon.supervise import ServiceManager
from watcher.daemon.timetable import ClockReading, DueTurn, LastTurn, WhyDue, next_turn
from watcher.decide.agenda import Agenda
from watcher.decide.exits import exit_of, in_one_line
from watcher.decide.focus import Focus
from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId
from watcher.memory.remembered import TurnKind
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable, LostInRelease
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.texts.spans import span
from watcher.turn.take import TurnResult
from watcher.turn.turns import Turns

_LOOK = timedelta(seconds=1)
_HEARS = timedelta(seconds=2)
"""How often it is asked whether anybody asked for a release: it is carried out so soon where no turn is."""
_DELIVERIES = timedelta(seconds=10)
_EXAMINED = timedelta(seconds=30)
_MAY_TAKE = timedelta(minutes=2)
"""So long a focused turn may take: what it builds on must not become too old meanwhile: it would halt."""


@dataclass(kw_only=True, slots=True)
class Daemon:
    """Takes turns until `stop` is set. After it is ready, nothing a turn meets ends it."""

    setup: Setup
    foundation: Foundation
    alarm: Alarm
    manager: ServiceManager
    alive: Callable[[], None]
    """Says to whoever supervises this process that its thread still moves."""
    read: Read
    show: Callable[[Report], None]
    """Told of each turn when it has ended. Raises nothing."""
    request: Request = field(default_factory=Request)
    problems: DaemonProblems = field(default_factory=DaemonProblems)
    agenda: Agenda = Agenda()
    last_turn: LastTurn | None = None
    """None: a full turn is due at once."""
    built_on: TurnResult | None = None
    """The last turn that a focused one may build on."""
    bell: Event = field(default_factory=Event)
    """Ends a wait between two looks; the alarm sets it."""
    examined_at: float = 0.0
    delivered_at: float = 0.0
    """When deliveries were last tried between turns, on the clock that never jumps."""
    delivers_from: float = 0.0
    """They are left alone before: what failed is not tried at every look."""
    hears_from: float = 0.0
    """Nobody is listened to before, for the same reason."""
    waits_for: dict[str, str] = field(default_factory=dict)
    """Why what waits for the ledger does, by what it is, as the log has it."""
    heard: int | None = None
    """The last word in the ledger of those that were listened to."""

    def serve(self) -> None:
        self.alarm.start(self.bell)
        try:
            self.manager.ready()
            while not self.turns.stop.is_set():
                if self.request.take():
                    self._reload()
                self._look()
        finally:
            self.manager.stopping()
            self.alarm.stop()
            self.setup.close()

    @property
    def turns(self) -> Turns:
        return self.setup.turns

    def _look(self) -> None:
        """Take the turn that is due, or wait for it."""
        now = ClockReading.of(self.turns.clock)
        due = next_turn(now, self.last_turn, self.agenda, self.setup.schedule)
        if due.at > now.at:
            self.alive()
            self._wait_for(due)
            return
        if due.cause is WhyDue.CLOCK_SET and self.last_turn is not None:
            self.turns.doubt_the_clock()
            step = now.set_since(self.last_turn.looked).total_seconds()
            logs.logger("watcher.daemon").warning("clock jumped", seconds=round(step, 1))
        self._turn(due, now)

    def _wait_for(self, due: DueTurn) -> None:
        """Until the alarm rings, or a second; and see to everything else."""
        clock, last = self.turns.clock, self.last_turn
        self.alarm.wake_at(due.at)
        clock.wait(clock.now() + _LOOK, self.bell)
        self.bell.clear()
        now = ClockReading.of(clock)
        if last is None or now.set_since(last.looked):
            return  # nobody knows how late it is: the next look has a turn prove it
        self.last_turn = replace(last, looked=now)
        self._deliver()
        self._hear()
        if now.steady - self.examined_at >= _EXAMINED.total_seconds():
            self._examine()

    def _reload(self) -> None:
        """Between two turns: go on with what is configured now; or with what there was, releasing nothing."""
        log, clock = logs.logger("watcher.daemon"), self.turns.clock
        self.manager.reloading(clock.monotonic())
        try:
            self._take_over(self.foundation.set_up_anew(self.setup, self.read))
        except ReloadRefused as error:
            self._refuse(error)
        except Exception as error:
            self._refuse(
                ReloadRefused(f"it could not be taken over: unexpected {type(error).__name__}"), error
            )
        else:
            self.problems.refused = None
            log.info("configuration taken over", mode=self.turns.orders.mode.value)
            self.manager.status("configuration taken over")
        self.manager.ready()
        self._follow_problems()
        self._examine()

    def _refuse(self, refused: ReloadRefused, defect: Exception | None = None) -> None:
        self.problems.refused = refused
        log = logs.logger("watcher.daemon")
        log.critical(
            "configuration refused", why=str(refused), findings=list(refused.findings), exc_info=defect
        )
        self.manager.status(
            f"RELOAD REFUSED, nothing is released until a good configuration is read: {refused}"
        )
        # Says at once what that halts; and a turn that was under way sent nothing more from the wish on.
        if self.last_turn is not None:
            self.last_turn = replace(self.last_turn, wanted=True)

    def _take_over(self, new: Setup) -> None:
        former, self.setup = self.setup, new
        self.foundation.health.configured(self.turns.orders.poll)
        # Decided under other rules: nothing of it is built upon.
        self.built_on, self.agenda, self.last_turn = None, Agenda(), None
        # Trouble of the former one is no reason to call the new one refused: it is in force.
        with self._told_if_not("deliveries wait"):
            former.close()

    def _follow_problems(self) -> None:
        with self._told_if_not("problems wait to be told"):
            self.problems.follow(
                self.turns,
                within=self.setup.wiring.settings.heartbeat.alarm_before,
                bound=self.foundation.health.readiness().bound,
            )
            self.turns.tell_on()

    def _deliver(self) -> None:
        """Between turns: note what was delivered, and try again what was held or refused until now."""
        now = self.turns.clock.monotonic()
        if now < self.delivers_from:
            return
        self.delivers_from = now + _DELIVERIES.total_seconds()
        with self._told_if_not("deliveries wait"):
            self.turns.collect()
            if now - self.delivered_at >= _DELIVERIES.total_seconds():
                self.delivered_at = now
                # Between turns this is what keeps the lock, and with it the right to deliver.
                if self.turns.keep_lock():
                    self.turns.tell_on()
            self.delivers_from = now

    def _hear(self) -> None:
        """Between turns: whether a person asks for a release, which only this process may carry out.

        What is asked is a number; words are read where it changed. Each word has one turn at once. Where that
        comes to nothing, the regular ones follow.
        """
        now = self.turns.clock.monotonic()
        if now < self.hears_from or not self.turns.acting or self.last_turn is None:
            return
        # After a failure as late as deliveries.
        self.hears_from = now + _DELIVERIES.total_seconds()
        with self._told_if_not("words wait to be heard"):
            last = self.turns.ledger.last_word()
            if last != self.heard:
                at = self.turns.clock.now()
                words = self.turns.ledger.fleet(at).overrides.asked_releases(at)
                projects = frozenset(word.project for word in words if word.project is not None)
                self.last_turn = replace(self.last_turn, asked_for=projects)
                self.heard = last
            self.hears_from = now + _HEARS.total_seconds()

    def _examine(self) -> None:
        """Look at the ledger on behalf of those who ask how the daemon is doing."""
        self.examined_at = self.turns.clock.monotonic()
        if "health" not in self.foundation.pages.urls:
            return
        ledger, health = self.turns.ledger, self.foundation.health
        try:
            self.turns.prove_writable()
            health.ledger_is_well(ledger.counts())
        except (LedgerUnavailable, LedgerUnusable) as error:
            health.ledger_is_not(str(error))
        except Exception as error:
            logs.logger("watcher.daemon").exception("ledger not examined")
            health.ledger_is_not(f"unexpected {type(error).__name__}")

    @contextmanager
    def _told_if_not(self, consequence: str) -> Iterator[None]:
        """What fails between turns ends nothing: it is logged, and tried again. As long as its ledger says
        the same, that is logged once: another watcher may hold it for weeks.
        """
        try:
            yield
        except (LedgerUnavailable, LedgerUnusable, LostInRelease) as error:
            if self.waits_for.get(consequence) != str(error):
                self.waits_for[consequence] = str(error)
                _log_failure(consequence, error, level=WARNING)
        except Exception as error:
            _log_failure(consequence, error, level=WARNING)
        else:
            self.waits_for.pop(consequence, None)

    def _turn(self, due: DueTurn, asked: ClockReading) -> None:
        focus = None if due.projects is None else self._focus(due.projects)
        heartbeat, before = self.setup.heartbeat, self.last_turn
        beat = heartbeat.began()
        kind, left_open = TurnKind.FULL if focus is None else TurnKind.FOCUSED, True
        try:
            refused = self.problems.refused
            ended = self.turns.run(focus, refused=None if refused is None else str(refused))
        except Exception as error:
            # A full disk, a ledger of another organisation, a defect: told in the log, tried again.
            in_release = isinstance(error, LostInRelease)
            _log_failure("turn failed", error, level=CRITICAL if in_release else ERROR)
            heartbeat.failed(beat)
            self.problems.failed()
            self.built_on = None
            self.foundation.health.failed(kind, Exit.OUTCOME_UNKNOWN if in_release else Exit.UNEXPECTED)
        else:
            report = ended.report
            kind, left_open = report.kind, _left_open(report)
            sound = report.trouble is None and not report.stopped
            self.built_on = ended if sound else None
            self.agenda = self.agenda.noted(report) if sound else self.agenda
            self._tell(report)
            code = exit_of(report)
            heartbeat.ended(beat, int(code), in_one_line(report))
            self.problems.turned(report, self.turns.clock.now())
            self.foundation.health.turned(report, code, self.agenda)
        self.last_turn = LastTurn(
            asked=asked,
            ended=ClockReading.of(self.turns.clock),
            full_asked=asked.at if kind is TurnKind.FULL or before is None else before.full_asked,
            since=asked.at if before is None or due.cause.counts_anew else before.since,
            looked=asked,
            left_open=left_open,
        )
        self._follow_problems()
        self._examine()

    def _focus(self, projects: frozenset[ProjectId]) -> Focus | None:
        """What a focused turn builds on; None, for a full turn, where that is missing or too old."""
        if self.built_on is None:
            return None
        read_at = self.built_on.state.oldest_reading
        age = self.turns.clock.now() - read_at if read_at is not None else timedelta()
        if age > self.turns.orders.limits.max_data_age - _MAY_TAKE:
            return None
        built_on = self.built_on
        return Focus(projects=projects, docket=built_on.docket, state=built_on.state, ahead=built_on.to_come)

    def _tell(self, report: Report) -> None:
        now = self.turns.clock.now()
        self.show(report)
        self.manager.status(
            f"last turn {now:%Y-%m-%d %H:%M} UTC took {span(now - report.started_at)}: {in_one_line(report)}"
            + (
                "; RELOAD REFUSED, nothing is released, see the log"
                if self.problems.refused is not None
                else ""
            )
        )


def _log_failure(what: str, error: Exception, *, level: int) -> None:
    """What its ledger says is a sentence for people; anything else is a defect, told with its place."""
    log = logs.logger("watcher.daemon")
    if isinstance(error, LedgerUnavailable | LedgerUnusable | LostInRelease):
        log.log(level, what, why=str(error))
    else:
        log.exception(what)


def _left_open(report: Report) -> bool:
    again = any(one.ended in _AGAIN and not one.spent for one in report.attempts)
    return bool(again or report.trouble or report.unresolved or report.unread)


_AGAIN = frozenset({Ending.NOT_DONE, Ending.NOT_SENT, Ending.UNREADABLE})
"""Releases that did not come about and may still, inside their window."""
