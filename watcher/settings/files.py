"""Files that somebody named, or that were found: which is meant, opened so that none can hang us, and whose.

No shell reads a configuration, nor what follows an equals sign on a command line: a `~` that nobody expands
becomes a folder of that name, with an empty ledger in it. What matters is asked of the descriptor that is
read, not of the path: behind a path another file may come to stand in between.
"""

import grp
import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final

_ROOT: Final = 0
_KINDS: Final = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What a file held, and who could have written that. `read_only`: its file system takes no writes."""

    data: bytes
    owner: int
    group: int
    mode: int
    read_only: bool = False
    link_owner: int | None = None
    """Whose the link is that led there, if one did."""

    @property
    def readable_by_all(self) -> bool:
        return bool(self.mode & stat.S_IROTH)

    def of_somebody_else(self) -> str | None:
        """Whose it is, where it is neither ours nor root's."""
        for owner, what in ((self.owner, "it"), (self.link_owner, "the link to it")):
            if owner is not None and owner not in (_ROOT, os.geteuid()):
                return f"{what} belongs to {_user(owner)}"
        return None

    def open_to_all(self) -> str | None:
        """That every user of this machine can write it, where that is so."""
        anybody = bool(self.mode & stat.S_IWOTH) and not self.read_only
        return "every user of this machine can change it" if anybody else None

    def open_to_a_group(self) -> str | None:
        """Which group can write it, where it is none of ours."""
        ours = (_ROOT, os.getegid(), *os.getgroups())
        if not self.mode & stat.S_IWGRP or self.read_only or self.group in ours:
            return None
        return f"members of {_group(self.group)} can change it"

    def exposures(self) -> Iterator[tuple[str, str]]:
        """Who but us and root can write it, each with what mends that; none where nobody can."""
        if not self.read_only and (whose := self.of_somebody_else()) is not None:
            yield whose, "chown it to root, or to who runs this"
        if (anybody := self.open_to_all()) is not None:
            yield anybody, "chmod o-w it"
        if (some := self.open_to_a_group()) is not None:
            yield some, "chmod g-w it"


def read_file(place: Path, most: int) -> Contents | str:
    """A regular file with all it holds, or what is wrong with it in a few words.

    Nothing else is opened: a named pipe waits for a writer, and a device may do what it is for.
    """
    if "\0" in str(place):
        return "cannot be read: no path holds a null character"
    try:
        flaw = flaw_of_kind(os.stat(place).st_mode)
        if flaw is not None:
            return flaw
        link = os.lstat(place)
        number = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        with closing(FileIO(number)) as file:
            facts = os.fstat(number)
            flaw = flaw_of_kind(facts.st_mode)
            if flaw is not None:
                return flaw
            data = _drained(file, most)
            read_only = bool(os.fstatvfs(number).f_flag & os.ST_RDONLY)
    except OSError as error:
        return f"cannot be read: {(error.strerror or 'unknown').lower()}"
    if len(data) > most:
        return too_large(most)
    return Contents(
        data=data,
        owner=facts.st_uid,
        group=facts.st_gid,
        mode=facts.st_mode,
        read_only=read_only,
        link_owner=link.st_uid if stat.S_ISLNK(link.st_mode) else None,
    )


def read_descriptor(number: int, most: int) -> bytes | str:
    """Everything that comes through a descriptor we were started with, until its other end closes."""
    try:
        # A copy, for it may be our standard input, which is not ours to close.
        with closing(FileIO(os.dup(number))) as file:
            data = _drained(file, most)
    except OSError as error:
        return f"cannot be read: {(error.strerror or 'unknown').lower()}"
    return too_large(most) if len(data) > most else data


def flaw_of(place: Path) -> str | None:
    """What is wrong with a path whose file is read elsewhere: it is there, and is none."""
    try:
        return flaw_of_kind(place.stat().st_mode)
    except OSError:
        return None  # who reads it says so


def flaw_of_kind(mode: int) -> str | None:
    """What it is instead of a file."""
    if stat.S_ISREG(mode):
        return None
    return f"is {_KINDS.get(stat.S_IFMT(mode), 'something else')}, not a file"


def too_large(most: int) -> str:
    return f"is too large: more than {most // 1024} KiB"


def _drained(file: FileIO, most: int) -> bytes:
    """Up to one byte more than there may be."""
    parts: list[bytes] = []
    left = most + 1
    while left and (part := file.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _user(number: int) -> str:
    try:
        return f"the user {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"the user {number}"


def _group(number: int) -> str:
    try:
        return f"the group {grp.getgrgid(number).gr_name}"
    except KeyError:
        return f"the group {number}"


HOME = "~"


def whole(written: str, folder: Path, environ: Mapping[str, str]) -> Path:
    """The absolute path that was meant; a relative one starts at `folder`.

    Raises `ValueError` with a sentence for what would lead elsewhere than it says.
    """
    if "\0" in written:
        raise ValueError("no path holds a null character")
    if "$" in written:
        raise ValueError("holds a $: variables are not replaced here, so write the path itself")
    first, *rest = written.split("/")
    if HOME in rest:
        raise ValueError("holds a ~ that is not at its beginning, where alone it means a home")
    if not first.startswith(HOME):
        return folder / written
    return Path(_home(first.removeprefix(HOME), environ), *rest)


def _home(user: str, environ: Mapping[str, str]) -> str:
    if user:
        try:
            return pwd.getpwnam(user).pw_dir
        except KeyError:
            raise ValueError(
                f"begins with ~{user}, and this machine knows no user of that name: write the whole path"
            ) from None
    home = environ.get("HOME", "")
    if Path(home).is_absolute():
        return home
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        raise ValueError("begins with ~, and this machine knows no home of ours: write it whole") from None
