"""The merged tables become the values of `Settings`, in one pass.

Each value that is written is judged by pydantic's validator of its option: what is wrong with one is told,
and the others are used all the same. So every mistake is found in one go, and what is left is enough for a
hold. What nobody wrote is its default, which needs no look, and costs none.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, partial
from pathlib import Path as FilePath
from typing import Any, Final

from pydantic_core import SchemaValidator, ValidationError
from pydantic_core.core_schema import (
    CoreSchema,
    ValidationInfo,
    bool_schema,
    enum_schema,
    float_schema,
    int_schema,
    no_info_before_validator_function,
    no_info_plain_validator_function,
    str_schema,
    tuple_schema,
    with_info_plain_validator_function,
)

from watcher.adapters.ledger.places import LedgerUrl
from watcher.rules.targets import Labels
from watcher.settings.declare import (
    KIND,
    REQUIRED,
    Named,
    Option,
    Path,
    Rows,
    Table,
    declared,
    field_of,
    file_twin,
    keys_of,
)
from watcher.settings.files import flaw_of
from watcher.settings.files import whole as whole_path
from watcher.settings.findings import MOST_SHOWN, Complaint
from watcher.settings.ledger_place import resolved
from watcher.settings.mistakes import missing, no_kind, unknown_key, wrong_value
from watcher.settings.notation import day_or_instant, duration_of, instant_of, written
from watcher.settings.read.secrets import UNREAD, Around, read_named
from watcher.settings.read.sources import Merged
from watcher.texts.hours import Hours, hours_of
from watcher.texts.secret import Password, Secret, password_of, secret_of

_ABSENT: Final = object()
_NOWHERE: Final[Around] = (FilePath("/"), {})


class Validation:
    """One pass over what all sources say. `files` are those that options name, `complaints` what is wrong."""

    def __init__(self, merged: Merged, around: Around, whole: Table, unusable: frozenset[Path]) -> None:
        self.complaints: list[Complaint] = []
        self.files: list[FilePath] = []
        self._merged = merged
        self._around = around
        self._whole = whole
        self._unusable = unusable

    def values(self) -> dict[str, Any]:
        """The fields of `Settings` that somebody gave, and that are right."""
        return self._values(self._whole, self._merged.tables, ())

    def _values(self, table: Table, given: Mapping[str, Any], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, each in table.keys.items():
            here = (*path, name)
            if isinstance(each, Option):
                value = self._option(each, given, here)
            else:
                value = self._below(each, given[name], here) if name in given else _ABSENT
            if value is _ABSENT and isinstance(each, Table) and each.required:
                value = self._below(each, {}, here)
            if value is not _ABSENT:
                found[name] = value
        for key in [each for each in given if each not in found]:
            if key not in keys_of(table):
                self._say(partial(unknown_key, (*path, key), table, self._whole), (*path, key))
        return found

    def _below(self, declaration: Table | Named | Rows, given: Any, path: Path) -> Any:
        match declaration:
            case Table(of=owner):
                return self._table(owner, given, path)
            case Named():
                named = (self._mapping(given, path) or {}).items()
                read = ((name, self._named(declaration, each, (*path, name))) for name, each in named)
                return {name: table for name, table in read if table is not _ABSENT}
            case Rows(of=owner):
                if not isinstance(given, list):
                    self.complaints.append(Complaint(path=path, message="must be a list"))
                    return _ABSENT
                rows = (self._table(owner, each, (*path, place)) for place, each in enumerate(given))
                return tuple(row for row in rows if row is not _ABSENT)

    def _mapping(self, given: Any, path: Path) -> dict[str, Any] | None:
        if isinstance(given, dict):
            return given
        self.complaints.append(Complaint(path=path, message="must be a table"))
        return None

    def _table(self, owner: type, given: Any, path: Path, **more: Any) -> Any:
        values = self._mapping(given, path)
        if values is None:
            return _ABSENT
        found = self._values(Table(name="", of=owner), values, path)
        return owner(**{field_of(key): value for key, value in found.items()}, **more)

    def _named(self, declaration: Named, given: Any, path: Path) -> Any:
        """A table whose name people chose. Its class is that of its kind; the name may be a field of it."""
        owner = declaration.owner
        if declaration.kinds and isinstance(given, dict):
            kind = given.get(KIND)
            if path in self._unusable:
                return _ABSENT
            if not isinstance(kind, str) or kind not in declaration.kinds:
                self._say(partial(no_kind, (*path, KIND), declaration.kinds, kind), path)
                return _ABSENT
            owner = declaration.kinds[kind]
        more = {"name": path[-1]} if _is_named(owner) else {}
        table = self._table(owner, given, path, **more)
        if not path[-1]:
            self.complaints.append(Complaint(path=path, message="must not be empty"))
        return table if path[-1] else _ABSENT

    def _option(self, option: Option, given: Mapping[str, Any], path: Path) -> Any:
        value = given.get(option.name, _ABSENT)
        if option.secret and file_twin(option.name) in given:
            value = self._secret(value, given[file_twin(option.name)], path, option.type)
        if value is _ABSENT:
            if option.default is not REQUIRED:
                return _ABSENT
            self._say(partial(missing, option, path), path)
            return _stand_in(option)
        try:
            found = validator_of(option).validate_python(value, context=self._around)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_context=False, include_input=False):
                word: Any = value
                for place in each["loc"]:
                    word = word[place] if isinstance(word, list) and isinstance(place, int) else None
                at = (*path, *each["loc"])
                self._say(partial(wrong_value, option, at, each["type"], each["msg"], word), at)
            return _stand_in(option) if option.default is REQUIRED else _ABSENT
        if isinstance(found, FilePath):
            self.files.append(found)
        return found

    def _secret(self, value: Any, named: Any, path: Path, kind: type) -> Any:
        """What stands in the file that `…_file` names, unless an earlier source gives the secret itself."""
        twin = (*path[:-1], file_twin(str(path[-1])))
        its, own = self._merged.rank(twin), self._merged.rank(path)
        if its == own:
            said = f"is given beside `{path[-1]}`"
            self.complaints.append(Complaint(path=twin, message=said, fix="keep one of the two"))
            return value
        found = read_named(named, twin, self._around, kind)
        self.complaints += found.complaints
        self.files += found.files
        return (found.secret or UNREAD) if its < own else value

    def _say(self, complaint: Callable[[], Complaint], path: Path) -> None:
        """What mends it is worked out for as many as are shown."""
        shown = len(self.complaints) < 2 * MOST_SHOWN
        self.complaints.append(complaint() if shown else Complaint(path=path, message="is wrong"))


@cache
def _is_named(owner: type) -> bool:
    """Whether a field takes the name of the table, so that no key may."""
    return "name" in {field.name for field in fields(owner)} - declared(owner).keys()


def _stand_in(option: Option) -> Any:
    """For a required value that is wrong or missing: nothing is concluded from it."""
    return () if option.many else {str: "?", Secret: UNREAD, Password: UNREAD}.get(option.type)


def validator_of(option: Option) -> SchemaValidator:
    """Judges a value of the option; the context is where relative paths start, and the environment."""
    return _validator(option.type, option.many, option.alone, option.minimum, option.maximum)


@cache
def _validator(kind: type, many: bool, alone: bool, minimum: Any, maximum: Any) -> SchemaValidator:
    checked = _scalar(kind, minimum, maximum)
    if many:
        checked = tuple_schema([checked], variadic_item_index=0)
    if alone:
        checked = no_info_before_validator_function(_listed, checked)
    return SchemaValidator(checked)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _scalar(kind: type, minimum: Any, maximum: Any) -> CoreSchema:
    """TOML has no null: None is what an omitted option is, never what is written."""
    if kind is bool:
        return bool_schema(strict=True)
    if kind is int:
        return int_schema(strict=True, ge=minimum, le=maximum)
    if kind is float:
        return float_schema(strict=True, allow_inf_nan=False, ge=minimum, le=maximum)
    if kind is str:
        return str_schema(strict=True)
    if issubclass(kind, StrEnum):
        return enum_schema(kind, list(kind), sub_type="str")
    if kind is timedelta:
        return no_info_plain_validator_function(partial(_duration, minimum, maximum))
    if kind in _PLACES:
        return with_info_plain_validator_function(_PLACES[kind])
    return no_info_plain_validator_function(_READERS[kind])


def _duration(minimum: timedelta | None, maximum: timedelta | None, value: object) -> timedelta:
    found = duration_of(value)
    if minimum is not None and found < minimum:
        raise ValueError(f"must be at least {written(minimum)}")
    if maximum is not None and found > maximum:
        raise ValueError(f"must be at most {written(maximum)}")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    return value


def _hours(value: object) -> Hours:
    return hours_of(_text(value))


def _labels(value: object) -> Labels:
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value.values()):
        raise ValueError('must be a table of texts, as in labels = { team = "growth" }')
    return Labels(value.items())


def _path(value: object, info: ValidationInfo) -> FilePath:
    """The whole path of what is a file, if it is there; who reads it says so where it is not."""
    if not _text(value) or not _text(value).isprintable():
        raise ValueError("must be the path of a file")
    folder, environ = info.context or _NOWHERE
    place = whole_path(_text(value), folder, environ)
    flaw = flaw_of(place)
    if flaw is not None:
        raise ValueError(flaw)
    return place


def _secret(value: object) -> Secret:
    return value if isinstance(value, Secret) else secret_of(_text(value))


def _password(value: object) -> Secret:
    return value if isinstance(value, Secret) else password_of(_text(value))


def _ledger_url(value: object, info: ValidationInfo) -> LedgerUrl:
    """The URL with an absolute path. Unlike other secrets it may be that of a file, which takes spaces."""
    url = LedgerUrl(value if isinstance(value, Secret) else Secret(_text(value)))
    folder, environ = info.context or _NOWHERE
    return url if url.secret is UNREAD else resolved(url, folder, environ)


_READERS: Final[Mapping[type, Callable[[object], Any]]] = {
    datetime: instant_of,
    date: day_or_instant,
    Labels: _labels,
    Hours: _hours,
    Secret: _secret,
    Password: _password,
}
_PLACES: Final[Mapping[type, Callable[[object, ValidationInfo], Any]]] = {
    FilePath: _path,
    LedgerUrl: _ledger_url,
}
"""What may be relative: read by where it stands."""
