"""What is answered to a word for a release that was not even tried."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import NOW, D, M, S, account
from tests.core.world import background, gather, memory_of, reading
from watcher.decide.answers import answers
from watcher.decide.fleet import FleetFacts
from watcher.record.exit_codes import Exit
from watcher.record.overrides import RELEASE_LASTS, Override, OverrideKind

ONE = account("latte", renews_in=20 * D)
ASKED = Override(
    kind=OverrideKind.RELEASE,
    at=NOW - RELEASE_LASTS + M,
    by="maria",
    why="the contract has ended",
    account=ONE.id,
    handle=ONE.handle,
    project=ONE.project,
    periods=(ONE.period,),
    began=ONE.leased_since,
    until=NOW + M,
)


def test_a_word_whose_hour_ends_while_its_project_is_read_is_over() -> None:
    """Its project was said not to be watched: it had just been read."""
    read = reading(ONE)
    late = replace(read, listing=replace(read.listing, read_until=NOW + M + S))
    by = background(said=(ASKED,))
    gathered = gather((late, memory_of(ONE)), by=by)
    (answer,) = answers((ASKED,), gathered, (), FleetFacts(listings={}), by, detail="")
    assert (answer.override.exit, answer.override.why) == (
        Exit.USAGE,
        "not released: the word for it is over, used, or of another lease",
    )


def test_a_lease_s_begin_is_the_same_with_fractions_and_without() -> None:
    """The API gives it both ways, and the word was answered that the lease began at another time."""
    fractions = replace(ONE, assigned_at=ONE.assigned_at + timedelta(milliseconds=250))
    assert ASKED.names(ONE)
    assert ASKED.names(fractions)
    assert not ASKED.names(replace(ONE, assigned_at=ONE.assigned_at + S))
    assert not replace(ASKED, began=None).names(ONE)
