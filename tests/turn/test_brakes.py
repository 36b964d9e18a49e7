"""Brakes through whole turns: what halts, what is told, what lifts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.stage import (
    ACME,
    BETA,
    LATTE,
    LATTE_PERIOD,
    NOW,
    OPENS,
    RENEWS,
    TICK,
    D,
    H,
    M,
    S,
    Stage,
    account,
    in_memory,
    published,
)
from watcher.brakes import Brake, FleetState, Halt, kinds
from watcher.decide.exits import exit_of
from watcher.decide.focus import Focus
from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId
from watcher.record.exit_codes import Exit
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.sandbox import (
    Corrupt,
    Fault,
    NoDate,
    ServerError,
    Suspended,
    WithAge,
    WrongDate,
    corruptions,
)
from watcher.wiring.turn import Purpose


@contextmanager
def with_due(folder: Path, count: int, *, of: int, **configuration: Any) -> Iterator[Stage]:
    """So many due at `OPENS` in a fleet of that size; the others are used and far from their renewal."""
    due = [account(f"due{number:02}") for number in range(count)]
    others = [account(f"far{number:02}", renews_in=20 * D) for number in range(of - count)]
    posts = [published(one, 40 * D) for one in due]
    named = {f"brakes.{name}": value for name, value in configuration.items()}
    with in_memory(folder, *due, *others, posts=posts, configuration=named) as stage:
        yield stage


def on(report: Report) -> list[Brake]:
    return [halt.brake for halt in report.halts.halts]


# Size, with its approval


def test_a_tenth_of_the_fleet_may_go_by_default(tmp_path: Path) -> None:
    with with_due(tmp_path, 3, of=30) as stage:
        stage.watch_until(OPENS, every=D)
        assert on(stage.turn()) == []
        assert len(stage.released) == 3


def test_more_than_a_tenth_halts_whole_and_an_approval_lets_exactly_those_go(tmp_path: Path) -> None:
    with with_due(tmp_path, 3, of=29) as stage:
        stage.watch_until(OPENS, every=D)
        report = stage.turn()
        assert (on(report), exit_of(report)) == ([kinds.FLEET_SHARE], Exit.BRAKED)
        [told] = stage.told("brake.halted")
        docket = told["facts"]["docket"]
        assert f"`lease-watcher approve {docket} --reason WHY` allows exactly these" in told["text"]
        with stage.ledger() as ledger:
            kept = ledger.docket(docket)
        assert kept is not None
        assert {period.account for period in kept.periods} == {"sa_due00", "sa_due01", "sa_due02"}
        stage.say(OverrideKind.APPROVE, periods=kept.periods, until=RENEWS - 10 * M)
        stage.move_to(OPENS + M)
        newcomer = account("newcomer", renews_in=30 * H)
        stage.configure({"policies.standard.release.notice": "0s"})
        stage.add_known(newcomer, posts=[published(newcomer, 40 * D)])
        stage.turn()
        assert stage.released == [], "what is withdrawn, as its policy changed, is not released in that turn"
        report = stage.turn_at(OPENS + 2 * M)
        assert sorted(stage.released) == ["sa_due00", "sa_due01", "sa_due02"]
        assert exit_of(report) is Exit.BRAKED


def test_a_coming_halt_is_told_with_the_announcement(tmp_path: Path) -> None:
    """A day before it halts there is time to look, and to approve."""
    with with_due(tmp_path, 3, of=29) as stage:
        stage.turn()
        announced = stage.told("release.announced")
        [text] = {event["text"].partition("; will be halted: ")[2] for event in announced}
        assert text.startswith(
            "too large a share of the fleet (by Tue 19 May 12:00 UTC 3 of 29 accounts, limit 10%); "
            "`lease-watcher approve "
        )
        [docket] = {event["facts"]["docket"] for event in announced}
        assert f"`lease-watcher approve {docket} --reason WHY`" in text
        with stage.ledger() as ledger:
            kept = ledger.docket(docket)
        assert kept is not None
        stage.say(OverrideKind.APPROVE, periods=kept.periods, until=RENEWS - 10 * M)
        stage.turn_at(OPENS)
        assert len(stage.released) == 3


@pytest.mark.parametrize("withdrawn", [True, False], ids=["withdrawn", "approved"])
def test_history_says_that_a_brake_was_over_where_nobody_approved(tmp_path: Path, withdrawn: bool) -> None:
    """Asked, approved, withdrawn, and released: nothing said that the brake had ended by itself meanwhile."""
    with with_due(tmp_path, 1, of=5, max_releases=0) as stage:
        stage.watch_until(OPENS - H, every=D)
        asked = stage.turn().docket
        [entry] = asked.to_come
        stage.say(OverrideKind.APPROVE, periods=(entry.period,), until=RENEWS)
        stage.turn_at(OPENS - 40 * M)
        if withdrawn:
            stage.say(OverrideKind.UNAPPROVE, periods=(entry.period,))
            stage.turn_at(OPENS - 20 * M)
        stage.configure({"brakes.max_releases": 20})
        stage.turn_at(OPENS - 10 * M)
        stage.turn_at(OPENS)
        assert stage.released == [entry.period.account]
        (begins,) = [one.text for one in stage.story(entry.period.account) if one.what == "release.intended"]
        over = ", as what was to halt it is over (too many releases): "
        why = over if withdrawn else f", approved by maria (docket {asked.id}): "
        assert begins.startswith(f"A release begins under policy standard{why}lease")


def test_an_approval_lifts_nothing_but_size(tmp_path: Path) -> None:
    with with_due(tmp_path, 3, of=29) as stage:
        stage.watch_until(OPENS, every=D)
        report = stage.turn()
        periods = tuple(entry.period for entry in report.docket.to_come)
        stage.say(OverrideKind.APPROVE, periods=periods, until=RENEWS)
        stage.say(OverrideKind.PAUSE)
        stage.turn_at(OPENS + M)
        assert stage.deletes == 0


def test_an_approval_names_lease_periods_and_not_accounts(tmp_path: Path) -> None:
    with with_due(tmp_path, 1, of=5, max_releases=0) as stage:
        stage.watch_until(OPENS, every=D)
        [entry] = stage.turn().docket.to_come
        other = replace(entry.period, renews_at=entry.period.renews_at + 31 * D)
        stage.say(OverrideKind.APPROVE, periods=(other,), until=None)
        stage.turn_at(OPENS + M)
        assert stage.deletes == 0


@pytest.mark.parametrize(("keep", "released"), [(0, True), (1, True), (2, False)])
def test_a_project_keeps_its_least(tmp_path: Path, keep: int, released: bool) -> None:
    with with_due(tmp_path, 1, of=2) as stage:
        stage.configure({"projects.acme.keep_at_least": keep})
        stage.watch_until(OPENS, every=D)
        report = stage.turn()
        assert on(report) == ([] if released else [kinds.KEEP_AT_LEAST])
        assert stage.deletes == released


def test_a_brake_of_one_project_lets_the_others_go(tmp_path: Path) -> None:
    other = account("other", project=BETA)
    with with_due(tmp_path, 1, of=2) as stage:
        stage.add(other, posts=[published(other, 40 * D)])
        stage.configure(
            {"projects.acme.keep_at_least": 2, "projects.beta.id": BETA, "projects.beta.enrolled": True}
        )
        stage.watch_until(OPENS, every=D)
        report = stage.turn()
        assert [(halt.brake, halt.project) for halt in report.halts.halts] == [(kinds.KEEP_AT_LEAST, ACME)]
        assert stage.released == [other.id]
        assert exit_of(report) is Exit.BRAKED


# The population


@pytest.mark.parametrize(
    ("lost", "halted"), [(2, False), (4, False), (5, True)], ids=["few", "at a fifth", "more than a fifth"]
)
def test_a_fleet_that_shrank_by_more_than_a_fifth_halts(tmp_path: Path, lost: int, halted: bool) -> None:
    with with_due(tmp_path, 1, of=20) as stage:
        stage.watch_until(OPENS, every=D)
        stage.remove(*(account(f"far{number:02}") for number in range(lost)))
        assert on(stage.turn()) == [kinds.FLEET_DROP] * halted
        assert stage.deletes == (not halted)


def test_a_new_baseline_is_a_person_s_word(tmp_path: Path) -> None:
    with with_due(tmp_path, 1, of=20) as stage:
        stage.watch_until(OPENS, every=D)
        stage.remove(*(account(f"far{number:02}") for number in range(10)))
        stage.turn()
        stage.turn_at(OPENS + H)
        assert stage.deletes == 0
        stage.say(OverrideKind.ACCEPT_BASELINE)
        stage.turn_at(OPENS + 2 * H)
        assert stage.released == ["sa_due00"]


def test_a_drop_does_not_become_normal_by_waiting(tmp_path: Path) -> None:
    with with_due(tmp_path, 1, of=20) as stage:
        later = account("later", renews_in=5 * D)
        stage.add(later, posts=[published(later, 40 * D)])
        stage.turn()
        stage.remove(*(account(f"far{number:02}") for number in range(10)))
        stage.watch_until(NOW + 5 * D - 5 * H)
        assert on(stage.turn()) == [kinds.FLEET_DROP]
        assert stage.deletes == 0


def test_slow_change_is_no_drop(tmp_path: Path) -> None:
    """One a day is what partners do; only what vanished within a day counts together."""
    with with_due(tmp_path, 1, of=20) as stage:
        later = account("later", renews_in=9 * D)
        stage.add(later, posts=[published(later, 40 * D)])
        stage.configure({"projects.acme.enrolled": False})
        for day in range(8):
            stage.turn_at(NOW + day * D)
            stage.turn_at(NOW + day * D + 12 * H)
            stage.remove(account(f"far{day:02}"))
        assert on(stage.turn_at(NOW + 9 * D - 5 * H)) == []


def test_our_own_releases_are_no_drop(tmp_path: Path) -> None:
    with with_due(tmp_path, 5, of=6, max_share=1.0, max_project_share=1.0) as stage:
        stage.watch_until(OPENS, every=D)
        stage.turn()
        assert len(stage.released) == 5
        report = stage.turn_at(OPENS + H)
        assert (on(report), exit_of(report)) == ([], Exit.DONE)


@pytest.mark.parametrize(("turned", "halted"), [(2, False), (3, True)], ids=["two", "three of ten"])
def test_accounts_that_turn_unused_together_halt_the_fleet(tmp_path: Path, turned: int, halted: bool) -> None:
    """Somebody shortened `idle_after` for a policy; or the source forgets. Either way it looks alike."""
    quiet = [account(f"quiet{number}", project=BETA, renews_in=4 * D) for number in range(turned)]
    used = [account(f"used{number}", renews_in=4 * D) for number in range(9 - turned)]
    posts = [published(one, 10 * D) for one in quiet] + [published(one, D) for one in used]
    with in_memory(tmp_path, *quiet, *used, LATTE, posts=[*posts, published(LATTE, 40 * D)]) as stage:
        stage.configure(
            {
                "projects.beta.id": BETA,
                "projects.beta.policy": "quick",
                "policies.quick.release.when": "idle",
                "brakes.max_share": 1.0,
            }
        )
        stage.watch_until(OPENS)
        stage.configure({"policies.quick.release.idle_after": "5d"})
        report = stage.turn()
        assert on(report) == [kinds.IDLE_JUMP] * halted
        assert stage.deletes == (not halted)


# Doubt


@pytest.mark.parametrize(("unknown", "halted"), [(3, False), (4, True)], ids=["at 0.3", "above"])
def test_too_many_unknowns_halt(tmp_path: Path, unknown: int, halted: bool) -> None:
    used = [account(f"used{number}", renews_in=4 * D) for number in range(9)]
    posts = [published(one, D) for one in used] + [published(LATTE, 40 * D)]
    with in_memory(tmp_path, LATTE, *used, posts=posts) as stage:
        stage.watch_until(OPENS, every=D)
        for one in used[:unknown]:
            mutate = corruptions.changed("status", "boosted", account=one.id)
            stage.fault(Corrupt(path="scheduled-posts", mutate=mutate))
        report = stage.turn()
        assert on(report) == [kinds.UNKNOWN_SHARE] * halted
        assert exit_of(report) is (Exit.BRAKED if halted else Exit.UNREADABLE)
        assert stage.deletes == (not halted)


# The clock


@pytest.mark.parametrize(
    ("fault", "brake"),
    [
        (NoDate(path="whoami"), kinds.CLOCK_UNPROVED),
        (WithAge(path="whoami", seconds=0), kinds.CLOCK_UNPROVED),
        (WithAge(path="whoami", seconds=120), kinds.CLOCK_UNPROVED),
        (WrongDate(path="whoami", offset=timedelta(seconds=61)), kinds.CLOCK_OFF),
        (WrongDate(path="whoami", offset=timedelta(seconds=-62)), kinds.CLOCK_OFF),
        (WrongDate(path="whoami", offset=timedelta(hours=-20)), kinds.CLOCK_OFF),
    ],
    ids=["no date", "a fresh cache", "an old cache", "ahead", "behind", "hours behind"],
)
def test_a_clock_that_is_not_proved_releases_and_announces_nothing(
    stage: Stage, fault: Fault, brake: Brake
) -> None:
    stage.configure({"policies.standard.warn": ["3d"]})
    soon = account("soon", renews_in=49 * H)
    stage.watch_until(OPENS)
    stage.add_known(soon, posts=[published(soon, 40 * D)])
    stage.fault(fault)
    told = len(stage.told("release.announced"))
    report = stage.turn()
    assert (on(report), exit_of(report)) == ([brake], Exit.BRAKED)
    assert (stage.deletes, len(stage.told("release.announced"))) == (0, told)
    stage.sandbox.clear_faults()
    stage.turn_at(OPENS + 15 * M)
    assert (stage.released, len(stage.told("release.announced"))) == ([LATTE.id], told + 1)


@pytest.mark.parametrize("offset", [60 * S, -61 * S], ids=["ahead", "behind"])
def test_the_allowed_skew_is_allowed(stage: Stage, offset: timedelta) -> None:
    """`Date` has whole seconds: a second behind counts as agreement."""
    stage.watch_until(OPENS)
    stage.fault(WrongDate(offset=offset))
    stage.turn()
    assert stage.released == [LATTE.id]


def test_a_clock_that_is_off_is_told_once_a_day(stage: Stage) -> None:
    stage.fault(WrongDate(path="whoami", offset=timedelta(hours=-2)))
    for quarter in range(3):
        stage.turn_at(NOW + quarter * 15 * M)
    [told] = stage.told("clock.off")
    assert told["text"] == (
        "this machine's clock is 1 h 59 min off the API's: no release until it is right; $150.00 will not be "
        "saved unless what halts the release of @latte is put right by Tue 19 May 17:35 UTC; set it "
        "right, by NTP at best; `lease-watcher check --online` says how far off it is"
    )


# A person's word


def test_a_pause_halts_until_it_is_resumed(stage: Stage) -> None:
    stage.watch_until(OPENS)
    stage.say(OverrideKind.PAUSE, why="provider maintenance")
    report = stage.turn()
    assert report.halts.halts == (
        Halt(brake=kinds.PAUSED, measured="paused by maria: provider maintenance", limit="resume"),
    )
    stage.say(OverrideKind.RESUME)
    stage.turn_at(OPENS + M)
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize(
    ("at", "released"), [(OPENS + H - timedelta(microseconds=1), False), (OPENS + H, True)]
)
def test_a_pause_ends_when_it_said(stage: Stage, at: datetime, released: bool) -> None:
    stage.watch_until(OPENS, every=12 * H)
    stage.say(OverrideKind.PAUSE, until=OPENS + H)
    stage.turn_at(at)
    assert stage.deletes == released


def plan_a_pause(stage: Stage, begins: datetime, ends: datetime, **more: Any) -> None:
    pause = {"from": begins.isoformat(), "until": ends.isoformat(), "reason": "freeze", **more}
    stage.configure({"pauses": [pause]})


@pytest.mark.parametrize(
    ("at", "deletes"),
    [
        (OPENS + H - 10 * S - TICK, 1),
        (OPENS + H - 10 * S, 0),
        (OPENS + H - TICK, 0),
        (OPENS + H, 0),
        (OPENS + H + TICK, 0),
        (OPENS + 2 * H - TICK, 0),
        (OPENS + 2 * H, 1),
        (OPENS + 2 * H + TICK, 1),
    ],
)
def test_no_delete_goes_out_in_a_planned_pause_or_as_late_as_to_be_under_way_in_it(
    stage: Stage, at: datetime, deletes: int
) -> None:
    plan_a_pause(stage, OPENS + H, OPENS + 2 * H)
    stage.watch_until(OPENS, every=12 * H)
    stage.turn_at(at)
    assert stage.deletes == deletes


@pytest.mark.parametrize("hook", ["before_acting", "before_sending"])
def test_a_planned_pause_that_begins_in_the_middle_of_a_turn_stops_it(stage: Stage, hook: str) -> None:
    """Also one that came too near after the gate, while the intent was being written."""
    plan_a_pause(stage, OPENS + 11 * S, OPENS + 2 * H)
    stage.watch_until(OPENS)
    hooked: dict[str, Any] = {hook: lambda: stage.move_to(OPENS + S)}
    report = stage.turn(**hooked)
    assert (stage.deletes, stage.fleet().unresolved) == (0, ())
    assert stage.told("deadline.missed") == []
    assert on(stage.turn_at(OPENS + 15 * M)) == [kinds.PAUSED]
    stage.turn_at(OPENS + 2 * H)
    assert (stage.released, len(report.attempts)) == ([LATTE.id], 1)


@pytest.mark.parametrize(
    ("at", "deletes"),
    [
        (OPENS + H - 10 * S - TICK, 1),
        (OPENS + H - 10 * S, 0),
        (OPENS + H, 0),
        (OPENS + 2 * H - TICK, 0),
        (OPENS + 2 * H, 1),
    ],
)
def test_a_pause_that_somebody_said_beforehand_pulls_its_brake_from_then_on(
    stage: Stage, at: datetime, deletes: int
) -> None:
    stage.watch_until(OPENS, every=12 * H)
    stage.say(OverrideKind.PAUSE, begins=OPENS + H, until=OPENS + 2 * H)
    stage.turn_at(at)
    assert stage.deletes == deletes


@pytest.mark.parametrize("hook", ["before_acting", "before_sending"])
def test_one_that_is_said_in_the_middle_of_a_turn_is_no_more_met_by_a_request(
    stage: Stage, hook: str
) -> None:
    """The gate had let it go, and its request would have been under way as the pause began."""
    stage.watch_until(OPENS)

    def said() -> None:
        if hook == "before_acting":
            stage.say(OverrideKind.PAUSE, begins=OPENS + 11 * S, until=OPENS + 2 * H)
        stage.move_to(OPENS + 2 * S)

    if hook == "before_sending":
        stage.say(OverrideKind.PAUSE, begins=OPENS + 11 * S, until=OPENS + 2 * H)
    hooked: dict[str, Any] = {hook: said}
    stage.turn(**hooked)
    assert (stage.deletes, stage.fleet().unresolved) == (0, ())
    stage.turn_at(OPENS + 2 * H)
    assert stage.released == [LATTE.id]


def test_a_planned_pause_of_another_project_stops_nothing(stage: Stage) -> None:
    stage.configure({"projects.beta.id": BETA})
    plan_a_pause(stage, NOW, OPENS + 2 * H, projects=["beta"])
    stage.watch_until(OPENS)
    stage.turn()
    assert stage.released == [LATTE.id]


def test_a_weekly_pause_goes_by_the_configured_time_zone(stage: Stage) -> None:
    """The window opens on Tuesday at 12:00 UTC, which is 14:00 in Berlin."""
    stage.configure(
        {"timezone": "Europe/Berlin", "pauses": [{"weekly": "tue 14:00-16:00", "reason": "standup"}]}
    )
    stage.watch_until(OPENS)
    assert on(stage.turn()) == [kinds.PAUSED]
    assert on(stage.turn_at(OPENS + 2 * H - TICK)) == [kinds.PAUSED]
    stage.turn_at(OPENS + 2 * H)
    assert stage.released == [LATTE.id]


def test_a_halt_is_told_once_a_day_for_the_same_docket(stage: Stage) -> None:
    stage.watch_until(OPENS)
    stage.say(OverrideKind.PAUSE)
    for quarter in range(3):
        stage.turn_at(OPENS + quarter * 15 * M)
    assert len(stage.told("brake.halted")) == 1


def test_a_suspended_key_halts_what_was_read_before_it(tmp_path: Path) -> None:
    """The first project is read, the second meets the suspension."""
    other = account("other", project=BETA, renews_in=20 * D)
    with in_memory(tmp_path, LATTE, other, posts=[published(LATTE, 40 * D)]) as stage:
        stage.configure({"projects.beta.id": BETA, "api.threads": 1})
        stage.watch_until(OPENS)
        stage.fault(Suspended(path=f"{BETA}/"))
        report = stage.turn()
        assert kinds.KEY_SUSPENDED in on(report)
        assert exit_of(report) is Exit.KEY
        assert stage.deletes == 0


def test_brakes_judge_the_dry_run_alike(stage: Stage) -> None:
    stage.watch_until(OPENS)
    stage.fault(ServerError(path="scheduled-posts"))
    assert on(stage.turn(Purpose.DRY_RUN)) == [kinds.UNKNOWN_SHARE]


# A configuration that was to replace the one in force


def test_while_a_configuration_is_refused_nothing_is_released_and_warnings_go_on(tmp_path: Path) -> None:
    """The file gained a hold and a typing error; the rules from before went on releasing."""
    with in_memory(tmp_path) as stage:
        stage.turn(refused="lease-watcher.toml:7 unknown key")
        [announced] = stage.told("release.announced")
        assert "will be halted: a changed configuration is refused" in announced["text"]
        report = stage.turn_at(OPENS, refused="lease-watcher.toml:7 unknown key")
        assert (on(report), exit_of(report)) == ([kinds.CONFIGURATION_REFUSED], Exit.BRAKED)
        [halted] = stage.told("brake.halted")
        assert "lease-watcher.toml:7 unknown key" in halted["text"]
        assert stage.deletes == 0

        focus = Focus(
            projects=frozenset({ProjectId(ACME)}), docket=report.docket, state=FleetState(now=OPENS)
        )
        assert on(stage.turn(focus=focus, refused="still")) == [kinds.CONFIGURATION_REFUSED]
        assert on(stage.turn()) == []
        assert stage.released == [LATTE.id]


def test_a_brake_that_stays_on_is_noted_once_and_so_is_its_end(stage: Stage) -> None:
    """Each turn noted the account as due and then as braked: two observations, every quarter of an hour."""
    stage.watch_until(OPENS)
    stage.say(OverrideKind.PAUSE)
    stage.turn()
    noted = observations(stage)
    for quarter in range(1, 3):
        stage.turn_at(OPENS + quarter * 15 * M)
    assert observations(stage) == noted
    assert stage.memory().known[LATTE_PERIOD.account].reason is Reason.BRAKED
    stage.say(OverrideKind.RESUME)
    stage.turn_at(OPENS + 45 * M, before_acting=lambda: stage.say(OverrideKind.HOLD, account=LATTE.id))
    assert stage.memory().known[LATTE_PERIOD.account].reason is Reason.UNUSED, "no brake any more"


def observations(stage: Stage) -> int:
    assert stage.state is not None
    return len(stage.state.observations)
