"""Two watchers on one ledger: one acts, and no account is ever asked for twice, whoever is frozen when."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from tests.postgres import postgres
from tests.stage import OPENS, D, S, Stage, account, published, staged
from watcher.adapters.ledger.lock import TERM
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.facts.accounts import AccountId
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending, Intent
from watcher.record.reasons import Reason, Trouble

DUE = [account(f"due{number}") for number in range(6)]
FIRST = DUE[0]


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    spare = [account(f"spare{number:02}", renews_in=20 * D) for number in range(60)]
    posts = [published(one, 40 * D) for one in DUE]
    with postgres().ledger() if request.param == "postgresql" else nullcontext() as server:
        where = {} if server is None else {"store.url": server.url.reveal()}
        with staged(tmp_path, *DUE, *spare, posts=posts, configuration=where) as stage:
            stage.watch_until(OPENS, every=D / 2)
            yield stage


def asked_for(stage: Stage) -> Counter[str]:
    return Counter(entry.path.rpartition("/")[2] for entry in stage.sandbox.log.select("DELETE"))


def once_each() -> dict[str, int]:
    return {one.id: 1 for one in DUE}


def another(stage: Stage, reports: list[Report], *, after: timedelta = 0 * S) -> Callable[[], None]:
    """Another watcher's turn, once, that begins so much later."""

    def turn() -> None:
        if not reports:
            stage.clock.advance(after)
            reports.append(stage.turn())

    return turn


@pytest.mark.parametrize("moment", ["before_acting", "before_sending"])
def test_while_one_acts_another_does_nothing_and_says_who_holds_the_ledger(stage: Stage, moment: str) -> None:
    reports: list[Report] = []
    one = stage.turn(**{moment: another(stage, reports)})
    (other,) = reports
    assert (other.trouble, exit_of(other)) == (Trouble.LEDGER_HELD, Exit.UNREADABLE)
    assert f"since {OPENS:%Y-%m-%d %H:%M} UTC" in other.trouble_detail
    assert (other.attempts, other.events, other.undelivered) == ((), (), 0)
    assert Counter(each.ended for each in one.attempts) == {Ending.RELEASED: len(DUE)}
    assert asked_for(stage) == once_each()


def test_a_turn_leaves_the_ledger_to_the_next(stage: Stage) -> None:
    assert [exit_of(stage.turn()), exit_of(stage.turn())] == [Exit.DONE, Exit.DONE]


def test_who_was_frozen_before_acting_finds_the_work_done_by_another(stage: Stage) -> None:
    reports: list[Report] = []
    frozen = stage.turn(before_acting=another(stage, reports, after=TERM))
    (other,) = reports
    assert (frozen.trouble, exit_of(frozen)) == (Trouble.LEDGER_HELD, Exit.UNREADABLE)
    assert frozen.attempts == ()
    assert Counter(each.ended for each in other.attempts) == {Ending.RELEASED: len(DUE)}
    assert asked_for(stage) == once_each()


def test_who_was_frozen_between_intent_and_delete_never_sends_it(stage: Stage) -> None:
    """The other reads back, finds it not done, and does it in its own name."""
    reports: list[Report] = []
    frozen = stage.turn(before_sending=another(stage, reports, after=TERM))
    (other,) = reports
    assert [each.ended for each in frozen.attempts] == [Ending.NOT_SENT]
    assert exit_of(frozen) is Exit.UNREADABLE
    ends = Counter(each.ended for each in other.attempts)
    assert ends == {Ending.NOT_DONE: 1, Ending.RELEASED: len(DUE)}
    assert asked_for(stage) == once_each()
    assert stage.fleet().unresolved == ()
    assert Counter(stage.history())["release.released"] == len(DUE)


def test_who_lost_the_ledger_in_the_middle_reports_what_it_did_and_stops(stage: Stage) -> None:
    reports: list[Report] = []
    sent: list[None] = []

    def second_time() -> None:
        sent.append(None)
        if len(sent) == 2:
            another(stage, reports, after=TERM)()

    frozen = stage.turn(before_sending=second_time)
    assert [each.ended for each in frozen.attempts] == [Ending.RELEASED, Ending.NOT_SENT]
    assert frozen.trouble is Trouble.LEDGER_HELD
    assert asked_for(stage) == once_each()


def test_a_lease_that_ended_unnoticed_is_kept_where_nobody_took_it(stage: Stage) -> None:
    report = stage.turn(before_acting=lambda: stage.clock.advance(TERM))
    assert Counter(each.ended for each in report.attempts) == {Ending.RELEASED: len(DUE)}


def test_what_the_other_one_released_is_no_reason_to_pause(stage: Stage) -> None:
    """Each saw accounts vanish that it had not released itself, and paused the fleet."""
    stage.turn(before_acting=another(stage, [], after=TERM))
    stage.turn()
    assert stage.fleet().overrides.said == ()


def test_an_intent_is_refused_to_who_lost_the_ledger_right_before(stage: Stage) -> None:
    """After the facts were read and before the intent: there the number is checked, with its row locked."""
    with stage.opened() as turns:
        stage.clock.advance(TERM)
        assert turns.ledger.take_lock(stage.clock.now()) is None
        stage.clock.advance(TERM)
        with stage.ledger() as other:
            assert other.take_lock(stage.clock.now()) is None
            assert turns.ledger.write_intent(intent_on(stage), lambda _: None) is Reason.LOCK_LOST


def intent_on(stage: Stage) -> Intent:
    known = stage.memory().known[AccountId(FIRST.id)]
    now = stage.clock.now()
    return Intent(account=known.account, turn="t", policy="standard", reason="unused", written_at=now)
