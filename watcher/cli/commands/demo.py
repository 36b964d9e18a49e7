"""`demo`: a whole release on an embedded sandbox, in seconds. Needs no key and no configuration."""

from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path

from watcher.cli.files import path_of, temporary_folder
from watcher.cli.process import Process, Stop
from watcher.record.exit_codes import Exit


def declare(command: ArgumentParser) -> None:
    command.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep its configuration and ledger there"
    )


def run(options: Namespace, process: Process) -> Exit:
    from watcher.cli.demo import stage
    from watcher.wiring.web import network_to

    # What would stop every request is said before the story begins.
    network_to("http://127.0.0.1", process.environ)
    with ExitStack() as stack:
        folder = _folder(options, process, stack)
        return stack.enter_context(stage(process, folder)).tell()


def _folder(options: Namespace, process: Process, stack: ExitStack) -> Path:
    if options.keep is None:
        return stack.enter_context(temporary_folder("demo", "--keep FOLDER says where else."))
    folder: Path = path_of("--keep", options.keep, process)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise Stop(Exit.USAGE, f"--keep {folder}: {(error.strerror or 'unusable').lower()}") from None
    return folder
