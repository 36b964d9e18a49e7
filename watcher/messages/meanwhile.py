"""What has become so while a message waited: it is told in words that are true by now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import takewhile
from typing import Any, Final

from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.facts.handles import named
from watcher.messages.clauses import Clause, Role, follows, to_type
from watcher.messages.clauses import why as because
from watcher.messages.events import (
    AnnouncementFacts,
    Event,
    EventKind,
    Facts,
    HaltedFacts,
    RenewalFacts,
)
from watcher.messages.halts_by_now import HaltsByNow
from watcher.messages.outbox import Circumstances, Stale
from watcher.messages.outgoing import OLD
from watcher.messages.problem_facts import DeadlineFacts, HaltFacts
from watcher.messages.renewal_messages import WILL_BE_RELEASED, announced_halt, halted_facts, halted_fate
from watcher.messages.ripening import Ripening
from watcher.messages.said import who_said
from watcher.messages.words import OBSERVED
from watcher.record.overrides import CLOCKS_DIFFER, NOTHING_SAID, Override, OverrideKind, Overrides
from watcher.texts.commands import (
    to_accept_the_baseline,
    to_approve,
    to_resolve,
    to_resume,
    to_see,
    to_try_again,
)
from watcher.texts.money import dollars
from watcher.texts.times import clock_time, when


@dataclass(frozen=True, kw_only=True)
class Meanwhile:
    """What is so by now. `said`: by people; `released`: by us, within the last day, and when; `releasing`:
    since when it is not known of these how it ended; `halted`: the lease periods of each halt that stands, by
    its problem; `halts`: what the last turn knew that brakes will do; `ripening`: what ages of receipts.
    """

    now: datetime
    said: Overrides = NOTHING_SAID
    released: Mapping[LeasePeriod, datetime] = field(default_factory=dict)
    releasing: Mapping[LeasePeriod, datetime] = field(default_factory=dict)
    halted: Mapping[str, frozenset[LeasePeriod]] = field(default_factory=dict)
    halts: HaltsByNow | None = None
    ripening: Ripening = Ripening()

    def periods(self, event: Event) -> frozenset[LeasePeriod]:
        """What an event is about, as lease periods."""
        return frozenset({event.period}) if event.period else self.halted.get(event.topic, frozenset())

    def is_about(self, account: AccountId | None, event: Event) -> bool:
        """Whether an account is the event's, or one of those that are halted."""
        if event.period is not None:
            return event.period.account == account
        return account in self._accounts.get(event.topic, ())

    @cached_property
    def pauses(self) -> tuple[Override, ...]:
        """Those in force, or to come: found once for all that waits, as what is below."""
        return (*self.said.pauses(self.now), *self.said.pauses_to_come(self.now))

    @cached_property
    def resumed(self) -> frozenset[str]:
        """What ended, or took back, pauses of which none is in force, or to come, any more."""
        words = (word for word in self.said.said if word.kind is OverrideKind.PAUSE)
        paused = {command for word in words for command in _ending(word)}
        return frozenset(paused - {command for word in self.pauses for command in _ending(word, self.now)})

    @cached_property
    def _accounts(self) -> Mapping[str, frozenset[AccountId]]:
        return {topic: frozenset(one.account for one in periods) for topic, periods in self.halted.items()}


def _ending(pause: Override, now: datetime | None = None) -> tuple[str, ...]:
    """The commands that end a pause; before it has begun by `now` only the one that takes it back."""
    if pause.begins is None:
        return (to_resume(pause.project),)
    coming = to_resume(pause.project, coming=True)
    begun = now is None or pause.begins <= now
    return (to_resume(pause.project), coming) if begun else (coming,)


def last_moment(event: Event) -> datetime | None:
    """For what it asks for, or the first of several; None where there is no hurry."""
    if isinstance(event.facts, DeadlineFacts):
        return event.facts.closes
    by: datetime | None = getattr(event.facts, "by", None)
    return by


def words_since(event: Event, meanwhile: Meanwhile) -> tuple[Override, ...]:
    """What people said about it since it was written, and have not taken back; the last word first."""
    found = [word for word in _later(event, meanwhile) if _concerns(word, event, meanwhile)]
    return tuple(sorted(found, key=lambda word: word.at, reverse=True))


def _later(event: Event, meanwhile: Meanwhile) -> Iterator[Override]:
    """Of what may concern it, all that was said since."""
    said, at_earliest = meanwhile.said, event.at - CLOCKS_DIFFER
    account = event.account if event.period is None else event.period.account
    for words in (said.said,) if account is None else (said.about(None), said.about(account)):
        later = takewhile(lambda word: word.at > at_earliest, reversed(words))
        yield from (word for word in later if word.at > event.at)


def is_answered(event: Event, meanwhile: Meanwhile) -> bool:
    """Whether all that it asks for was typed in time: then nothing comes too late by that."""
    asked, by = [one.command for one in event.clauses if one.role is Role.DO], last_moment(event)
    if not asked or not _answered(event, meanwhile).issuperset(asked):
        return False
    return by is None or all(word.at <= by for word in words_since(event, meanwhile) if word.kind in _ANSWERS)


def by_now(
    event: Event,
    known: Circumstances,
    untrue: frozenset[Stale],
    meanwhile: Meanwhile,
    *,
    live: bool,
) -> Event:
    """The event in words that are true by now. `untrue`: what has outdated it.

    Of a renewal and a release to come stays what is so anyway; what was to become of it, and was asked for
    it, is replaced by what people said since, and by what brakes will do, where a turn knew. All else is
    told as what was true then, with what is so now.
    What is answered, or comes too late, is not asked for any more.
    """
    words = words_since(event, meanwhile) if Stale.DECIDED in untrue else ()
    halts = _halts_known(event, untrue, words, meanwhile, live=live)
    if halts is not None:
        untrue = untrue - {Stale.TOO_LATE}
    since = [
        *_since(event, known, untrue, meanwhile),
        *(f"{who_said(word, meanwhile.now)}{_of_which(word, event)}" for word in words),
    ]
    answered = _answered(event, meanwhile)
    held = event.account is not None and any(word.kind is OverrideKind.HOLD for word in words)
    useless = untrue & _OF_NO_USE or held
    asked = [
        one for one in event.clauses if one.role is Role.DO and one.command not in answered and not useless
    ]
    facts = _held_by_now(event, words, meanwhile)
    if isinstance(facts, RenewalFacts | AnnouncementFacts):
        keep = [one for one in event.clauses if one.role is Role.KEEP]
        known_of_it = (*_as_of_then(event, meanwhile.now), *keep, *map(because, since))
        if halts is not None:
            return _with_halts(event, facts, known_of_it, halts, meanwhile.now)
        return replace(
            event,
            at=meanwhile.now,
            what=_to_come(event, facts, meanwhile.now, live=live),
            clauses=(*known_of_it, *_still_to_do(untrue, left=bool(asked))),
            facts=replace(facts, **_NOT_HALTED),
        )
    was = clock_time(event.at, UTC, now=meanwhile.now)
    comes = () if untrue & _COMES_NO_MORE else (Role.NEXT,)
    kept = [one for one in event.clauses if one.role in (Role.WHY, Role.KEEP, *comes)]
    return replace(
        event,
        what=f"{event.what} (was true {was}; since then: {'; '.join(since)})",
        clauses=(*kept, *asked, *_still_to_do(untrue)),
    )


def _held_by_now(event: Event, words: Iterable[Override], meanwhile: Meanwhile) -> Facts | None:
    """Its facts, in which machines read whether a person keeps the account: by now, as the words say."""
    said = any(word.kind in (OverrideKind.HOLD, OverrideKind.UNHOLD) for word in words)
    if not isinstance(event.facts, RenewalFacts) or event.account is None or not said:
        return event.facts
    return replace(event.facts, held=meanwhile.said.hold_on(event.account, meanwhile.now) is not None)


def _halts_known(
    event: Event,
    untrue: frozenset[Stale],
    words: Iterable[Override],
    meanwhile: Meanwhile,
    *,
    live: bool,
) -> HaltsByNow | None:
    """What says what will become of its release by now; None where no turn knew, or somebody spoke since."""
    halts = meanwhile.halts
    if halts is None or not live or not halts.knows(event) or any(word.at > halts.at for word in words):
        return None
    if untrue & {Stale.OTHER_HALTS, Stale.RIPENS_LATER} or (
        Stale.DECIDED in untrue and Stale.TOO_LATE not in untrue
    ):
        return halts
    return None


def _with_halts(
    event: Event,
    facts: RenewalFacts | AnnouncementFacts,
    known_of_it: Iterable[Clause],
    halts: HaltsByNow,
    now: datetime,
) -> Event:
    """The renewal, or the release, that is to come, with what brakes will do by now."""
    coming = halts.losing(event)
    what = _to_come(event, facts, now, live=True, saves=coming is None)
    announced = isinstance(facts, AnnouncementFacts)
    clauses = list(known_of_it)
    if coming is None:
        clauses += () if announced else (follows(WILL_BE_RELEASED),)
    elif announced:
        clauses = [follows(what), *clauses, *announced_halt(coming)]
        what = coming.headline(now)
    else:
        clauses += halted_fate(coming, "will be", now)
    return replace(
        event,
        at=now,
        what=what,
        clauses=tuple(clauses),
        facts=halted_facts(replace(facts, **_NOT_HALTED), coming, halts.with_others(event), now),
    )


_NOT_HALTED: Final[dict[str, Any]] = {each.name: each.default for each in fields(HaltedFacts)}

_COMES_NO_MORE: Final = frozenset({Stale.RELEASED, Stale.RENEWED, Stale.ENDED, Stale.BACK})
"""After these nothing follows that a message said would."""

_OF_NO_USE: Final = _COMES_NO_MORE | {Stale.TOO_LATE}
"""After these, what a message asks for comes too late, or is not needed."""


def _is_only_late(untrue: frozenset[Stale]) -> bool:
    """Whether a moment has passed, and something may be done about it all the same."""
    return Stale.TOO_LATE in untrue and not untrue & _COMES_NO_MORE


def _still_to_do(untrue: frozenset[Stale], *, left: bool = False) -> Iterator[Clause]:
    """`left`: something is still asked for, of which it is not known here what it comes to now."""
    if left or _is_only_late(untrue):
        yield to_type("lease-watcher status", after=" says what can still be done")


def _grounds(event: Event) -> Iterator[Clause]:
    """What is known of its use: all that stands before what was to become of it."""
    for one in event.clauses:
        if one.role is not Role.WHY:
            # Of a release that only a person lets go, the announcement itself stands first.
            if one.role is Role.NEXT and one is event.clauses[0]:
                continue
            return
        yield one


def _as_of_then(event: Event, now: datetime) -> tuple[Clause, ...]:
    """The same, and when that was known where it is not what is known now: all else is said as of now, and
    "no post for 16 d" is not.
    """
    grounds = tuple(_grounds(event))
    if not grounds or now - event.at <= OLD:
        return grounds
    known = f" (as of {clock_time(event.at, UTC, now=now)})"
    return (*grounds[:-1], replace(grounds[-1], text=grounds[-1].text + known))


def _to_come(
    event: Event, facts: RenewalFacts | AnnouncementFacts, now: datetime, *, live: bool, saves: bool = True
) -> str:
    """The renewal, or the release, that is to come, as of now and whatever becomes of it."""
    if event.period is None or event.cents is None:
        return event.what
    who = named(event.handle or "", event.platform or "", event.period.account)
    money, due = dollars(event.cents), when(event.period.renews_at, now, UTC)
    if isinstance(facts, RenewalFacts):
        return f"{who} renews {due} for {money}"
    earliest = f"{when(facts.not_before, now, UTC)} at the earliest"
    if facts.not_before <= now:
        earliest = f"from {clock_time(facts.not_before, UTC, now=now)} on"
    observing = "" if live else f" {OBSERVED}"
    cost = f"saving {money} due {due}" if saves else f"and {money} is due {due}"
    return f"{who} is announced to be released {earliest}{observing}, {cost}"


def _since(
    event: Event, known: Circumstances, untrue: frozenset[Stale], meanwhile: Meanwhile
) -> Iterator[str]:
    """What is so by now, beside what people said."""
    now = meanwhile.now
    if Stale.RELEASED in untrue:
        yield "it was released"
    elif Stale.ENDED in untrue:
        yield "it is known how that ended"
    if Stale.RENEWED in untrue and Stale.RELEASED not in untrue and event.period is not None:
        if now >= event.period.renews_at:
            yield "its renewal has passed"
        elif known.gone_at is not None:
            yield "it is no longer listed"
        elif known.renews_at is not None:
            yield f"its renewal moved to {clock_time(known.renews_at, UTC, now=now)}"
    if Stale.BACK in untrue:
        yield "it is listed again"
    if (by := last_moment(event)) is not None and _is_only_late(untrue):
        passed = f"{clock_time(by, UTC, now=now)} has passed"
        to_come = isinstance(event.facts, RenewalFacts | AnnouncementFacts)
        yield f"the last moment to let its release go, {passed}" if to_come else passed


def _concerns(word: Override, event: Event, meanwhile: Meanwhile) -> bool:
    """Whether what a person said changes what a message says, and still holds."""
    said, now = meanwhile.said, meanwhile.now
    periods = meanwhile.periods(event)
    if word.kind in _RESOLVED or event.kind in _ATTEMPTS:
        return word.kind in _RESOLVED and event.kind in _ATTEMPTS and word.account == event.account
    to_come = isinstance(event.facts, RenewalFacts | AnnouncementFacts)
    here = word.project is None or event.project is None or word.project == event.project
    match word.kind:
        case OverrideKind.APPROVE:
            in_time = _in_time(event, now)
            return _docket(event) is not None and any(
                word in said.on_approval(one) and said.approvals_of(one, in_time) for one in periods
            )
        case OverrideKind.UNAPPROVE:
            return any(word in said.on_approval(one) for one in periods)
        case OverrideKind.HOLD:
            held = word.account is not None and said.hold_on(word.account, now) is not None
            return held and meanwhile.is_about(word.account, event)
        case OverrideKind.UNHOLD:
            return to_come and word.account == event.account
        case OverrideKind.PAUSE:
            return to_come and here and word in meanwhile.pauses
        case OverrideKind.RESUME:
            resumed = meanwhile.resumed & {one.command for one in event.clauses if one.command}
            of_it = {to_resume(word.project), to_resume(word.project, coming=True)}
            return bool(resumed) and (word.project is None or not resumed.isdisjoint(of_it))
        case OverrideKind.ACCEPT_BASELINE:
            return any(one.command == to_accept_the_baseline() for one in event.clauses)
        case _:
            return False


_ATTEMPTS: Final = frozenset({EventKind.RELEASE_FAILED, EventKind.RELEASE_UNKNOWN, EventKind.RELEASE_UNDONE})
_RESOLVED: Final = frozenset({OverrideKind.RESOLVE_RELEASED, OverrideKind.RESOLVE_NOT_RELEASED})
_ANSWERS: Final = _RESOLVED | {OverrideKind.APPROVE, OverrideKind.RESUME, OverrideKind.ACCEPT_BASELINE}


def _of_which(word: Override, event: Event) -> str:
    """Which account a word is of, where the event is of several."""
    return f" ({word.account})" if word.account is not None and event.account is None else ""


def _docket(event: Event) -> str | None:
    match event.facts:
        case RenewalFacts(docket=docket) | AnnouncementFacts(docket=docket) | HaltFacts(docket=docket):
            return docket
        case _:
            return None


def _in_time(event: Event, now: datetime) -> datetime:
    """When an approval must have been in force: it ends by itself as the window closes."""
    by = last_moment(event)
    return now if by is None else min(by, now)


def _answered(event: Event, meanwhile: Meanwhile) -> frozenset[str]:
    """The commands that nobody needs to type any more."""
    said, docket, periods = meanwhile.said, _docket(event), meanwhile.periods(event)
    answered, in_time = set(meanwhile.resumed), _in_time(event, meanwhile.now)
    if docket is not None and periods and all(said.approvals_of(one, in_time) for one in periods):
        answered |= {to_approve(docket), to_see(docket)}
    for word in _later(event, meanwhile):
        if word.kind is OverrideKind.ACCEPT_BASELINE:
            answered.add(to_accept_the_baseline())
        if word.account is not None and word.account == event.account and word.kind in _RESOLVED:
            answered |= {to_resolve(word.account), to_try_again(word.account)}
    return frozenset(answered)
