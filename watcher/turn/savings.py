"""What a span came to, by the ledger: summed up here for whoever tells it."""

from watcher.memory.remembered import FleetMemory
from watcher.memory.savings import Books, Savings, savings_of
from watcher.ports.ledger import LedgerReader


def summed_up(ledger: LedgerReader, memory: FleetMemory, books: Books) -> Savings:
    """Of releases from ever, and of what was paid in the span: a release that did not last saved nothing, and
    nobody who sums up releases otherwise would know (ADR 76).
    """
    releases = ledger.past_releases(books.until)
    paid = ledger.renewals_paid(books.since, books.until)
    return savings_of(releases, paid, memory, books)
