"""What people are told about decisions, brakes and attempts: values in, events out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.brakes import Halt, ways_out
from watcher.brakes.docket import Docket
from watcher.facts.accounts import Account, Flaw, ProjectId, Quarantined, Unread
from watcher.facts.activity import Seen, Unknown, Use
from watcher.facts.handles import at, called, named
from watcher.messages.clauses import Clause, follows, to_do, to_keep, why
from watcher.messages.events import (
    AnnouncementFacts,
    AttemptFacts,
    Event,
    EventKind,
    HaltFacts,
    MissedFacts,
    RenewalFacts,
    UnreadableFacts,
    about,
)
from watcher.record.attempts import Attempt, Ended
from watcher.record.intents import GivenBack
from watcher.record.notices import Notice
from watcher.record.reasons import Reason
from watcher.rules.judge import Judgement, Usage, Verdict
from watcher.rules.plan import MISSED, Announce, Decision, Leave, Mode, Release, Wait, Warn, warning_due
from watcher.texts.commands import to_hold, to_try_again
from watcher.texts.money import dollars
from watcher.texts.spans import span

# By hand: `strftime` speaks the machine's language, and takes longer than everything else in a message.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def evidence_in_words(judgement: Judgement, now: datetime) -> str:
    """What is known of the use of an account, honestly: what was looked at, not what is assumed."""
    activity = judgement.subject.activity
    match activity:
        case Unknown(why=why):
            return f"activity unknown ({why.value.replace('_', ' ')})"
        case Seen(what=Use.ASSIGNMENT):
            return f"no post through Layers since it was leased {span(now - activity.at)} ago"
        case Seen(what=Use.FAILED_ATTEMPT):
            return f"a post was attempted {span(now - activity.at)} ago"
        case Seen(what=Use.REMEMBERED):
            return f"last use remembered {span(now - activity.at)} ago"
        case Seen(what=Use.PUBLISHED_POST) if judgement.usage is Usage.UNUSED:
            return f"no post published through Layers for {span(now - activity.at)}"
        case Seen(what=Use.PUBLISHED_POST):
            return f"a post was published {span(now - activity.at)} ago"
        case Seen():
            return f"has a {activity.what.value.replace('_', ' ')}"


def instant(moment: datetime, now: datetime) -> str:
    """`in 2 d 4 h, Thu 20 May 16:12 UTC`, or `… ago`."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    when = f"{day} {moment.day} {month} {moment.hour:02}:{moment.minute:02} UTC"
    return f"in {span(moment - now)}, {when}" if moment >= now else f"{span(now - moment)} ago, {when}"


def decision_events(decision: Decision, now: datetime, *, mode: Mode, sure: bool = True) -> Iterator[Event]:
    """What a decision says: a warning, a deadline that has passed, or both.

    `sure` False: our clock is not proved, or known to be off, so it cannot say that anything has passed.
    """
    if isinstance(decision.step, Warn):
        yield _warning(decision, decision.step.rung, [follows(_fate(decision, mode, sure=sure))], now)
    match decision.course:
        case Leave(why=reason) if reason in MISSED and mode is Mode.ENFORCE and sure:
            what = (
                f"{called(decision.account)} was to be released but {MISSED[reason]}: "
                f"{dollars(decision.account.price_cents)} will be paid "
                f"{instant(decision.account.renews_at, now)}"
            )
            yield about(
                decision.account,
                EventKind.DEADLINE_MISSED,
                now,
                key="missed",
                what=what,
                facts=MissedFacts(reason=reason, policy=_policy_of(decision)),
            )
        case Announce() | Release() | Wait() | Warn() | Leave():
            return


def unsent_warning(
    decision: Decision, halts: Sequence[Halt], docket_id: str, now: datetime, *, halted: bool = False
) -> Event | None:
    """The warning, if one is due, of a release that is due and was not sent in this turn.

    `halts`: the brakes that stopped it; `halted`: one did so only right before the DELETE.
    """
    rung = warning_due(decision, now)
    if rung is None:
        return None
    match halts:
        case [] | () if halted:
            fate = [
                follows("release halted right before it was sent: will renew unless that is lifted in time")
            ]
        case [] | ():
            fate = [follows("release not sent yet: will renew unless a later turn can send it")]
        case _:
            reasons = "; ".join(map(_brake_in_words, halts))
            fate = [
                follows(f"release halted by {reasons}: will renew unless that is lifted in time"),
                *map(to_do, ways_out(halts, docket_id)),
            ]
    return _warning(decision, rung, fate, now)


def _fate(decision: Decision, mode: Mode, *, sure: bool) -> str:
    match decision.course:
        case Leave() if decision.judgement.verdict is Verdict.KEEP:
            return "will renew"
        case Leave(why=reason) if reason in MISSED and not sure:
            return "may renew: whether there is still time for its release our clock cannot say"
        case Leave(why=reason) if reason is not Reason.OBSERVING:
            return f"will renew: {reason.value.replace('_', ' ')}"
        case _ if mode is Mode.OBSERVE:
            return "would be released before that unless it is used or held (observe mode: nothing will be)"
        case _:
            return "will be released before that unless it is used or held"


def _warning(decision: Decision, rung: timedelta, fate: Iterable[Clause], now: datetime) -> Event:
    account = decision.account
    return about(
        account,
        EventKind.RENEWAL_WARNING,
        now,
        key=f"{rung.total_seconds():.0f}",
        what=f"{called(account)} renews {instant(account.renews_at, now)} for {dollars(account.price_cents)}",
        clauses=(why(evidence_in_words(decision.judgement, now)), *fate),
        rung=rung,
        facts=RenewalFacts(
            usage=decision.judgement.usage,
            last_warning=rung == _last_rung(decision),
            held=decision.judgement.subject.hold is not None,
            reason=decision.judgement.reason,
            policy=_policy_of(decision),
        ),
    )


def announcement(
    decision: Decision, step: Announce, halts: Iterable[Halt], docket_id: str, now: datetime, *, live: bool
) -> Event:
    """The notice of a coming release: what, when, what it saves, why, how to stop it, what would halt it."""
    account = decision.account
    verb, but = ("will", "") if live else ("would", " (observe mode: nothing will be)")
    what = (
        f"{called(account)} {verb} be released {instant(step.not_before, now)} at the earliest{but}, "
        f"saving {dollars(account.price_cents)} due {instant(account.renews_at, now)}"
    )
    clauses = [why(evidence_in_words(decision.judgement, now)), to_keep(to_hold(account.id))]
    coming = tuple(halts)
    if coming:
        clauses.append(follows(f"will halt: {'; '.join(map(_halt_in_words, coming))}"))
        clauses += map(to_do, ways_out(coming, docket_id))
    return about(
        account,
        EventKind.RELEASE_ANNOUNCED,
        now,
        key=now.isoformat(),
        what=what,
        clauses=tuple(clauses),
        facts=_announced(decision, step.not_before),
    )


def reminder(decision: Decision, notice: Notice, now: datetime) -> Event:
    """An announcement that still holds, in fewer words; its key is the notice's."""
    account = decision.account
    event = about(
        account,
        EventKind.RELEASE_ANNOUNCED,
        now,
        key="",
        what=f"{called(account)} will be released {instant(notice.not_before, now)} at the earliest",
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
    policy = decision.judgement.policy
    return min(policy.warn, default=None) if policy else None


def _halt_in_words(halt: Halt) -> str:
    return f"{halt.measured}, limit {halt.limit}"


def _brake_in_words(halt: Halt) -> str:
    where = f", project {halt.project}" if halt.project else ""
    return f"{halt.brake.word.replace('_', ' ')} ({_halt_in_words(halt)}{where})"


def halt_event(halts: Iterable[Halt], docket: Docket, now: datetime) -> Event:
    """All brakes that stop a due release; `halt_parts` says what of it is news."""
    listed = list(halts)
    brakes = tuple(sorted({halt.brake.word for halt in listed}))
    first, *others = map(_brake_in_words, listed)
    return Event(
        kind=EventKind.BRAKE_HALTED,
        key=f"{EventKind.BRAKE_HALTED}:{docket.id}:{','.join(brakes)}",
        at=now,
        what=f"releases halted: {first}",
        clauses=(*map(why, others), *map(to_do, ways_out(listed, docket.id))),
        problem=EventKind.BRAKE_HALTED.value,
        cents=sum(entry.price_cents for entry in docket.to_come),
        facts=HaltFacts(docket=docket.id, brakes=brakes, releases=len(docket.to_come)),
    )


def halt_parts(halts: Iterable[Halt], docket: Docket) -> frozenset[str]:
    """What a halt consists of: a docket that shrinks as its windows close is no news, what joins it is."""
    brakes = {f"{halt.brake.word} {halt.project or ''}".rstrip() for halt in halts}
    return frozenset(brakes | {entry.period.word for entry in docket.to_come})


_ATTEMPT_EVENTS = {
    Ended.RELEASED: EventKind.RELEASE_DONE,
    Ended.GONE_NOT_BY_US: EventKind.ACCOUNT_GONE,
    Ended.REFUSED: EventKind.RELEASE_FAILED,
    Ended.NOT_DONE: EventKind.RELEASE_FAILED,
    Ended.UNKNOWN: EventKind.RELEASE_UNKNOWN,
}


def attempt_events(attempt: Attempt) -> Iterator[Event]:
    """What to tell about an attempt; those that sent nothing are told by the halt or the next turn."""
    kind = _ATTEMPT_EVENTS.get(attempt.ended)
    if kind is None:
        return
    who = named(attempt.handle, attempt.platform)
    words: dict[Ended, tuple[str, Clause | None]] = {
        Ended.RELEASED: (
            f"{who} was released",
            follows(f"{dollars(attempt.price_cents)} a month saved"),
        ),
        Ended.GONE_NOT_BY_US: (
            f"{who} was leased seconds before our DELETE and not there any more: somebody "
            "else gives back accounts of this fleet",
            to_do(
                "if it is another watcher (another number of shards, or a whole one beside shards), "
                "stop one of them"
            ),
        ),
        Ended.REFUSED: (
            f"the API refused to release {who}",
            follows("not tried again without a person"),
        ),
        Ended.NOT_DONE: (f"the release of {who} had no effect", None),
        Ended.UNKNOWN: (
            f"it is not known whether {who} was released",
            follows("it will be read back"),
        ),
    }
    what, more = words[attempt.ended]
    detail = f" ({attempt.detail})" if attempt.detail else ""
    # Every turn finds out anew that it is not known: that is told once a day.
    when = f"{attempt.at:%Y-%m-%d}" if attempt.ended is Ended.UNKNOWN else attempt.at.isoformat()
    yield Event(
        kind=kind,
        key=f"{kind}:{attempt.period.account}:{attempt.period.renews_at.isoformat()}:{when}",
        at=attempt.at,
        what=what if more else f"{what}{detail}",
        clauses=(replace(more, text=more.text + detail),) if more else (),
        project=attempt.project,
        account=attempt.period.account,
        handle=attempt.handle,
        platform=attempt.platform or None,
        period=attempt.period,
        cents=attempt.price_cents,
        facts=AttemptFacts(verified=attempt.verified, policy=attempt.policy),
    )


def quarantine_event(one: Quarantined, now: datetime, names: Mapping[ProjectId, str]) -> Event:
    """That an account is left alone, and why; `names`: what people call the projects."""
    who = at(one.handle) if one.handle else one.id or "an account without an id"
    if one.handle and one.id:
        # Of what is not understood the platform is not known: the id tells one handle from another.
        who += f" ({one.id})"
    problem = f"{EventKind.ACCOUNT_QUARANTINED}:{one.project}:{one.id}:{one.flaw}:{one.field}"
    if one.flaw is Flaw.LISTED_TWICE:
        others = ", ".join(names.get(project, project) for project in one.also_in)
        verb = "lists" if len(one.also_in) == 1 else "list"
        what = (
            f"{who} is left alone in this project: {others} {verb} it too, and what is listed twice is "
            "released from neither"
        )
    else:
        what = f"{who} is left alone: the API's answer is not understood ({one.flaw.value}: {one.field})"
    return Event(
        kind=EventKind.ACCOUNT_QUARANTINED,
        key=problem,
        problem=problem,
        at=now,
        what=what,
        project=one.project,
        handle=one.handle,
    )


def undone_event(account: Account, given_back: GivenBack, now: datetime) -> Event:
    """That a confirmed release did not last: since when, what it costs, and who decides."""
    period = given_back.period
    problem = f"{EventKind.RELEASE_UNDONE}:{period.account}:{period.renews_at.isoformat()}"
    price = dollars(account.price_cents)
    what = (
        f"{called(account)} is leased again under the same lease, although the API confirmed its release "
        f"{instant(given_back.at, now)}: nothing was saved, and {price} a month go on, "
        f"next {instant(account.renews_at, now)}"
    )
    unless = f"unless `{to_try_again(account.id)}` says that it was not released"
    return Event(
        kind=EventKind.RELEASE_UNDONE,
        key=problem,
        problem=problem,
        at=now,
        what=what,
        clauses=(to_do("ask the provider"), follows(f"it is not released again {unless}")),
        project=account.project,
        account=account.id,
        handle=account.handle,
        platform=account.platform,
        cents=account.price_cents,
    )


def unread_event(unread: Unread, now: datetime) -> Event:
    problem = f"{EventKind.PROJECT_UNREADABLE}:{unread.project}"
    return Event(
        kind=EventKind.PROJECT_UNREADABLE,
        key=problem,
        problem=problem,
        at=now,
        what=f"project {unread.name} cannot be read: {unread.why}",
        clauses=(follows(unread.at_stake),) if unread.at_stake else (),
        project=unread.project,
        facts=UnreadableFacts(code=unread.code),
    )


def doubt_event(project: str, name: str, doubtful: Iterable[Decision], now: datetime) -> Event | None:
    """That evidence could not be had in a project; None where it could."""
    doubts = [
        activity.why.value
        for decision in doubtful
        if isinstance(activity := decision.judgement.subject.activity, Unknown)
    ]
    reasons = set(doubts)
    if not reasons:
        return None
    who = "1 account" if len(doubts) == 1 else f"{len(doubts)} accounts"
    what = f"the use of {who} in project {name} is unknown ({', '.join(sorted(reasons))}): not released"
    return Event(
        kind=EventKind.ACTIVITY_UNKNOWN,
        key=f"{EventKind.ACTIVITY_UNKNOWN}:{project}:{','.join(sorted(reasons))}",
        problem=f"{EventKind.ACTIVITY_UNKNOWN}:{project}",
        at=now,
        what=what,
        project=ProjectId(project),
    )
