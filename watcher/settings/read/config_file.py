"""Which file is the configuration, and what it holds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from os.path import lexists
from pathlib import Path
from typing import Final

from watcher.settings.files import Contents, read_descriptor, read_file, whole
from watcher.settings.findings import Finding, Gravity
from watcher.settings.read.toml import MOST_BYTES
from watcher.settings.read.variables import CONFIG

LOCAL: Final = "lease-watcher.toml"
SYSTEM: Final = Path("/etc/lease-watcher/config.toml")
OPTION: Final = "--config"

_DESCRIPTOR: Final = re.compile(r"/dev/(?:stdin|fd/([0-9]{1,9}))|/proc/self/fd/([0-9]{1,9})")


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigFile:
    """Where the configuration is. `named`: by which option or variable; None, it was only found there.

    `descriptor`: it comes through a pipe or the standard input, and can be read once.
    """

    path: Path
    named: str | None = None
    descriptor: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigText:
    """What a source holds, and what is to be said about whose it is."""

    text: str
    findings: tuple[Finding, ...] = ()


def find_file(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> ConfigFile | Finding:
    """`--config`, else WATCHER_CONFIG, else the working folder's, else the system's.

    One that was named must be there: no other is taken in its place. The path is absolute.
    """
    if explicit is not None:
        return _named(str(explicit), OPTION, environ, cwd)
    if environ.get(CONFIG):
        return _named(environ[CONFIG], CONFIG, environ, cwd)
    places = (cwd / LOCAL, SYSTEM)
    for place in places:
        # Also a link that leads nowhere: falling back to another file would hide that.
        if lexists(place):
            return ConfigFile(path=place)
    return Finding(
        message=f"no configuration; looked at {OPTION}, {CONFIG}, {', '.join(str(each) for each in places)}",
        fix="write one with `lease-watcher init`",
    )


def only_once(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> str | None:
    """The configuration's name, where it comes through a pipe or the standard input; None: it is a file."""
    source = find_file(explicit, environ, cwd)
    return str(source.path) if isinstance(source, ConfigFile) and source.descriptor is not None else None


def _named(written: str, by: str, environ: Mapping[str, str], cwd: Path) -> ConfigFile | Finding:
    try:
        place = whole(written, cwd, environ)
    except ValueError as error:
        return _wrong(written, str(error), "correct the path", key=by)
    stream = _DESCRIPTOR.fullmatch(str(place))
    if stream is not None:
        return ConfigFile(path=place, named=by, descriptor=int(stream[1] or stream[2] or 0))
    if _is_missing(place):
        fix = "correct the path, or write the file with `lease-watcher init`"
        return _wrong(str(place), "there is no such file", fix, key=by)
    return ConfigFile(path=place, named=by)


def _is_missing(place: Path) -> bool:
    """Whether there is nothing; of what cannot be looked at, reading says why."""
    try:
        place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def text_of(source: ConfigFile) -> ConfigText | Finding:
    """The configuration as it is written. What somebody else could have written is refused or warned of."""
    found: Contents | bytes | str
    if source.descriptor is None:
        found = read_file(source.path, MOST_BYTES)
    else:
        found = read_descriptor(source.descriptor, MOST_BYTES) or "is empty: what was to write it failed"
    if isinstance(found, str):
        return _wrong(
            str(source.path), found, "check the path, and the file's owner and mode", key=source.named
        )
    findings: tuple[Finding, ...] = ()
    if isinstance(found, Contents):
        findings = tuple(_exposed(source, found))
        refused = next((each for each in findings if each.severity is Gravity.ERROR), None)
        if refused is not None:
            return refused
        found = found.data
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _wrong(str(source.path), "is not UTF-8", "save it as UTF-8")
    return ConfigText(text=text.replace("\r\n", "\n").replace("\r", "\n"), findings=findings)


def _exposed(source: ConfigFile, found: Contents) -> Iterator[Finding]:
    """Who else may say where the key is sent and what is released.

    A file that was only found is refused where that is anybody but us, root and a group: whoever can write
    into the folder that a person happens to be in would be handed the key. One that was named, and root's own
    place, is somebody's choice, which a warning reaches.
    """
    if source.named is None and (by := _not_ours(source, found)) is not None:
        yield _wrong(
            str(source.path),
            f"was found here, not named, and {by}: whoever wrote it would be sent the key",
            f"if it is to be trusted, name it: {OPTION} {source.path}",
        )
        return
    for by, fix in found.exposures():
        warning = _wrong(
            str(source.path), f"{by}: whoever writes it says where the key is sent", fix, key=source.named
        )
        yield replace(warning, severity=Gravity.WARNING)


def _not_ours(source: ConfigFile, found: Contents) -> str | None:
    whose = None if source.path == SYSTEM else found.of_somebody_else()
    return whose or found.open_to_all()


def _wrong(file: str, message: str, fix: str, *, key: str | None = None) -> Finding:
    return Finding(file=file, key=key or "", message=message, fix=fix)
