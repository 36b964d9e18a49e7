"""Never exit 0, or look healthy, when the work was not done; and nothing a turn meets is raised."""

from collections.abc import Callable
from threading import Event

import pytest

from tests.stage import CLOSES, DAILY, LATTE, OPENS, RENEWS, D, H, M, S, Stage, account, published
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.overrides import OverrideKind
from watcher.sandbox import (
    Corrupt,
    DropBefore,
    Fault,
    Html,
    LostAnswer,
    NoDate,
    RateLimited,
    ServerError,
    Suspended,
    corruptions,
)

LISTS = "leased-accounts"


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """`@latte` is due: the next enforced turn sends its DELETE."""
    stage.watch_until(OPENS, every=12 * H)
    return stage


def with_fault(*faults: Fault) -> Callable[[Stage], Report]:
    def turn(stage: Stage) -> Report:
        stage.fault(*faults)
        return stage.turn()

    return turn


def ended_in_doubt(stage: Stage) -> Report:
    stage.fault(LostAnswer(method="DELETE"))
    unreadable = ServerError(method="GET", path=LISTS)
    return stage.turn(before_sending=lambda: stage.fault(unreadable))


def paused(stage: Stage) -> Report:
    stage.say(OverrideKind.PAUSE)
    return stage.turn()


def never_told(stage: Stage) -> Report:
    stage.configure({"notifiers.ops.url": "http://127.0.0.1:9/nobody-listens"})
    return stage.turn()


def missed(stage: Stage) -> Report:
    return stage.turn_at(CLOSES)


def missed_altogether(stage: Stage) -> Report:
    return stage.turn_at(RENEWS)


def overtaken_by_the_clock(stage: Stage) -> Report:
    return stage.turn(before_acting=lambda: stage.clock.advance(CLOSES - OPENS))


def overtaken_after_the_intent(stage: Stage) -> Report:
    return stage.turn(before_sending=lambda: stage.clock.advance(CLOSES - OPENS))


def tried_twice_in_vain(stage: Stage) -> Report:
    stage.fault(DropBefore(method="DELETE"))
    stage.turn()
    stage.turn_at(OPENS + H)
    return stage.turn_at(OPENS + 2 * H)


def told_to_stop(stage: Stage) -> Report:
    stop = Event()
    return stage.turn(stop=stop, before_acting=stop.set)


def one_not_understood(stage: Stage) -> Report:
    """With enough others to ask about, so that the share of unknowns is no brake."""
    others = [account(f"near{number}", renews_in=5 * D) for number in range(3)]
    stage.add(*others, posts=[published(one, 1 * D) for one in others])
    stage.fault(Corrupt(path=LISTS, mutate=corruptions.unknown_status(account=DAILY.id)))
    return stage.turn()


NOT_DONE: dict[str, tuple[Exit, Callable[[Stage], Report]]] = {
    "the key is rejected": (Exit.KEY, with_fault(ServerError(status=401, code="UNAUTHENTICATED"))),
    "the key is rejected while reading": (
        Exit.KEY,
        with_fault(ServerError(path=LISTS, status=401, code="UNAUTHENTICATED")),
    ),
    "the key is rejected while releasing": (
        Exit.KEY,
        with_fault(ServerError(method="DELETE", status=401, code="UNAUTHENTICATED")),
    ),
    "the key is suspended": (Exit.KEY, with_fault(Suspended())),
    "the key is suspended while reading": (Exit.KEY, with_fault(Suspended(path=LISTS))),
    "a release ended nobody knows how": (Exit.OUTCOME_UNKNOWN, ended_in_doubt),
    "the window has closed": (Exit.MISSED, missed),
    "the renewal has passed": (Exit.MISSED, missed_altogether),
    "the window closed during the turn": (Exit.MISSED, overtaken_by_the_clock),
    "the window closed right before the DELETE": (Exit.MISSED, overtaken_after_the_intent),
    "the fleet is paused": (Exit.BRAKED, paused),
    "the clock is not proved": (Exit.BRAKED, with_fault(NoDate())),
    "the API refuses": (Exit.REFUSED, with_fault(ServerError(method="DELETE", status=409, code="CONFLICT"))),
    "two attempts had no effect": (Exit.REFUSED, tried_twice_in_vain),
    "one attempt had no effect": (Exit.UNREADABLE, with_fault(ServerError(method="DELETE"))),
    "the DELETE was over the rate limit": (Exit.UNREADABLE, with_fault(RateLimited(method="DELETE"))),
    "the API is away": (Exit.UNREADABLE, with_fault(DropBefore())),
    "the API is a page of HTML": (Exit.UNREADABLE, with_fault(Html(status=200))),
    "a project cannot be read": (Exit.UNREADABLE, with_fault(ServerError(path=LISTS))),
    "an account is not understood": (Exit.UNREADABLE, one_not_understood),
    "posts cannot be read": (Exit.UNREADABLE, with_fault(ServerError(path="scheduled-posts"))),
    "it was told to stop in the middle": (Exit.UNREADABLE, told_to_stop),
    "nobody could be told": (Exit.UNDELIVERED, never_told),
}


@pytest.mark.parametrize("name", NOT_DONE)
def test_a_turn_that_did_not_do_its_job_says_so(stage: Stage, name: str) -> None:
    """Attempts without effect or never sent, a turn stopped in the middle, a renewal at the very instant of
    the turn: all of them ended in 0.
    """
    code, turn = NOT_DONE[name]
    assert exit_of(turn(stage)) is code


def test_a_turn_that_did_is_0(stage: Stage) -> None:
    assert exit_of(stage.turn()) is Exit.DONE


def test_a_missed_release_is_told(stage: Stage) -> None:
    missed(stage)
    assert [event["account"] for event in stage.told("deadline.missed")] == [LATTE.id]


def test_the_worst_is_what_is_said(stage: Stage) -> None:
    """Something unreadable, a brake, and a release that was missed."""
    stage.fault(ServerError(path="scheduled-posts"))
    stage.say(OverrideKind.PAUSE)
    assert exit_of(stage.turn_at(OPENS + H)) is Exit.UNREADABLE
    stage.sandbox.clear_faults()
    assert exit_of(stage.turn_at(OPENS + 2 * H)) is Exit.BRAKED
    assert exit_of(stage.turn_at(CLOSES + S)) is Exit.MISSED


@pytest.mark.parametrize(
    "fault",
    [ServerError(path="^/v1/"), ServerError(path="whoami", status=401, code="UNAUTHENTICATED"), Suspended()],
    ids=["away", "rejected", "suspended"],
)
def test_a_turn_without_the_api_is_recorded_as_not_completed_and_told(stage: Stage, fault: Fault) -> None:
    last = stage.fleet().last_turn
    stage.fault(fault)
    stage.turn()
    assert stage.fleet().last_turn == last
    assert {event["kind"] for event in stage.told()} & {"project.unreadable", "key.refused"}


def test_the_daemon_s_way_every_turn_goes_on_where_the_last_one_failed(stage: Stage) -> None:
    """One `Turns` for all: trouble in one turn is none in the next."""
    with stage.opened() as turns:
        for fault in (Suspended(), DropBefore(), Html(status=200), ServerError(path=LISTS)):
            stage.fault(fault)
            assert exit_of(turns.run().report) is not Exit.DONE
            stage.sandbox.clear_faults()
            stage.clock.advance(M)
        assert [one.ended for one in turns.run().report.attempts] == [Ending.RELEASED]


def test_a_turn_that_has_nothing_to_do_is_0(stage: Stage) -> None:
    stage.turn()
    stage.add(account("fresh", renews_in=28 * 24 * H))
    assert exit_of(stage.turn_at(OPENS + H)) is Exit.DONE
