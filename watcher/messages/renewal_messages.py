"""What people are told of renewals and of releases to come: values in, events out."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from watcher.facts.activity import Seen, Unknown, Use
from watcher.facts.handles import called
from watcher.messages.about import about
from watcher.messages.clauses import Clause, follows, to_decide, to_keep, why
from watcher.messages.events import (
    AnnouncementFacts,
    Event,
    EventKind,
    HaltedFacts,
    RenewalFacts,
)
from watcher.messages.halt_matters import MAY_BE_HALTED
from watcher.messages.health_words import its_health
from watcher.messages.matters import Matter, MatterKind
from watcher.messages.words import DOUBT, LATE_BY, OBSERVED, REASON, USE
from watcher.record.notices import Notice
from watcher.record.reasons import Reason
from watcher.rules.judge import Check, Judgement, Usage, Verdict
from watcher.rules.plan import MISSED, Announce, Decision, Leave, Mode, Wait, Warn, warning_due
from watcher.texts.commands import to_hold
from watcher.texts.money import dollars
from watcher.texts.spans import span
from watcher.texts.times import clock_time, when


def evidence_in_words(judgement: Judgement, now: datetime) -> str:
    """What is known of the use of an account, honestly: what was looked at, not what is assumed."""
    activity = judgement.subject.activity
    match activity:
        case Unknown(why=why):
            return f"use unknown ({DOUBT[why]})"
        case Seen():
            return seen_in_words(activity, now, unused=judgement.usage is Usage.UNUSED)


def seen_in_words(seen: Seen, now: datetime, *, unused: bool) -> str:
    """`a post was published 3 h ago`; of what is unused, for how long nothing was."""
    if unused and seen.what is Use.PUBLISHED_POST and seen.words is None:
        return f"no post published through Layers for {span(now - seen.at)}"
    words = seen.words or USE[seen.what]
    return words if seen.what.ongoing else f"{words} {span(now - seen.at)} ago"


def projection_in_words(judgement: Judgement) -> str | None:
    """What will be true of an account in use today when its window opens, unless it is used.

    None where what is true today says enough.
    """
    activity, window = judgement.subject.activity, judgement.window
    if not judgement.unused_by_window or window is None or not isinstance(activity, Seen):
        return None
    return f"will have been unused for {span(window.opens - activity.at)} when its window opens"


def _grounds(judgement: Judgement, now: datetime) -> tuple[Clause, ...]:
    """What is known of its use, and what that comes to where a release rests on it."""
    projection = projection_in_words(judgement) if judgement.reason is Reason.UNUSED else None
    told = [evidence_in_words(judgement, now), projection, _health_in_words(judgement)]
    return tuple(why(one) for one in told if one is not None)


def _health_in_words(judgement: Judgement) -> str | None:
    """Where that is what keeps it, or why its policy governs it; None where it says nothing of what becomes
    of it.
    """
    governs = judgement.is_governed and judgement.policy is not None and bool(judgement.policy.match.health)
    if not governs and judgement.reason not in (Reason.PROTECTED_HEALTH, Reason.HEALTH_UNKNOWN):
        return None
    return its_health(judgement.subject.health)


def is_to_come(decision: Decision) -> bool:
    """Whether it is to be released later, or would be now: what brakes will do says what becomes of it."""
    match decision.course:
        case Wait() | Announce() | Leave(why=Reason.OBSERVING):
            return True
        case _:
            return False


def decision_events(
    decision: Decision,
    now: datetime,
    *,
    mode: Mode,
    sure: bool = True,
    coming: Matter | None = None,
    whole: Matter | None = None,
) -> Iterator[Event]:
    """What a decision says whoever caused it: the warning that is due.

    `sure` False: our clock is not proved, or known to be off, so it cannot say that anything has passed.
    `coming`: the halt of its release that is to come, `whole`: that of all that will be halted with it.
    """
    match decision.step:
        case Warn(rung=rung):
            pass
        # With the announcement, and not minutes after it: who gets both is shown one.
        case Announce() if sure and (due := warning_due(decision, now)) is not None:
            rung = due
        case _:
            return
    if coming is None or not coming.otherwise:
        yield _warning(decision, rung, [follows(_fate(decision, mode, now, sure=sure))], now)
    elif mode is Mode.OBSERVE:
        fate = (
            f"its release would be halted, so it would renew {coming.condition(now)}: "
            f"{'; '.join(coming.why)} (observe mode: nothing is released)"
        )
        yield _warning(decision, rung, [follows(fate)], now)
    else:
        event = _warning(decision, rung, halted_fate(coming, "will be", now), now)
        assert isinstance(event.facts, RenewalFacts), "a warning has these"
        yield replace(event, facts=halted_facts(event.facts, coming, whole, now))


def unsent_warning(
    decision: Decision, matter: Matter | None, now: datetime, *, halted: str | None = None
) -> Event | None:
    """The warning, if one is due, of a release that is due and was not sent in this turn.

    `matter`: the halt that stopped it; `halted`: by what, where that was only right before the DELETE.
    """
    rung = warning_due(decision, now)
    if rung is None:
        return None
    if matter is not None:
        fate = halted_fate(matter, "is" if halted is None else "was, right before it was sent,", now)
    elif halted is not None:
        by = f": {halted}" if halted else ""
        fate = [follows(f"release halted right before it was sent{by}"), follows(_till(decision, now))]
    else:
        fate = [follows("release not sent yet: will renew unless a later turn can send it")]
    event = _warning(decision, rung, fate, now)
    if matter is None:
        return event
    assert isinstance(event.facts, RenewalFacts), "a warning has these"
    return replace(event, facts=replace(event.facts, docket=matter.docket, by=matter.by))


def _till(decision: Decision, now: datetime) -> str:
    window = decision.judgement.window
    by = "in time" if window is None else f"by {clock_time(window.closes, UTC, now=now)}"
    return f"will renew unless that is over {by}: the next turn tries again"


def halted_fate(matter: Matter, verb: str, now: datetime) -> list[Clause]:
    """By when somebody must decide what, so that it does not renew; why, and the commands.

    Of what goes on by itself it says so, and asks for nothing.
    """
    condition = matter.condition(now)
    halted, renew = (MAY_BE_HALTED, "may") if matter.unsure else (f"{verb} halted", "will")
    fate = f"its release {halted}, so it {renew} renew {condition}" if condition else matter.what
    return [follows(fate), *map(why, matter.why), *map(to_decide, matter.ways)]


def _fate(decision: Decision, mode: Mode, now: datetime, *, sure: bool) -> str:
    match decision.course:
        case Leave() if decision.judgement.verdict is Verdict.KEEP:
            return "will renew"
        case Leave(why=reason) if reason in MISSED and not sure:
            return "may renew: whether there is still time for its release our clock cannot say"
        case Leave(why=Reason.CHANGED_TOO_LATE) if decision.lateness and decision.lateness.made_late_by:
            return f"will renew: {LATE_BY[decision.lateness.made_late_by.change]}"
        case Leave(why=Reason.HELD) if (over := _over_in_time(decision)) is not None:
            return f"will renew unless it is released once its hold is over, {clock_time(over, UTC, now=now)}"
        case Leave(why=Reason.ACTIVITY_UNKNOWN):
            return "will renew, for what may be in use is never released"
        case Leave(why=Reason.HEALTH_UNKNOWN) if not decision.judgement.is_governed:
            return "will renew, for which policy governs it cannot be told"
        case Leave(why=Reason.PROTECTED_HEALTH | Reason.HEALTH_UNKNOWN):
            return "will renew, for what is hot, or may be, is not released"
        case Leave(why=reason) if reason is not Reason.OBSERVING:
            return f"will renew: {REASON[reason]}"
        case _:
            would = mode is Mode.OBSERVE
            unless_hot = decision.judgement.health_to_be_asked
            fate = _RELEASED_UNLESS_HOT if unless_hot else WILL_BE_RELEASED
            return f"{fate.replace('will', 'would', 1)} {OBSERVED}" if would else fate


WILL_BE_RELEASED = "will be released before that unless it is used or held"
"""Of a renewal that a release is to save, and that nothing halts."""
_RELEASED_UNLESS_HOT = "will be released before that unless it is used, held or hot"
"""The same, where nobody was asked yet how healthy the account is, which its policy wants to know."""


def _over_in_time(decision: Decision) -> datetime | None:
    """When its hold is over, where nothing else keeps it and there is still time for a release then."""
    hold, window = decision.judgement.subject.hold, decision.judgement.window
    if any(one.check is not Check.NOT_HELD for one in decision.judgement.obstacles):
        return None
    ends = None if hold is None else hold.until
    return ends if ends is not None and window is not None and ends < window.closes else None


def _warning(decision: Decision, rung: timedelta, fate: Iterable[Clause], now: datetime) -> Event:
    account, usage_at_opening = decision.account, decision.judgement.usage_at_opening
    return about(
        account,
        EventKind.RENEWAL_WARNING,
        now,
        key=f"{rung.total_seconds():.0f}",
        what=f"{called(account)} renews for {dollars(account.price_cents)} "
        f"{when(account.renews_at, now, UTC)}",
        clauses=(*_grounds(decision.judgement, now), *fate),
        rung=rung,
        facts=RenewalFacts(
            usage=decision.judgement.usage,
            usage_at_opening=None if usage_at_opening is decision.judgement.usage else usage_at_opening,
            last_warning=rung == _last_rung(decision),
            held=decision.judgement.subject.hold is not None,
            reason=decision.judgement.reason,
            policy=_policy_of(decision),
        ),
    )


def announcement(
    decision: Decision,
    step: Announce,
    now: datetime,
    *,
    live: bool,
    coming: Matter | None = None,
    whole: Matter | None = None,
) -> Event:
    """The notice of a coming release: what, when, what it saves, why, how to stop it, what would halt it.

    `coming`: its own coming halt; `whole`: that of all that will be halted with it. Where only a word of a
    person lets it go, that word comes first.
    """
    account = decision.account
    verb, but = ("will", "") if live else ("would", f" {OBSERVED}")
    who, earliest = called(account), f"{when(step.not_before, now, UTC)} at the earliest"
    money, due = dollars(account.price_cents), when(account.renews_at, now, UTC)
    what = f"{who} {verb} be released {earliest}{but}, saving {money} due {due}"
    clauses = [*_grounds(decision.judgement, now), to_keep(to_hold(account.id))]
    lost = coming is not None and live and coming.otherwise != ""
    if coming is not None and lost:
        what = f"{coming.otherwise} {coming.condition(now)}"
        clauses = [
            follows(f"{who} is announced to be released {earliest}, and {money} is due {due}"),
            *clauses,
        ]
    if coming is not None:
        clauses += announced_halt(coming, live=live)
    return about(
        account,
        EventKind.RELEASE_ANNOUNCED,
        now,
        key=now.isoformat(),
        what=what,
        clauses=tuple(clauses),
        facts=halted_facts(_announced(decision, step.not_before), coming, whole if lost else None, now),
    )


def announced_halt(coming: Matter, *, live: bool = True) -> Iterator[Clause]:
    """What brakes will do about an announced release, and what there is to do about it."""
    be = "is" if coming.kind is MatterKind.HALT else f"{'will' if live else 'would'} be"
    will = coming.what if live and not coming.otherwise else f"{be} halted"
    will = MAY_BE_HALTED if coming.unsure else will
    yield follows(f"{will}: {'; '.join(coming.why)}")
    yield from map(to_decide, coming.ways)


_Facts = TypeVar("_Facts", bound=HaltedFacts)


def halted_facts(facts: _Facts, coming: Matter | None, whole: Matter | None, now: datetime) -> _Facts:
    """With the halt to come, and that of all that will be halted with it."""
    if coming is None:
        return facts
    together = whole if whole is not None and whole.otherwise else None
    return replace(
        facts,
        docket=coming.docket,
        by=coming.by,
        brakes=coming.brakes,
        planned=coming.planned,
        unsure=coming.unsure,
        coming_halt=None if together is None else together.headline(now),
        halted_together=None if together is None else len(together.accounts),
        first_by=None if together is None else together.by,
    )


def reminder(
    decision: Decision,
    notice: Notice,
    now: datetime,
    *,
    coming: Matter | None = None,
    whole: Matter | None = None,
) -> Event:
    """An announcement that still holds, in fewer words; its key is the notice's.

    Where brakes will halt it (`coming`, `whole`) it says again what somebody must decide.
    """
    account = decision.account
    if coming is not None:
        again = Announce(not_before=notice.not_before)
        event = announcement(decision, again, now, live=notice.live, coming=coming, whole=whole)
        assert isinstance(event.facts, AnnouncementFacts), "an announcement has these"
        return replace(event, key=notice.key, facts=replace(event.facts, notice=notice.key))
    event = about(
        account,
        EventKind.RELEASE_ANNOUNCED,
        now,
        key="",
        what=f"{called(account)} is announced to be released {when(notice.not_before, now, UTC)} "
        f"at the earliest{'' if notice.live else f' {OBSERVED}'}, saving "
        f"{dollars(account.price_cents)} due {when(account.renews_at, now, UTC)}",
        clauses=(to_keep(to_hold(account.id)),),
        facts=_announced(decision, notice.not_before, notice=notice.key),
    )
    return replace(event, key=notice.key)


def _announced(decision: Decision, not_before: datetime, *, notice: str | None = None) -> AnnouncementFacts:
    return AnnouncementFacts(
        not_before=not_before,
        notice=notice,
        reason=decision.judgement.reason,
        policy=_policy_of(decision),
    )


def _policy_of(decision: Decision) -> str:
    policy = decision.judgement.policy
    return policy.name if policy else ""


def _last_rung(decision: Decision) -> timedelta | None:
    return min(decision.judgement.rungs, default=None)
