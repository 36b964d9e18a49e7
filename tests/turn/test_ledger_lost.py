"""The ledger is lost while the end of a release is open: 21, and people are told of which account."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.stage import DAILY, GRIND, LATTE, OPENS, M, Stage
from watcher.memory.writes import Write
from watcher.ports.leases import ReleaseAnswer
from watcher.ports.ledger import LedgerUnavailable, LostInRelease
from watcher.sandbox import DropBefore, Fault, Html, LostAnswer, RateLimited, ServerError
from watcher.turn.act import LiveActor

WHO = "@latte (sa_latte, $150.00 a month)"
FULL = "The ledger cannot be written now: database or disk is full."
NEXT = (
    "Nothing more is sent for it. The next turn that has the ledger reads the lists back before anything "
    "else; if the ledger comes back older than this, look at the provider's list before you let a turn run."
)


class Lossy:
    """A ledger that is lost to its holder from the first of these calls or writes on."""

    def __init__(self, ledger: Any, *, at: tuple[str, ...]) -> None:
        self._ledger, self._at, self._lost = ledger, at, False

    def __getattr__(self, name: str) -> Any:
        self._lost = self._lost or name in self._at
        if self._lost and callable(getattr(self._ledger, name)):
            return _lost
        return self._apply if name == "apply" else getattr(self._ledger, name)

    def _apply(self, writes: Sequence[Write]) -> None:
        self._lost = any(type(one).__name__ in self._at for one in writes)
        (_lost if self._lost else self._ledger.apply)(writes)


def _lost(*_: object, **__: object) -> None:
    raise LedgerUnavailable(FULL)


def turn_that_loses_it(stage: Stage, *at: str, before_sending: Callable[[], object] | None = None) -> str:
    """What is told; raises what else the turn raised."""
    with stage.opened() as turns:
        lossy: Any = Lossy(turns.ledger, at=at)
        actor = turns.actor
        assert isinstance(actor, LiveActor)
        with pytest.raises((LostInRelease, LedgerUnavailable)) as raised:
            replace(turns, ledger=lossy, actor=replace(actor, ledger=lossy)).run()
    assert not isinstance(raised.value, LedgerUnavailable) or raised.type is LedgerUnavailable
    return f"{raised.type.__name__}: {raised.value}"


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """`@latte` is due."""
    stage.watch_until(OPENS)
    return stage


@pytest.mark.parametrize(
    ("fault", "known"),
    [
        (None, "was released, as the API confirmed"),
        (
            ServerError(method="DELETE", status=404, code="NOT_FOUND", apply=True),
            "is not leased any more, as the API answered its DELETE",
        ),
        (
            LostAnswer(method="DELETE"),
            "may have been released: its DELETE was sent, and how it ended is not known",
        ),
        (
            Html(method="DELETE", status=502),
            "may have been released: its DELETE was sent, and how it ended is not known",
        ),
    ],
    ids=["confirmed", "404", "answer lost", "502"],
)
def test_a_release_whose_end_could_not_be_written_is_named(
    stage: Stage, fault: Fault | None, known: str
) -> None:
    """It was "75, nothing is half-written", while an account was gone and no message said which."""
    stage.fault(*([] if fault is None else [fault]))
    told = turn_that_loses_it(stage, "conclude")
    assert told == (
        f"LostInRelease: {WHO} {known}, and that could not be written: the ledger was lost. {FULL}\n{NEXT}"
    )
    assert stage.deletes == 1


def test_the_next_turn_that_has_the_ledger_reads_it_back_and_sends_nothing(stage: Stage) -> None:
    turn_that_loses_it(stage, "conclude")
    stage.turn_at(OPENS + 15 * M)
    assert (stage.deletes, stage.released, stage.fleet().unresolved) == (1, [LATTE.id], ())
    assert "release.released" in stage.history(LATTE.id)


@pytest.mark.parametrize(
    "fault",
    [
        ServerError(method="DELETE", status=403, code="FORBIDDEN"),
        ServerError(method="DELETE", status=401, code="UNAUTHENTICATED"),
        RateLimited(method="DELETE"),
    ],
    ids=["403", "401", "429"],
)
def test_what_was_certainly_not_carried_out_is_no_unknown_end(stage: Stage, fault: Fault) -> None:
    stage.fault(fault)
    assert turn_that_loses_it(stage, "conclude") == f"LedgerUnavailable: {FULL}"


def test_an_intent_that_may_or_may_not_be_written_sends_nothing(stage: Stage) -> None:
    assert turn_that_loses_it(stage, "write_intent") == f"LedgerUnavailable: {FULL}"
    assert stage.deletes == 0


def test_a_pause_that_could_not_be_written_is_told_to_be_said_by_hand(stage: Stage) -> None:
    """The others that went with it were to pause the fleet; the next turn knew of no pause."""

    class Sly:
        """A provider that takes two more with each release."""

        def __init__(self, releaser: Any) -> None:
            self._releaser = releaser

        def ready(self) -> bool:
            return True

        def release(self, account: str, **how: Any) -> ReleaseAnswer:
            stage.remove(DAILY, GRIND)
            answer: ReleaseAnswer = self._releaser.release(account, **how)
            return answer

    with stage.opened() as turns:
        lossy: Any = Lossy(turns.ledger, at=("Said",))
        assert isinstance(turns.actor, LiveActor)
        actor = replace(turns.actor, ledger=lossy, releaser=Sly(turns.actor.releaser))
        with pytest.raises(LostInRelease) as raised:
            replace(turns, ledger=lossy, actor=actor).run()
    why = f"several other accounts were gone after the release of {LATTE.id}"
    assert str(raised.value) == (
        f"{WHO} was released, as the API confirmed, and that could not be written: the ledger was lost. "
        f"{FULL} "
        f"Nor was a pause written, for {why}: `lease-watcher pause --reason WHY` before a turn runs.\n{NEXT}"
    )


def test_a_ledger_lost_after_a_release_of_unknown_end_names_it_too(stage: Stage) -> None:
    """The attempt was left open on purpose, and the turn that could not tell it ended in 75."""
    stage.fault(Html(method="DELETE", status=502), ServerError(path="leased-accounts", after=2))
    told = turn_that_loses_it(stage, "TurnEnded")
    assert told == (
        f"LostInRelease: {WHO} may have been released: how that ended is not known, "
        f"and the ledger was lost. {FULL}\n{NEXT}"
    )


@pytest.mark.parametrize("at", ["TurnBegun", "UnreadRecord", "conclude", "TurnEnded"])
def test_a_ledger_lost_before_an_earlier_release_is_settled_names_it(stage: Stage, at: str) -> None:
    stage.fault(DropBefore(method="DELETE"), ServerError(path="leased-accounts", after=2))
    stage.turn()
    assert len(stage.fleet().unresolved) == 1
    if at == "conclude":
        stage.sandbox.clear_faults()
    stage.move_to(OPENS + 15 * M)
    told = turn_that_loses_it(stage, at)
    assert told.startswith(f"LostInRelease: {WHO} may have been released: how that ended is not known")


def test_a_ledger_lost_where_no_end_is_open_is_75(stage: Stage) -> None:
    assert turn_that_loses_it(stage, "TurnEnded") == f"LedgerUnavailable: {FULL}"
    assert stage.released == [LATTE.id]
