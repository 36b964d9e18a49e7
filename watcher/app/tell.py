"""Give the notifiers what waits for them: one digest a turn each, remembered once accepted."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from watcher.ports.clock import Clock
from watcher.ports.ledger import Ledger
from watcher.ports.notifier import Accepted, Digest, Notifier, Postponed, Rejected


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
            undelivered += _deliver(notifier, digest, [one.id for one in batch], ledger, clock)
    return undelivered


def _deliver(notifier: Notifier, digest: Digest, ids: Sequence[int], ledger: Ledger, clock: Clock) -> int:
    delivery = notifier.deliver(digest)
    match delivery:
        case Accepted():
            ledger.accepted(ids, at=clock.now())
            return 0
        case Postponed(why=why):
            ledger.not_accepted(ids, why=why, for_good=False, at=clock.now())
        case Rejected(why=why):
            ledger.not_accepted(ids, why=why, for_good=True, at=clock.now())
        case _:
            assert_never(delivery)
    return len(ids)
