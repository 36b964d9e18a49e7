"""What happened, and what was not delivered."""

import csv
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from io import StringIO
from types import MappingProxyType
from typing import Any, Final

from watcher.cli.render.bill import noting, sum_rows, sums_value, total
from watcher.cli.render.sheet import cells, printed, wrapped
from watcher.cli.render.sheet import line as sheet_line
from watcher.cli.render.spreadsheet import decimal
from watcher.cli.streams import READABLE
from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.handles import name_of
from watcher.messages.explained import in_short
from watcher.messages.outbox import Undelivered
from watcher.ports.ledger import HistoryLine
from watcher.record.outcomes import Outcome
from watcher.rules.targets import Labels
from watcher.texts.plain import cell, plain
from watcher.texts.spans import counted
from watcher.texts.times import distance, in_zone, iso, iso_or_none

_TOGETHER: Final = 200
"""Messages that are looked through for others of the same words: a turn's, and not a whole history."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldThen:
    """A line of a history as people read it: when, whom it is about, what."""

    stamp: str
    subject: tuple[str, ...]
    text: str


def history_told(
    lines: Iterable[HistoryLine], timezone: tzinfo, *, names: Mapping[ProjectId, str]
) -> Iterator[ToldThen]:
    """In the order given, and a message once, whoever was told it. `names`: of projects, by their ids."""
    for line, text in _one_a_message(lines):
        yield ToldThen(
            stamp=_stamp(line.at, timezone),
            subject=_subject(line, names),
            text=plain(_with_name(text, line.project, names)),
        )


def render_history(
    lines: Iterable[HistoryLine],
    timezone: tzinfo,
    *,
    names: Mapping[ProjectId, str] = MappingProxyType({}),
    width: int | None = None,
    limit: int | None = None,
    of_one: bool = False,
    nothing: str = "Nothing has happened yet.",
    summed: bool = True,
) -> Iterator[str]:
    """When, about whom, what: in the order given, and a message once, whoever was told it.

    Each is shown before much more is read; on a terminal what is long goes on below itself. `names`: of
    projects, by their ids. `limit`: the last so many of them. `of_one`: whom all is about stands above.
    `summed`: what renewals were paid stands at the end, by why and by project; also of those that the limit
    leaves out.
    """
    empty = True
    width = None if width is None else min(width, READABLE)
    paid: list[Outcome] = []
    told = history_told(noting(lines, paid), timezone, names=names)
    for one in told if limit is None else deque(told, maxlen=limit):
        empty = False
        said = "  ".join((*(() if of_one else one.subject), one.text))
        yield _beside(f"{one.stamp}  ", said, width)
    if empty:
        yield f"{nothing}\n"
    if paid and summed:
        yield f"\n{total(paid)}\n"
        for money, what in sum_rows(paid, names):
            yield _beside(f"{money}  ", what, width) if what else f"{money}\n"


def _beside(first: str, said: str, width: int | None) -> str:
    """A line, or several: what does not fit goes on below where it began."""
    if width is None or cells(first) + cells(said) <= width:
        return f"{first}{said}\n"
    row, *rest = wrapped(said, max(width - len(first), width // 2))
    return "".join((f"{first}{row}\n", *(f"{' ' * len(first)}{one}\n" for one in rest)))


def _with_name(text: str, project: ProjectId | None, names: Mapping[ProjectId, str]) -> str:
    """The sentence with the project as the configuration calls it: the ledger knows its id only."""
    name = None if project is None else names.get(project)
    return text if name is None else text.replace(f"project {project}", f"project {name}")


def _one_a_message(lines: Iterable[HistoryLine]) -> Iterator[tuple[HistoryLine, str]]:
    """Each line and its text; where several notifiers accepted one message, one line that names them."""
    waiting: dict[tuple[AccountId | None, str], list[HistoryLine]] = {}
    for line in lines:
        if line.told is None or len(waiting) >= _TOGETHER:
            yield from map(_together, waiting.values())
            waiting.clear()
        if line.told is None:
            yield line, line.text
        else:
            waiting.setdefault((line.account, line.told.message), []).append(line)
    yield from map(_together, waiting.values())


def _together(same: Sequence[HistoryLine]) -> tuple[HistoryLine, str]:
    first = same[0]
    if len(same) == 1 or first.told is None:
        return first, first.text
    *others, last = dict.fromkeys(line.told.notifier for line in same if line.told is not None)
    told = f"{', '.join(others)} and {last}" if others else last
    return first, f"Told to {told}: {first.told.message}."


def history_json(
    lines: Iterable[HistoryLine],
    *,
    names: Mapping[ProjectId, str] = MappingProxyType({}),
    limit: int | None = None,
) -> Iterator[str]:
    """One JSON object a line: `at`, `what` (a closed word), `text`, and whom it is about.

    Where renewals were paid the last one says what, by why and by project: its `what` is `sum`.
    """
    paid: list[Outcome] = []
    noted = noting(lines, paid)
    last = None
    for line in noted if limit is None else deque(noted, maxlen=limit):
        last = line.at
        yield f"{json.dumps(line_value(line))}\n"
    if paid and last is not None:
        told = {
            **line_value(HistoryLine(at=last, what="sum", text=f"{total(paid)}.")),
            **sums_value(paid, names),
        }
        yield f"{json.dumps(told)}\n"


def line_value(line: HistoryLine) -> dict[str, Any]:
    return {
        "at": iso(line.at),
        "what": line.what,
        "text": line.text,
        "account": line.account,
        "handle": line.handle,
        "project": line.project,
        "turn": line.turn,
        "cents": line.cents,
        "event": line.event,
        "paid": None if line.paid is None else _paid_value(line.paid),
        "approved_by": line.approved_by,
        "docket": line.docket,
        "release": None if line.grounds is None else asdict(line.grounds),
    }


def _paid_value(paid: Outcome) -> dict[str, Any]:
    """Why it was paid: `because` as people read it, with the `details`, and the `brakes` that halted it."""
    known = paid.explanation
    return {
        "cause": None if paid.cause is None else paid.cause.value,
        "because": in_short(paid.cause, known),
        "details": [] if known is None else list(known.details),
        "brakes": [] if known is None else list(known.brakes),
        "estimated": paid.estimated,
    }


COLUMNS: Final = (
    "at",
    "what",
    "project",
    "project_id",
    "account_id",
    "handle",
    "cents",
    "dollars",
    "cause",
    "because",
    "details",
    "estimated",
    "event",
    "turn",
    "text",
    "approved_by",
    "docket",
    "owner",
    "labels",
    "policy",
    "asked_by",
)


def history_csv(
    lines: Iterable[HistoryLine],
    *,
    names: Mapping[ProjectId, str],
    limit: int | None = None,
    owners: Mapping[ProjectId, str] = MappingProxyType({}),
    labels: Mapping[ProjectId, Labels] = MappingProxyType({}),
) -> Iterator[str]:
    """A header and one row a line, harmless in a spreadsheet; sums are left to it.

    Money stands where it was at stake, and not again in each message that told of it. `because`: why a
    renewal was paid, or why a release was begun, in the row of its end too. `owners` and `labels`: of the
    projects as they are configured today; the ledger remembers none.
    """
    yield _row(COLUMNS)
    for line in lines if limit is None else deque(lines, maxlen=limit):
        paid = None if line.paid is None else _paid_value(line.paid)
        grounds = line.grounds
        because = paid["because"] if paid is not None else "" if grounds is None else grounds.because
        cents = None if line.event is not None else line.cents
        yield _row(
            (
                iso(line.at),
                line.what,
                "" if line.project is None else cell(names.get(line.project, line.project)),
                cell(line.project or ""),
                cell(line.account or ""),
                cell((line.handle or "").removeprefix("@")),
                "" if cents is None else cents,
                "" if cents is None else decimal(cents),
                "" if paid is None else paid["cause"] or "",
                cell(because),
                "" if paid is None else cell("; ".join(paid["details"])),
                "" if paid is None else str(paid["estimated"]).lower(),
                line.event or "",
                cell(line.turn or ""),
                cell(_with_name(line.text, line.project, names)),
                cell(line.approved_by or ""),
                cell(line.docket or ""),
                "" if line.project is None else cell(owners.get(line.project, "")),
                "" if line.project is None else cell(str(labels.get(line.project, ""))),
                "" if grounds is None else cell(grounds.policy),
                "" if grounds is None else cell(grounds.asked_by or ""),
            )
        )


def _row(values: Iterable[object]) -> str:
    out = StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def render_undelivered(messages: Sequence[Undelivered], now: datetime, width: int | None = None) -> str:
    """One row a message: how old, for whom, what became of it so far; its text below."""
    if not messages:
        return "No message waits, and none was given up.\n"
    rows = []
    for one in messages:
        why = f": {plain(one.why)}" if one.why else ""
        tried = f"tried {counted(one.attempts, 'time')}"
        if not one.attempts:
            tried = "to be tried anew; the last time" if why else "not tried yet"
        tried += ", may have arrived" if one.twice else ""
        state = f"given up {distance(one.given_up_at, now)}" if one.given_up_at is not None else "waiting"
        head = f"#{one.id}  {plain(_to_whom(one))}  {plain(one.kind)}"
        rows.append(
            sheet_line(f"{head}  queued {distance(one.queued_at, now)}, {state}, {tried}{why}", hang=4)
        )
        rows.append(sheet_line(plain(one.text), indent=4))
    return printed(rows, width=width, color=False)


def _to_whom(one: Undelivered) -> str:
    return one.notifier if one.receiver is None else f"{one.notifier} ({one.receiver} alone)"


def undelivered_json(messages: Iterable[Undelivered]) -> str:
    """One JSON object a line; `given_up_at` null: it waits and is tried again."""
    return "".join(
        json.dumps(
            {
                "id": one.id,
                "notifier": one.notifier,
                "kind": one.kind,
                "text": one.text,
                "queued_at": iso(one.queued_at),
                "attempts": one.attempts,
                "why": one.why,
                "given_up_at": iso_or_none(one.given_up_at),
                "twice": one.twice,
                "receiver": one.receiver,
            }
        )
        + "\n"
        for one in messages
    )


def _stamp(moment: datetime, timezone: tzinfo) -> str:
    """Sortable, unlike the times of tables: a history is searched."""
    there = in_zone(moment, timezone)
    return f"{there:%Y-%m-%d %H:%M:%S} {there:%z}" if there.utcoffset() else f"{there:%Y-%m-%d %H:%M:%S}Z"


def _subject(line: HistoryLine, names: Mapping[ProjectId, str]) -> tuple[str, ...]:
    """The handle, or the id where none is known, and the project."""
    who = name_of(line.handle, line.account or "")
    where = "" if line.project is None else plain(names.get(line.project, line.project))
    return tuple(one for one in (who, where) if one)
