"""What a turn amounts to for a scheduler: every exit code, and the worst one first."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import NOW, H, account, decision, report
from watcher.brakes import Brake, Halt, Halts, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.decide.exits import exit_of, in_one_line
from watcher.decide.report import Totals
from watcher.facts.accounts import Flaw, ProjectId, Quarantined, Unread
from watcher.record.attempts import Attempt
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.notices import Received
from watcher.record.reasons import Reason, Trouble
from watcher.rules.plan import Mode, PeriodState

ONE, OTHER = account(), account("other")


def attempt(ended: Ending, reason: Reason | None = None) -> Attempt:
    return Attempt(
        period=ONE.period,
        project=ONE.project,
        handle=ONE.handle,
        price_cents=ONE.price_cents,
        ended=ended,
        at=NOW,
        reason=reason,
    )


def entry(place: Place) -> Entry:
    return Entry(period=ONE.period, project=ONE.project, handle=ONE.handle, price_cents=15_000, place=place)


def halted(brake: Brake, place: Place = Place.DUE, project: str | None = None) -> dict[str, Any]:
    halt = Halt(brake=brake, measured="m", limit="l", project=None if project is None else ProjectId(project))
    return {"docket": Docket(entries=(entry(place),)), "halts": Halts(halts=(halt,))}


REFUSED_BEFORE = decision(standing=PeriodState(refused=True))
ATTEMPTS_SPENT = decision(standing=PeriodState(not_done=2))
ANNOUNCED = decision()
RELEASED = decision(
    account(renews_in=H), standing=PeriodState(notice=Received(at=NOW - 72 * H, not_before=NOW - H))
)
UNREAD = Unread(project=ProjectId("prj_a"), name="a", code="NOT_FOUND", why="there is no such project")
NOT_UNDERSTOOD = Quarantined(
    project=ProjectId("prj_a"), id="sa_1", handle=None, flaw=Flaw.UNKNOWN_STATUS, field="status"
)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param({}, Exit.DONE, id="nothing to report"),
        pytest.param({"trouble": Trouble.KEY_REFUSED}, Exit.KEY, id="key refused"),
        pytest.param({"trouble": Trouble.KEY_SUSPENDED}, Exit.KEY, id="key suspended"),
        pytest.param({"trouble": Trouble.API_UNREACHABLE}, Exit.UNREADABLE, id="API unreachable"),
        pytest.param({"unresolved": 1}, Exit.OUTCOME_UNKNOWN, id="unresolved"),
        pytest.param({"missed": (ONE.period,)}, Exit.MISSED, id="missed"),
        pytest.param(
            {"attempts": (attempt(Ending.CHANGED, Reason.TOO_LATE),)}, Exit.MISSED, id="too late at the gate"
        ),
        pytest.param(
            {"attempts": (attempt(Ending.NOT_SENT, Reason.TOO_LATE),)}, Exit.MISSED, id="too late to send"
        ),
        pytest.param(halted(kinds.TOO_MANY), Exit.BRAKED, id="a brake on a due release"),
        pytest.param(halted(kinds.TOO_MANY, Place.OPENING), Exit.DONE, id="a brake on a coming one only"),
        pytest.param(halted(kinds.PAUSED, project="prj_other"), Exit.DONE, id="a brake elsewhere"),
        pytest.param(halted(kinds.UNRESOLVED), Exit.DONE, id="an unresolved release has a code of its own"),
        pytest.param({"attempts": (attempt(Ending.HALTED),)}, Exit.BRAKED, id="halted at the gate"),
        pytest.param(
            {"attempts": (attempt(Ending.UNKNOWN), attempt(Ending.RELEASED))},
            Exit.DONE,
            id="known in the end",
        ),
        pytest.param(
            {"attempts": (attempt(Ending.NOT_DONE), attempt(Ending.REFUSED))}, Exit.REFUSED, id="the last end"
        ),
        pytest.param(
            {"attempts": (replace(attempt(Ending.NOT_DONE), period=OTHER.period), attempt(Ending.RELEASED))},
            Exit.UNREADABLE,
            id="the last end of each account",
        ),
        pytest.param({"attempts": (attempt(Ending.REFUSED),)}, Exit.REFUSED, id="refused"),
        pytest.param({"decisions": (REFUSED_BEFORE,)}, Exit.REFUSED, id="refused before"),
        pytest.param({"decisions": (ATTEMPTS_SPENT,)}, Exit.REFUSED, id="attempts spent"),
        pytest.param({"unread": (UNREAD,)}, Exit.UNREADABLE, id="a project unread"),
        pytest.param({"quarantined": (NOT_UNDERSTOOD,)}, Exit.UNREADABLE, id="an account not understood"),
        pytest.param({"totals": Totals(doubtful=1)}, Exit.UNREADABLE, id="activity unreadable"),
        pytest.param(
            halted(kinds.FLEET_DROP, Place.OPENING), Exit.UNREADABLE, id="a list that is not believed"
        ),
        pytest.param(
            halted(kinds.PROJECT_EMPTY, Place.OPENING, "prj_other"),
            Exit.UNREADABLE,
            id="an empty list that is not believed",
        ),
        pytest.param({"totals": Totals(unknown=1)}, Exit.DONE, id="activity merely unknown"),
        pytest.param({"stopped": True}, Exit.UNREADABLE, id="stopped before its end"),
        pytest.param({"attempts": (attempt(Ending.UNREADABLE),)}, Exit.UNREADABLE, id="unreadable before"),
        pytest.param({"attempts": (attempt(Ending.NOT_DONE),)}, Exit.UNREADABLE, id="no effect"),
        pytest.param({"attempts": (attempt(Ending.NOT_SENT),)}, Exit.UNREADABLE, id="not sent"),
        pytest.param({"undelivered": 1}, Exit.UNDELIVERED, id="a message undelivered"),
        pytest.param({"attempts": (attempt(Ending.RELEASED),)}, Exit.DONE, id="released"),
        pytest.param({"attempts": (attempt(Ending.GONE_NOT_BY_US),)}, Exit.REFUSED, id="gone, not by us"),
        pytest.param(
            {"attempts": (attempt(Ending.CHANGED, Reason.IN_USE),)}, Exit.DONE, id="kept at the last look"
        ),
        pytest.param({"attempts": (attempt(Ending.UNKNOWN),)}, Exit.OUTCOME_UNKNOWN, id="end unknown"),
    ],
)
def test_each_ending_has_its_code(facts: dict[str, Any], code: Exit) -> None:
    assert exit_of(report(**facts)) is code


def test_every_ending_of_an_attempt_has_a_code() -> None:
    assert {ended: exit_of(report(attempts=(attempt(ended),))) for ended in Ending} == {
        Ending.RELEASED: Exit.DONE,
        Ending.GONE_NOT_BY_US: Exit.REFUSED,
        Ending.CHANGED: Exit.DONE,
        Ending.NOT_DONE: Exit.UNREADABLE,
        Ending.NOT_SENT: Exit.UNREADABLE,
        Ending.UNREADABLE: Exit.UNREADABLE,
        Ending.REFUSED: Exit.REFUSED,
        Ending.HALTED: Exit.BRAKED,
        Ending.UNKNOWN: Exit.OUTCOME_UNKNOWN,
    }


def test_the_worst_of_all_that_happened_is_the_code() -> None:
    """Each step takes away what gave the code of the step before (78, 1 and 2 come from elsewhere)."""
    troubles: list[tuple[str, Any, Exit]] = [
        ("trouble", Trouble.KEY_REFUSED, Exit.KEY),
        ("unresolved", 1, Exit.OUTCOME_UNKNOWN),
        ("missed", (ONE.period,), Exit.MISSED),
        ("halts", halted(kinds.DATA_AGE)["halts"], Exit.BRAKED),
        ("attempts", (attempt(Ending.REFUSED),), Exit.REFUSED),
        ("unread", (UNREAD,), Exit.UNREADABLE),
        ("undelivered", 2, Exit.UNDELIVERED),
        ("decisions", (ANNOUNCED,), Exit.CHANGES_PENDING),
    ]
    docket = halted(kinds.DATA_AGE)["docket"]
    codes = []
    for place in range(len(troubles) + 1):
        facts = {name: value for name, value, _ in troubles[place:]}
        decisions = facts.pop("decisions", ())
        codes.append(exit_of(report(*decisions, docket=docket, **facts), detailed=True))

    assert codes == [*(code for _, _, code in troubles), Exit.DONE]


@pytest.mark.parametrize(
    ("one", "pending"),
    [
        (ANNOUNCED, True),
        (RELEASED, True),
        (decision(account(renews_in=H), mode=Mode.OBSERVE), False),
        (decision(account(renews_in=90 * H)), False),
        (decision(enrolled=False), False),
    ],
)
def test_changes_are_pending_only_where_detail_was_asked_for(one: Any, pending: bool) -> None:
    assert exit_of(report(one), detailed=True) is (Exit.CHANGES_PENDING if pending else Exit.DONE)
    assert exit_of(report(one)) is Exit.DONE


def test_codes_are_a_contract() -> None:
    assert [int(code) for code in Exit] == [78, 77, 1, 21, 24, 22, 20, 75, 23, 10, 2, 0]


def test_a_turn_is_told_in_one_line_by_its_size_and_how_it_ended() -> None:
    large = Totals(projects=2, accounts=1_200)
    assert in_one_line(report(totals=large)) == "1,200 accounts in 2 projects, exit 0"
    one = Totals(projects=1, accounts=1)
    refused = report(totals=one, attempts=(attempt(Ending.REFUSED),))
    assert in_one_line(refused) == "1 account in 1 project, exit 20"
    nothing = report(totals=Totals(), trouble=Trouble.KEY_REFUSED)
    assert in_one_line(nothing) == "nothing was read, exit 77"
