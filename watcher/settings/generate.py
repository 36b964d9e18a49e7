"""What is written from the declarations: the schema for editors, and the files of the repository.

`python -m watcher.settings.generate` writes them.
"""

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from watcher.adapters.evidence.catalog import SOURCES
from watcher.adapters.ledger.places import LedgerUrl
from watcher.rules.targets import Labels
from watcher.settings.declare import (
    KIND,
    REQUIRED,
    WHOLE,
    Declaration,
    Named,
    Option,
    Rows,
    Table,
    declared,
    file_twin,
    said_of,
    variable_of,
)
from watcher.settings.example import example
from watcher.settings.model import Settings
from watcher.settings.notation import FOREVER, PATTERN, toml, written
from watcher.settings.policy_tests import CASES
from watcher.texts.hours import Hours
from watcher.texts.secret import Password, Secret


def generated() -> dict[str, str]:
    """Path in the repository → content."""
    return {
        "config/lease-watcher.toml": example(schema="schema.json"),
        "config/policy-tests.schema.json": schema_text(CASES),
        "config/schema.json": schema_text(),
        "docs/settings.md": page(),
    }


def write(root: Path) -> None:
    for path, text in generated().items():
        (root / path).write_text(text, encoding="utf-8")


def schema(whole: Table = WHOLE, said: str = "The configuration of the lease watcher.") -> dict[str, Any]:
    """The JSON Schema of the configuration, or of another file that is declared likewise, draft 2020-12."""
    tables: dict[str, Any] = {}
    top = {**_object(whole, tables), "description": said}
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, "$defs": dict(sorted(tables.items())), **top}


def _object(table: Table, tables: dict[str, Any]) -> dict[str, Any]:
    """One table; those that it refers to are added to `tables`. A secret may also come from a file or a
    credential, so none is required.
    """
    kind = getattr(table.of, KIND, None)
    options = [each for each in table.keys.values() if isinstance(each, Option)]
    properties = {KIND: {"const": kind, "type": "string"}} if kind else {}
    properties |= {name: _property(each, tables) for name, each in table.keys.items()}
    properties |= {file_twin(each.name): _file_of(each) for each in options if each.secret}
    required = [each.name for each in options if each.default is REQUIRED and not each.secret]
    required += [name for name, each in table.keys.items() if isinstance(each, Table) and each.required]
    needed = [KIND, *required] if kind else required
    return {
        "additionalProperties": False,
        "description": said_of(table.of),
        "properties": properties,
        **({"required": needed} if needed else {}),
        "type": "object",
    }


def _property(declaration: Declaration, tables: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"description": declaration.why} if declaration.why else {}
    match declaration:
        case Option(default=default):
            if default is not REQUIRED and default is not None:
                said["default"] = tomllib.loads(f"value = {toml(default)}")["value"]
            return dict(sorted({**said, **_values(declaration)}.items()))
        case Table(of=owner):
            return {**_reference(owner, tables), **said}
        case Rows(of=owner):
            return {**said, "items": _reference(owner, tables), "type": "array"}
        case Named(of=owners):
            below = [_reference(owner, tables) for owner in owners]
            table = {"oneOf": below} if len(below) > 1 else below[0]
            return {
                "additionalProperties": table,
                **said,
                "propertyNames": {"minLength": 1},
                "type": "object",
            }


def _values(option: Option) -> dict[str, Any]:
    """What may be written, as far as a schema can say it."""
    one = _member(option)
    if not option.many:
        return one
    several = {"items": one, "type": "array"}
    return {"anyOf": [several, one]} if option.alone else several


def _member(option: Option) -> dict[str, Any]:
    if option.name in _LISTED:
        return {"enum": list(_LISTED[option.name]), "type": "string"}
    if issubclass(option.type, StrEnum):
        return {"enum": [word.value for word in option.type], "type": "string"}
    own = _SAID[option.type]
    if option.type not in (int, float):
        return own
    bounds = {"minimum": option.minimum, "maximum": option.maximum}
    return {**own, **{name: bound for name, bound in bounds.items() if bound is not None}}


def _reference(owner: type, tables: dict[str, Any]) -> dict[str, Any]:
    if owner.__name__ not in tables:
        tables[owner.__name__] = _object(Table(name="", of=owner), tables)
    return {"$ref": f"#/$defs/{owner.__name__}"}


def _file_of(secret: Option) -> dict[str, Any]:
    said = f"File that holds `{secret.name}`; a relative path starts at this file's folder."
    return {"description": said, "type": "string"}


def schema_text(whole: Table = WHOLE) -> str:
    """`whole`: of which of the files that an editor completes."""
    found = schema() if whole is WHOLE else schema(whole, said_of(whole.of))
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


_INTRODUCTION = """\
# Settings

Written by `python -m watcher.settings.generate` from the options themselves: change those, not this page.

The configuration is one TOML file: `--config`, else `WATCHER_CONFIG`, else `./lease-watcher.toml`, else
`/etc/lease-watcher/config.toml`. `lease-watcher init` writes a first one, `lease-watcher check` names every
mistake at once, [`config/schema.json`](../config/schema.json) lets an editor complete it, and
[`config/fleet.toml`](../config/fleet.toml) is a larger one with comments.

- **Durations** carry their unit, in quotes: `"90s"`, `"15m"`, `"24h"`, `"7d"`, `"1h30m"`; `7d` is 168 hours.
- **Relative paths** start at the folder of the file.
- **Variables** come before the file: `WATCHER_` and the key in capitals, `__` between levels, such as
  `{variable}`. Lists are written as in TOML. Below a table that
  you named, the name must stand in the file; `_` stands for any sign but letters and digits. A `WATCHER_…`
  variable that sets nothing is refused. `[[holds]]` have no variables.
- **Secrets**: where the table says *secret*, option `x` may also be given as `x_file`, the path of a file
  that holds it, or as the systemd credential named like it, such as `notifiers.NAME.x` or `keep.key`. The
  credential comes before the file.
- **The API key** never stands in the file: the credential `layers-api-key`, else the file named by
  `api.key_file`, else the variable `LAYERS_API_KEY`.
- An omitted limit takes its default, 0 allows none, and nothing means unlimited.
"""


def page() -> str:
    head = _INTRODUCTION.format(variable=variable_of(("policies", "standard", "release", "lead")))
    return "\n".join([head, *_sections((), Settings, "At the top, before the first table.")])


def _common(table: Named) -> dict[str, Option]:
    """The options that all kinds of a table have, as the first declares them; none if there is one only.

    A kind that declares one otherwise says so in its own section.
    """
    first, *others = (declared(kind) for kind in table.kinds.values()) if table.kinds else ({},)
    return {
        name: option
        for name, option in first.items()
        if isinstance(option, Option) and others and all(name in other for other in others)
    }


def _sections(
    path: tuple[str, ...], owner: type, why: str, common: Mapping[str, Option] | None = None
) -> Iterator[str]:
    options = [
        each
        for each in declared(owner).values()
        if isinstance(each, Option) and each != (common or {}).get(each.name)
    ]
    kind = getattr(owner, KIND, None)
    if path:
        yield f"## `[{'.'.join(path)}]`" + (f' with `kind = "{kind}"`' if kind else "") + "\n"
    if why:
        yield f"{why}\n"
    yield "| key | type | default | what |\n|---|---|---|---|"
    if kind:
        yield f"| `{KIND}` | `{kind}` | required | Which kind of notifier. |"
    yield "\n".join([*map(_row, options), ""])
    for each in declared(owner).values():
        match each:
            case Table(name=name, of=inner):
                yield from _sections((*path, name), inner, each.why)
            case Named(name=name, of=owners):
                common = _common(each)
                if common:
                    yield f"## `[{'.'.join((*path, name, 'NAME'))}]`\n\nWhat every kind takes.\n"
                    yield "| key | type | default | what |\n|---|---|---|---|"
                    yield "\n".join(_row(option) for option in common.values()) + "\n"
                for inner in owners:
                    said = said_of(inner) if each.kinds else each.why
                    yield from _sections((*path, name, "NAME"), inner, said, common)
            case Rows(name=name, of=inner):
                yield from _sections((*path[:-1], f"[{name}]"), inner, each.why)
            case Option():
                continue


def _row(option: Option) -> str:
    cells = (f"`{option.name}`", type_in_words(option), _default(option), option.why)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def type_in_words(option: Option) -> str:
    one = _one_of(_LISTED[option.name]) if option.name in _LISTED else _one(option.type)
    if option.many:
        one = f"list of {one}" if not option.alone else f"{one}, or a list"
    if option.secret:
        one = f"secret; also `{file_twin(option.name)}`"
    return one + _bounds(option)


def _one(kind: type) -> str:
    if issubclass(kind, StrEnum):
        return _one_of(member.value for member in kind)
    return _WORDS[kind]


def _one_of(words: Iterable[str]) -> str:
    return " or ".join(f"`{word}`" for word in words)


_LISTED: Mapping[str, Iterable[str]] = {"evidence": SOURCES, "source": SOURCES}
"""Options whose words are the lines of a list that the core, which declares them, does not know."""


_WORDS = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    timedelta: "duration",
    datetime: "date",
    date: "date",
    Path: "path",
    Hours: "hours",
    Labels: "table of texts",
    LedgerUrl: "text",
    Secret: "secret",
    Password: "secret",
}


_SAID: Mapping[type, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    timedelta: {"examples": ["15m", "24h", "7d"], "pattern": PATTERN, "type": "string"},
    datetime: {"examples": ["2026-12-31", FOREVER], "type": "string"},
    Path: {"minLength": 1, "type": "string"},
    date: {"examples": ["2026-12-24", "2026-12-24T18:00:00Z"], "type": "string"},
    Labels: {"additionalProperties": {"type": "string"}, "type": "object"},
    Hours: {"examples": ["22:00-07:00", "sat-sun", "fri 18:00-24:00"], "type": "string"},
    LedgerUrl: {"minLength": 1, "type": "string"},
    Secret: {"minLength": 1, "type": "string", "writeOnly": True},
    Password: {"minLength": 1, "type": "string", "writeOnly": True},
}


def _bounds(option: Option) -> str:
    least, most = _value(option.minimum), _value(option.maximum)
    match least, most:
        case None, None:
            return ""
        case _, None:
            return f", at least {least}"
        case None, _:
            return f", at most {most}"
        case _:
            return f", {least} to {most}"


def _value(bound: Any) -> str | None:
    if bound is None:
        return None
    return written(bound) if isinstance(bound, timedelta) else str(bound)


def _default(option: Option) -> str:
    if option.default is REQUIRED:
        return "required"
    if option.default is None:
        return "–"
    return f"`{toml(option.default[0] if option.alone and len(option.default) == 1 else option.default)}`"


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
