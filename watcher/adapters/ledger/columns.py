"""Column types: instants, spans and closed words, stored so that any database keeps them exactly."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Dialect, String, TypeDecorator

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
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Span(TypeDecorator[timedelta]):
    """A timedelta as whole microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(microseconds=value)


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


def microseconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ValueError(f"the ledger takes no naive datetime: {instant.isoformat()} has no time zone")
    return (instant - _EPOCH) // _MICROSECOND
