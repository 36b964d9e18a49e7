"""What an audit ends with: every release that is to come, whatever the use of its account today."""

from dataclasses import replace

import pytest

from tests.builders import IDLE, NOW, D, H, account, decision, policy, published, report
from watcher.cli.render.sheet import printed
from watcher.cli.render.what_next import next_note
from watcher.rules.plan import Decision
from watcher.rules.policy import ReleaseWhen
from watcher.texts.times import zone

AT_TERM = policy(release=replace(IDLE, when=ReleaseWhen.ALWAYS))


def told(*decisions: Decision) -> str:
    lines = next_note(report(*decisions), NOW, zone("UTC"))
    return printed(lines, width=None, color=False).strip()


USED = decision(account("daily", renews_in=54 * H), policies=(AT_TERM,), activity=published(D))
AGES = decision(account("zine", renews_in=54 * H), activity=published(20 * D + 12 * H))


@pytest.mark.parametrize("one", [USED, AGES], ids=["at term", "unused by its window"])
def test_a_release_of_what_is_in_use_today_is_to_come_too(one: Decision) -> None:
    """ "Nothing is unused today, so nothing is to be released", a minute before the release."""
    handle = one.account.handle
    assert told(one) == (
        "Next: 1 account, $150.00 a month, not unused today, is to be released in 2 d, Wed 20 May 12:00 UTC "
        f"(@{handle}).\n  The next turn, or `lease-watcher run --once`, announces 1."
    )


def test_releases_of_used_and_unused_accounts_are_counted_together() -> None:
    idle = decision(account("idle", renews_in=55 * H))
    assert told(USED, idle).startswith(
        "Next: 2 accounts, $300.00 a month, 1 of them not unused today, are to be released, the first in 2 d"
    )


def test_where_nothing_is_unused_and_nothing_goes_that_is_said() -> None:
    used = decision(account("daily", renews_in=54 * H), activity=published(D))
    assert told(used) == "Next: nothing is unused today, and no release is to come."
