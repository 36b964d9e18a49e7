"""The answers to `release.when`, one a file, strangers to each other.

Each takes what is known of the use of an account nothing else keeps, and says whether to release it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from watcher.facts.activity import Activity
from watcher.rules.policies import always, idle, never
from watcher.rules.policy import Opinion, ReleaseRule, ReleaseWhen

__all__ = ["OPINIONS", "Opinion"]

OPINIONS: Final[dict[ReleaseWhen, Callable[[ReleaseRule, Activity, datetime], Opinion]]] = {
    ReleaseWhen.NEVER: never.opinion,
    ReleaseWhen.IDLE: idle.opinion,
    ReleaseWhen.ALWAYS: always.opinion,
}
