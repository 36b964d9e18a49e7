"""What changed: the ledger's own sentences, the latest first, and what they come to."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from tests.builders import NOW, D, H, M, account
from watcher.cli.render.since import MOST, MOST_NEW, since_block
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.memory.remembered import FleetMemory
from watcher.memory.savings import Books, Savings, savings_of
from watcher.messages.events import EventKind
from watcher.ports.ledger import HistoryLine, ToldTo
from watcher.ports.pages import PageRow
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind, UseThen
from watcher.record.past_releases import PastRelease

ACME = ProjectId("prj_acme")


def happened(what: str, text: str = "Something.", *, ago: Any = H, **fields: Any) -> HistoryLine:
    defaults: dict[str, Any] = {"account": AccountId("sa_latte"), "handle": "latte", "project": ACME}
    return HistoryLine(at=NOW - ago, what=what, text=text, **(defaults | fields))


BOOKS = Books(since=NOW - 7 * D, until=NOW, zone=UTC, now=NOW)
CAME_TO_NOTHING = savings_of((), (), FleetMemory(ledger_since=NOW - 9 * D), BOOKS)


def changed(lines: Iterable[HistoryLine], savings: Savings = CAME_TO_NOTHING) -> tuple[PageRow, ...]:
    block = since_block(lines, savings, asked="7d", names={ACME: "acme"}, now=NOW, timezone=UTC)
    assert block.title == "What changed since Mon 11 May 12:00 UTC"
    return block.rows


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


def test_what_releases_came_to_stands_before_all_else_in_the_words_of_savings() -> None:
    """Each was summed up from the lines of the history, which say nothing of a release that did not last."""
    lines = [
        happened("release.released", "Gone.", cents=15_000),
        happened("release.released", "Gone.", cents=5_000),
        happened("renewal.paid", "Paid."),
    ]
    lasted, undone = account("mocha", renews_in=-H), account("latte", renews_in=-H, price_cents=5_000)
    releases = [
        PastRelease(account=lasted, sent_at=NOW - 7 * H),
        PastRelease(account=undone, sent_at=NOW - 7 * H, undone_at=NOW - 2 * H),
    ]
    paid = Outcome(
        period=LeasePeriod(account=AccountId("sa_flat"), renews_at=NOW - H),
        kind=OutcomeKind.PAID,
        project=ACME,
        handle="flat",
        price_cents=9_900,
        at=NOW - H,
        cause=Cause.HELD,
        explanation=Explanation(cause=Cause.HELD, use=UseThen.UNUSED),
    )
    savings = savings_of(releases, [paid], FleetMemory(ledger_since=NOW - 2 * D), BOOKS)
    rows = changed(lines, savings)
    assert [one.text for one in rows[:-3]] == [
        "The ledger remembers turns since Sat 16 May 12:00 UTC: what was before is not in these sums.",
        "Saved: $150.00, 1 renewal that our releases avoided, at the price as it was read.",
        "Given up: $1.25, of paid days, 6 h before that renewal.",
        "Not saved: $50.00, 1 renewal, of releases that the API confirmed and that did not last.",
        "Paid for nothing: 1 renewal, $99.00, each unused when it renewed.",
    ]


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
