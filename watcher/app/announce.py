"""Say what is to come: notices of releases, what brakes halt, a clock that is off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.app.targets import Orders
from watcher.app.troubles import clock_event
from watcher.domain.brakes import Brake, Halts
from watcher.domain.docket import Docket, Place
from watcher.domain.events import Event
from watcher.domain.notices import Notice
from watcher.domain.plan import Announce, Decision, Mode
from watcher.domain.telling import announcement, halt_event
from watcher.ports.ledger import Ledger

_CLOCK = frozenset({Brake.CLOCK_OFF, Brake.CLOCK_UNPROVED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcer:
    """Writes notices and problems with the messages that carry them."""

    ledger: Ledger
    orders: Orders
    turn: str
    now: datetime

    def announce(
        self, announcing: Iterable[Decision], docket: Docket, halts: Halts, skew: timedelta | None
    ) -> list[Event]:
        """What was announced and reported; with a clock that is not proved, no release is announced."""
        live = self.orders.mode is Mode.ENFORCE
        problems = list(self._problems(docket, halts, skew))
        notices, announcements = [], []
        if not any(halt.brake in _CLOCK for halt in halts.halts):
            for decision in announcing:
                if isinstance(decision.step, Announce):
                    notice, event = self._notice(decision, decision.step, docket, halts, live=live)
                    notices.append(notice)
                    announcements.append(event)
        self.ledger.queue(self.orders.routes.messages(problems, live=live), at=self.now)
        self.ledger.announce(notices, self.orders.routes.messages(announcements, live=live), turn=self.turn)
        return [*problems, *announcements]

    def _problems(self, docket: Docket, halts: Halts, skew: timedelta | None) -> Iterable[Event]:
        if skew is not None and skew > self.orders.limits.max_clock_skew:
            yield clock_event(skew.total_seconds(), self.now)
        if halts.stopping(docket.to_come):
            periods = [entry.period for entry in docket.to_come]
            self.ledger.keep_docket(docket.id, periods, at=self.now)
        due = [entry for entry in docket.entries if entry.place is Place.DUE]
        halted = halts.stopping(due) if self.orders.mode is Mode.ENFORCE else ()
        if halted:
            yield halt_event(halted, docket, self.now)

    def _notice(
        self, decision: Decision, step: Announce, docket: Docket, halts: Halts, *, live: bool
    ) -> tuple[Notice, Event]:
        account = decision.account
        policy = decision.judgement.policy
        on_it = halts.on(account.period, account.project)
        event = announcement(decision, step, on_it, docket, self.now, live=live)
        notice = Notice(
            key=event.key,
            period=account.period,
            not_before=step.not_before,
            fingerprint=policy.fingerprint if policy else "",
            live=live,
            created_at=self.now,
        )
        return notice, event
