"""`store`: the ledger, looked after by hand."""

import os
from argparse import Namespace
from contextlib import closing
from pathlib import Path
from typing import assert_never

from watcher.adapters.ledger.empty import EmptyLedger
from watcher.adapters.ledger.opening import is_there, open_ledger, open_reader
from watcher.adapters.ledger.places import Place
from watcher.adapters.ledger.soundness import check
from watcher.adapters.render.times import distance
from watcher.bootstrap import ledger_place
from watcher.cli.configured import configured
from watcher.cli.stop import Stop
from watcher.cli.surroundings import Surroundings
from watcher.domain.exits import Exit


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    place = ledger_place(configured(options, surroundings).settings)
    if options.action == "import":
        return _import(place, surroundings.cwd / options.file, surroundings)
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
        case "export":
            return _export(place, options.output, surroundings)
        case other:
            assert_never(other)


def _export(place: Place, output: Path | None, surroundings: Surroundings) -> Exit:
    with closing(open_reader(place)) as ledger:
        if isinstance(ledger, EmptyLedger):
            raise Stop(Exit.CONFIGURATION, f"There is nothing in the ledger {place} yet.")
        if output is None:
            surroundings.out.writelines(f"{line}\n" for line in ledger.export())
            return Exit.DONE
        try:
            # Handles, prices and what people said: for its owner alone, as the ledger is.
            with open(surroundings.cwd / output, "x", encoding="utf-8", opener=_private) as file:
                try:
                    file.writelines(f"{line}\n" for line in ledger.export())
                    file.flush()
                except BaseException:
                    (surroundings.cwd / output).unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise _unusable("--output", output, error) from None
    surroundings.err.write(f"written to {surroundings.cwd / output}\n")
    return Exit.DONE


def _import(place: Place, source: Path, surroundings: Surroundings) -> Exit:
    try:
        with source.open(encoding="utf-8") as lines, closing(open_ledger(place)) as ledger:
            count = ledger.fill(lines)
    except OSError as error:
        raise _unusable("import", source, error) from None
    except UnicodeDecodeError:
        raise Stop(Exit.USAGE, f"import {source}: is not UTF-8") from None
    surroundings.out.write(f"Ledger {place} remembers {count} rows of {source}.\n")
    return Exit.DONE


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unusable(what: str, path: Path, error: OSError) -> Stop:
    return Stop(Exit.USAGE, f"{what} {path}: {(error.strerror or 'cannot be used').lower()}")
