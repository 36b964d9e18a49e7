"""Whether brakes will do something else about a release than a message that waits says of it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import NOW, UNUSED, H, account
from watcher.facts.accounts import Account, LeasePeriod
from watcher.messages.events import AnnouncementFacts, Event, EventKind, Facts, MissedFacts
from watcher.messages.halts_by_now import HaltsByNow
from watcher.messages.matters import Matter, MatterAccount, MatterKind
from watcher.record.reasons import Reason

LATTE, KAI = account("latte"), account("kai")
ANNOUNCED = AnnouncementFacts(not_before=NOW + 4 * H, reason=Reason.UNUSED, policy="standard")
MISSED = MissedFacts(reason=Reason.TOO_LATE, policy="standard")

LOST = Matter(
    kind=MatterKind.COMING_HALT,
    what="its release will be halted",
    by=NOW + 6 * H,
    unless="it is approved",
    otherwise="$150.00 will not be saved",
    docket="7f3a",
    brakes=("too_many",),
)
GOES_ON = replace(LOST, by=None, unless="", otherwise="")
TOGETHER = replace(
    LOST,
    accounts=tuple(
        MatterAccount(account=one.id, handle=one.handle, project=one.project, price_cents=15_000)
        for one in (LATTE, KAI)
    ),
)
TOLD = {"docket": "7f3a", "by": NOW + 6 * H, "brakes": ("too_many",), "halted_together": 2}


def halts(lost: Matter | None = LOST, together: Matter | None = TOGETHER) -> HaltsByNow:
    """What the turn of an hour later found: it says the same of every release that it knows."""
    return HaltsByNow(
        at=NOW + H,
        to_come=frozenset({LATTE.period}),
        matter_of=lambda _: lost,
        together=lambda: together,
    )


def event(facts: Facts | None = UNUSED, *, period: LeasePeriod | None = LATTE.period, at: int = 0) -> Event:
    return Event(
        kind=EventKind.RENEWAL_WARNING, key="k", at=NOW + at * H, what="", period=period, facts=facts
    )


@pytest.mark.parametrize(
    ("of", "known"),
    [
        (event(), True),
        (event(ANNOUNCED), True),
        (event(at=1), True),
        (event(at=2), False),
        (event(MISSED), False),
        (event(None), False),
        (event(period=KAI.period), False),
        (event(period=None), False),
    ],
    ids=[
        "a warning",
        "an announcement",
        "of the same turn",
        "written since",
        "of a release that is missed",
        "of nothing to come",
        "of a release that it does not know",
        "of no release",
    ],
)
def test_it_knows_the_releases_to_come_of_what_was_written_until_then(of: Event, known: bool) -> None:
    assert halts().knows(of) == known
    assert halts().are_others(of) == known


@pytest.mark.parametrize(
    ("found", "lost"), [(LOST, LOST), (GOES_ON, None), (None, None)], ids=["lost", "later", "not halted"]
)
def test_only_what_does_not_go_on_by_itself_is_lost(found: Matter | None, lost: Matter | None) -> None:
    assert halts(found).losing(event()) == lost
    assert halts(found).losing(event(period=None)) is None


@pytest.mark.parametrize("facts", [UNUSED, ANNOUNCED], ids=["warning", "announcement"])
@pytest.mark.parametrize(
    ("told", "found", "others"),
    [
        ({}, None, False),
        ({}, GOES_ON, False),
        ({}, LOST, True),
        (TOLD, None, True),
        (TOLD, GOES_ON, True),
        (TOLD, LOST, False),
        ({"by": NOW}, None, True),
        ({"brakes": ("paused",)}, None, True),
        ({"docket": "7f3a"}, LOST, False),
        ({"docket": "7f3a", "by": NOW}, LOST, False),
        ({"docket": "0000"}, LOST, True),
        (TOLD | {"docket": "0000"}, LOST, True),
        (TOLD | {"brakes": ("paused",)}, LOST, True),
        (TOLD | {"planned": True}, LOST, True),
        (TOLD | {"unsure": True}, LOST, True),
        (TOLD | {"halted_together": 3}, LOST, True),
        (TOLD | {"by": NOW}, LOST, False),
    ],
    ids=[
        "none and none",
        "none, and it goes on by itself",
        "one came",
        "it is over",
        "it goes on by itself by now",
        "the same",
        "over, of which only the moment was told",
        "over, of which only the brakes were told",
        "due, the same docket",
        "due, the same docket by another moment",
        "due, another docket",
        "another docket",
        "another brake",
        "as planned before",
        "for sure by now",
        "with fewer others",
        "by another moment",
    ],
)
def test_another_halt_is_to_be_decided_than_was_told(
    facts: Any, told: dict[str, Any], found: Matter | None, others: bool
) -> None:
    assert halts(found).are_others(event(replace(facts, **told))) == others


@pytest.mark.parametrize(
    "together", [None, replace(TOGETHER, otherwise="")], ids=["none", "all of it goes on by itself"]
)
def test_of_what_is_halted_alone_no_others_are_told(together: Matter | None) -> None:
    alone = event(replace(UNUSED, **TOLD | {"halted_together": None}))
    assert not halts(together=together).are_others(alone)
    assert halts(together=together).are_others(event(replace(UNUSED, **TOLD)))
    assert halts().are_others(alone)


@pytest.mark.parametrize(
    ("of", "together", "found"),
    [
        (LATTE, TOGETHER, TOGETHER),
        (KAI, TOGETHER, TOGETHER),
        (account("mocha"), TOGETHER, None),
        (LATTE, replace(TOGETHER, accounts=()), None),
        (LATTE, None, None),
    ],
    ids=["the first", "another", "none of them", "of none", "nothing"],
)
def test_what_is_to_be_decided_together_is_told_of_what_is_among_it(
    of: Account, together: Matter | None, found: Matter | None
) -> None:
    assert halts(together=together).with_others(event(period=of.period)) == found
    assert halts(together=together).with_others(event(period=None)) is None
