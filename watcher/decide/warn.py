"""Warn of renewals that a release is to save: what will become of that release, brakes have to say.

What will renew whatever brakes do is warned of with its project (`decide_project`).
"""

from collections.abc import Iterable, Iterator

from watcher.brakes import Halt
from watcher.brakes.docket import Entry, Place
from watcher.brakes.kinds.paused import planned_halts, said_halts
from watcher.decide.announce import Outlook
from watcher.decide.background import Background
from watcher.messages.events import Event
from watcher.messages.matters import Matter, halt_matter, in_time
from watcher.messages.renewal_messages import decision_events
from watcher.rules.plan import Announce, Decision
from watcher.rules.window import Window


def warn(
    warning: Iterable[Decision], outlook: Outlook, background: Background, *, partly: bool
) -> tuple[Event, ...]:
    """The warnings that are due, the next renewal first.

    `partly`: only a few projects were read, and what is to come is known of these alone: what is not
    announced in this turn is left to the next that reads all.
    """
    names, now = background.orders.names, background.now
    due = [one for one in warning if not partly or isinstance(one.step, Announce)]
    due.sort(key=lambda one: (one.account.renews_at, names.get(one.account.project, ""), one.account.handle))
    whole = outlook.coming.matter(background.orders, now) if due else None
    return tuple(
        event
        for one in due
        for event in decision_events(
            one,
            now,
            mode=background.turn.mode,
            sure=background.clock.sure,
            coming=_matter_of(one, outlook, background),
            whole=whole if outlook.coming.on(one.account.period) else None,
        )
    )


def _matter_of(decision: Decision, outlook: Outlook, background: Background) -> Matter | None:
    """What stops its release now, or will; None where that is nothing, or not known yet."""
    account, window, orders, now = (
        decision.account,
        decision.judgement.window,
        background.orders,
        background.now,
    )
    coming = outlook.coming.matter_of(account.period, orders, now)
    if coming is not None or window is None:
        return coming
    halts = outlook.halts.on(account.period, account.project) if now >= window.opens else ()
    halts = halts or tuple(_paused_throughout(decision, window, background))
    if not halts:
        return None
    entry = Entry(
        period=account.period,
        project=account.project,
        handle=account.handle,
        price_cents=account.price_cents,
        place=Place.OPENING,
        closes=window.closes,
    )
    return halt_matter(
        halts, [entry], outlook.docket.id, now, poll=orders.poll, names=orders.names, coming=True
    )


def _paused_throughout(decision: Decision, window: Window, background: Background) -> Iterator[Halt]:
    """The pauses that are known to last until it is too late: also of what is further off than a docket."""
    orders, now, project = background.orders, background.now, decision.account.project
    last = in_time([window.closes], now, orders.poll) or window.closes
    planned = planned_halts(orders.planned_pauses.on(max(window.opens, now)), now)
    for halt in (*said_halts(background.overrides.pauses(now)), *planned):
        if halt.covers(project) and (halt.lifts_at is None or halt.lifts_at >= last):
            yield halt
