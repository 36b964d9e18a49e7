"""Money and durations as people say them."""

from datetime import timedelta

import pytest

from watcher.texts.money import dollars
from watcher.texts.spans import span


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "$0.00"),
        (1, "$0.01"),
        (99, "$0.99"),
        (100, "$1.00"),
        (15_000, "$150.00"),
        (99_999_999, "$999,999.99"),
        (-1, "-$0.01"),
        (-1_234_567, "-$12,345.67"),
    ],
)
def test_dollars(cents: int, text: str) -> None:
    assert dollars(cents) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "0 s"),
        (timedelta(microseconds=999_999), "0 s"),
        (timedelta(seconds=1), "1 s"),
        (timedelta(seconds=59, microseconds=999_999), "59 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=1, seconds=1), "1 min 1 s"),
        (timedelta(minutes=59, seconds=59), "59 min 59 s"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=1, seconds=59), "1 h"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 h 59 min"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=1, minutes=59), "1 d"),
        (timedelta(days=2, hours=4, minutes=30), "2 d 4 h"),
        (timedelta(days=400, hours=1), "400 d 1 h"),
        (-timedelta(minutes=15), "15 min"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units_that_matter(length: timedelta, text: str) -> None:
    assert span(length) == text
