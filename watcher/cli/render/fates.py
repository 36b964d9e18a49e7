"""What became of an account, for whoever says something of it."""

from datetime import datetime, tzinfo

from watcher.memory.fates import Fate, LeaseState
from watcher.texts.times import clock_time, distance


def in_words(fate: Fate, now: datetime, timezone: tzinfo) -> str:
    """What follows the account's name; empty while it is leased and nothing is under way."""
    since = fate.since
    at = "" if since is None else f"{clock_time(since, timezone, now=now)} ({distance(since, now)})"
    match fate.state:
        case LeaseState.RELEASED:
            return f"was released by us on {at}, that cannot be undone"
        case LeaseState.RELEASING:
            return f"is being released since {at}, and it is not known yet how that ends"
        case LeaseState.NOT_LISTED:
            return f"is not among the leased accounts since {at}, and was not released by us"
        case LeaseState.LEASED:
            return ""
