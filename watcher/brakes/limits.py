"""The options of `[brakes]`. An omitted limit takes its default, 0 allows none, nothing means unlimited."""

from dataclasses import dataclass
from datetime import timedelta

from watcher.rules.option import option


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    max_releases: int = option(20, "Releases on one docket (24 h back, 24 h ahead).", minimum=0)
    max_share: float = option(
        0.1, "Share of the fleet on one docket, from 3 releases on.", minimum=0.0, maximum=1.0
    )
    max_project_share: float = option(
        0.5, "Share of one project on one docket, from 3 releases on.", minimum=0.0, maximum=1.0
    )
    max_value_cents: int = option(
        300_000, "Monthly price of all releases on one docket, in cents.", minimum=0
    )
    keep_at_least: int = option(0, "Accounts that every project keeps.", minimum=0)
    max_fleet_drop: float = option(
        0.2, "Share of the fleet that may vanish, not by us, from 3 accounts on.", minimum=0.0, maximum=1.0
    )
    max_idle_jump: float = option(
        0.2,
        "Share of the fleet that may turn unused within a day, from 3 accounts on.",
        minimum=0.0,
        maximum=1.0,
    )
    max_unknown_share: float = option(
        0.3, "Share of the fleet whose activity may be unknown.", minimum=0.0, maximum=1.0
    )
    max_data_age: timedelta = option(
        timedelta(minutes=30),
        "Age of the oldest reading a release may rest on.",
        minimum=timedelta(seconds=1),
    )
    max_clock_skew: timedelta = option(
        timedelta(seconds=60),
        "Difference allowed between this clock and the API's.",
        minimum=timedelta(seconds=1),
    )
    min_history: timedelta = option(
        timedelta(hours=24), "The ledger must hold a completed turn at least this old.", minimum=timedelta()
    )
