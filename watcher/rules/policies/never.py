"""`when = "never"`: warn only."""

from datetime import datetime

from watcher.facts.activity import Activity
from watcher.record.reasons import Reason
from watcher.rules.policy import Opinion, ReleaseRule


def opinion(_rule: ReleaseRule, _activity: Activity, _opens: datetime) -> Opinion:
    return Opinion(release=False, reason=Reason.POLICY_NEVER)
