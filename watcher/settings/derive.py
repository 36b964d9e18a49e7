"""Validation derived from the declarations: one pydantic model a dataclass, none written by hand."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    StrictBool,
    StrictFloat,
    StrictInt,
    Tag,
    WithJsonSchema,
    create_model,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from watcher.adapters.ledger.places import LedgerUrl
from watcher.messages.quiet import Quiet, quiet_of
from watcher.settings.declare import (
    KIND,
    REQUIRED,
    Declaration,
    Named,
    Option,
    Rows,
    Table,
    declared,
    file_twin,
    said_of,
)
from watcher.settings.model import Settings
from watcher.settings.values import FOREVER, PATTERN, duration_of, instant_of, written
from watcher.texts.secret import Secret, secret_of

_NAME = Annotated[str, Field(min_length=1)]


@cache
def root(whole: type = Settings) -> type[BaseSettings]:
    """The model of the whole configuration; its fields are those of `Settings`, already built."""
    return create_model(
        "Configuration",
        __base__=_Root,
        __doc__="The configuration of the lease watcher.",
        **_fields(whole),
    )


class _Root(BaseSettings):
    model_config = SettingsConfigDict(
        extra="forbid",
        case_sensitive=True,
        hide_input_in_errors=True,
        # The defaults are dataclasses, which is what tables become; they need no second look.
        validate_default=False,
    )


def _fields(owner: type) -> dict[str, Any]:
    return {name: _field(each) for name, each in declared(owner).items()}


def _field(declaration: Declaration) -> tuple[Any, Any]:
    match declaration:
        case Option():
            return _option(declaration)
        case Table(of=inner):
            return _table(inner), Field(default_factory=inner, description=declaration.why or None)
        case Rows(of=inner):
            rows: Any = list[_table(inner)]  # type: ignore[misc]
            return Annotated[rows, AfterValidator(tuple)], Field(
                default_factory=tuple, description=declaration.why
            )
        case Named(of=owners):
            return _named(owners), Field(default_factory=dict, description=declaration.why)


def _table(owner: type) -> Any:
    """A table that becomes its dataclass."""
    return Annotated[_model(owner), AfterValidator(partial(_become, owner))]


def _named(owners: tuple[type, ...]) -> Any:
    if len(owners) > 1:
        members = [Annotated[_table(each), Tag(each.kind)] for each in owners]  # type: ignore[attr-defined]
        union: Any = members[0]
        for member in members[1:]:
            union = union | member
        return dict[_NAME, Annotated[union, Discriminator(KIND)]]
    owner = owners[0]
    if "name" in {field.name for field in fields(owner)} - set(declared(owner)):
        # The key of its table is its name, so it can only be built here.
        return Annotated[
            dict[_NAME, _model(owner)],  # type: ignore[misc]
            AfterValidator(
                lambda tables: {name: _become(owner, table, name=name) for name, table in tables.items()}
            ),
        ]
    return dict[_NAME, _table(owner)]  # type: ignore[misc]


def _become(owner: type, table: BaseModel, **more: Any) -> Any:
    values = {name: value for name, value in table if name in declared(owner)}
    return owner(**values, **more)


@cache
def _model(owner: type) -> type[BaseModel]:
    own = _fields(owner)
    if kind := getattr(owner, KIND, None):
        own = {KIND: (Literal[kind], ...), **own}
    secrets = [each for each in declared(owner).values() if isinstance(each, Option) and each.secret]
    return create_model(
        owner.__name__,
        __config__=ConfigDict(
            extra="forbid", hide_input_in_errors=True, json_schema_extra=partial(_with_file_twins, secrets)
        ),
        __doc__=said_of(owner),
        **own,
    )


def _with_file_twins(secrets: list[Option], schema: dict[str, Any]) -> None:
    """Secrets may also come from a file or a credential, so the schema requires none of them."""
    for secret in secrets:
        schema["properties"][file_twin(secret.name)] = {
            "type": "string",
            "description": f"File that holds `{secret.name}`; a relative path starts at this file's folder.",
        }
        if secret.name in schema.get("required", ()):
            schema["required"].remove(secret.name)


def _option(option: Option) -> tuple[Any, Any]:
    checked: Any = _scalar(option)
    if option.many:
        checked = tuple[checked, ...]
        if option.alone:
            checked = Annotated[checked, BeforeValidator(_listed, json_schema_input_type=checked | str)]
    # TOML has no null: None is what an omitted option is, never what is written.
    if isinstance(option.default, LedgerUrl):
        return checked, Field(
            default_factory=lambda: option.default,
            description=option.why,
            json_schema_extra={"default": str(option.default)},
        )
    default = ... if option.default is REQUIRED else option.default
    return checked, Field(default=default, description=option.why)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _scalar(option: Option) -> Any:
    bounds = {"ge": option.minimum, "le": option.maximum}
    if option.type is bool:
        return StrictBool
    if option.type is int:
        return Annotated[StrictInt, Field(**bounds)]
    if option.type is float:
        return Annotated[StrictFloat, Field(allow_inf_nan=False, **bounds)]
    if option.type is str:
        return Annotated[str, Field(strict=True)]
    if issubclass(option.type, StrEnum):
        return option.type
    reader, schema = _READERS[option.type]
    return Annotated[
        option.type,
        PlainValidator(_within(reader, option.minimum, option.maximum)),
        WithJsonSchema(schema),
    ]


def _within(reader: Callable[[object], Any], minimum: Any, maximum: Any) -> Callable[[object], Any]:
    def read(value: object) -> Any:
        found = reader(value)
        if minimum is not None and found < minimum:
            raise ValueError(f"must be at least {written(minimum)}")
        if maximum is not None and found > maximum:
            raise ValueError(f"must be at most {written(maximum)}")
        return found

    return read


def _quiet(value: object) -> Quiet:
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    return quiet_of(value)


def _path(value: object) -> Path:
    """As it is written: `load` lets a relative one start at the file's folder."""
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    if not value or not value.isprintable():
        raise ValueError("must be the path of a file")
    return Path(value)


def _secret(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    return secret_of(value)


def _ledger_url(value: object) -> LedgerUrl:
    """Unlike other secrets it may be the path of a file, which takes spaces and umlauts."""
    if isinstance(value, Secret):
        return LedgerUrl(value)
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    return LedgerUrl(Secret(value))


_READERS: Mapping[type, tuple[Callable[[object], Any], dict[str, Any]]] = {
    timedelta: (duration_of, {"type": "string", "pattern": PATTERN, "examples": ["15m", "24h", "7d"]}),
    datetime: (instant_of, {"type": "string", "examples": ["2026-12-31", FOREVER]}),
    Quiet: (_quiet, {"type": "string", "examples": ["22:00-07:00", "sat-sun", "fri 18:00-24:00"]}),
    Path: (_path, {"type": "string", "minLength": 1}),
    LedgerUrl: (_ledger_url, {"type": "string", "minLength": 1}),
    Secret: (_secret, {"type": "string", "minLength": 1, "writeOnly": True}),
}
