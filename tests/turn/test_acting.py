"""An enforced turn releases exactly what is due, one at a time, and stops where it must."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.stage import (
    ACME,
    BETA,
    CLOSES,
    KEY,
    NOW,
    OPENS,
    D,
    H,
    M,
    Stage,
    account,
    in_memory,
    published,
)
from watcher.brakes import kinds
from watcher.daemon.request import Request
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.sandbox import Corrupt, DropBefore, LostAnswer, RateLimited, ServerError, Suspended, corruptions

FIRST = account("first", renews_in=29 * H + 40 * M)
DEAR = account("dear", price_cents=20_000)
CHEAP = account("cheap", price_cents=9_000)
ELSEWHERE = account("elsewhere", project=BETA, renews_in=30 * H + 20 * M)
SOON = account("soon", renews_in=31 * H)
USED = account("used")
DUE = (CHEAP, DEAR, ELSEWHERE, FIRST)
AT = NOW + 24 * H + 20 * M
"""The windows of all in `DUE` are open; that of `SOON` is not."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Four due in two projects of a fleet large enough for them, everything else in order."""
    spare = [account(f"spare{number:02}", renews_in=20 * D) for number in range(40)]
    spare += [account(f"more{number:02}", renews_in=20 * D, project=BETA) for number in range(5)]
    posts = [published(one, 40 * D) for one in (*DUE, SOON)] + [published(USED, 2 * D)]
    configuration = {"projects.beta.id": BETA, "projects.beta.enrolled": True, "brakes.max_share": 0.2}
    with in_memory(tmp_path, *DUE, SOON, USED, *spare, posts=posts, configuration=configuration) as stage:
        stage.watch_until(AT, every=20 * H)
        yield stage


def ended(stage: Stage, **how: Any) -> dict[str, Ending]:
    return {one.handle: one.ended for one in stage.turn(**how).attempts}


def test_exactly_the_due_ones_are_released_and_a_second_turn_releases_no_more(stage: Stage) -> None:
    report = stage.turn()
    assert sorted(stage.released) == sorted(one.id for one in DUE)
    assert (stage.deletes, report.saved_cents) == (4, 20_000 + 9_000 + 15_000 + 15_000)
    stage.turn_at(AT + 15 * M)
    assert stage.deletes == 4


def test_the_window_that_closes_first_goes_first_and_of_equals_the_dearer(stage: Stage) -> None:
    stage.turn()
    assert stage.released == [FIRST.id, DEAR.id, CHEAP.id, ELSEWHERE.id]


def test_each_release_is_told_with_what_it_saves(stage: Stage) -> None:
    stage.turn()
    told = {event["account"]: event["text"] for event in stage.told("release.done")}
    assert told[DEAR.id] == "@dear on tiktok was released; $200.00 a month saved"
    assert told.keys() == {one.id for one in DUE}


def test_no_money_is_debited_for_what_was_released(stage: Stage) -> None:
    stage.turn()
    stage.sandbox.advance(10 * H)
    assert set(stage.debited) == {SOON.id, USED.id}


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        (DropBefore(method="DELETE", path=FIRST.id), Ending.NOT_DONE),
        (ServerError(method="DELETE", path=FIRST.id, status=409, code="CONFLICT"), Ending.REFUSED),
        (RateLimited(method="DELETE", path=FIRST.id), Ending.NOT_SENT),
        (LostAnswer(method="DELETE", path=FIRST.id), Ending.RELEASED),
    ],
    ids=["no effect", "refused", "over the limit", "answer lost"],
)
def test_the_trouble_of_one_keeps_no_other_from_being_released(
    stage: Stage, fault: ServerError, end: Ending
) -> None:
    stage.fault(fault)
    assert ended(stage) == {"first": end} | dict.fromkeys(("dear", "cheap", "elsewhere"), Ending.RELEASED)


def test_the_wait_that_the_api_asks_for_is_kept(stage: Stage) -> None:
    stage.fault(RateLimited(method="DELETE", path=FIRST.id, retry_after="45"))
    stage.turn()
    sent = [entry.at for entry in stage.sandbox.log.select("DELETE")]
    assert sent[1] - sent[0] >= 45 * (M / 60)


def test_a_key_rejected_on_the_way_ends_it_and_the_next_turn_goes_on(stage: Stage) -> None:
    stage.fault(ServerError(method="DELETE", path=DEAR.id, status=401, code="UNAUTHENTICATED", times=1))
    report = stage.turn()
    assert exit_of(report) is Exit.KEY
    assert (stage.released, stage.deletes) == ([FIRST.id], 2)
    stage.turn_at(AT + 15 * M)
    assert stage.released == [FIRST.id, DEAR.id, CHEAP.id, ELSEWHERE.id]


def test_a_key_that_may_not_release_costs_one_delete_a_turn_and_no_account(stage: Stage) -> None:
    """Of three accounts each got a DELETE, and was never to be released again without a person."""
    stage.fault(ServerError(method="DELETE", status=403, code="FORBIDDEN_SCOPE", times=3))
    for quarter in range(3):
        report = stage.turn_at(AT + quarter * 15 * M)
        assert (exit_of(report), stage.deletes) == (Exit.KEY, quarter + 1)
        assert report.trouble_detail == (
            "the key lacks the scope leased:write: DELETE answered 403 FORBIDDEN_SCOPE"
        )
    [told] = stage.told("key.refused")
    assert told["text"].startswith(
        "the API says that the key may not release: $740.00 will not be saved unless it gets that scope, "
        "the first by Tue 19 May "
    )
    assert "(the key lacks the scope leased:write: DELETE answered 403 FORBIDDEN_SCOPE)" in told["text"]
    assert stage.told("release.failed") == []
    assert exit_of(stage.turn_at(AT + 45 * M)) is Exit.DONE
    assert stage.released == [one.id for one in (FIRST, DEAR, CHEAP, ELSEWHERE, SOON)]
    [over] = stage.told("problem.resolved")
    assert over["text"].startswith("over after 45 min: the API had said that the key may not release")


def test_that_a_key_may_not_release_is_not_over_because_nothing_is_due(stage: Stage) -> None:
    stage.fault(ServerError(method="DELETE", status=403, code="FORBIDDEN_SCOPE"))
    stage.turn()
    stage.say(OverrideKind.PAUSE)
    assert exit_of(stage.turn_at(AT + 15 * M)) is Exit.BRAKED
    assert [problem.id for problem in stage.fleet().problems.values()][:1] == ["api:key_lacks_scope"]
    assert [event["text"] for event in stage.told("problem.resolved")] == []


def test_a_turn_whose_key_may_not_release_has_read_the_fleet(stage: Stage) -> None:
    """It would be a gap, which voids the notices of what the next key may release."""
    stage.fault(ServerError(method="DELETE", status=403, code="FORBIDDEN_SCOPE"))
    report = stage.turn()
    last = stage.fleet().last_turn
    assert last is not None
    assert (last.id, last.exit_code) == (report.turn, Exit.KEY)


def test_a_key_suspended_on_the_way_ends_it(stage: Stage) -> None:
    def suspend() -> None:
        if stage.deletes:
            stage.sandbox.edit(lambda world: world.with_key(replace(KEY, suspended=True)))

    report = stage.turn(before_sending=suspend)
    assert exit_of(report) is Exit.KEY
    assert (stage.released, stage.deletes) == ([FIRST.id], 2)
    stage.sandbox.edit(lambda world: world.with_key(KEY))
    stage.turn_at(AT + 15 * M)
    assert sorted(stage.released) == sorted(one.id for one in DUE)


def test_a_key_suspended_while_reading_sends_nothing_and_asks_no_more(stage: Stage) -> None:
    stage.sandbox.log.clear()
    stage.fault(Suspended(path="scheduled-posts"))
    assert exit_of(stage.turn()) is Exit.KEY
    assert stage.deletes == 0
    assert len(stage.sandbox.log.select(path="scheduled-posts")) <= 2


def test_a_stop_signal_ends_it_between_two_releases_and_the_next_turn_goes_on(stage: Stage) -> None:
    stop = Event()
    report = stage.turn(stop=stop, before_sending=stop.set)
    assert [one.ended for one in report.attempts] == [Ending.RELEASED]
    assert report.stopped
    assert stage.fleet().unresolved == ()
    stage.turn_at(AT + 15 * M)
    assert stage.released == [FIRST.id, DEAR.id, CHEAP.id, ELSEWHERE.id]


def test_a_changed_configuration_is_read_before_anything_more_is_released(stage: Stage) -> None:
    """SIGHUP came in the middle of a turn: it went on to release what the changed file held."""
    asked = Request()
    report = stage.turn(rules_to_come=asked.waits, before_sending=asked.ask)
    assert [(one.handle, one.ended, one.reason) for one in report.attempts] == [
        ("first", Ending.RELEASED, None),
        ("dear", Ending.NOT_SENT, Reason.RULES_TO_COME),
        ("cheap", Ending.NOT_SENT, Reason.RULES_TO_COME),
        ("elsewhere", Ending.NOT_SENT, Reason.RULES_TO_COME),
    ]
    assert (stage.deletes, stage.fleet().unresolved, exit_of(report)) == (1, (), Exit.UNREADABLE)
    stage.turn_at(AT + 15 * M)
    assert stage.released == [FIRST.id, DEAR.id, CHEAP.id, ELSEWHERE.id]


def test_one_asked_for_while_the_account_is_read_again_is_seen_by_the_gate(stage: Stage) -> None:
    looks = iter([False])
    report = stage.turn(rules_to_come=lambda: next(looks, True))
    assert {one.reason for one in report.attempts} == {Reason.RULES_TO_COME}
    assert (stage.deletes, stage.fleet().unresolved) == (0, ())
    assert not any("intent" in what for what in stage.history())


def test_a_stop_signal_before_it_begins_sends_nothing(stage: Stage) -> None:
    stop = Event()
    report = stage.turn(stop=stop, before_acting=stop.set)
    assert (report.attempts, stage.deletes) == ((), 0)


def test_a_stop_signal_while_reading_sends_nothing(stage: Stage) -> None:
    stop = Event()

    def mutate(body: dict[str, object]) -> dict[str, object]:
        stop.set()
        return body

    stage.fault(Corrupt(path="scheduled-posts", mutate=mutate))
    stage.turn(stop=stop)
    assert stage.deletes == 0


def without(one: str) -> Corrupt:
    """It is in neither list any more: nobody can tell how its release ended."""
    return Corrupt(method="GET", path="leased-accounts", mutate=corruptions.without_item(account=one))


def test_one_release_in_doubt_stops_its_project_only(stage: Stage) -> None:
    stage.fault(LostAnswer(method="DELETE", path=FIRST.id))

    def first_vanishes() -> None:
        if stage.deletes == 0:
            stage.fault(without(FIRST.id))

    found = ended(stage, before_sending=first_vanishes)
    assert found == {
        "first": Ending.UNKNOWN,
        "dear": Ending.HALTED,
        "cheap": Ending.HALTED,
        "elsewhere": Ending.RELEASED,
    }


def test_two_releases_in_doubt_stop_the_fleet(stage: Stage) -> None:
    stage.add_known(account("last", project=BETA, renews_in=30 * H + 20 * M, id="sa_last"))
    last = stage.sandbox.world.accounts["sa_last"]
    stage.add(posts=[published(last, 40 * D)])
    stage.configure(
        {
            "projects.beta.policy": ["at_once", "standard"],
            "policies.at_once.match.handles": ["last"],
            "policies.at_once.release.when": "idle",
            "policies.at_once.release.notice": "0s",
        }
    )
    stage.fault(LostAnswer(method="DELETE"))

    def each_vanishes() -> None:
        stage.fault(without((FIRST.id, ELSEWHERE.id)[min(stage.deletes, 1)]))

    found = ended(stage, before_sending=each_vanishes)
    assert found == {
        "first": Ending.UNKNOWN,
        "dear": Ending.HALTED,
        "cheap": Ending.HALTED,
        "elsewhere": Ending.UNKNOWN,
        "last": Ending.HALTED,
    }
    report = stage.turn_at(AT + 15 * M)
    assert exit_of(report) is Exit.OUTCOME_UNKNOWN
    unresolved = [halt for halt in report.halts.halts if halt.brake is kinds.UNRESOLVED]
    assert [halt.project for halt in unresolved] == [None, ACME, BETA]


def test_a_project_that_cannot_be_read_keeps_no_other_from_releasing(stage: Stage) -> None:
    stage.fault(ServerError(path=f"{ACME}/leased-accounts"))
    report = stage.turn()
    assert stage.released == [ELSEWHERE.id]
    assert [unread.project for unread in report.unread] == [ACME]
    assert exit_of(report) is Exit.UNREADABLE


def test_every_account_is_judged_by_its_own_window(stage: Stage) -> None:
    stage.turn()
    stage.turn_at(NOW + 25 * H)
    assert stage.released[-1] == SOON.id
    assert stage.clock.now() < CLOSES < OPENS + D
