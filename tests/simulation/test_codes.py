"""The oracle of exit codes sees each lie about one turn, and none where there is none."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.simulation.happening import Happening
from tests.simulation.model.world import Charge, Look
from tests.simulation.oracle import judge
from tests.simulation.oracle.case import Case, Turned
from tests.simulation.test_oracle import RENEWAL, SENT, debited, released
from tests.simulation.wire import SUSPENDED, Sent
from watcher.decide.report import Report
from watcher.memory.remembered import TurnKind
from watcher.record.reasons import Trouble
from watcher.rules.plan import Mode

H, S = timedelta(hours=1), timedelta(seconds=1)
LIST = "/v1/projects/prj_acme/leased-accounts?status=assigned"


def turned(case: Case, code: int, **changed: Any) -> Case:
    """One turn that begins a minute before the release, or when it was due."""
    report = Report(turn="t", kind=TurnKind.FULL, mode=Mode.ENFORCE, acting=True, started_at=SENT)
    facts: dict[str, Any] = {
        "began": SENT - 60 * S,
        "at": SENT + 60 * S,
        "code": code,
        "failed": {},
        "met": frozenset(),
        "down": {},
        "report": report,
    }
    return replace(case, turned=[Turned(**{**facts, **changed})])


def left() -> Case:
    """What was to be released, and was not, without anything in its way."""
    case = debited()
    announced = [one for one in released().delivered if one.event["kind"] == "release.announced"]
    case.world.truth.looks.append(Look(at=SENT, what="assigned", project="prj_acme"))
    case.world.leases["sa_1"].renews_at = RENEWAL + timedelta(days=31)
    return replace(case, said=[], delivered=announced)


def found(case: Case) -> list[str]:
    return [one.text for one in judge(case).violations if one.rule == "dishonest exit code"]


@pytest.mark.parametrize("case", [released(), debited()], ids=["released", "debited"])
def test_all_well_is_believed_where_all_is_well(case: Case) -> None:
    assert found(turned(case, 0)) == []


@pytest.mark.parametrize("code", [22, 75, 21])
def test_what_was_due_and_left_is_told_by_any_other_code(code: int) -> None:
    case = replace(left(), runs=[(SENT - 9 * H, SENT - 8 * H)], untaken=[SENT])
    assert [text for text in found(turned(case, code, met=frozenset({"503"}))) if "released" in text] == []


@pytest.mark.parametrize("code", [0, 10, 23])
def test_what_was_due_and_left_is_no_success(code: int) -> None:
    (text,) = found(turned(replace(left(), untaken=[SENT - 9 * H]), code))
    assert text == f"{code} of a full turn, and sa_1, which renews {RENEWAL}, was to be released and was not"


@pytest.mark.parametrize(
    ("kind", "found_so"), [("missing items", False), ("clock skew", False), ("duplicate posts", True)]
)
def test_what_no_turn_could_know_is_not_asked_of_its_code(kind: str, found_so: bool) -> None:
    case = left()
    happens = type("Happens", (Happening,), {"kind": kind})(at=SENT - S, until=SENT + 61 * S)
    befallen = replace(case, history=replace(case.history, happenings=(happens,)))
    assert bool(found(turned(befallen, 0))) is found_so


def test_what_is_read_back_by_a_clock_that_jumps_may_be_unknown() -> None:
    case = released()
    step = type("Step", (Happening,), {"kind": "clock step in mid-turn"})(at=SENT, until=SENT + 60 * S)
    assert found(turned(replace(case, history=replace(case.history, happenings=(step,))), 21)) == []


def test_a_list_that_could_not_be_read_is_75() -> None:
    failed: dict[str, Any] = {"failed": {LIST: "503"}, "met": frozenset({"503"})}
    (text,) = found(turned(released(), 0, **failed))
    assert text == f"0 of a full turn, and 75 was due: {LIST}: 503"
    assert found(turned(released(), 75, **failed)) == []
    assert found(turned(released(), 77, **failed)) == ["77 of a full turn, and the key was never refused"]


def test_what_became_of_a_delete_is_known_or_21() -> None:
    case = released()
    lost = replace(case, sent=[Sent(account="sa_1", begun_at=SENT, status=None, said=False)])
    (text,) = found(turned(lost, 0))
    assert text == "0 of a full turn, and 21 was due: nobody knows what became of the DELETE of sa_1"
    assert found(turned(lost, 21)) == []
    case.world.truth.looks.append(Look(at=SENT + 9 * S, what="disconnected", project="prj_acme"))
    assert found(turned(lost, 0)) == []


def test_a_receiver_that_takes_nothing_since_before_the_turn_is_23() -> None:
    since = SENT - H
    (text,) = found(turned(replace(released(), untaken=[since]), 0, down={"/0": (since,)}))
    assert text == f"0 of a full turn, and 23 was due: /0 took nothing since {since}"
    assert found(turned(replace(released(), untaken=[since]), 23, down={"/0": (since,)})) == []
    assert found(turned(released(), 0, down={"/0": (SENT,)})) == [], "first told in this turn"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (77, "the key was never refused"),
        (21, "each DELETE was answered"),
        (20, "each DELETE succeeded"),
        (75, "everything was read"),
        (23, "each message was taken"),
        (22, "nothing was in the way for long"),
        (24, "nothing was in the way for long"),
    ],
)
def test_no_code_is_of_what_did_not_happen(code: int, why: str) -> None:
    assert found(turned(released(), code)) == [f"{code} of a full turn, and {why}"]


@pytest.mark.parametrize("end", ["401", "403", SUSPENDED])
def test_77_is_of_a_key_that_was_refused(end: str) -> None:
    assert found(turned(released(), 77, met=frozenset({end}))) == []


def test_each_code_is_counted() -> None:
    case = released()
    case.world.truth.charges.append(Charge(account="sa_1", project="prj_acme", at=RENEWAL, cents=1))
    assert judge(turned(case, 0)).figures.codes == {0: 1}


def test_two_watchers_in_a_turn_at_one_time_are_found_but_where_one_had_lost_the_lock() -> None:
    case = turned(released(), 0)
    [first] = case.turned
    shifts = (((SENT - H, SENT + H),), ((SENT - H, SENT + H),))

    def beside(**changed: Any) -> list[str]:
        second = replace(first, process=1, **changed)
        both = replace(case, turned=[first, second], history=replace(case.history, shifts=shifts))
        return [one.rule for one in judge(both).violations if one.rule == "two at once"]

    assert beside(began=first.at - S, at=first.at + S) == ["two at once"]
    assert beside(began=first.at, at=first.at + S) == []
    held = replace(first.report, trouble=Trouble.LEDGER_HELD)
    assert beside(began=first.at - S, at=first.at + S, report=held) == []
