"""What one reading of a project changes: facts, observations of them, outcomes, voided notices, messages."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, assert_never

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    bindparam,
    case,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from watcher.adapters.ledger import listings, outbox, standing
from watcher.adapters.ledger.column_types import Instant
from watcher.adapters.ledger.rows import (
    KNOWN,
    known_of,
    known_row,
    notice_values,
    outcome_values,
)
from watcher.adapters.ledger.rules import changes, known_facts
from watcher.adapters.ledger.schema import accounts, intents, notices, observations, outcomes, projects
from watcher.adapters.ledger.serial import rules_json
from watcher.adapters.ledger.store import asked_about, batches, several, stored
from watcher.adapters.ledger.upserts import inserting, keeping, replacing, write_rows
from watcher.memory.writes import GoneRecord, Note, ProjectRecord, ReadRecord, UnreadRecord
from watcher.record.intents import Ending
from watcher.record.notices import Notice
from watcher.record.outcomes import Outcome, OutcomeKind

if TYPE_CHECKING:
    from watcher.adapters.ledger.upserts import Upsert


@cache
def _read(dialect: str, *, blank: bool | None) -> "Upsert":
    """`blank`: whether the evidence shows nothing any more; None: what is remembered of that stays."""
    one = inserting(dialect, projects)
    remembered = projects.c.blank_since
    since: ColumnElement[Any]
    match blank:
        case None:
            since = remembered
        case True:
            since = func.coalesce(remembered, one.excluded.blank_since)
        case False:
            since = null()
    return one.on_conflict_do_update(
        index_elements=["project"],
        set_={
            "shown": or_(projects.c.shown, one.excluded.shown),
            "read_at": one.excluded.read_at,
            "unreadable_since": None,
            "missing_since": None,
            "blank_since": since,
            "rules": func.coalesce(one.excluded.rules, projects.c.rules),
        },
    )


@cache
def _unread(dialect: str) -> "Upsert":
    one = inserting(dialect, projects)
    return one.on_conflict_do_update(
        index_elements=["project"],
        set_={
            "unreadable_since": one.excluded.unreadable_since,
            "missing_since": case(
                (one.excluded.missing_since.is_(None), None),
                else_=func.coalesce(projects.c.missing_since, one.excluded.missing_since),
            ),
        },
    )


_VOID = (
    update(notices)
    .where(notices.c.key == bindparam("notice"), notices.c.voided.is_(None))
    .values(voided=bindparam("why"), voided_at=bindparam("at"))
)
_THIS_RELEASE = (
    outcomes.c.kind == OutcomeKind.RELEASED,
    outcomes.c.account == bindparam("of"),
    outcomes.c.renews_at == bindparam("until", type_=Instant),
)
_UNDONE = (
    update(outcomes)
    .where(*_THIS_RELEASE, outcomes.c.undone_at.is_(None))
    .values(undone_at=bindparam("found"))
)
_LASTS = (
    update(outcomes)
    .where(*_THIS_RELEASE, outcomes.c.undone_at.is_not(None))
    .values(undone_at=None, at=bindparam("released"), price_cents=bindparam("cents"))
)
_LANDED = (
    update(intents)
    .where(
        intents.c.id
        == select(func.max(intents.c.id))
        .where(
            intents.c.account == bindparam("of"),
            intents.c.renews_at == bindparam("until", type_=Instant),
            intents.c.ending == Ending.NOT_DONE,
        )
        .scalar_subquery()
    )
    .values(
        ending=Ending.RELEASED,
        ended_at=bindparam("found"),
        detail="seemed to have had no effect; then listed as disconnected",
        said_by=None,
    )
)
_OBSERVED = insert(observations)


@cache
def _stored(count: int) -> Select[Any]:
    return select(*KNOWN).where(
        accounts.c.account.in_(several(count)), accounts.c.project == bindparam("of_project", type_=String)
    )


def record(connection: Connection, said: ProjectRecord) -> None:
    """Write it all; the caller's transaction makes it whole or nothing."""
    match said:
        case ReadRecord():
            _record_read(connection, said)
            outbox.queue(connection, said.messages, at=said.at)
            standing.note(connection, said.problems, said.over)
        case UnreadRecord():
            unread = {
                "project": said.project,
                "shown": False,
                "unreadable_since": said.unreadable_since,
                "missing_since": (said.noted_at or said.at) if said.missing else None,
            }
            connection.execute(_unread(connection.dialect.name), unread)
            listings.note_more(connection, said.project, said.partly)
        case GoneRecord():
            _observe(connection, said)
            listings.note_strange(connection, said.project, ())
            outbox.queue(connection, said.messages, at=said.at)
        case Note():
            _observe(connection, said)
            outbox.queue(connection, said.messages, at=said.at)
        case _:
            assert_never(said)


def _record_read(connection: Connection, said: ReadRecord) -> None:
    read = {
        "project": said.project,
        "shown": said.shown,
        "read_at": said.at,
        "blank_since": (said.noted_at or said.at) if said.blank else None,
        "rules": None if said.rules is None else rules_json(said.rules),
    }
    connection.execute(_read(connection.dialect.name, blank=said.blank), read)
    _observe(connection, said)
    listings.note_strange(connection, said.project, said.strange)
    if said.voided:
        voided = [{"notice": key, "why": why, "at": said.at} for key, why in said.voided]
        connection.execute(_VOID, voided)
    write_outcomes(connection, [one for one in said.outcomes if one.kind is not OutcomeKind.RELEASED])
    for one in said.outcomes:
        if one.kind is OutcomeKind.RELEASED:
            _land(connection, one)
    if said.undone:
        undone = [{"of": one.account, "until": one.renews_at, "found": said.at} for one in said.undone]
        connection.execute(_UNDONE, undone)


def write_outcomes(connection: Connection, ended: Iterable[Outcome]) -> None:
    """A lease period has one outcome of a kind: the first one written stays."""
    rows = [outcome_values(outcome) for outcome in ended]
    if rows:
        connection.execute(keeping(connection, outcomes, "account", "renews_at", "kind"), rows)


def write_release(connection: Connection, released: Outcome) -> None:
    """The outcome of a release; of one after another that did not last, from then on and for that price."""
    write_outcomes(connection, (released,))
    period = released.period
    again = {"released": released.at, "cents": released.price_cents}
    connection.execute(_LASTS, {"of": period.account, "until": period.renews_at, **again})


def _land(connection: Connection, released: Outcome) -> None:
    """A release that seemed to have had no effect had it: its last attempt ends so, and it may be undone."""
    period = released.period
    connection.execute(_LANDED, {"of": period.account, "until": period.renews_at, "found": released.at})
    write_release(connection, released)


def write_notices(connection: Connection, announced: Iterable[Notice], *, turn: str) -> None:
    """A notice whose key is known stays as it is, void or not: its receipts are those of the first."""
    rows = [{**notice_values(notice), "turn": turn} for notice in announced]
    if rows:
        connection.execute(keeping(connection, notices, "key"), rows)


def _observe(connection: Connection, said: ReadRecord | GoneRecord | Note) -> None:
    for some in batches(said.known):
        these = asked_about([known.account.id for known in some])
        rows = stored(connection, _stored(len(these)), of_project=said.project, **these)
        before = {known.account.id: known_facts(known) for known in map(known_of, rows)}
        news = [known_facts(known) for known in some]
        write_rows(connection, replacing(connection, accounts), list(map(known_row, some, news)))
        observed = [
            {
                "account": facts["account"],
                "project": facts["project"],
                "turn": said.turn,
                "at": said.at,
                "facts": changed,
            }
            for facts in news
            if (changed := changes(before.get(facts["account"]), facts))
        ]
        write_rows(connection, _OBSERVED, observed)
