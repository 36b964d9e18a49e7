"""Paths as people write them: relative to a folder, or to somebody's home; never with variables.

No shell reads a configuration, nor what follows an equals sign on a command line: a `~` that nobody expands
becomes a folder of that name, with an empty ledger in it.
"""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

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
