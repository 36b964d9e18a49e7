"""Files that the command line names, and a folder for those that it does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from watcher.cli.process import Process, Stop
from watcher.record.exit_codes import Exit
from watcher.settings.files import whole
from watcher.settings.load import Good
from watcher.wiring.ledger import belongs_to_it, is_same_file


def path_of(option: str, written: Path, process: Process) -> Path:
    """The absolute path that was meant. Raises `Stop` for one that would lead elsewhere than it says."""
    try:
        return whole(str(written), process.cwd, process.environ)
    except ValueError as error:
        raise Stop(Exit.USAGE, f"{option} {written}: {error}") from None


def file_to_write(option: str, written: Path | None, process: Process, good: Good) -> Path | None:
    """The same for a file to write to. Raises `Stop` also for one that the watcher itself lives on: an output
    in the place of the ledger loses every hold, in that of the configuration everything.
    """
    if written is None:
        return None
    place = path_of(option, written, process)
    if belongs_to_it(good.settings, place):
        raise _ours(option, place, f"belongs to the ledger {good.settings.store.place}")
    for file in good.files:
        if is_same_file(file, place):
            of_itself = file == good.path
            raise _ours(
                option, place, "is the configuration" if of_itself else "is named by the configuration"
            )
    return place


@contextmanager
def temporary_folder(command: str, otherwise: str) -> Iterator[Path]:
    """A folder that is gone afterwards. Raises `Stop` where none can be made, as in a container whose root is
    read-only; `otherwise` is what else its user can do.
    """
    try:
        folder = TemporaryDirectory(prefix="lease-watcher-")
    except OSError:
        raise Stop(
            Exit.USAGE,
            f"`{command}` needs a temporary folder, and TMPDIR and /tmp cannot be written to: {otherwise}",
        ) from None
    with folder as path:
        yield Path(path)


def _ours(option: str, place: Path, what: str) -> Stop:
    return Stop(Exit.USAGE, f"{option} {place}: it {what} and would be overwritten; name another file.")
