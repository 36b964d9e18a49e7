"""The summary of one turn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOW, D, H, account, decision, policy, published, report
from tests.every_kind import told
from watcher.cli.render.turn_text import render_turn
from watcher.decide.report import Report, Totals
from watcher.messages.events import EventKind
from watcher.messages.late_messages import missed_event, too_late_event
from watcher.messages.renewal_messages import announcement, decision_events
from watcher.messages.words import ENDING
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.lateness import Change, Lateness, Since
from watcher.record.notices import Received
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind
from watcher.record.reasons import Reason
from watcher.rules.plan import Announce, Decision, Mode, PeriodState
from watcher.texts.times import zone

DUE = PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW - 3 * H))


def summary(of: Report) -> str:
    return render_turn(of, now=NOW, timezone=zone("UTC"), color=False, width=120)


def attempt(ended: Ending, handle: str = "latte.art.lab") -> Attempt:
    one = account(handle)
    return Attempt(
        period=one.period, project=one.project, handle=handle, price_cents=15_000, ended=ended, at=NOW
    )


def announced(one: Decision, *, live: bool) -> Report:
    assert isinstance(one.step, Announce)
    of = report(one)
    event = announcement(one, one.step, NOW, live=live)
    return replace(of, events=(event,))


def test_a_release_is_told_with_what_it_saves() -> None:
    done = report(acting=True, attempts=(attempt(Ending.RELEASED), attempt(Ending.RELEASED, "b")))

    assert (
        summary(done)
        == """\
Full turn, Mon 18 May 2026 12:00 UTC, enforce mode
0 accounts in 0 projects, $0.00 a month: 0 in use, 0 unused ($0.00), 0 unknown

Released: 2, saving $300.00 a month
  @latte.art.lab  $150.00
  @b              $150.00

Done. (exit 0)
"""
    )


@pytest.mark.parametrize("ended", Ending)
def test_every_end_of_a_release_is_told(ended: Ending) -> None:
    assert ENDING[ended].lower() in summary(report(acting=True, attempts=(attempt(ended),))).lower()


def test_an_announcement_is_told_with_its_instant() -> None:
    told = replace(announced(decision(), live=True), acting=True)

    assert """
Announced: 1 release
  @latte.art.lab  $150.00  at the earliest in 1 d 1 h, Tue 19 May 13:00 UTC
""" in summary(told)


def test_a_dry_run_says_would() -> None:
    text = summary(announced(decision(), live=True))

    assert "dry run in enforce mode, nothing is done or sent" in text
    assert "Would be announced: 1 release" in text


def test_observe_mode_says_that_nothing_is_released() -> None:
    due = report(
        decision(account(renews_in=3 * H), standing=DUE, mode=Mode.OBSERVE), mode=Mode.OBSERVE, acting=True
    )
    told = replace(announced(decision(mode=Mode.OBSERVE), live=False), mode=Mode.OBSERVE, acting=True)

    assert "Would be released: 1, saving $150.00 a month" in summary(due)
    assert "Announced: 1 release, as what would be released" in summary(told)


def test_warnings_of_accounts_in_use_are_one_line() -> None:
    warned = policy(warn=(3 * D,))
    unused = decision(policies=(warned,), enrolled=False)
    events = tuple(decision_events(unused, NOW, mode=Mode.ENFORCE))

    assert """
Warned: 3 renewals
  @latte.art.lab  $150.00  renews in 1 d 7 h, Tue 19 May 19:00 UTC  unused (3 d warning)
  2 accounts in use will renew, $300.00
""" in summary(report(unused, acting=True, events=events, warned_in_use=2, warned_in_use_cents=30_000))


def test_what_went_wrong_is_named_and_the_last_line_says_what_to_do() -> None:
    one = decision(account(renews_in=timedelta(minutes=5)))
    paid = Outcome(
        kind=OutcomeKind.PAID,
        period=account("old").period,
        project=one.account.project,
        handle="old",
        price_cents=15_000,
        at=NOW,
        cause=Cause.WATCHER_DOWN,
        estimated=True,
    )
    missed = missed_event(
        one.account, reason=Reason.TOO_LATE, why=Explanation(cause=Cause.BRAKED), policy="standard", now=NOW
    )
    since = Since.exactly(Change.ENROLLED, NOW - H)
    lateness = Lateness(due=NOW - D, late=(since,))
    changed = too_late_event(decision(account("soon", renews_in=3 * H)), lateness, NOW)
    assert changed is not None
    text = summary(
        report(
            one,
            acting=True,
            events=(missed, changed),
            missed=(one.account.period,),
            outcomes=(paid,),
            undelivered=2,
            stopped=True,
        )
    )

    assert (
        text
        == """\
Full turn, Mon 18 May 2026 12:00 UTC, enforce mode
1 account in 1 project, $150.00 a month: 0 in use, 1 unused ($150.00), 0 unknown

Missed: 1 planned release, $150.00
  @latte.art.lab  $150.00  renewal in 5 min, Mon 18 May 12:05 UTC  (stopped by a brake)

Too late for this renewal: 1 release, $150.00
  @soon  $150.00  renewal in 3 h, Mon 18 May 15:00 UTC  (enrolled only since Mon 18 May 11:00 UTC)
  `lease-watcher release ACCOUNT --reason WHY` gives one back all the same, until its window closes

Paid without evidence of use: $150.00
  @old  $150.00  about Tue 19 May 2026 19:00 UTC  (watcher not running)

Left open
  2 messages not delivered
  the turn was told to stop before its end

A planned release was missed: its renewal is paid, or will be. See `lease-watcher history`. (exit 24)
"""
    )


def test_a_warning_says_what_is_so_today_and_what_will_be() -> None:
    warned = policy(warn=(30 * D,))
    one = decision(account(renews_in=29 * D), policies=(warned,), activity=published(12 * H))
    events = tuple(decision_events(one, NOW, mode=Mode.ENFORCE))

    text = summary(report(one, acting=True, events=events))

    assert "1 in use, 0 unused ($0.00)" in text
    assert "Of what is in use 1 account, $150.00, will count as unused by its window unless used." in text
    assert "in use, unused by its window unless used (30 d warning)" in text


def test_a_warning_and_a_count_are_not_broken_where_a_line_is() -> None:
    """`6 unused ($900.00), 1` ended a line, and another one `unused (3 d`."""
    warned = decision(account("latte.art.lab.2"), policies=(policy(warn=(3 * D,)),))
    assert isinstance(warned.step, Announce)
    events = tuple(decision_events(warned, NOW, mode=Mode.ENFORCE))
    totals = Totals(
        accounts=11, asked=11, projects=3, cents=165_000, in_use=4, unused=6, unused_cents=90_000, unknown=1
    )
    of = report(warned, events=events, acting=True, totals=totals)
    text = render_turn(of, now=NOW, timezone=zone("UTC"), color=False, width=80)
    assert "6 unused ($900.00),\n1 unknown" in text
    assert "UTC\n    unused (3 d warning)" in text


def test_what_the_month_before_came_to_is_told_with_the_turn() -> None:
    (event,) = told(EventKind.SAVINGS_MONTH, 5)
    text = " ".join(summary(report(acting=True, events=(event,))).split())
    assert f"The month before {event.text} Done. (exit 0)" in text


def test_a_row_of_an_account_is_as_wide_as_the_terminal() -> None:
    """At 200 columns the rows with the longest reasons were broken, as sentences are at 120."""
    late = report(acting=True, events=tuple(told(EventKind.RELEASE_TOO_LATE, 5)))
    withdrawn = report(acting=True, events=tuple(told(EventKind.RELEASE_WITHDRAWN, 5)))

    for of in (late, withdrawn):
        shown = render_turn(of, now=NOW, timezone=zone("UTC"), color=False, width=200).splitlines()
        rows = [row for row in shown if row.startswith("  @")]
        assert len(rows) == 5
        assert max(map(len, rows)) > 100
        assert all(row.count("  ") >= 3 and not row.startswith("    ") for row in rows)
        assert not [row for row in shown if row.startswith("    ")], "nothing goes on below"


def test_the_last_column_begins_below_itself_however_long_the_moment_is() -> None:
    """`in 1 d 10 h` was one letter too long for its column, and pushed what follows to the side."""
    moved = report(acting=True, events=tuple(told(EventKind.RENEWAL_MOVED, 120)))
    shown = render_turn(moved, now=NOW, timezone=zone("UTC"), color=False, width=200).splitlines()
    assert len({row.index("  it was ") for row in shown if row.startswith("  @")}) == 1
