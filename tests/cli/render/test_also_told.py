"""What a turn's text says of every kind of event: who reads only the terminal is told what channels are."""

from dataclasses import replace

import pytest

from tests.builders import NOW, M, account, report
from tests.builders import matter as halting
from tests.every_kind import accounts, told
from watcher.brakes import Halt, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.cli.render.turn_text import render_turn
from watcher.decide.fleet_problems import clock_event
from watcher.decide.report import Report
from watcher.messages.events import EventKind
from watcher.texts.times import zone


def said(of: Report, *, width: int = 120) -> str:
    text = render_turn(of, now=NOW, timezone=zone("UTC"), color=False, width=width)
    return text.partition("\n\n")[2].rpartition("\n\n")[0]


def of(kind: EventKind, count: int, **fields: object) -> Report:
    return report(acting=True, events=tuple(told(kind, count)), **fields)


def test_many_that_are_gone_are_rows_with_what_is_to_be_done_once():
    """120 accounts that vanished at once were 436 lines, of four sentences each."""
    assert said(of(EventKind.ACCOUNT_GONE, 5)) == (
        "5 accounts missing from their list, not by us, $749.00 a month\n"
        "  @latte.art.lab                $150.00  renewal in 1 d 7 h, Tue 19 May 19:00 UTC\n"
        "  @kai                          $150.00  renewal in 1 d 7 h, Tue 19 May 19:10 UTC\n"
        "  @tiny.desk.plants             $150.00  renewal in 1 d 7 h, Tue 19 May 19:20 UTC\n"
        "  @retro.synth.daily            $149.00  renewal in 1 d 7 h, Tue 19 May 19:30 UTC\n"
        "  @dawn_patrol_surf_reports_24  $150.00  renewal in 1 d 7 h, Tue 19 May 19:40 UTC\n"
        "  ask the provider, unless that was done on purpose"
    )


def test_a_row_says_what_changed_and_below_it_what_follows_for_all():
    moved = said(of(EventKind.RENEWAL_MOVED, 3))
    assert moved.startswith("3 renewals moved, $450.00\n  @latte.art.lab ")
    assert "renewal in 4 d 4 h, Fri 22 May 16:00 UTC  it was Tue 19 May 19:00 UTC\n" in moved
    assert moved.endswith(
        "\n  earlier warnings and notices no longer count\n  ask the provider, unless that was agreed"
    )
    dearer = said(of(EventKind.PRICE_CHANGED, 3))
    assert dearer.startswith("3 prices changed, now $510.00 a month\n  @latte.art.lab     $170.00  renewal ")
    assert dearer.endswith("  it was $150.00\n  ask the provider, unless that was agreed")
    assert said(of(EventKind.LEASE_NEW, 3)).startswith("3 new leases, $450.00 a month\n")


def test_two_are_sentences():
    new = said(of(EventKind.LEASE_NEW, 2))
    assert new == (
        "Changed since the last turn\n"
        "  new lease: @latte.art.lab on tiktok, $150.00 a month; renews in 1 d 7 h, Tue 19 May 19:00 UTC\n"
        "  new lease: @kai on instagram, $150.00 a month; renews in 1 d 7 h, Tue 19 May 19:10 UTC"
    )


@pytest.mark.parametrize(
    "kind",
    [
        EventKind.ACTIVITY_UNKNOWN,
        EventKind.BUDGET_EXCEEDED,
        EventKind.CONFIG_REFUSED,
        EventKind.DEADLINE_NEAR,
        EventKind.DELIVERY_FAILED,
    ],
)
def test_a_problem_that_channels_are_told_of_is_in_the_turns_text(kind: EventKind):
    """`run --quiet` mailed a turn that had told of a budget, and its text said "Done." and nothing else."""
    first, *_ = told(kind, 5)
    assert "Also told\n" in said(of(kind, 5))
    assert first.text in " ".join(said(of(kind, 5), width=10_000).split())
    assert "Would also be told\n" in said(replace(of(kind, 5), acting=False))


def test_what_is_over_is_said():
    assert "  over after 6 h: the fleet cost more than its budget\n" in said(
        of(EventKind.PROBLEM_RESOLVED, 1)
    )


def test_a_release_that_did_not_last_is_named_with_what_is_to_be_done():
    """A turn ended in 20, "look at it with explain ACCOUNT", and nothing said which account."""
    one, other = accounts(2)
    standing = of(EventKind.RELEASE_UNDONE, 1, undone=(one.period, other.period))
    assert said(standing) == (
        "Leased again, although the release was confirmed: 2 accounts\n"
        "  @latte.art.lab                 $150.00  renewal in 1 d 7 h, Tue 19 May 19:00 UTC\n"
        "  sa_01HX9Y7K8M2P4RSTUV56780001  renewal in 1 d 7 h, Tue 19 May 19:10 UTC\n"
        "  ask the provider; `lease-watcher resolve ACCOUNT --as not-released --reason WHY` lets one be "
        "released again"
    )


def test_what_a_clock_that_is_off_costs_is_said_once():
    one = account()
    entry = Entry(
        period=one.period,
        project=one.project,
        handle=one.handle,
        price_cents=one.price_cents,
        place=Place.DUE,
        closes=one.renews_at - 10 * M,
    )
    off = Halt(brake=kinds.CLOCK_OFF, measured="5 min 12 s off", limit="1 min")
    docket = Docket(entries=(entry,))
    matter = halting((off,), docket)
    event = clock_event(312, NOW, halt=matter)
    text = said(report(acting=True, events=(event,), matters=(matter,)))
    assert text.count("$150.00 will not be saved unless") == 1
    assert (
        "this machine's clock is 5 min 12 s off the API's: no release until it is right; set it right" in text
    )


def test_of_a_missed_release_it_is_said_how_one_is_given_back_all_the_same():
    missed = told(EventKind.DEADLINE_MISSED, 1)
    whole = report(
        acting=True, events=tuple(missed), missed=tuple(one.period for one in missed if one.period)
    )
    assert said(whole).endswith(
        "\n  `lease-watcher release ACCOUNT --reason WHY` gives one back all the same, until its window "
        "closes"
    )
