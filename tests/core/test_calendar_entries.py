"""What stands in a calendar: when, under which identity, as of when; and what is said of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.builders import NOW, D, H, account
from watcher.decide.calendar_entries import CalendarEntry, decision_deadlines, renewal_days
from watcher.decide.openings import Opening
from watcher.facts.accounts import FIRST_BELIEVED, Account, AccountId, ProjectId
from watcher.memory.remembered import Known
from watcher.messages.matters import Matter, MatterAccount, MatterKind
from watcher.record.reasons import Reason
from watcher.texts.commands import WayOut

ACME = ProjectId("prj_acme")
LATTE = account("latte.art.lab", renews_in=31 * H)
BEANS = account("beans", renews_in=32 * H, price_cents=9_900)
SEEN = NOW - 3 * D
DATED = {LATTE.id: SEEN, BEANS.id: SEEN}


def days(
    *accounts: Account,
    known: tuple[Known, ...] = (),
    openings: tuple[Opening, ...] = (),
    dated: dict[AccountId, datetime] = DATED,
    zone: str = "UTC",
    now: datetime = NOW,
) -> list[CalendarEntry]:
    return list(
        renewal_days(
            accounts,
            {one.account.id: (one,) for one in known},
            openings,
            dated,
            {ACME: "acme"},
            now,
            ZoneInfo(zone),
        )
    )


def test_a_day_has_the_sum_of_a_project_and_what_becomes_of_each() -> None:
    known = Known(account=BEANS, first_seen_at=NOW - 30 * D, reason=Reason.HELD, decided_at=NOW - H)
    opening = Opening(account=LATTE, opens=NOW + 25 * H, closes=NOW + 30 * H, live=True)
    assert days(BEANS, LATTE, known=(known,), openings=(opening,)) == [
        CalendarEntry(
            identity=("renewals", ACME, BEANS.id),
            at=date(2026, 5, 19),
            since=SEEN,
            summary="acme: 2 accounts renew, $249.00",
            lines=(
                "Tue 19 May 19:00 UTC  @latte.art.lab on tiktok, $150.00: "
                "its release is announced, for Tue 19 May 13:00 UTC at the earliest",
                "Tue 19 May 20:00 UTC  @beans on tiktok, $99.00: held, as decided Mon 18 May 11:00 UTC",
            ),
        )
    ]


def test_what_is_announced_without_force_would_come_and_what_is_not_decided_is_said_to_be() -> None:
    opening = Opening(account=LATTE, opens=NOW + 25 * H, closes=NOW + 30 * H, live=False)
    told = [line for entry in days(LATTE, BEANS, openings=(opening,)) for line in entry.lines]
    assert told[0].endswith("its release would come (observe mode), for Tue 19 May 13:00 UTC at the earliest")
    assert told[1].endswith(": nothing is decided of it yet")


def test_what_was_decided_of_an_earlier_lease_period_says_nothing_of_this_one() -> None:
    before = Known(
        account=replace(LATTE, renews_at=LATTE.renews_at - 30 * D),
        first_seen_at=NOW - 60 * D,
        reason=Reason.HELD,
        decided_at=NOW - 31 * D,
    )
    (entry,) = days(LATTE, known=(before,))
    assert entry.lines[0].endswith(": nothing is decided of it yet")


class TestAMove:
    def test_is_the_same_entry_at_another_day_in_a_later_edition(self) -> None:
        """Two days earlier, too: an edition does not go by the date that it shows."""
        (before,) = days(LATTE)
        for by in (2 * D, -1 * D):
            moved = replace(LATTE, renews_at=LATTE.renews_at + by)
            (after,) = days(moved, dated={LATTE.id: NOW})
            assert after.identity == before.identity
            assert after.at == before.at + by
            assert after.sequence - before.sequence == 3 * 86_400

    def test_of_one_of_several_leaves_the_entry_of_the_others_where_it_is(self) -> None:
        (both,) = days(LATTE, BEANS)
        stayed, moved = days(BEANS, replace(LATTE, renews_at=LATTE.renews_at + D), dated={LATTE.id: NOW})
        assert (stayed.identity, stayed.at) == (both.identity, both.at)
        assert moved.identity != both.identity

    def test_that_the_ledger_does_not_date_is_the_first_edition(self) -> None:
        (entry,) = days(LATTE, dated={})
        assert (entry.since, entry.sequence) == (FIRST_BELIEVED, 0)


def test_days_are_those_of_the_time_zone() -> None:
    late = replace(LATTE, renews_at=datetime(2026, 5, 19, 22, 30, tzinfo=UTC))
    assert days(late)[0].at == date(2026, 5, 19)
    assert days(late, zone="Europe/Berlin")[0].at == date(2026, 5, 20)


class TestADayThatGoesBy:
    """At noon the calendar showed less than the day cost, under another UID: what had renewed was left out
    before the day was named and summed up, and with it the account that named it.
    """

    EARLY = replace(account("a", renews_in=31 * H), id=AccountId("sa_a"))
    LATE = replace(account("b", renews_in=34 * H), id=AccountId("sa_b"))

    @pytest.mark.parametrize(
        ("now", "left"),
        [
            (NOW + 31 * H - timedelta(microseconds=1), 1),
            (NOW + 31 * H, 1),
            (NOW + 34 * H, 1),
            (datetime(2026, 5, 19, 23, 59, 59, 999_999, tzinfo=UTC), 1),
            (datetime(2026, 5, 20, tzinfo=UTC), 0),
        ],
    )
    def test_is_the_same_entry_with_the_same_sum_until_it_is_over(self, now: datetime, left: int) -> None:
        (before,) = days(self.EARLY, self.LATE)
        found = days(self.EARLY, self.LATE, now=now)
        same = [(before.identity, before.at, before.sequence, before.summary)] * left
        assert [(one.identity, one.at, one.sequence, one.summary) for one in found] == same

    def test_says_of_which_the_renewal_has_passed_and_since_when_it_says_so(self) -> None:
        (entry,) = days(self.EARLY, self.LATE, now=NOW + 31 * H)
        assert entry.revised == NOW + 31 * H
        assert entry.lines == (
            "Tue 19 May 19:00 UTC  @a on tiktok, $150.00: its renewal has passed, and no turn has seen yet "
            "what became of it",
            "Tue 19 May 22:00 UTC  @b on tiktok, $150.00: nothing is decided of it yet",
        )

    def test_is_over_in_the_zone_and_not_before(self) -> None:
        late = NOW + 35 * H  # 01:00 on the 20th in Berlin
        assert days(self.EARLY, now=late, zone="Europe/Berlin") == []
        assert len(days(self.EARLY, now=late)) == 1

    def test_keeps_what_a_turn_has_seen_renew_which_moves_on_when_it_is_over(self) -> None:
        (before,) = days(self.EARLY, self.LATE)
        renewed = replace(self.EARLY, renews_at=datetime(2026, 6, 19, 19, tzinfo=UTC))
        known = Known(account=renewed, first_seen_at=NOW - 30 * D)
        dated = {renewed.id: NOW + 32 * H}
        (still,) = days(renewed, self.LATE, known=(known,), dated=dated, now=NOW + 33 * H)
        assert (still.identity, still.at, still.summary) == (before.identity, before.at, before.summary)
        assert still.lines[0] == (
            "Tue 19 May 19:00 UTC  @a on tiktok, $150.00: renewed, next Fri 19 Jun 19:00 UTC"
        )
        (on,) = days(renewed, self.LATE, known=(known,), dated=dated, now=NOW + 36 * H)
        assert (on.identity, on.at) == (before.identity, date(2026, 6, 19))
        assert on.sequence > still.sequence

    def test_has_nothing_that_the_ledger_did_not_see_renew(self) -> None:
        """First seen after it, its renewal is nothing but extrapolated."""
        renewed = replace(self.EARLY, renews_at=datetime(2026, 6, 19, 19, tzinfo=UTC))
        known = Known(account=renewed, first_seen_at=NOW + 32 * H)
        (entry,) = days(renewed, known=(known,), dated={renewed.id: NOW + 32 * H}, now=NOW + 33 * H)
        assert entry.at == date(2026, 6, 19)


def test_an_account_that_two_projects_list_is_counted_once() -> None:
    assert [entry.summary for entry in days(LATTE, replace(LATTE, project=ProjectId("prj_b")))] == [
        "acme: 1 account renews, $150.00"
    ]


def test_of_very_many_some_are_named_and_the_others_counted() -> None:
    (entry,) = days(*(account(f"a{number:03}") for number in range(53)))
    assert entry.summary == "acme: 53 accounts renew, $7,950.00"
    assert (len(entry.lines), entry.lines[-1]) == (51, "and 3 more")


def test_a_project_without_a_name_is_its_id_and_names_of_others_hide_nothing() -> None:
    other = replace(LATTE, project=ProjectId("prj\u202e_b"), handle="x\ny")
    (entry,) = days(other)
    assert entry.summary.startswith("prj\N{REPLACEMENT CHARACTER}_b: ")
    assert "\n" not in entry.lines[0]


HALT = Matter(
    kind=MatterKind.COMING_HALT,
    what="2 releases will be halted",
    why=("too many (2, limit 1)",),
    accounts=(
        MatterAccount(account=LATTE.id, handle=LATTE.handle, project=ACME, price_cents=15_000),
        MatterAccount(account=BEANS.id, handle=BEANS.handle, project=ACME, price_cents=9_900),
    ),
    by=NOW + 20 * H,
    unless="2 releases are approved",
    otherwise="$249.00 will not be saved",
    cents=24_900,
    ways=(WayOut(text="`lease-watcher approve 7f3a --reason WHY` allows exactly these"),),
)


def deadlines(*matters: Matter, now: datetime = NOW) -> list[CalendarEntry]:
    return list(decision_deadlines(matters, DATED, now, UTC))


class TestADecision:
    def test_stands_at_the_last_moment_for_it_with_price_reason_and_what_decides_it(self) -> None:
        assert deadlines(HALT) == [
            CalendarEntry(
                identity=("decide", "halt", BEANS.id, LATTE.id),
                at=NOW + 20 * H,
                since=SEEN,
                summary="To decide: $249.00 will not be saved unless 2 releases are approved by "
                "Tue 19 May 08:00 UTC",
                lines=(
                    "At stake: $249.00.",
                    "too many (2, limit 1)",
                    "`lease-watcher approve 7f3a --reason WHY` allows exactly these",
                    "@latte.art.lab, $150.00",
                    "@beans, $99.00",
                ),
            )
        ]

    def test_what_nobody_is_asked_or_is_past_hides_nothing_behind_it(self) -> None:
        nobody, past = replace(HALT, unless=""), replace(HALT, by=NOW)
        assert deadlines(nobody, past, replace(HALT, by=None), HALT) == deadlines(HALT)

    def test_is_the_same_entry_when_what_was_to_come_is_there(self) -> None:
        (coming,), (there,) = deadlines(HALT), deadlines(replace(HALT, kind=MatterKind.HALT))
        assert coming.identity == there.identity

    def test_that_has_no_moment_or_whose_moment_has_come_stands_nowhere(self) -> None:
        assert deadlines(replace(HALT, by=None)) == []
        assert deadlines(replace(HALT, by=NOW)) == []
        assert len(deadlines(replace(HALT, by=NOW + timedelta(microseconds=1)))) == 1

    def test_that_asks_nobody_stands_nowhere(self) -> None:
        assert deadlines(replace(HALT, unless="")) == []

    def test_about_no_account_is_known_by_its_problem(self) -> None:
        one = Matter(
            kind=MatterKind.UNREADABLE,
            what="acme cannot be read",
            project=ACME,
            by=NOW + H,
            since=NOW - H,
            problem="project.unreadable:prj_acme",
        )
        (entry,) = deadlines(one)
        assert entry.identity == ("decide", "unreadable", "project.unreadable:prj_acme")
        assert (entry.since, entry.lines) == (NOW - H, ())
