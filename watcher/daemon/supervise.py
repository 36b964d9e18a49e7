"""How the daemon is doing: told to the service manager, and served to whoever asks."""

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from watcher.decide.agenda import Agenda
from watcher.decide.measures import LedgerCounts, Measures, Tally, Traffic, good
from watcher.decide.readiness import Readiness, Vitals, readiness
from watcher.decide.report import Report
from watcher.memory.remembered import TurnKind
from watcher.ports.clock import Clock
from watcher.record.exit_codes import Exit

_SILENT: Final = timedelta(minutes=10)
"""The daemon's thread moves every second between turns, and with every project in one. Like WatchdogSec."""

_PATIENCE: Final = 2.0
"""Seconds to wait where its queue is full: the kernel itself would wait for ever."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceManager:
    """Told by a datagram to `address`, the value of NOTIFY_SOCKET: a path, or `@` and an abstract name."""

    address: str | None

    def ready(self) -> None:
        self._tell("READY=1")

    def alive(self) -> None:
        # Said again and again: one word less is no harm.
        self._tell("WATCHDOG=1", patience=0.0)

    def status(self, text: str) -> None:
        self._tell(f"STATUS={' '.join(text.split())}")

    def reloading(self, monotonic: float) -> None:
        """At this moment of the monotonic clock; `ready` ends it, whatever came of it."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={int(monotonic * 1_000_000)}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, message: str, *, patience: float = _PATIENCE) -> None:
        if not self.address:
            return
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        # A service manager that cannot hear is its own trouble, never a turn's.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.settimeout(patience)
            to.sendto(message.encode(), address)


class Health:
    """Noted by the daemon's thread, looked at by those that serve it: each value is replaced whole, and
    needs no lock.
    """

    def __init__(self, clock: Clock, traffic: Callable[[], Traffic], poll: timedelta) -> None:
        self._clock = clock
        self._traffic = traffic
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

    def measures(self) -> Measures:
        now = self._clock.now()
        coming = self._agenda.next(now)
        return Measures(
            tally=self._tally,
            counts=self._counts,
            traffic=self._traffic(),
            next_opening=None if coming is None else coming.at,
            ready=self.readiness().ready,
        )
