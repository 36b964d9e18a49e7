"""`demo`: a whole release on an embedded sandbox, in seconds. Needs no key and no configuration."""

from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path

from watcher.cli.demo.story import stage
from watcher.cli.named import named, temporary_folder
from watcher.cli.stop import Stop
from watcher.cli.surroundings import Surroundings
from watcher.decide.exits import Exit
from watcher.wiring.web import way_to


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    # What would stop every request is said before the story begins.
    way_to("http://127.0.0.1", surroundings.environ)
    with ExitStack() as stack:
        folder = _folder(options, surroundings, stack)
        return stack.enter_context(stage(surroundings, folder)).tell()


def _folder(options: Namespace, surroundings: Surroundings, stack: ExitStack) -> Path:
    if options.keep is None:
        return stack.enter_context(temporary_folder("demo", "--keep FOLDER says where else."))
    folder: Path = named("--keep", options.keep, surroundings)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise Stop(Exit.USAGE, f"--keep {folder}: {(error.strerror or 'unusable').lower()}") from None
    return folder
