"""`when = "idle"`: give back what nobody uses."""

from datetime import datetime
from typing import assert_never

from watcher.facts.activity import Activity, Seen, Unknown, WhyUnknown
from watcher.record.reasons import Reason
from watcher.rules.policy import Opinion, ReleaseRule


def opinion(rule: ReleaseRule, activity: Activity, opens: datetime) -> Opinion:
    """Release if the latest use will be `idle_after` old when the window opens; never on doubt."""
    match activity:
        case Unknown(why=WhyUnknown.NOT_ASKED):
            return Opinion(release=False, reason=Reason.NOT_DUE)
        case Unknown():
            return Opinion(release=False, reason=Reason.ACTIVITY_UNKNOWN)
        case Seen() if activity.what.ongoing or opens - activity.at < rule.idle_after:
            return Opinion(release=False, reason=Reason.IN_USE)
        case Seen():
            return Opinion(release=True, reason=Reason.UNUSED)
        case _:
            assert_never(activity)
