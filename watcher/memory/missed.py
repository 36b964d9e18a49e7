"""Whose doing it is that a release came too late: ours, so that it is missed, or a change of a person's.

Missed is a release that the rules, unchanged since its announcement was due and in a ledger at least as old,
wanted, and that did not happen: the watcher or the API was down, a channel did not accept, a brake was on.
What a change made late is too late for this renewal only, and nobody's failure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.facts.accounts import Account
from watcher.facts.activity import use_in
from watcher.facts.moment import Moment
from watcher.memory.absences import absent, put_back
from watcher.memory.causes import WISHES, explained, late_by, not_accepted
from watcher.memory.paid import renewed
from watcher.memory.remembered import Known, KnownRules, ProjectMemory
from watcher.record.lateness import Change, Lateness, Since
from watcher.record.notices import NotAccepted, NotAnnounced, Received, Void
from watcher.record.outcomes import Cause, Explanation
from watcher.record.overrides import Overrides
from watcher.record.reasons import Reason
from watcher.rules.judge import Verdict
from watcher.rules.plan import Decision, Mode
from watcher.rules.policy import Policy, ReleaseWhen
from watcher.rules.targets import Target
from watcher.rules.window import Window


def rules_of(
    target: Target, mode: Mode, memory: ProjectMemory, *, enforced_before: datetime | None, now: datetime
) -> KnownRules:
    """By which rules a project is read now, and since when releases are wanted by each.

    `enforced_before`: how old a ledger is whose last turn would have released; None where it would not. Of a
    ledger of an older version nothing else is known.
    """
    if mode is not Mode.ENFORCE or not target.enrolled:
        return KnownRules(mode=mode, enrolled=target.enrolled)
    known = memory.rules
    before = {} if known is None else known.policies
    new = _since_now(memory, enforced_before, now)
    policies = {one.fingerprint: before.get(one.fingerprint, new) for one in target.policies}
    return KnownRules(mode=mode, enrolled=True, policies=policies)


def _since_now(memory: ProjectMemory, enforced_before: datetime | None, now: datetime) -> Since:
    """Since when, and by which change, something is so that was not so at the last reading."""
    known = memory.rules
    if memory.read_at is None:
        return Since.exactly(Change.WATCHED, now)
    if known is None:
        if enforced_before is None:
            return Since.exactly(Change.ENFORCED, now)
        return Since.exactly(Change.WATCHED, enforced_before)
    if known.mode is not Mode.ENFORCE:
        return Since.exactly(Change.ENFORCED, now)
    if not known.enrolled:
        return Since.exactly(Change.ENROLLED, now)
    # Another policy may have wanted the same: where nobody looked for long, it is not known since when.
    return Since(change=Change.POLICY, at=now, earliest=memory.read_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ages:
    """How long things have been as they are. `ledger_since`: the first completed turn, if any;
    `min_history`: how old the ledger must be before anything is released at all.
    """

    rules: KnownRules
    ledger_since: datetime | None
    min_history: timedelta

    def old_enough(self, window: Window, bound: datetime) -> bool:
        """Whether the ledger is: since before `bound`, and for as long as brakes ask for."""
        if self.ledger_since is None or self.ledger_since > bound:
            return False
        return self.ledger_since + self.min_history < window.closes


_PROMISED = frozenset(
    {
        Reason.WINDOW_NOT_OPEN,
        Reason.NOTICE_TOO_YOUNG,
        Reason.UNUSED,
        Reason.TERM,
        Reason.BRAKED,
        Reason.KEY_LACKS_SCOPE,
    }
)
"""Noted of a release that lacked nothing any more but time, or that was due."""


def lateness(
    decision: Decision, memory: ProjectMemory, ages: Ages, overrides: Overrides, at: Moment
) -> Lateness | None:
    """Of a release that is wanted, should it be too late; None where none is wanted.

    A change is in time while its announcement is not due yet. What is planned all the same, after a later
    one, is planned: what stops it from then on is no doing of that change's.
    """
    policy, window = decision.judgement.policy, decision.judgement.window
    if policy is None or window is None or decision.judgement.verdict is not Verdict.RELEASE:
        return None
    due, old = window.announce_from, _known(decision.account, memory)
    planned = promised = due
    if old is not None and memory.read_at is not None:
        planned = max(due, memory.read_at) if _was_planned(old, memory) else due
        promised = planned if _was_promised(old, memory) else due
    ledger = Since.exactly(Change.WATCHED, ages.ledger_since or at.now)
    changes = (
        *_of_rules(policy, ages.rules),
        *_of_holds(decision.account, old, memory, overrides, at.now),
        *_of_use(decision, policy, old, memory, at.now),
        *_of_facts(decision, old, memory, at),
    )
    weighed = [
        (ledger, ages.old_enough(window, promised)),
        *((one, one.at <= planned or one.earliest < due) for one in changes),
    ]
    return Lateness(
        due=due,
        in_time=tuple(one for one, in_time in weighed if in_time),
        late=tuple(one for one, in_time in weighed if not in_time),
    )


def missed_unseen(old: Known, window: Window, memory: ProjectMemory, ages: Ages) -> bool:
    """Whether a release was missed whose renewal passed before anybody looked again.

    `old`: the account as it was known then; `window`: of the lease period that ended.
    """
    due = window.announce_from
    wanted = _was_planned(old, memory) or old.reason is Reason.NOTICE_TO_COME
    bound = max(due, memory.read_at or due) if _was_promised(old, memory) else due
    return wanted and ages.old_enough(window, bound)


def _known(account: Account, memory: ProjectMemory) -> Known | None:
    """The account as it was at the last reading, of the same lease period."""
    old = memory.known.get(account.id)
    return old if old is not None and old.account.period == account.period else None


def _was_planned(old: Known, memory: ProjectMemory) -> bool:
    """Whether a release of it stood, or was under way, at the last reading."""
    notice = memory.notices.get(old.account.period)
    stood = notice is not None and notice.stands
    return stood or old.reason in _PROMISED or old.reason is Reason.NOTICE_UNANSWERED


def _was_promised(old: Known, memory: ProjectMemory) -> bool:
    """Whether somebody had accepted that it is to come, or it needed nobody to."""
    notice = memory.notices.get(old.account.period)
    accepted = notice is not None and notice.stands and bool(notice.receipts)
    return accepted or old.reason in _PROMISED


def _of_rules(policy: Policy, rules: KnownRules) -> Iterator[Since]:
    since = rules.policies.get(policy.fingerprint)
    if since is not None:
        yield since


def _of_holds(
    account: Account, old: Known | None, memory: ProjectMemory, overrides: Overrides, now: datetime
) -> Iterator[Since]:
    ended = overrides.hold_ended_at(account.id, now)
    if ended is not None:
        yield Since.exactly(Change.HOLD, ended)
    read_at = memory.read_at
    held_then = old is not None and old.reason is Reason.HELD and read_at is not None
    if held_then and read_at is not None and (ended is None or ended < read_at):
        # By a hold of the configuration that does not stand there any more.
        yield Since(change=Change.HOLD, at=now, earliest=read_at)


def _of_use(
    decision: Decision, policy: Policy, old: Known | None, memory: ProjectMemory, now: datetime
) -> Iterator[Since]:
    for use in map(use_in, (memory.use_of(decision.account), decision.judgement.subject.activity)):
        # At term use counts only as long as it is unfinished (ADR 0012).
        if use is not None and (use.what.ongoing or policy.release.when is not ReleaseWhen.ALWAYS):
            yield Since.exactly(Change.USE, use.at)
    if old is not None and old.reason is Reason.IN_USE and memory.read_at is not None:
        yield Since(change=Change.USE, at=now, earliest=memory.read_at)


_OTHER_FACTS = frozenset(
    {
        Reason.PROTECTED_ACCOUNT,
        Reason.PROTECTED_HANDLE,
        Reason.PROTECTED_FOLLOWERS,
        Reason.PROTECTED_HEALTH,
        Reason.CANNOT_MATCH,
        Reason.NO_POLICY,
    }
)
"""Why an account was kept that by the same rules is not any more: the API says something else of it."""

_ANOTHER_ACCOUNT = frozenset({Void.RENAMED, Void.NEW_LEASE})


def _of_facts(decision: Decision, old: Known | None, memory: ProjectMemory, at: Moment) -> Iterator[Since]:
    account, read_at = decision.account, memory.read_at
    if account.leased_since is not None:
        yield Since.exactly(Change.LEASE, account.leased_since)
    if read_at is None:
        return
    before = memory.known.get(account.id)
    if before is None:
        yield Since(change=Change.WATCHED, at=at.now, earliest=read_at)
    elif old is None and before.account.is_same_lease(account) and not renewed(before.account, account, at):
        yield Since(change=Change.RENEWAL, at=at.now, earliest=read_at)
    notice = decision.standing.notice
    another = isinstance(notice, NotAnnounced) and notice.void in _ANOTHER_ACCOUNT
    if another or (old is not None and (old.reason in _OTHER_FACTS or _by_another(decision, old, memory))):
        yield Since(change=Change.FACTS, at=at.now, earliest=read_at)


def _by_another(decision: Decision, old: Known, memory: ProjectMemory) -> bool:
    """Whether another policy governed it at the last reading, as its health was another (ADR 81): what that
    one kept, what was announced under it, or what by this one would have been announced by then.
    """
    notice, window = memory.notices.get(old.account.period), decision.judgement.window
    if decision.judgement.matched_health is None or window is None or memory.read_at is None:
        return False
    if old.reason is Reason.POLICY_NEVER:
        return True
    if notice is None:
        return old.reason is Reason.NOTICE_TO_COME and memory.read_at >= window.announce_from
    policy = decision.judgement.policy
    return policy is not None and notice.fingerprint != policy.fingerprint


def why_late(decision: Decision, memory: ProjectMemory, overrides: Overrides, now: datetime) -> Explanation:
    """What is told of a release that can no longer be: what on our side it missed, or which change came late.

    Whatever is told of its renewal afterwards says the same.
    """
    if decision.reason is Reason.CHANGED_TOO_LATE:
        since = None if decision.lateness is None else decision.lateness.made_late_by
        return Explanation(cause=Cause.CHANGED_TOO_LATE) if since is None else late_by(since)
    found = _why_missed(decision, memory, overrides, now)
    if decision.reason is Reason.NOTICE_LATE and found.cause is not Cause.NOTICE_LATE:
        return replace(found, details=(*found.details, "it could no longer be announced in time"))
    return found


def _why_missed(
    decision: Decision, memory: ProjectMemory, overrides: Overrides, now: datetime
) -> Explanation:
    """What on our side kept a release from coming in time."""
    restored = overrides.restored_at()
    match decision.standing.notice:
        case NotAccepted(missing=missing) if decision.reason is Reason.NOTICE_UNANSWERED:
            return not_accepted(missing)
        case Received() if decision.reason is Reason.NOTICE_LATE:
            return Explanation(cause=Cause.NOTICE_LATE)
        case NotAnnounced(void=Void.RESTORED) if restored is not None:
            return put_back(restored)
    old = _known(decision.account, memory)
    found = None if old is None else explained(old, memory, overrides, now=now)
    # Whatever kept it at the last reading had ended in time: nobody looked.
    return absent(memory, overrides) if found is None or found.cause in WISHES else found
