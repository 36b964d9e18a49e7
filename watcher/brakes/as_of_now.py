"""The docket and the fleet as they stand now, after what was released since they were read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from watcher.brakes import FleetState
from watcher.brakes.docket import Docket, Entry, Place, unresolved_entry
from watcher.record.intents import Intent
from watcher.record.overrides import Override


def recounted(
    docket: Docket,
    state: FleetState,
    *,
    done: Sequence[Entry],
    unresolved: Sequence[Intent],
    pauses: Sequence[Override],
    now: datetime,
) -> tuple[Docket, FleetState]:
    """What brakes look at right before a DELETE.

    `done`: our releases of the last 24 h, `unresolved`: those whose end is unknown, both as the ledger has
    them now. Releases that were still assigned when the fleet was read move from "due" to "done" and leave
    the count of their project.
    """
    counted = {entry.period for entry in docket.entries if entry.place is Place.DONE}
    fresh = Counter(entry.project for entry in done if entry.period not in counted)
    attempted = (*done, *map(unresolved_entry, unresolved))
    periods = {entry.period for entry in attempted}
    entries = (*attempted, *(entry for entry in docket.entries if entry.period not in periods))
    projects = {
        id_: replace(one, assigned=max(one.assigned - fresh[id_], 0)) for id_, one in state.projects.items()
    }
    return Docket(entries=entries), replace(
        state,
        now=now,
        projects=projects,
        unresolved=tuple(intent.account.project for intent in unresolved),
        pauses=tuple(pauses),
    )
