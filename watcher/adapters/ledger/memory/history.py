"""What happened, oldest first: the same sentences as from a database."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from watcher.adapters.ledger import lines as told
from watcher.adapters.ledger.lines import WORTH_TELLING, Asked, Lines
from watcher.adapters.ledger.memory import listings
from watcher.adapters.ledger.memory.state import State
from watcher.adapters.ledger.rules import account_facts
from watcher.facts.accounts import AccountId, ProjectId
from watcher.messages.events import EventKind
from watcher.ports.ledger import HistoryLine
from watcher.record.outcomes import OutcomeKind
from watcher.record.overrides import Overrides


class _Row:
    """Values by name, as a row of a table has them."""

    def __init__(self, *values: object, **more: object) -> None:
        for value in values:
            names = value.__slots__ if hasattr(value, "__slots__") else vars(value)
            more = {**{name: getattr(value, name) for name in names}, **more}
        self.__dict__.update(more)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def lines(state: State, asked: Asked) -> Iterator[HistoryLine]:
    """Of what happened at the same instant, what came of it stands after what it came from."""
    found = (line for source in _SOURCES for line in source(state, asked))
    everything = [line for line in found if asked.covers(line.at)]
    return iter(sorted(everything, key=lambda line: line.at))


def _in_order(rows: Iterable[_Row], at: str, account: AccountId | None) -> list[_Row]:
    """Those that have an instant, by it; of one account if one is given."""
    found = [
        row for row in rows if getattr(row, at) is not None and (account is None or row.account == account)
    ]
    return sorted(found, key=lambda row: _instant(row, at))


def _instant(row: _Row, at: str) -> datetime:
    found: datetime = getattr(row, at)
    return found


def _names(state: State, account: AccountId, project: ProjectId | None = None) -> dict[str, str | None]:
    """`project`: the one that it is kept with."""
    known = [one for one in state.knowing(account) if project in (None, one.account.project)]
    if not known:
        return {"called": None, "of_project": project}
    return {"called": known[0].account.handle, "of_project": known[0].account.project}


def _observed(state: State, asked: Asked) -> Lines:
    rows = (_Row(one, **_names(state, one.account, one.project)) for one in state.observations)
    for row in _in_order(rows, "at", asked.account):
        yield from told.observed(row)


def _said(state: State, asked: Asked) -> Lines:
    everything = sorted(state.overrides, key=lambda word: word.at)
    words = [word for word in everything if told.concerns(word, asked.account)]
    known = {id_: found[0].account for id_, found in listings.known(state, told.named_in(words)).items()}
    for word in words:
        yield from told.said(word, known)


def _notices(state: State) -> Iterator[_Row]:
    for one in state.notices.values():
        account = one.notice.period.account
        named = _names(state, account)
        yield _Row(
            one.notice, account=account, turn=one.turn, voided=one.voided, voided_at=one.voided_at, **named
        )


def _announced(state: State, asked: Asked) -> Lines:
    for row in _in_order(_notices(state), "created_at", asked.account):
        yield from told.announced(row)


def _withdrawn(state: State, asked: Asked) -> Lines:
    for row in _in_order(_notices(state), "voided_at", asked.account):
        yield from told.withdrawn(row)


def _letters(at: str, line: Callable[..., Lines]) -> Callable[[State, Asked], Lines]:
    def told_of(state: State, asked: Asked) -> Lines:
        rows = [_Row(one, account=one.account, notifier=one.notifier) for one in state.letters.values()]
        for row in _in_order(rows, at, asked.account):
            yield from line(row, row.message.event)
        if asked.account is None or not (named := _dockets_with(state, asked.account, asked)):
            return
        times = told.times_of_halts(named.values())
        halts = [
            row
            for row in rows
            if row.message.event.kind is EventKind.BRAKE_HALTED
            and any(time.covers(row.queued_at) for time in times)
            and told.docket_of(row.message.event) in named
        ]
        for row in _in_order(halts, at, None):
            yield from line(row, row.message.event)

    return told_of


def _dockets_with(state: State, account: AccountId, asked: Asked) -> Mapping[str, datetime]:
    """The dockets that named an account, and when each was judged last: what halted them halted it."""
    judged = told.around(asked.since, asked.until)
    return {
        one.docket: one.at
        for one in state.dockets.values()
        if judged.covers(one.at) and told.names(account, one.periods)
    }


def _attempts(at: str, line: Callable[..., Lines]) -> Callable[[State, Asked], Lines]:
    def told_of(state: State, asked: Asked) -> Lines:
        rows = (_Row(one, **account_facts(one.account)) for one in state.intents.values())
        on_approval = (word for word in state.overrides if word.kind in told.ABOUT_A_DOCKET)
        approvals = Overrides(said=tuple(on_approval))
        for row in _in_order(rows, at, asked.account):
            yield from line(row, approvals)

    return told_of


def _outcomes(state: State, asked: Asked) -> Lines:
    """Renewals paid; that a release saved one is told where its release is."""
    paid = (one.outcome for one in state.outcomes.values() if one.outcome.kind is OutcomeKind.PAID)
    account = asked.account
    wanted = (one for one in paid if account is None or one.period.account == account)
    for one in sorted(wanted, key=lambda one: one.at):
        yield from told.paid(one)


def _turns(state: State, asked: Asked) -> Lines:
    """The turns that have something to say: those that could not do all their work."""
    if asked.account is None:
        for turn in sorted(state.turns.values(), key=lambda turn: turn.ended_at or turn.started_at):
            if turn.ended_at is not None and turn.exit_code in WORTH_TELLING:
                yield from told.turn_ended(turn)


_SOURCES: tuple[Callable[[State, Asked], Lines], ...] = (
    _observed,
    _said,
    _withdrawn,
    _announced,
    _attempts("written_at", told.written),
    _attempts("ended_at", told.ended),
    _outcomes,
    _letters("accepted_at", told.accepted),
    _letters("given_up_at", told.given_up),
    _letters("ended_at", told.put_aside),
    _turns,
)
