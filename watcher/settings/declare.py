"""What may be configured, read from the dataclasses: for validation, schema, page and suggestions alike."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from watcher.rules import options
from watcher.settings.model import ONE_WILL_DO, Settings

Key = str | int
Path = tuple[Key, ...]
"""Where something stands: names of tables and options, and indices of arrays."""

REQUIRED: Final = MISSING
KIND: Final = "kind"
"""The key that says which class declares a table that may be one of several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One value. `type` is what one member is; `many`: a list of it, `alone`: or a single one of it."""

    name: str
    type: type
    many: bool
    alone: bool
    default: Any
    why: str
    minimum: Any
    maximum: Any
    secret: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """`[name]`."""

    name: str
    of: type
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """`[name.NAME]`, as many as wanted; several classes are told apart by their `kind`."""

    name: str
    of: tuple[type, ...]
    why: str = ""

    @property
    def kinds(self) -> Mapping[str, type]:
        return {each.kind: each for each in self.of} if len(self.of) > 1 else {}  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """`[[name]]`, as many as wanted."""

    name: str
    of: type
    why: str = ""


Declaration = Option | Table | Named | Rows


@cache
def declared(owner: type) -> Mapping[str, Declaration]:
    """The keys of a dataclass, in order. A field without a declaration is ours to fill in: no key."""
    hints = get_type_hints(owner, include_extras=True)
    found = (_declaration(field.name, hints[field.name], field) for field in fields(owner))
    return {each.name: each for each in found if each is not None}


def _declaration(name: str, hint: Any, field: Any) -> Declaration | None:
    alone = get_origin(hint) is Annotated and ONE_WILL_DO in hint.__metadata__
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    why = field.metadata.get(options.HELP)
    if isinstance(hint, type) and is_dataclass(hint):
        return Table(name=name, of=hint, why=why or said_of(hint))
    if get_origin(hint) is Mapping:
        owners = _members(get_args(hint)[1])
        return Named(name=name, of=owners, why=why or said_of(owners[0]))
    many = get_origin(hint) is tuple
    member = get_args(hint)[0] if many else _members(hint)[0]
    valued = options.MINIMUM in field.metadata  # made by `option`: one value, however many parts it has
    if isinstance(member, type) and is_dataclass(member) and not valued:
        return Rows(name=name, of=member, why=why or said_of(member))
    if why is None:
        return None
    return Option(
        name=name,
        type=member,
        many=many,
        alone=alone,
        default=field.default,
        why=why,
        minimum=field.metadata[options.MINIMUM],
        maximum=field.metadata[options.MAXIMUM],
        secret=field.metadata[options.SECRET],
    )


def said_of(owner: type) -> str:
    """The first line of a class's docstring, without the table it names; nothing where none was written."""
    doc = owner.__doc__ or ""
    if doc.startswith(f"{owner.__name__}("):
        return ""  # made up by the dataclass
    first = re.sub(r"^`\[.*\]`: ", "", doc.partition("\n")[0])
    return first[:1].upper() + first[1:]


def _members(hint: Any) -> tuple[Any, ...]:
    """The types of a union without None; a lone type is its only member."""
    if get_origin(hint) in (UnionType, Union):
        return tuple(each for each in get_args(hint) if each is not type(None))
    return (hint,)


def declarations_at(path: Sequence[Key], whole: type = Settings) -> tuple[Declaration, ...]:
    """What a path names: nothing if it is unknown, several only below a table of several kinds."""
    found: tuple[Declaration, ...] = (Table(name="", of=whole),)
    for key in path:
        found = tuple(below for each in found for below in _below(each, key))
    return found


def _below(above: Declaration, key: Key) -> Iterator[Declaration]:
    match above:
        case Table(of=owner) if isinstance(key, str):
            if key in declared(owner):
                yield declared(owner)[key]
        case Named(of=owners) if isinstance(key, str):
            for owner in owners:
                yield Table(name=key, of=owner)
        case Rows(of=owner) if isinstance(key, int):
            yield Table(name=above.name, of=owner)
        case Option(many=True) if isinstance(key, int):
            yield above
        case _:
            return


def keys_at(path: Sequence[Key], kind: object = None, whole: type = Settings) -> tuple[str, ...]:
    """The keys known in the table at a path, with the `…_file` twins of secrets and `kind`.

    `kind` narrows a table that may be of several kinds.
    """
    keys: dict[str, None] = {}
    for table in declarations_at(path, whole):
        if not isinstance(table, Table):
            continue
        own = getattr(table.of, KIND, None)
        if own is not None:
            keys[KIND] = None
        if kind is not None and own not in (None, kind):
            continue
        for each in declared(table.of).values():
            keys[each.name] = None
            if isinstance(each, Option) and each.secret:
                keys[file_twin(each.name)] = None
    return tuple(keys)


def file_twin(name: str) -> str:
    """The key that names a file holding a secret option's value."""
    return f"{name}_file"


def every_option(
    given: Mapping[str, Any] | None = None, *, rows: bool = True, whole: type = Settings
) -> Iterator[tuple[tuple[str, ...], Option]]:
    """Every option with its path. Below tables that people name stand the names in `given`, or NAME."""
    yield from _every_option((), whole, given, rows)


def _every_option(
    above: tuple[str, ...], owner: type, given: Mapping[str, Any] | None, rows: bool
) -> Iterator[tuple[tuple[str, ...], Option]]:
    for each in declared(owner).values():
        match each:
            case Option(name=name):
                yield (*above, name), each
            case Rows(name=name, of=inner):
                if rows:
                    yield from _every_option((*above, name), inner, given, rows)
            case Table(name=name, of=inner):
                yield from _every_option((*above, name), inner, given, rows)
            case Named(name=name, of=owners):
                for table in _names(given, name):
                    for inner in owners:
                        yield from _every_option((*above, name, table), inner, given, rows)


def _names(given: Mapping[str, Any] | None, section: str) -> tuple[str, ...]:
    if given is None:
        return ("NAME",)
    tables = given.get(section)
    return tuple(tables) if isinstance(tables, Mapping) else ()
