"""`store`: the ledger's file, looked after by hand."""

from argparse import Namespace
from contextlib import closing
from typing import assert_never

from watcher.adapters.ledger.opening import is_there, open_ledger
from watcher.adapters.ledger.soundness import check
from watcher.adapters.render.times import distance
from watcher.bootstrap import ledger_place
from watcher.cli.configured import configured
from watcher.cli.stop import Stop
from watcher.cli.surroundings import Surroundings
from watcher.domain.exits import Exit


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    place = ledger_place(configured(options, surroundings).settings)
    if not is_there(place):
        raise Stop(Exit.CONFIGURATION, f"There is no ledger at {place} yet: the first turn creates it.")
    match options.action:
        case "migrate":
            now = surroundings.clock.now()
            with closing(open_ledger(place)) as ledger:
                last = ledger.fleet(now).last_turn
            ago = "no turn yet" if last is None else f"last turn {distance(last.started_at, now)}"
            surroundings.out.write(f"Ledger {place} is of this version, {ago}.\n")
            return Exit.DONE
        case "check":
            wrong = check(place)
            surroundings.out.write("".join(f"{one}\n" for one in wrong) or f"Ledger {place} is sound.\n")
            return Exit.CONFIGURATION if wrong else Exit.DONE
        case other:
            assert_never(other)
