"""Never lose or repeat a message silently."""

from collections import Counter
from pathlib import Path

import pytest

from tests.stage import ACME, DAILY, LATTE, NOW, RENEWS, D, H, M, S, Stage, account, published, staged
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.sandbox import ServerError

pytestmark = pytest.mark.disk


class Died(BaseException):
    """The process is gone: nothing of ours catches this."""


DOWN = "http://127.0.0.1:9/nobody-listens"


def warned(stage: Stage, handle: str) -> list[str]:
    """The rungs told of an account, in seconds before its renewal, as they came."""
    events = [event for event in stage.told("renewal.warning") if event["handle"] == handle]
    return [event["key"].rpartition(":")[2] for event in events]


WEEK, THREE_DAYS, DAY = (str(int((days * D).total_seconds())) for days in (7, 3, 1))


def test_each_rung_is_told_once_however_many_turns_see_it(stage: Stage) -> None:
    stage.watch_until(NOW + 12 * D, every=6 * H)
    assert warned(stage, "daily") == [WEEK, THREE_DAYS, DAY]


@pytest.mark.parametrize(
    ("at", "told"),
    [(12 * D - 7 * D - S, []), (12 * D - 7 * D, [WEEK]), (12 * D - 7 * D + S, [WEEK])],
    ids=["a second before the rung", "at the rung", "a second after"],
)
def test_a_rung_is_told_from_its_instant_on(stage: Stage, at: object, told: list[str]) -> None:
    stage.turn_at(NOW + at)  # type: ignore[operator]
    assert warned(stage, "daily") == told


def test_after_downtime_only_the_tightest_rung_goes_out(stage: Stage) -> None:
    """Late is better than never, and three warnings at once are worse than one."""
    stage.turn()
    stage.turn_at(NOW + 12 * D - 2 * D)
    assert warned(stage, "daily") == [THREE_DAYS]
    stage.turn_at(NOW + 12 * D - D)
    assert warned(stage, "daily") == [THREE_DAYS, DAY]


def test_the_next_lease_period_has_rungs_of_its_own(stage: Stage) -> None:
    stage.watch_until(NOW + 12 * D + 31 * D, every=D)
    assert warned(stage, "daily") == [WEEK, THREE_DAYS, DAY] * 2


def test_each_channel_is_remembered_for_itself(stage: Stage) -> None:
    stage.configure({"notifiers.boss.kind": "webhook", "notifiers.boss.url": DOWN})
    report = stage.turn()
    # The announcement, and the warning that was due with it.
    assert (report.undelivered, exit_of(report)) == (2, Exit.UNDELIVERED)
    stage.configure({"notifiers.boss.url": f"{stage.url}/_sandbox/inbox"})
    assert exit_of(stage.turn_at(NOW + 15 * M)) is Exit.DONE
    stage.turn_at(NOW + 30 * M)
    announced = [
        digest["id"].split(":")[1]
        for digest in stage.sandbox.inbox
        for event in digest["events"]
        if event["kind"] == "release.announced"
    ]
    assert announced == ["ops", "boss"]


def test_a_failure_is_retried_every_turn_until_it_is_accepted(stage: Stage) -> None:
    stage.configure({"notifiers.ops.url": DOWN})
    for quarter in range(3):
        assert exit_of(stage.turn_at(NOW + quarter * 15 * M)) is Exit.UNDELIVERED
    stage.configure({"notifiers.ops.url": f"{stage.url}/_sandbox/inbox"})
    assert exit_of(stage.turn_at(NOW + H)) is Exit.DONE
    assert [event["handle"] for event in stage.told("release.announced")] == ["latte"]


def test_what_waited_past_its_renewal_is_told_as_what_became_of_it(stage: Stage) -> None:
    """A warning of what has happened and an announcement of what never came would only mislead. That no
    receipt could come in time any more was critical, and is told late rather than never, with its age.
    """
    stage.configure({"notifiers.ops.url": DOWN, "policies.standard.release.notice": "6h"})
    stage.watch_until(RENEWS + H)
    stage.configure({"notifiers.ops.url": f"{stage.url}/_sandbox/inbox"})
    stage.turn()
    told = [event for event in stage.told() if event["handle"] == "latte"]
    assert Counter(event["kind"] for event in told) == {"deadline.missed": 1, "renewal.paid": 1}
    (missed,) = [event["text"] for event in told if event["kind"] == "deadline.missed"]
    assert missed.endswith("(written 7 h ago)")


def test_a_message_accepted_but_not_noted_is_sent_again(stage: Stage) -> None:
    """The process died right after sending: twice is better than never."""

    stage.configure({"projects.acme.enrolled": False})
    stage.turn()
    stage.configure({"projects.acme.enrolled": True})
    stage.move_to(NOW + 15 * M)
    with stage.opened() as turns:

        def dies(*_: object, **__: object) -> None:
            raise Died

        turns.ledger.end_delivery = dies  # type: ignore[method-assign]
        with pytest.raises(Died):
            turns.run()
    stage.turn_at(NOW + 30 * M)
    assert [event["handle"] for event in stage.told("release.announced")] == ["latte", "latte"]
    assert len({event["key"] for event in stage.told("release.announced")}) == 1
    assert len({digest["id"] for digest in stage.sandbox.inbox[-2:]}) == 1, "a receiver can tell a repetition"


def test_a_channel_that_refuses_everything_loses_nothing(stage: Stage) -> None:
    """Someone mistyped the address: what was to be told arrives once it is right."""
    stage.configure({"notifiers.ops.url": f"{stage.url}/_sandbox/nowhere", "policies.standard.warn": []})
    for quarter in range(3):
        report = stage.turn_at(NOW + quarter * 15 * M)
        assert (report.undelivered, exit_of(report)) == (1, Exit.UNDELIVERED)
    stage.configure({"notifiers.ops.url": f"{stage.url}/_sandbox/inbox"})
    assert exit_of(stage.turn_at(NOW + H)) is Exit.DONE
    assert [event["handle"] for event in stage.told("release.announced")] == ["latte"]


def test_a_week_of_trying_ends_in_a_visible_dead_letter_that_another_channel_hears_of(stage: Stage) -> None:
    stage.configure({"notifiers.boss.kind": "webhook", "notifiers.boss.url": DOWN})
    stage.configure({"notifiers.boss.events": ["lease.new", "price.changed"]})
    stage.turn()
    stage.change(DAILY, price_cents=16_000)
    stage.turn_at(NOW + D)
    assert [event["kind"] for event in stage.told() if event["kind"] == "delivery.failed"] == []
    stage.turn_at(NOW + D + 2 * H)
    (failing,) = stage.told("delivery.failed")
    assert failing["text"].startswith(
        "boss has not accepted its messages since Tue 19 May 12:00 UTC: http://127.0.0.1:9"
    )
    report = stage.turn_at(NOW + 8 * D + 1 * H)
    assert exit_of(report) is Exit.UNDELIVERED
    assert "message.given_up" in stage.history(DAILY.id)
    assert stage.told("delivery.failed")[-1]["text"].startswith("1 message to boss was given up")


def test_what_is_announced_is_queued_in_the_transaction_of_its_notice(stage: Stage) -> None:
    """A process killed before it tells leaves the message waiting, not lost."""

    class Dying:
        name, counts, most = "ops", True, 1_000

        def deliver(self, digest: object) -> object:
            raise Died

    stage.configure({"projects.acme.enrolled": False})
    stage.turn()
    stage.configure({"projects.acme.enrolled": True})
    stage.move_to(NOW + 15 * M)
    with stage.opened() as turns:
        turns.courier.notifiers = (Dying(),)  # type: ignore[assignment]
        with pytest.raises(Died):
            turns.run()
    stage.turn_at(NOW + 30 * M)
    assert [event["handle"] for event in stage.told("release.announced")] == ["latte"]


def test_a_turn_without_the_api_tells_what_needs_no_clock(stage: Stage) -> None:
    stage.configure({"notifiers.ops.url": DOWN})
    stage.turn()
    stage.configure({"notifiers.ops.url": f"{stage.url}/_sandbox/inbox"})
    stage.fault(ServerError(path="^/v1/"))
    stage.change(DAILY, price_cents=16_000)
    assert exit_of(stage.turn_at(NOW + 15 * M)) is Exit.UNREADABLE
    # Without the API the time is not known, and the moment at which an announcement is accepted matters.
    assert [event["kind"] for event in stage.told()] == ["renewal.warning", "project.unreadable"]
    stage.sandbox.clear_faults()
    stage.turn_at(NOW + 30 * M)
    assert "release.announced" in [event["kind"] for event in stage.told()]


def test_an_event_several_turns_see_is_told_once(tmp_path: Path) -> None:
    odd = account("odd", renews_in=20 * D)
    with staged(tmp_path, LATTE, DAILY, odd, posts=[published(LATTE, 40 * D)]) as stage:
        stage.turn()
        stage.change(odd, price_cents=16_000)
        for quarter in range(3):
            stage.turn_at(NOW + (quarter + 1) * 15 * M)
        assert [event["kind"] for event in stage.told() if event["handle"] == "odd"] == ["price.changed"]
        assert all(event["project"] == ACME for event in stage.told())
