"""What a ledger says of itself in figures."""

import resource
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import NOW, D, H, waiting_in
from tests.contracts.conftest import open_ledger, open_words
from tests.contracts.test_ledger import PAID, intent, message, recorded, took, turn, written
from tests.contracts.test_ledger import ledger as ledger
from watcher.adapters.ledger.empty import EmptyLedger
from watcher.decide.measures import LedgerCounts
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.memory.remembered import TurnKind
from watcher.memory.writes import Bound, Concluded, Queued
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.events import EventKind
from watcher.messages.problems import Problem
from watcher.ports.ledger import Ledger, LedgerUnavailable
from watcher.record.intents import Ending
from watcher.record.outcomes import Cause, Outcome, OutcomeKind


def later(of: Outcome, days: int, **facts: object) -> Outcome:
    period = LeasePeriod(account=AccountId("sa_latte"), renews_at=NOW + days * D)
    return replace(of, period=period, **facts)  # type: ignore[arg-type]


def test_a_new_ledger_counts_nothing(ledger: Ledger) -> None:
    assert ledger.counts() == LedgerCounts() == EmptyLedger().counts()


def test_money_is_summed_by_how_lease_periods_ended(ledger: Ledger) -> None:
    released = later(PAID, 90, kind=OutcomeKind.RELEASED, cause=None, price_cents=9_000)
    recorded(
        ledger,
        outcomes=(PAID, later(PAID, 30), later(PAID, 60, cause=Cause.API_DOWN, price_cents=100), released),
    )
    counts = ledger.counts()
    assert counts.paid == {Cause.HELD: (2, 30_000), Cause.API_DOWN: (1, 100)}
    assert (counts.released, counts.released_cents) == (1, 9_000)


def test_a_good_turn_is_a_full_one_that_was_completed(ledger: Ledger) -> None:
    good = took(ledger, turn(1))
    took(ledger, turn(2, NOW + H, completed=False))
    took(ledger, turn(3, NOW + 2 * H, kind=TurnKind.FOCUSED))
    assert ledger.counts().last_good_at == good.ended_at


def test_what_waits_for_somebody_is_counted(ledger: Ledger) -> None:
    one = written(ledger, intent())
    ledger.apply((Queued(messages=(message("a"), message("b"), message("a", "boss")), at=NOW),))
    (first, _) = waiting_in(ledger, "ops")
    ledger.begin_delivery([first.id], at=NOW, lost_since=NOW)
    ledger.end_delivery(DeliveryNote(notifier="ops", given_up=(first.id,), why="no"), Channel(), at=NOW)
    clock = Problem(id="clock.off", kind=EventKind.CLOCK_OFF, content="c", text="t", since=NOW, told_at=NOW)
    ledger.apply((Queued(at=NOW, problems=(clock, replace(clock, id="clock.off:again"))),))

    counts = ledger.counts()
    assert (counts.unresolved, counts.waiting, counts.dead) == (1, {"ops": 1, "boss": 1}, {"ops": 1})
    assert counts.problems == {EventKind.CLOCK_OFF: 2}
    ledger.conclude(Concluded(intent=one, ending=Ending.NOT_DONE, at=NOW))
    assert ledger.counts().unresolved == 0


def test_proving_that_it_can_be_written_changes_nothing(ledger: Ledger) -> None:
    ledger.apply((Bound(organization="org", base_url="https://api"),))
    ledger.prove_writable()
    assert ledger.bound_to() == ("org", "https://api")


def test_a_ledger_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    place = tmp_path / "watcher.db"
    open_ledger(place).close()
    with closing(open_words(place)) as ledger, closing(sqlite3.connect(place)) as other:
        ledger.prove_writable()
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            with pytest.raises(LedgerUnavailable, match="cannot be written"):
                ledger.prove_writable()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert other.execute("SELECT count(*) FROM threads").fetchone() == (0,)
