"""What the end of a halt says came too late while it lasted."""

import pytest

from tests.builders import NOW, H, M, account
from tests.core.world import background, fleet_memory, known
from watcher.brakes.docket import Entry, Place
from watcher.decide.lost import lost_in_halts
from watcher.memory.remembered import Known
from watcher.messages.events import EventKind
from watcher.messages.problems import Problem
from watcher.record.intents import Intent

LATE = account("latte", renews_in=5 * M)
HALT = Problem(
    id="brake.halted",
    kind=EventKind.BRAKE_HALTED,
    content="too_many",
    text="2 releases are halted",
    since=NOW - 5 * H,
    told_at=NOW - 5 * H,
    periods=(LATE.period,),
)
SENT = Intent(account=LATE, turn="t", policy="standard", reason="asked for", written_at=NOW - H)
DONE = Entry(
    period=LATE.period,
    project=LATE.project,
    handle=LATE.handle,
    price_cents=LATE.price_cents,
    place=Place.DONE,
    done_at=NOW - H,
)


def lost(one: Known, **memory: object) -> list[str]:
    by = background(memory=fleet_memory(problems={HALT.id: HALT}, **memory))
    return [period.account for period in lost_in_halts({LATE.id: [one]}, by, NOW)]


def test_a_release_of_which_the_window_has_closed_is_lost() -> None:
    assert lost(known(LATE)) == [LATE.id]
    assert lost(known(LATE, gone_at=NOW - H)) == []


@pytest.mark.parametrize("sent", [{"unresolved": (SENT,)}, {"done": (DONE,)}], ids=["perhaps", "done"])
def test_a_release_that_was_sent_is_not_lost(sent: dict[str, object]) -> None:
    """ "2 of them came too late: $300.00 will be paid" of one that a person had asked for, and of which
    nobody knew yet how it had ended; and of one that was done, which the lists still showed.
    """
    assert lost(known(LATE), **sent) == []
