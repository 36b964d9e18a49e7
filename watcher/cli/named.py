"""Files that the command line names."""

from pathlib import Path

from watcher.cli.stop import Stop
from watcher.cli.surroundings import Surroundings
from watcher.domain.exits import Exit
from watcher.settings import paths


def named(option: str, written: Path, surroundings: Surroundings) -> Path:
    """The absolute path that was meant. Raises `Stop` for one that would lead elsewhere than it says."""
    try:
        return paths.whole(str(written), surroundings.cwd, surroundings.environ)
    except ValueError as error:
        raise Stop(Exit.USAGE, f"{option} {written}: {error}") from None
