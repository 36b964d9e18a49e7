"""The configuration in force, value by value, and who said each: for people, so without a secret."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from os.path import lexists
from pathlib import Path as FilePath
from typing import Any, Final

from watcher.rules.targets import Labels
from watcher.settings.declare import (
    KIND,
    Named,
    Option,
    Path,
    Rows,
    Table,
    declared,
    dotted,
    field_of,
    file_twin,
    holds,
)
from watcher.settings.hidden import secrets_of
from watcher.settings.load import Good, Sources
from watcher.settings.model import Settings
from watcher.settings.notation import FOREVER, toml
from watcher.settings.read.secrets import CREDENTIALS, KEY_CREDENTIAL, KEY_VARIABLE
from watcher.settings.read.toml import Lines
from watcher.texts.secret import Secret
from watcher.texts.striking import LONG, Strikeout
from watcher.texts.times import iso

MASK: Final = "(secret)"


class SaidBy(StrEnum):
    DEFAULT = "default"
    FILE = "file"
    VARIABLE = "variable"
    CREDENTIAL = "credential"
    DERIVED = "derived"
    """It follows from another value, or from this machine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Who said a value. `where`: the file, the variable, or what it follows from; `line`: in the file."""

    by: SaidBy
    where: str = ""
    line: int | None = None

    def __str__(self) -> str:
        if self.by is SaidBy.DEFAULT:
            return "default"
        return self.where if self.line is None else f"{self.where}:{self.line}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Effective:
    """One value. `text`: as the file would say it, None where nothing is said and nothing is the default."""

    path: Path
    text: str | None
    origin: Origin

    @property
    def name(self) -> str:
        return dotted(self.path)


def effective(good: Good) -> tuple[Effective, ...]:
    """Every option there is, in the order of the settings page; tables that people named by these names."""
    settings, sources = good.settings, good.sources
    found = _Found(sources=sources, lines=Lines(sources.text), settings=settings)
    keys = () if good.key is None else (good.key,)
    hidden = Strikeout((*keys, *secrets_of(settings)), shortest=LONG)
    return tuple(
        Effective(
            path=tuple(key if isinstance(key, int) else hidden.text(key) for key in path),
            text=None if text is None else hidden.text(text),
            origin=found.origin(path, secret),
        )
        for path, text, secret in _values(Settings, settings, ())
    )


def origin_of_key(good: Good, environ: Mapping[str, str]) -> str | None:
    """Who gave the API key, which is no option; None: nobody did."""
    if good.key is None:
        return None
    credential = FilePath(environ.get(CREDENTIALS) or "/nonexistent") / KEY_CREDENTIAL
    if environ.get(CREDENTIALS) and lexists(credential):
        return str(credential)
    return "api.key_file" if good.settings.api.key_file is not None else KEY_VARIABLE


def _values(owner: type, value: Any, path: Path) -> Iterator[tuple[Path, str | None, bool]]:
    """Each option below, as text, and whether it is a secret."""
    for name, each in declared(owner).items():
        here = (*path, name)
        own = getattr(value, field_of(name))
        match each:
            case Option():
                yield here, _text(each, own), each.secret
            case Table(of=inner):
                yield from _values(inner, own, here)
            case Named():
                for key, one in own.items():
                    if hasattr(type(one), KIND):
                        yield (*here, key, KIND), toml(type(one).kind), False
                    yield from _values(type(one), one, (*here, key))
            case Rows(of=inner):
                for place, one in enumerate(own):
                    yield from _values(inner, one, (*here, place))


def _text(option: Option, value: Any) -> str | None:
    if isinstance(value, Secret):
        return toml(MASK)
    if value is None:
        return toml(FOREVER) if option.type is datetime else None
    if isinstance(value, tuple) and not isinstance(value, Labels):
        if option.alone and len(value) == 1:
            return _one(value[0])
        return f"[{', '.join(_one(each) for each in value)}]"
    return _one(value)


def _one(value: Any) -> str:
    match value:
        case Secret():
            return toml(MASK)
        case datetime():
            return toml(iso(value))
        case date():
            return toml(value.isoformat())
        case FilePath():
            return toml(str(value))
        case _:
            try:
                return toml(value)
            except TypeError:
                return toml(str(value))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    sources: Sources
    lines: Lines
    settings: Settings

    def origin(self, path: Path, secret: bool) -> Origin:
        """By the order in which sources count: variables, credentials, the file; a `…_file` is its option."""
        paths = [path, (*path[:-1], file_twin(str(path[-1])))] if secret else [path]
        for one in paths:
            if one in self.sources.variables:
                return Origin(by=SaidBy.VARIABLE, where=self.sources.variables[one])
        for one in paths:
            if one in self.sources.credentials:
                return Origin(by=SaidBy.CREDENTIAL, where=self.sources.credentials[one])
        for one in paths:
            if holds(self.sources.file, one):
                where = str(self.sources.path)
                return Origin(by=SaidBy.FILE, where=where, line=self.lines.line_of(one))
        if path == ("schedule", "poll") and self.settings.schedule.cron is not None:
            return Origin(by=SaidBy.DERIVED, where="the longest gap of schedule.cron")
        if path == ("store", "url"):
            return Origin(by=SaidBy.DERIVED, where="where this machine keeps state")
        return Origin(by=SaidBy.DEFAULT)
