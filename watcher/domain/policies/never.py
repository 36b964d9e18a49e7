"""`when = "never"`: warn only."""

from datetime import datetime

from watcher.domain.activity import Activity
from watcher.domain.policies.opinion import Opinion
from watcher.domain.policy import ReleaseRule
from watcher.domain.reasons import Reason


def opinion(_rule: ReleaseRule, _activity: Activity, _opens: datetime) -> Opinion:
    return Opinion(release=False, reason=Reason.POLICY_NEVER)
