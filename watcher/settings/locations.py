"""Which file is the configuration."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from watcher.settings.environment import CONFIG
from watcher.settings.findings import Finding, Severity

LOCAL: Final = "lease-watcher.toml"
SYSTEM: Final = Path("/etc/lease-watcher/config.toml")


def find_file(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> Path | Finding:
    """`--config`, else WATCHER_CONFIG, else the working folder's, else the system's.

    One that was named must be there: no other is taken in its place. The path is absolute.
    """
    if explicit is not None:
        return _named(cwd / explicit, "--config")
    if environ.get(CONFIG):
        return _named(cwd / environ[CONFIG], CONFIG)
    places = (cwd / LOCAL, SYSTEM)
    for place in places:
        if place.is_file():
            return place
    return Finding(
        severity=Severity.ERROR,
        file=None,
        line=None,
        key="",
        message=f"no configuration; looked at --config, {CONFIG}, {', '.join(str(each) for each in places)}",
        fix="write one with `lease-watcher init`",
    )


def _named(place: Path, by: str) -> Path | Finding:
    if place.is_file():
        return place
    return Finding(
        severity=Severity.ERROR,
        file=str(place),
        line=None,
        key=by,
        message="is not a file" if place.exists() else "there is no such file",
        fix="correct the path, or write the file with `lease-watcher init`",
    )
