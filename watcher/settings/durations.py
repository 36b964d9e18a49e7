"""Durations as the configuration writes them: `15m`, `24h`, `1h30m`, `7d`, `0s`."""

import re
from datetime import timedelta
from typing import Final

PATTERN: Final = r"^(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
LONGEST: Final = timedelta(days=3650)
"""Ten years: more is a mistake, and would overflow the calendar."""

_EXAMPLES = 'write it with its unit, in quotes, such as "15m", "24h", "7d" or "1h30m"'
_TOO_LONG = "must be at most 3650d"
_UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}


def duration_of(value: object) -> timedelta:
    """The duration a text says. `7d` is 168 h. Raises `ValueError` that says how to write one."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"must be a duration: {_EXAMPLES}")
    if not isinstance(value, str) or value.isdecimal():
        raise ValueError(f"is a number without a unit: {_EXAMPLES}")
    if not re.fullmatch(PATTERN, value):
        raise ValueError(f"is not a duration: {_EXAMPLES}")
    if len(value) > 60:  # a thousand digits must not even become a number
        raise ValueError(_TOO_LONG)
    milliseconds = sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"([0-9]+)(ms|[dhms])", value))
    if milliseconds > LONGEST // timedelta(milliseconds=1):
        raise ValueError(_TOO_LONG)
    return timedelta(milliseconds=milliseconds)


def written(length: timedelta) -> str:
    """The shortest text that `duration_of` reads back as this whole number of milliseconds."""
    left = length // timedelta(milliseconds=1)
    text = ""
    for unit, size in _UNITS.items():
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"
