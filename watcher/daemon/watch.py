"""How the daemon is doing: noted by its own thread, looked at by the threads that serve it."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from watcher.adapters.layers.budget import Meter
from watcher.adapters.metrics.exposition import CONTENT_TYPE, exposition
from watcher.adapters.pages.health import HealthOptions, HealthPage
from watcher.adapters.pages.server import ServedPage, address_of
from watcher.daemon.agenda import Agenda
from watcher.decide.exits import Exit
from watcher.decide.measures import LedgerCounts, Measures, Tally, good
from watcher.decide.readiness import Readiness, Vitals, readiness
from watcher.decide.report import Report
from watcher.memory.remembered import TurnKind
from watcher.ports.clock import Clock

_SILENT: Final = timedelta(minutes=10)
"""The daemon's thread moves every second between turns, and with every project in one. Like WatchdogSec."""


class Watch:
    """Each value is frozen and replaced whole, so that a look at it needs no lock."""

    def __init__(self, clock: Clock, meter: Meter, poll: timedelta) -> None:
        self._clock = clock
        self._meter = meter
        self._beat = clock.monotonic()
        self._vitals = Vitals(poll=poll)
        self._tally = Tally()
        self._counts = LedgerCounts()
        self._agenda = Agenda()

    # What the daemon notes

    def beat(self) -> None:
        """Its thread still moves."""
        self._beat = self._clock.monotonic()

    def configured(self, poll: timedelta) -> None:
        self._vitals = replace(self._vitals, poll=poll)

    def turned(self, report: Report, code: Exit, agenda: Agenda) -> None:
        now = self._clock.now()
        took = max(now - report.started_at, timedelta())
        self._tally = self._tally.noted(report, code, took)
        self._agenda = agenda
        last = now if report.kind is TurnKind.FULL and good(report) else self._vitals.last_good_at
        self._vitals = replace(
            self._vitals, last_good_at=last, longest=max(took, self._vitals.longest), ledger=None
        )

    def failed(self, kind: TurnKind, code: Exit) -> None:
        self._tally = self._tally.failed(kind, code)

    def ledger_is_well(self, counts: LedgerCounts) -> None:
        self._counts = counts
        self._vitals = replace(self._vitals, ledger=None)

    def ledger_is_not(self, why: str) -> None:
        self._vitals = replace(self._vitals, ledger=why)

    # What is served

    def alive(self) -> bool:
        return self._clock.monotonic() - self._beat < _SILENT.total_seconds()

    def readiness(self) -> Readiness:
        return readiness(self._vitals, self._clock.now())

    def metrics(self) -> tuple[str, bytes]:
        now = self._clock.now()
        coming = self._agenda.next(now)
        measures = Measures(
            tally=self._tally,
            counts=self._counts,
            traffic=self._meter.traffic(),
            next_opening=None if coming is None else coming.at,
            ready=self.readiness().ready,
        )
        return CONTENT_TYPE, exposition(measures)

    def page(self, options: HealthOptions) -> ServedPage | None:
        """What is served and where, None where nothing was asked for. Raises ValueError."""
        if options.listen is None:
            return None
        page = HealthPage(alive=self.alive, readiness=self.readiness, metrics=self.metrics)
        return ServedPage(address=address_of(options.listen), app=page)
