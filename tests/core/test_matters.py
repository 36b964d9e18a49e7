"""What a person must decide is one value, in whose words every message, report and page speaks."""

from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, H, stopped
from watcher.brakes import Halt
from watcher.brakes.docket import Docket, Entry, Place
from watcher.brakes.kinds.min_history import HISTORY
from watcher.brakes.kinds.paused import PAUSED
from watcher.brakes.kinds.too_many import TOO_MANY
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.messages.halt_matters import StoppedRelease, halt_matter, stopped_in_words
from watcher.messages.matters import Matter, MatterAccount, MatterKind, in_time, refused_release, together
from watcher.texts.commands import WayOut

POLL = timedelta(minutes=15)


def entry(number: int, *, closes_in: timedelta) -> Entry:
    return Entry(
        period=LeasePeriod(
            account=AccountId(f"sa_{number}"), renews_at=NOW + closes_in + timedelta(minutes=10)
        ),
        project=ProjectId("prj_acme"),
        handle=f"brand.{number}",
        price_cents=15_000,
        place=Place.DUE,
        closes=NOW + closes_in,
    )


FOUR = tuple(entry(number, closes_in=timedelta(hours=4 + number)) for number in range(4))


def lost(halt: Halt, entries: tuple[Entry, ...]) -> tuple[StoppedRelease, ...]:
    return stopped_in_words(stopped(halt, docket=Docket(entries=entries)), Docket(entries=entries).id)


MANY = Halt(brake=TOO_MANY, measured="4 releases", limit="3")


def test_a_halt_says_what_is_lost_unless_somebody_acts_and_by_when() -> None:
    matter = halt_matter(lost(MANY, FOUR), Docket(entries=FOUR).id, NOW, poll=POLL)
    assert matter.cents == 60_000
    assert matter.by == NOW + timedelta(hours=4) - POLL
    assert matter.headline(NOW).startswith(
        "$600.00 will not be saved unless 4 releases are approved, the first by "
    )
    assert matter.why == ("too many releases (4 releases, limit 3)",)
    assert matter.commands == (f"lease-watcher approve {Docket(entries=FOUR).id} --reason WHY",)


def test_a_word_must_come_so_early_that_a_turn_follows_and_no_later_moment_is_promised() -> None:
    late = (entry(0, closes_in=timedelta(minutes=5)),)
    matter = halt_matter(lost(MANY, late), Docket(entries=late).id, NOW, poll=POLL)
    assert matter.by == NOW
    assert matter.headline(NOW) == (
        "$150.00 will not be saved unless the release of @brand.0 is approved at once"
    )
    assert matter.left(NOW) == ""


def test_what_ends_by_itself_in_time_asks_nobody_for_anything() -> None:
    young = Halt(brake=HISTORY, measured="no completed turn", limit="24 h", lifts_at=NOW + timedelta(hours=1))
    matter = halt_matter(
        stopped_in_words(stopped(young, docket=Docket(entries=FOUR), goes_on=NOW + timedelta(hours=1)), "d"),
        "d",
        NOW,
        poll=POLL,
    )
    assert matter.otherwise == ""
    assert not matter.asks
    assert matter.headline(NOW) == ("4 releases are halted and go on by themselves, by Mon 18 May 13:00 UTC")


def test_a_pause_is_ended_and_not_approved() -> None:
    pause = Halt(brake=PAUSED, measured="paused by Ann: a campaign", limit="resume")
    matter = halt_matter(lost(pause, FOUR), Docket(entries=FOUR).id, NOW, poll=POLL)
    assert "unless the pause is ended, the first by" in matter.headline(NOW)
    assert matter.why == ("paused by Ann: a campaign",)


def test_commands_are_what_was_meant_to_be_typed_not_what_stands_between_backticks() -> None:
    """They were read back out of the sentences: a ``` ` ``` in what others wrote would have made another."""
    ways = (
        WayOut(text="ask whoever wrote `rm -rf`"),
        WayOut.by_typing("lease-watcher check", before="or, with a ` in it, ", after=" lists every mistake"),
    )
    matter = Matter(kind=MatterKind.PROBLEM, what="something", ways=ways)
    assert matter.commands == ("lease-watcher check",)


def refusals(number: int) -> list[Matter]:
    return [
        refused_release(
            f"@nr{each}",
            MatterAccount(
                account=AccountId(f"sa_{each}"),
                handle=f"nr{each}",
                project=ProjectId("prj_acme"),
                price_cents=15_000,
            ),
            by=NOW + timedelta(hours=1 + each),
        )
        for each in range(number)
    ]


def test_many_that_ended_alike_are_one_matter_with_each_command_once() -> None:
    """A key that lost a scope, and `run` had 120 times four lines below "To decide"."""
    halt = halt_matter(lost(MANY, FOUR), "7f3a", NOW, poll=POLL)
    one, other = together([*refusals(120), halt])
    assert other is halt
    assert one.headline(NOW) == (
        "$18,000.00 will be paid unless they are given back, the first by Mon 18 May 13:00 UTC"
    )
    assert one.what == "120 accounts ($18,000.00) were not released, as the API refused"
    assert one.commands == ("lease-watcher resolve ACCOUNT --as not-released --reason WHY",)
    assert together(refusals(2)) == tuple(refusals(2))


@pytest.mark.parametrize(
    ("closes", "by"),
    [
        ([NOW + 3 * H, NOW + 2 * H], NOW + H),
        ([NOW + 3 * H, None], NOW + 2 * H),
        ([NOW, NOW + 2 * H], NOW + H),
        ([NOW + timedelta(microseconds=1), NOW + 2 * H], NOW),
        ([NOW + H], NOW),
        ([NOW], None),
        ([None], None),
        ([], None),
    ],
)
def test_a_word_comes_in_time_while_a_turn_must_still_follow_before_the_first_closes(
    closes: list[datetime | None], by: datetime | None
) -> None:
    assert in_time(closes, NOW, H) == by
