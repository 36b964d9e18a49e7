"""The days ahead as people read them."""

from datetime import UTC, datetime

import pytest

from tests.builders import NOW, D
from watcher.ahead.future import Future
from watcher.ahead.habits import Posting
from watcher.ahead.outset import Outset
from watcher.cli.render.projection import render_future
from watcher.messages.events import Event, EventKind
from watcher.messages.money_facts import SavingsFacts
from watcher.rules.plan import Mode

OUTSET = Outset(
    at=NOW, source="a test", organization_id="org", organization_name="Acme", projects={}, accounts=()
)


@pytest.mark.parametrize(("known_since", "told"), [(None, True), (NOW - 2 * D, False)])
def test_a_month_of_which_the_made_up_ledger_has_a_part_is_not_summed_up(
    known_since: datetime | None, told: bool
) -> None:
    """Of a whole month it said that no release had avoided a renewal: it knew its last two days."""
    facts = SavingsFacts(
        month="2026-05",
        saved_cents=0,
        later_cents=0,
        not_yet_cents=0,
        for_nothing_cents=0,
        paid_else_cents=0,
        given_up_cents=0,
        known_since=known_since,
    )
    month = Event(
        kind=EventKind.SAVINGS_MONTH, key="m", at=NOW, what="no renewal came in May 2026", facts=facts
    )
    future = Future(
        outset=OUTSET,
        until=NOW + 30 * D,
        mode=Mode.ENFORCE,
        posting=Posting.NOBODY,
        enforced=False,
        story=(month,),
        accounts=(),
    )

    assert ("no renewal came in May 2026" in render_future(future, timezone=UTC)) is told
