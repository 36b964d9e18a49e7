"""Give the notifiers what waits for them: one digest a turn each, remembered once accepted."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import assert_never

from watcher.domain.memory import QueuedMessage
from watcher.domain.spans import span
from watcher.ports.clock import Clock
from watcher.ports.ledger import Ledger
from watcher.ports.notifier import Accepted, Digest, Notifier, Postponed, Rejected

_TRIED_FOR = timedelta(days=7)
"""How long a message is tried: the next renewal of its account has messages of its own."""


def tell(notifiers: Iterable[Notifier], ledger: Ledger, clock: Clock, *, turn: str) -> int:
    """Deliver everything queued; answers how many messages stay undelivered.

    Messages sent live and those worded "would be" never share a digest. A message whose acceptance could
    not be noted (a crash right after sending) is sent again: twice is better than never.
    """
    undelivered = 0
    for notifier in notifiers:
        waiting = ledger.waiting(notifier.name)
        for live in (True, False):
            batch = [one for one in waiting if one.message.live is live]
            if not batch:
                continue
            digest = Digest(
                id=f"{turn}:{notifier.name}:{'live' if live else 'would-be'}",
                at=clock.now(),
                live=live,
                events=tuple(one.message.event for one in batch),
            )
            undelivered += _deliver(notifier, digest, batch, ledger, clock)
    return undelivered


def _deliver(
    notifier: Notifier, digest: Digest, batch: Sequence[QueuedMessage], ledger: Ledger, clock: Clock
) -> int:
    delivery, now = notifier.deliver(digest), clock.now()
    match delivery:
        case Accepted():
            ledger.accepted([one.id for one in batch], at=now)
            return 0
        case Postponed(why=why):
            old = [one.id for one in batch if now - one.queued_at >= _TRIED_FOR]
            young = [one.id for one in batch if now - one.queued_at < _TRIED_FOR]
            ledger.not_accepted(old, why=f"{why}; tried for {span(_TRIED_FOR)}", for_good=True, at=now)
            ledger.not_accepted(young, why=why, for_good=False, at=now)
        case Rejected(why=why):
            ledger.not_accepted([one.id for one in batch], why=why, for_good=True, at=now)
        case _:
            assert_never(delivery)
    return len(batch)
