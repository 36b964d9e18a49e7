"""A docket says of its halts, from the ledger alone, what the turn said that kept it."""

from datetime import datetime

import pytest

from tests.builders import NOW, D, H, account, matter
from tests.core.world import known, orders
from watcher.brakes import BRAKES, Brake, Halt, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.decide.dockets import WaitingDocket, docket_of
from watcher.facts.accounts import Account
from watcher.memory.writes import DocketKept, KeptHalt
from watcher.record.overrides import Overrides

LATTE = account("latte", renews_in=D)
MOCHA = account("mocha", renews_in=D)


def kept(*halts: KeptHalt, of: tuple[Account, ...] = (LATTE,)) -> WaitingDocket:
    return docket_of(
        DocketKept(docket="7f3a", periods=tuple(one.period for one in of), at=NOW, halts=halts),
        {one.id: [known(one)] for one in of},
        {},
        Overrides(),
        orders(),
        NOW,
    )


def halted_by(brake: Brake, *, lifts_at: datetime | None = None) -> KeptHalt:
    halt = Halt(brake=brake, measured="so much", limit="less", lifts_at=lifts_at)
    return KeptHalt.of(halt, "7f3a")


@pytest.mark.parametrize("brake", BRAKES)
def test_what_ends_a_halt_is_said_of_the_docket_as_of_the_halt(brake: Brake) -> None:
    """A pause that was to be ended by `resume` was to be put right where the docket was shown."""
    both = (LATTE, MOCHA)
    entries = tuple(
        Entry(period=one.period, project=one.project, handle=one.handle, price_cents=1, place=Place.DUE)
        for one in both
    )
    halt = Halt(brake=brake, measured="so much", limit="less")
    found = kept(halted_by(brake), of=both).matter
    assert found is not None
    assert found.unless == matter([halt], Docket(entries=entries)).unless


def test_what_ends_by_itself_in_time_threatens_nothing() -> None:
    """A first day's docket said that its money would not be saved unless short history was put right."""
    found = kept(halted_by(kinds.HISTORY, lifts_at=NOW + H)).matter
    assert found is not None
    assert (found.unless, found.otherwise) == ("", "")


def test_what_ends_by_itself_too_late_does() -> None:
    found = kept(halted_by(kinds.HISTORY, lifts_at=NOW + D)).matter
    assert found is not None
    assert found.otherwise == "$150.00 will not be saved"


def test_a_brake_that_this_version_does_not_know_is_put_right() -> None:
    found = kept(KeptHalt(brake="of_tomorrow", words="too odd", way=halted_by(kinds.VALUE).way)).matter
    assert found is not None
    assert found.unless == "what halts 1 release is put right"
