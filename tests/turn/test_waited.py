"""What a channel hears that was quiet, or away, for hours: what is true by then. Nothing is asked for that
was done, or can be done no more.
"""

from typing import Any

import pytest

from tests.stage import CLOSES, LATTE, LATTE_PERIOD, NOW, OPENS, RENEWS, H, M, Stage
from watcher.record.overrides import OverrideKind

HALTED = {"brakes.max_releases": 0, "schedule.poll": "1h"}


def quiet_boss(stage: Stage, quiet: str = "11:00-20:00", **options: Any) -> None:
    """Another notifier, whose acceptance no release waits for."""
    stage.configure(
        {
            "policies.standard.release.notice_to": ["ops"],
            "notifiers.boss.kind": "webhook",
            "notifiers.boss.url": f"{stage.url}/_sandbox/inbox",
            "notifiers.boss.quiet": [quiet],
            **{f"notifiers.boss.{name}": value for name, value in options.items()},
        }
    )


def told_to_boss(stage: Stage) -> list[dict[str, Any]]:
    return [
        event
        for digest in stage.sandbox.inbox
        if digest["id"].split(":")[1] == "boss"
        for event in digest["events"]
    ]


def commands(event: dict[str, Any]) -> str:
    return " ".join(event["commands"])


def test_an_approval_given_while_its_demand_waited_is_not_asked_for_again(stage: Stage) -> None:
    """Approved at 01:00, and at 04:00 the channel that had been quiet was told "$150.00 will not be saved
    unless the release is approved by 10:50", with the command.
    """
    quiet_boss(stage)
    stage.configure(HALTED)
    stage.turn()
    (asked,) = stage.told("release.announced")
    assert asked["text"].startswith("$150.00 will not be saved unless the release of @latte")
    stage.move_to(NOW + H)
    stage.say(OverrideKind.APPROVE, periods=(LATTE_PERIOD,), until=RENEWS)
    stage.turn_at(NOW + 9 * H)
    told = told_to_boss(stage)
    assert not [one for one in told if "is approved" in one["text"] or "approve" in commands(one)]
    (announced,) = [one for one in told if one["kind"] == "release.announced"]
    assert announced["text"].startswith(
        "@latte on tiktok is announced to be released in 15 h, Tue 19 May 12:00 UTC at the earliest, "
        "saving $150.00 due in 21 h, Tue 19 May 18:00 UTC; "
    )
    assert (
        "; maria approved releases past the limits, Mon 18 May 13:00 UTC: holiday campaign"
        in announced["text"]
    )
    lines = [line.text for line in stage.story(LATTE.id) if line.text.startswith("Told to boss")]
    assert len(lines) == len(told)
    assert not [line for line in lines if "is approved" in line], "history says what was told"


def test_what_the_same_turn_released_is_not_warned_of_in_it(stage: Stage) -> None:
    """A channel that was away was told in the turn that released it "will be released before that"."""
    quiet_boss(stage, "mon 11:00-24:00", events=["renewal.warning", "release.announced"])
    stage.configure({"policies.standard.warn": ["2d"]})
    stage.turn()
    stage.turn_at(OPENS)
    assert stage.released == [LATTE.id]
    assert told_to_boss(stage) == []
    notes = [line.text for line in stage.story(LATTE.id) if line.what == "message.stale"]
    assert len(notes) == 2
    assert all(note.startswith("Not told to boss any more, as it was released: ") for note in notes)


def test_nothing_is_asked_by_a_moment_that_has_passed(stage: Stage) -> None:
    """A channel that was away heard "unless it is approved by 16:50" at 17:30."""
    quiet_boss(stage, "mon-tue 00:00-17:30", events=["release.announced", "renewal.warning"])
    stage.configure(HALTED)
    stage.turn()
    stage.turn_at(OPENS)
    stage.turn_at(RENEWS - 30 * M)
    told = told_to_boss(stage)
    assert told
    for event in told:
        assert "unless" not in event["text"]
        assert "the last moment to let its release go, Tue 19 May 16:50 UTC has passed" in event["text"]
        assert event["commands"] == ["lease-watcher status"]


def test_what_is_held_is_not_announced_to_who_was_quiet_until_then(stage: Stage) -> None:
    quiet_boss(stage)
    stage.turn()
    stage.move_to(NOW + 9 * H)
    stage.say(OverrideKind.HOLD, account=LATTE.id)
    with stage.opened() as turns:
        assert turns.ledger.take_lock(stage.clock.now()) is None
        turns.tell_on()
    (told,) = told_to_boss(stage) or [None]
    assert told is None or told["kind"] == "renewal.warning"


@pytest.mark.parametrize("end", ["the window", "the renewal"])
def test_whoever_was_never_told_of_a_halt_that_lost_money_is_told_that_it_did(stage: Stage, end: str) -> None:
    """Its channel was away from the halt to its end, and it had asked for halts alone."""
    quiet_boss(stage, events=["brake.halted"])
    stage.configure(HALTED | {"notifiers.boss.url": f"{stage.url}/nowhere"})
    stage.turn()
    stage.turn_at(OPENS)
    stage.configure({"notifiers.boss.url": f"{stage.url}/_sandbox/inbox"})
    stage.turn_at(CLOSES + 5 * M if end == "the window" else RENEWS + H)
    stage.turn_at(RENEWS + 3 * H)
    (over,) = told_to_boss(stage)
    paid = "will be paid" if end == "the window" else "was paid"
    assert f": the halt of 1 release, which came too late: $150.00 {paid}" in over["text"]


def test_a_reminder_of_what_will_be_halted_names_what_is_to_be_decided(stage: Stage) -> None:
    """ "@latte is announced to be released in 20 h at the earliest", while nobody had approved it: not by
    when, for what sum and by which command that was to be done.
    """
    stage.configure(HALTED | {"notifiers.ops.repeat": "4h", "policies.standard.warn": []})
    stage.turn()
    first, *_ = stage.told("release.announced")
    stage.turn_at(NOW + 4 * H)
    *_, again = stage.told("release.announced")
    assert again["text"].startswith(
        "still open after 4 h: $150.00 will not be saved unless the release of @latte is approved by "
    )
    assert again["commands"] == first["commands"]
    assert len(again["commands"]) == 1
    assert again["facts"]["docket"] == first["facts"]["docket"]


@pytest.mark.parametrize("waits", ["release.announced", "renewal.warning"])
def test_a_halt_that_has_ended_by_itself_is_asked_about_no_more(stage: Stage, waits: str) -> None:
    """The limit was raised while a channel was quiet. In the morning it was told "$150.00 will not be saved
    unless the release is approved by 16:50", with the command, while nothing waited for anybody.
    """
    quiet_boss(stage, events=[waits])
    stage.configure(HALTED | {"policies.standard.warn": ["2d"]})
    stage.turn()
    stage.configure({"brakes.max_releases": 5})
    stage.turn_at(NOW + 9 * H)
    (told,) = told_to_boss(stage)
    assert "unless the release" not in told["text"]
    assert "halted" not in told["text"]
    assert not {"docket", "by", "brakes"} & told["facts"].keys()
    assert "approve" not in commands(told)
    if waits == "renewal.warning":
        assert "; will be released before that unless it is used or held" in told["text"]


@pytest.mark.parametrize("waits", ["release.announced", "renewal.warning"])
def test_a_release_that_will_be_halted_by_now_is_not_promised(stage: Stage, waits: str) -> None:
    """The limit was lowered while a channel was quiet. In the morning one digest said "will be released …
    saving $150.00" beside "$150.00 will not be saved unless the release is approved".
    """
    quiet_boss(stage, events=[waits])
    stage.configure({"schedule.poll": "1h", "policies.standard.warn": ["2d"]})
    stage.turn()
    stage.configure({"brakes.max_releases": 0})
    stage.turn_at(NOW + 9 * H)
    (told,) = told_to_boss(stage)
    assert "unless the release of @latte is approved by Tue 19 May 16:50 UTC" in told["text"] or (
        waits == "renewal.warning"
        and "so it will renew unless the release of @latte is approved by " in told["text"]
    )
    assert "will be released before" not in told["text"]
    assert told["facts"]["brakes"]
    assert f"lease-watcher approve {told['facts']['docket']}" in commands(told)


def test_a_withdrawal_is_told_before_the_new_announcement_of_its_account(stage: Stage) -> None:
    """The new announcement woke a channel in its quiet hours; in the morning it heard that "the announced
    release is withdrawn", of the one before.
    """
    quiet_boss(
        stage,
        "mon 12:30-20:00",
        wake_for="warning",
        events=["release.announced", "release.withdrawn"],
    )
    stage.turn()
    stage.configure({"policies.standard.release.lead": "5h"})
    stage.turn_at(NOW + H)
    kinds = ["release.announced", "release.withdrawn", "release.announced"]
    assert [one["kind"] for one in told_to_boss(stage)] == kinds
    stage.turn_at(NOW + 9 * H)
    assert [one["kind"] for one in told_to_boss(stage)] == kinds


PAUSE = {"pauses": [{"from": "2026-05-19T14:00:00Z", "until": "2026-05-21", "reason": "a campaign"}]}
NO_PAUSE: dict[str, Any] = {"pauses": []}


@pytest.mark.parametrize(("before", "since"), [(NO_PAUSE, PAUSE), (PAUSE, NO_PAUSE)], ids=["comes", "goes"])
def test_a_warning_of_what_is_far_off_knows_of_the_pauses_that_are_planned_by_now(
    stage: Stage, before: dict[str, Any], since: dict[str, Any]
) -> None:
    """Its announcement was more than a day off, so a warning that waited kept its words: "will be released
    before that", in a pause that had been configured meanwhile.
    """
    quiet_boss(stage, "mon 11:00-12:20", events=["renewal.warning"])
    far = {"release.notice": "1h", "release.lead": "3h", "warn": ["2d"]}
    stage.configure({f"policies.standard.{name}": value for name, value in far.items()} | before)
    stage.turn()
    stage.configure(since)
    stage.turn_at(NOW + 30 * M)
    (told,) = told_to_boss(stage)
    if since is PAUSE:
        assert "will be released before that" not in told["text"]
        assert (
            "its release will be halted, so it will renew unless the planned pause is ended in the "
            "configuration by "
        ) in told["text"]
        assert (told["facts"]["brakes"], told["facts"]["planned"]) == ("paused", True)
    else:
        assert "; will be released before that unless it is used or held" in told["text"]
        assert "brakes" not in told["facts"]


def test_a_warning_of_what_is_far_off_knows_of_a_pause_that_somebody_said_for_later(stage: Stage) -> None:
    """Only pauses that were on, or stood in the configuration, were looked at: it promised the release."""
    quiet_boss(stage, "mon 11:00-12:20", events=["renewal.warning"])
    far = {"release.notice": "1h", "release.lead": "3h", "warn": ["2d"]}
    stage.configure({f"policies.standard.{name}": value for name, value in far.items()})
    stage.turn()
    stage.say(OverrideKind.PAUSE, begins=NOW + 26 * H, until=RENEWS + 9 * H)
    stage.turn_at(NOW + 30 * M)
    (told,) = told_to_boss(stage)
    assert "will be released before that" not in told["text"]
    assert told["facts"]["brakes"] == "paused"


def test_whoever_never_heard_an_announcement_is_not_told_its_withdrawal_beside_the_new_one(
    stage: Stage,
) -> None:
    """Its channel had been away; a policy changed, and it was told that the release is withdrawn that the
    next line announced.
    """
    quiet_boss(stage, "mon 00:00-01:00", events=["release.announced", "release.withdrawn"])
    stage.configure({"notifiers.boss.url": f"{stage.url}/nowhere"})
    stage.turn()
    stage.configure({"notifiers.boss.url": f"{stage.url}/_sandbox/inbox"})
    stage.configure({"policies.standard.release.lead": "5h"})
    stage.turn_at(NOW + H)
    assert [one["kind"] for one in told_to_boss(stage)] == ["release.announced"]
    assert stage.told("release.withdrawn")


def test_what_waited_in_quiet_hours_names_the_moment_at_which_its_receipt_is_of_age(stage: Stage) -> None:
    """Announced at noon for the next noon, told at two: "at the earliest" was two hours before any release
    could come.
    """
    stage.configure({"notifiers.ops.quiet": ["11:00-14:00"], "policies.standard.warn": []})
    stage.turn()
    assert stage.told("release.announced") == []
    stage.turn_at(NOW + 2 * H)
    (told,) = stage.told("release.announced")
    assert "Tue 19 May 14:00 UTC at the earliest" in told["text"]
    assert told["facts"]["not_before"] == (NOW + 26 * H).isoformat()
    stage.turn_at(NOW + 26 * H - 5 * M)
    assert stage.released == []
    stage.turn_at(NOW + 26 * H + M)
    assert stage.released == [LATTE.id]
