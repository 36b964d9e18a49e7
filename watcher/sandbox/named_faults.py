"""Faults as people write them: `{"fault": "server_error", "method": "DELETE", "times": 2}`."""

import re
from dataclasses import MISSING, fields
from datetime import timedelta
from typing import Any, Final, Literal, get_args, get_type_hints

from watcher.sandbox.faults import Fault
from watcher.sandbox.wire import invalid

NAMES: Final[dict[str, type]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in get_args(Fault)
}
_UNNAMED: Final = "mutate"
"""A function: in a document there is `patch` for it."""


def name_of(fault: Fault) -> str:
    return next(name for name, kind in NAMES.items() if isinstance(fault, kind))


def fault_of(document: Any) -> Fault:
    """The fault a document describes: its name, which calls it meets, and what is its own.

    Raises `Refused` with the first mistake, and what would be right.
    """
    if not isinstance(document, dict):
        raise invalid("body", 'must be like {"fault": "server_error", "method": "DELETE", "times": 1}')
    name = document.get("fault")
    kind = NAMES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise invalid("fault", f"there are {', '.join(sorted(NAMES))}")
    hints = {key: hint for key, hint in get_type_hints(kind).items() if key != _UNNAMED}
    said = {key: value for key, value in document.items() if key != "fault"}
    for key in said:
        if key not in hints:
            raise invalid(key, f"{name} takes {', '.join(hints)}")
    for each in fields(kind):
        if each.default is MISSING and each.name not in said:
            raise invalid(each.name, f"{name} needs it")
    fault: Fault = kind(**{key: _value(key, hints[key], value) for key, value in said.items()})
    return fault


def _value(key: str, hint: Any, value: Any) -> Any:
    if key == "path":
        return _pattern(value)
    if hint is timedelta:
        return timedelta(seconds=_number(key, (int, float), value))
    if hint in (int, int | None):
        return _number(key, int, value)
    if hint is float:
        return _number(key, (int, float), value)
    if hint in (str, str | None):
        right = isinstance(value, str)
    elif hint is bool:
        right = isinstance(value, bool)
    elif hint is not None and getattr(hint, "__origin__", None) is Literal:
        right = value in get_args(hint)
    else:
        right = isinstance(value, list) and all(map(_is_step, value))
    if not right:
        raise invalid(key, f"takes no {value!r}")
    return value


def _number(key: str, kind: Any, value: Any) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool) or not abs(value) < 1e9:
        raise invalid(key, "must be a number")
    return value


def _is_step(step: Any) -> bool:
    """Of a JSON Patch."""
    return isinstance(step, dict) and step.get("op") in ("add", "replace", "remove") and "path" in step


def _pattern(value: Any) -> str:
    try:
        re.compile(value)
        return str(value)
    except (re.error, TypeError):
        raise invalid("path", "must be a pattern to search for in paths, such as leased-accounts") from None
