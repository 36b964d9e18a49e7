"""Limits by default, as the documentation has them: more at once is done only where a person allowed it."""

from collections.abc import Iterator
from datetime import timedelta

from tests.simulation.oracle.case import Case, Violation
from tests.simulation.oracle.figures import Figures
from watcher.record.overrides import OverrideKind

MOST_RELEASES = 20
MOST_CENTS = 300_000
MOST_OF_THE_FLEET = 0.1
_SHARES_FROM = 3
_DAY = timedelta(hours=24)


def exceeded(case: Case, figures: Figures) -> Iterator[Violation]:
    """What was released within a day, of what was listed then: more than so many, or of more money."""
    if case.rules.wide:
        return
    if any(word.kind is OverrideKind.APPROVE for _, word in case.said):
        figures.unjudged["limits, where a person allowed more"] += 1
        return
    if any(one.kind.startswith("clock") for one in case.history.happens.values()):
        figures.unjudged["limits, where the clock was set"] += 1
        return
    done = [one for one in case.truth.deletions if one.done]
    for last in done:
        within = [one for one in done if last.at - _DAY < one.at <= last.at]
        cents = sum(one.price_cents for one in within)
        leased = [one for one in case.world.leases.values() if one.listed_from <= last.at]
        there = sum(one.released_at is None or one.released_at > last.at - _DAY for one in leased)
        fleet, count = there * MOST_OF_THE_FLEET, len(within)
        if count > MOST_RELEASES or cents > MOST_CENTS or (count >= _SHARES_FROM and count > fleet):
            yield Violation(
                rule="limits exceeded",
                at=last.at,
                text=f"{last.account}: {count} released within a day, {cents} cents, of {there} accounts",
            )
