"""What may be configured, read from the dataclasses: for validation, schema, page and suggestions alike.

An option is a field made by `option(default, why, …)` of a frozen dataclass beside its user. A field that
holds a dataclass is a table, a mapping of them as many tables as people name, a tuple of them rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from functools import cache
from keyword import iskeyword
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from watcher.rules import option as options
from watcher.settings.model import KINDS, ONE_WILL_DO, Settings

Key = str | int
Path = tuple[Key, ...]
"""Where something stands: names of tables and options, and indices of arrays."""

_LONGEST_KEY: Final = 200
"""Characters of a key that are shown."""
REQUIRED: Final = MISSING
PREFIX: Final = "WATCHER_"
"""How the name of every variable begins that sets an option."""
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
    """`[name]`. `more`: what is declared for this one table, instead of by its class. `required`: it has
    no default, so a file without it lacks what it must hold.
    """

    name: str
    of: type
    why: str = ""
    more: "tuple[Declaration, ...]" = ()
    required: bool = False

    @property
    def keys(self) -> "Mapping[str, Declaration]":
        return (
            {**declared(self.of), **{each.name: each for each in self.more}}
            if self.more
            else declared(self.of)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """`[name.NAME]`, as many as wanted: all of one class, or each of the class of its `kind`."""

    name: str
    owner: type
    kinds: Mapping[str, type] = field(default_factory=dict)
    why: str = ""

    @property
    def of(self) -> tuple[type, ...]:
        return tuple(self.kinds.values()) or (self.owner,)

    def table(self, of: type) -> Table:
        return Table(name=self.name, of=of)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """`[[name]]`, as many as wanted."""

    name: str
    of: type
    why: str = ""


Declaration = Option | Table | Named | Rows


@cache
def declared(owner: type) -> Mapping[str, Declaration]:
    """The keys of a dataclass, in order. No key: a field without a declaration, and one that is filled in."""
    hints = get_type_hints(owner, include_extras=True)
    theirs = (one for one in fields(owner) if options.FILLED_IN not in one.metadata)
    found = (_declaration(_key_of(one.name), hints[one.name], one) for one in theirs)
    return {each.name: each for each in found if each is not None}


def _key_of(field: str) -> str:
    """The key of a field: that of `from_` is a word which Python keeps for itself."""
    bare = field.removesuffix("_")
    return bare if iskeyword(bare) else field


def field_of(key: str) -> str:
    return f"{key}_" if iskeyword(key) else key


def _declaration(name: str, hint: Any, made: Any) -> Declaration | None:
    alone = get_origin(hint) is Annotated and ONE_WILL_DO in hint.__metadata__
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    why = made.metadata.get(options.HELP)
    if isinstance(hint, type) and is_dataclass(hint):
        required = made.default is MISSING and made.default_factory is MISSING
        return Table(name=name, of=hint, why=why or said_of(hint), required=required)
    if get_origin(hint) is Mapping:
        owner = get_args(hint)[1]
        kinds = made.metadata.get(KINDS, {})
        return Named(name=name, owner=owner, kinds=kinds, why=why or said_of(owner))
    many = get_origin(hint) is tuple
    member = get_args(hint)[0] if many else _members(hint)[0]
    valued = options.MINIMUM in made.metadata  # made by `option`: one value, however many parts it has
    if isinstance(member, type) and is_dataclass(member) and not valued:
        return Rows(name=name, of=member, why=why or said_of(member))
    if why is None:
        return None
    return Option(
        name=name,
        type=member,
        many=many,
        alone=alone,
        default=made.default,
        why=why,
        minimum=made.metadata[options.MINIMUM],
        maximum=made.metadata[options.MAXIMUM],
        secret=made.metadata[options.SECRET],
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


WHOLE: Final = Table(name="", of=Settings)
"""The whole configuration; one that names kinds from other packages has a whole of its own."""


def with_kinds(kinds: Sequence[type]) -> Table:
    """The whole configuration whose notifiers may be of these kinds, too."""
    if not kinds:
        return WHOLE
    notifiers = WHOLE.keys["notifiers"]
    assert isinstance(notifiers, Named)
    theirs = {each.kind: each for each in kinds}  # type: ignore[attr-defined]
    return replace(WHOLE, more=(replace(notifiers, kinds={**notifiers.kinds, **theirs}),))


def declarations_at(path: Sequence[Key], whole: Table = WHOLE) -> tuple[Declaration, ...]:
    """What a path names: nothing if it is unknown, several only below a table of several kinds."""
    found: tuple[Declaration, ...] = (whole,)
    for key in path:
        found = tuple(below for each in found for below in _below(each, key))
    return found


def _below(above: Declaration, key: Key) -> Iterator[Declaration]:
    match above:
        case Table() if isinstance(key, str):
            if key in above.keys:
                yield above.keys[key]
        case Named(of=owners) if isinstance(key, str):
            yield from map(above.table, owners)
        case Rows(of=owner) if isinstance(key, int):
            yield Table(name=above.name, of=owner)
        case Option(many=True) if isinstance(key, int):
            yield above
        case _:
            return


def keys_of(table: Table) -> Iterator[str]:
    """The keys that may stand in a table, with the `…_file` twins of secrets and `kind`."""
    if hasattr(table.of, KIND):
        yield KIND
    for each in table.keys.values():
        yield each.name
        if isinstance(each, Option) and each.secret:
            yield file_twin(each.name)


def dotted(path: Path) -> str:
    """A path as TOML writes it: `projects.acme.id`, `policies."a b".warn[1]`; the beginning of a long one."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            bare = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
            text += f"{'.' if text else ''}{key if bare else chr(34) + key + chr(34)}"
    return text if len(text) <= _LONGEST_KEY else f"{text[:_LONGEST_KEY]}…"


def holds(value: Any, path: Path) -> bool:
    """Whether a path leads somewhere in nested tables and arrays."""
    for key in path:
        if not _has(value, key):
            return False
        value = value[key]
    return True


def _has(value: Any, key: Key) -> bool:
    if isinstance(key, int):
        return isinstance(value, list) and key < len(value)
    return isinstance(value, dict) and key in value


def file_twin(name: str) -> str:
    """The key that names a file holding a secret option's value."""
    return f"{name}_file"


def every_option(
    given: Mapping[str, Any] | None = None, *, rows: bool = True, whole: Table = WHOLE
) -> Iterator[tuple[tuple[str, ...], Option]]:
    """Every option with its path. Below tables that people name stand the names in `given`, or NAME."""
    yield from _every_option((), whole, given, rows)


def _every_option(
    above: tuple[str, ...], table: Table, given: Mapping[str, Any] | None, rows: bool
) -> Iterator[tuple[tuple[str, ...], Option]]:
    for each in table.keys.values():
        match each:
            case Option(name=name):
                yield (*above, name), each
            case Rows(name=name, of=inner):
                if rows:
                    yield from _every_option((*above, name), Table(name=name, of=inner), given, rows)
            case Table(name=name):
                yield from _every_option((*above, name), each, given, rows)
            case Named(name=name, of=owners):
                for key in _names(given, name):
                    for owner in owners:
                        yield from _every_option((*above, name, key), each.table(owner), given, rows)


def variable_of(path: Path) -> str:
    """`("projects", "my-shop", "id")` → `WATCHER_PROJECTS__MY_SHOP__ID`."""
    words = ("".join(sign if sign.isalnum() else "_" for sign in str(key)).upper() for key in path)
    return PREFIX + "__".join(words)


def _names(given: Mapping[str, Any] | None, section: str) -> tuple[str, ...]:
    if given is None:
        return ("NAME",)
    tables = given.get(section)
    return tuple(tables) if isinstance(tables, Mapping) else ()
