"""Files that commands write: whole or not at all, and where that fails, what to do about it."""

import errno
import os
import stat
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import Final

from watcher.cli.files import file_to_write
from watcher.cli.process import Process, Stop
from watcher.record.exit_codes import Exit
from watcher.settings.load import Good

OUTPUT: Final = "--output"
_OPEN_ALREADY: Final = tuple(map(Path, ("/dev/fd", "/dev/stdout", "/dev/stderr", "/proc")))
"""A name there is one of what somebody else has opened, be it a file."""


_NOTHING_BESIDE: Final = (errno.EACCES, errno.EPERM, errno.EROFS)
"""Its folder takes no file, be there room or not: then what is there is written over, or nothing at all."""


def output_of(options: Namespace, process: Process, good: Good) -> Path | None:
    """The file of `--output`, None for stdout. Raises `Stop` where it could not be written after all: better
    now than when a large fleet was read for it.
    """
    place = file_to_write(OUTPUT, options.output, process, good)
    if place is not None and (wrong := _wrong_beforehand(place)) is not None:
        raise unwritable(OUTPUT, place, wrong)
    return place


def write_output(text: str | Iterable[str], place: Path, *, csv: bool = False) -> None:
    """To the file of `--output`, in parts or at once. Raises `Stop`."""
    parts = (text,) if isinstance(text, str) else text
    try:
        write_whole(place, _encoded(parts, csv=csv))
    except OSError as error:
        raise unwritable(OUTPUT, place, error) from None


def write_whole(place: Path, parts: Iterable[bytes]) -> None:
    """Who reads it meanwhile finds what was there before, and so does everybody where it fails. Raises
    `OSError`.

    A link is followed, and permissions stay. What is no file, such as a device, is written to: in its place
    root would leave a file. So is a file that cannot be replaced, as one that is mounted by itself.
    """
    if (place.exists() and not place.is_file()) or any(map(place.is_relative_to, _OPEN_ALREADY)):
        _overwrite(place, parts)
        return
    place = Path(os.path.realpath(place))
    if place.exists() and not os.access(place, os.W_OK):
        raise _because(errno.EACCES)  # replaced, it would be written to all the same
    try:
        beside = NamedTemporaryFile(dir=place.parent, prefix=".lease-watcher-", delete=False)  # noqa: SIM115
    except OSError as error:
        if error.errno not in _NOTHING_BESIDE or not place.exists():
            raise
        _overwrite(place, parts)
        return
    try:
        with beside as file:
            file.writelines(parts)
            file.flush()
            os.fchmod(file.fileno(), _mode_for(place))
        try:
            Path(beside.name).replace(place)
        except OSError:
            with open(beside.name, "rb") as whole, place.open("wb") as file:
                copyfileobj(whole, file)
    finally:
        Path(beside.name).unlink(missing_ok=True)


def write_new(place: Path, parts: Iterable[bytes], *, private: bool = False) -> None:
    """The same for a file that must not be there yet; `private`: for its owner alone. Raises `OSError`, of
    which `FileExistsError` says that it is there.
    """
    os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600 if private else 0o666))
    try:
        write_whole(place, parts)
    except BaseException:
        with suppress(OSError):
            place.unlink()
        raise


def unwritable(what: str, place: Path, error: OSError) -> Stop:
    """`what`: the option that named it, if one did. What was meant, where, and what to do."""
    said = (error.strerror or "cannot be written").lower()
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            why = f"there is no folder {place.parent}; make it, or name another file."
        case errno.EISDIR:
            why = "is a folder; name a file in it."
        case errno.EEXIST:
            why = "is there already, and stays; name another file."
        case errno.ENOSPC | errno.EDQUOT:
            why = f"{said}; make room, or name a file elsewhere."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            why = f"{said}; name a file that you may write."
        case _:
            why = f"{said}; name another file."
    return Stop(Exit.USAGE, f"{what} {place}: {why}".lstrip())


def _wrong_beforehand(place: Path) -> OSError | None:
    if place.is_dir():
        return _because(errno.EISDIR)
    if not place.parent.is_dir():
        return _because(errno.ENOENT)
    if not os.access(place if place.exists() else place.parent, os.W_OK):
        return _because(errno.EACCES)
    return None


def _because(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def _encoded(parts: Iterable[str], *, csv: bool) -> Iterator[bytes]:
    if csv:
        # Spreadsheets take a CSV without this mark for one in their own code page.
        yield b"\xef\xbb\xbf"
    for part in parts:
        yield part.encode()


def _overwrite(place: Path, parts: Iterable[bytes]) -> None:
    with place.open("wb") as file:
        file.writelines(parts)


def _mode_for(place: Path) -> int:
    """What it has; of a new file, what this user's files have."""
    try:
        return stat.S_IMODE(place.stat().st_mode)
    except OSError:
        mask = os.umask(0o077)
        os.umask(mask)
        return 0o666 & ~mask
