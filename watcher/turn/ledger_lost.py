"""The ledger lost while a release has no ending in it: what people must know, as nothing else will tell."""

from collections.abc import Iterable

from watcher.facts.accounts import Account
from watcher.facts.handles import at
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable, LostInRelease
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending, Intent
from watcher.texts.money import dollars

Lost = LedgerUnavailable | LedgerUnusable

LOST = (LedgerUnavailable, LedgerUnusable)

_NEXT = (
    "Nothing more is sent for it. The next turn that has the ledger reads the lists back before anything "
    "else; if the ledger comes back older than this, look at the provider's list before you let a turn run."
)


def lost_in(account: Account, what_is_known: str, lost: Lost) -> LostInRelease:
    """Of one release, at once. `what_is_known`: how its DELETE was answered, and what was seen then."""
    return LostInRelease(
        f"{_named(account.handle, account.id, account.price_cents)} {what_is_known}, "
        f"and that could not be written: the ledger was lost. {_sentence(lost)}\n{_NEXT}"
    )


def lost_with(unresolved: Iterable[Intent], attempts: Iterable[Attempt], lost: Lost) -> LostInRelease | None:
    """Of every release that the ledger, before it was lost, had no ending of; None if there is none."""
    ended = {attempt.period: attempt.ended for attempt in attempts}
    names = {
        intent.account.period: _named(intent.account.handle, intent.account.id, intent.account.price_cents)
        for intent in unresolved
        if ended.get(intent.account.period, Ending.UNKNOWN) is Ending.UNKNOWN
    } | {
        attempt.period: _named(attempt.handle, attempt.period.account, attempt.price_cents)
        for attempt in attempts
        if ended[attempt.period] is Ending.UNKNOWN
    }
    if not names:
        return None
    return LostInRelease(
        f"{', '.join(names.values())} may have been released: how that ended is not known, "
        f"and the ledger was lost. {_sentence(lost)}\n{_NEXT}"
    )


def _named(handle: str, id_: str, cents: int) -> str:
    name, money = at(handle, id_), f"{dollars(cents)} a month"
    return f"{id_} ({money})" if name == id_ else f"{name} ({id_}, {money})"


def _sentence(lost: Lost) -> str:
    return str(lost).rstrip()
