"""Releases that a pause would stop and that nobody has announced, by what the ledger remembers.

An audit asks about every account. Turns only ask about those near their renewal, so of the others a ledger
knows that they renew, and not whether they are used.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from watcher.decide.openings import window_as_known
from watcher.decide.orders import Orders
from watcher.decide.paused_then import pause_through
from watcher.facts.accounts import Account, LeasePeriod
from watcher.memory.remembered import Known
from watcher.record.overrides import Overrides
from watcher.record.planned_pauses import PlannedPauses
from watcher.record.reasons import Reason
from watcher.rules.plan import Mode

_PLANNED: Final = frozenset(
    {Reason.NOTICE_TO_COME, Reason.WINDOW_NOT_OPEN, Reason.UNUSED, Reason.TERM, Reason.BRAKED}
)
"""Noted of a release that was to come, at the last turn that looked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unannounced:
    """What pauses stop until it is too late, beside what is announced.

    `planned`: what the last turn wanted to release. `unasked`: what nothing else keeps, and of which no turn
    of this lease period has asked yet whether it is used.
    """

    planned: tuple[Account, ...] = ()
    unasked: tuple[Account, ...] = ()


def unannounced(
    leased: Iterable[Known],
    announced: Container[LeasePeriod],
    pauses: PlannedPauses,
    overrides: Overrides,
    orders: Orders,
    now: datetime,
) -> Unannounced:
    """As an audit counts them (`paused_then`): on as the window opens, and until it closes."""
    planned: list[Account] = []
    unasked: list[Account] = []
    for one in leased if orders.mode is Mode.ENFORCE else ():
        account = one.account
        if account.period in announced or not _is_stopped(account, pauses, overrides, orders, now):
            continue
        if one.reason in _PLANNED:
            planned.append(account)
        elif one.reason is None or one.reason is Reason.NOT_DUE:
            unasked.append(account)
    return Unannounced(planned=tuple(planned), unasked=tuple(unasked))


def _is_stopped(
    account: Account, pauses: PlannedPauses, overrides: Overrides, orders: Orders, now: datetime
) -> bool:
    """Whether its window lies in a pause, and nothing else that is known keeps the account."""
    window = window_as_known(account, overrides, orders, now)
    if window is None:
        return False
    return pause_through(pauses, account.project, max(window.opens, now), window.closes) is not None
