"""How things stand, for whoever comes back after a while: the last turn, what is next, what to decide."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from watcher.cli.render.findings import finding_value, in_one_line
from watcher.cli.render.fleet_size import counted_value, remembered_in_words
from watcher.cli.render.matters import matter_values, matters_told
from watcher.cli.render.pauses import ahead_in_words, ahead_values, planned_in_words, planned_value
from watcher.cli.render.sheet import BLANK, Line, aligned, line, printed
from watcher.decide.openings import Opening
from watcher.decide.status import Hold, Status
from watcher.facts.accounts import ProjectId
from watcher.facts.handles import name_of
from watcher.memory.remembered import TurnRecord
from watcher.messages.words import EXIT
from watcher.record.exit_codes import Exit, worst
from watcher.record.overrides import Override
from watcher.rules.plan import Mode
from watcher.settings.findings import Finding, Gravity
from watcher.texts.commands import to_hold, to_resolve, to_resume
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span
from watcher.texts.times import clock_time, distance, iso, iso_or_none, until_when, when

_MOST: Final = 5
"""Openings and holds that are shown one by one; their own commands list all."""


def render_status(
    status: Status,
    names: Mapping[ProjectId, str],
    *,
    place: str,
    timezone: tzinfo,
    width: int | None,
    color: bool,
    mistakes: Sequence[Finding] = (),
) -> str:
    """`names`: of the projects, by id; `place`: of the ledger; `mistakes`: in the configuration."""
    mode = mode_in_words(status)
    if mistakes:
        mode = "Mode unknown" if status.last is None else f"{mode} at the last turn"
    lines = [
        line(f"{mode}, {clock_time(status.now, timezone)}", "bold"),
        *map(_line, _broken(mistakes)),
        *map(_line, standing(status, names, place=place, timezone=timezone, broken=bool(mistakes))),
        *_matters(status, names, timezone, broken=bool(mistakes)),
    ]
    return printed(lines, width=width, color=color)


def mode_in_words(status: Status) -> str:
    return f"{status.mode.capitalize()} mode"


_LABEL: Final = 12
"""Cells before what a label is of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingRow:
    """A sentence of how things stand; one without a label goes on where the one before is."""

    label: str
    text: str
    style: str


def _line(row: StandingRow) -> Line:
    head = f"{row.label:<{_LABEL}}"
    return Line(parts=((head, "dim"), (row.text, row.style)), hang=_LABEL)


def standing(
    status: Status, names: Mapping[ProjectId, str], *, place: str, timezone: tzinfo, broken: bool = False
) -> Iterator[StandingRow]:
    """How things stand, each under its label: all but what people must decide."""
    yield from _turns(status, timezone)
    yield from _fleet(status, timezone)
    yield from _ledger(status, place, timezone)
    yield from _part("openings", _openings(status, timezone, broken=broken))
    yield from _part("unresolved", _unresolved(status))
    yield from _part("asked for", _asked(status, timezone)) if status.asked else ()
    yield from _part("pauses", _pauses(status, names, timezone))
    yield from _part("holds", _holds(status, timezone))
    yield from _part("outbox", _outbox(status))


def _part(label: str, rows: Sequence[str], style: str = "") -> Iterator[StandingRow]:
    """A label with its rows beside it; `none` where there are no rows."""
    for place, row in enumerate(rows or ["none"]):
        yield StandingRow(label=label if place == 0 else "", text=row, style=style if rows else "dim")


def _broken(mistakes: Sequence[Finding]) -> Iterator[StandingRow]:
    """No line where the configuration can be used."""
    if not mistakes:
        return
    errors = sum(one.severity is Gravity.ERROR for one in mistakes)
    yield from _part(
        "broken",
        [
            f"the configuration, {counted(errors, 'error')}: no turn begins by it, and a daemon that runs "
            "goes on by the one before; what is wrong is not in what follows"
        ],
        "bold red",
    )
    for one in mistakes:
        yield from _part("", [in_one_line(one)])


def _turns(status: Status, timezone: tzinfo) -> Iterator[StandingRow]:
    last, now = status.last, status.now
    if last is None:
        yield from _part("last turn", ["none has ended yet"], "bold red")
    else:
        yield from _part("last turn", [_ending(last, now, timezone)], _style(last))
    if status.begun is not None:
        began = when(status.begun.started_at, now, timezone)
        text = (
            f"one is under way, began {began}" if status.under_way else f"one that began {began} never ended"
        )
        yield from _part("", [text], "" if status.under_way else "bold red")
    if status.overdue and (latest := status.begun or last) is not None:
        text = f"turns stay away: one is expected every {span(status.poll)}, the last began "
        yield from _part("", [text + distance(latest.started_at, now)], "bold red")
    if last is not None and last.mode is not status.mode:
        yield from _part(
            "", [f"it ran in {last.mode} mode, which is configured otherwise now"], "bold yellow"
        )


def _fleet(status: Status, timezone: tzinfo) -> Iterator[StandingRow]:
    """As it was read last, and when, whatever the last turn came to."""
    whole, failing, now = status.whole, status.failing_since, status.now
    if whole is None:
        yield from _part("fleet", ["no turn has read it yet"])
        return
    read = when(whole.ended_at or whole.started_at, now, timezone)
    yield from _part("fleet", [f"{remembered_in_words(whole)}; last read {read}"])
    if failing is not None:
        yield from _part("", [f"full turns fail since {when(failing, now, timezone)}"], "bold red")


def _ending(turn: TurnRecord, now: datetime, timezone: tzinfo) -> str:
    code = turn.exit_code
    ended = "" if turn.ended_at is None else when(turn.ended_at, now, timezone)
    known = code in set(map(int, Exit))
    said = (
        EXIT[Exit(code)]
        if known and code is not None
        else "it ended in a way that this version does not know"
    )
    return f"{turn.kind}, ended {ended}: {said} (exit {code})"


def _style(turn: TurnRecord) -> str:
    return "" if turn.exit_code in (Exit.DONE, Exit.CHANGES_PENDING) else "bold red"


def _ledger(status: Status, place: str, timezone: tzinfo) -> Iterator[StandingRow]:
    since = status.ledger_since
    age = (
        "no completed turn yet"
        if since is None
        else f"remembers turns since {when(since, status.now, timezone)}"
    )
    holder = "nobody holds it now" if status.holder is None else f"held by {plain(str(status.holder))}"
    yield from _part("ledger", [plain(place), f"{age}; {holder}"])


def _openings(status: Status, timezone: tzinfo, *, broken: bool) -> list[str]:
    rows = aligned([_opening(one, status, timezone) for one in status.openings[:_MOST]])
    more = status.openings[_MOST:]
    if more:
        money = dollars(sum(one.account.price_cents for one in more))
        rows.append(
            f"and {len(more):,} more, {money} a month, the last {when(more[-1].opens, status.now, timezone)}"
        )
    if any(not _is_live(one, status) for one in status.openings):
        which = "they" if not any(_is_live(one, status) for one in status.openings) else "those marked so"
        rows.append(f"{which} would be released: announced in observe mode, which releases nothing")
    if others := status.unwatched:
        what = (
            f"{counted(len(others), 'announced release')}, {dollars(sum(one.price_cents for one in others))}"
        )
        which = "that can be read of the configuration" if broken else "that are configured"
        end = "what becomes of them is not known here" if broken else "no turn releases them"
        rows.append(f"{what}, of no project {which}: {end}")
    return rows


def _is_live(one: Opening, status: Status) -> bool:
    return one.live and status.mode is Mode.ENFORCE


def _opening(one: Opening, status: Status, timezone: tzinfo) -> str:
    live, mixed = _is_live(one, status), any(_is_live(each, status) for each in status.openings)
    open_now = "open now" if one.opens <= status.now else when(one.opens, status.now, timezone)
    until = f", until {clock_time(one.closes, timezone, now=status.now)}" if one.opens <= status.now else ""
    would = ", would be" if mixed and not live else ""
    halted = ", halted" if one.halted and live else ""
    who = f"{name_of(one.account.handle, one.account.id)}  {dollars(one.account.price_cents)}"
    return f"{who}  {open_now}{until}{would}{halted}"


def _asked(status: Status, timezone: tzinfo) -> list[str]:
    return [
        f"{name_of(one.handle, one.account or '')}  may be released by the next turn: {plain(one.by)} asked "
        f"for it until {clock_time(one.until or one.at, timezone, now=status.now)}; "
        f"`{to_hold(one.account or '')}` stops that"
        for one in status.asked
    ]


def _unresolved(status: Status) -> list[str]:
    return [
        f"{name_of(one.account.handle, one.account.id)}  {dollars(one.account.price_cents)}  sent "
        f"{distance(one.written_at, status.now)}; the next turn reads it back, or you say: "
        f"`{to_resolve(plain(one.account.id))}`"
        for one in status.unresolved
    ]


def _pauses(status: Status, names: Mapping[ProjectId, str], timezone: tzinfo) -> list[str]:
    now = status.now
    said = [_pause(one, names, now, timezone) for one in status.pauses]
    on = planned_in_words(status.planned, names, now, timezone)
    rows = [*said, *on, *(ahead_in_words(one, names, now, timezone) for one in status.ahead[:_MOST])]
    more = len(status.ahead) - _MOST
    rows += [f"and {more:,} more: `lease-watcher pauses`"] if more > 0 else []
    if others := status.ahead_of_none:
        rows.append(_ahead_of_none(others, beside=bool(rows)))
    return rows


def _ahead_of_none(others: int, *, beside: bool) -> str:
    """Of pauses to come in the way of nothing that the ledger knows of; `beside` others that are named."""
    many = "another pause" if beside and others == 1 else counted(others, "pause")
    are, them = ("is", "it") if others == 1 else ("are", "them")
    return (
        f"{many} {are} to come, in the way of nothing announced so far: `lease-watcher pauses` lists {them}, "
        "`lease-watcher audit` counts what is not announced yet"
    )


def _pause(one: Override, names: Mapping[ProjectId, str], now: datetime, timezone: tzinfo) -> str:
    what = "every project" if one.project is None else plain(names.get(one.project, one.project))
    ends = "" if one.until is None else f" {until_when(one.until, now, timezone)}"
    return f"{what}{ends}, by {plain(one.by)}: {plain(one.why)}; `{plain(to_resume(one.project))}` ends it"


def _holds(status: Status, timezone: tzinfo) -> list[str]:
    rows = aligned([_hold(one, status.now, timezone) for one in status.holds[:_MOST]])
    more = len(status.holds) - _MOST
    return rows if more <= 0 else [*rows, f"and {more:,} more: `lease-watcher holds`"]


def _hold(one: Hold, now: datetime, timezone: tzinfo) -> str:
    who = name_of(None if one.account is None else one.account.handle, one.id)
    price = "" if one.account is None else f"  {dollars(one.account.price_cents)}"
    ends = "for ever" if one.word.until is None else until_when(one.word.until, now, timezone)
    return f"{who}{price}  {ends}, by {plain(one.word.by)}: {plain(one.word.why)}"


def _outbox(status: Status) -> list[str]:
    rows = []
    for what, by_notifier in (("waiting", status.waiting), ("given up", status.dead)):
        count = sum(by_notifier.values())
        if count:
            whose = ", ".join(f"{plain(name)} {each:,}" for name, each in sorted(by_notifier.items()))
            rows.append(f"{counted(count, 'message')} {what} ({whose})")
    return [*rows, "`lease-watcher outbox` shows them"] if rows else rows


def _matters(
    status: Status, names: Mapping[ProjectId, str], timezone: tzinfo, *, broken: bool
) -> Iterator[Line]:
    if not any(one.asks for one in status.matters):
        yield BLANK
        blind = broken and status.unwatched
        yield line(
            "What waits for a decision is not known before the configuration is mended."
            if blind
            else "Nothing waits for a decision."
        )
    yield from matters_told(status.matters, names, status.now, timezone)


def status_json(status: Status, *, place: str, mistakes: Sequence[Finding] = ()) -> str:
    """`status/1`. `configuration`: all that is wrong with it."""
    document = {
        "schema": "status/1",
        "at": iso(status.now),
        "mode": status.mode.value,
        "ledger": place,
        "ledger_since": iso_or_none(status.ledger_since),
        "holder": None
        if status.holder is None
        else {"host": status.holder.host, "pid": status.holder.pid, "since": iso(status.holder.since)},
        "exit_code": int(worst(Exit.CONFIGURATION, status.code) if mistakes else status.code),
        "configuration": [finding_value(one) for one in mistakes],
        "overdue": status.overdue,
        "last_turn": None if status.last is None else _turn(status.last),
        "turn_under_way": None if status.begun is None or not status.under_way else _turn(status.begun),
        "turn_cut_short": None if status.begun is None or status.under_way else _turn(status.begun),
        "last_whole_turn": None if status.whole is None else _turn(status.whole),
        "fleet": None if status.whole is None else counted_value(status.whole),
        "failing_since": iso_or_none(status.failing_since),
        "openings": [_opening_value(one) for one in status.openings],
        **matter_values(status.matters, status.now),
        "pauses": [
            *({"project": one.project, "planned": False, **_word(one)} for one in status.pauses),
            *(planned_value(one) for one in status.planned),
        ],
        "pauses_ahead": [value for one in status.ahead for value in ahead_values(one)],
        "pauses_ahead_of_none_announced": status.ahead_of_none,
        "holds": [{"account": one.id, **_word(one.word)} for one in status.holds],
        "asked": [{"account": one.account, "handle": one.handle, **_word(one)} for one in status.asked],
        "unresolved": [
            {"account": one.account.id, "handle": one.account.handle, "written_at": iso(one.written_at)}
            for one in status.unresolved
        ],
        "outbox": {"waiting": dict(status.waiting), "given_up": dict(status.dead)},
    }
    return f"{json.dumps(document, indent=2)}\n"


def _turn(turn: TurnRecord) -> dict[str, Any]:
    return {
        "id": turn.id,
        "kind": turn.kind.value,
        "mode": turn.mode.value,
        "started_at": iso(turn.started_at),
        "ended_at": iso_or_none(turn.ended_at),
        "exit_code": turn.exit_code,
    }


def _opening_value(one: Opening) -> dict[str, Any]:
    return {
        "account": one.account.id,
        "handle": one.account.handle,
        "project": one.account.project,
        "price_cents": one.account.price_cents,
        "opens": iso(one.opens),
        "closes": iso(one.closes),
        "live": one.live,
        "halted": one.halted,
    }


def _word(one: Override) -> dict[str, Any]:
    return {"by": one.by, "why": one.why, "at": iso(one.at), "until": iso_or_none(one.until)}
