"""What happened, and what was not delivered."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo

from watcher.messages.outbox import Undelivered
from watcher.ports.ledger import HistoryLine
from watcher.texts.plain import at_handle, plain
from watcher.texts.times import distance, in_zone, iso, iso_or_none


def render_history(lines: Iterable[HistoryLine], timezone: tzinfo) -> Iterator[str]:
    """One row a line, in the order given: when, about whom, what. Each is shown before the next is read."""
    empty = True
    for line in lines:
        empty = False
        yield f"{_stamp(line.at, timezone)}  {_subject(line)}{plain(line.text)}\n"
    if empty:
        yield "Nothing has happened yet.\n"


def history_json(lines: Iterable[HistoryLine]) -> Iterator[str]:
    """One JSON object a line: `at`, `what` (a closed word), `text`, and whom it is about."""
    for line in lines:
        row = {
            "at": iso(line.at),
            "what": line.what,
            "text": line.text,
            "account": line.account,
            "handle": line.handle,
            "project": line.project,
            "turn": line.turn,
            "cents": line.cents,
        }
        yield f"{json.dumps(row)}\n"


def render_undelivered(messages: Sequence[Undelivered], now: datetime) -> str:
    """One row a message: how old, for whom, what became of it so far; its text below."""
    if not messages:
        return "Every message was delivered.\n"
    rows = []
    for one in messages:
        tried = f"tried {one.attempts} time{'' if one.attempts == 1 else 's'}"
        tried += ", may have arrived" if one.twice else ""
        state = f"given up {distance(one.given_up_at, now)}" if one.given_up_at is not None else "waiting"
        why = f": {plain(one.why)}" if one.why else ""
        rows.append(
            f"#{one.id}  {plain(_to_whom(one))}  {plain(one.kind)}  queued {distance(one.queued_at, now)}, "
            f"{state}, {tried}{why}\n    {plain(one.text)}\n"
        )
    return "".join(rows)


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


def _subject(line: HistoryLine) -> str:
    if line.handle:
        return f"{at_handle(line.handle)}  "
    about = line.account or line.project
    return f"{plain(about)}  " if about else ""
