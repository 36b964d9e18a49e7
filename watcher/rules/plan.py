"""What is to be done with one account now: the step, from verdict, notice, ladder and time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from watcher.facts.accounts import Account
from watcher.record.intents import LISTS_FOLLOW_WITHIN, Ending
from watcher.record.lateness import Lateness
from watcher.record.notices import NotAccepted, NotAnnounced, NoticeState, Received
from watcher.record.reasons import Reason
from watcher.rules.judge import Check, Judgement, Usage, Verdict
from watcher.rules.policy import IfNoticeLate, ReleaseRule
from watcher.rules.window import Window


class Mode(StrEnum):
    """What the partner lets the watcher do; `observe` is the default and never releases."""

    OBSERVE = "observe"
    ENFORCE = "enforce"


@dataclass(frozen=True, kw_only=True, slots=True)
class Warn:
    rung: timedelta
    """How long before the renewal this warning belongs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Announce:
    not_before: datetime
    """The instant named in the message: no release comes earlier under it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    pass


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    until: datetime
    why: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    why: Reason


Step = Warn | Announce | Release | Wait | Leave


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodState:
    """What is remembered of this lease period.

    `told`: rungs already given to the notifiers; `not_done`: DELETEs proved to have had no effect;
    `allowed_again`: after the last of those a person said that it was not released.
    """

    told: frozenset[timedelta] = frozenset()
    notice: NoticeState = NotAnnounced()
    not_done: int = 0
    allowed_again: bool = False
    unresolved: bool = False
    refused: bool = False
    released: bool = False
    given_back_at: datetime | None = None
    """When this very lease was given back, as the API confirmed; no person has allowed another try since."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What holds for every account of a turn. `ledger_since`: the first completed turn, if any.

    `earliest`: where our clock is known to be off, the earliest that it may be. Warnings go by that: told
    too early, one would not be told when it is due. `listed_at`: as of when the list shows the account; None:
    now.
    """

    now: datetime
    mode: Mode
    ledger_since: datetime | None
    earliest: datetime | None = None
    listed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One account, why, and the step: what reports show, messages tell and the executor carries out.

    `beside`: what holds for the account beside a warning, which changes nothing of it.
    """

    judgement: Judgement
    standing: PeriodState
    step: Step
    beside: Wait | Leave | None = None
    lateness: Lateness | None = None
    """Whose doing it is that no release can come any more; of one that is due, should it not be sent."""

    @property
    def account(self) -> Account:
        return self.judgement.subject.account

    @property
    def course(self) -> Step:
        """What becomes of the account, whether or not a warning of it is due now."""
        return self.step if self.beside is None else self.beside

    @property
    def release_ahead(self) -> bool:
        """Whether a release is to come, if nothing changes; what only the observe mode keeps is not."""
        wanted = self.judgement.verdict is Verdict.RELEASE
        return wanted and isinstance(self.course, Wait | Announce | Release)

    @property
    def reason(self) -> Reason:
        """Why this becomes of the account; where it is released, why it is judged so."""
        match self.course:
            case Wait(why=why) | Leave(why=why):
                return why
            case Announce():
                return Reason.NOTICE_TO_COME
            case Warn() | Release():
                return self.judgement.reason


def with_lateness(decision: Decision, lateness: Lateness | None, *, changed: bool) -> Decision:
    """`changed`: a change made it too late, which is another reason to leave it than that it is missed."""
    decision = replace(decision, lateness=lateness)
    if not changed or not isinstance(decision.course, Leave):
        return decision
    left = Leave(why=Reason.CHANGED_TOO_LATE)
    return replace(decision, step=left) if decision.beside is None else replace(decision, beside=left)


ATTEMPTS: Final = 2
"""One DELETE, and one more where the first is proved to have had no effect (design §4.4);
after that each is one that a person allows."""


def given_up(ended: Ending, standing: PeriodState) -> Reason | None:
    """Why no turn tries it again after an attempt that ended so; None where one does, or need not.

    `standing`: as it was before that attempt.
    """
    match ended:
        case Ending.REFUSED:
            return Reason.REFUSED_BEFORE
        case Ending.NOT_DONE if standing.not_done + 1 >= ATTEMPTS:
            return Reason.ATTEMPTS_SPENT
        case _:
            return None


def plan(judgement: Judgement, standing: PeriodState, terms: Terms) -> Decision:
    """Choose the step. A warning that is due goes out whenever nothing weightier does.

    A release that is due says nothing beside it: whoever sees that it was not sent asks `warning_due`.
    """
    step = _course(judgement, standing, terms)
    rung = _due_warning(judgement, standing, terms.earliest or terms.now)
    match step:
        case Wait() | Leave() if rung is not None:
            return Decision(judgement=judgement, standing=standing, step=Warn(rung=rung), beside=step)
        case _:
            return Decision(judgement=judgement, standing=standing, step=step)


def _course(judgement: Judgement, standing: PeriodState, terms: Terms) -> Step:
    policy, window = judgement.policy, judgement.window
    if policy is None or window is None or judgement.verdict is not Verdict.RELEASE:
        return Leave(why=judgement.reason)
    return _towards_release(policy.release, window, standing, terms)


def warning_due(decision: Decision, now: datetime) -> timedelta | None:
    """The rung whose warning is due, also where a release is: for who knows that it was not sent."""
    return _due_warning(decision.judgement, decision.standing, now)


def _due_warning(judgement: Judgement, standing: PeriodState, now: datetime) -> timedelta | None:
    policy, window = judgement.policy, judgement.window
    if policy is None or window is None:
        return None
    wanted = judgement.warned_in_use or judgement.verdict is not Verdict.KEEP
    return due_rung(judgement.warned_from, standing.told, window.renews_at, now) if wanted else None


def _towards_release(rule: ReleaseRule, window: Window, standing: PeriodState, terms: Terms) -> Step:
    now = terms.now
    given_back_at = standing.given_back_at
    if given_back_at is not None and (terms.listed_at or now) - given_back_at > LISTS_FOLLOW_WITHIN:
        return Leave(why=Reason.RELEASE_UNDONE)
    if standing.released:
        return Leave(why=Reason.ALREADY_RELEASED)
    if standing.unresolved:
        return Leave(why=Reason.UNRESOLVED)
    if standing.refused:
        return Leave(why=Reason.REFUSED_BEFORE)
    if standing.not_done >= ATTEMPTS and not standing.allowed_again:
        return Leave(why=Reason.ATTEMPTS_SPENT)
    if now >= window.closes:
        return Leave(why=Reason.TOO_LATE)
    if rule.notice == timedelta():
        if isinstance(standing.notice, NotAnnounced) and standing.notice.at_once and now >= window.opens:
            return Wait(until=now, why=Reason.NOTICE_TO_COME)
        return _at_opening(window, terms)
    if now < window.announce_from:
        return Wait(until=window.announce_from, why=Reason.NOTICE_TO_COME)
    match standing.notice:
        case NotAnnounced():
            return _announce(rule, window, terms)
        case NotAccepted():
            return _unanswered(rule, window, terms)
        case Received() as received:
            return _after_receipt(rule, window, received, terms)


def _announce(rule: ReleaseRule, window: Window, terms: Terms) -> Step:
    """Announce, unless no receipt could come of age any more and the policy waits for that."""
    earliest = max(window.opens, terms.now + rule.notice)
    if earliest < window.closes:
        return Announce(not_before=earliest)
    waived = max(window.opens, terms.now, _waives_age_from(rule, terms) or window.closes)
    return Announce(not_before=waived) if waived < window.closes else Leave(why=Reason.NOTICE_LATE)


def _unanswered(rule: ReleaseRule, window: Window, terms: Terms) -> Step:
    """Wait for the receipt as long as one that came now could still come of age: after that it will renew."""
    waived = _waives_age_from(rule, terms) or window.closes
    if min(terms.now + rule.notice, waived) < window.closes:
        return Wait(until=window.closes, why=Reason.NOTICE_UNANSWERED)
    return Leave(why=Reason.NOTICE_UNANSWERED)


def _after_receipt(rule: ReleaseRule, window: Window, received: Received, terms: Terms) -> Step:
    ripe = max(window.opens, received.not_before, received.at + rule.notice)
    if terms.now >= ripe:
        return _at_opening(window, terms)
    if ripe < window.closes:
        why = Reason.WINDOW_NOT_OPEN if ripe <= window.opens else Reason.NOTICE_TOO_YOUNG
        return Wait(until=ripe, why=why)
    waived = max(window.opens, received.not_before, _waives_age_from(rule, terms) or window.closes)
    if terms.now >= waived:
        return _at_opening(window, terms)
    if waived < window.closes:
        as_announced = waived <= max(window.opens, received.not_before)
        return Wait(until=waived, why=Reason.WINDOW_NOT_OPEN if as_announced else Reason.NOTICE_TOO_YOUNG)
    return Leave(why=Reason.NOTICE_LATE)


def _at_opening(window: Window, terms: Terms) -> Step:
    if terms.now < window.opens:
        return Wait(until=window.opens, why=Reason.WINDOW_NOT_OPEN)
    if terms.mode is Mode.OBSERVE:
        return Leave(why=Reason.OBSERVING)
    return Release()


def _waives_age_from(rule: ReleaseRule, terms: Terms) -> datetime | None:
    """From when `if_notice_late = "release"` waives a receipt's age: the ledger is old enough then."""
    if rule.if_notice_late is not IfNoticeLate.RELEASE or terms.ledger_since is None:
        return None
    return terms.ledger_since + rule.notice


def due_rung(
    warned_from: Mapping[timedelta, datetime],
    told: frozenset[timedelta],
    renews_at: datetime,
    now: datetime,
) -> timedelta | None:
    """The warning to send now: the tightest rung that has passed, unless it was told already.

    `warned_from`: from when on each rung is due. Wider rungs missed by downtime stay unsent; none is due from
    the renewal on.
    """
    if now >= renews_at:
        return None
    passed = [rung for rung, due in warned_from.items() if due <= now]
    if not passed:
        return None
    tightest = min(passed)
    return None if tightest in told else tightest


def next_moment(
    decision: Decision, now: datetime, *, halted: bool = False, lifts_at: datetime | None = None
) -> datetime | None:
    """When something happens next to this account if nothing changes; None if only the renewal does.

    It is `now` where a turn would announce or release it now; that one would warn of it is no matter.

    `halted`: a brake is on for it, until `lifts_at` if time alone lifts it; what is due then waits for that,
    or for the end of its window.
    """
    judgement = decision.judgement
    if judgement.policy is None or judgement.window is None:
        return None
    course = decision.course
    if isinstance(course, Announce) or (isinstance(course, Release) and not halted):
        return now
    window = judgement.window
    moments = [*judgement.warned_from.values()]
    match course:
        case Wait(until=until) if until <= now:
            return now
        case Wait(until=until):
            moments += [until, window.announce_from, window.opens]
        case Release():
            moments += [window.closes, lifts_at or window.closes]
        case Warn() | Leave():
            # Too late, undone, refused, observed: no window of this lease period leads to anything.
            pass
        case _:
            assert_never(course)
    hold = judgement.subject.hold
    if hold is not None and hold.until is not None and hold.until < window.closes:
        moments.append(hold.until)
    return min((moment for moment in moments if moment > now), default=None)


def avoidable(decision: Decision) -> bool:
    """Whether releases could save what the account costs a month: it is unused today, nobody wants it kept,
    and no earlier release stands in the way.

    What the mode, its policy, its project or the time alone keeps counts too: the partner can change that,
    or the next renewal does.
    """
    judgement = decision.judgement
    kept = (one for one in judgement.obstacles if one.because is not Reason.NOT_DUE)
    if judgement.usage is not Usage.UNUSED or any(one.check in _WANTED_KEPT for one in kept):
        return False
    return not (isinstance(decision.course, Leave) and decision.course.why in _TRIED)


_WANTED_KEPT: Final = frozenset({Check.POLICY_FOUND, Check.NOT_HELD, Check.NOT_PROTECTED})
_TRIED: Final = frozenset(
    {
        Reason.UNRESOLVED,
        Reason.REFUSED_BEFORE,
        Reason.ATTEMPTS_SPENT,
        Reason.ALREADY_RELEASED,
        Reason.RELEASE_UNDONE,
    }
)

MISSED: Final = frozenset({Reason.TOO_LATE, Reason.NOTICE_LATE, Reason.NOTICE_UNANSWERED})
"""Why an account is left that was to be released: no turn of this lease period can mend it any more."""
