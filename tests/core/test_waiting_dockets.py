"""A docket says of its halts, from the ledger alone, what the turn said that kept it."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.builders import NOW, D, H, M, account, matter
from tests.core.world import BETA, known, orders, target
from watcher.brakes import BRAKES, Brake, Halt, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.brakes.kept_halts import KeptHalt
from watcher.decide.dockets import WaitingDocket, docket_of
from watcher.facts.accounts import Account
from watcher.memory.writes import DocketKept
from watcher.messages.matters import MatterKind
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.planned_pauses import PlannedPause, PlannedPauses

LATTE = account("latte", renews_in=D)
MOCHA = account("mocha", renews_in=D)
ELSEWHERE = account("elsewhere", project=BETA, renews_in=D)


def kept(
    *halts: KeptHalt,
    of: tuple[Account, ...] = (LATTE,),
    said: tuple[Override, ...] = (),
    suspended: bool = False,
) -> WaitingDocket:
    return docket_of(
        DocketKept(docket="7f3a", periods=tuple(one.period for one in of), at=NOW, halts=halts),
        {one.id: [known(one)] for one in of},
        {},
        Overrides(said=said),
        orders(),
        NOW,
        suspended=suspended,
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
    said = (word(OverrideKind.PAUSE),) if brake is kinds.PAUSED else ()
    suspended = brake is kinds.KEY_SUSPENDED
    found = kept(halted_by(brake), of=both, said=said, suspended=suspended).matter
    assert found is not None
    assert found.unless == matter([halt], Docket(entries=entries)).unless


def test_what_ends_by_itself_in_time_threatens_nothing() -> None:
    """A first day's docket said that its money would not be saved unless short history was put right."""
    found = kept(halted_by(kinds.HISTORY, lifts_at=NOW + H)).matter
    assert found is not None
    assert (found.unless, found.otherwise) == ("", "")


def test_what_ends_by_itself_too_late_does() -> None:
    """It was to be "put right", and "ends by itself": that helps nobody, and it did not say when."""
    found = kept(halted_by(kinds.HISTORY, lifts_at=NOW + D)).matter
    assert found is not None
    assert found.otherwise == "$150.00 will not be saved"
    assert found.unless == "brakes.min_history is lowered"
    assert [one.text for one in found.ways] == [
        "it ends by itself Tue 19 May 12:00 UTC; sooner only by a smaller brakes.min_history, which is right "
        "if this ledger is new, and not if another one was lost"
    ]


def test_a_brake_that_this_version_does_not_know_is_put_right() -> None:
    found = kept(KeptHalt(brake="of_tomorrow", words="too odd", way=halted_by(kinds.VALUE).way)).matter
    assert found is not None
    assert found.unless == "what halts the release of @latte is put right"


def word(kind: OverrideKind, of: Account | None = None) -> Override:
    about = None if of is None else of.id
    return Override(kind=kind, at=NOW, by="ann", why="weekend", account=about)


def test_a_pause_that_ended_since_halts_nothing() -> None:
    """`status` told whoever had just ended it that 4 releases were halted, and to end it."""
    pause = Halt(brake=kinds.PAUSED, measured="paused by ann: weekend", limit="resume")
    ended = (word(OverrideKind.PAUSE), word(OverrideKind.RESUME))
    found = kept(KeptHalt.of(pause, "7f3a"), said=ended)
    assert (found.matter, found.halts) == (None, ())
    assert kept(KeptHalt.of(pause, "7f3a"), said=ended[:1]).matter is not None


def test_a_key_that_was_suspended_since_halts_it_too() -> None:
    """`status` asked for an approval, which could have helped nobody."""
    found = kept(halted_by(kinds.FLEET_SHARE), suspended=True).matter
    assert found is not None
    assert found.unless == "what halts the release of @latte is put right"
    assert kept(halted_by(kinds.KEY_SUSPENDED)).matter is None


def test_of_a_halt_that_loses_only_some_the_rest_costs_nothing() -> None:
    """The whole docket was told as what would not be saved."""
    halt = replace(halted_by(kinds.TOO_MANY), loses=(LATTE.period,))
    found = kept(halt, of=(LATTE, MOCHA)).matter
    assert found is not None
    assert (found.what, found.otherwise, found.cents) == (
        "2 releases will be halted; 1 of them goes on by itself in time",
        "$150.00 of $300.00 will not be saved",
        15_000,
    )
    nothing = kept(replace(halt, loses=()), of=(LATTE, MOCHA)).matter
    assert nothing is not None
    assert (nothing.asks, nothing.docket) == (False, "7f3a")


def test_a_pause_that_was_said_since_halts_it_too() -> None:
    """`status` said that an approval alone would save the money of releases that were paused since."""
    found = kept(halted_by(kinds.FLEET_SHARE), said=(word(OverrideKind.PAUSE),)).matter
    assert found is not None
    assert found.unless == "the release of @latte is approved and the pause is ended"
    assert "paused by ann: weekend" in found.why
    assert found.commands[0] == "lease-watcher resume --reason WHY"


def test_what_is_held_since_waits_for_nobody_and_the_limits_are_as_of_the_turn() -> None:
    """`status` asked to approve 5 releases, one of which was held: the 4 others were within the limits."""
    held = (word(OverrideKind.HOLD, MOCHA),)
    found = kept(halted_by(kinds.FLEET_SHARE), of=(LATTE, MOCHA), said=held)
    assert [one.period for one in found.waiting] == [LATTE.period]
    assert found.matter is not None
    assert [one.account for one in found.matter.accounts] == [LATTE.id]
    assert found.matter.headline(NOW) == (
        "up to $150.00 will not be saved unless the release of @latte is approved by Tue 19 May 11:35 UTC"
    )
    assert found.matter.what == (
        "the release of @latte was halted, or to be, as of the turn now; "
        "1 account of that docket is held since, and the next turn judges anew what is left"
    )
    assert kept(halted_by(kinds.FLEET_SHARE), said=(word(OverrideKind.HOLD, LATTE),)).matter is None


PAUSE = PlannedPause(why="a fair", begins=NOW, ends=NOW + 2 * D, projects=(LATTE.project,))


def under_a_pause(*, approved: tuple[Account, ...], of: tuple[Account, ...]) -> WaitingDocket:
    elsewhere = target(BETA)
    said = tuple(
        Override(kind=OverrideKind.APPROVE, at=NOW, by="ann", why="so", periods=(one.period,))
        for one in approved
    )
    return docket_of(
        DocketKept(
            docket="7f3a",
            periods=tuple(one.period for one in of),
            at=NOW,
            halts=(halted_by(kinds.FLEET_SHARE),),
        ),
        {one.id: [known(one)] for one in of},
        {},
        Overrides(said=said),
        orders(target(), elsewhere, planned_pauses=PlannedPauses(pauses=(PAUSE,))),
        NOW,
    )


def test_what_is_approved_and_stands_in_a_planned_pause_is_still_a_matter_of_its_docket() -> None:
    """`status` said what the pause costs, and `docket` that nothing waits for a decision."""
    found = under_a_pause(approved=(LATTE,), of=(LATTE,))
    assert found.waiting == ()
    assert found.matter is not None
    assert (found.matter.unless, found.matter.cents) == (
        "the planned pause is ended in the configuration",
        15_000,
    )
    assert under_a_pause(approved=(ELSEWHERE,), of=(ELSEWHERE,)).matter is None


def test_a_planned_pause_costs_only_what_it_covers() -> None:
    """All accounts of the docket were summed up, those of projects that the pause does not cover too."""
    found = under_a_pause(approved=(LATTE, ELSEWHERE), of=(LATTE, ELSEWHERE)).matter
    assert found is not None
    assert ([one.account for one in found.accounts], found.cents) == ([LATTE.id], 15_000)


def test_an_approval_is_asked_of_those_that_one_lets_go() -> None:
    found = under_a_pause(approved=(LATTE,), of=(LATTE, ELSEWHERE)).matter
    assert found is not None
    assert found.unless == "the release of @elsewhere is approved and the pause is ended"
    assert found.cents == 30_000


def test_by_when_is_the_moment_of_the_word_for_each_account_as_for_all() -> None:
    """Of an account it was the closing of its window, a poll later than a word could help."""
    later = account("later", renews_in=2 * D)
    found = kept(halted_by(kinds.FLEET_SHARE), of=(LATTE, later)).matter
    assert found is not None
    assert [one.by for one in found.accounts] == [NOW + D - 25 * M, NOW + 2 * D - 25 * M]
    assert found.by == found.accounts[0].by


def test_what_a_turn_may_send_first_is_not_halted_as_its_window_opens() -> None:
    """Between its opening and what was to stop it, the ledger alone does not know that it is stopped."""
    due = account("due", renews_in=3 * H)
    halt = replace(halted_by(kinds.TOO_MANY), loses=(due.period,), perhaps=(due.period,))
    found = kept(halt, of=(due,)).matter
    assert found is not None
    assert (found.kind, found.what, found.otherwise) == (
        MatterKind.COMING_HALT,
        "the release of @due may be halted before a turn comes",
        "up to $150.00 will not be saved",
    )
    sure = kept(replace(halt, perhaps=()), of=(due,)).matter
    assert sure is not None
    assert (sure.kind, sure.what) == (MatterKind.HALT, "the release of @due is halted")
