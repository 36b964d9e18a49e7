"""The sentences of a history, made of what was remembered, whatever keeps it: one thing, one line or none.

What is handed in has the names of the tables' columns; `called` and `of_project` are the account's handle and
project where it is kept by its id only.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from watcher.adapters.ledger.news import news
from watcher.adapters.ledger.wording import instant, sentence
from watcher.brakes.docket import docket_id
from watcher.facts.accounts import Account, AccountId, LeasePeriod
from watcher.facts.handles import at
from watcher.messages.events import Event
from watcher.messages.explained import in_full
from watcher.messages.outbox import Stale
from watcher.messages.problem_facts import HaltFacts
from watcher.messages.words import ENDING, EXIT, SAID, STALE, VOID
from watcher.ports.ledger import Grounds, HistoryLine, ToldTo
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.outcomes import Outcome
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.restored import WATCHER
from watcher.texts.money import dollars
from watcher.texts.spans import counted

Lines = Iterator[HistoryLine]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Of which account, and from when until before when; None: of everything, without an end."""

    account: AccountId | None = None
    since: datetime | None = None
    until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def observed(row: Any) -> Lines:
    for what, text in news(row.facts, row.at):
        yield _by_id(row, row.at, what, text, turn=row.turn)


def concerns(word: Override, account: AccountId | None) -> bool:
    """An approval names its accounts inside."""
    return account is None or account == word.account or names(account, word.periods)


def names(account: AccountId, periods: Iterable[LeasePeriod]) -> bool:
    return any(account == period.account for period in periods)


_AROUND = timedelta(days=90)
"""A docket is judged, and its halt told, no further than this from each other: it is of the next renewals."""
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def around(since: datetime | None, until: datetime | None) -> Asked:
    """When dockets may have been judged of which something was told in this time, or the other way round."""
    return Asked(
        since=None if since is None else max(since, _FIRST + _AROUND) - _AROUND,
        until=None if until is None else min(until, _LAST - _AROUND) + _AROUND,
    )


def times_of_halts(judged: Iterable[datetime]) -> list[Asked]:
    """When the halts of dockets may have been told that were judged last at these moments, joined."""
    found: list[Asked] = []
    for each in sorted(judged):
        time = around(each, each)
        if found and time.since is not None and found[-1].covers(time.since):
            found[-1] = Asked(since=found[-1].since, until=time.until)
        else:
            found.append(time)
    return found


def docket_of(event: Event) -> str | None:
    """The releases that a halt is told of."""
    return event.facts.docket if isinstance(event.facts, HaltFacts) else None


def said(word: Override, known: Mapping[AccountId, Account]) -> Lines:
    """`known`: the accounts that it names, as the ledger knows them."""
    about = None if word.account is None else known.get(word.account)
    approval = word.kind in ABOUT_A_DOCKET
    yield HistoryLine(
        at=word.at,
        what=word.kind.value,
        text=_saying(word, about, known),
        account=word.account,
        handle=word.handle or (None if about is None else about.handle),
        project=word.project or (None if about is None else about.project),
        cents=_cents(word, known) if approval and word.periods else None,
        approved_by=word.by if word.kind is OverrideKind.APPROVE else None,
        docket=docket_id(word.periods) if approval and word.periods else None,
    )


ABOUT_A_DOCKET: Final = frozenset({OverrideKind.APPROVE, OverrideKind.UNAPPROVE})


def named_in(words: Iterable[Override]) -> frozenset[AccountId]:
    """The accounts whose names `said` needs."""
    return frozenset(
        account
        for word in words
        for account in (word.account, *(period.account for period in word.periods))
        if account is not None
    )


def _saying(word: Override, about: Account | None, known: Mapping[AccountId, Account]) -> str:
    noticed = word.kind is OverrideKind.RESTORED and word.by == WATCHER
    what = f"{word.by} {'noticed that memory is lost' if noticed else SAID[word.kind]}"
    if word.project is not None and word.handle is None:
        what += f" of project {word.project}"
    if word.begins is not None:
        paused = word.kind is OverrideKind.PAUSE
        what += f" from {instant(word.begins, word.at)}" if paused else ", and took back pauses to come"
    if word.periods and word.account is None:
        what += f" ({_releases(word, known)})"
    if word.until is not None and word.kind is not OverrideKind.RELEASE:
        restored = word.kind is OverrideKind.RESTORED
        what += f"{' with notices' if restored else ''} until {instant(word.until, word.at)}"
    elif word.kind is OverrideKind.HOLD:
        what += " for ever"
    if word.kind is OverrideKind.HOLD and about is not None:
        what += f", {dollars(about.price_cents)} a month"
    return sentence(what, word.why)


def _releases(word: Override, known: Mapping[AccountId, Account]) -> str:
    """`docket 7f3a91c0, 2 releases, $300.00 a month: @latte.art.lab, @morning.grind`: what a person who was
    asked had read.
    """
    accounts = [known.get(period.account) for period in word.periods]
    names = (
        period.account if one is None else at(one.handle, one.id)
        for period, one in zip(word.periods, accounts, strict=True)
    )
    docket = f"docket {docket_id(word.periods)}, " if word.kind in ABOUT_A_DOCKET else ""
    count, money = counted(len(accounts), "release"), dollars(_cents(word, known))
    return f"{docket}{count}, {money} a month: {', '.join(names)}"


def _cents(word: Override, known: Mapping[AccountId, Account]) -> int:
    found = (known.get(period.account) for period in word.periods)
    return sum(0 if one is None else one.price_cents for one in found)


def announced(row: Any) -> Lines:
    when = instant(row.not_before, row.created_at)
    text = (
        f"Announced: it will be released on {when} at the earliest unless it is used."
        if row.live
        else f"Announced without releasing anything: it would be released on {when} at the earliest."
    )
    yield _by_id(row, row.created_at, "release.announced", text, turn=row.turn)


def withdrawn(row: Any) -> Lines:
    text = f"The announcement no longer counts: {VOID[row.voided]}."
    yield _by_id(row, row.voided_at, "release.withdrawn", text)


def accepted(row: Any, event: Event) -> Lines:
    twice = ", perhaps more than once" if row.twice else ""
    yield _message(event, row, row.accepted_at, "message.accepted", f"Told to {row.notifier}{twice}")


def given_up(row: Any, event: Event) -> Lines:
    why = f"Could not be told to {row.notifier} ({row.last_error})"
    yield _message(event, row, row.given_up_at, "message.given_up", why)


def put_aside(row: Any, event: Event) -> Lines:
    if row.dropped_by is not None:
        why = f"{row.dropped_by} dropped a message to {row.notifier} ({row.last_error})"
        yield _message(event, row, row.ended_at, "message.dropped", why)
    elif row.stale is not None and row.stale is not Stale.NEVER_TOLD:
        why = f"Not told to {row.notifier} any more, as {STALE[row.stale]}"
        yield _message(event, row, row.ended_at, "message.stale", why)


def _message(event: Event, row: Any, at: datetime, what: str, why: str) -> HistoryLine:
    return HistoryLine(
        at=at,
        what=what,
        text=sentence(why, event.text),
        told=ToldTo(notifier=row.notifier, message=event.text) if what == "message.accepted" else None,
        account=row.account,
        handle=event.handle,
        project=event.project,
        cents=event.cents,
        event=event.kind,
    )


def written(row: Any, approvals: Overrides) -> Lines:
    """`approvals`: what was said on approvals, at least of its account."""
    why = f"under policy {row.policy}" if row.asked_by is None else f"that {row.asked_by} asked for"
    over = "" if row.halt_over is None else f", as what was to halt it is over ({row.halt_over})"
    approval = _approval(row, approvals)
    text = sentence(f"A release begins {why}{over}{_approved(approval)}", row.reason)
    line = _named(row, row.written_at, "release.intended", text, turn=row.turn, cents=row.price_cents)
    yield _of_release(line, row, approval)


def _approval(row: Any, approvals: Overrides) -> Override | None:
    """What let a release past the limits, where anybody had approved it as it began."""
    period = LeasePeriod(account=AccountId(row.account), renews_at=row.renews_at)
    return approvals.approval_at(period, row.written_at)


def _approved(approval: Override | None) -> str:
    """`, approved by ann (docket 7f3a91c0)`."""
    return "" if approval is None else f", approved by {approval.by} (docket {docket_id(approval.periods)})"


def _of_release(line: HistoryLine, row: Any, approval: Override | None) -> HistoryLine:
    """With why it was begun, and what let it pass."""
    grounds = Grounds(policy=row.policy, because=row.reason, asked_by=row.asked_by, halt_over=row.halt_over)
    line = replace(line, grounds=grounds)
    if approval is None:
        return line
    return replace(line, approved_by=approval.by, docket=docket_id(approval.periods))


def ended(row: Any, approvals: Overrides) -> Lines:
    """`approvals`: as of `written`."""
    ending = f"It was {ENDING[row.ending]}" + (f" (said by {row.said_by})" if row.said_by else "")
    saved = row.price_cents if row.ending is Ending.RELEASED else None
    if saved is not None:
        ending += f": the {dollars(saved)} due on {instant(row.renews_at, row.ended_at)} will not be debited"
    approval = _approval(row, approvals)
    text = sentence(f"{ending}{_approved(approval)}", row.detail)
    line = _named(row, row.ended_at, f"release.{row.ending.value}", text, turn=row.turn, cents=saved)
    yield _of_release(line, row, approval)


def paid(outcome: Outcome) -> Lines:
    # It is of the moment of its renewal, which stands before it.
    money, about = dollars(outcome.price_cents), ", about then" if outcome.estimated else ""
    why = "" if outcome.cause is None else f" ({in_full(outcome.cause, outcome.explanation)})"
    yield HistoryLine(
        at=outcome.at,
        what="renewal.paid",
        text=f"Paid without evidence of use: {money}{about}{why}.",
        account=outcome.period.account,
        handle=outcome.handle,
        project=outcome.project,
        cents=outcome.price_cents,
        paid=outcome,
    )


WORTH_TELLING: Final = frozenset(map(int, Exit)) - {Exit.DONE, Exit.CHANGES_PENDING, Exit.USAGE}
"""How a turn ended that could not do all its work."""


def turn_ended(row: Any) -> Lines:
    text = f"A {row.kind.value} turn ended: {EXIT[Exit(row.exit_code)]}."
    yield HistoryLine(at=row.ended_at, what="turn.ended", text=text, turn=row.id)


def _by_id(row: Any, at: datetime, what: str, text: str, *, turn: str | None = None) -> HistoryLine:
    """Of an account that is kept by its id only."""
    account, handle, project = row.account, row.called, row.of_project
    return HistoryLine(
        at=at, what=what, text=text, account=account, handle=handle, project=project, turn=turn
    )


def _named(
    row: Any, at: datetime, what: str, text: str, *, turn: str | None = None, cents: int | None = None
) -> HistoryLine:
    """Of an account that is kept with its names."""
    account, handle, project = row.account, row.handle, row.project
    return HistoryLine(
        at=at, what=what, text=text, account=account, handle=handle, project=project, turn=turn, cents=cents
    )
