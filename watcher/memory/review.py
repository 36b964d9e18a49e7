"""A project's new reading held against what is remembered: what changed, what was paid, what is void."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from watcher.facts.accounts import Account, AccountId, LeasePeriod
from watcher.facts.activity import Activity, Seen, Use
from watcher.facts.moment import Moment
from watcher.memory import lease_messages
from watcher.memory.causes import noted_of
from watcher.memory.fading import shown_again, turned_idle_at, turned_since, unshown, unshown_since
from watcher.memory.paid import as_of_its_renewal, paid_renewals, renewed
from watcher.memory.remembered import Known, ProjectMemory
from watcher.messages.events import Event
from watcher.record.notices import NotAnnounced, Void
from watcher.record.outcomes import CAUSES, Cause, Explanation, Outcome, released
from watcher.record.overrides import NOTHING_SAID, Overrides
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage, Verdict
from watcher.rules.plan import Decision, Release
from watcher.rules.targets import Target

_ONGOING_NOTED_EVERY = timedelta(hours=1)
"""Unfinished posts mean use at every reading; noting it once an hour keeps the ledger small."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """`known`: only the accounts whose facts changed; `vanished`: gone since `since`, not by us."""

    known: tuple[Known, ...]
    current: Mapping[AccountId, Known]
    """Every account ever known in the project, as it is now."""
    events: tuple[Event, ...]
    outcomes: tuple[Outcome, ...]
    voided: tuple[tuple[str, Void], ...]
    vanished: int
    turned_idle: tuple[datetime, ...]
    """When each account turned from used to unused, of those that did since `since`."""
    remembered: int
    """Accounts of which a use is known that their evidence must still show."""
    unshown: int
    """Of those, the ones where it does not, since `since`."""


def review(
    memory: ProjectMemory,
    decisions: Iterable[Decision],
    *,
    quiet: Iterable[Account] = (),
    readings: Mapping[AccountId, Activity] = {},
    present: frozenset[str],
    twice: frozenset[str] = frozenset(),
    disconnected: frozenset[AccountId] = frozenset(),
    late: Mapping[LeasePeriod, Explanation] = {},
    overrides: Overrides = NOTHING_SAID,
    target: Target | None = None,
    by_then: Mapping[LeasePeriod, Activity] = {},
    follower_limits: Sequence[int] = (),
    new_day: bool = True,
    at: Moment,
    since: datetime | None,
) -> Review:
    """Compare a whole reading with the memory.

    `readings`: what the evidence said just now, where it was asked;
    `quiet`: accounts too far from their renewal for anything to be decided about them;
    `present`: every id in the listing, quarantined ones too: what is not understood is not gone.
    `twice`: those of them that another project lists too: what was announced of them is withdrawn.
    `disconnected`: those that the project's list of what is leased no more shows, where that was asked;
    `late`: lease periods of which this reading is the first to say that no release can come any more, and
    why; `overrides`: what people said; `target`: by whose rules it is read now;
    `by_then`: what the evidence says of the use by renewals that nobody saw pass;
    `follower_limits`: counts from which on a policy answers otherwise, ascending; `new_day`: whether this is
    the project's first reading of its day, which notes every other count too (ADR 0036);
    `at`: when it was read;
    `since`: vanished accounts and turns to unused count from then on (ADR 0004); None: all of them.
    """
    known: list[Known] = []
    events: list[Event] = []
    outcomes: list[Outcome] = []
    voided: list[tuple[str, Void]] = []
    current: dict[AccountId, Known] = {}
    still_shown: set[AccountId] = set()

    now = at.now

    def note(account: Account, new: Known, old: Known | None) -> None:
        current[account.id] = new
        if new is old or new == old:
            return
        known.append(new)
        if old is not None and account.is_same_lease(old.account):
            if old.gone_at is not None and old.account.period not in memory.released:
                events.append(lease_messages.back(account, old.gone_at, now))
            if old.account != account:
                paid = tuple(paid_renewals(old, account, memory, at, overrides, target, by_then))
                outcomes.extend(paid)
                events.extend(lease_messages.paid(outcome, old, now) for outcome in paid)
                moved = _moved(old.account, account, at)
                events.extend(lease_messages.drift(old.account, account, now, moved=moved))
                voided.extend(_left_behind(old.account, account, memory, at))
        elif memory.read_at is not None:
            events.append(lease_messages.new_lease(account, now))

    def left_alone(old: Known) -> Known:
        notice = memory.notices.get(old.account.period)
        if notice is not None and notice.voided is None:
            voided.append((notice.key, Void.LISTED_TWICE))
            events.append(lease_messages.withdrawn(old.account, Void.LISTED_TWICE, notice, now))
        if old.reason is Reason.LISTED_TWICE:
            return old
        return replace(old, reason=Reason.LISTED_TWICE, decided_at=at.noted_at)

    def quarantined(old: Known) -> None:
        # Not understood, or not believed, but there: it did not vanish, or is back.
        back = old.gone_at is not None
        there = (
            replace(old, gone_at=None, used=memory.standing_use(old.account, at.noted_at)) if back else old
        )
        if old.account.id in twice:
            there = left_alone(there)
        current[old.account.id] = there
        if there is not old:
            known.append(there)

    def to_note(old: Known | None, account: Account) -> Account:
        account = as_of_its_renewal(old, account, at)
        if new_day or old is None or old.account.followers == account.followers:
            return account
        return account if _is_news(old.account, account, follower_limits) else _as_noted(old.account, account)

    for account in quiet:
        old = memory.known.get(account.id)
        if old is not None and old.gone_at is None and old.account == account:
            current[account.id] = old  # so it is with almost every account of a large fleet
            continue
        account = to_note(old, account)
        note(account, _known_quiet(old, account, memory, at), old)
    for decision in decisions:
        old = memory.known.get(decision.account.id)
        account = to_note(old, decision.account)
        shown = shown_again(old, decision.judgement, readings, now)
        if shown:
            still_shown.add(account.id)
        note(account, _known(old, account, decision, memory, shown, at, late), old)
        if (void := _void(decision, memory)) is not None:
            voided.append(void)
            events.append(
                lease_messages.withdrawn(
                    account,
                    void[1],
                    memory.notices[decision.account.period],
                    now,
                    too_late=decision.reason in _NOT_ANEW,
                )
            )
    for id_, old in memory.known.items():
        if id_ in present:
            if id_ not in current:
                quarantined(old)
            continue
        current[id_] = old
        if old.gone_at is None and id_ not in memory.unresolved:
            current[id_] = replace(old, gone_at=at.noted_at)
            known.append(current[id_])
            if id_ in disconnected and _was_ours_after_all(old, memory, at):
                outcomes.append(released(old.account, at.noted_at))
                events.append(lease_messages.released_after_all(old.account, now))
            elif old.account.period not in memory.released:
                events.append(lease_messages.gone(old.account, now))
    no_longer_shown = unshown(current.values(), since)
    return Review(
        known=tuple(known),
        current=current,
        events=tuple(events),
        outcomes=tuple(outcomes),
        voided=tuple(voided),
        vanished=vanished_since(current, memory.released | memory.not_done.keys(), since),
        turned_idle=turned_since(current.values(), since, now),
        remembered=len(still_shown | no_longer_shown),
        unshown=len(no_longer_shown),
    )


_NOT_ANEW: Final = frozenset({Reason.NOTICE_LATE, Reason.TOO_LATE, Reason.CHANGED_TOO_LATE})
"""What is due and too late is announced no more before its renewal."""


def _is_news(old: Account, new: Account, limits: Sequence[int]) -> bool:
    """Whether a number of followers differs by more than its amount: what a policy answers, or may."""
    if old.followers is None or new.followers is None or not new.is_same_lease(old):
        return True
    return bisect(limits, old.followers) != bisect(limits, new.followers)


def _as_noted(old: Account, new: Account) -> Account:
    """The account as it was read, with the followers that were noted of it before."""
    return replace(new, followers=old.followers)


def vanished_since(
    known: Mapping[AccountId, Known], released: frozenset[LeasePeriod], since: datetime | None
) -> int:
    """Accounts gone after `since` and not by a release of ours."""
    return sum(
        one.gone_at is not None and _after(one.gone_at, since) and one.account.period not in released
        for one in known.values()
    )


def _after(moment: datetime, since: datetime | None) -> bool:
    return since is None or moment > since


def _says_no_more(reason: Reason, noted: Reason | None) -> bool:
    """That window or renewal has passed does not tell why: a reason noted before, which does, stands."""
    if reason is Reason.RENEWAL_PENDING:
        return noted is not None
    return reason is Reason.TOO_LATE and noted in CAUSES


def _can_say(decision: Decision, at: Moment) -> bool:
    """Whether our clock is one to note the reason by: that it is too late only a right one says."""
    return at.sure or decision.reason not in (Reason.TOO_LATE, Reason.NOTICE_LATE)


def _known(
    old: Known | None,
    account: Account,
    decision: Decision,
    memory: ProjectMemory,
    shown: bool | None,
    at: Moment,
    late: Mapping[LeasePeriod, Explanation],
) -> Known:
    now = at.noted_at
    usage = decision.judgement.usage_at_opening
    told = late.get(account.period) if late else None
    counted_at = None if told is None else now
    if old is None or not account.is_same_lease(old.account):
        says = _can_say(decision, at)
        return Known(
            account=account,
            first_seen_at=now,
            used=_used(memory.standing_use(account, now), decision, at),
            usage_at_opening=usage,
            reason=decision.reason if says else None,
            decided_at=now if says else None,
            missed_at=counted_at,
            explanation=told or (noted_of(decision) if says else None),
        )
    remembered = old.usage_at_opening if usage is Usage.UNKNOWN else usage
    same_period = old.account.renews_at == account.renews_at
    stands = same_period and (_says_no_more(decision.reason, old.reason) or _still_braked(decision, old))
    reason = old.reason if stands else decision.reason
    says = _can_say(decision, at)
    if not says:
        reason = old.reason if same_period else None
    same_reason = old.reason is reason and same_period
    # A release that is to come after all, and is missed then, is told as that.
    was_told = same_period and not decision.release_ahead and old.missed_at is not None
    return Known(
        account=account,
        first_seen_at=old.first_seen_at,
        used=_used(memory.standing_use(account, now), decision, at),
        usage_at_opening=remembered,
        turned_idle_at=turned_idle_at(old, decision.judgement, memory, now),
        unshown_since=unshown_since(old, shown, now),
        reason=reason,
        decided_at=old.decided_at if same_reason else now,
        missed_at=counted_at or (old.missed_at if was_told else None),
        explanation=told or _noted(decision, old, same_period, stays=was_told or stands or not says),
        gone_at=None,
    )


def _noted(decision: Decision, old: Known, same_period: bool, *, stays: bool) -> Explanation | None:
    """What is known of why; of a release to come, which brakes are to stop it, until they judge anew."""
    to_be_halted = old.explanation is not None and old.explanation.cause is Cause.BRAKED
    if same_period and (stays or (to_be_halted and decision.release_ahead)):
        return old.explanation
    return None if stays else noted_of(decision)


def _still_braked(decision: Decision, old: Known) -> bool:
    """Brakes judge what is due when every project was read: until then what one did before stands."""
    return isinstance(decision.course, Release) and old.reason is Reason.BRAKED


def _known_quiet(old: Known | None, account: Account, memory: ProjectMemory, at: Moment) -> Known:
    """Nothing was asked, nothing decided: use stays as it was noted, a reason ends with its lease period."""
    now = at.noted_at
    if old is not None and old.gone_at is None and old.account == account:
        return old
    if old is None or not account.is_same_lease(old.account):
        return Known(account=account, first_seen_at=now, used=memory.standing_use(account, now))
    moved = old.account.renews_at != account.renews_at
    return replace(
        old,
        account=account,
        used=memory.standing_use(account, now) if old.gone_at is not None else old.used,
        gone_at=None,
        reason=None if moved else old.reason,
        decided_at=None if moved else old.decided_at,
        missed_at=None if moved else old.missed_at,
        explanation=None if moved else old.explanation,
    )


def _used(old: Seen | None, decision: Decision, at: Moment) -> Seen | None:
    read = decision.judgement.subject.activity
    if not isinstance(read, Seen) or read.what is Use.REMEMBERED or read.what.is_absence:
        return old
    # Noted by a clock that was days ahead, unfinished work would have been use for so much longer.
    seen_at = min(read.at, at.noted_at)
    if old is not None and seen_at <= old.at:
        return old
    same = old is not None and (read.what, read.planned) == (old.what, old.planned)
    if old is not None and same and read.what.ongoing and seen_at - old.at < _ONGOING_NOTED_EVERY:
        return old
    return replace(read, at=seen_at, cancelled=frozenset())


_VOIDS = {
    Reason.HELD: Void.HELD,
    Reason.IN_USE: Void.USED,
    Reason.POLICY_NEVER: Void.POLICY_CHANGED,
    Reason.NOT_ENROLLED: Void.POLICY_CHANGED,
    Reason.PROTECTED_ACCOUNT: Void.POLICY_CHANGED,
    Reason.PROTECTED_HANDLE: Void.POLICY_CHANGED,
    Reason.PROTECTED_FOLLOWERS: Void.NO_LONGER_DUE,
    Reason.PROTECTED_HEALTH: Void.NO_LONGER_DUE,
    Reason.CANNOT_MATCH: Void.NO_LONGER_DUE,
    Reason.NO_POLICY: Void.POLICY_CHANGED,
}
"""Doubt alone (use or health unknown for a turn) voids nothing: it only keeps the account for now."""


def _void(decision: Decision, memory: ProjectMemory) -> tuple[str, Void] | None:
    notice = memory.notices.get(decision.account.period) if memory.notices else None
    if notice is None or notice.voided is not None:
        return None
    if decision.judgement.verdict is not Verdict.RELEASE:
        why = _VOIDS.get(decision.judgement.reason)
        if why is Void.USED and decision.standing.notice == NotAnnounced(
            void=Void.POLICY_CHANGED, at_once=True
        ):
            # It may be used as before: another policy governs it, by its health (ADR 81), that minds.
            why = Void.POLICY_CHANGED
        activity = decision.judgement.subject.activity
        if why is Void.USED and isinstance(activity, Seen) and activity.what.is_absence:
            why = Void.NO_LONGER_DUE  # it was out of sight, and nobody knows of any use (ADR 91)
        return None if why is None else (notice.key, why)
    match decision.standing.notice:
        case NotAnnounced(void=Void() as why):
            return notice.key, why
        case _:
            return None


def _left_behind(old: Account, new: Account, memory: ProjectMemory, at: Moment) -> Iterator[tuple[str, Void]]:
    """The notice of a period that a moved renewal ended: void, also should the renewal move back."""
    notice = memory.notices.get(old.period)
    if _moved(old, new, at) and notice is not None and notice.voided is None:
        yield notice.key, Void.NO_LONGER_DUE


def _moved(old: Account, new: Account, at: Moment) -> bool:
    """Whether the renewal is another one although the earlier did not take place."""
    return old.renews_at != new.renews_at and not renewed(old, new, at)


def _was_ours_after_all(old: Known, memory: ProjectMemory, at: Moment) -> bool:
    """Whether what is shown as disconnected is so by a DELETE of ours that seemed to have had no effect.

    As where a 404 answers the next one. Once the renewal may have passed nobody can say who ended the lease.
    """
    in_time = at.latest is not None and at.latest < old.account.renews_at
    return in_time and memory.may_have_landed(old.account.period)
