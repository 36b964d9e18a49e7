"""Why a release was not done, or a renewal paid: one cause, found once, and the same for whoever asks.

What is told of a lease period, when its release can no longer be or when its renewal is paid, is one
`Explanation`. It is found here, kept, and worded from there on by `watcher/messages/explained.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

from watcher.brakes import Halt
from watcher.brakes.kinds import LIFTED_BY_APPROVAL, LIFTED_BY_BASELINE
from watcher.brakes.kinds.min_history import HISTORY
from watcher.brakes.kinds.paused import PAUSED
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.facts.activity import Unknown
from watcher.facts.health import HealthUnknown
from watcher.memory.absences import absent, dated, not_running
from watcher.memory.remembered import GIVEN_UP, Known, ProjectMemory
from watcher.messages.health_words import HEALTH_DOUBT, health_in_words
from watcher.messages.matters import in_time
from watcher.messages.words import CHANGE, DOUBT, LATE_BY, REASON, SAID
from watcher.record.attempts import Attempt
from watcher.record.intents import WhyNotSent
from watcher.record.lateness import Since
from watcher.record.notices import NotAccepted
from watcher.record.outcomes import CAUSES, Cause, Explanation
from watcher.record.overrides import CONFIGURATION, Override, OverrideKind, Overrides
from watcher.record.reasons import Reason
from watcher.rules.judge import Check, Judgement
from watcher.rules.plan import Decision, Mode
from watcher.rules.policy import ReleaseWhen
from watcher.texts.spans import span
from watcher.texts.times import clock_time

WISHES: Final = frozenset(
    {
        Cause.HELD,
        Cause.PROTECTED,
        Cause.NOT_ENROLLED,
        Cause.POLICY,
        Cause.CHANGED_TOO_LATE,
        Cause.OBSERVING,
    }
)
"""Causes that no watching would have changed: somebody wanted it kept, or changed their mind too late."""


def halted_by(
    halts: Sequence[Halt],
    closes: datetime | None,
    names: Mapping[ProjectId, str],
    *,
    by: datetime | None = None,
) -> Explanation:
    """`halts`: at least one; `closes`: of the window of what they stop; `names`: of the projects; `by`: until
    when people are told that a word comes in time.
    """
    titles = [halt.in_words(names) if halt.brake.says_all else halt.named(names) for halt in halts]
    return Explanation(
        cause=Cause.BRAKED,
        title=f"{_HALTED}{' and '.join(dict.fromkeys(titles))}",
        details=tuple(dict.fromkeys(halt.figures for halt in halts if not halt.brake.says_all)),
        brakes=tuple(dict.fromkeys(halt.brake.word for halt in halts)),
        closes=closes,
        by=by,
    )


def told_by(
    closes: datetime | None, before: Explanation | None, now: datetime, poll: timedelta
) -> datetime | None:
    """Until when people are told that a word comes in time; what they were told `before` stays so.

    None: as that has passed already when the halt is seen, all that is told is "at once".
    """
    by = in_time([closes], now, poll)
    if by is not None and by > now:
        return by
    same = before is not None and before.cause is Cause.BRAKED and before.closes == closes
    return before.by if before is not None and same else None


_HALTED: Final = "halted: "


def halted_title(halt: Explanation) -> str:
    """By what alone: `too many releases`."""
    return halt.title.removeprefix(_HALTED)


def over(halt: Explanation) -> Explanation:
    """Of what was going to be halted until too late, and is not any more: by what is remembered, no more."""
    return replace(halt, details=(), closes=None, by=None)


def halted_before_sending(why: str, closes: datetime | None) -> Explanation:
    """Of what no brake had stopped when the turn judged it."""
    return Explanation(
        cause=Cause.BRAKED,
        title="halted right before it was sent",
        details=(why,) if why else (),
        closes=closes,
    )


def not_sent(attempt: Attempt) -> Explanation:
    """Of what a turn in its window was about to release: it ran, and what kept it was the API's.

    Who was told to stop meanwhile is no watcher that runs.
    """
    match attempt.unsent:
        case WhyNotSent.THROTTLED:
            cause = Cause.REFUSED
        case WhyNotSent.STOPPING:
            cause = Cause.WATCHER_DOWN
        case WhyNotSent.TOO_LATE | WhyNotSent.NO_CONNECTION | None:
            cause = Cause.API_DOWN
        case _:
            assert_never(attempt.unsent)
    details = (attempt.detail,) if attempt.detail else ()
    return Explanation(cause=cause, title="its release was not sent", details=details, unsent=True)


def late_by(since: Since) -> Explanation:
    """What a change made too late for its renewal."""
    return Explanation(
        cause=Cause.CHANGED_TOO_LATE,
        title=LATE_BY[since.change],
        details=(f"{CHANGE[since.change]} {dated(since.at)}",),
    )


def not_accepted(missing: Iterable[str]) -> Explanation:
    """By which channels; none where none is there whose acceptance counts."""
    channels = tuple(missing)
    by = f"by {' and '.join(channels)}" if channels else "by any channel: none counts"
    return Explanation(cause=Cause.NOTICE_LATE, title=f"announcement not accepted {by}", channels=channels)


def noted_of(decision: Decision) -> Explanation | None:
    """What is to be remembered of why it is kept, or waits, beside the closed word for it."""
    reason = decision.reason
    cause = CAUSES.get(reason)
    match reason:
        case Reason.HELD if (hold := decision.judgement.subject.hold) is not None:
            return held_by(hold, decision.account.renews_at)
        case Reason.NOTICE_UNANSWERED if isinstance(decision.standing.notice, NotAccepted):
            return not_accepted(decision.standing.notice.missing)
        case Reason.ACTIVITY_UNKNOWN if isinstance(decision.judgement.subject.activity, Unknown):
            doubt = DOUBT[decision.judgement.subject.activity.why]
            return Explanation(cause=Cause.UNKNOWN_ACTIVITY, title=f"{REASON[reason]}: {doubt}")
        case Reason.HEALTH_UNKNOWN if isinstance(decision.judgement.subject.health, HealthUnknown):
            doubt = HEALTH_DOUBT[decision.judgement.subject.health.why]
            return Explanation(cause=Cause.UNKNOWN_HEALTH, title=f"{REASON[reason]}: {doubt}")
        case _ if cause in (Cause.PROTECTED, Cause.POLICY) or reason is Reason.IN_USE:
            return by_rules(decision.judgement, reason)
        case _:
            return None


def by_rules(judgement: Judgement, reason: Reason) -> Explanation | None:
    """Of what its policy keeps, for that reason: by which of its words. None of any other reason."""
    policy = judgement.policy
    if policy is None:
        return Explanation(cause=CAUSES[reason], title=REASON[reason]) if reason in CAUSES else None
    by_policy = f"by policy {policy.name}"
    word = judgement.deciding.detail or ""
    match reason:
        case Reason.PROTECTED_ACCOUNT:
            return Explanation(cause=Cause.PROTECTED, title=REASON[reason], details=(by_policy,))
        case Reason.PROTECTED_HANDLE:
            title = f"{REASON[reason]}: {word}"
            return Explanation(cause=Cause.PROTECTED, title=title, details=(by_policy,))
        case Reason.PROTECTED_FOLLOWERS:
            title = f"{REASON[reason]}: {int(word):,} or more"
            return Explanation(cause=Cause.PROTECTED, title=title, details=(by_policy,))
        case Reason.PROTECTED_HEALTH:
            title = f"{REASON[reason]}: {health_in_words(judgement.subject.health)}"
            return Explanation(cause=Cause.PROTECTED, title=title, details=(by_policy,))
        case Reason.CANNOT_MATCH if judgement.deciding.check is Check.NOT_PROTECTED:
            title = f"{REASON[reason]}: {word} unknown"
            return Explanation(cause=Cause.PROTECTED, title=title, details=(by_policy,))
        case Reason.POLICY_NEVER:
            return Explanation(cause=Cause.POLICY, title=f"policy {policy.name} never releases")
        case Reason.IN_USE if policy.release.when is ReleaseWhen.ALWAYS:
            title = "posts that its release would have cancelled"
            return Explanation(cause=Cause.POLICY, title=title, details=(by_policy,))
        case Reason.IN_USE:
            needed = span(policy.release.idle_after)
            title = f"not unused for the {needed} that policy {policy.name} asks"
            return Explanation(cause=Cause.POLICY, title=title)
        case _:
            return None


def explained(old: Known, memory: ProjectMemory, overrides: Overrides, *, now: datetime) -> Explanation:
    """Why the remembered lease period was paid for, or will be: what would have kept that from being.

    A person's wish comes first; then what was told of it when its release became too late. What brakes were
    to stop until too late is theirs, whether or not a turn came in its window: one would have been stopped,
    unless somebody had said a word by then. Otherwise it is an absence, or the last reason noted.
    """
    period = old.account.period
    noted = None if old.reason is None else CAUSES.get(old.reason)
    told = _told(old)
    # Told as missed, it stays that: by what is left of its announcement a later turn may call it a change's.
    if noted is not None and noted in WISHES and (told is None or noted is not Cause.CHANGED_TOO_LATE):
        return _as_noted(old, noted, overrides)
    if period in memory.released:
        return Explanation(cause=Cause.UNDONE)
    if told is not None:
        return told
    if (hold := overrides.held_at(period.account, period.renews_at)) is not None:
        return held_by(hold, period.renews_at)
    if memory.rules is not None and memory.rules.mode is Mode.OBSERVE and old.reason is not Reason.IN_USE:
        # A turn in its window would have released nothing.
        return Explanation(cause=Cause.OBSERVING)
    if old.is_given_up(overrides):
        # A turn in its window would have done nothing more.
        return _as_noted(old, Cause.REFUSED, overrides)
    if old.reason in GIVEN_UP:
        noted = None  # somebody allowed another try, and no turn came for it
    unreadable = memory.unreadable_since is not None and memory.unreadable_since <= period.renews_at
    let_go = _let_go(old, memory, overrides)
    if old.reason is Reason.BRAKED and not (unreadable and let_go):
        return _with_words(_noted(old, Cause.BRAKED), period, overrides, now)
    if (coming := _was_to_be_halted(old, memory, now)) is not None and not let_go:
        halted = _with_words(coming, period, overrides, now)
        return replace(halted, details=(*halted.details, "no turn came in its window"))
    details = (*let_go, "but no turn came in its window") if coming is not None and let_go else ()
    if unreadable:
        return absent(memory, overrides, *details)
    if old.reason is Reason.IN_USE:
        # Not used for a whole period, or never, and yet not for long enough for its policy.
        return _noted(old, Cause.POLICY)
    if old.explanation is not None and old.explanation.unsent:
        return old.explanation  # a turn came in its window
    if noted is not None and not _came_in_time(old, noted, memory):
        return _as_noted(old, noted, overrides)
    if period in memory.not_done and old.reason not in GIVEN_UP:
        return Explanation(cause=Cause.UNEXPLAINED)
    if old.reason is Reason.NOTICE_TOO_YOUNG and _looked_in_its_window(old, memory):
        return Explanation(cause=Cause.NOTICE_LATE)
    if old.gone_at is not None and old.gone_at <= period.renews_at:
        since = f"missing since {dated(old.gone_at)}"
        return Explanation(cause=Cause.API_DOWN, title=_NOT_LISTED, details=(since, *details))
    in_time = memory.read_at is not None and memory.read_at < period.renews_at
    if old.reason in _BEFORE_ITS_WINDOW and in_time and _looked_in_its_window(old, memory):
        # Its project was read, and nothing could be concluded of it alone: listed twice there, or oddly.
        return Explanation(cause=Cause.API_DOWN, title=_NOT_UNDERSTOOD, details=details)
    return not_running(memory, overrides, *details)


_NOT_LISTED: Final = "its project's list did not show it"
_BEFORE_ITS_WINDOW: Final = frozenset({Reason.NOTICE_TO_COME, Reason.WINDOW_NOT_OPEN})
"""What no turn says of an account that it judges in its window."""
_NOT_UNDERSTOOD: Final = "what its project's list said of it was not to be believed"


def _as_noted(old: Known, cause: Cause, overrides: Overrides) -> Explanation:
    if cause is not Cause.HELD:
        return _noted(old, cause)
    hold = overrides.held_at(old.account.id, old.account.renews_at)
    return _noted(old, cause) if hold is None else held_by(hold, old.account.renews_at)


_SAYS_MORE: Final = frozenset({Reason.ATTEMPTS_SPENT, Reason.KEY_LACKS_SCOPE})
"""Reasons of a cause that has several: the reason says which."""


def _noted(old: Known, cause: Cause) -> Explanation:
    """What was remembered of it, where that is of this cause."""
    if old.explanation is not None and old.explanation.cause is cause:
        return old.explanation
    title = REASON[old.reason] if old.reason in _SAYS_MORE else ""
    return Explanation(cause=cause, title=title)


def _told(old: Known) -> Explanation | None:
    """What was told when its release became too late."""
    return None if old.missed_at is None else old.explanation


def _came_in_time(old: Known, noted: Cause, memory: ProjectMemory) -> bool:
    """Whether what an announcement lacked when it was last looked at had come before its window."""
    if noted is not Cause.NOTICE_LATE or old.reason is Reason.NOTICE_LATE:
        return False
    notice = memory.notices.get(old.account.period)
    if notice is None or not notice.stands or not notice.receipts:
        return False
    missing = old.explanation.channels if old.explanation is not None else ()
    return notice.receipts.keys() >= frozenset(missing)


def _looked_in_its_window(old: Known, memory: ProjectMemory) -> bool:
    """Whether a turn came that would have released it, had its announcement been of age by then."""
    notice = memory.notices.get(old.account.period)
    return notice is not None and memory.read_at is not None and memory.read_at >= notice.not_before


def _was_to_be_halted(old: Known, memory: ProjectMemory, now: datetime) -> Explanation | None:
    """By what, where people had been told that brakes stop it until it is too late, and it is by now."""
    halt = old.explanation
    if halt is None or halt.cause is not Cause.BRAKED or old.reason is Reason.BRAKED:
        return None
    if halt.closes is None or halt.closes > now:
        return None
    if old.reason not in (Reason.NOTICE_TO_COME, Reason.NOTICE_UNANSWERED):
        return halt
    notice = memory.notices.get(old.account.period)
    return halt if notice is not None and notice.stands and notice.receipts else None


def _let_go(old: Known, memory: ProjectMemory, overrides: Overrides) -> tuple[str, ...]:
    """Who said in time what lifts all that halts it; nothing where no one did.

    Of what no word lifts only a turn could have said whether it was still on.
    """
    halt = old.explanation
    if halt is None or halt.closes is None:
        return ("halted by something unknown",) if old.reason is Reason.BRAKED else ()
    words: list[Override | None] = []
    for brake in halt.brakes:
        if brake in LIFTED_BY_APPROVAL:
            said = overrides.last_on_approval(old.account.period, halt.closes)
            words.append(said if said is not None and said.kind is OverrideKind.APPROVE else None)
        elif brake == PAUSED.word:
            still = overrides.paused_at(old.account.project, halt.closes)
            words.append(None if still else _last(OverrideKind.RESUME, old, memory, overrides, halt.closes))
        elif brake in LIFTED_BY_BASELINE:
            words.append(_last(OverrideKind.ACCEPT_BASELINE, old, memory, overrides, halt.closes))
        elif brake == HISTORY.word:
            words.append(None)
    if None in words:
        return ()
    said_by = [f"{word.by} {SAID[word.kind]}, {dated(word.at)}" for word in words if word]
    return tuple(dict.fromkeys(said_by)) or ("what halted it may have been over",)


def _last(
    kind: OverrideKind, old: Known, memory: ProjectMemory, overrides: Overrides, before: datetime
) -> Override | None:
    """The last such word of its project, or of the fleet, since anybody looked."""
    said = (
        word
        for word in overrides.said
        if word.kind is kind and word.project in (None, old.account.project) and word.at < before
        if memory.read_at is None or word.at >= memory.read_at
    )
    return max(said, key=lambda word: word.at, default=None)


def _with_words(halted: Explanation, period: LeasePeriod, overrides: Overrides, now: datetime) -> Explanation:
    """What people said of it until it was too late; that nobody did, where a word was all it took."""
    closes = halted.closes
    if closes is None or closes > now:
        return halted
    last = halted.by or closes
    if not LIFTED_BY_APPROVAL.intersection(halted.brakes):
        return replace(halted, details=(*halted.details, f"not lifted by {dated(last)}"))
    word = overrides.last_on_approval(period, closes)
    if word is None:
        nobody = "nobody approved"
        return replace(halted, word=nobody, details=(*halted.details, f"{nobody} by {dated(last)}"))
    why = f": {word.why}" if word.why else ""
    if word.kind is OverrideKind.UNAPPROVE:
        withdrawn = f"approval withdrawn by {word.by}"
        return replace(
            halted, word=withdrawn, details=(*halted.details, f"{withdrawn}, {dated(word.at)}{why}")
        )
    approved = f"{word.by} approved {dated(word.at)}{why}"
    if LIFTED_BY_APPROVAL.issuperset(halted.brakes):
        approved += ", after the last turn in its window"
    return replace(halted, details=(*halted.details, approved))


def held_by(hold: Override, renews_at: datetime) -> Explanation:
    """Whose hold it is, since when and until when; one of the configuration has no beginning."""
    until = "for ever" if hold.until is None else f"until {clock_time(hold.until, UTC, now=renews_at)}"
    why = f": {hold.why}" if hold.why else ""
    if hold.by == CONFIGURATION:
        return Explanation(cause=Cause.HELD, title=f"{_HELD_BY}the configuration", details=(f"{until}{why}",))
    since = f"held since {clock_time(hold.at, UTC, now=renews_at)}, {until}{why}"
    return Explanation(cause=Cause.HELD, title=f"{_HELD_BY}{hold.by}", details=(since,))


_HELD_BY: Final = "held by "


def holder_of(explanation: Explanation | None) -> str | None:
    """Who held the account: a person, or the configuration; None where nobody did, or that is not known."""
    if explanation is None or explanation.cause is not Cause.HELD:
        return None
    return explanation.title.removeprefix(_HELD_BY) or None
