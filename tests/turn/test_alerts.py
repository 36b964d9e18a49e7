"""Alerts over whole turns: escalation, reminders, budgets, quiet hours, standing problems, closing words."""

from datetime import datetime, timedelta

import pytest

from tests.stage import (
    ACME,
    DAILY,
    GRIND,
    LATTE,
    NOW,
    OPENS,
    RENEWS,
    D,
    H,
    M,
    Stage,
    account,
    in_memory,
)
from watcher.decide.exits import exit_of
from watcher.messages.events import EventKind
from watcher.record.exit_codes import Exit
from watcher.record.overrides import OverrideKind
from watcher.sandbox import ServerError

COMPLETE = {"policies.standard.evidence_complete": True}
"""No post was ever seen, and that is evidence."""

EVENING = NOW + 10 * H
"""22:00 of a Monday."""


@pytest.fixture
def stage(tmp_path):
    with in_memory(tmp_path) as stage:
        yield stage


def second(stage: Stage, **options: object) -> None:
    """Another notifier, `boss`, at the same address as `ops`."""
    inbox = f"{stage.url}/_sandbox/inbox"
    stage.configure({"notifiers.boss.kind": "webhook", "notifiers.boss.url": inbox})
    stage.configure({f"notifiers.boss.{key}": value for key, value in options.items()})


def told_to(stage: Stage, notifier: str) -> list[str]:
    """Kinds and handles of all that a notifier was told."""
    return [
        f"{event['kind']} {event['handle'] or ''}".strip()
        for digest in stage.sandbox.inbox
        if digest["id"].split(":")[1] == notifier
        for event in digest["events"]
    ]


# Escalation


def test_a_second_notifier_hears_when_the_last_warning_passes_without_a_hold(tmp_path) -> None:
    """Both are unused and never released by policy; one of them somebody holds."""
    left, held = account("left", renews_in=8 * D), account("held", renews_in=8 * D)
    with in_memory(tmp_path, left, held, configuration={"policies.standard.release.when": "never"}) as stage:
        second(stage, escalation=True)
        stage.turn()
        stage.say(OverrideKind.HOLD, account=held.id)
        stage.watch_until(NOW + 8 * D, every=6 * H)
        stage.turn()
        assert told_to(stage, "boss") == ["renewal.warning left", "renewal.paid left"]
        assert told_to(stage, "ops").count("renewal.warning left") == 3


# Reminders


@pytest.mark.parametrize("what", ["nothing", "ack", "hold"])
def test_an_announcement_is_repeated_until_somebody_takes_note_or_acts(stage: Stage, what: str) -> None:
    stage.configure({"notifiers.ops.repeat": "4h", "policies.standard.warn": []})
    stage.turn()
    stage.turn_at(NOW + 4 * H - M)
    assert told_to(stage, "ops") == ["release.announced latte"]
    stage.turn_at(NOW + 4 * H)
    stage.turn_at(NOW + 5 * H)
    assert told_to(stage, "ops") == ["release.announced latte"] * 2
    if what != "nothing":
        kind = OverrideKind.ACKNOWLEDGE if what == "ack" else OverrideKind.HOLD
        stage.say(kind, account=LATTE.id)
    stage.turn_at(NOW + 9 * H)
    after = {"nothing": ["release.announced latte"], "ack": [], "hold": ["release.withdrawn latte"]}[what]
    assert told_to(stage, "ops")[2:] == after


def test_a_reminder_is_no_notice_and_an_acknowledgement_no_hold(stage: Stage) -> None:
    stage.configure({"notifiers.ops.repeat": "4h"})
    stage.turn()
    stage.turn_at(NOW + 4 * H)
    stage.say(OverrideKind.ACKNOWLEDGE, account=LATTE.id)
    stage.turn_at(OPENS)
    assert stage.released == [LATTE.id]


def test_who_was_down_all_the_time_gets_the_announcement_and_no_reminder_of_it(stage: Stage) -> None:
    stage.configure({"notifiers.ops.repeat": "1h", "policies.standard.warn": []})
    inbox = stage.configuration["notifiers.ops.url"]
    stage.configure({"notifiers.ops.url": "http://127.0.0.1:9/nobody-listens"})
    for hour in range(4):
        stage.turn_at(NOW + hour * H)
    stage.configure({"notifiers.ops.url": inbox})
    stage.turn_at(NOW + 4 * H)
    assert told_to(stage, "ops") == ["release.announced latte"]


# Budgets


def test_a_budget_that_is_exceeded_is_told_daily_until_it_is_kept_and_stops_nothing(stage: Stage) -> None:
    stage.configure({"projects.acme.budget_cents": 44_999, "budget.monthly_cents": 45_000})
    for quarter in range(4):
        stage.turn_at(NOW + quarter * 15 * M)
    (exceeded,) = stage.told("budget.exceeded")
    assert exceeded["text"] == (
        "project acme costs $450.00 a month, $0.01 over its budget of $449.99; "
        "`lease-watcher audit --use unused` lists what is paid for and not used"
    )
    assert exceeded["cents"] == 1
    stage.turn_at(OPENS)
    assert stage.released == [LATTE.id]
    stage.turn_at(OPENS + M)
    (over,) = stage.told("problem.resolved")
    assert over["text"] == "over after 1 d: project acme cost more than its budget"


def test_the_fleet_has_a_budget_of_its_own(stage: Stage) -> None:
    stage.configure({"budget.monthly_cents": 30_000})
    stage.turn()
    assert [event["text"].partition(";")[0] for event in stage.told("budget.exceeded")] == [
        "the fleet costs $450.00 a month, $150.00 over its budget of $300.00"
    ]


def test_a_fleet_that_was_not_read_whole_is_not_held_against_its_budget(stage: Stage) -> None:
    stage.configure({"budget.monthly_cents": 30_000})
    stage.turn()
    stage.fault(ServerError(path=f"^/v1/projects/{ACME}/leased", times=4))
    stage.turn_at(NOW + 15 * M)
    assert [event["kind"] for event in stage.told() if event["kind"] == "problem.resolved"] == []


# Quiet hours


def test_a_night_holds_the_message_not_the_release(tmp_path) -> None:
    """It is announced a night earlier, so that the receipt is old enough when the window opens."""
    late = account("late", renews_in=3 * D)
    quiet = {"notifiers.ops.quiet": ["22:00-07:00"], "policies.standard.warn": []}
    with in_memory(tmp_path, late, configuration=COMPLETE | quiet) as stage:
        stage.watch_until(NOW + 3 * D - 6 * H, every=3 * H)
        (announced,) = stage.told("release.announced")
        opens = late.next_renewal_at - 6 * H
        assert datetime.fromisoformat(announced["at"]) == opens - 57 * H
        stage.turn()
        assert stage.released == [late.id]


def test_what_is_critical_wakes_people_and_the_rest_waits_for_the_morning(stage: Stage) -> None:
    stage.configure({"notifiers.ops.quiet": ["22:00-07:00"]})
    stage.turn()
    before = len(stage.told())
    stage.change(GRIND, price_cents=16_000)
    stage.remove(DAILY)
    report = stage.turn_at(EVENING)
    assert [event["kind"] for event in stage.told()[before:]] == ["account.gone"]
    assert (report.undelivered, exit_of(report) is Exit.UNDELIVERED) == (0, False)
    stage.turn_at(EVENING + 9 * H)
    morning = [event for event in stage.told()[before + 1 :] if event["kind"] == "price.changed"]
    assert morning[0]["text"].endswith(" (written 9 h ago)")


# Standing problems and closing words


def test_a_halt_is_told_when_it_begins_and_daily_and_when_it_is_over(stage: Stage) -> None:
    stage.turn()
    stage.configure({"brakes.max_releases": 0})
    for quarter in range(8):
        stage.turn_at(OPENS + quarter * 15 * M)
    assert len(stage.told("brake.halted")) == 1
    stage.configure({"brakes.max_releases": 20})
    stage.turn_at(OPENS + 3 * H)
    (over,) = stage.told("problem.resolved")
    assert over["text"] == "over after 3 h: the halt of 1 release"
    assert stage.released == [LATTE.id]


def test_a_project_taken_out_of_the_configuration_is_no_problem_any_more(stage: Stage) -> None:
    stage.fault(ServerError(path=f"^/v1/projects/{ACME}/leased", times=4))
    stage.turn()
    stage.configure({"projects.acme.id": "prj_beta"})
    stage.turn_at(NOW + 15 * M)
    assert stage.told("project.recovered") == []
    (over,) = stage.told("problem.resolved")
    assert over["project"] == ACME
    assert over["text"] == f"no longer looked at, after 15 min: project {ACME} could not be read"


@pytest.mark.parametrize(
    ("end", "words"),
    [("released", "release.done latte"), ("held", "release.withdrawn latte"), ("paid", "renewal.paid latte")],
)
def test_whoever_heard_the_announcement_hears_how_it_ended(stage: Stage, end: str, words: str) -> None:
    """`boss` asked for announcements only: it is not left with one that came to nothing."""
    second(stage, events=["release.announced"])
    stage.turn()
    if end == "held":
        stage.say(OverrideKind.HOLD, account=LATTE.id, until=RENEWS)
    if end == "paid":
        stage.say(OverrideKind.PAUSE)
    stage.turn_at(OPENS)
    if end == "paid":
        stage.move_to(RENEWS + H)
        stage.turn()
    assert told_to(stage, "boss") == ["release.announced latte", words]


def test_thirty_accounts_that_renew_on_one_day_give_one_digest(tmp_path) -> None:
    fleet = [account(f"a{number:02}") for number in range(30)]
    with in_memory(tmp_path, *fleet, configuration=COMPLETE | {"policies.standard.warn": []}) as stage:
        stage.turn()
        (digest,) = [
            one for one in stage.sandbox.inbox if one["events"][0]["kind"] == EventKind.RELEASE_ANNOUNCED
        ]
        assert len(digest["events"]) == 30
        sent = len(stage.sandbox.inbox)
        stage.turn_at(NOW + timedelta(minutes=15))
        assert len(stage.sandbox.inbox) == sent
