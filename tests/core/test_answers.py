"""What is answered to a word for a release: of how it ended, and of one that was not even tried."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, QUIET, D, H, M, S, account
from tests.core.world import (
    ACME,
    BETA,
    NOTHING_ELSE,
    asked_for,
    background,
    fleet_memory,
    gather,
    memory_of,
    orders,
    reading,
    target,
)
from watcher.brakes import FleetState, Halt, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.decide.answers import answers, answers_in_trouble, answers_to_attempts
from watcher.decide.background import Background
from watcher.decide.fleet import FleetFacts
from watcher.decide.focus import Focus
from watcher.decide.gathered import Gathered
from watcher.decide.unread import UnreadPlan
from watcher.facts.accounts import Flaw, Quarantined, Unread
from watcher.memory.writes import Said
from watcher.record.attempts import Attempt
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.overrides import RELEASE_LASTS, Override, OverrideKind
from watcher.record.reasons import Reason, Trouble

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


WORD = asked_for(ONE)
TWO = account("brew", renews_in=20 * D)


def answer(why: str, exit: Exit, *, to: Override = WORD, at: Any = NOW) -> Said:
    """The watcher's own word, of the lease that was asked for; nobody is told of it but who waits."""
    return Said(
        override=Override(
            kind=OverrideKind.ANSWER,
            at=at,
            by="lease-watcher",
            why=why,
            account=to.account,
            handle=to.handle,
            project=to.project,
            periods=to.periods,
            exit=exit,
        )
    )


# Of what was tried


@pytest.mark.parametrize(
    ("ended", "fields", "why", "code"),
    [
        (Ending.RELEASED, {}, "released, $150.00 a month saved", Exit.DONE),
        (
            Ending.GONE_NOT_BY_US,
            {},
            "leased seconds before our DELETE and not there any more",
            Exit.REFUSED,
        ),
        (Ending.NOT_DONE, {}, "not released, as the DELETE had no effect", Exit.REFUSED),
        (
            Ending.NOT_SENT,
            {"detail": "connection refused"},
            "not released, as nothing was sent (connection refused)",
            Exit.UNREADABLE,
        ),
        (
            Ending.REFUSED,
            {"detail": "HTTP 409"},
            "not released, as the API refused (HTTP 409)",
            Exit.REFUSED,
        ),
        (Ending.UNKNOWN, {}, "perhaps released: it will be read back", Exit.OUTCOME_UNKNOWN),
        (Ending.HALTED, {}, "not released, as a brake halted it", Exit.BRAKED),
        (Ending.CHANGED, {}, "left alone, as the facts changed", Exit.USAGE),
        (Ending.CHANGED, {"reason": Reason.HELD}, "not released: held", Exit.USAGE),
        (
            Ending.CHANGED,
            {"reason": Reason.UNRESOLVED},
            "not released: an earlier release has an unknown end",
            Exit.OUTCOME_UNKNOWN,
        ),
        (Ending.UNREADABLE, {}, "left alone, as it could not be read again", Exit.UNREADABLE),
    ],
)
def test_a_word_is_answered_by_how_its_release_ended(
    ended: Ending, fields: dict[str, Any], why: str, code: Exit
) -> None:
    tried = Attempt.on(ONE, ended, at=NOW + S, **fields)
    expected = [answer(why, code, at=NOW + S)]
    assert list(answers_to_attempts([WORD], [tried])) == expected
    gathered = gather((reading(ONE), memory_of(ONE)), by=background())
    assert list(answers((WORD,), gathered, (tried,), NOTHING_ELSE, background(), detail="")) == expected


@pytest.mark.parametrize("reason", [Reason.LOCK_LOST, Reason.RULES_TO_COME])
def test_what_came_to_nothing_leaves_the_word_to_another_turn(reason: Reason) -> None:
    tried = Attempt.on(ONE, Ending.CHANGED, at=NOW, reason=reason)
    gathered = gather((reading(ONE), memory_of(ONE)), by=background())
    assert answers((WORD,), gathered, (tried,), NOTHING_ELSE, background(), detail="") == ()


def test_of_several_attempts_the_last_answers_and_what_nobody_asked_for_is_answered_to_nobody() -> None:
    first = Attempt.on(ONE, Ending.NOT_DONE, at=NOW)
    last = Attempt.on(ONE, Ending.RELEASED, at=NOW + M)
    other = Attempt.on(TWO, Ending.REFUSED, at=NOW + M)
    assert list(answers_to_attempts([WORD], [first, last, other])) == [
        answer("released, $150.00 a month saved", Exit.DONE, at=NOW + M)
    ]
    assert list(answers_to_attempts([WORD], [other])) == []


# Of what was not even tried


def answered(
    gathered: Gathered,
    *,
    word: Override = WORD,
    facts: FleetFacts = NOTHING_ELSE,
    by: Background | None = None,
    detail: str = "",
) -> tuple[Said, ...]:
    return answers((word,), gathered, (), facts, by or background(), detail=detail)


def due(word: Override = WORD) -> tuple[Gathered, Background]:
    """Its project was read, and by the word its release is due."""
    by = background(said=(word,))
    return gather((reading(ONE, activity={ONE.id: QUIET}), memory_of(ONE)), by=by), by


def nothing_read() -> Gathered:
    return gather(by=background())


def test_what_was_released_already_needs_no_word() -> None:
    done = Entry(
        period=ONE.period,
        project=ONE.project,
        handle=ONE.handle,
        price_cents=ONE.price_cents,
        place=Place.DONE,
    )
    by = background(memory=fleet_memory(done=(done,)))
    assert answered(nothing_read(), by=by) == (answer("released already", Exit.DONE),)


def test_why_its_project_declined_it_is_its_answer() -> None:
    word = asked_for(ONE, handle="mocha")
    gathered, by = due(word)
    why = "not released: it is not the lease that was shown: it is called @latte now"
    assert answered(gathered, word=word, by=by) == (answer(why, Exit.USAGE, to=word),)


PAUSED = Halt(brake=kinds.PAUSED, measured="paused by ann: weekend", limit="resume")
TOO_MANY = Halt(brake=kinds.TOO_MANY, measured="24 releases", limit="20")
SHARE = Halt(brake=kinds.PROJECT_SHARE, measured="9 of 10", limit="50 %", project=ACME)
LIMIT = "the configuration sets that limit; no approval names what was asked for"


@pytest.mark.parametrize(
    ("halts", "why"),
    [
        ((TOO_MANY,), f"too many releases (24 releases, limit 20); {LIMIT}"),
        ((PAUSED,), f"paused by ann: weekend; {PAUSED.way_out('').text}"),
        (
            (PAUSED, TOO_MANY),
            f"paused by ann: weekend; too many releases (24 releases, limit 20); "
            f"{PAUSED.way_out('').text}; {LIMIT}",
        ),
        ((SHARE,), f"{SHARE.in_words({ACME: 'Acme'})}; {LIMIT}"),
    ],
    ids=["a limit", "a pause", "both", "a limit of its project"],
)
def test_a_halt_is_told_with_what_lifts_it_and_no_approval(halts: tuple[Halt, ...], why: str) -> None:
    """An approval names a docket, and what was asked for is over by then."""
    gathered, _ = due()
    (asked,) = gathered.due
    gathered.take_back(asked, halts)
    by = background(by=orders(target(name="Acme")), said=(WORD,))
    assert answered(gathered, by=by) == (answer(f"not released, as a brake halted it: {why}", Exit.BRAKED),)


def test_what_is_due_and_was_not_come_to_is_left_to_another_turn() -> None:
    gathered, by = due()
    assert answered(gathered, by=by) == ()


TROUBLES = [
    (Trouble.KEY_REFUSED, "HTTP 401", "the API rejects the key (HTTP 401)", Exit.KEY),
    (Trouble.KEY_SUSPENDED, "", "the provider suspended the key", Exit.KEY),
    (Trouble.KEY_LACKS_SCOPE, "", "the API says that the key may not release", Exit.KEY),
    (Trouble.API_UNREACHABLE, "HTTP 503", "the API cannot be reached (HTTP 503)", Exit.UNREADABLE),
    (Trouble.LEDGER_HELD, "", "another watcher holds the ledger", Exit.UNREADABLE),
]


@pytest.mark.parametrize(("trouble", "detail", "why", "code"), TROUBLES)
def test_trouble_is_answered_whenever_it_came(trouble: Trouble, detail: str, why: str, code: Exit) -> None:
    """Before anything was read, before its project was, and once its release was due."""
    expected = (answer(f"not released: {why}", code),)
    facts = replace(NOTHING_ELSE, trouble=trouble)
    gathered, by = due()
    assert tuple(answers_in_trouble([WORD], trouble, detail, NOW)) == expected
    assert answered(nothing_read(), facts=facts, detail=detail) == expected
    assert answered(gathered, facts=facts, by=by, detail=detail) == expected


def test_what_another_project_was_found_to_list_too_is_left_alone() -> None:
    """It was due, until the other project was read."""
    gathered, by = due()
    gathered.withdraw(
        [
            Quarantined(
                project=ACME,
                id=ONE.id,
                handle=ONE.handle,
                flaw=Flaw.LISTED_TWICE,
                field="id",
                also_in=(BETA,),
            )
        ]
    )
    why = "not released: another project lists it too"
    assert answered(gathered, by=by) == (answer(why, Exit.USAGE),)


def test_a_project_that_cannot_be_read_is_told_with_why() -> None:
    gathered = nothing_read()
    for project in (BETA, ACME):
        unread = Unread(project=project, name="", code="INTERNAL", why=f"HTTP 500 of {project}")
        gathered.add_unread(project, UnreadPlan(unread=unread, state=None, events=(), writes=()))
    why = "not released: its project cannot be read (HTTP 500 of prj_acme)"
    assert answered(gathered) == (answer(why, Exit.UNREADABLE),)


FOCUS = Focus(projects=frozenset({BETA}), docket=Docket(), state=FleetState(now=NOW - H))


@pytest.mark.parametrize(
    "facts",
    [replace(NOTHING_ELSE, stopped=True), replace(NOTHING_ELSE, focus=FOCUS)],
    ids=["stopped", "of other projects"],
)
def test_a_turn_that_was_not_to_read_its_project_leaves_it_to_the_next(facts: FleetFacts) -> None:
    assert answered(nothing_read(), facts=facts) == ()


def test_a_project_that_no_whole_turn_reads_is_not_watched() -> None:
    assert answered(nothing_read()) == (answer("not released: its project is not watched", Exit.USAGE),)


def test_words_that_were_tried_and_words_that_were_not_are_each_answered_once() -> None:
    other = asked_for(TWO, project=BETA)
    tried = Attempt.on(ONE, Ending.RELEASED, at=NOW + S)
    assert answers((other, WORD), nothing_read(), (tried,), NOTHING_ELSE, background(), detail="") == (
        answer("released, $150.00 a month saved", Exit.DONE, at=NOW + S),
        answer("not released: its project is not watched", Exit.USAGE, to=other),
    )


def test_what_became_of_others_answers_no_word() -> None:
    """One is due, one was declined, one is not understood; of the one that is asked for nothing is known."""
    moved = asked_for(TWO, handle="mocha")
    flawed = Quarantined(project=ACME, id="sa_3", handle=None, flaw=Flaw.MISSING_FIELD, field="handle")
    by = background(said=(WORD, moved))
    read = reading(ONE, TWO, activity={ONE.id: QUIET, TWO.id: QUIET}, quarantined=(flawed,))
    gathered = gather((read, memory_of(ONE, TWO)), by=by)
    assert [each.word for each in gathered.due] == [WORD]
    assert [each.word for each in gathered.declined] == [moved]
    elsewhere = asked_for(account("elsewhere", project=BETA))
    assert answered(gathered, word=elsewhere, by=by) == (
        answer("not released: its project is not watched", Exit.USAGE, to=elsewhere),
    )
