"""What people are told of releases: how each attempt ended, and that one did not last."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from watcher.facts.accounts import Account
from watcher.facts.handles import called, named
from watcher.messages.clauses import Clause, follows, to_decide, to_do, to_type, why
from watcher.messages.events import (
    AttemptFacts,
    Event,
    EventKind,
    UndoneFacts,
)
from watcher.messages.matters import Matter, MatterAccount, refused_release, unknown_ending
from watcher.messages.words import ENDING
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending, GivenBack
from watcher.texts.commands import to_release, to_try_again
from watcher.texts.money import dollars
from watcher.texts.times import when

_ATTEMPT_EVENTS = {
    Ending.RELEASED: EventKind.RELEASE_DONE,
    Ending.GONE_NOT_BY_US: EventKind.ACCOUNT_GONE,
    Ending.REFUSED: EventKind.RELEASE_FAILED,
    Ending.NOT_DONE: EventKind.RELEASE_FAILED,
    Ending.UNKNOWN: EventKind.RELEASE_UNKNOWN,
}


def attempt_events(attempt: Attempt, *, by: datetime | None = None) -> Iterator[Event]:
    """What to tell about an attempt; those that sent nothing are told by the halt or the next turn.

    `by`: until when a person may still have one tried again that is not tried without a word.
    """
    kind = _ATTEMPT_EVENTS.get(attempt.ended)
    if kind is None:
        return
    who = named(attempt.handle, attempt.platform, attempt.period.account)
    said = (f"asked for by {attempt.asked_by}" if attempt.asked_by else "", attempt.detail)
    detail = f" ({'; '.join(filter(None, said))})" if any(said) else ""
    what, more = f"{who} was {ENDING[attempt.ended]}", tuple(_more(attempt, who, by))
    if kind is not EventKind.RELEASE_DONE and kind is not EventKind.ACCOUNT_GONE:
        more = (*(why(one) for one in said if one), *more)
        detail = ""
    left = attempt.ended is Ending.REFUSED or attempt.spent
    if left:
        # What that costs and by when stands in its first clause: a channel that cuts long texts keeps that.
        what += f": {_refused(attempt, 'it', by).headline(attempt.at)}"
    # Every turn finds out anew that it is not known: that is told once a day.
    when = f"{attempt.at:%Y-%m-%d}" if attempt.ended is Ending.UNKNOWN else attempt.at.isoformat()
    yield Event(
        kind=kind,
        key=f"{kind}:{attempt.period.account}:{attempt.period.renews_at.isoformat()}:{when}",
        at=attempt.at,
        what=f"{what}{detail}",
        clauses=more,
        project=attempt.project,
        account=attempt.period.account,
        handle=attempt.handle,
        platform=attempt.platform or None,
        period=attempt.period,
        cents=attempt.price_cents,
        facts=AttemptFacts(
            verified=attempt.verified,
            policy=attempt.policy,
            ended=attempt.ended if kind is EventKind.RELEASE_FAILED else None,
            by=by if left else None,
        ),
    )


def _more(attempt: Attempt, who: str, by: datetime | None) -> Iterator[Clause]:
    """What follows from how an attempt ended, or is to be done about it."""
    match attempt.ended:
        case Ending.RELEASED:
            yield follows(f"{dollars(attempt.price_cents)} a month saved")
        case Ending.GONE_NOT_BY_US:
            yield follows(f"it cost {dollars(attempt.price_cents)} a month")
            yield to_do(
                "somebody else gives back accounts of this fleet: if it is another watcher "
                "(another number of shards, or a whole one beside shards), stop one of them"
            )
        case Ending.REFUSED:
            yield follows("not tried again without a person")
            yield from map(to_decide, _refused(attempt, who, by).ways)
        case Ending.NOT_DONE if attempt.spent:
            yield follows("not tried again without a person")
            yield from map(to_decide, _refused(attempt, who, by).ways)
        case Ending.NOT_DONE:
            if attempt.period.renews_at <= attempt.at:
                yield follows(f"it is too late to try again: {_due(attempt)}")
            elif attempt.asked_by is None:
                yield follows(f"it is tried once more while its window is open, or {_due(attempt)}")
            else:
                yield follows(_due(attempt))
                yield to_type(to_release(attempt.period.account), after=" tries it once more at once")
        case Ending.UNKNOWN:
            yield follows(f"if it was not, {_due(attempt)}")
            yield follows("until that is known nothing else of its project is released")
            yield from map(to_decide, unknown_ending(who, _account(attempt), since=attempt.at).ways)
        case _:
            return


def _due(attempt: Attempt) -> str:
    """What the renewal costs: an ending may be found out after it."""
    renews = attempt.period.renews_at
    verb = "is" if renews > attempt.at else "was"
    return f"{dollars(attempt.price_cents)} {verb} due {when(renews, attempt.at, UTC)}"


def _refused(attempt: Attempt, who: str, by: datetime | None) -> Matter:
    ended: Literal[Ending.REFUSED, Ending.NOT_DONE]
    ended = Ending.NOT_DONE if attempt.spent else Ending.REFUSED
    asked = attempt.asked_by is not None
    return refused_release(who, _account(attempt), by=by, asked=asked, ended=ended)


def _account(attempt: Attempt) -> MatterAccount:
    return MatterAccount(
        account=attempt.period.account,
        handle=attempt.handle,
        project=attempt.project,
        price_cents=attempt.price_cents,
    )


def undone_event(account: Account, given_back: GivenBack, now: datetime) -> Event:
    """That a confirmed release did not last: since when, what it costs, and who decides."""
    period = given_back.period
    problem = f"{EventKind.RELEASE_UNDONE}:{period.account}:{period.renews_at.isoformat()}"
    what = (
        f"{called(account)} is leased again under the same lease, and {dollars(account.price_cents)} a month "
        f"goes on, next {when(account.renews_at, now, UTC)}"
    )
    return Event(
        kind=EventKind.RELEASE_UNDONE,
        key=problem,
        problem=problem,
        at=now,
        what=what,
        clauses=(
            why(f"the API had confirmed its release {when(given_back.at, now, UTC)}: nothing was saved"),
            follows("not released again without a person"),
            to_do("ask the provider"),
            to_type(
                to_try_again(account.id),
                after=" notes that, and lets it be released again",
            ),
        ),
        project=account.project,
        account=account.id,
        handle=account.handle,
        platform=account.platform,
        cents=account.price_cents,
        facts=UndoneFacts(confirmed=given_back.at, renews=account.renews_at),
    )
