"""What a ledger in memory lets go of: by the rule of `watcher.adapters.ledger.forgetting`, row for row."""

from datetime import datetime

from watcher.adapters.ledger.memory.state import Letter, State
from watcher.adapters.ledger.rules import is_proved
from watcher.memory.remembered import TurnRecord
from watcher.messages.outbox import Delivered


def forget(state: State, before: datetime) -> None:
    """What is from before then."""
    state.forget_observations(before)
    state.forget_letters(_letters(state, before))
    beginning = next((turn.started_at for turn in state.finished if is_proved(turn)), None)
    if beginning is not None and min(turn.started_at for turn in state.turns.values()) < before:
        _forget_turns(state, beginning, before)


def _letters(state: State, before: datetime) -> list[Letter]:
    latest = max(state.letters, default=0)
    return [one for one in state.letters.values() if one.id != latest and _is_over(one, before)]


def _is_over(one: Letter, before: datetime) -> bool:
    if one.state in (Delivered.WAITING, Delivered.GIVEN_UP) or one.queued_at >= before:
        return False
    period = one.message.event.period
    return (one.accepted_at or one.ended_at or one.queued_at) < before and (
        period is None or period.renews_at < before
    )


def _forget_turns(state: State, beginning: datetime, before: datetime) -> None:
    kept = {one.turn for one in state.observations}
    kept |= {one.turn for one in state.notices.values()}
    kept |= {one.turn for one in state.intents.values()}

    def is_over(turn: TurnRecord) -> bool:
        ended = turn.ended_at is not None and turn.ended_at < before
        return ended and beginning < turn.started_at < before and turn.id not in kept

    state.forget_turns(is_over)
