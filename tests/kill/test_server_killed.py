"""The PostgreSQL server dies in the middle of a turn: nothing is lost, nothing doubled, and it is said."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import PASSWORD, Postgres
from tests.stage import LATTE, OPENS, H, M, Stage, staged
from watcher.decide.exits import exit_of
from watcher.ports.ledger import LedgerUnavailable, LostInRelease
from watcher.record.exit_codes import Exit

NEXT = OPENS + 15 * M


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """One of its own: others need theirs alive."""
    one = Postgres()
    yield one
    one.stop()


@pytest.fixture
def stage(server: Postgres, tmp_path: Path) -> Iterator[Stage]:
    """`@latte` is due: the next enforced turn sends its DELETE."""
    with (
        server.ledger() as place,
        staged(tmp_path, configuration={"store.url": place.url.reveal()}) as stage,
    ):
        stage.watch_until(OPENS, every=12 * H)
        yield stage
        server.start()


def once(do: Callable[[], None]) -> Callable[[], None]:
    done: list[None] = []

    def first() -> None:
        if not done:
            done.append(None)
            do()

    return first


@pytest.mark.parametrize(
    ("moment", "sent", "error"),
    [("before_acting", 0, LedgerUnavailable), ("before_sending", 1, LostInRelease)],
)
def test_a_turn_that_loses_its_ledger_says_so_and_the_next_one_makes_up_for_it(
    stage: Stage, server: Postgres, moment: str, sent: int, error: type[Exception]
) -> None:
    """Before the intent nothing is sent; after it, what was sent is named, read back and told."""
    with pytest.raises(error) as told:
        stage.turn(**{moment: once(server.kill)})
    assert ("@latte (sa_latte, $150.00 a month) was released" in str(told.value)) == bool(sent)
    assert f"{stage.ledger_place} cannot be" in str(told.value)
    assert PASSWORD not in str(told.value)
    assert stage.deletes == sent

    server.start()
    report = stage.turn_at(NEXT)
    assert exit_of(report) is Exit.DONE
    assert (stage.deletes, stage.released) == (1, [LATTE.id])
    assert stage.fleet().unresolved == ()
    assert stage.history(LATTE.id).count("release.released") == 1
    assert [event["account"] for event in stage.told("release.done")] == [LATTE.id]


@pytest.mark.parametrize("moment", ["before_acting", "before_sending"])
def test_a_server_that_is_back_at_once_costs_nothing(stage: Stage, server: Postgres, moment: str) -> None:
    def restart() -> None:
        server.kill()
        server.start()

    report = stage.turn(**{moment: once(restart)})
    assert exit_of(report) is Exit.DONE
    assert (stage.deletes, stage.released) == (1, [LATTE.id])
    assert stage.history(LATTE.id).count("release.released") == 1
