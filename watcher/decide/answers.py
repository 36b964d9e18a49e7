"""What became of the releases that people asked for: each word is heard once, and answered.

A word is used up by its answer, whatever that says: what a brake, a hold or an API that was away kept from
happening does not happen later, when whoever asked has gone home. Only a turn that came to nothing (stopped,
killed, without the lock, a changed configuration before it) leaves it to the next one, within its hour.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from watcher.brakes import Halt, ways_out
from watcher.decide.asked import Declined, code_of
from watcher.decide.background import Background
from watcher.decide.fleet import FleetFacts
from watcher.decide.gathered import Gathered
from watcher.facts.accounts import ProjectId
from watcher.memory.writes import Said
from watcher.messages.words import ENDING, FLAW, REASON, TROUBLE
from watcher.record.attempts import Attempt
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason, Trouble
from watcher.record.restored import WATCHER
from watcher.texts.money import dollars

_CAME_TO_NOTHING = frozenset({Reason.LOCK_LOST, Reason.RULES_TO_COME})
"""Why attempts end after which the same word is heard by another turn."""

_CODES = {
    Ending.RELEASED: Exit.DONE,
    Ending.GONE_NOT_BY_US: Exit.REFUSED,
    Ending.NOT_DONE: Exit.REFUSED,
    Ending.NOT_SENT: Exit.UNREADABLE,
    Ending.REFUSED: Exit.REFUSED,
    Ending.UNKNOWN: Exit.OUTCOME_UNKNOWN,
    Ending.HALTED: Exit.BRAKED,
    Ending.CHANGED: Exit.USAGE,
    Ending.UNREADABLE: Exit.UNREADABLE,
}


_OF_THE_CONFIGURATION = "the configuration sets that limit; no approval names what was asked for"


def answers(
    asked: Sequence[Override],
    gathered: Gathered,
    attempts: Sequence[Attempt],
    facts: FleetFacts,
    background: Background,
    *,
    detail: str,
) -> tuple[Said, ...]:
    """Once all is done. `asked`: the words that the turn began with. `detail`: of the trouble in `facts`."""
    found = list(answers_to_attempts(asked, attempts))
    tried = {attempt.period for attempt in attempts}
    for word in asked:
        if tried.isdisjoint(word.periods):
            declined = _declined(word, gathered, facts, background, detail)
            if declined is not None:
                found.append(_answer(word, declined.why, declined.exit, background.now))
    return tuple(found)


def answers_to_attempts(asked: Iterable[Override], attempts: Iterable[Attempt]) -> Iterator[Said]:
    """How the releases ended that were tried, be it by an earlier turn that a kill ended."""
    last = {attempt.period: attempt for attempt in attempts}
    for word in asked:
        for attempt in (last[period] for period in word.periods if period in last):
            if attempt.reason not in _CAME_TO_NOTHING:
                code = code_of(attempt.reason) if attempt.ended is Ending.CHANGED else _CODES[attempt.ended]
                yield _answer(word, _in_words(attempt), code, attempt.at)


def answers_in_trouble(
    asked: Iterable[Override], trouble: Trouble, detail: str, now: datetime
) -> Iterator[Said]:
    """Where the API could not even say who we are."""
    for word in asked:
        declined = _troubled(word, trouble, detail)
        yield _answer(word, declined.why, declined.exit, now)


def _declined(
    word: Override,
    gathered: Gathered,
    facts: FleetFacts,
    background: Background,
    detail: str,
) -> Declined | None:
    """Why it was not even tried; None where that is left to another turn."""
    if any(entry.period in word.periods for entry in background.memory.done):
        return Declined(word=word, why=f"{ENDING[Ending.RELEASED]} already", exit=Exit.DONE)
    for one in gathered.declined:
        if one.word == word:
            return one
    for period in word.periods:
        if halts := gathered.halted_words.get(period):
            return Declined(word=word, why=_halted(halts, background.orders.names), exit=Exit.BRAKED)
    for due in gathered.due:
        if due.word is not None and due.decision.account.period in word.periods:
            return None if facts.trouble is None else _troubled(word, facts.trouble, detail)
    for quarantined in gathered.quarantined:
        if (quarantined.project, quarantined.id) == (word.project, word.account):
            return Declined(word=word, why=f"not released: {FLAW[quarantined.flaw]}")
    if word.project in gathered.names:
        # Its project was read, and nobody heard it there: its hour ended meanwhile.
        return Declined(word=word, why=f"not released: {REASON[Reason.WORD_OVER]}")
    for unread in gathered.unread:
        if unread.project == word.project:
            why = f"not released: its project cannot be read ({unread.why})"
            return Declined(word=word, why=why, exit=Exit.UNREADABLE)
    if facts.trouble is not None:
        return _troubled(word, facts.trouble, detail)
    if facts.stopped or facts.focus is not None:
        return None
    return Declined(word=word, why="not released: its project is not watched")


def _halted(halts: Sequence[Halt], names: Mapping[ProjectId, str]) -> str:
    """What stopped it and what lifts that: no approval waits for what is over."""
    why = [one.in_words(names) for one in halts]
    lasting = [one for one in halts if not one.brake.approvable]
    limits = [_OF_THE_CONFIGURATION] if len(lasting) < len(halts) else []
    ways = [way.text for way in ways_out(lasting, docket_id="")]
    return f"{ENDING[Ending.HALTED]}: {'; '.join((*why, *ways, *limits))}"


def _troubled(word: Override, trouble: Trouble, detail: str) -> Declined:
    of_the_key = trouble in (Trouble.KEY_REFUSED, Trouble.KEY_SUSPENDED, Trouble.KEY_LACKS_SCOPE)
    more = f" ({detail})" if detail else ""
    code = Exit.KEY if of_the_key else Exit.UNREADABLE
    return Declined(word=word, why=f"not released: {TROUBLE[trouble]}{more}", exit=code)


def _in_words(attempt: Attempt) -> str:
    """Follows "was"."""
    what = ENDING[attempt.ended]
    if attempt.ended is Ending.RELEASED:
        what = f"{what}, {dollars(attempt.price_cents)} a month saved"
    elif attempt.ended is Ending.UNKNOWN:
        what = f"{what}: it will be read back"
    elif attempt.ended is Ending.CHANGED and attempt.reason is not None:
        what = f"not released: {REASON[attempt.reason]}"
    return f"{what} ({attempt.detail})" if attempt.detail else what


def _answer(word: Override, why: str, code: Exit, at: datetime) -> Said:
    return Said(
        override=Override(
            kind=OverrideKind.ANSWER,
            at=at,
            by=WATCHER,
            why=why,
            account=word.account,
            handle=word.handle,
            project=word.project,
            periods=word.periods,
            exit=code,
        )
    )
