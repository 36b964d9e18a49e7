"""What a month came to is told once, with the first full turn of the next one."""

from datetime import UTC, datetime

from tests.stage import BETA, OPENS, H, M, Stage
from watcher.sandbox.faults import ServerError
from watcher.wiring.turn import Purpose

JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
SAVED = (
    "1 release saved $150.00 in May 2026; $1.25 of paid days given up for it; only since Mon 18 May 12:00 "
    "UTC, as the ledger remembers nothing before; `lease-watcher savings --since 2026-05-01 --until "
    "2026-05-31` has all of it"
)


def texts(stage: Stage) -> list[str]:
    return [event["text"] for event in stage.told("savings.month")]


def until_june(stage: Stage) -> None:
    """`@latte` is released; the last turn of the month is its last hours'."""
    stage.turn()
    stage.turn_at(OPENS)
    stage.watch_until(JUNE - H)
    stage.turn()
    assert stage.released == ["sa_latte"]


def test_the_first_turn_of_a_month_tells_what_the_last_came_to(stage: Stage) -> None:
    until_june(stage)
    assert texts(stage) == []
    report = stage.turn_at(JUNE)
    assert texts(stage) == [SAVED]
    assert [event.text for event in report.events if event.kind == "savings.month"] == [SAVED]
    (event,) = stage.told("savings.month")
    assert event["facts"] == {
        "month": "2026-05",
        "saved_cents": 15_000,
        "later_cents": 0,
        "not_yet_cents": 0,
        "for_nothing_cents": 0,
        "paid_else_cents": 0,
        "given_up_cents": 125,
        "known_since": "2026-05-18T12:00:00+00:00",
    }
    for later in (M, H, 20 * H):
        stage.turn_at(JUNE + later)
    assert texts(stage) == [SAVED]


def test_a_look_tells_nothing_and_takes_nothing_away(stage: Stage) -> None:
    until_june(stage)
    stage.move_to(JUNE + M)
    for purpose in (Purpose.AUDIT, Purpose.DRY_RUN):
        assert all(event.kind != "savings.month" for event in stage.turn(purpose).events)
    assert texts(stage) == []
    stage.turn_at(JUNE + H)
    assert texts(stage) == [SAVED]


def test_a_turn_that_reads_nothing_leaves_it_to_the_next(stage: Stage) -> None:
    until_june(stage)
    stage.fault(ServerError(status=503, code="UNAVAILABLE"))
    stage.turn_at(JUNE)
    stage.sandbox.clear_faults()
    assert texts(stage) == []
    stage.turn_at(JUNE + H)
    assert texts(stage) == [SAVED]


def test_a_turn_that_cannot_read_everything_says_so(stage: Stage) -> None:
    stage.configure({"projects.beta.id": BETA})
    until_june(stage)
    stage.fault(ServerError(path=BETA, status=503, code="UNAVAILABLE"))
    stage.turn_at(JUNE)
    (text,) = texts(stage)
    assert "; without what renewed last in 1 project that could not be read; " in text


def test_a_month_that_nobody_watched_is_told_after_it_and_no_other(stage: Stage) -> None:
    """`@latte` would have renewed on 19 June, too; `@grind` and `@daily` renewed while nobody looked."""
    until_june(stage)
    stage.turn_at(JULY + 3 * H)
    (text,) = texts(stage)
    assert text.startswith(
        "no renewal came in Jun 2026 that a release had avoided; $150.00 more by 1 later renewal that "
        "releases avoided, extrapolated; "
    )
    assert "$300.00 paid for nothing in 2 renewals: $300.00 watcher not running; " in text


def test_it_is_told_to_who_asks_for_it(stage: Stage) -> None:
    stage.configure({"notifiers.ops.events": ["release.*"]})
    until_june(stage)
    stage.turn_at(JUNE)
    assert texts(stage) == []
