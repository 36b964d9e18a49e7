"""The audit summed up by project, policy, platform or day: what each costs, and what of that is waste."""

from collections.abc import Iterator, Sequence
from datetime import date

from watcher.cli.render.order import By, Subtotal
from watcher.cli.render.sheet import BLANK, Line, cells, fit, fit_name, line
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.times import below, day

_GAP = "  "
_LACKS = {
    By.PROJECT: "no project",
    By.OWNER: "no owner",
    By.POLICY: "no policy",
    By.PLATFORM: "platform unknown",
    By.DAY: "",
}
_SHORTEST_NAME = 12
_TITLES = ("accounts", "a month", "in use", "unused", "unknown", "waste")


def subtotal_lines(subtotals: Sequence[Subtotal], by: By, width: int | None) -> Iterator[Line]:
    """Waste is what is unused today, whatever keeps it."""
    if not subtotals:
        return
    names = [_name(one.name, by) for one in subtotals]
    rows = [_numbers(one) for one in subtotals]
    widths = [max(map(len, column)) for column in zip(_TITLES, *rows, strict=True)]
    room = max(len(by.value), *map(cells, names))
    if width is not None:
        taken = sum(each + len(_GAP) for each in widths) + len(_GAP)
        room = min(room, max(width - taken, _SHORTEST_NAME))
    yield BLANK
    yield line(_row(by.value, _TITLES, room, widths), "dim")
    for one, name, row in zip(subtotals, names, rows, strict=True):
        yield line(_row(name, row, room, widths), "yellow" if one.sums.unused.cents else "")
    yield BLANK


def _row(name: str, numbers: Sequence[str], room: int, widths: Sequence[int]) -> str:
    columns = (fit(number, width, right=True) for number, width in zip(numbers, widths, strict=True))
    return _GAP + _GAP.join((fit_name(name, room), *columns))


def _name(name: str, by: By) -> str:
    if by is not By.DAY:
        return plain(name) or _LACKS[by]
    return below(day(date.fromisoformat(name)))


def _numbers(one: Subtotal) -> tuple[str, ...]:
    sums = one.sums
    counts = (sums.in_use, sums.unused, sums.unknown)
    return (
        f"{sums.all.accounts:,}",
        dollars(sums.all.cents),
        *(f"{each.accounts:,}" for each in counts),
        dollars(sums.unused.cents),
    )
