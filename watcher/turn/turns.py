"""Turns: how one begins, and ends early; what it does in between is `watcher.turn.take`."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.brakes import FleetState
from watcher.brakes.docket import Docket
from watcher.decide.answers import answers_in_trouble
from watcher.decide.fleet_problems import follow_trouble, pause_event
from watcher.decide.focus import Focus
from watcher.decide.report import Report
from watcher.decide.turn_record import begun, proved
from watcher.facts.accounts import LeasePeriod
from watcher.memory.remembered import FleetMemory, Held, TurnKind, TurnRecord
from watcher.memory.writes import BegunAnew, Bound, TurnBegun
from watcher.ports.leases import ApiError
from watcher.ports.ledger import LockLost
from watcher.record.attempts import Attempt
from watcher.record.reasons import Trouble
from watcher.record.restored import WATCHER, restored
from watcher.turn.clock_proof import ClockProof
from watcher.turn.ledger_lost import LOST, lost_with
from watcher.turn.take import Turn, TurnResult, end
from watcher.turn.tools import Tools, trouble_of

__all__ = ["TurnResult", "Turns"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Turns(Tools):
    """Takes one turn after the other, with the tools for all of them."""

    def run(
        self, focus: Focus | None = None, *, refused: str | None = None, only: LeasePeriod | None = None
    ) -> TurnResult:
        """Do one turn. What it meets is in the report; only the ledger's errors and defects are raised.

        `refused`: the mistake of a changed configuration while it stands; nothing is released meanwhile.
        `only`: nothing is released but this, which a person asked for; None: whatever is due.
        """
        began = self.clock.now()
        held = self.take_lock(began)
        record = self._begun(FleetMemory(), focus, began)
        if held is not None:
            return self._without_lock(record, held, ())
        attempts: list[Attempt] = []
        try:
            return self._run(record, focus, refused, only, attempts)
        except LockLost as lost:
            # Whoever took over reads back and tells what this turn left behind.
            return self._without_lock(record, lost.by, attempts)

    def _run(
        self,
        record: TurnRecord,
        focus: Focus | None,
        refused: str | None,
        only: LeasePeriod | None,
        attempts: list[Attempt],
    ) -> TurnResult:
        """The turn's time is when the API had said who we are: nothing it decides on was read before."""
        try:
            identity = self.reader.whoami()
        except ApiError as error:
            now = self.clock.now()
            memory = self.ledger.fleet(now)
            return self._without_api(replace(record, started_at=now), memory, error)
        clock_proof = ClockProof.now(self.clock, identity.skew)
        self.bind(
            Bound(
                organization=identity.organization_id,
                base_url=self.orders.base_url,
                shard=self.orders.shard,
            )
        )
        now = self.clock.now()
        memory = self._if_restored(self.ledger.fleet(now), now)
        if focus is not None and focus.is_overtaken(memory.overrides):
            focus = None
        record = replace(self._begun(memory, focus, now), id=record.id)
        if self.clock_is_right(identity.skew):
            record = proved(record, memory, poll=self.orders.poll)
        turn = Turn(
            tools=self,
            record=record,
            focus=focus,
            identity=identity,
            clock_proof=clock_proof,
            attempts=attempts,
            only=only,
            refused=refused,
        )
        try:
            self.write((TurnBegun(turn=record),))
            return turn.run(memory)
        except LockLost:
            raise
        except LOST as lost:
            if (told := lost_with(memory.unresolved, attempts, lost)) is None:
                raise
            raise told from lost

    def _begun(self, memory: FleetMemory, focus: Focus | None, now: datetime) -> TurnRecord:
        kind = TurnKind.FOCUSED if focus else TurnKind.FULL
        return begun(memory, id=_new_id(now), kind=kind, mode=self.orders.mode, now=now)

    def _if_restored(self, memory: FleetMemory, now: datetime) -> FleetMemory:
        """A ledger that is seen to have lost memory: its notices are void, and a person lifts the pause."""
        lost = self.ledger.lost()
        if lost is None:
            return memory
        words = restored(WATCHER, lost.why, now, lost.unheard)
        if any((one.by, one.why) == (WATCHER, words[1].why) for one in memory.overrides.pauses(now)):
            return memory  # said already, and what shows it cannot be written anew
        self.write(
            (
                BegunAnew(
                    restored=words[0],
                    pause=words[1],
                    messages=self.orders.routes.messages(
                        [pause_event(words[1], self.orders.names)], live=True
                    ),
                ),
            )
        )
        if self.acting:
            return self.ledger.fleet(now)
        return replace(memory, overrides=memory.overrides.with_words(words))

    def _without_lock(self, record: TurnRecord, held: Held | None, attempts: Sequence[Attempt]) -> TurnResult:
        """The end of a turn that may not act, or no longer: it writes nothing and tells nobody."""
        report = replace(
            self.blank(record),
            last_read=self.ledger.fleet(record.started_at).last_turn,
            trouble=Trouble.LEDGER_HELD,
            trouble_detail="" if held is None else str(held),
            attempts=tuple(attempts),
        )
        return _early(report)

    def _without_api(self, record: TurnRecord, memory: FleetMemory, error: ApiError) -> TurnResult:
        """The end of a turn that could not even ask who it is: told, recorded, nothing else."""
        trouble = trouble_of(error)
        self.write((TurnBegun(turn=record),))
        events, queued = follow_trouble(
            trouble,
            error.summary,
            memory,
            self.orders.routes,
            record.started_at,
            at_stake=self.at_stake(memory, record.started_at),
            poll=self.orders.poll,
        )
        self.write((queued,))
        asked = memory.overrides.asked_releases(record.started_at)
        self.write(answers_in_trouble(asked, trouble, error.summary, record.started_at))
        undelivered = self.tell(False)
        report = replace(
            self.blank(record),
            last_read=memory.last_turn,
            trouble=trouble,
            trouble_detail=error.summary,
            events=events,
            unresolved=len(memory.unresolved),
            undelivered=undelivered,
        )
        end(self, record, report, since=None, last=memory.last_proved)
        return _early(report)


def _new_id(now: datetime) -> str:
    """Of a turn: it begins with when that was."""
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def _early(report: Report) -> TurnResult:
    """The end of a turn that saw no fleet: there is nothing to build on."""
    return TurnResult(report=report, docket=Docket(), state=FleetState(now=report.started_at))
