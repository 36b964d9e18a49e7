"""What brakes will do about the releases to come, as the last turn found: what waits is held against it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from watcher.facts.accounts import LeasePeriod
from watcher.messages.events import AnnouncementFacts, Event, RenewalFacts
from watcher.messages.matters import Matter


@dataclass(frozen=True, kw_only=True)
class HaltsByNow:
    """As of `at`. `to_come`: the releases of which it is known what brakes will do, or that they do nothing.

    `matter_of`: what brakes do about one of them; `together`: all that is to be decided. They are asked for
    what waits, and nothing else.
    """

    at: datetime
    to_come: frozenset[LeasePeriod]
    matter_of: Callable[[LeasePeriod], Matter | None]
    together: Callable[[], Matter | None]

    def knows(self, event: Event) -> bool:
        """Whether it says what will become of the release that a message speaks of."""
        to_come = isinstance(event.facts, RenewalFacts | AnnouncementFacts)
        return to_come and event.period in self.to_come and event.at <= self.at

    def losing(self, event: Event) -> Matter | None:
        """The halt by which its release will be lost; None where it goes, if only later."""
        found = None if event.period is None else self.matter_of(event.period)
        return found if found is not None and found.otherwise else None

    def with_others(self, event: Event) -> Matter | None:
        """All that is to be decided, where its release is among that."""
        found, account = self.together(), None if event.period is None else event.period.account
        if found is None or all(one.account != account for one in found.accounts):
            return None
        return found

    def are_others(self, event: Event) -> bool:
        """Whether another halt than the message tells of, or none by now, is to be decided."""
        facts = event.facts
        if not self.knows(event) or not isinstance(facts, RenewalFacts | AnnouncementFacts):
            return False
        found = self.losing(event)
        told = facts.docket is not None or facts.by is not None or facts.brakes != ()
        if found is None or not told:
            return told or found is not None
        if not facts.brakes:
            # A warning of a release that was due names no more than the docket.
            return facts.docket != found.docket
        together = self.with_others(event)
        many = None if together is None or not together.otherwise else len(together.accounts)
        return (facts.docket, facts.brakes, facts.planned, facts.unsure, facts.halted_together) != (
            found.docket,
            found.brakes,
            found.planned,
            found.unsure,
            many,
        )
