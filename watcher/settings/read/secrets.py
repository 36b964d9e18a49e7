"""Secrets that stand in files of their own: systemd's credentials, `…_file` options, the API key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path as FilePath
from typing import Any, Final

from watcher.settings.declare import WHOLE, Path, Table, every_option
from watcher.settings.files import Contents, read_file, too_large
from watcher.settings.files import whole as whole_path
from watcher.settings.findings import Complaint, Gravity, nearest
from watcher.settings.read.sources import Source
from watcher.settings.read.variables import put
from watcher.texts.secret import Password, Secret, password_of, secret_of

CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
KEY_CREDENTIAL: Final = "layers-api-key"
KEY_VARIABLE: Final = "LAYERS_API_KEY"
UNREAD: Final = Secret("unread")
"""Stands for a secret whose file could not be used, so that it is not also reported missing."""

Around = tuple[FilePath, Mapping[str, str]]

_OURS: Final = ("notifiers.", "keep.", "calendar.", "status.", "store.", "metrics.", "heartbeat.")
_MOST_BYTES = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretFile:
    """The secret in a file that an option names, if there is one, and what is to be said about that file."""

    secret: Secret | None = None
    complaints: tuple[Complaint, ...] = ()
    files: tuple[FilePath, ...] = ()


def read_credentials(environ: Mapping[str, str], file: Mapping[str, Any], whole: Table = WHOLE) -> Source:
    """Read the files named like a secret option, such as `notifiers.ops.url`.

    One that begins like an option's name and is none is refused: a misspelt optional secret would
    silently be left out.
    """
    table: dict[str, Any] = {}
    origins: dict[Path, str] = {}
    names, wrong = _names(environ.get(CREDENTIALS))
    options = every_option(file, rows=False, whole=whole) if names else ()
    known = {".".join(path): (path, option.type) for path, option in options if option.secret}
    for name in names:
        place = FilePath(environ[CREDENTIALS]) / name
        if name in known:
            path, kind = known[name]
            origins[path] = str(place)
            found = _read(place, kind)
            put(table, path, UNREAD if isinstance(found, str) else found[0])
            if isinstance(found, str):
                wrong.append(Complaint(path=path, message=f"the credential {found}"))
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
    return Source(tables=table, origins=origins, complaints=tuple(wrong))


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


def read_named(named: object, path: Path, around: Around, kind: type = Secret) -> SecretFile:
    """The secret in the file that the `…_file` at `path` names."""
    if not isinstance(named, str) or not named:
        return SecretFile(complaints=(Complaint(path=path, message="must be the path of a file, in quotes"),))
    try:
        place = whole_path(named, *around)
    except ValueError as error:
        return SecretFile(complaints=(Complaint(path=path, message=str(error), fix="correct the path"),))
    found = _read(place, kind)
    if isinstance(found, str):
        wrong = Complaint(path=path, message=f"the file {found}", fix=_file_fix(found))
        return SecretFile(complaints=(wrong,), files=(place,))
    secret, contents = found
    return SecretFile(secret=secret, complaints=tuple(_exposed(contents, path)), files=(place,))


def find_key(
    environ: Mapping[str, str], key_file: str | None, folder: FilePath
) -> tuple[Secret | None, tuple[Complaint, ...]]:
    """The API key: credential, then `api.key_file`, then the variable. The first that is there decides.

    None without a complaint: nobody gave one.
    """
    credential = FilePath(environ.get(CREDENTIALS) or "/nonexistent") / KEY_CREDENTIAL
    # A link that leads nowhere is there too: falling back to another key would hide that.
    if environ.get(CREDENTIALS) and lexists(credential):
        found = _read(credential)
        if isinstance(found, str):
            said = f"the credential `{KEY_CREDENTIAL}` {found}"
            return None, (Complaint(path=(), variable=CREDENTIALS, message=said, fix=_file_fix(found)),)
        return found[0], ()
    if key_file is not None:
        named = read_named(key_file, ("api", "key_file"), (folder, environ))
        return named.secret, named.complaints
    if KEY_VARIABLE in environ:
        try:
            return secret_of(environ[KEY_VARIABLE]), ()
        except ValueError as error:
            said = f"the API key {error}"
            return None, (Complaint(path=(), variable=KEY_VARIABLE, message=said, fix="set it again"),)
    return None, ()


def keys_around(environ: Mapping[str, str], key_file: str | None, folder: FilePath) -> tuple[Secret, ...]:
    """Every API key that can be read from here, whichever `find_key` would take."""
    places = (
        ({CREDENTIALS: environ.get(CREDENTIALS, "")}, None),
        ({name: text for name, text in environ.items() if name not in (CREDENTIALS, KEY_VARIABLE)}, key_file),
        ({name: environ[name] for name in (KEY_VARIABLE,) if name in environ}, None),
    )
    found = (find_key(each, file, folder)[0] for each, file in places)
    return tuple(key for key in found if key is not None)


def _read(place: FilePath, kind: type = Secret) -> tuple[Secret, Contents] | str:
    """The secret in a file, or what is wrong with it: never a word of its content."""
    contents = read_file(place, _MOST_BYTES)
    if isinstance(contents, str):
        return "is too large for a secret" if contents == too_large(_MOST_BYTES) else contents
    try:
        # Editors of Windows begin a file with a mark of its encoding.
        text = contents.data.decode("utf-8-sig")
        return (password_of(text) if kind is Password else secret_of(text)), contents
    except UnicodeDecodeError:
        return "is not UTF-8"
    except ValueError as error:
        return str(error)


def _file_fix(problem: str) -> str:
    if problem.startswith("cannot be read"):
        return "check the path, which starts at the configuration's folder, and the file's owner and mode"
    return "write the secret into it again: one line, nothing else"


def _exposed(contents: Contents, path: Path) -> Iterator[Complaint]:
    """Who could read the secret, or put another in its place."""
    said = [(f"the file: {by}", fix) for by, fix in contents.exposures()]
    if contents.readable_by_all:
        said.insert(0, ("the file can be read by every user of this machine", "chmod o-r it"))
    for message, fix in said:
        yield Complaint(path=path, message=message, fix=fix, severity=Gravity.WARNING)
