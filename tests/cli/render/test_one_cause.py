"""One cause a lease, worded once: whoever tells it, wherever it is read, says the same words."""

import json
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from tests.builders import NOW, D, H, account, report
from tests.core.world import known
from watcher.adapters.channels.groups import Group, by_project
from watcher.adapters.channels.view import view_of
from watcher.adapters.ledger import lines
from watcher.cli.render.bill import by_cause
from watcher.cli.render.history import line_value
from watcher.cli.render.machine import turn_value
from watcher.cli.render.turn_text import render_turn
from watcher.memory import lease_messages
from watcher.messages.cause_words import CAUSE
from watcher.messages.late_messages import missed_event
from watcher.ports.notifier import Digest
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind
from watcher.record.reasons import Reason

ONE = account("latte", renews_in=-H)
EXPLAINED = [
    *(Explanation(cause=cause) for cause in Cause),
    Explanation(cause=Cause.BRAKED, title="halted: too many releases", details=("3 releases, limit 2",)),
    Explanation(cause=Cause.NOTICE_LATE, title="announcement not accepted by ops"),
    Explanation(
        cause=Cause.PROTECTED, title="protected by its handle: lat*", details=("by policy standard",)
    ),
    Explanation(
        cause=Cause.HELD, title="held by ann", details=("held since Sun 17 May, for ever: campaign",)
    ),
]


def outcome(why: Explanation) -> Outcome:
    return Outcome(
        kind=OutcomeKind.PAID,
        period=ONE.period,
        project=ONE.project,
        handle=ONE.handle,
        price_cents=ONE.price_cents,
        at=ONE.renews_at,
        cause=why.cause,
        explanation=why,
    )


@pytest.mark.parametrize("why", EXPLAINED, ids=lambda why: why.title or why.cause.value)
def test_every_place_says_the_same_of_a_cause(why: Explanation) -> None:
    """Missed was "announcement not accepted by every channel" where the bill said "notice late"."""
    words = why.title or CAUSE[why.cause]
    of = outcome(why)
    missed = missed_event(ONE, reason=Reason.TOO_LATE, why=why, policy="standard", now=NOW)
    paid = lease_messages.paid(of, known(ONE), NOW)
    (line,) = lines.paid(of)
    screen = render_turn(
        report(outcomes=(of,), missed=(ONE.period,), events=(missed, paid)),
        now=NOW,
        timezone=UTC,
        color=False,
    )

    told = turn_value(report(outcomes=(of,), missed=(ONE.period,), events=(missed, paid)), NOW)

    assert told["paid_by_cause"] == {why.cause.value: {"accounts": 1, "cents": 15_000}}
    assert told["missed_by_cause"] == told["paid_by_cause"]
    assert f"({words}" in missed.text
    assert f"({words}" in paid.text
    assert f"({words}" in line.text
    assert screen.count(f"({words})") == 2
    assert [one.because for one in by_cause([of])] == [words]
    assert json.loads(json.dumps(line_value(line)))["paid"]["because"] == words
    digest = Digest(id="one", at=NOW, live=True, events=(paid, paid, paid))
    ((_, (group,)),) = by_project(view_of(digest).told, NOW)
    assert isinstance(group, Group)
    assert [row.remark for row in group.rows] == [words] * 3
    assert all(detail in text for detail in why.details for text in (missed.text, paid.text, line.text))


@pytest.mark.parametrize(
    ("cause", "ago", "chance"),
    [
        (Cause.WATCHER_DOWN, H, True),
        (Cause.CHANGED_TOO_LATE, H, True),
        (Cause.HELD, H, False),
        (Cause.PROTECTED, H, False),
        (Cause.WATCHER_DOWN, 40 * D, False),
    ],
)
def test_a_next_chance_is_told_only_where_there_is_one(cause: Cause, ago: timedelta, chance: bool) -> None:
    """Of a held account, and of a renewal that was followed by another, a next chance was promised."""
    one = account("latte", renews_in=-ago)
    of = replace(outcome(Explanation(cause=cause)), period=one.period)
    assert ("next chance" in lease_messages.paid(of, known(one), NOW).text) is chance
