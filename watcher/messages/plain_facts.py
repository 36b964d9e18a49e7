"""The facts of an event by their names, as templates and machines get them."""

from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

Plain = str | int | bool | None


def plain_of(facts: Any) -> Iterator[tuple[str, Plain]]:
    """`facts`: of whichever kind. What does not apply, and is as it is by default, is left out."""
    for each in fields(facts):
        value = getattr(facts, each.name)
        if each.default is not MISSING and value == each.default:
            continue
        match value:
            case StrEnum():
                yield each.name, value.value
            case datetime():
                yield each.name, value.isoformat()
            case tuple():
                yield each.name, ",".join(value)
            case _:
                yield each.name, value
