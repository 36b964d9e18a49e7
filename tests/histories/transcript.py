"""What is written down: the same text for the same seed, on any machine, at any port, in any folder."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

_LATE = 10**15
"""Integers of this size are instants: microseconds since 1970."""

_NOT_OURS = {
    "lease": {"host", "machine", "pid", "process", "token"},
}
"""Values that say on which machine it was: only whether there is one is written down."""

_SURROGATES = re.compile(r"^(id|together)$")
"""Numbers that the database gives, in the order of its writes."""


@dataclass(kw_only=True)
class Transcript:
    """Lines so far. `places`: what stands for addresses and folders of this machine."""

    places: Mapping[str, str]
    lines: list[str] = field(default_factory=list)
    turns: dict[str, list[str]] = field(default_factory=dict)

    def heading(self, at: datetime, text: str) -> None:
        self.lines += ["", f"== {at:%a %d %b %H:%M:%S}  {text}"]

    def block(self, mark: str, text: str) -> None:
        for line in text.rstrip().splitlines():
            self.lines.append(f"  {mark} {self.clean(line)}".rstrip())

    def text(self) -> str:
        return "\n".join(self.lines).strip() + "\n"

    def clean(self, text: str) -> str:
        for found, stands in self.places.items():
            text = text.replace(found, stands)
        return re.sub(r"(\d{8}T\d{6}Z)-[0-9a-f]{6}", self._turn, text)

    def _turn(self, found: re.Match[str]) -> str:
        """Its random part, by order of appearance among those of one second."""
        known = self.turns.setdefault(found[1], [])
        if found[0] not in known:
            known.append(found[0])
        return f"{found[1]}-{known.index(found[0]) + 1}"

    def ledger(self, file: Path) -> None:
        """Every table with its columns, and its rows in an order that is their own."""
        with sqlite3.connect(file) as ledger:
            names = [
                name
                for (name,) in ledger.execute(
                    "select name from sqlite_master where type = 'table' order by name"
                )
                if not name.startswith(("sqlite_", "alembic"))
            ]
            for name in names:
                self.lines += ["", f"== {file.name}: {name}"]
                self.lines += list(self._rows(ledger, name))
        ledger.close()

    def _rows(self, ledger: sqlite3.Connection, table: str) -> Iterator[str]:
        asked = ledger.execute(f'select * from "{table}"')
        columns = [one[0] for one in asked.description]
        yield f"  columns: {', '.join(sorted(columns))}"
        shown = [one for one in sorted(columns) if not (_SURROGATES.match(one) and one != "id")]
        written = []
        for row in asked:
            values = dict(zip(columns, row, strict=True))
            if isinstance(values.get("id"), int):
                del values["id"]
            told = table == "outbox" and values["state"] == "accepted"
            cells = [
                f"{name}={self._cell(table, name, values[name], short=told and name == 'event')}"
                for name in shown
                if values.get(name) is not None
            ]
            written.append(self.clean("  " + " ".join(cells)))
        yield from sorted(written)

    def _cell(self, table: str, name: str, value: Any, *, short: bool) -> str:
        """`short`: what a receiver got stands above in full."""
        if name in _NOT_OURS.get(table, ()):
            return "…"
        if isinstance(value, int) and value > _LATE:
            return instant(value)
        if isinstance(value, str) and value[:1] in "{[":
            with suppress(ValueError):
                text = self.clean(plain(_event_of(json.loads(value))))
                return f"sha256:{sha256(text.encode()).hexdigest()[:12]}" if short else text
        return str(value)


def instant(stored: int) -> str:
    return datetime.fromtimestamp(stored / 1_000_000, UTC).isoformat().replace("+00:00", "Z")


def _event_of(value: Any) -> Any:
    """An event's clauses are its text, part by part: held to that, and not written down twice."""
    clauses = value.pop("clauses", ()) if isinstance(value, dict) else ()
    assert not clauses or "; ".join(text for _, text in clauses) == value["text"]
    return value


def plain(value: Any) -> str:
    """JSON in one order."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def log_line(text: str, *, event: str | None = None) -> str | None:
    """A line of the log in one order, without what the heading says; None for what is no line of a log.

    `event` is what a line of JSON that says none is about.
    """
    try:
        fields = json.loads(text)
    except ValueError:
        return None
    if event is not None:
        return f"{event} {_counts(fields)}"
    if not isinstance(fields, dict) or "event" not in fields:
        return None
    level, said = fields.pop("level"), fields.pop("event")
    return f"{level}: {said} {_counts(fields)}"


def _counts(fields: dict[str, Any]) -> str:
    """What is nothing is left out, and what stands elsewhere."""
    implied = ("timestamp", "schema")
    return plain({name: value for name, value in fields.items() if name not in implied and _says(value)})


def _says(value: Any) -> bool:
    return value not in (None, 0, [], {}) or value is False


def event_lines(event: dict[str, Any]) -> Iterator[str]:
    rest = {
        name: value
        for name, value in event.items()
        if name not in ("kind", "text", "facts") and value is not None
    }
    yield f"{event['kind']}: {event['text']}"
    yield f"    {plain(rest)}"
    if event["facts"]:
        yield f"    {plain(event['facts'])}"
