"""What a standing problem costs from now on, whatever it was told with."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.builders import NOW, D, H, M, account
from watcher.decide.costs_today import as_of_today
from watcher.decide.openings import Opening
from watcher.messages.events import EventKind
from watcher.messages.fates import fate_in_words
from watcher.messages.matters import Matter, MatterKind, matter_account
from watcher.messages.problems import Problem
from watcher.messages.words import TO_MEND, TROUBLE, UNLESS
from watcher.record.fates import LEASED, Fate, LeaseState
from watcher.record.reasons import Trouble
from watcher.texts.commands import WayOut
from watcher.texts.times import zone

ONE, TWO = account("latte", renews_in=6 * H), account("grind", project="prj_beta", renews_in=9 * H)
MATTER = Matter(kind=MatterKind.UNREADABLE, what="as it was told", otherwise="$900.00 will not be saved")


def waiting(*accounts: object) -> list[Opening]:
    return [
        Opening(account=one, opens=NOW - H, closes=one.renews_at - 10 * M, live=True)  # type: ignore[attr-defined, arg-type]
        for one in accounts
    ]


def problem(kind: EventKind, *, id: str = "", **facts: object) -> Problem:
    known = {"id": id or kind.value, "kind": kind, "content": "", "text": "acme cannot be read", "since": NOW}
    return Problem(**{**known, "told_at": NOW, **facts})  # type: ignore[arg-type]


def today(one: Problem, *accounts: object) -> Matter | None:
    return as_of_today(MATTER, one, waiting(*accounts), NOW, poll=15 * M)


def test_a_near_deadline_is_of_what_still_waits() -> None:
    """At 23:25 "$900.00 will not be saved …, by 22:14" stood there, and that renewal was paid at 22:39."""
    near = problem(EventKind.DEADLINE_NEAR, periods=(ONE.period,))
    found = today(near, ONE, TWO)
    assert found is not None
    assert (found.what, found.otherwise, found.cents) == (
        "no turn succeeds",
        "$150.00 will not be saved",
        15_000,
    )
    assert found.by == ONE.renews_at - 25 * M
    assert today(near, TWO) is None


def test_an_unreadable_project_costs_its_own_releases() -> None:
    unread = problem(EventKind.PROJECT_UNREADABLE, project=ONE.project)
    found = today(unread, ONE, TWO)
    assert found is not None
    assert (found.unless, [each.account for each in found.accounts]) == ("it is read again", [ONE.id])
    nothing = today(unread, TWO)
    assert nothing is not None
    assert nothing.accounts == ()


def test_what_keeps_every_turn_from_releasing_costs_all_that_waits_and_says_what_mends_it() -> None:
    away = problem(EventKind.PROJECT_UNREADABLE, id="api:api_unreachable")
    assert today(away, ONE, TWO) == replace(
        MATTER,
        what=TROUBLE[Trouble.API_UNREACHABLE],
        ways=(WayOut(text=TO_MEND[Trouble.API_UNREACHABLE]),),
        accounts=tuple(matter_account(one, one.renews_at - 25 * M) for one in (ONE, TWO)),
        by=ONE.renews_at - 25 * M,
        unless=UNLESS[Trouble.API_UNREACHABLE],
        otherwise="$300.00 will not be saved",
        cents=30_000,
    )


def test_what_keeps_no_turn_from_releasing_stays_as_it_was_told() -> None:
    assert today(problem(EventKind.PRICE_CHANGED), ONE) == MATTER


@pytest.mark.parametrize(
    ("fate", "words"),
    [
        (LEASED, ""),
        (
            Fate(state=LeaseState.RELEASED, since=NOW - D),
            "was released by the lease watcher on Sun 17 May 12:00 UTC (1 d ago), that cannot be undone",
        ),
        (
            replace(LEASED, state=LeaseState.NOT_LISTED),
            "is not among the leased accounts, and the lease watcher did not release it",
        ),
    ],
)
def test_what_became_of_an_account_is_said_after_its_name(fate: Fate, words: str) -> None:
    at: datetime = NOW
    assert fate_in_words(fate, at, zone("UTC")) == words


def test_since_when_is_told_in_the_zone_asked_for_wherever_the_machine_stands(
    elsewhere: None,
) -> None:
    fate = Fate(state=LeaseState.NOT_LISTED, since=NOW - 2 * H)
    since = "since Mon 18 May 12:00 CEST (2 h ago)"
    assert fate_in_words(fate, NOW, zone("Europe/Berlin")) == (
        f"is not among the leased accounts {since}, and the lease watcher did not release it"
    )
