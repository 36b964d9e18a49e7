"""What a message that waited says by now: who decided, what became of it; nothing is asked in vain."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.builders import NOW, H, account
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.messages.clauses import follows, to_type
from watcher.messages.clauses import why as because
from watcher.messages.events import Event, EventKind, Facts, HaltFacts, MissedFacts
from watcher.messages.meanwhile import Meanwhile
from watcher.messages.outbox import Circumstances, Message, QueuedMessage
from watcher.messages.stale import sift
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.reasons import Reason
from watcher.texts.commands import to_approve, to_release, to_resume, to_see

LATTE, KAI = account("latte"), account("kai")
NOTHING_KNOWN = Circumstances()
HALT = EventKind.BRAKE_HALTED.value


def halt(*commands: str) -> Event:
    return Event(
        kind=EventKind.BRAKE_HALTED,
        key="halt",
        at=NOW,
        what="$300.00 will not be saved unless 2 releases are approved by Mon 18 May 15:00 UTC",
        clauses=(because("2 releases are halted"), *(to_type(one) for one in commands)),
        problem=HALT,
        facts=HaltFacts(docket="7f3a", brakes=("too_many",), releases=2, by=NOW + 3 * H),
    )


def about(kind: EventKind, what: str, *, facts: Facts | None = None, command: str = "lease-watcher") -> Event:
    return Event(
        kind=kind,
        key="k",
        at=NOW,
        what=what,
        clauses=(because("it is so"), follows("it will be so"), to_type(command)),
        account=LATTE.id,
        period=LATTE.period,
        facts=facts,
    )


def told(
    event: Event,
    *said: Override,
    later: int = 1,
    known: Circumstances = NOTHING_KNOWN,
    halted: Iterable[LeasePeriod] = (LATTE.period, KAI.period),
    released: Mapping[LeasePeriod, datetime] = {},
    releasing: Mapping[LeasePeriod, datetime] = {},
) -> Event:
    waiting = QueuedMessage(
        id=1, message=Message(notifier="ops", event=event, live=True), queued_at=NOW, circumstances=known
    )
    meanwhile = Meanwhile(
        now=NOW + later * H,
        said=Overrides(said=said),
        halted={HALT: frozenset(halted)},
        released=released,
        releasing=releasing,
    )
    (one,) = sift([waiting], meanwhile).true
    assert one.original.event == event
    return one.message.event


def word(kind: OverrideKind, *periods: LeasePeriod, of: AccountId | None = None, at: int = 30) -> Override:
    return Override(kind=kind, at=NOW + at * H / 60, by="ann", why="fine", periods=periods, account=of)


APPROVED = "ann approved releases past the limits, Mon 18 May 12:30 UTC: fine"
PAUSE = to_resume(None)


@pytest.mark.parametrize(
    ("said", "commands", "left"),
    [
        ([word(OverrideKind.APPROVE, LATTE.period, KAI.period)], [to_approve("7f3a")], []),
        ([word(OverrideKind.APPROVE, LATTE.period)], [to_approve("7f3a")], [to_approve("7f3a")]),
        ([word(OverrideKind.APPROVE, LATTE.period, KAI.period)], [to_approve("7f3a"), PAUSE], [PAUSE]),
        (
            [word(OverrideKind.PAUSE, at=-60), word(OverrideKind.RESUME)],
            [to_approve("7f3a"), PAUSE],
            [to_approve("7f3a")],
        ),
    ],
    ids=["all approved", "one approved", "approved and paused", "paused no more"],
)
def test_a_halt_that_waited_asks_only_for_what_nobody_has_done(
    said: list[Override], commands: list[str], left: list[str]
) -> None:
    found = told(halt(*commands), *said)
    assert [one.command for one in found.clauses if one.command] == left
    assert "(was true Mon 18 May 12:00 UTC; since then: ann " in found.what


def test_a_halt_of_which_nothing_was_said_is_told_as_it_was() -> None:
    elsewhere = word(OverrideKind.APPROVE, account("other").period)
    before = word(OverrideKind.APPROVE, LATTE.period, at=-5)
    assert told(halt(), elsewhere, before) == halt()


def test_a_halt_of_which_a_release_is_held_since_says_which() -> None:
    """ "$300.00 will not be saved unless 2 releases are approved": by then somebody wanted one kept."""
    found = told(halt(to_approve("7f3a")), word(OverrideKind.HOLD, of=KAI.id))
    assert found.what.endswith(f"since then: ann put it on hold, Mon 18 May 12:30 UTC: fine ({KAI.id}))")
    assert [one.command for one in found.clauses if one.command] == [to_approve("7f3a")]


def test_an_approval_that_was_withdrawn_since_is_no_answer() -> None:
    both = (LATTE.period, KAI.period)
    said = [word(OverrideKind.APPROVE, *both), word(OverrideKind.UNAPPROVE, *both, at=40)]
    found = told(halt(to_approve("7f3a")), *said)
    assert "ann withdrew the approval of releases, Mon 18 May 12:40 UTC: fine" in found.what
    assert APPROVED not in found.what
    assert [one.command for one in found.clauses if one.command] == [to_approve("7f3a")]


def test_a_halt_of_which_the_moment_has_passed_says_where_to_look() -> None:
    found = told(halt(to_approve("7f3a")), later=4)
    assert found.what.endswith("(was true Mon 18 May 12:00 UTC; since then: Mon 18 May 15:00 UTC has passed)")
    assert [one.command for one in found.clauses if one.command] == ["lease-watcher status"]


@pytest.mark.parametrize(
    ("said", "late"),
    [
        ([], True),
        ([word(OverrideKind.APPROVE, LATTE.period)], True),
        ([word(OverrideKind.APPROVE, LATTE.period, KAI.period)], False),
        ([word(OverrideKind.APPROVE, LATTE.period, KAI.period, at=200)], True),
    ],
    ids=["nobody approved", "one approved", "both approved", "approved too late"],
)
@pytest.mark.parametrize("later", [4, 24], ids=["in the window", "after the approval ended by itself"])
def test_what_was_approved_in_time_does_not_come_too_late(
    said: list[Override], late: bool, later: int
) -> None:
    """ "Since then: Mon 18 May 15:00 UTC has passed; ann approved releases", of what was about to be
    released; and "the last moment to let its release go has passed" of its announcement.
    """
    said = [replace(one, until=NOW + 6 * H) for one in said]
    found = told(halt(to_approve("7f3a"), to_see("7f3a")), *said, later=later)
    assert ("15:00 UTC has passed" in found.what) == late
    assert ([one.command for one in found.clauses if one.command] == ["lease-watcher status"]) == late


UNKNOWN = about(EventKind.RELEASE_UNKNOWN, "@latte was perhaps released")
MISSED = about(
    EventKind.DEADLINE_MISSED,
    "@latte will not be released: $150.00 will be paid",
    facts=MissedFacts(reason=Reason.TOO_LATE, policy="standard", by=NOW + 5 * H),
    command=to_release(LATTE.id),
)
GONE = about(EventKind.ACCOUNT_GONE, "@latte is no longer listed")
THERE = Circumstances(renews_at=LATTE.renews_at)


@pytest.mark.parametrize(
    ("event", "how", "since"),
    [
        (UNKNOWN, {"released": {LATTE.period: NOW + H}}, "it was released"),
        (UNKNOWN, {}, "it is known how that ended"),
        (UNKNOWN, {"releasing": {LATTE.period: NOW + H}}, "it is known how that ended"),
        (MISSED, {"released": {LATTE.period: NOW + H}}, "it was released"),
        (MISSED, {"later": 24 * 40}, "its renewal has passed"),
        (GONE, {"known": THERE}, "it is listed again"),
    ],
    ids=["released", "ended otherwise", "tried again", "given back by hand", "renewed", "back"],
)
def test_what_is_critical_is_told_with_what_became_of_it(
    event: Event, how: dict[str, Any], since: str
) -> None:
    found = told(event, **how)
    assert found.what == f"{event.what} (was true Mon 18 May 12:00 UTC; since then: {since})"
    assert "it will be so" not in found.text
    assert event.clauses[-1].command not in [one.command for one in found.clauses]


def test_what_is_still_so_is_told_as_it_was() -> None:
    """That a release was refused: "since then: lease-watcher paused releases", which changes none of it."""
    refused = about(EventKind.RELEASE_FAILED, "@latte was not released, as the API refused")
    others = (OverrideKind.PAUSE, OverrideKind.HOLD, OverrideKind.UNAPPROVE)
    said = [word(kind, LATTE.period, of=LATTE.id) for kind in others]
    assert told(refused, *said, known=THERE) == refused
    assert told(UNKNOWN, releasing={LATTE.period: NOW}) == UNKNOWN
    assert told(MISSED, known=THERE) == MISSED
    assert told(GONE, known=Circumstances(renews_at=LATTE.renews_at, gone_at=NOW)) == GONE


def test_a_release_outdates_only_what_was_written_before_it() -> None:
    """ "(was true Mon 18 May 12:00 UTC; since then: it was released)" of what was said after a release that
    did not last: the account was leased again, and was told to be no longer so.
    """
    before = {LATTE.period: NOW - H}
    assert told(MISSED, released=before, known=THERE) == MISSED
    assert told(MISSED, known=Circumstances(renews_at=LATTE.renews_at, gone_at=NOW - H)) == MISSED
