"""Missed is what our side missed; what a person changed too late is too late for this renewal only."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.must_never.test_13_asked_releases import ask
from tests.stage import CLOSES, LATTE, NOW, OPENS, RENEWS, D, H, M, Stage, account, in_memory, published
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.record.outcomes import Cause
from watcher.record.overrides import OverrideKind
from watcher.sandbox import DropBefore, RateLimited, ServerError
from watcher.wiring.turn import Purpose

BOUND = CLOSES - 24 * H
"""From then on no announcement of `@latte` can come of age any more: it was due on 17 May at 12:00."""
BY_WORD = (
    "; to give it back all the same, before Tue 19 May 17:50 UTC: "
    "`lease-watcher release sa_latte --reason WHY`"
)
NO_WARNINGS = {"policies.standard.warn": []}
NOWHERE = "http://127.0.0.1:9/nobody-listens"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A ledger that is three days old when the default fleet's `@latte` is 30 hours from its renewal."""
    with in_memory(tmp_path, configuration=NO_WARNINGS, clock=FakeClock(NOW - 3 * D)) as stage:
        yield stage


NEXT_ONE = "; next chance: before the renewal of about Fri 19 Jun"


def told(stage: Stage) -> list[str]:
    """What was told of releases that can no longer be, whole."""
    return [
        f"{event['severity']}: {event['text']}"
        for event in stage.told()
        if event["kind"] in ("deadline.missed", "release.too_late", "renewal.paid")
    ]


def codes(stage: Stage, *turns: datetime) -> list[int]:
    return [int(exit_of(stage.turn_at(at))) for at in turns]


def until(stage: Stage, at: datetime) -> None:
    """A turn every six hours until then, and none at it."""
    stage.watch_until(at, every=6 * H)


# The first day


FIRST_DAY = [
    ("8 h, Mon 18 May 20:00 UTC", "Sat 16 May 14:00 UTC", "Thu 18 Jun", "Mon 18 May 19:50 UTC"),
    ("12 h, Tue 19 May 00:00 UTC", "Sat 16 May 18:00 UTC", "Fri 19 Jun", "Mon 18 May 23:50 UTC"),
    ("16 h, Tue 19 May 04:00 UTC", "Sat 16 May 22:00 UTC", "Fri 19 Jun", "Tue 19 May 03:50 UTC"),
    ("20 h, Tue 19 May 08:00 UTC", "Sun 17 May 02:00 UTC", "Fri 19 Jun", "Tue 19 May 07:50 UTC"),
]


def test_on_the_first_day_of_enforce_nothing_was_missed(tmp_path: Path) -> None:
    """Four criticals "was to be released but is not", exit 24 for up to 30 hours and in every audit, though
    nothing had ever been planned.
    """
    four = [account(f"due{number}", renews_in=(8 + 4 * number) * H) for number in range(4)]
    posts = [published(one, 40 * D) for one in four]
    limits = {"brakes.max_share": 1.0, "brakes.max_project_share": 1.0}
    with in_memory(tmp_path, *four, posts=posts, configuration=NO_WARNINGS | limits) as stage:
        assert exit_of(stage.turn(Purpose.AUDIT)) is Exit.DONE
        report = stage.turn()
        assert (exit_of(report), len(report.too_late), report.missed) == (Exit.DONE, 4, ())
        assert told(stage) == [
            f"info: @due{number} on tiktok is too late for this renewal: $150.00 will be paid in {renewal}; "
            f"watched only since Mon 18 May 12:00 UTC (now), and its announcement was due {due}; "
            f"next chance: before the renewal of about {next_one}; "
            f"to give it back all the same, before {closes}: "
            f"`lease-watcher release sa_due{number} --reason WHY`"
            for number, (renewal, due, next_one, closes) in enumerate(FIRST_DAY)
        ]

        assert codes(stage, *(NOW + hour * H for hour in range(1, 8))) == [0] * 7
        assert len(told(stage)) == 4
        assert exit_of(stage.turn(Purpose.AUDIT)) is Exit.DONE
        assert codes(stage, NOW + 8 * H + 10 * M) == [0]
        assert told(stage)[4:] == [
            "warning: $150.00 paid for @due0 on tiktok, not evidenced in use "
            "(first seen too late for this renewal); watched only since Mon 18 May 12:00 UTC"
            "; next chance: before the renewal of about Thu 18 Jun"
        ]


# What a person changed


def enforced(stage: Stage) -> None:
    stage.configure({"mode": "observe"})
    until(stage, BOUND)
    stage.configure({"mode": "enforce"})


def enrolled(stage: Stage) -> None:
    stage.configure({"projects.acme.enrolled": False})
    until(stage, BOUND)
    stage.configure({"projects.acme.enrolled": True})


def edited(stage: Stage) -> None:
    until(stage, BOUND)
    stage.configure({"policies.standard.release.idle_after": "20d"})


def never_before(stage: Stage) -> None:
    stage.configure({"policies.standard.release.when": "never"})
    until(stage, BOUND)
    stage.configure({"policies.standard.release.when": "idle"})


def held_until_then(stage: Stage) -> None:
    stage.turn()
    stage.say(OverrideKind.HOLD, account=LATTE.id, until=BOUND)
    until(stage, BOUND)


def unheld(stage: Stage) -> None:
    stage.turn()
    stage.say(OverrideKind.HOLD, account=LATTE.id)
    until(stage, BOUND - M)
    stage.say(OverrideKind.UNHOLD, account=LATTE.id)
    stage.move_to(BOUND)


def announced_then_held_for_an_hour(stage: Stage) -> None:
    until(stage, BOUND - H)
    stage.turn()
    stage.say(OverrideKind.HOLD, account=LATTE.id, until=BOUND)
    stage.move_to(BOUND)


def held_in_the_configuration(stage: Stage) -> None:
    hold = {"account": LATTE.id, "until": "forever", "reason": "flagship"}
    stage.configure({"holds": [hold]})
    until(stage, BOUND)
    stage.configure({"holds": []})


CHANGES: list[tuple[Callable[[Stage], None], str, str]] = [
    (enforced, "in enforce mode only since Mon 18 May 17:50 UTC (now)", "enforced"),
    (enrolled, "enrolled only since Mon 18 May 17:50 UTC (now)", "enrolled"),
    (edited, "under its present policy only since Mon 18 May 17:50 UTC (now)", "its policy changed"),
    (never_before, "under its present policy only since Mon 18 May 17:50 UTC (now)", "its policy changed"),
    (held_until_then, "held until Mon 18 May 17:50 UTC (now)", "its hold ended"),
    (unheld, "held until Mon 18 May 17:49 UTC (1 min ago)", "its hold ended"),
    (announced_then_held_for_an_hour, "held until Mon 18 May 17:50 UTC (now)", "its hold ended"),
    (held_in_the_configuration, "held until Mon 18 May 17:50 UTC (now)", "its hold ended"),
]


@pytest.mark.parametrize(("change", "why", "what"), CHANGES, ids=lambda value: getattr(value, "__name__", ""))
def test_what_a_person_changed_too_late_is_told_once_and_nothing_is_wrong(
    stage: Stage, change: Callable[[Stage], None], why: str, what: str
) -> None:
    """Its renewal was told as "watched or changed too late", whichever it was, and not by what."""
    change(stage)
    assert stage.clock.now() == BOUND
    assert exit_of(stage.turn(Purpose.AUDIT)) is Exit.DONE
    assert codes(stage, BOUND, BOUND + 15 * M, OPENS, CLOSES, RENEWS - M) == [0] * 5
    assert told(stage) == [
        "info: @latte on tiktok is too late for this renewal: $150.00 will be paid in 1 d, Tue 19 May 18:00 "
        f"UTC; {why}, and its announcement was due Sun 17 May 12:00 UTC; "
        "next chance: before the renewal of about Fri 19 Jun"
        f"{BY_WORD}"
    ]
    assert codes(stage, RENEWS + M, RENEWS + 16 * M) == [0, 0]
    assert told(stage)[1:] == [
        "warning: $150.00 paid for @latte on tiktok, not evidenced in use "
        f"({what} too late for this renewal); {why.partition(' (')[0]}{NEXT_ONE}"
    ]
    assert stage.deletes == 0


@pytest.mark.parametrize("change", [change for change, *_ in CHANGES], ids=lambda change: change.__name__)
def test_a_quarter_of_an_hour_before_it_was_in_time(
    stage: Stage, change: Callable[[Stage], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "BOUND", BOUND - 15 * M)
    change(stage)
    stage.turn()
    assert told(stage) == []
    stage.watch_until(CLOSES - 10 * M, every=6 * H)
    stage.turn()
    assert (stage.released, told(stage)) == ([LATTE.id], [])


def test_what_was_planned_and_then_held_is_neither_missed_nor_late(stage: Stage) -> None:
    until(stage, OPENS - H)
    stage.say(OverrideKind.HOLD, account=LATTE.id, until=RENEWS + H)
    assert codes(stage, OPENS - H, OPENS, CLOSES, RENEWS + M) == [0] * 4
    assert told(stage) == [
        "warning: $150.00 paid for @latte on tiktok, not evidenced in use (held by maria); "
        "held since Tue 19 May 11:00 UTC, until Tue 19 May 19:00 UTC: holiday campaign"
    ]


def test_nor_if_nobody_looked_after_it_was_held(stage: Stage) -> None:
    until(stage, OPENS - H)
    stage.say(OverrideKind.HOLD, account=LATTE.id, until=RENEWS + H)
    assert codes(stage, RENEWS + M) == [0]
    assert stage.told("deadline.missed") == []


def test_with_the_window_closing_during_a_turn_a_change_is_still_no_miss(stage: Stage) -> None:
    """The attempt itself came too late: the exit code asked nobody whose doing that was."""
    stage.configure({"policies.standard.release.notice": "0s", "projects.acme.enrolled": False})
    until(stage, CLOSES - M)
    stage.configure({"projects.acme.enrolled": True})
    report = stage.turn(before_acting=lambda: stage.clock.advance(2 * M))
    assert (len(report.attempts), exit_of(report)) == (1, Exit.DONE)
    assert codes(stage, CLOSES + 2 * M) == [0]
    assert [event["kind"] for event in stage.told() if event["account"] == LATTE.id] == ["release.too_late"]


@pytest.mark.parametrize("brake", [False, True], ids=["the API is away", "a brake is on"])
def test_a_word_that_came_to_nothing_leaves_it_told_and_nobody_s_failure(stage: Stage, brake: bool) -> None:
    """Whoever gave it back by a word all the same, as the message advised, and met an API that was away, had
    a planned release missed a quarter of an hour later: critical, exit 24, told a second time.
    """
    enforced(stage)
    assert codes(stage, BOUND) == [0]
    stage.move_to(BOUND + M)
    if brake:
        stage.say(OverrideKind.PAUSE)
    asked = ask(stage, LATTE)
    stage.turn(before_acting=lambda: stage.fault(ServerError(method="GET", path="leased")))
    stage.sandbox.clear_faults()
    stage.say(OverrideKind.RESUME)
    answer = stage.fleet().overrides.answer_to(asked)
    assert answer is not None
    assert answer.exit is (Exit.BRAKED if brake else Exit.UNREADABLE)
    assert codes(stage, BOUND + 15 * M, OPENS, CLOSES, RENEWS - M) == [0] * 4
    assert [one[:5] for one in told(stage)] == ["info:"]
    assert stage.deletes == 0


# What our side missed


def down_over_the_window(stage: Stage) -> datetime:
    until(stage, OPENS - H)
    return CLOSES


def down_over_the_announcement(stage: Stage) -> datetime:
    stage.turn()
    return BOUND


def api_down(stage: Stage) -> datetime:
    until(stage, OPENS - H)
    stage.turn()
    stage.fault(DropBefore(path="^/v1/"))
    until(stage, CLOSES)
    stage.sandbox.clear_faults()
    return CLOSES


def project_unreadable(stage: Stage) -> datetime:
    until(stage, NOW - 30 * H)
    stage.fault(ServerError(path="leased-accounts"))
    until(stage, BOUND)
    stage.sandbox.clear_faults()
    return BOUND


def channel_silent(stage: Stage) -> datetime:
    inbox = stage.configuration["notifiers.ops.url"]
    stage.configure({"notifiers.ops.url": NOWHERE})
    until(stage, BOUND)
    stage.configure({"notifiers.ops.url": inbox})
    return BOUND


def paused(stage: Stage) -> datetime:
    until(stage, OPENS - H)
    stage.say(OverrideKind.PAUSE)
    until(stage, CLOSES)
    return CLOSES


def limited(stage: Stage) -> datetime:
    stage.configure({"brakes.max_releases": 0})
    until(stage, CLOSES)
    return CLOSES


def test_what_came_too_late_and_can_be_announced_again_is_released(stage: Stage) -> None:
    """Enrolled too late, it was told as such, and then the notice was shortened to an hour. Its announcement
    was put aside, "as the release is told to come too late": no receipt came, and $150.00 were paid.
    """
    enrolled(stage)
    stage.turn()
    assert [event["kind"] for event in stage.told()] == ["release.too_late"]
    stage.configure({"policies.standard.release.notice": "1h"})
    codes(stage, OPENS + M, OPENS + 2 * H)
    assert stage.released == [LATTE.id]


SOON = "$150.00 will be paid in 10 min, Tue 19 May 18:00 UTC"
TOMORROW = f"$150.00 will be paid in 1 d, Tue 19 May 18:00 UTC{BY_WORD}"
LATE = "it could no longer be announced in time"
LAST = "Tue 19 May 17:35 UTC"
"""A turn must follow a word before the window closes, and one begins every quarter of an hour."""

MISSES: list[tuple[Callable[[Stage], datetime], str, str, str]] = [
    (down_over_the_window, SOON, "watcher not running", ""),
    (down_over_the_announcement, TOMORROW, "watcher not running", LATE),
    (api_down, SOON, "API unreadable", "unreadable since Tue 19 May 11:00 UTC"),
    (project_unreadable, TOMORROW, "API unreadable", f"unreadable since Sun 17 May 06:00 UTC; {LATE}"),
    (channel_silent, TOMORROW, "announcement not accepted by ops", ""),
    (
        paused,
        SOON,
        "halted: paused by maria: holiday campaign",
        f"not lifted by {LAST}",
    ),
    (
        limited,
        SOON,
        "halted: too many releases",
        f"1 release, limit 0; nobody approved by {LAST}",
    ),
]


@pytest.mark.parametrize(
    ("story", "fate", "cause", "more"), MISSES, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_our_side_missed_is_told_once_with_its_cause_and_its_price(
    stage: Stage, story: Callable[[Stage], datetime], fate: str, cause: str, more: str
) -> None:
    """Of one release people read "missed: watcher not running" and an hour later "paid: notice late"; of one
    that a brake had stopped, twice "stopped by a brake", and neither by which nor that nobody had approved.
    What no channel had accepted was "announcement not accepted" when missed, and "notice late" when paid.
    """
    at = story(stage)
    stage.move_to(at)
    assert exit_of(stage.turn(Purpose.AUDIT)) is Exit.MISSED
    assert codes(stage, at, RENEWS - 5 * M) == [24, 0]
    text = f"critical: @latte on tiktok was to be released but will not be ({cause}): {fate}"
    paid = f"warning: $150.00 paid for @latte on tiktok, not evidenced in use ({cause})"
    further = f"; {more}" if more else ""
    first = text.replace(BY_WORD, "") + further + (BY_WORD if BY_WORD in text else "")
    assert told(stage) == [first]
    assert codes(stage, RENEWS + M, RENEWS + 16 * M) == [0, 0]
    assert told(stage) == [first, paid + further + NEXT_ONE]


def test_by_which_moment_a_word_was_asked_for_nobody_had_said_it(stage: Stage) -> None:
    """People were told "unless the release is approved by 17:35", and afterwards "nobody approved by 17:50":
    who approved at 17:40, as that said there was time, was too late.
    """
    limited(stage)
    (asked,) = {event["text"] for event in stage.told("brake.halted")}
    codes(stage, CLOSES)
    (missed,) = [event["text"] for event in stage.told("deadline.missed")]
    assert f"unless the release of @latte is approved by {LAST}" in asked
    assert f"nobody approved by {LAST}" in missed


def down_until_it_was_paid(stage: Stage) -> None:
    until(stage, OPENS - H)
    stage.move_to(RENEWS + M)


def api_down_until_it_was_paid(stage: Stage) -> None:
    until(stage, OPENS - H)
    stage.fault(DropBefore(path="^/v1/"))
    stage.watch_until(RENEWS + M, every=2 * H)
    stage.sandbox.clear_faults()


def down_before_it_was_announced(stage: Stage) -> None:
    stage.configure({"policies.standard.warn": ["4d"]})
    until(stage, NOW - 25 * H)
    stage.turn()
    stage.move_to(RENEWS + M)


@pytest.mark.parametrize(
    ("story", "cause", "more"),
    [
        (down_until_it_was_paid, "watcher not running", ""),
        (down_before_it_was_announced, "watcher not running", ""),
        (api_down_until_it_was_paid, "API unreadable", "; unreadable since Tue 19 May 11:00 UTC"),
    ],
)
def test_found_after_its_renewal_it_is_told_beside_what_was_paid(
    stage: Stage, story: Callable[[Stage], None], cause: str, more: str
) -> None:
    """Four warnings "paid" were all that was told of four announced releases that nobody carried out."""
    story(stage)
    assert codes(stage, RENEWS + M, RENEWS + 16 * M) == [24, 0]
    assert sorted(told(stage)) == [
        f"critical: @latte on tiktok was to be released but was not ({cause}): "
        f"$150.00 was paid 1 min ago, Tue 19 May 18:00 UTC{more}",
        f"warning: $150.00 paid for @latte on tiktok, not evidenced in use ({cause}){more}{NEXT_ONE}",
    ]


def test_what_turns_in_its_window_could_not_send_is_no_absence_of_the_watcher(stage: Stage) -> None:
    """Four turns came in its window, and each was answered 429: "watcher not running" was told of what was
    paid, by messages, the history and the savings alike.
    """
    until(stage, OPENS - H)
    stage.fault(RateLimited(method="DELETE"))
    assert codes(stage, OPENS, CLOSES - 15 * M) == [75, 75]
    stage.sandbox.clear_faults()
    assert codes(stage, RENEWS + M, RENEWS + 16 * M) == [24, 0]
    assert [one["facts"]["cause"] for one in stage.told("renewal.paid")] == [Cause.REFUSED]
    why = "its release was not sent"
    assert sorted(told(stage)) == [
        f"critical: @latte on tiktok was to be released but was not ({why}): "
        "$150.00 was paid 1 min ago, Tue 19 May 18:00 UTC; 429: over the rate limit",
        f"warning: $150.00 paid for @latte on tiktok, not evidenced in use ({why}); "
        f"429: over the rate limit{NEXT_ONE}",
    ]


def test_of_one_that_was_never_to_be_released_only_what_was_paid_is_told(stage: Stage) -> None:
    stage.configure({"projects.acme.enrolled": False})
    down_until_it_was_paid(stage)
    assert codes(stage, RENEWS + M) == [0]
    assert told(stage) == ["warning: $150.00 paid for @latte on tiktok, not evidenced in use (not enrolled)"]


def test_nor_of_one_that_nobody_looked_at_in_its_lease_period(stage: Stage) -> None:
    """Whether it was unused then, so that anything was wanted, nobody knows."""
    stage.turn()
    assert codes(stage, RENEWS + M) == [0]
    assert told(stage) == [
        f"warning: $150.00 paid for @latte on tiktok, not evidenced in use (watcher not running){NEXT_ONE}"
    ]


def test_in_time_by_a_tick_is_in_time(stage: Stage) -> None:
    """Enrolled when its announcement was due, with a channel that then accepted nothing."""
    stage.configure({"projects.acme.enrolled": False, "notifiers.ops.url": NOWHERE})
    until(stage, NOW - 24 * H)
    stage.configure({"projects.acme.enrolled": True})
    until(stage, BOUND)
    assert exit_of(stage.turn()) is Exit.MISSED
