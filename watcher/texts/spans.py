"""Durations, and numbers of things, as people say them."""

from datetime import timedelta

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def span(length: timedelta) -> str:
    """The two largest units that matter: `2 d 4 h`, `15 min`, `0 s`. Signs are dropped."""
    seconds = int(abs(length).total_seconds())
    for place, (name, size) in enumerate(_UNITS):
        if seconds >= size:
            count, rest = divmod(seconds, size)
            text = f"{count} {name}"
            if place + 1 < len(_UNITS):
                smaller, smaller_size = _UNITS[place + 1]
                if rest >= smaller_size:
                    text += f" {rest // smaller_size} {smaller}"
            return text
    return "0 s"


def counted(number: int, what: str) -> str:
    """`1 release`, `1,200 releases`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
