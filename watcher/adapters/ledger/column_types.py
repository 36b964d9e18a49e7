"""Column types: instants, spans and closed words, stored so that any database keeps them exactly."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Dialect, String, TypeDecorator, type_coerce

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

WordT = TypeVar("WordT", bound=StrEnum)


class Instant(TypeDecorator[datetime]):
    """An aware datetime as whole microseconds since 1970, UTC; it comes back as aware UTC.

    SQLite drops offsets from its datetimes and compares them as text; an integer sorts and survives.
    Refuses naive datetimes.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else instant(value)


class Duration(TypeDecorator[timedelta]):
    """A timedelta as whole microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else span(value)


class Word(TypeDecorator[WordT], Generic[WordT]):
    """A member of a closed list, stored as its value."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[WordT], *args: Any) -> None:
        super().__init__(*args)
        self.words = words

    def process_bind_param(self, value: WordT | None, dialect: Dialect) -> str | None:
        return None if value is None else value.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> WordT | None:
        return None if value is None else self.words(value)


def microseconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"the ledger takes no naive datetime: {moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def instant(stored: int) -> datetime:
    """An `Instant` as stored, back as a datetime."""
    return _EPOCH + stored * _MICROSECOND


def span(stored: int) -> timedelta:
    """A `Duration` as stored, back as a timedelta."""
    return stored * _MICROSECOND


def as_stored(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column as the database has it: an integer for an instant or a span, text for a word."""
    kind = column.type
    return type_coerce(column, kind.impl_instance) if isinstance(kind, TypeDecorator) else column
