"""The month before is summed up once, by the first turn that can."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.builders import D, H, account
from tests.core.test_savings import KNOWN, paid
from tests.core.world import background, orders
from watcher.decide.fleet import FleetFacts
from watcher.decide.gathered import Gathered
from watcher.decide.month_before import month_due
from watcher.decide.report import Totals
from watcher.decide.unmatched import Words
from watcher.memory.remembered import FleetMemory, TurnKind, TurnRecord
from watcher.memory.savings import Books, savings_of
from watcher.memory.savings_messages import month_event
from watcher.messages.clauses import to_type, why
from watcher.messages.events import Event, EventKind
from watcher.messages.money_facts import SavingsFacts
from watcher.record.outcomes import Cause, UseThen
from watcher.record.overrides import NOTHING_SAID, Override, OverrideKind, Overrides
from watcher.record.past_releases import PastRelease
from watcher.record.reasons import Trouble
from watcher.rules.plan import Mode

TICK = timedelta(microseconds=1)
TOKYO = ZoneInfo("Asia/Tokyo")
APRIL, MAY, JUNE = (datetime(2026, number, 1, tzinfo=UTC) for number in (4, 5, 6))


def turn(at: datetime, kind: TurnKind = TurnKind.FULL) -> TurnRecord:
    return TurnRecord(id="t", kind=kind, mode=Mode.ENFORCE, started_at=at, unbroken_since=at, completed=True)


def due(
    now: datetime = MAY + H,
    *,
    last: datetime | None = MAY - H,
    said: Overrides = NOTHING_SAID,
    kind: TurnKind = TurnKind.FULL,
    projects: int = 1,
    skew: timedelta | None = timedelta(),
    zone: Any = UTC,
    **facts: Any,
) -> tuple[datetime, datetime] | None:
    memory = FleetMemory(
        ledger_since=APRIL - 99 * D, last_proved=None if last is None else turn(last), overrides=said
    )
    one = background(memory=memory, record=turn(now, kind), by=replace(orders(), zone=zone), skew=skew)
    gathered = Gathered(
        now=now, keep=lambda _: True, words=Words(NOTHING_SAID, now), totals=Totals(projects=projects)
    )
    found = month_due(gathered, FleetFacts(**{"listings": {}, "focus": None, **facts}), one)
    if found is None:
        return None
    assert found == Books(since=found.since, until=found.until, owners={}, zone=zone, now=now)
    return found.since, found.until


@pytest.mark.parametrize(
    ("now", "last", "month"),
    [
        (MAY, MAY - TICK, (APRIL, MAY)),
        (MAY - TICK, MAY - H, None),
        (MAY + 3 * D, MAY - H, (APRIL, MAY)),
        (MAY + H, MAY, None),
        (JUNE, APRIL, (MAY, JUNE)),
        (MAY, None, None),
    ],
)
def test_the_first_turn_of_a_month_sums_up_the_one_before(
    now: datetime, last: datetime | None, month: tuple[datetime, datetime] | None
) -> None:
    assert due(now, last=last) == month


def test_a_month_begins_by_the_clock_on_the_wall() -> None:
    there = MAY - 9 * H
    assert due(there, last=there - TICK, zone=TOKYO) == (APRIL - 9 * H, there)
    assert due(there - TICK, last=there - H, zone=TOKYO) is None


def test_a_month_in_which_the_clocks_are_changed_is_whole() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert due(APRIL, last=APRIL - D, zone=berlin) == (
        datetime(2026, 3, 1, tzinfo=berlin).astimezone(UTC),
        datetime(2026, 4, 1, tzinfo=berlin).astimezone(UTC),
    )


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"kind": TurnKind.FOCUSED}, id="a focused turn"),
        pytest.param({"projects": 0}, id="nothing could be read"),
        pytest.param({"skew": None}, id="nobody knows how late it is"),
        pytest.param({"trouble": Trouble.KEY_REFUSED}, id="the key is refused"),
        pytest.param({"stopped": True}, id="it was told to stop"),
    ],
)
def test_a_turn_that_may_lack_something_leaves_it_to_the_next(how: dict[str, Any]) -> None:
    assert due(**how) is None


@pytest.mark.parametrize(("at", "told"), [(APRIL - TICK, True), (APRIL, False), (MAY, False)])
def test_of_a_ledger_that_was_put_back_since_no_sums_are_told(at: datetime, told: bool) -> None:
    word = Override(kind=OverrideKind.RESTORED, at=at, by="jo", why="disk")
    assert (due(said=Overrides(said=(word,))) is not None) is told


# What is told

BOOKS = Books(since=APRIL, until=MAY, zone=UTC, now=MAY + H)


def released(day: int, **facts: Any) -> PastRelease:
    renews_at = datetime(2026, 4, day, tzinfo=UTC)
    one = replace(account("latte", price_cents=15_000), renews_at=renews_at, **facts)
    return PastRelease(account=one, sent_at=renews_at - 6 * H)


def in_april(number: int, **facts: Any) -> Any:
    return paid(datetime(2026, 4, 2 + number, tzinfo=UTC), **facts)


def told(*releases: PastRelease, unread: int = 0, memory: FleetMemory = KNOWN, **more: Any) -> Event | None:
    return month_event(savings_of(releases, more.get("paid", ()), memory, BOOKS), BOOKS, unread=unread)


COMMAND = to_type("lease-watcher savings --since 2026-04-01 --until 2026-04-30", after=" has all of it")


def test_it_says_what_was_saved_and_what_was_not() -> None:
    event = told(
        released(10),
        PastRelease(account=replace(account(price_cents=9_900), renews_at=MAY), sent_at=MAY - H),
        replace(released(20), account=replace(released(20).account, renews_at=APRIL - D)),
        paid=[
            *(in_april(number, title=f"halted: {number}", cents=1_000 + number) for number in range(5)),
            in_april(7, use=UseThen.UNKNOWN, cents=700),
        ],
        memory=FleetMemory(ledger_since=APRIL + D),
        unread=2,
    )
    assert event == Event(
        kind=EventKind.SAVINGS_MONTH,
        key="savings.month:2026-04",
        at=MAY + H,
        what="1 release saved $150.00 in Apr 2026",
        clauses=(
            why("$150.00 more by 1 later renewal that releases avoided, extrapolated"),
            why("$99.00 to be saved by 1 release whose renewal comes after that month"),
            why("$1.21 of paid days given up for it"),
            why(
                "$50.10 paid for nothing in 5 renewals: $10.04 halted: 4, $10.03 halted: 3, "
                "$10.02 halted: 2, $20.01 for 2 other reasons"
            ),
            why("$7.00 paid in 1 renewal of accounts that are not known to have been unused"),
            why("only since Thu 2 Apr 00:00 UTC, as the ledger remembers nothing before"),
            why("without what renewed last in 2 projects that could not be read"),
            COMMAND,
        ),
        cents=15_000,
        facts=SavingsFacts(
            month="2026-04",
            saved_cents=15_000,
            later_cents=15_000,
            not_yet_cents=9_900,
            for_nothing_cents=5_010,
            paid_else_cents=700,
            given_up_cents=121,
            known_since=APRIL + D,
        ),
    )


def test_of_a_month_without_a_release_it_says_what_was_paid() -> None:
    event = told(paid=[in_april(0, cause=Cause.OBSERVING)])
    assert event is not None
    assert (event.what, event.clauses) == (
        "no renewal came in Apr 2026 that a release had avoided",
        (why("$99.00 paid for nothing in 1 renewal: $99.00 observe mode"), COMMAND),
    )


def test_of_a_month_in_which_nothing_happened_nothing_is_told() -> None:
    assert told() is None


def test_a_release_is_of_no_month_in_which_it_was_not_sent() -> None:
    """Sent on the last of March, of a renewal on the first of May, it was one "of that month" in April."""
    event = told(PastRelease(account=replace(account(), renews_at=MAY), sent_at=APRIL - H))
    assert event is not None
    assert "of that month" not in event.text


def test_a_release_whose_renewal_is_to_come_is_something() -> None:
    event = told(PastRelease(account=replace(account(), renews_at=MAY + H), sent_at=MAY - H))
    assert event is not None
    assert event.clauses == (
        why("$150.00 to be saved by 1 release whose renewal comes after that month"),
        COMMAND,
    )
