"""Bodies of answers: JSON, of which one damaged text spoils no more than itself; times and ids in it.

A name that an object has twice says two things, and readers of JSON believe the last: none is believed here.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final, Generic, NotRequired, TypeVar
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from watcher.texts.foreign import LATEST, is_short

T = TypeVar("T")

_LONGEST_NUMBER: Final = 400
"""Digits: more than any count has, fewer than take time to read."""

_DOTS = frozenset({".", ".."})
_ESCAPED_LETTER: Final = re.compile(rb"\\u00[4-7]")


class Repeated:
    """Stands in the place of what an object says twice under one name: no field of ours can be it."""


REPEATED: Final = Repeated()


class Items(TypedDict, Generic[T]):
    """One page of a list. What has an `error` is none, whatever else it holds."""

    items: list[T]
    nextCursor: NotRequired[str | None]
    error: NotRequired[None]


def validated(adapter: TypeAdapter[T], body: bytes) -> T | None:
    """The body as the adapter wants it; None for what is no JSON, or another.

    Strict readers of JSON refuse a whole body for half of an emoji or a byte that is no UTF-8 in one text of
    it. Then it is read once more with the damage left in, as a lone surrogate: no text of ours may hold one,
    so what needs that text refuses it, and nothing else does. So it is where a name may stand twice in one
    object: in its place is then `REPEATED`, which only a field that takes anything takes.
    """
    said = strictly(adapter, body)
    if said is not None:
        return said
    try:
        return adapter.validate_python(_leniently(body))
    except (ValueError, RecursionError):  # a ValidationError is a ValueError
        return None


def strictly(adapter: TypeAdapter[T], body: bytes) -> T | None:
    """The body as the adapter wants it, in a single fast reading; None unless nothing is wrong with it."""
    try:
        said = adapter.validate_json(body)
    except ValidationError:
        return None
    return None if _may_repeat(body, said) else said


def _may_repeat(body: bytes, said: object) -> bool:
    """Whether a name that was read stands more often in the body than it was read, or could unseen.

    Counting is a hundred times cheaper than looking. A value that is spelt like a name costs a closer look.
    """
    if not isinstance(said, dict):
        return False
    values = (value if isinstance(value, list) else (value,) for value in said.values())
    objects = (held for held in chain.from_iterable(values) if isinstance(held, dict))
    # In one go: to be told of each object by itself costs a Counter as much as all the rest.
    names = Counter(chain(said, chain.from_iterable(objects)))
    if b"\\u" in body and _ESCAPED_LETTER.search(body):
        return True
    return any(body.count(b'"%b"' % name.encode()) != times for name, times in names.items())


def _leniently(body: bytes) -> Any:
    text = body.decode("utf-8", errors="surrogateescape")
    return json.loads(text, parse_int=_whole, object_pairs_hook=_once_each)


def _once_each(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(members)
    if len(said) < len(members):
        times = Counter(name for name, _ in members)
        said.update((name, REPEATED) for name, count in times.items() if count > 1)
    return said


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else math.inf


def instant(value: object) -> datetime | None:
    """An aware UTC instant before `LATEST`; None for what names none (no offset, a number, nonsense)."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            return None
        moment = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment < LATEST else None


def usable(id_: str) -> bool:
    """Whether an opaque id names one path segment and nothing else, and can be shown to people and kept."""
    return bool(id_) and id_.isprintable() and "/" not in id_ and id_ not in _DOTS and is_short(id_)


def segment(id_: str) -> str:
    """The id as one path segment. Raises ValueError for one that is not `usable`."""
    if not usable(id_):
        raise ValueError(f"not usable as an id: {id_!a}")
    return quote(id_, safe="")
