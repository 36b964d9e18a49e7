"""Never act on old facts: all is read again right before a DELETE, and the world looked at after it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.stage import (
    ACME,
    BETA,
    DAILY,
    GRIND,
    LATTE,
    NOW,
    OPENS,
    RENEWS,
    D,
    H,
    M,
    S,
    Stage,
    account,
    in_memory,
    published,
)
from watcher.brakes import kinds
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.overrides import OverrideKind
from watcher.sandbox import (
    Corrupt,
    Fault,
    NoDate,
    Post,
    ServerError,
    StaleList,
    WithAge,
    WithHeader,
    WrongDate,
)

LISTS = "leased-accounts"


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """`@latte` is due: the next enforced turn sends its DELETE."""
    stage.watch_until(OPENS)
    return stage


# Between plan and act

CHANGES: dict[str, Callable[[Stage], object]] = {
    "it is gone": lambda stage: stage.remove(LATTE),
    "it is disconnected": lambda stage: stage.change(LATTE, status="disconnected"),
    "it has a status nobody knows": lambda stage: stage.change(LATTE, status="hibernating"),
    "it is the customer's own": lambda stage: stage.change(LATTE, leased=False),
    "it is in another project": lambda stage: stage.change(LATTE, project=BETA),
    "its handle is another": lambda stage: stage.change(LATTE, handle="mocha"),
    "it was assigned anew": lambda stage: stage.change(LATTE, assigned_at=NOW),
    "its renewal moved away": lambda stage: stage.change(LATTE, next_renewal_at=RENEWS + D),
    "its renewal moved by a second": lambda stage: stage.change(LATTE, next_renewal_at=RENEWS + S),
    "its renewal moved nearer": lambda stage: stage.change(LATTE, next_renewal_at=RENEWS - H),
    "somebody posted": lambda stage: stage.add(posts=[posted_just_now()]),
    "somebody queued a post": lambda stage: stage.add(posts=[queued()]),
    "its posts cannot be read": lambda stage: stage.fault(ServerError(path="scheduled-posts")),
    "its project cannot be read": lambda stage: stage.fault(ServerError(path=LISTS)),
    "it is held": lambda stage: stage.say(OverrideKind.HOLD, account=LATTE.id),
    "it was held for a moment": lambda stage: hold_for_a_moment(stage),
    "the fleet is paused": lambda stage: stage.say(OverrideKind.PAUSE),
    "its project is paused": lambda stage: stage.say(OverrideKind.PAUSE, project=ACME),
}


def hold_for_a_moment(stage: Stage) -> None:
    stage.say(OverrideKind.HOLD, account=LATTE.id)
    stage.say(OverrideKind.UNHOLD, account=LATTE.id)


def posted_just_now() -> Post:
    return replace(published(LATTE, NOW - OPENS + M), id="post_fresh")


def queued() -> Post:
    return Post.queued(id="post_queued", account=LATTE, at=OPENS + 9 * D)


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_between_plan_and_act_stops_the_release(stage: Stage, change: str) -> None:
    report = stage.turn(before_acting=lambda: CHANGES[change](stage))
    assert stage.deletes == 0
    assert [one.ended for one in report.attempts] != [Ending.RELEASED]
    assert stage.fleet().unresolved == ()


def test_a_change_of_nothing_that_matters_stops_nothing(stage: Stage) -> None:
    stage.turn(before_acting=lambda: stage.change(LATTE, followers=7, price_cents=14_000))
    assert stage.released == [LATTE.id]


def test_another_account_s_pause_and_hold_stop_nothing(stage: Stage) -> None:
    def elsewhere() -> None:
        stage.say(OverrideKind.HOLD, account=GRIND.id)
        stage.say(OverrideKind.PAUSE, project=BETA)

    stage.turn(before_acting=elsewhere)
    assert stage.released == [LATTE.id]


# Answers that somebody kept

POSTS = "scheduled-posts"


def stale(path: str) -> WithHeader:
    return WithHeader(path=path, name="Warning", value='110 - "Response is stale"')


OLD: dict[str, tuple[Callable[[str], Fault], str]] = {
    "a day by its age": (lambda path: WithAge(path=path, seconds=90_000), "braked"),
    "stale by its own word": (stale, "unreadable"),
    "hours by its date": (lambda path: WrongDate(path=path, offset=-3 * H), "braked"),
    "of no known age": (lambda path: WithHeader(path=path, name="Age", value="-1"), "unreadable"),
}


@pytest.mark.parametrize("how", OLD)
@pytest.mark.parametrize("path", [LISTS, POSTS])
def test_nothing_is_released_on_answers_that_a_cache_kept(stage: Stage, path: str, how: str) -> None:
    """Lists and posts of the day before, from a cache that said so, were judged and released as read now."""
    fault, came_of_it = OLD[how]
    stage.fault(fault(path))
    report = stage.turn()
    assert stage.deletes == 0
    if came_of_it == "braked":
        assert [halt.brake for halt in report.halts.halts] == [kinds.DATA_AGE]
        assert exit_of(report) is Exit.BRAKED
        stage.sandbox.clear_faults()
        stage.turn_at(OPENS + 15 * M)
        assert stage.released == [LATTE.id]
    else:
        assert exit_of(report) is Exit.UNREADABLE


@pytest.mark.parametrize("how", OLD)
@pytest.mark.parametrize("path", [LISTS, POSTS])
def test_what_a_cache_kept_is_no_reading_right_before_a_delete(stage: Stage, path: str, how: str) -> None:
    fault, _ = OLD[how]
    report = stage.turn(before_acting=lambda: stage.fault(fault(path)))
    assert [one.ended for one in report.attempts] == [
        Ending.CHANGED if path == POSTS and OLD[how][1] == "unreadable" else Ending.UNREADABLE
    ]
    assert exit_of(report) is Exit.UNREADABLE
    assert (stage.deletes, stage.fleet().unresolved) == (0, ())


@pytest.mark.parametrize(
    ("fault", "released"),
    [
        (WithAge(path=f"{LISTS}|{POSTS}", seconds=5), True),
        (WithAge(path=LISTS, seconds=6), False),
        (WithAge(path=POSTS, seconds=6), False),
        (WrongDate(path=f"{LISTS}|{POSTS}", offset=-6 * S), True),
        (WrongDate(path=LISTS, offset=-7 * S), False),
        (WrongDate(path=POSTS, offset=-7 * S), False),
    ],
    ids=["5 s", "6 s", "posts of 6 s", "5 s by date", "6 s by date", "posts of 6 s by date"],
)
def test_a_reading_right_before_a_delete_is_a_few_seconds_old_at_most(
    stage: Stage, fault: Fault, released: bool
) -> None:
    stage.turn(before_acting=lambda: stage.fault(fault))
    assert stage.released == ([LATTE.id] if released else [])


@pytest.mark.parametrize(("age", "released"), [(30 * M, True), (30 * M + S, False)])
def test_max_data_age_counts_the_age_of_an_answer(stage: Stage, age: timedelta, released: bool) -> None:
    readings = WithAge(path=f"{LISTS}|{POSTS}", times=2, seconds=age // S)
    stage.fault(readings)
    stage.turn()
    assert stage.released == ([LATTE.id] if released else [])


@pytest.mark.parametrize("ahead", [-50 * S, 50 * S], ids=["behind", "ahead"])
def test_a_clock_that_is_off_by_what_is_allowed_makes_no_answer_old(stage: Stage, ahead: timedelta) -> None:
    """Their dates are held against the API's clock, as it was proved in this turn."""
    stage.fault(WrongDate(offset=-ahead))
    assert exit_of(stage.turn()) is Exit.DONE
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize(
    "fault", [WithAge(path="projects", seconds=0), NoDate(path="projects")], ids=["age 0", "no date"]
)
def test_an_answer_of_no_age_or_no_date_is_a_fact(stage: Stage, fault: Fault) -> None:
    """It proves nothing of the clock, which another answer of the turn did."""
    stage.fault(fault)
    assert exit_of(stage.turn()) is Exit.DONE
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize("how", ["a day by its age", "stale by its own word"])
def test_a_list_that_a_cache_kept_concludes_nothing_after_a_delete(stage: Stage, how: str) -> None:
    """An old list without the account, or with it, said how a DELETE of an unknown end had ended."""
    stage.fault(ServerError(method="DELETE", status=502, apply=True))
    fault, _ = OLD[how]
    report = stage.turn(before_sending=lambda: stage.fault(fault(LISTS)))
    assert [one.ended for one in report.attempts] == [Ending.UNKNOWN]
    assert exit_of(report) is Exit.OUTCOME_UNKNOWN
    stage.turn_at(OPENS + 15 * M)
    assert "release.released" not in stage.history(LATTE.id)
    stage.sandbox.clear_faults()
    stage.turn_at(OPENS + 30 * M)
    assert (stage.deletes, stage.fleet().unresolved) == (1, ())
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize("how", ["a day by its age", "stale by its own word"])
def test_a_list_that_a_cache_kept_verifies_no_release(stage: Stage, how: str) -> None:
    """One from before the release has the account: it paused the fleet."""
    fault, _ = OLD[how]
    before = StaleList(path=LISTS, as_of="last release")
    report = stage.turn(before_sending=lambda: stage.fault(fault(LISTS), before))
    assert [(one.ended, one.verified) for one in report.attempts] == [(Ending.RELEASED, False)]
    assert stage.fleet().overrides.pauses(stage.clock.now()) == ()


# Between the last reading and the intent

WORDS = ["it is held", "it was held for a moment", "the fleet is paused", "its project is paused"]


@pytest.mark.parametrize("change", WORDS)
def test_what_a_person_says_during_the_last_reading_is_heard_in_the_intent_s_own_transaction(
    stage: Stage, change: str
) -> None:
    stage.turn(before_acting=during_the_last_reading(stage, lambda: CHANGES[change](stage)))
    assert stage.deletes == 0
    assert "release.intended" not in stage.history(LATTE.id)


def test_an_approval_that_ends_before_the_intent_is_written_counts_no_more(stage: Stage) -> None:
    stage.configure({"brakes.max_releases": 0})
    report = stage.turn()
    periods = tuple(entry.period for entry in report.docket.to_come)
    stage.say(OverrideKind.APPROVE, periods=periods, until=OPENS + 10 * M)
    stage.turn(before_acting=lambda: stage.clock.advance(10 * M))
    assert stage.deletes == 0


def test_an_approval_that_is_withdrawn_during_the_last_reading_counts_no_more(stage: Stage) -> None:
    stage.configure({"brakes.max_releases": 0})
    periods = tuple(entry.period for entry in stage.turn().docket.to_come)
    stage.say(OverrideKind.APPROVE, periods=periods, until=RENEWS)

    def withdraw() -> None:
        stage.say(OverrideKind.UNAPPROVE, periods=periods)

    stage.turn(before_acting=during_the_last_reading(stage, withdraw))
    assert stage.deletes == 0
    assert "release.intended" not in stage.history(LATTE.id)


def test_one_that_lasts_is_enough(stage: Stage) -> None:
    stage.configure({"brakes.max_releases": 0})
    report = stage.turn()
    periods = tuple(entry.period for entry in report.docket.to_come)
    stage.say(OverrideKind.APPROVE, periods=periods, until=OPENS + 10 * M)
    stage.turn(before_acting=lambda: stage.clock.advance(9 * M))
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize(("took", "released"), [(30 * M, True), (30 * M + S, False)])
def test_a_turn_so_slow_that_the_fleet_s_facts_are_old_releases_nothing_more(
    stage: Stage, took: timedelta, released: bool
) -> None:
    stage.turn(before_acting=lambda: stage.clock.advance(took))
    assert stage.deletes == released


@pytest.mark.disk
def test_the_notice_is_read_again_in_that_transaction(stage: Stage) -> None:
    """Voided meanwhile, by whom it may: no other turn can, while this one holds the ledger."""

    def voided() -> None:
        with closing(sqlite3.connect(stage.ledger_file)) as connection:
            connection.execute("UPDATE notices SET voided = 'policy_changed', voided_at = 0")
            connection.commit()

    stage.turn(before_acting=voided)
    assert stage.deletes == 0


def test_the_account_is_read_right_before_its_delete_and_not_all_at_the_start(tmp_path: Path) -> None:
    mocha = account("mocha")
    posts = [published(LATTE, 40 * D), published(mocha, 40 * D)]
    with in_memory(tmp_path, LATTE, mocha, DAILY, GRIND, posts=posts) as stage:
        stage.watch_until(OPENS)
        stage.sandbox.log.clear()
        stage.turn()
        asked = [
            f"{entry.method} {entry.path.rpartition('/')[2].partition('?')[0]}"
            for entry in stage.sandbox.log.entries
            if entry.path.startswith("/v1")
        ]
    around = ["GET leased-accounts", "GET scheduled-posts"]
    assert asked == [
        "GET whoami",
        *around,
        *(*around, "DELETE sa_latte", "GET leased-accounts"),
        *(*around, "DELETE sa_mocha", "GET leased-accounts"),
    ]


# After the DELETE


def with_others(tmp_path: Path) -> Any:
    """`@latte` due in one project and `@zine` later in the same turn; `@other` due in another project."""
    zine, other = account("zine", price_cents=14_000), account("other", project=BETA, price_cents=13_000)
    posts = [published(one, 40 * D) for one in (LATTE, zine, other, GRIND)]
    spare = [account(f"spare{number}", renews_in=20 * D, project=BETA) for number in range(25)]
    return in_memory(
        tmp_path,
        *(LATTE, zine, other, DAILY, GRIND, *spare),
        posts=posts,
        configuration={
            "projects.beta.id": BETA,
            "projects.beta.enrolled": True,
            "brakes.max_share": 1.0,
            "brakes.max_project_share": 1.0,
        },
    )


def once(do: Callable[[], object]) -> Callable[[], None]:
    """Only before the first DELETE."""
    left = [do]

    def first() -> None:
        if left:
            left.pop()()

    return first


def test_exactly_that_account_may_be_gone(tmp_path: Path) -> None:
    with with_others(tmp_path) as stage:
        stage.watch_until(OPENS)
        stage.turn()
        assert stage.released == ["sa_latte", "sa_zine", "sa_other"]


def test_one_other_gone_pauses_that_project(tmp_path: Path) -> None:
    with with_others(tmp_path) as stage:
        stage.watch_until(OPENS)
        report = stage.turn(before_sending=once(lambda: stage.remove(DAILY)))
        assert stage.released == ["sa_latte", "sa_other"]
        assert [one.ended for one in report.attempts] == [Ending.RELEASED, Ending.HALTED, Ending.RELEASED]
        assert exit_of(report) is Exit.BRAKED
        [pause] = stage.fleet().overrides.pauses(stage.clock.now())
        assert (pause.project, pause.by, pause.until) == (ACME, "lease-watcher", None)


def test_two_others_gone_pause_all(tmp_path: Path) -> None:
    with with_others(tmp_path) as stage:
        stage.watch_until(OPENS)
        report = stage.turn(before_sending=once(lambda: stage.remove(DAILY, GRIND)))
        assert stage.released == ["sa_latte"]
        assert [one.ended for one in report.attempts] == [Ending.RELEASED, Ending.HALTED, Ending.HALTED]
        [pause] = stage.fleet().overrides.pauses(stage.clock.now())
        assert pause.project is None


def test_ours_still_there_pauses_all_and_stays_unresolved(tmp_path: Path) -> None:
    with with_others(tmp_path) as stage:
        stage.watch_until(OPENS)
        stale = StaleList(method="GET", path=ACME + "/" + LISTS, as_of="last release")
        report = stage.turn(before_sending=once(lambda: stage.fault(stale)))
        assert stage.released == ["sa_latte"]
        assert [one.ended for one in report.attempts] == [Ending.UNKNOWN, Ending.HALTED, Ending.HALTED]
        assert exit_of(report) is Exit.OUTCOME_UNKNOWN
        assert len(stage.fleet().unresolved) == 1
        [pause] = stage.fleet().overrides.pauses(stage.clock.now())
        assert pause.project is None


def test_a_pause_of_the_watcher_s_own_lasts_until_a_person_resumes(tmp_path: Path) -> None:
    with with_others(tmp_path) as stage:
        stage.watch_until(OPENS)
        stage.turn(before_sending=once(lambda: stage.remove(DAILY)))
        report = stage.turn_at(OPENS + H)
        assert exit_of(report) is Exit.BRAKED
        assert [halt.brake for halt in report.halts.halts] == [kinds.PAUSED]
        stage.say(OverrideKind.RESUME, project=ACME)
        stage.turn_at(OPENS + 2 * H)
        assert stage.released == ["sa_latte", "sa_other", "sa_zine"]


def test_a_pause_of_the_watcher_s_own_is_told_in_that_very_turn(tmp_path: Path) -> None:
    """It was told by the next turn, and only if another release was due then."""
    with with_others(tmp_path) as stage:
        stage.watch_until(OPENS)
        stage.turn(before_sending=once(lambda: stage.remove(DAILY, GRIND)))
        [halted] = stage.told("brake.halted")
        assert "several other accounts were gone after the release of sa_latte" in halted["text"]


def test_additions_are_drift(tmp_path: Path) -> None:
    with with_others(tmp_path) as stage:
        stage.watch_until(OPENS)
        fresh = account("fresh", renews_in=29 * D, assigned_at=OPENS)
        stage.turn(before_sending=once(lambda: stage.add(fresh)))
        assert stage.released == ["sa_latte", "sa_zine", "sa_other"]
        assert stage.fleet().overrides.said == ()
        stage.turn_at(OPENS + H)
        assert [event["account"] for event in stage.told("lease.new")] == [fresh.id]


@pytest.mark.parametrize(
    ("stale_looks", "ended"),
    [(0, Ending.RELEASED), (1, Ending.RELEASED), (12, Ending.RELEASED), (13, Ending.UNKNOWN)],
)
def test_the_list_may_follow_within_60_s(stage: Stage, stale_looks: int, ended: Ending) -> None:
    """Looks are 5 s apart: the 13th is at 60 s."""
    stale = StaleList(method="GET", path=LISTS, as_of="last release", times=stale_looks)
    report = stage.turn(before_sending=lambda: stage.fault(stale))
    assert [one.ended for one in report.attempts] == [ended]
    assert stage.clock.now() - OPENS <= timedelta(seconds=60)


def test_a_list_that_cannot_be_read_afterwards_leaves_a_confirmed_release_unverified(stage: Stage) -> None:
    report = stage.turn(before_sending=lambda: stage.fault(ServerError(method="GET", path=LISTS)))
    [attempt] = report.attempts
    assert (attempt.ended, attempt.verified) == (Ending.RELEASED, False)
    [done] = stage.told("release.done")
    assert done["facts"] == {"verified": False, "policy": "standard"}


def during_the_last_reading(stage: Stage, do: Callable[[], object]) -> Callable[[], None]:
    """Something happens while the posts are read for the last time."""

    def mutate(body: dict[str, Any]) -> dict[str, Any]:
        do()
        return body

    return lambda: stage.fault(Corrupt(path="scheduled-posts", times=1, mutate=mutate))
