"""Releases that were to be and can no longer be in their lease period: noticed, and counted once."""

from watcher.domain.memory import ProjectMemory
from watcher.domain.plan import Decision, Leave
from watcher.domain.reasons import Reason

MISSED = frozenset({Reason.TOO_LATE, Reason.NOTICE_LATE, Reason.NOTICE_UNANSWERED})
"""Why an account is left that was to be released: no turn of this lease period can mend it any more."""


def newly_missed(decision: Decision, memory: ProjectMemory) -> bool:
    """Whether it is missed, and was not yet when its project was last read: a turn tells that once."""
    match decision.course:
        case Leave(why=why) if why in MISSED:
            return not _was_missed(decision, memory)
        case _:
            return False


def _was_missed(decision: Decision, memory: ProjectMemory) -> bool:
    account, judgement = decision.account, decision.judgement
    known = memory.known.get(account.id)
    if known is None or known.account.period != account.period:
        return False
    if known.reason is not Reason.NOTICE_UNANSWERED:
        return known.reason in MISSED
    # The same reason while its receipt could still come of age, and after that.
    if judgement.policy is None or judgement.window is None or memory.read_at is None:
        return False
    return memory.read_at >= judgement.window.closes - judgement.policy.release.notice
