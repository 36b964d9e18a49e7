"""The forecast as a table with bars: what renews when, and what of it is used, wasted, at risk, decided."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import Final

from watcher.ahead.charges import AT_RISK_BY, Expected
from watcher.ahead.forecast import NO_CHARGE, ChargeGroup, ChargeSum, Forecast, Grouping
from watcher.cli.render.fleet_size import last_read_in_words
from watcher.cli.render.notes import quarantine_notes, trouble_note, unread_notes
from watcher.cli.render.sheet import BLANK, Line, cells, fit, fit_name, line, printed
from watcher.decide.report import Report
from watcher.messages.words import REASON
from watcher.record.reasons import Reason
from watcher.rules.plan import Mode
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span
from watcher.texts.times import below, clock_time, day, month

_GAP = "  "
_TITLES: Final = {
    Expected.COMMITTED: "committed",
    Expected.UNUSED: "unused",
    Expected.AT_RISK: "at risk",
    Expected.DECIDED: "decided",
}
_BLOCKS: Final = {Expected.COMMITTED: "█", Expected.UNUSED: "▓", Expected.AT_RISK: "▒", Expected.DECIDED: "░"}
_STYLES: Final = {
    Expected.COMMITTED: "green",
    Expected.UNUSED: "yellow",
    Expected.AT_RISK: "red",
    Expected.DECIDED: "dim",
}
_LACKS: Final = {Grouping.OWNER: "no owner", Grouping.POLICY: "no policy"}
_HEADS: Final = {Grouping.WEEK: "week of"}
_NOT_YET: Final = "a later renewal, of which nothing is decided yet"
_SHORTEST_NAME: Final = 10
_SHORTEST_BAR: Final = 6
_LONGEST_BAR: Final = 40


def render_forecast(
    forecast: Forecast, report: Report, *, timezone: tzinfo, width: int | None, color: bool
) -> str:
    """`width` in cells, None where the output is no terminal: then there are no bars."""
    lines = [*_heading(forecast, report, timezone)]
    total = forecast.total
    if total.all.renewals:
        lines += _table(forecast, report.started_at, width)
        lines += _totals(forecast, total)
    elif not report.read_nothing:
        lines += [BLANK, line(_nothing(forecast, report))]
    lines += _remarks(forecast, total, report)
    lines += quarantine_notes(report)
    lines += unread_notes(report)
    return printed(lines, width=width, color=color)


def _heading(forecast: Forecast, report: Report, timezone: tzinfo) -> Iterator[Line]:
    whose = f" of {plain(report.organization)}" if report.organization else ""
    now = report.started_at
    yield line(f"Charges to come{whose}, {clock_time(now, timezone)}, {report.mode} mode", "bold")
    yield from trouble_note(report)
    if report.read_nothing:
        yield line(last_read_in_words(report.last_read, now, timezone))
        return
    until = clock_time(forecast.until, timezone, now=now)
    days = span(forecast.until - now)
    yield line(f"What renews in the next {days}, until {until}; use is as it is today.", "dim")


def _nothing(forecast: Forecast, report: Report) -> str:
    if not forecast.accounts and report.totals.accounts:
        return f"None of the {counted(report.totals.accounts, 'account')} read fits what was asked for."
    return "Nothing renews until then."


def _table(forecast: Forecast, now: datetime, width: int | None) -> Iterator[Line]:
    groups = forecast.groups
    names = [_label(one.name, forecast.by, now) for one in groups]
    rows = [_money(one) for one in groups]
    titles = ("due", *_TITLES.values())
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    head = _HEADS.get(forecast.by, forecast.by.value)
    room = max(len(head), *map(cells, names))
    taken = sum(len(_GAP) + each for each in widths) + len(_GAP)
    bar, below = 0, False
    if width is not None:
        bar = min(width - taken - room - len(_GAP), _LONGEST_BAR)
        if bar < _SHORTEST_BAR:
            room = min(room, max(width - taken - len(_GAP) - _SHORTEST_BAR, _SHORTEST_NAME))
            bar = width - taken - room - len(_GAP)
        if below := bar < _SHORTEST_BAR:
            bar = min(width - 2 * len(_GAP), _LONGEST_BAR)
    most = max(one.all.cents for one in groups)
    yield BLANK
    yield line(_row(head, titles, room, widths), "dim", row=True)
    for one, name, row in zip(groups, names, rows, strict=True):
        text, drawn = _row(name, row, room, widths), _bar(one, most, bar)
        if below:
            yield line(text, row=True)
            if drawn:
                yield Line(parts=((_GAP * 2, ""), *drawn), row=True)
        else:
            yield Line(parts=((text, ""), *(((_GAP, ""), *drawn) if drawn else ())), row=True)
    if width is not None:
        yield BLANK
        legend = [(f"{_BLOCKS[each]} {_TITLES[each]}{_GAP}", _STYLES[each]) for each in Expected]
        yield Line(parts=((_GAP, ""), *legend), row=True)
    yield BLANK


def _row(name: str, money: Sequence[str], room: int, widths: Sequence[int]) -> str:
    columns = (fit(each, width, right=True) for each, width in zip(money, widths, strict=True))
    return _GAP + _GAP.join((fit_name(name, room), *columns))


def _money(group: ChargeGroup) -> tuple[str, ...]:
    return tuple(_marked(one) for one in (group.all, *(group.of(each) for each in Expected)))


def _marked(one: ChargeSum) -> str:
    """`~` before what is extrapolated, be it in part."""
    if not one.renewals:
        return "–"
    return f"{'~' if one.extrapolated else ''}{dollars(one.cents)}"


def _bar(group: ChargeGroup, most: int, width: int) -> tuple[tuple[str, str], ...]:
    """As long beside the longest as its money is, in pieces that are as long as theirs; none is left out."""
    if not width or not most or not group.all.cents:
        return ()
    kinds = [each for each in Expected if group.of(each).cents]
    length = max(round(width * group.all.cents / most), len(kinds))
    pieces, before = [], 0
    for place, each in enumerate(kinds, 1):
        so_far = sum(group.of(one).cents for one in kinds[:place])
        ends = round(length * so_far / group.all.cents)
        ends = min(max(ends, before + 1), length - (len(kinds) - place))
        pieces.append((_BLOCKS[each] * (ends - before), _STYLES[each]))
        before = ends
    return tuple(pieces)


def _label(name: str, by: Grouping, now: datetime) -> str:
    match by:
        case Grouping.DAY | Grouping.WEEK:
            of = date.fromisoformat(name)
            return below(day(of, year=of.year != now.year))
        case Grouping.MONTH:
            return month(date.fromisoformat(f"{name}-01"))
        case _:
            return plain(name) or _LACKS.get(by, "")


def _totals(forecast: Forecast, total: ChargeGroup) -> Iterator[Line]:
    """Each kind of charge, and of what it consists; together they are all."""
    remarks = {
        Expected.COMMITTED: _parts((("in use", forecast.in_use), ("use unknown", forecast.unknown))),
        Expected.UNUSED: _parts((_why(why), each) for why, each in forecast.kept_by_money),
        Expected.AT_RISK: _parts((AT_RISK_BY[risk], each) for risk, each in forecast.risks_by_money),
        Expected.DECIDED: "released before they renew, so not paid"
        if total.of(Expected.DECIDED).renewals != 1
        else "released before it renews, so not paid",
    }
    yield _total("Total", total.all, total.all, f"{_marked(total.to_pay)} to pay, as things are", "bold")
    for each in Expected:
        one = total.of(each)
        style = _STYLES[each] if one.renewals and each is not Expected.DECIDED else ""
        yield _total(_TITLES[each], one, total.all, remarks[each] if one.renewals else "", style)


def _why(why: Reason | None) -> str:
    return _NOT_YET if why is None else REASON[why]


def _parts(parts: Iterable[tuple[str, ChargeSum]]) -> str:
    found = [(what, one) for what, one in parts if one.renewals]
    if len(found) == 1:
        return found[0][0]
    return ", ".join(f"{what} {_marked(one)}" for what, one in found)


def _total(label: str, part: ChargeSum, whole: ChargeSum, remark: str, style: str) -> Line:
    counts = fit(f"{part.renewals:,}", len(f"{whole.renewals:,}"), right=True)
    money = fit(_marked(part), len(_marked(whole)), right=True)
    text = f"{label:<9}{_GAP}{counts} renewal{' ' if part.renewals == 1 else 's'}{_GAP}{money}"
    return Line(parts=((text, style), (f"{_GAP}{remark}" if remark else "", "")), hang=len(text) + len(_GAP))


def _remarks(forecast: Forecast, total: ChargeGroup, report: Report) -> Iterator[Line]:
    """What no column says."""
    then, beyond, late = forecast.by_window, total.all, forecast.pending
    if then.renewals:
        window = "its window" if then.renewals == 1 else "their window"
        yield line(
            f"Of what is in use {counted(then.renewals, 'renewal')}, {dollars(then.cents)}, will count as "
            f"unused by {window} unless used: not among what is unused today.",
            hang=2,
        )
    if (unless_hot := forecast.unless_hot).renewals:
        yield line(
            f"Of what is decided {counted(unless_hot.renewals, 'renewal')}, {dollars(unless_hot.cents)}, "
            "will be paid all the same where an account turns out to be hot, which is asked when its release "
            "is to be announced.",
            hang=2,
        )
    if (asked_later := forecast.kept.get(Reason.NOT_DUE, NO_CHARGE)).renewals:
        yield line(
            f"Of what is unused {counted(asked_later.renewals, 'renewal')}, {dollars(asked_later.cents)}, "
            "may be released all the same: by which policy an account's health says, which is asked when one "
            "of them would do something.",
            hang=2,
        )
    if beyond.extrapolated:
        is_ = "is" if beyond.extrapolated == 1 else "are"
        yield line(
            f"~ {counted(beyond.extrapolated, 'renewal')}, {dollars(beyond.extrapolated_cents)}, {is_} "
            "extrapolated, at today's price and use: the API names only the next one of each account.",
            hang=2,
        )
    if late.renewals:
        was = "was" if late.renewals == 1 else "were"
        yield line(
            f"{counted(late.renewals, 'renewal')}, {dollars(late.cents)}, {was} due before now and may be "
            "paid already: not counted.",
            hang=2,
        )
    observed = forecast.kept.get(Reason.OBSERVING, NO_CHARGE)
    if report.mode is Mode.OBSERVE and observed.renewals:
        yield line(f"Enforce mode would release {dollars(observed.cents)} of it before it renews.", hang=2)
    if report.unread:
        yield line(
            f"{counted(len(report.unread), 'project')} could not be read: what renews there is not counted.",
            hang=2,
        )
