"""What became of an account, for whoever says something of it: commands and pages say the same."""

from datetime import datetime, tzinfo

from watcher.messages.words import FATE
from watcher.record.fates import Fate, LeaseState
from watcher.texts.times import clock_time, distance


def fate_in_words(fate: Fate, now: datetime, timezone: tzinfo) -> str:
    """What follows the account's name; empty while it is leased and nothing is under way."""
    if fate.state is LeaseState.LEASED:
        return ""
    since = fate.since
    moment = "" if since is None else f"{clock_time(since, timezone, now=now)} ({distance(since, now)})"
    return FATE[fate.state].format(
        on=f" on {moment}" if moment else "", since=f" since {moment}" if moment else ""
    )
