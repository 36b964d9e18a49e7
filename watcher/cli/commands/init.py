"""`init`: a short commented configuration to start from."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from watcher.cli.arguments import configuration
from watcher.cli.configured import Keyed, keyed
from watcher.cli.files import path_of, temporary_folder
from watcher.cli.process import Process, Stop
from watcher.cli.written import unwritable, write_new
from watcher.ports.leases import ApiError
from watcher.record.exit_codes import Exit
from watcher.settings.declare import variable_of
from watcher.settings.example import example, project_tables
from watcher.settings.read.config_file import LOCAL
from watcher.texts.spans import counted


def declare(command: ArgumentParser) -> None:
    configuration(command, shard=False)
    command.add_argument(
        "--online",
        action="store_true",
        help="ask the API for the projects, of a file that is there for those it lacks; needs the key",
    )


def run(options: Namespace, process: Process) -> Exit:
    """Write it to `--config`, else to the working folder; what is there stays."""
    place = path_of("--config", options.config or Path(LOCAL), process)
    if place.exists() and options.online:
        return _lacking(place, process)
    if place.exists():
        raise _there(place)
    # Without the variable, whose projects these are would be forgotten.
    base_url = process.environ.get(variable_of(("api", "base_url")))
    projects = _projects(process) if options.online else ()
    try:
        # A file that appeared meanwhile is somebody's.
        write_new(place, (example(projects, base_url=base_url).encode(),))
    except FileExistsError:
        raise _there(place) from None
    except OSError as error:
        raise unwritable("--config", place, error) from None
    found = f" with {counted(len(projects), 'project')}, none of them enrolled"
    first = "" if projects else "name your projects in it, then "
    process.say(
        f"Written: {place}{found if options.online else ''}\n"
        f"It releases nothing until you say so. Next: {first}`lease-watcher check`, then "
        "`lease-watcher audit`."
    )
    return Exit.DONE


def _there(place: Path) -> Stop:
    return Stop(
        Exit.USAGE,
        f"{place} is there already, and `init` never overwrites; name another by --config. "
        "`init --online` prints the projects that it lacks.",
    )


def _lacking(place: Path, process: Process) -> Exit:
    """The tables of the projects that are not in a file which is there, to be pasted; it stays as it is."""
    with_key = keyed(Namespace(config=place, shard=None), process)
    configured = with_key.settings.projects
    known = {each.id for each in configured.values()}
    found = _active(with_key, process)
    lacking = [(id_, name) for id_, name in found if id_ not in known]
    process.out.write(project_tables(lacking, taken=configured))
    said = (
        f"all {counted(len(found), 'active project')} are in it"
        if len(found) != 1
        else "the active project is in it"
    )
    if lacking:
        are = "is" if len(lacking) == 1 else "are"
        said = f"of {counted(len(found), 'active project')} {len(lacking):,} {are} not in it; paste the above"
    process.remark(f"{place} was not changed: {said}.")
    return Exit.DONE


def _projects(process: Process) -> Sequence[tuple[str, str]]:
    """(id, name) of every active project, asked with the key and the variables of this environment."""
    with temporary_folder("init --online", "set TMPDIR to a folder.") as folder:
        file = folder / LOCAL
        file.write_text(example(), encoding="utf-8")
        return _active(keyed(Namespace(config=file, shard=None), process), process)


def _active(with_key: Keyed, process: Process) -> Sequence[tuple[str, str]]:
    from watcher.wiring.turn import Purpose, Wiring, open_api

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
