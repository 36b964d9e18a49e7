"""What changed: the ledger's own sentences, the latest first, and what they come to."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from tests.builders import NOW, D, H, M
from watcher.cli.render.since import MOST, MOST_NEW, since_block
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.messages.events import EventKind
from watcher.ports.ledger import HistoryLine, ToldTo
from watcher.ports.pages import PageRow
from watcher.record.outcomes import Cause, Outcome, OutcomeKind

ACME = ProjectId("prj_acme")


def happened(what: str, text: str = "Something.", *, ago: Any = H, **fields: Any) -> HistoryLine:
    defaults: dict[str, Any] = {"account": AccountId("sa_latte"), "handle": "latte", "project": ACME}
    return HistoryLine(at=NOW - ago, what=what, text=text, **(defaults | fields))


def changed(lines: Iterable[HistoryLine]) -> tuple[PageRow, ...]:
    block = since_block(lines, NOW - 7 * D, asked="7d", names={ACME: "acme"}, now=NOW, timezone=UTC)
    assert block.title == "What changed since Mon 11 May 12:00 UTC"
    return block.rows


def paid(cents: int) -> Outcome:
    return Outcome(
        period=LeasePeriod(account=AccountId("sa_latte"), renews_at=NOW - H),
        kind=OutcomeKind.PAID,
        project=ACME,
        handle="latte",
        price_cents=cents,
        at=NOW - H,
        cause=Cause.HELD,
    )


def test_nothing_changed() -> None:
    assert changed(()) == (PageRow(text="Nothing changed in the fleet, and nobody said anything."),)


def test_the_latest_stands_first_with_its_time_whom_it_is_about_and_what_it_was() -> None:
    assert changed([happened("hold", "Held.", ago=2 * H), happened("unhold", "Ended.")]) == (
        PageRow(label="2026-05-18 11:00:00Z", text="@latte · acme · Ended."),
        PageRow(label="2026-05-18 10:00:00Z", text="@latte · acme · Held."),
    )


def test_how_people_were_told_and_that_turns_were_taken_is_no_news() -> None:
    told = happened(
        "message.accepted", event=EventKind.RENEWAL_WARNING, told=ToldTo(notifier="ops", message="m")
    )
    ended = happened("turn.ended", account=None, handle=None, project=None)
    assert changed([told, ended, happened("release.intended")]) == changed(())


def test_what_was_saved_and_what_was_paid_for_nothing_stand_before_all_else() -> None:
    rows = changed(
        [
            happened("release.released", "Gone.", cents=15_000),
            happened("release.released", "Gone.", cents=5_000),
            happened("renewal.paid", "Paid.", paid=paid(15_000)),
        ]
    )
    assert [one.text for one in rows[:2]] == [
        "Released: 2 accounts, saving $200.00 a month.",
        "Paid without evidence of use: 1 renewal, $150.00.",
    ]
    assert len(rows) == 5


def test_new_leases_are_told_one_by_one_as_long_as_they_are_few() -> None:
    few = [happened("lease.new", f"New {n}.", ago=9 * H - n * M) for n in range(MOST_NEW)]
    rows = changed([*few, happened("hold", "Held.", ago=9 * H)])
    assert len(rows) == MOST_NEW + 1
    assert rows[-1].text.endswith("New 0.")

    rows = changed([*few, happened("lease.new", ago=H), happened("hold", "Held.")])
    assert [one.text for one in rows] == [
        "First seen: 11 accounts: `lease-watcher history --kind lease.new --since 7d`.",
        "@latte · acme · Held.",
    ]


def test_of_very_much_the_last_is_told_and_which_command_tells_all() -> None:
    rows = changed(happened("hold", f"Held {n}.", ago=9 * D - n * M) for n in range(MOST + 1))
    assert rows[0].text == (
        "The last 200 of 201 are here: `lease-watcher history --since 7d` tells all of them."
    )
    assert (rows[1].text, rows[-1].text) == ("@latte · acme · Held 200.", "@latte · acme · Held 1.")
