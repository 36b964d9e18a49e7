"""Why a release was not done, or a renewal paid: the same for whoever asks, and whenever it is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from watcher.brakes import BRAKES, Halt
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.memory.remembered import Known, ProjectMemory
from watcher.messages.words import CHANGE, LATE_BY
from watcher.record.lateness import Since
from watcher.record.outcomes import CAUSES, Cause, Explanation
from watcher.record.overrides import CONFIGURATION, OverrideKind, Overrides
from watcher.record.reasons import Reason
from watcher.texts.times import clock_time

WISHES: Final = frozenset(
    {
        Cause.HELD,
        Cause.PROTECTED,
        Cause.NOT_ENROLLED,
        Cause.POLICY,
        Cause.CHANGED_TOO_LATE,
    }
)
"""Causes that no watching would have changed: somebody wanted it kept, or changed their mind too late."""


_APPROVABLE: Final = frozenset(brake.word for brake in BRAKES if brake.approvable)


def halted_by(halts: Sequence[Halt], closes: datetime | None, names: Mapping[ProjectId, str]) -> Explanation:
    """`halts`: at least one; `closes`: of the window of what they stop; `names`: of the projects."""
    titles = [halt.in_words(names) if halt.brake.says_all else halt.named(names) for halt in halts]
    return Explanation(
        cause=Cause.BRAKED,
        title=f"halted: {' and '.join(dict.fromkeys(titles))}",
        details=tuple(dict.fromkeys(halt.figures for halt in halts if not halt.brake.says_all)),
        brakes=tuple(dict.fromkeys(halt.brake.word for halt in halts)),
        closes=closes,
    )


def halted_before_sending(why: str, closes: datetime | None) -> Explanation:
    """Of what no brake had stopped when the turn judged it."""
    return Explanation(
        cause=Cause.BRAKED,
        title="halted right before it was sent",
        details=(why,) if why else (),
        closes=closes,
    )


def late_by(since: Since) -> Explanation:
    """What a change made too late for its renewal."""
    return Explanation(
        cause=Cause.CHANGED_TOO_LATE,
        title=LATE_BY[since.change],
        details=(f"{CHANGE[since.change]} {_dated(since.at)}",),
    )


def cause_of(old: Known, memory: ProjectMemory) -> Cause:
    """Why the remembered period was paid for: a person's wish, an absence, or the last reason noted.

    What was told of it when its release became too late is told of its renewal, too.
    """
    noted = CAUSES.get(old.reason) if old.reason else None
    if noted is not None and noted in WISHES:
        return noted
    if old.account.period in memory.released:
        return Cause.UNDONE
    if (told := _told(old)) is not None:
        return told.cause
    if memory.unreadable_since is not None and memory.unreadable_since <= old.account.renews_at:
        return Cause.API_DOWN
    if old.reason is Reason.IN_USE:
        # Not used for a whole period, or never, and yet not for long enough for its policy.
        return Cause.POLICY
    if noted is not None and old.reason is not Reason.NOTICE_TO_COME:
        return noted
    if old.account.period in memory.not_done:
        return Cause.UNEXPLAINED
    return Cause.WATCHER_DOWN


def explanation_of(
    old: Known, cause: Cause, memory: ProjectMemory, overrides: Overrides
) -> Explanation | None:
    """What more is known of a cause: which brake, with what figures, and whose word it was."""
    told = _told(old)
    if told is not None and told.cause is cause:
        return told
    match cause:
        case Cause.BRAKED if old.explanation is not None and old.explanation.cause is cause:
            return _with_words(old.explanation, old.account.period, overrides)
        case Cause.HELD:
            return _held(old, overrides)
        case Cause.API_DOWN if memory.unreadable_since is not None:
            return Explanation(cause=cause, details=(f"unreadable since {_dated(memory.unreadable_since)}",))
        case _:
            return None


def _told(old: Known) -> Explanation | None:
    """What was told when its release became too late."""
    return None if old.missed_at is None else old.explanation


def _with_words(halted: Explanation, period: LeasePeriod, overrides: Overrides) -> Explanation:
    """What people said of it until it was too late; that nobody did, where a word was all it took."""
    closes = halted.closes
    if closes is None:
        return halted
    if not _APPROVABLE.intersection(halted.brakes):
        return replace(halted, details=(*halted.details, f"not lifted by {_dated(closes)}"))
    word = overrides.last_on_approval(period, closes)
    if word is None:
        return replace(halted, details=(*halted.details, f"nobody approved by {_dated(closes)}"))
    why = f": {word.why}" if word.why else ""
    if word.kind is OverrideKind.UNAPPROVE:
        withdrawn = f"approval withdrawn by {word.by}"
        return replace(
            halted, word=withdrawn, details=(*halted.details, f"{withdrawn}, {_dated(word.at)}{why}")
        )
    approved = f"{word.by} approved {_dated(word.at)}{why}"
    if _APPROVABLE.issuperset(halted.brakes):
        approved += ", after the last turn in its window"
    return replace(halted, details=(*halted.details, approved))


def _held(old: Known, overrides: Overrides) -> Explanation | None:
    hold = overrides.held_at(old.account.id, old.account.renews_at)
    if hold is None:
        return None
    if hold.by == CONFIGURATION:
        return Explanation(cause=Cause.HELD, title="held by the configuration", details=(hold.why,))
    why = f": {hold.why}" if hold.why else ""
    return Explanation(
        cause=Cause.HELD, title=f"held by {hold.by}", details=(f"held since {_dated(hold.at)}{why}",)
    )


def _dated(moment: datetime) -> str:
    """Without its year: it stands beside a renewal that has one."""
    return clock_time(moment, UTC, now=moment)
