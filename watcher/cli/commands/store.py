"""`store`: the ledger, looked after by hand."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final, assert_never

from watcher.cli.arguments import actions, configuration, output, reason_and_name
from watcher.cli.configured import configured, for_the_ledger
from watcher.cli.files import path_of
from watcher.cli.person import who_and_why
from watcher.cli.process import Process, Stop
from watcher.cli.together import Idle, refuse_idle
from watcher.cli.written import OUTPUT, output_of, unwritable, write_new
from watcher.memory.writes import BegunAnew
from watcher.record.exit_codes import Exit
from watcher.record.restored import UNHEARD, restored
from watcher.settings.load import Good
from watcher.settings.model import Settings
from watcher.texts.commands import to_accept_the_baseline, to_resume
from watcher.texts.spans import counted
from watcher.texts.times import distance
from watcher.wiring import ledger


def declare(command: ArgumentParser) -> None:
    configuration(command)
    does = actions(
        command,
        {
            "migrate": "bring it to this version",
            "check": "see whether it is sound",
            "export": "write all of it as JSON lines",
            "import": "fill a new ledger from an export",
            "restore": "put a copy in its place; then its notices are void and releases paused",
        },
    )
    output(does["export"])
    does["import"].add_argument("file", type=Path, metavar="FILE", help="what `store export` wrote")
    does["import"].add_argument(
        "--moved",
        action="store_true",
        help="no turn was taken and nothing said since the export: its notices stand, and nothing is paused",
    )
    does["restore"].add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="FILE",
        help="the copy, or an export; else what is in the ledger's place is a copy that was put there",
    )
    for action in ("import", "restore"):
        reason_and_name(does[action], unsaid="the ledger was restored from a copy")


IDLE: Final = tuple(
    Idle(option=option, beside="--moved", why="what was only moved is nobody's word, so leave it out")
    for option in ("--reason", "--by")
)


def run(options: Namespace, process: Process) -> Exit:
    refuse_idle(options, IDLE)
    if options.action == "restore":
        return _restore(options, process)
    good = configured(options, process)
    settings = good.settings
    place = settings.store.place
    if options.action == "import":
        return _import(good, options, process)
    if not ledger.is_there(settings):
        raise Stop(Exit.CONFIGURATION, f"There is no ledger at {place} yet: the first turn creates it.")
    match options.action:
        case "migrate":
            now = process.clock.now()
            with ledger.open_ledger(settings) as migrated:
                last = migrated.fleet(now).last_turn
            ago = "no turn yet" if last is None else f"last turn {distance(last.started_at, now)}"
            process.say(f"Ledger {place} is of this version, {ago}.")
            return Exit.DONE
        case "check":
            wrong = ledger.flaws(settings)
            process.say("\n".join(wrong) or f"Ledger {place} is sound.")
            return Exit.CONFIGURATION if wrong else Exit.DONE
        case "export":
            return _export(settings, output_of(options, process, good), process)
        case other:
            assert_never(other)


def _export(settings: Settings, place: Path | None, process: Process) -> Exit:
    with ledger.open_export(settings) as lines:
        if lines is None:
            raise Stop(Exit.CONFIGURATION, f"There is nothing in the ledger {settings.store.place} yet.")
        if place is None:
            process.out.writelines(f"{line}\n" for line in lines)
            return Exit.DONE
        try:
            # Handles, prices and what people said: for its owner alone, as the ledger is.
            write_new(place, (f"{line}\n".encode() for line in lines), private=True)
        except OSError as error:
            raise unwritable(OUTPUT, place, error) from None
    process.remark(f"Written to {place}.")
    return Exit.DONE


def _import(good: Good, options: Namespace, process: Process) -> Exit:
    place = good.settings.store.place
    source, now = path_of("import", options.file, process), process.clock.now()
    words = None if options.moved else restored(*who_and_why(options, process, good), now)
    try:
        with source.open(encoding="utf-8") as lines:
            count = ledger.fill(good.settings, lines, words)
    except OSError as error:
        raise _unusable("import", source, error) from None
    except UnicodeDecodeError:
        raise Stop(Exit.USAGE, f"import {source}: is not UTF-8") from None
    process.say(f"Ledger {place} remembers {counted(count, 'row')} of {source}.")
    if words is not None:
        process.say(_AFTER)
    return Exit.DONE


def _restore(options: Namespace, process: Process) -> Exit:
    """What a person has to know of a copy: what it lacks, and what is left to do."""
    good, _ = for_the_ledger(options, process)
    settings = good.settings
    place, now = settings.store.place, process.clock.now()
    words = restored(*who_and_why(options, process, good), now)
    if options.file is None:
        with ledger.open_words(settings) as copy:
            copy.apply((BegunAnew(restored=words[0], pause=words[1]),))
        process.say(f"Ledger {place} is a restored copy.")
    elif ledger.file_of(settings) is None:
        raise Stop(
            Exit.USAGE,
            f"A copy of {place} is put back by the server's own tools (an export by "
            "`lease-watcher store import FILE`, into a new database): do that, then say "
            "`lease-watcher store restore`.",
        )
    else:
        source = path_of("restore", options.file, process)
        aside = ledger.restore(settings, source, words, now)
        before = "" if aside is None else f" What was there is {aside} now."
        process.say(f"Ledger {place} is the copy {source} now.{before}")
    with ledger.open_reader(settings) as copy:
        last = copy.fleet(now).last_turn
    ago = "It remembers no turn." if last is None else f"Its last turn was {distance(last.started_at, now)}."
    process.say(f"{ago}\n{_AFTER}")
    return Exit.DONE


_AFTER = (
    f"Its notices are void, and releases are paused: {UNHEARD} "
    "(`lease-watcher holds` lists those it remembers).\n"
    "Then let a turn read the fleet (`lease-watcher run --once`, or the daemon), and end the pause: "
    f"`{to_resume(None)}`.\n"
    "Accounts that are gone since the copy was made may be a brake after that; if the fleet is right as "
    f"that turn found it: `{to_accept_the_baseline()}`.\n"
)


def _unusable(what: str, path: Path, error: OSError) -> Stop:
    return Stop(Exit.USAGE, f"{what} {path}: {(error.strerror or 'cannot be used').lower()}")
