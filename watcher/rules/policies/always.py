"""`when = "always"`: give back at the end of the term, whatever was posted."""

from datetime import datetime
from typing import assert_never

from watcher.facts.activity import Activity, Seen, Unknown, WhyUnknown
from watcher.record.reasons import Reason
from watcher.rules.policy import Opinion, ReleaseRule


def opinion(rule: ReleaseRule, activity: Activity, _opens: datetime) -> Opinion:
    """Release, unless posts that are still to go out would be cancelled by it.

    Without `cancel_queued` doubt keeps: an unread queue might hold posts.
    """
    if rule.cancel_queued:
        return Opinion(release=True, reason=Reason.TERM)
    match activity:
        case Unknown(why=WhyUnknown.NOT_ASKED):
            return Opinion(release=False, reason=Reason.NOT_DUE)
        case Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN):
            # The queue was read and is empty; silence about the past matters only to `idle`.
            return Opinion(release=True, reason=Reason.TERM)
        case Unknown():
            return Opinion(release=False, reason=Reason.ACTIVITY_UNKNOWN)
        case Seen() if activity.what.ongoing:
            return Opinion(release=False, reason=Reason.IN_USE)
        case Seen():
            return Opinion(release=True, reason=Reason.TERM)
        case _:
            assert_never(activity)
