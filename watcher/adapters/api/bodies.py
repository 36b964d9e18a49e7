"""Bodies of answers: JSON, of which one damaged text spoils no more than itself."""

import json
import math
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

_LONGEST_NUMBER: Final = 400
"""Digits: more than any count has, fewer than take time to read."""


def validated(adapter: TypeAdapter[T], body: bytes) -> T | None:
    """The body as the adapter wants it; None for what is no JSON, or another.

    Strict readers of JSON refuse a whole body for half of an emoji or a byte that is no UTF-8 in one text of
    it. Then it is read once more with the damage left in, as a lone surrogate: no text of ours may hold one,
    so what needs that text refuses it, and nothing else does.
    """
    try:
        return adapter.validate_json(body)
    except ValidationError:
        pass
    try:
        return adapter.validate_python(_leniently(body))
    except (ValueError, RecursionError):  # a ValidationError is a ValueError
        return None


def _leniently(body: bytes) -> Any:
    return json.loads(body.decode("utf-8", errors="surrogateescape"), parse_int=_whole)


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else math.inf
