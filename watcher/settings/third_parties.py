"""Kinds of notifiers from other packages: known to one configuration, because it names them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from functools import cache, reduce
from operator import or_
from typing import Any

from watcher.adapters.channels import installed
from watcher.adapters.channels.catalog import KINDS, AnyOptions
from watcher.adapters.channels.options import NotifierOptions
from watcher.settings.declare import KIND, Path
from watcher.settings.derive import root
from watcher.settings.findings import Complaint
from watcher.settings.model import Settings
from watcher.settings.read.variables import variable_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ThirdParties:
    """`whole` declares everything this configuration may say.

    `unusable` are the tables whose kind is installed and cannot be used, which `complaints` say why.
    """

    whole: type
    unusable: tuple[Path, ...]
    complaints: tuple[Complaint, ...]


def third_parties(file: Mapping[str, Any], environ: Mapping[str, str]) -> ThirdParties:
    """Load the kinds that are named and are not ours; those that nobody installed are left to validation."""
    named = dict(_named(file, environ))
    here = set(installed.installed()) if named else set()
    usable: dict[str, type[NotifierOptions]] = {}
    wrong: list[Complaint] = []
    unusable: list[Path] = []
    for table, kind in named.items():
        if kind not in here:
            continue
        try:
            usable[kind] = _understood(installed.load(kind))
        except ValueError as error:
            unusable.append(("notifiers", table))
            wrong.append(
                Complaint(
                    path=("notifiers", table, KIND),
                    message=f"the installed kind `{kind}` {error}",
                    fix="ask whoever wrote it, or remove this table",
                )
            )
    return ThirdParties(
        whole=_settings_with(tuple(usable.values())), unusable=tuple(unusable), complaints=tuple(wrong)
    )


def _named(file: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(name of the table, kind) of the notifiers that are of none of our kinds."""
    tables = file.get("notifiers")
    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        own = table.get(KIND) if isinstance(table, Mapping) else None
        kind = environ.get(variable_of(("notifiers", name, KIND)), own)
        if isinstance(kind, str) and kind not in KINDS:
            yield name, kind


def _understood(kind: type[NotifierOptions]) -> type[NotifierOptions]:
    try:
        root(_settings_with((kind,)))
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise ValueError(f"cannot be used: its options are none that can be read ({said})") from error
    return kind


@cache
def _settings_with(kinds: tuple[type[NotifierOptions], ...]) -> type:
    """`Settings` whose notifiers may be of these kinds, too."""
    if not kinds:
        return Settings
    (ours,) = (each for each in fields(Settings) if each.name == "notifiers")
    notifiers: Any = Mapping[str, reduce(or_, kinds, AnyOptions)]  # type: ignore[misc]
    declared: Any = field(default_factory=dict, metadata=ours.metadata)
    return make_dataclass(
        "Settings",
        [("notifiers", notifiers, declared)],
        bases=(Settings,),
        frozen=True,
        kw_only=True,
        slots=True,
    )
