"""Query values, read strictly, and cursors that only the list that gave them understands."""

import base64
import binascii
import json
from collections.abc import Collection
from datetime import datetime

from watcher.sandbox.times import parse
from watcher.sandbox.wire import Request, invalid


def one(request: Request, name: str) -> str | None:
    """The parameter's only value, or None; given twice it is refused."""
    values = request.values(name)
    if len(values) > 1:
        raise invalid(name, "given more than once")
    return values[0] if values else None


def choice(request: Request, name: str, allowed: Collection[str]) -> str | None:
    """The parameter's value, one of the allowed."""
    value = one(request, name)
    if value is not None and value not in allowed:
        raise invalid(name, f"must be one of {', '.join(allowed)}")
    return value


def choices(request: Request, name: str, allowed: Collection[str]) -> frozenset[str]:
    """Every value of a repeatable parameter, each one of the allowed; empty when it is absent."""
    values = request.values(name)
    if any(value not in allowed for value in values):
        raise invalid(name, f"must be one of {', '.join(allowed)}")
    return frozenset(values)


def limit(request: Request, *, most: int, default: int) -> int:
    """The page size."""
    value = one(request, "limit")
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 9 and 1 <= int(value) <= most):
        raise invalid("limit", f"must be a whole number from 1 to {most}")
    return int(value)


def instant(request: Request, name: str) -> datetime | None:
    """The parameter as an instant."""
    value = one(request, name)
    if value is None:
        return None
    at = parse(value)
    if at is None:
        raise invalid(name, "must be an ISO 8601 date-time with an offset")
    return at


def cursor(request: Request, *, of: str) -> list[str] | None:
    """Where the page before ended, as `cursor_after` put it; refused if it comes from another list."""
    value = one(request, "cursor")
    if value is None:
        return None
    try:
        held = json.loads(base64.b64decode(value.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        held = None
    if not (isinstance(held, list) and all(isinstance(part, str) for part in held) and held[:1] == [of]):
        raise invalid("cursor", "not a cursor of this list")
    return held[1:]


def cursor_after(*position: str, of: str) -> str:
    """An opaque cursor for the list `of` (which names its filters too), behind `position`."""
    return base64.urlsafe_b64encode(json.dumps([of, *position]).encode()).decode("ascii")
