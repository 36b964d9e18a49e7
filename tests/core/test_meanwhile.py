"""What a message that waited says by now: who decided, what became of it; nothing is asked in vain."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.builders import NOW, UNUSED, D, H, M, account
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.messages.clauses import Clause, follows, to_keep, to_type
from watcher.messages.clauses import why as because
from watcher.messages.events import (
    AnnouncementFacts,
    Event,
    EventKind,
    Facts,
    MissedFacts,
)
from watcher.messages.halts_by_now import HaltsByNow
from watcher.messages.matters import Matter, MatterKind
from watcher.messages.meanwhile import Meanwhile
from watcher.messages.outbox import Circumstances, Message, QueuedMessage
from watcher.messages.problem_facts import DeadlineFacts, HaltFacts
from watcher.messages.stale import sift
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.reasons import Reason
from watcher.texts.commands import (
    WayOut,
    to_accept_the_baseline,
    to_approve,
    to_hold,
    to_release,
    to_resolve,
    to_resume,
    to_see,
    to_try_again,
)

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
    halts: HaltsByNow | None = None,
    live: bool = True,
) -> Event:
    waiting = QueuedMessage(
        id=1, message=Message(notifier="ops", event=event, live=live), queued_at=NOW, circumstances=known
    )
    meanwhile = Meanwhile(
        now=NOW + later * H,
        said=Overrides(said=said),
        halted={HALT: frozenset(halted)},
        released=released,
        releasing=releasing,
        halts=halts,
    )
    (one,) = sift([waiting], meanwhile).true
    assert one.original.event == event
    return one.message.event


def word(kind: OverrideKind, *periods: LeasePeriod, of: AccountId | None = None, at: int = 30) -> Override:
    return Override(kind=kind, at=NOW + at * H / 60, by="ann", why="fine", periods=periods, account=of)


APPROVED = "ann approved releases past the limits, Mon 18 May 12:30 UTC: fine"
PAUSE = to_resume(None)
COMING = to_resume(None, coming=True)


RESUMED = word(OverrideKind.RESUME)


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
        (
            [
                word(OverrideKind.PAUSE, at=-60),
                replace(word(OverrideKind.PAUSE, at=-59), begins=NOW + D),
                RESUMED,
            ],
            [to_approve("7f3a"), PAUSE, COMING],
            [to_approve("7f3a"), COMING],
        ),
        (
            [replace(word(OverrideKind.PAUSE, at=-60), begins=NOW - M), RESUMED],
            [to_approve("7f3a"), COMING],
            [to_approve("7f3a")],
        ),
    ],
    ids=[
        "all approved",
        "one approved",
        "approved and paused",
        "paused no more",
        "another one is to come",
        "it was told while it was to come",
    ],
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


DUE = "Tue 19 May 19:00 UTC"
UNUSED_FOR = because("no post published through Layers for 40 d")
UNUSED_THEN = because(f"{UNUSED_FOR.text} (as of Mon 18 May 12:00 UTC)")
"""The same, as what waited for more than an hour says it."""
KEEP = to_keep(to_hold(LATTE.id))
HALTED = {"docket": "7f3a", "by": NOW + 3 * H, "brakes": ("too_many",)}
ANNOUNCED = AnnouncementFacts(not_before=NOW + 4 * H, reason=Reason.UNUSED, policy="standard")


def of_latte(kind: EventKind, what: str, facts: Facts, *clauses: Clause) -> Event:
    return Event(
        kind=kind,
        key="k",
        at=NOW,
        what=what,
        clauses=clauses,
        project=LATTE.project,
        account=LATTE.id,
        handle=LATTE.handle,
        platform=LATTE.platform,
        period=LATTE.period,
        cents=LATTE.price_cents,
        facts=facts,
    )


def warning(*commands: str, **told_of_it: Any) -> Event:
    """A warning that tells of a halt, and that asks for these commands."""
    return of_latte(
        EventKind.RENEWAL_WARNING,
        f"@latte on tiktok renews in 1 d 7 h, {DUE} for $150.00",
        replace(UNUSED, **(told_of_it or HALTED)),
        UNUSED_FOR,
        follows("its release will be halted, so it will renew unless it is approved by Mon 18 May 15:00 UTC"),
        because("2 releases are more than 1"),
        *(to_type(one) for one in commands or (to_approve("7f3a"),)),
    )


def announced(*clauses: Clause, **told_of_it: Any) -> Event:
    return of_latte(
        EventKind.RELEASE_ANNOUNCED,
        f"@latte on tiktok will be released in 4 h, Mon 18 May 16:00 UTC at the earliest, "
        f"saving $150.00 due in 1 d 7 h, {DUE}",
        replace(ANNOUNCED, **told_of_it),
        *(clauses or (UNUSED_FOR, KEEP)),
    )


STATUS = "`lease-watcher status` says what can still be done"


@pytest.mark.parametrize(
    ("event", "said", "later", "why"),
    [
        (
            warning(),
            [word(OverrideKind.APPROVE, LATTE.period)],
            1,
            [APPROVED],
        ),
        (
            warning(),
            [],
            4,
            ["the last moment to let its release go, Mon 18 May 15:00 UTC has passed", STATUS],
        ),
        (
            warning(),
            [word(OverrideKind.HOLD, of=LATTE.id)],
            1,
            ["ann put it on hold, Mon 18 May 12:30 UTC: fine"],
        ),
        (
            warning(held=True),
            [word(OverrideKind.HOLD, of=LATTE.id, at=-60), word(OverrideKind.UNHOLD, of=LATTE.id)],
            1,
            ["ann ended the hold, Mon 18 May 12:30 UTC: fine", STATUS],
        ),
        (
            warning(),
            [word(OverrideKind.PAUSE)],
            1,
            ["ann paused releases, Mon 18 May 12:30 UTC: fine", STATUS],
        ),
        (
            warning(),
            [replace(word(OverrideKind.PAUSE), project=LATTE.project)],
            1,
            ["ann paused releases, Mon 18 May 12:30 UTC: fine", STATUS],
        ),
        (
            warning(),
            [replace(word(OverrideKind.PAUSE), begins=NOW + 2 * D)],
            1,
            ["ann paused releases from Wed 20 May 12:00 UTC, Mon 18 May 12:30 UTC: fine", STATUS],
        ),
        (
            warning(COMING),
            [
                replace(word(OverrideKind.PAUSE, at=-60), begins=NOW + 2 * D),
                replace(word(OverrideKind.RESUME), begins=NOW + 2 * D),
            ],
            1,
            [
                "ann resumed releases, and took back pauses that were to come, Mon 18 May 12:30 UTC: fine",
            ],
        ),
        (
            warning(PAUSE),
            [word(OverrideKind.PAUSE, at=-60), word(OverrideKind.RESUME)],
            1,
            ["ann resumed releases, Mon 18 May 12:30 UTC: fine"],
        ),
        (
            warning(to_accept_the_baseline()),
            [word(OverrideKind.ACCEPT_BASELINE)],
            1,
            ["ann accepted the fleet as it is now, Mon 18 May 12:30 UTC: fine"],
        ),
        (
            warning(),
            [word(OverrideKind.APPROVE, LATTE.period), word(OverrideKind.PAUSE, at=40)],
            1,
            ["ann paused releases, Mon 18 May 12:40 UTC: fine", APPROVED],
        ),
    ],
    ids=[
        "approved",
        "too late",
        "held",
        "held no more",
        "paused",
        "its project paused",
        "paused from later on",
        "that taken back",
        "resumed",
        "baseline accepted",
        "the last word first",
    ],
)
def test_a_warning_tells_of_the_renewal_what_is_so_and_why_and_not_what_was_to_become_of_it(
    event: Event, said: list[Override], later: int, why: list[str]
) -> None:
    found = told(event, *said, later=later)
    assert found.text == "; ".join(
        [
            f"@latte on tiktok renews in 1 d {7 - later} h, {DUE} for $150.00",
            (UNUSED_FOR if later == 1 else UNUSED_THEN).text,
            *why,
        ]
    )
    assert found.at == NOW + later * H
    assert found.facts == replace(UNUSED, held=said[-1:] == [word(OverrideKind.HOLD, of=LATTE.id)])


def test_a_hold_of_the_configuration_is_one_whatever_else_was_said() -> None:
    """A warning that waited said that nobody held it: the ledger was asked, which knows no such holds."""
    found = told(warning(held=True), word(OverrideKind.PAUSE))
    assert found.facts == replace(UNUSED, held=True)


@pytest.mark.parametrize(
    "said",
    [
        replace(word(OverrideKind.PAUSE), project=ProjectId("prj_other")),
        replace(word(OverrideKind.PAUSE), until=NOW + 0.75 * H),
        word(OverrideKind.RESUME),
        word(OverrideKind.ACCEPT_BASELINE),
        word(OverrideKind.RESOLVE_RELEASED, of=LATTE.id),
        word(OverrideKind.ACKNOWLEDGE, of=LATTE.id),
        word(OverrideKind.HOLD, of=KAI.id),
        word(OverrideKind.APPROVE, KAI.period),
    ],
    ids=lambda one: f"{one.kind} {one.project or one.account or one.until or ''}",
)
def test_a_warning_stays_as_it_was_whatever_was_said_of_something_else(said: Override) -> None:
    assert told(warning(), said) == warning()


def test_an_announcement_tells_what_a_pause_since_comes_to_and_how_to_keep_the_account() -> None:
    found = told(announced(), word(OverrideKind.PAUSE), later=2)
    assert found.what == (
        "@latte on tiktok is announced to be released in 2 h, Mon 18 May 16:00 UTC at the earliest, "
        f"saving $150.00 due in 1 d 5 h, {DUE}"
    )
    paused = because("ann paused releases, Mon 18 May 12:30 UTC: fine")
    assert found.clauses == (UNUSED_THEN, KEEP, paused)
    assert told(announced(), word(OverrideKind.PAUSE), later=5).what == (
        "@latte on tiktok is announced to be released from Mon 18 May 16:00 UTC on, "
        f"saving $150.00 due in 1 d 2 h, {DUE}"
    )


def test_what_was_known_of_its_use_is_told_as_of_then_where_all_else_is_told_as_of_now() -> None:
    """ "renews in 2 d 3 h; no post for 16 d 17 h" was right in neither half: it had waited for a night."""
    for later, ground in ((1, UNUSED_FOR), (2, UNUSED_THEN)):
        found = told(announced(), word(OverrideKind.PAUSE), later=later)
        assert (found.at, found.clauses[0]) == (NOW + later * H, ground)
    bare = told(announced(KEEP), word(OverrideKind.PAUSE), later=2)
    assert bare.clauses[0] == KEEP, "nothing was known of it"


def test_what_would_be_released_is_told_so_by_now_too() -> None:
    found = told(announced(), word(OverrideKind.PAUSE), later=2, live=False)
    assert "Mon 18 May 16:00 UTC at the earliest (observe mode: nothing will be), saving" in found.what


def test_of_an_announcement_that_a_halt_headed_what_a_person_decided_heads_nothing() -> None:
    first = follows("@latte on tiktok is announced to be released")
    headed = announced(first, UNUSED_FOR, KEEP, follows("will be halted: 2 are too many"), **HALTED)
    found = told(headed, word(OverrideKind.APPROVE, LATTE.period))
    assert found.clauses == (UNUSED_FOR, KEEP, because(APPROVED))
    assert found.facts == ANNOUNCED


def test_a_warning_of_which_the_money_is_not_known_keeps_its_words() -> None:
    event = replace(warning(), cents=None, clauses=(UNUSED_FOR,))
    found = told(event, word(OverrideKind.APPROVE, LATTE.period))
    assert found == replace(event, at=NOW + H, clauses=(UNUSED_FOR, because(APPROVED)), facts=UNUSED)


LOST = Matter(
    kind=MatterKind.COMING_HALT,
    what="its release will be halted",
    why=("2 releases are more than 1",),
    by=NOW + 6 * H,
    unless="it is approved",
    otherwise="$150.00 will not be saved",
    docket="0b0b",
    brakes=("too_many",),
    ways=(WayOut.by_typing(to_approve("0b0b")),),
)
BY_NOW = HALTED | {"docket": "0b0b", "by": NOW + 6 * H}


def turn(lost: Matter | None, *, at: int = 45) -> HaltsByNow:
    """What the last turn found, so many minutes after the message was written."""
    return HaltsByNow(
        at=NOW + at * H / 60,
        to_come=frozenset({LATTE.period}),
        matter_of=lambda _: lost,
        together=lambda: None,
    )


UNLESS = "unless it is approved by Mon 18 May 18:00 UTC"


def test_a_warning_tells_of_the_halt_that_the_last_turn_found() -> None:
    found = told(warning(), halts=turn(LOST))
    assert found.text == (
        f"@latte on tiktok renews in 1 d 6 h, {DUE} for $150.00; no post published through Layers for 40 d; "
        f"its release will be halted, so it will renew {UNLESS}; 2 releases are more than 1; "
        f"`{to_approve('0b0b')}`"
    )
    assert found.facts == replace(UNUSED, **BY_NOW)


@pytest.mark.parametrize("later", [1, 4], ids=["in time", "its moment has passed"])
def test_a_warning_of_which_no_halt_is_left_says_that_it_will_be_released(later: int) -> None:
    found = told(warning(), halts=turn(None), later=later)
    assert found.clauses == (
        UNUSED_FOR if later == 1 else UNUSED_THEN,
        follows("will be released before that unless it is used or held"),
    )
    assert found.facts == UNUSED


def test_an_announcement_that_will_be_halted_by_now_says_first_what_is_to_be_decided() -> None:
    found = told(announced(), halts=turn(LOST))
    assert found.what == f"$150.00 will not be saved {UNLESS}"
    assert found.clauses == (
        follows(
            "@latte on tiktok is announced to be released in 3 h, Mon 18 May 16:00 UTC at the earliest, "
            f"and $150.00 is due in 1 d 6 h, {DUE}"
        ),
        UNUSED_FOR,
        KEEP,
        follows("will be halted: 2 releases are more than 1"),
        to_type(to_approve("0b0b")),
    )
    assert found.facts == replace(ANNOUNCED, **BY_NOW)


def test_an_announcement_of_which_no_halt_is_left_tells_the_release_alone() -> None:
    found = told(announced(**HALTED), halts=turn(None))
    assert found.what == (
        "@latte on tiktok is announced to be released in 3 h, Mon 18 May 16:00 UTC at the earliest, "
        f"saving $150.00 due in 1 d 6 h, {DUE}"
    )
    assert (found.clauses, found.facts) == ((UNUSED_FOR, KEEP), ANNOUNCED)


def test_what_a_person_decided_before_the_turn_is_told_with_what_the_turn_made_of_it() -> None:
    found = told(warning(), word(OverrideKind.APPROVE, LATTE.period), halts=turn(None))
    assert found.clauses == (
        UNUSED_FOR,
        because(APPROVED),
        follows("will be released before that unless it is used or held"),
    )


@pytest.mark.parametrize(
    ("halts", "live"),
    [(turn(None, at=15), True), (turn(None), False), (turn(None, at=-5), True)],
    ids=["somebody spoke since", "would be", "a turn from before it was written"],
)
def test_a_turn_that_cannot_know_says_nothing_of_what_a_person_decided(halts: HaltsByNow, live: bool) -> None:
    approved = word(OverrideKind.APPROVE, LATTE.period)
    assert told(warning(), approved, halts=halts, live=live).clauses == (UNUSED_FOR, because(APPROVED))


def test_an_approval_by_which_the_same_halt_stands_is_told_with_the_halt() -> None:
    found = told(warning(**BY_NOW), word(OverrideKind.APPROVE, LATTE.period), halts=turn(LOST))
    assert found.clauses[1] == because(APPROVED)
    assert found.facts == replace(UNUSED, **BY_NOW)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (OverrideKind.RESOLVE_RELEASED, "ann said that it was released"),
        (OverrideKind.RESOLVE_NOT_RELEASED, "ann said that it was not released"),
    ],
)
@pytest.mark.parametrize("command", [to_resolve(LATTE.id), to_try_again(LATTE.id)])
def test_of_a_release_of_which_somebody_said_how_it_ended_nobody_is_asked(
    kind: OverrideKind, said: str, command: str
) -> None:
    event = replace(UNKNOWN, clauses=(because("it is so"), to_type(command)))
    found = told(event, word(kind, of=LATTE.id), releasing={LATTE.period: NOW})
    since = f"(was true Mon 18 May 12:00 UTC; since then: {said}, Mon 18 May 12:30 UTC: fine)"
    assert found == replace(event, what=f"{event.what} {since}", clauses=(because("it is so"),))
    assert told(event, word(kind, of=KAI.id), releasing={LATTE.period: NOW}) == event


def test_of_what_is_held_since_nobody_is_asked_to_approve_its_release() -> None:
    ahead = replace(halt(to_approve("7f3a")), account=LATTE.id, period=LATTE.period)
    found = told(ahead, word(OverrideKind.HOLD, of=LATTE.id))
    assert found.clauses == (because("2 releases are halted"),)


@pytest.mark.parametrize(
    ("known", "since"),
    [
        (Circumstances(renews_at=LATTE.renews_at, gone_at=NOW + H), "it is no longer listed"),
        (Circumstances(renews_at=LATTE.renews_at + 24 * H), "its renewal moved to Wed 20 May 19:00 UTC"),
    ],
    ids=["gone", "moved"],
)
def test_what_was_missed_is_told_with_what_became_of_its_renewal(known: Circumstances, since: str) -> None:
    found = told(MISSED, known=known)
    assert found.text == f"{MISSED.what} (was true Mon 18 May 12:00 UTC; since then: {since}); it is so"


def test_a_halt_of_which_the_moment_has_passed_is_told_as_late_where_the_last_turn_found_no_other() -> None:
    found = told(warning(**HALTED), halts=turn(replace(LOST, docket="7f3a")), later=4)
    passed = because("the last moment to let its release go, Mon 18 May 15:00 UTC has passed")
    assert found.clauses == (UNUSED_THEN, passed, to_type("lease-watcher status", after=STATUS.split("`")[2]))
    assert found.facts == UNUSED


def test_a_trouble_by_which_releases_were_to_be_lost_says_that_its_moment_has_passed() -> None:
    near = Event(
        kind=EventKind.DEADLINE_NEAR,
        key="k",
        at=NOW,
        what="nothing was read for 3 h",
        clauses=(follows("@latte will renew"), to_type("lease-watcher doctor")),
        problem="deadline.near",
        facts=DeadlineFacts(accounts=1, closes=NOW + 3 * H),
    )
    assert told(near) == near
    assert told(near, later=4).text == (
        "nothing was read for 3 h (was true Mon 18 May 12:00 UTC; since then: Mon 18 May 15:00 UTC has "
        f"passed); @latte will renew; {STATUS}"
    )


@pytest.mark.parametrize(
    ("begins", "resumed", "over"),
    [
        (None, False, ()),
        (None, True, (False,)),
        (NOW - H, False, ()),
        (NOW - H, True, (False, True)),
        (NOW, False, ()),
        (NOW + H, False, (False,)),
    ],
)
def test_a_command_that_ends_no_pause_any_more_is_known_as_that(
    begins: datetime | None, resumed: bool, over: tuple[bool, ...]
) -> None:
    """Before one begins only what takes it back ends it."""
    project = ProjectId("prj_acme")
    pause = Override(
        kind=OverrideKind.PAUSE, at=NOW - 2 * H, by="ann", why="audit", project=project, begins=begins
    )
    word = replace(pause, kind=OverrideKind.RESUME, at=NOW - M, begins=None)
    by_now = Meanwhile(now=NOW, said=Overrides(said=(pause, *((word,) if resumed else ()))))
    assert by_now.resumed == {to_resume(project, coming=coming) for coming in over}
