"""The releases that people ask for, held against one project's reading: which may go, why others may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from watcher.decide.readings import Reading
from watcher.facts.accounts import Account, AccountId, Flaw
from watcher.facts.handles import at
from watcher.messages.health_words import its_health
from watcher.messages.renewal_messages import evidence_in_words
from watcher.messages.words import FLAW, REASON
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override
from watcher.record.reasons import Reason
from watcher.rules.asked_release import decide_asked, is_used_since
from watcher.rules.plan import Decision, Release, Terms
from watcher.texts.times import clock_time, when


@dataclass(frozen=True, kw_only=True, slots=True)
class Declined:
    """A word that releases nothing: `why`, and how the command that waits for it ends."""

    word: Override
    why: str
    exit: Exit = Exit.USAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class Heeded:
    """A word by which an account is due, and what the rules alone make of it."""

    word: Override
    by_rules: Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """The decisions of a project, with those that a person's word replaced.

    A word that may not be carried out changes nothing: of its account is decided as if it had not been said.
    `heeded`: by whose word an account is due.
    """

    decisions: tuple[Decision, ...]
    heeded: Mapping[AccountId, Heeded] = field(default_factory=dict)
    declined: tuple[Declined, ...] = ()

    @property
    def by_rules(self) -> tuple[Decision, ...]:
        """The decisions as if nobody had spoken: a word is heard once, what is remembered is read again."""
        return tuple(
            self.heeded[one.account.id].by_rules if one.account.id in self.heeded else one
            for one in self.decisions
        )


def hear(asked: Sequence[Override], decisions: tuple[Decision, ...], reading: Reading, terms: Terms) -> Heard:
    """`asked`: the words that may still be carried out."""
    here = [word for word in asked if word.project == reading.target.id]
    if not here:
        return Heard(decisions=decisions)
    by_rules = {decision.account.id: decision for decision in decisions}
    by_word: dict[AccountId, Decision] = {}
    heeded: dict[AccountId, Heeded] = {}
    declined: list[Declined] = []
    for word in here:
        found = _found(word, by_rules, reading, terms)
        if isinstance(found, Declined):
            declined.append(found)
        else:
            id_ = found.account.id
            by_word[id_], heeded[id_] = found, Heeded(word=word, by_rules=by_rules[id_])
    replaced = tuple(by_word.get(decision.account.id, decision) for decision in decisions)
    return Heard(decisions=replaced, heeded=heeded, declined=tuple(declined))


def _found(
    word: Override, by_rules: Mapping[AccountId, Decision], reading: Reading, terms: Terms
) -> Decision | Declined:
    account = next((one for one in reading.listing.accounts if one.id == word.account), None)
    if account is None:
        return _not_listed(word, reading)
    if not word.names(account):
        what = f"it is not the lease that was shown: {_difference(word, account, terms.now)}"
        return Declined(word=word, why=f"not released: {what}")
    decision = by_rules.get(account.id)
    if decision is None:
        # Nothing was asked about it, and nothing decided: no policy governs it.
        return Declined(word=word, why=f"not released: {REASON[Reason.NO_POLICY]}")
    found = decide_asked(decision, terms)
    if isinstance(found.step, Release):
        activity = decision.judgement.subject.activity
        if not is_used_since(activity, word):
            return found
        used = evidence_in_words(decision.judgement, terms.now)
        return Declined(word=word, why=f"not released: it was used since that was asked: {used}")
    return Declined(word=word, why=f"not released: {refusal(found, terms.now)}", exit=code_of(found.reason))


def _not_listed(word: Override, reading: Reading) -> Declined:
    for one in reading.listing.quarantined:
        if one.id == word.account:
            code = Exit.USAGE if one.flaw is Flaw.LISTED_TWICE else Exit.UNREADABLE
            return Declined(word=word, why=f"not released: {FLAW[one.flaw]}", exit=code)
    return Declined(word=word, why="not released: its project does not list it any more")


def _difference(word: Override, account: Account, now: datetime) -> str:
    if word.handle != account.handle:
        return f"it is called {at(account.handle, account.id)} now"
    if word.periods != (account.period,):
        return f"it renews {when(account.renews_at, now, UTC)} now"
    return "its lease began at another time"


def refusal(decision: Decision, now: datetime) -> str:
    """What no word for a release may pass, in words."""
    judgement = decision.judgement
    reason, hold = decision.reason, judgement.subject.hold
    match reason:
        case Reason.HELD if hold is not None:
            until = "" if hold.until is None else f" until {clock_time(hold.until, UTC, now=now)}"
            return f"{REASON[reason]} by {hold.by}{until}: {hold.why}"
        case Reason.IN_USE | Reason.ACTIVITY_UNKNOWN | Reason.NOT_DUE:
            return evidence_in_words(judgement, now)
        case Reason.PROTECTED_HEALTH | Reason.HEALTH_UNKNOWN:
            return its_health(judgement.subject.health)
        case _:
            return REASON[reason]


_CODES = {
    Reason.ACTIVITY_UNKNOWN: Exit.UNREADABLE,
    Reason.HEALTH_UNKNOWN: Exit.UNREADABLE,
    Reason.NOT_DUE: Exit.UNREADABLE,
    Reason.UNRESOLVED: Exit.OUTCOME_UNKNOWN,
}


def code_of(reason: Reason | None) -> Exit:
    """How a command ends that asked for a release which a reason forbids."""
    return Exit.USAGE if reason is None else _CODES.get(reason, Exit.USAGE)
