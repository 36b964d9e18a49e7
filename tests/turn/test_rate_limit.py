"""The wait for the rate limit comes before the facts, never between them and the DELETE."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import cast

from tests.stage import LATTE, NOW, OPENS, Stage
from watcher.facts.accounts import AccountId
from watcher.ports.leases import LeaseReleaser, ReleaseAnswer
from watcher.record.overrides import OverrideKind
from watcher.turn.act import LiveActor


class Throttled:
    """A releaser whose budget is empty at first; `meanwhile` happens while it is waited for."""

    def __init__(self, releaser: LeaseReleaser, meanwhile: Callable[[], object]) -> None:
        self._releaser, self._meanwhile = releaser, meanwhile

    def ready(self) -> bool:
        self._meanwhile()
        return self._releaser.ready()

    def release(self, account: AccountId, *, reason: str, latest: datetime) -> ReleaseAnswer:
        return self._releaser.release(account, reason=reason, latest=latest)


def test_a_hold_said_while_the_rate_limit_was_waited_for_is_seen(stage: Stage) -> None:
    """The wait stood between the intent and the DELETE: up to a minute in which nobody was heard."""
    stage.turn_at(NOW)
    stage.move_to(OPENS)
    with stage.opened() as turns:
        actor = cast("LiveActor", turns.actor)

        def hold() -> None:
            stage.say(OverrideKind.HOLD, account=LATTE.id)

        throttled = Throttled(actor.releaser, hold)
        replace(turns, actor=replace(actor, releaser=throttled)).run()
    assert stage.deletes == 0
