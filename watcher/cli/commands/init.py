"""`init`: a short commented configuration to start from."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from watcher.cli.arguments import configuration
from watcher.cli.configured import keyed
from watcher.cli.files import path_of, temporary_folder
from watcher.cli.process import Process, Stop
from watcher.ports.leases import ApiError
from watcher.record.exit_codes import Exit
from watcher.settings.declare import variable_of
from watcher.settings.example import example
from watcher.settings.read.config_file import LOCAL


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("--online", action="store_true", help="ask the API for the projects; needs the key")


def run(options: Namespace, process: Process) -> Exit:
    """Write it to `--config`, else to the working folder; what is there stays."""
    place = path_of("--config", options.config or Path(LOCAL), process)
    if place.exists():
        raise _there(place)
    # Without the variable, whose projects these are would be forgotten.
    base_url = process.environ.get(variable_of(("api", "base_url")))
    projects = _projects(process) if options.online else ()
    try:
        # Exclusively: a file that appeared meanwhile is somebody's.
        with place.open("x", encoding="utf-8") as file:
            file.write(example(projects, base_url=base_url))
    except FileExistsError:
        raise _there(place) from None
    except OSError as error:
        raise Stop(Exit.USAGE, f"{place}: {(error.strerror or 'cannot be written').lower()}") from None
    found = f" with {len(projects)} project{'' if len(projects) == 1 else 's'}, none of them enrolled"
    first = "" if projects else "name your projects in it, then "
    process.out.write(
        f"Written: {place}{found if options.online else ''}\n"
        f"It releases nothing until you say so. Next: {first}`lease-watcher check`, then `audit`.\n"
    )
    return Exit.DONE


def _there(place: Path) -> Stop:
    return Stop(
        Exit.USAGE, f"{place} is there already, and `init` never overwrites; name another by --config"
    )


def _projects(process: Process) -> Sequence[tuple[str, str]]:
    """(id, name) of every active project, asked with the key and the variables of this environment."""
    from watcher.wiring.turn import Purpose, Wiring, open_api

    with temporary_folder("init --online", "set TMPDIR to a folder.") as folder:
        file = folder / LOCAL
        file.write_text(example(), encoding="utf-8")
        with_key = keyed(Namespace(config=file, shard=None), process)
        wiring = Wiring(
            settings=with_key.settings,
            key=with_key.key,
            clock=process.clock,
            purpose=Purpose.AUDIT,
            stop=Event(),
        )
        try:
            with open_api(wiring) as api:
                return [(project.id, project.name) for project in api.projects()]
        except ApiError as error:
            code = Exit.KEY if error.status == 401 else Exit.UNREADABLE
            raise Stop(code, f"The projects could not be read: {error.summary}") from None
