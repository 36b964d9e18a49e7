"""`WATCHER_…` variables: which option each one sets, and which ones set nothing.

pydantic-settings' own reader passes over unknown variables and guesses types from JSON; a misspelt
`WATCHER_BRAKES__MAX_RELESES=0` must not leave the default in force.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from watcher.adapters.ledger.places import LedgerUrl
from watcher.settings.declare import (
    KIND,
    PREFIX,
    WHOLE,
    Option,
    Path,
    Table,
    every_option,
    file_twin,
    variable_of,
)
from watcher.settings.findings import MOST_SHOWN, Complaint, nearest
from watcher.settings.mistakes import KEY_PLACES
from watcher.settings.model import STANDARD
from watcher.settings.read.sources import Source
from watcher.settings.read.toml import NotToml, UnusableToml, parsed
from watcher.texts.secret import Password, Secret

CONFIG: Final = "WATCHER_CONFIG"
_TEXTS = (str, LedgerUrl, Secret, Password, datetime, timedelta, StrEnum)


def read_variables(environ: Mapping[str, str], file: Mapping[str, Any], whole: Table = WHOLE) -> Source:
    """Read every `WATCHER_…` variable. Those below a named table need that name in the file."""
    ours = sorted(each for each in environ if each.startswith(PREFIX) and each != CONFIG)
    known = _known(file, whole) if ours else {}
    table: dict[str, Any] = {}
    origins: dict[Path, str] = {}
    wrong: list[Complaint] = []
    for variable in ours:
        match known.get(variable.upper(), {}):
            case {} as found if len(found) == 1:
                ((path, is_text),) = found.items()
                try:
                    value = environ[variable] if is_text else _value(environ[variable])
                except UnusableToml as error:
                    wrong.append(_complaint(variable, str(error), error.fix))
                    continue
                put(table, path, value)
                origins[path] = variable
            case {} as found if found:
                wrong.append(_complaint(variable, "could mean several keys", "rename one of the tables"))
            case _:
                wrong.append(_unknown(variable, known if len(wrong) < MOST_SHOWN else {}))
    return Source(tables=table, origins=origins, complaints=tuple(wrong))


def put(table: dict[str, Any], path: Path, value: object) -> None:
    """Set a value in nested tables. What stands in the way of a table is left as it is."""
    *above, last = path
    here: Any = table
    for key in above:
        here = here.setdefault(key, {})
        if not isinstance(here, dict):
            return
    here[last] = value


def _known(file: Mapping[str, Any], whole: Table) -> dict[str, dict[Path, bool]]:
    """Every variable there may be, with the paths it could mean and whether they take plain text."""
    policies = file.get("policies")
    named = {**file, "policies": {STANDARD: {}, **(policies if isinstance(policies, Mapping) else {})}}
    known: dict[str, dict[Path, bool]] = {}
    for path, option in every_option(named, rows=False, whole=whole):
        known.setdefault(variable_of(path), {})[path] = _is_text(option)
        if option.secret:
            twin = (*path[:-1], file_twin(option.name))
            known.setdefault(variable_of(twin), {})[twin] = True
        if path[0] == "notifiers":
            kind = (*path[:-1], KIND)
            known.setdefault(variable_of(kind), {})[kind] = True
    return known


def _is_text(option: Option) -> bool:
    return not option.many and issubclass(option.type, _TEXTS)


def _value(text: str) -> object:
    """A number, a switch or a list as TOML writes it; anything else stays text and is judged as such.

    Raises `UnusableToml` for what is TOML beyond all bounds.
    """
    if "\n" in text:
        return text
    try:
        return parsed(f"value = {text}")["value"]
    except NotToml:
        return text


def _unknown(variable: str, known: Mapping[str, object]) -> Complaint:
    if variable in ("WATCHER_API__KEY", "WATCHER_API_KEY", "WATCHER_KEY"):
        return _complaint(variable, "is not where the API key is looked for", KEY_PLACES)
    if variable.startswith(("WATCHER_SERVICE_", "WATCHER_PORT")):
        return _complaint(
            variable,
            "sets nothing; Kubernetes makes such variables for a Service named `watcher`",
            "set `enableServiceLinks: false` in the pod",
        )
    close = nearest(variable, known)
    return _complaint(
        variable,
        "sets nothing: no such option, or the file has no table of that name",
        f"rename it to {close}, or unset it" if close else "unset it",
        close,
    )


def _complaint(variable: str, message: str, fix: str, suggestion: str | None = None) -> Complaint:
    return Complaint(path=(), variable=variable, message=message, fix=fix, suggestion=suggestion)
