"""What an audit ends with: every release that is to come, whatever the use of its account today."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import IDLE, NOW, D, H, account, decision, policy, published, report
from watcher.cli.render.sheet import printed
from watcher.cli.render.what_next import next_note
from watcher.decide.paused_then import paused_then
from watcher.facts.accounts import ProjectId
from watcher.record.planned_pauses import PlannedPause, PlannedPauses
from watcher.rules.plan import Decision
from watcher.rules.policy import ReleaseWhen
from watcher.texts.times import zone

AT_TERM = policy(release=replace(IDLE, when=ReleaseWhen.ALWAYS))


CAMPAIGN = PlannedPause(why="campaign", begins=NOW + 20 * D, ends=NOW + 40 * D, projects=(account().project,))
FAR, EARLY = account("far", renews_in=25 * D), account("early", renews_in=10 * D)


def test_what_a_planned_pause_will_stop_is_told_with_its_price_however_far_ahead_it_is() -> None:
    """Until three days before it an audit promised all that the pause was to cost, $3,300 of it."""
    those = (decision(FAR), decision(EARLY))
    then = paused_then(those, PlannedPauses(pauses=(CAMPAIGN,)), NOW)
    assert then.keys() == {FAR.id}
    lines = next_note(replace(report(*those), paused_then=then), NOW, zone("UTC"))
    assert (
        "  1 of them, $150.00, will be halted by a planned pause until too late (campaign, until "
        "Sat 27 Jun 12:00 UTC), as use is today: `lease-watcher pauses`.\n"
    ) in printed(lines, width=None, color=False)


@pytest.mark.parametrize(
    ("begins", "ends", "stops"),
    [(20 * D, 40 * D, True), (25 * D - 3 * H, 40 * D, False), (20 * D, 25 * D - 3 * H, False)],
    ids=["all of its window", "from within its window", "until within its window"],
)
def test_what_goes_before_a_planned_pause_or_after_it_is_not_stopped(
    begins: timedelta, ends: timedelta, stops: bool
) -> None:
    pause = replace(CAMPAIGN, begins=NOW + begins, ends=NOW + ends)
    assert bool(paused_then((decision(FAR),), PlannedPauses(pauses=(pause,)), NOW)) is stops
    other = replace(pause, projects=(ProjectId("prj_other"),))
    assert paused_then((decision(FAR),), PlannedPauses(pauses=(other,)), NOW) == {}


def told(*decisions: Decision) -> str:
    lines = next_note(report(*decisions), NOW, zone("UTC"))
    return printed(lines, width=None, color=False).strip()


USED = decision(account("daily", renews_in=54 * H), policies=(AT_TERM,), activity=published(D))
AGES = decision(account("zine", renews_in=54 * H), activity=published(20 * D + 12 * H))


@pytest.mark.parametrize(
    ("one", "use"),
    [(USED, "whatever its use"), (AGES, "in use today but unused by its window unless used")],
    ids=["at term", "unused by its window"],
)
def test_a_release_of_what_is_in_use_today_is_to_come_too(one: Decision, use: str) -> None:
    """ "Nothing is unused today, so nothing is to be released", a minute before the release."""
    handle = one.account.handle
    assert told(one) == (
        f"Next: 1 account, $150.00 a month, {use}, is to be released in 2 d, Wed 20 May 12:00 UTC "
        f"(@{handle}).\n  The next turn, or `lease-watcher run --once`, announces 1."
    )


def test_releases_of_used_and_unused_accounts_are_counted_together() -> None:
    idle = decision(account("idle", renews_in=55 * H))
    assert told(USED, idle).startswith(
        "Next: 2 accounts, $300.00 a month, 1 of them unused today, 1 whatever its use, are to be released, "
        "the first in 2 d"
    )


def test_what_releases_consist_of_adds_up_to_all_of_them() -> None:
    """ "5 accounts, $750.00 a month, 3 of them not unused today, are to be released", and below it "3 more,
    $450.00, will count as unused by their window unless used": they were the same three, counted twice.
    """
    idle = [decision(account(f"idle{n}", renews_in=55 * H)) for n in range(2)]
    ages = [decision(account(f"z{n}", renews_in=54 * H), activity=published(20 * D + 12 * H)) for n in (1, 2)]
    assert told(USED, *idle, *ages).startswith(
        "Next: 5 accounts, $750.00 a month, 2 of them unused today, 2 in use today but unused by their "
        "window unless used, 1 whatever its use, are to be released, the first in 2 d"
    )


def test_where_nothing_is_unused_and_nothing_goes_that_is_said() -> None:
    used = decision(account("daily", renews_in=54 * H), activity=published(D))
    assert told(used) == "Next: nothing is unused today, and no release is to come."
