"""Kinds of notifiers from other packages: known to one configuration, because it names them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from watcher.adapters.channels import installed
from watcher.adapters.channels.catalog import KINDS
from watcher.adapters.channels.options import NotifierOptions
from watcher.settings.declare import KIND, Option, Path, Table, declared, variable_of, with_kinds
from watcher.settings.findings import Complaint
from watcher.settings.validate import validator_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ThirdParties:
    """`whole` declares everything this configuration may say.

    `unusable` are the tables whose kind is installed and cannot be used, which `complaints` say why.
    """

    whole: Table
    unusable: frozenset[Path]
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
            options = installed.load(kind)
            _require_readable(options)
            usable[kind] = options
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
        whole=with_kinds(tuple(usable.values())), unusable=frozenset(unusable), complaints=tuple(wrong)
    )


def _named(file: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(name of the table, kind) of the notifiers that are of none of our kinds."""
    tables = file.get("notifiers")
    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        own = table.get(KIND) if isinstance(table, Mapping) else None
        kind = environ.get(variable_of(("notifiers", name, KIND)), own)
        if isinstance(kind, str) and kind not in KINDS:
            yield name, kind


def _require_readable(kind: type) -> None:
    try:
        for each in declared(kind).values():
            if isinstance(each, Option):
                validator_of(each)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise ValueError(f"cannot be used: its options are none that can be read ({said})") from error
