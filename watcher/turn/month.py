"""What the month before came to: told once, by the first full turn of a month, from the ledger."""

from watcher.decide.background import Background
from watcher.decide.fleet import FleetFacts
from watcher.decide.gathered import Gathered
from watcher.decide.month_before import month_due
from watcher.memory.savings_messages import month_event
from watcher.memory.writes import Queued
from watcher.messages.events import Event
from watcher.turn.savings import summed_up
from watcher.turn.tools import Tools


def tell_the_month(
    tools: Tools, gathered: Gathered, facts: FleetFacts, background: Background
) -> tuple[Event, ...]:
    """Queue it with those who want it; nothing where none is due, or who looks only.

    A turn that ends before it is completed tells it under the key under which the next one does: once.
    """
    books = month_due(gathered, facts, background) if tools.acting else None
    if books is None:
        return ()
    savings = summed_up(tools.ledger, background.memory, books)
    event = month_event(savings, books, unread=len(gathered.unread))
    if event is None:
        return ()
    messages = tools.orders.routes.messages([event], live=background.enforcing)
    tools.write((Queued(messages=messages, at=background.now),))
    return (event,)
