"""Durations are written with their unit, and nothing else is taken for one."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.settings.notation import LONGEST, duration_of, written


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("0s", timedelta()),
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("500ms", timedelta(milliseconds=500)),
        ("1h30m", timedelta(minutes=90)),
        ("7d", timedelta(hours=168)),
        ("3650d", timedelta(days=3650)),
    ],
)
def test_a_number_with_its_unit_is_a_duration(text: str, length: timedelta) -> None:
    assert duration_of(text) == length


@pytest.mark.parametrize("value", [15, 0, 2.5, "300", "٣", "7"])
def test_a_number_without_a_unit_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is a number without a unit: write it with its unit, in quotes"):
        duration_of(value)


@pytest.mark.parametrize(
    "text", ["", " 5m", "5m\n", "5 m", "-1h", "5M", "30m1h", "5m5m", "1.5h", "P7D", "٣m"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration_of(text)


@pytest.mark.parametrize("value", [True, None, [], {}])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="must be a duration"):
        duration_of(value)


@pytest.mark.parametrize("text", ["3651d", "3650d1ms", "999999999999d", "9" * 10_000 + "d"])
def test_more_than_ten_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be at most 3650d"):
        duration_of(text)


@given(st.integers(min_value=0, max_value=LONGEST // timedelta(milliseconds=1)))
def test_what_is_written_is_read_back(milliseconds: int) -> None:
    length = timedelta(milliseconds=milliseconds)
    assert duration_of(written(length)) == length
