"""How things stand, made of what the ledger remembers."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, M, account
from tests.core.world import STANDARD, fleet_memory, known, notice, orders, said, turn_record
from watcher.brakes import Halt, kinds
from watcher.brakes.kept_halts import KeptHalt
from watcher.decide.dockets import docket_of
from watcher.decide.measures import LedgerCounts
from watcher.decide.openings import Opening
from watcher.decide.orders import Orders
from watcher.decide.status import Hold, Remembered, Status, concerned, status_of
from watcher.facts.accounts import Account, AccountId
from watcher.memory.remembered import Held, TurnRecord
from watcher.memory.writes import DocketKept
from watcher.messages.events import EventKind
from watcher.messages.matters import MatterKind
from watcher.messages.problems import Problem
from watcher.record.exit_codes import Exit
from watcher.record.fates import Fate, LeaseState
from watcher.record.overrides import OverrideKind, Overrides
from watcher.rules.judge import window_of
from watcher.rules.plan import Mode

LATTE, MOCHA, ZINE = account("latte", renews_in=5 * H), account("mocha", renews_in=5 * H), account("zine")
EVERYONE = (LATTE, MOCHA, ZINE)
HOLDER = Held(host="tower", pid=7, since=NOW - D)
RELEASED, RELEASING = Fate(state=LeaseState.RELEASED, since=NOW), Fate(state=LeaseState.RELEASING, since=NOW)


def ended(ago: timedelta = 15 * M, *, code: int | None = 0, took: timedelta = M) -> TurnRecord:
    return turn_record(NOW - ago, id="turn-0", ended_at=NOW - ago + took, exit_code=code)


def stands(**fields: Any) -> Status:
    return Status(**({"now": NOW, "mode": Mode.ENFORCE, "poll": 15 * M, "last": ended()} | fields))


def remembered(*announced: Account, **fields: Any) -> Remembered:
    """A ledger that knows everyone and announced the release of these."""
    defaults: dict[str, Any] = {
        "fleet": fleet_memory(),
        "turns": (ended(),),
        "holder": HOLDER,
        "announced": {one.period: notice(one) for one in announced},
        "dockets": {},
        "known": {one.id: (known(one),) for one in EVERYONE},
        "fates": {},
        "counts": LedgerCounts(),
    }
    return Remembered(**(defaults | fields))


def now_of(*announced: Account, by: Orders | None = None, **fields: Any) -> Status:
    return status_of(remembered(*announced, **fields), by or orders(), NOW)


def opening(one: Account, **fields: Any) -> Opening:
    window = window_of(one, STANDARD)
    return Opening(
        **({"account": one, "opens": window.opens, "closes": window.closes, "live": True} | fields)
    )


def halted(*those: Account, at: datetime = NOW) -> dict[str, DocketKept]:
    halt = KeptHalt.of(Halt(brake=kinds.FLEET_SHARE, measured="so much", limit="less"), "7f3a")
    return {
        "7f3a": DocketKept(docket="7f3a", periods=tuple(one.period for one in those), at=at, halts=(halt,))
    }


def standing(kind: EventKind, *those: Account) -> Problem:
    return Problem(
        id=kind.value,
        kind=kind,
        content="",
        text="it stands",
        since=NOW - D,
        told_at=NOW - D,
        periods=tuple(one.period for one in those),
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, Exit.DONE),
        ({"last": ended(code=Exit.BRAKED)}, Exit.BRAKED),
        ({"last": ended(code=None)}, Exit.UNEXPECTED),
        ({"last": ended(code=99)}, Exit.UNEXPECTED),
        ({"last": None}, Exit.UNREADABLE),
        ({"last": ended(D)}, Exit.UNREADABLE),
        ({"last": ended(D, code=Exit.KEY)}, Exit.KEY),
        ({"begun": turn_record(), "holder": HOLDER}, Exit.DONE),
        ({"begun": turn_record()}, Exit.UNREADABLE),
    ],
)
def test_it_ends_as_the_last_turn_did_unless_that_is_doubtful(fields: dict[str, Any], code: Exit) -> None:
    assert stands(**fields).code == code


def test_a_turn_is_under_way_while_somebody_holds_the_ledger() -> None:
    begun = turn_record()
    assert stands(begun=begun, holder=HOLDER).under_way
    assert not stands(begun=begun).under_way
    assert not stands(holder=HOLDER).under_way


@pytest.mark.parametrize(
    ("fields", "overdue"),
    [
        ({"last": ended(31 * M)}, False),
        ({"last": ended(32 * M)}, True),
        ({"last": ended(60 * M, took=30 * M)}, False),
        ({"last": ended(-D)}, True),
        ({"last": None}, True),
        ({"last": ended(D), "begun": turn_record(NOW - 30 * M)}, False),
        ({"last": ended(D), "begun": turn_record(NOW - 31 * M)}, True),
    ],
)
def test_one_turn_may_be_missed_and_the_next_takes_its_time(fields: dict[str, Any], overdue: bool) -> None:
    assert stands(**fields).overdue is overdue


def test_an_empty_ledger_has_nothing_to_say() -> None:
    fleet = fleet_memory(ledger_since=None, last_turn=None)
    found = now_of(fleet=fleet, turns=(), holder=None, known={})
    assert found == Status(now=NOW, mode=Mode.ENFORCE, poll=15 * M)


def test_what_the_ledger_remembers_is_told_as_it_is() -> None:
    begun, last = turn_record(), ended()
    fleet = fleet_memory(failing_since=NOW - H)
    counts = LedgerCounts(waiting={"ops": 2}, dead={"mail": 1})
    assert now_of(fleet=fleet, turns=(begun, last), counts=counts) == Status(
        now=NOW,
        mode=Mode.ENFORCE,
        poll=15 * M,
        last=last,
        begun=begun,
        whole=fleet.last_turn,
        failing_since=NOW - H,
        ledger_since=NOW - 30 * D,
        holder=HOLDER,
        waiting={"ops": 2},
        dead={"mail": 1},
    )


def test_only_the_latest_turn_can_be_one_that_is_still_taken() -> None:
    found = now_of(turns=(ended(), turn_record(NOW - D)))
    assert (found.last, found.begun) == (ended(), None)


def test_what_is_announced_opens_by_its_window_the_first_first() -> None:
    assert now_of(ZINE, MOCHA, LATTE).openings == (opening(LATTE), opening(MOCHA), opening(ZINE))


def test_nothing_opens_before_people_were_promised() -> None:
    later = {LATTE.period: notice(LATTE, not_before=NOW + H, live=False)}
    assert now_of(announced=later).openings == (opening(LATTE, opens=NOW + H, live=False),)


@pytest.mark.parametrize(
    "fields",
    [
        {"known": {}},
        {"known": {LATTE.id: (known(LATTE, gone_at=NOW),)}},
        {"known": {LATTE.id: (known(replace(LATTE, renews_at=NOW + 30 * D)),)}},
        {"fates": {LATTE.id: RELEASED}},
        {"fates": {LATTE.id: RELEASING}},
        {"fleet": fleet_memory(overrides=Overrides(said=(said(OverrideKind.HOLD, account=LATTE.id),)))},
    ],
    ids=["unknown", "gone", "moved", "released", "releasing", "held"],
)
def test_what_does_not_stand_any_more_opens_no_more(fields: dict[str, Any]) -> None:
    assert now_of(LATTE, **fields).openings == ()


def test_what_is_too_late_or_governed_by_nothing_opens_no_more() -> None:
    over = account("over", renews_in=-M)
    assert now_of(over, known={over.id: (known(over),)}).openings == ()
    stranger = account("stranger", project="prj_beta", renews_in=5 * H)
    assert now_of(stranger, known={stranger.id: (known(stranger),)}).openings == ()


def test_what_a_docket_names_opens_halted_and_is_a_matter() -> None:
    ledger = remembered(LATTE, MOCHA, dockets=halted(LATTE))
    found = status_of(ledger, orders(), NOW)
    assert found.openings == (opening(LATTE, halted=True), opening(MOCHA))
    docket = docket_of(ledger.dockets["7f3a"], ledger.known, {}, Overrides(), orders(), NOW)
    assert found.matters == (docket.matter,)


def test_a_pause_said_since_the_last_turn_is_a_matter_with_its_price_where_no_docket_is_kept() -> None:
    """Right after `pause --until 2d`, with $450.00 announced for before then, there was nothing to decide."""
    pause = said(OverrideKind.PAUSE, until=NOW + 2 * D)
    found = now_of(LATTE, MOCHA, fleet=fleet_memory(overrides=Overrides(said=(pause,))))
    assert [one.halted for one in found.openings] == [True, True]
    assert [(one.headline(NOW), one.why, one.commands) for one in found.matters] == [
        (
            "$300.00 will not be saved unless the pause is ended by Mon 18 May 16:35 UTC",
            ("paused by maria: holiday campaign",),
            ("lease-watcher resume --reason WHY",),
        )
    ]
    short = said(OverrideKind.PAUSE, until=NOW + H)
    matters = now_of(LATTE, fleet=fleet_memory(overrides=Overrides(said=(short,)))).matters
    assert [one.asks for one in matters] == [False]


def test_a_suspended_key_has_its_price() -> None:
    """Nothing said by when it had to be lifted, nor what it would cost."""
    problem = replace(standing(EventKind.KEY_REFUSED), id="api:key_suspended")
    found = now_of(LATTE, fleet=fleet_memory(problems={problem.id: problem})).matters
    assert "$150.00 will not be saved unless what halts the release of @latte is put right by " in (
        found[0].headline(NOW)
    )
    assert found[0].why == ("key suspended",)


NEAR = replace(standing(EventKind.DEADLINE_NEAR, LATTE, MOCHA), text="2 planned releases ($300.00) too late")
AWAY = replace(standing(EventKind.PROJECT_UNREADABLE), id="api:api_unreachable", text="$900.00, by 22:14")


@pytest.mark.parametrize("problem", [NEAR, AWAY], ids=["near deadline", "no API"])
def test_what_a_problem_costs_is_what_still_waits_for_its_end_alone(problem: Problem) -> None:
    """It was told as it had been when the problem began: by a moment an hour ago, with renewals that were
    paid since and with others that a pause stopped anyway.
    """
    fleet = fleet_memory(problems={problem.id: problem})

    def matter_at(
        now: datetime, *announced: Account, **fields: Any
    ) -> list[tuple[int, datetime | None, int]]:
        found = status_of(remembered(*announced, **({"fleet": fleet} | fields)), orders(), now).matters
        return [(one.cents, one.by, len(one.accounts)) for one in found if one.problem == problem.id]

    closes = window_of(LATTE, STANDARD).closes
    later = [(0, None, 0)] if problem is AWAY else []
    assert matter_at(NOW, LATTE, MOCHA) == [(30_000, closes - 15 * M, 2)]
    assert matter_at(NOW, LATTE) == [(15_000, closes - 15 * M, 1)]
    assert matter_at(closes + M, LATTE, MOCHA) == later
    paused = fleet_memory(
        problems={problem.id: problem}, overrides=Overrides(said=(said(OverrideKind.PAUSE),))
    )
    assert matter_at(NOW, LATTE, fleet=paused) == later
    (told,) = [one for one in now_of(LATTE, fleet=fleet).matters if one.problem == problem.id]
    assert told.headline(NOW).startswith("$150.00 will not be saved unless ")
    assert "22:14" not in told.what


def test_a_docket_takes_the_place_of_the_halt_that_was_told() -> None:
    fleet = fleet_memory(problems={"halt": standing(EventKind.BRAKE_HALTED, LATTE)})
    assert [one.kind for one in now_of(LATTE, fleet=fleet).matters] == [MatterKind.HALT]
    with_docket = now_of(LATTE, fleet=fleet, dockets=halted(LATTE))
    assert [(one.kind, one.docket) for one in with_docket.matters] == [(MatterKind.HALT, "7f3a")]


def test_a_docket_of_an_earlier_turn_or_of_one_that_only_observes_halts_nothing() -> None:
    assert now_of(LATTE, dockets=halted(LATTE, at=NOW - D)).matters == ()
    assert now_of(LATTE, dockets=halted(LATTE), by=orders(mode=Mode.OBSERVE)).matters == ()


def test_a_docket_of_which_nothing_waits_is_no_matter() -> None:
    assert now_of(dockets=halted(LATTE), fates={LATTE.id: RELEASED}).matters == ()


def test_holds_are_those_in_force_the_first_that_ends_first() -> None:
    stranger = AccountId("sa_stranger")
    for_ever = said(OverrideKind.HOLD, account=LATTE.id)
    a_day = said(OverrideKind.HOLD, account=stranger, until=NOW + D)
    an_hour = said(OverrideKind.HOLD, account=MOCHA.id, until=NOW + H)
    over = said(OverrideKind.HOLD, account=ZINE.id, until=NOW - timedelta(seconds=1))
    words = Overrides(said=(for_ever, a_day, an_hour, over))
    held = [
        Hold(id=MOCHA.id, account=MOCHA, word=an_hour),
        Hold(id=stranger, account=None, word=a_day),
        Hold(id=LATTE.id, account=LATTE, word=for_ever),
    ]
    assert now_of(fleet=fleet_memory(overrides=words)).holds == tuple(held)
    fates = {MOCHA.id: RELEASED, LATTE.id: RELEASING, stranger: Fate(state=LeaseState.NOT_LISTED, since=NOW)}
    assert now_of(fleet=fleet_memory(overrides=words), fates=fates).holds == tuple(held[1:])


def test_holds_of_the_configuration_count_too() -> None:
    word = said(OverrideKind.HOLD, account=LATTE.id)
    found = now_of(LATTE, by=orders(configured_holds=Overrides(said=(word,))))
    assert (found.holds, found.openings) == ((Hold(id=LATTE.id, account=LATTE, word=word),), ())


def test_pauses_and_asked_releases_are_told_as_they_were_said() -> None:
    pause = said(OverrideKind.PAUSE)
    asked = said(
        OverrideKind.RELEASE,
        account=ZINE.id,
        handle=ZINE.handle,
        project=ZINE.project,
        periods=(ZINE.period,),
        began=ZINE.assigned_at,
        until=NOW + H - M,
    )
    found = now_of(fleet=fleet_memory(overrides=Overrides(said=(pause, asked))))
    assert (found.pauses, found.asked) == ((pause,), (asked,))


def test_it_concerns_what_is_halted_announced_a_problem_or_held() -> None:
    held, at_home = AccountId("sa_held"), AccountId("sa_home")
    fleet = fleet_memory(
        problems={"halt": standing(EventKind.BRAKE_HALTED, ZINE)},
        overrides=Overrides(said=(said(OverrideKind.HOLD, account=held), said(OverrideKind.PAUSE))),
    )
    by = orders(configured_holds=Overrides(said=(said(OverrideKind.HOLD, account=at_home),)))
    everyone = {LATTE.id, MOCHA.id, ZINE.id, held, at_home}
    assert concerned(fleet, [LATTE.period], halted(MOCHA), by) == everyone
    assert concerned(fleet_memory(), (), {}, orders()) == frozenset()
