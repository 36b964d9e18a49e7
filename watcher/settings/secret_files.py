"""Secrets that stand in files of their own: systemd's credentials, `…_file` options, the API key."""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path as FilePath
from typing import Any, Final

from watcher.domain.secret import Secret, secret_of
from watcher.settings.declarations import Path, every_option, file_twin
from watcher.settings.environment import put
from watcher.settings.findings import Complaint, Finding, Severity, dotted, nearest
from watcher.settings.lines import holds
from watcher.settings.model import Settings

CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
KEY_CREDENTIAL: Final = "layers-api-key"
KEY_VARIABLE: Final = "LAYERS_API_KEY"
UNREAD: Final = Secret("unread")
"""Stands for a secret whose file could not be used, so that it is not also reported missing."""

_OURS: Final = ("notifiers.", "keep.", "store.", "metrics.", "heartbeat.")
_MOST_BYTES = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """Secrets of options from the credentials directory. `origins` names the file of each."""

    table: dict[str, Any]
    origins: Mapping[Path, str]
    complaints: tuple[Complaint, ...]


def read_credentials(
    environ: Mapping[str, str], file: Mapping[str, Any], whole: type = Settings
) -> Credentials:
    """Read the files named like a secret option, such as `notifiers.ops.url`.

    One that begins like an option's name and is none is refused: a misspelt optional secret would
    silently be left out.
    """
    table: dict[str, Any] = {}
    origins: dict[Path, str] = {}
    known = {".".join(path): path for path in _secrets(file, whole)}
    names, wrong = _names(environ.get(CREDENTIALS))
    for name in names:
        place = FilePath(environ[CREDENTIALS]) / name
        if name in known:
            path = known[name]
            origins[path] = str(place)
            secret = _read(place)
            put(table, path, UNREAD if isinstance(secret, str) else secret)
            if isinstance(secret, str):
                wrong.append(Complaint(path=path, message=f"the credential {secret}"))
        elif name.startswith(_OURS):
            close = nearest(name, known)
            wrong.append(
                Complaint(
                    path=(),
                    variable=CREDENTIALS,
                    message=f"the credential `{name}` is no secret option of this file",
                    suggestion=close,
                    fix=f"rename it to `{close}`" if close else "remove it",
                )
            )
    return Credentials(table=table, origins=origins, complaints=tuple(wrong))


def _names(directory: str | None) -> tuple[list[str], list[Complaint]]:
    """The files that are there. A directory that cannot be looked into is a mistake: it may hold the key."""
    if not directory:
        return [], []
    try:
        return sorted(each.name for each in FilePath(directory).iterdir()), []
    except OSError as error:
        said = f"the directory {directory} cannot be read: {(error.strerror or 'unknown').lower()}"
        return [], [
            Complaint(path=(), variable=CREDENTIALS, message=said, fix="mend it, or unset the variable")
        ]


def _secrets(file: Mapping[str, Any], whole: type) -> Iterator[tuple[str, ...]]:
    return (path for path, option in every_option(file, rows=False, whole=whole) if option.secret)


def fill_from_files(
    table: dict[str, Any], names: Mapping[str, Any], folder: FilePath, whole: type = Settings
) -> list[Complaint]:
    """Put the content of every `…_file` in `table` where the secret itself would stand.

    `names` is the table whose names count, `folder` where relative paths start.
    """
    wrong: list[Complaint] = []
    for path in dict.fromkeys(_secrets(names, whole)):
        twin = (*path[:-1], file_twin(path[-1]))
        if not holds(table, twin):
            continue
        owner: Any = table
        for key in twin[:-1]:
            owner = owner[key]
        named = owner.pop(twin[-1])
        if holds(table, path):
            wrong.append(
                Complaint(path=twin, message=f"is given beside `{path[-1]}`", fix="keep one of the two")
            )
            continue
        owner[path[-1]] = UNREAD
        if not isinstance(named, str) or not named:
            wrong.append(Complaint(path=twin, message="must be the path of a file, in quotes"))
            continue
        secret = _read(folder / named)
        if isinstance(secret, str):
            wrong.append(Complaint(path=twin, message=f"the file {secret}", fix=_file_fix(secret)))
            continue
        owner[path[-1]] = secret
        wrong.extend(_exposed(folder / named, twin))
    return wrong


def find_key(
    environ: Mapping[str, str], key_file: str | None, folder: FilePath
) -> tuple[Secret | None, tuple[Complaint, ...]]:
    """The API key: credential, then `api.key_file`, then the variable. The first that is there decides.

    None without a complaint: nobody gave one.
    """
    credential = FilePath(environ.get(CREDENTIALS) or "/nonexistent") / KEY_CREDENTIAL
    # A link that leads nowhere is there too: falling back to another key would hide that.
    if environ.get(CREDENTIALS) and lexists(credential):
        secret = _read(credential)
        if isinstance(secret, str):
            said = f"the credential `{KEY_CREDENTIAL}` {secret}"
            return None, (Complaint(path=(), variable=CREDENTIALS, message=said, fix=_file_fix(secret)),)
        return secret, ()
    if key_file is not None:
        path = ("api", "key_file")
        secret = _read(folder / key_file)
        if isinstance(secret, str):
            return None, (Complaint(path=path, message=f"the file {secret}", fix=_file_fix(secret)),)
        return secret, tuple(_exposed(folder / key_file, path))
    if KEY_VARIABLE in environ:
        try:
            return secret_of(environ[KEY_VARIABLE]), ()
        except ValueError as error:
            said = f"the API key {error}"
            return None, (Complaint(path=(), variable=KEY_VARIABLE, message=said, fix="set it again"),)
    return None, ()


def _read(place: FilePath) -> Secret | str:
    """The secret in a file, or what is wrong with it: never a word of its content."""
    if "\0" in str(place):
        return "cannot be read: no path holds a null character"
    try:
        with place.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        return f"cannot be read: {(error.strerror or 'unknown').lower()}"
    if len(content) > _MOST_BYTES:
        return "is too large for a secret"
    try:
        return secret_of(content.decode("ascii"))
    except UnicodeDecodeError:
        return "holds signs other than plain ASCII"
    except ValueError as error:
        return str(error)


def _file_fix(problem: str) -> str:
    if problem.startswith("cannot be read"):
        return "check the path, which starts at the configuration's folder, and the file's owner and mode"
    return "write the secret into it again: one line, nothing else"


def _exposed(place: FilePath, path: Path) -> Iterator[Complaint]:
    if place.stat().st_mode & stat.S_IROTH:
        yield Complaint(
            path=path,
            message="the file can be read by every user of this machine",
            fix="chmod o-r it",
            severity=Severity.WARNING,
        )


def missing_key() -> Finding:
    """For commands that need the key where `find_key` found none."""
    return Finding(
        severity=Severity.ERROR,
        file=None,
        line=None,
        key="",
        message="no API key",
        fix=f"put it in the credential `{KEY_CREDENTIAL}`, in a file named by "
        f"`{dotted(('api', 'key_file'))}`, or in {KEY_VARIABLE}",
    )
