"""Rows to values and values to rows, each pair side by side."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, case

from watcher.adapters.ledger import schema
from watcher.adapters.ledger.column_types import as_stored, instant
from watcher.adapters.ledger.rules import account_facts
from watcher.adapters.ledger.serial import (
    event_json,
    explanation_from,
    explanation_json,
    iso,
    periods_from,
    periods_json,
)
from watcher.brakes.docket import Entry, Place
from watcher.brakes.kept_halts import KeptHalt
from watcher.facts.accounts import Account, AccountId, LeasePeriod, ProjectId
from watcher.facts.activity import Seen, Use
from watcher.facts.handles import folded
from watcher.memory.remembered import Known, TurnRecord
from watcher.memory.writes import DocketKept
from watcher.messages.events import EventKind
from watcher.messages.outbox import Delivered, Message
from watcher.messages.problems import Problem
from watcher.record.exit_codes import Exit
from watcher.record.intents import Intent
from watcher.record.notices import Notice
from watcher.record.outcomes import Outcome
from watcher.record.overrides import Override
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.texts.commands import WayOut

Values = dict[str, Any]

KNOWN = tuple(as_stored(column) for column in schema.accounts.c if column.name != "handle_folded")
"""The columns `known_of` takes, in its order and as they are stored."""


def surest(known: FromClause = schema.accounts) -> tuple[ColumnElement[Any], ...]:
    """The order of what several projects know of an account: who lists it, then who listed it last."""
    return case((known.c.gone_at.is_(None), 0), else_=1), known.c.gone_at.desc(), known.c.project


ENTRY = tuple(
    schema.outcomes.c[name] for name in ("account", "renews_at", "project", "handle", "price_cents", "at")
)


def known_row(known: Known, facts: Values) -> Values:
    """`facts`: as an observation compares them. An explanation follows from what happened and is no fact."""
    return {
        **facts,
        "handle_folded": folded(facts["handle"]),
        "explanation": None if known.explanation is None else explanation_json(known.explanation),
    }


_USES = {use.value: use for use in Use}
_USAGES = {usage.value: usage for usage in Usage}
_REASONS = {reason.value: reason for reason in Reason}


_of_a_turn = lru_cache(maxsize=256)(instant)
"""Many accounts share the instant of the turn that noted something about them."""


def _used(at: int, what: str, planned: int | None) -> Seen:
    return Seen(at=instant(at), what=_USES[what], planned=None if planned is None else instant(planned))


def known_of(row: Sequence[Any]) -> Known:
    # By position and from raw values: this runs for every account of every turn.
    (
        account,
        project,
        handle,
        platform,
        followers,
        assigned_at,
        renews_at,
        price_cents,
        first_seen_at,
        used_at,
        used_what,
        usage,
        turned_idle_at,
        reason,
        decided_at,
        gone_at,
        used_for,
        unshown_since,
        missed_at,
        explanation,
    ) = row
    return Known(
        account=Account(
            id=account,
            project=project,
            handle=handle,
            platform=platform,
            followers=followers,
            assigned_at=instant(assigned_at),
            renews_at=instant(renews_at),
            price_cents=price_cents,
        ),
        first_seen_at=_of_a_turn(first_seen_at),
        used=None if used_at is None else _used(used_at, used_what, used_for),
        usage_at_opening=_USAGES[usage],
        turned_idle_at=None if turned_idle_at is None else _of_a_turn(turned_idle_at),
        reason=None if reason is None else _REASONS[reason],
        decided_at=None if decided_at is None else _of_a_turn(decided_at),
        gone_at=None if gone_at is None else _of_a_turn(gone_at),
        unshown_since=None if unshown_since is None else _of_a_turn(unshown_since),
        missed_at=None if missed_at is None else _of_a_turn(missed_at),
        explanation=None if explanation is None else explanation_from(explanation),
    )


def _columns(value: TurnRecord | Override | Problem) -> Values:
    """A value whose fields have columns of the same names."""
    return {each.name: getattr(value, each.name) for each in fields(value)}


def turn_values(turn: TurnRecord) -> Values:
    return {**_columns(turn), "summary": dict(turn.summary)}


def turn_of(row: Row[Any]) -> TurnRecord:
    return TurnRecord(**row._mapping)


def notice_values(notice: Notice) -> Values:
    return {
        "key": notice.key,
        "account": notice.period.account,
        "renews_at": notice.period.renews_at,
        "not_before": notice.not_before,
        "fingerprint": notice.fingerprint,
        "live": notice.live,
        "created_at": notice.created_at,
        "assigned_at": notice.assigned_at,
        "handle": notice.handle,
        "platform": notice.platform,
        "voided": notice.voided,
    }


def intent_values(intent: Intent) -> Values:
    return {
        **account_facts(intent.account),
        "turn": intent.turn,
        "policy": intent.policy,
        "reason": intent.reason,
        "written_at": intent.written_at,
        "detail": intent.detail,
        "asked_by": intent.asked_by,
        "asked_at": intent.asked_at,
        "halt_over": intent.halt_over,
    }


def intent_of(row: Row[Any]) -> Intent:
    return Intent(
        account=Account(
            id=AccountId(row.account),
            project=ProjectId(row.project),
            handle=row.handle,
            platform=row.platform,
            followers=row.followers,
            assigned_at=row.assigned_at,
            renews_at=row.renews_at,
            price_cents=row.price_cents,
        ),
        turn=row.turn,
        policy=row.policy,
        reason=row.reason,
        written_at=row.written_at,
        id=row.id,
        ending=row.ending,
        ended_at=row.ended_at,
        detail=row.detail,
        request_id=row.request_id,
        said_by=row.said_by,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        halt_over=row.halt_over,
    )


def outcome_values(outcome: Outcome) -> Values:
    return {
        "kind": outcome.kind,
        "account": outcome.period.account,
        "renews_at": outcome.period.renews_at,
        "project": outcome.project,
        "handle": outcome.handle,
        "price_cents": outcome.price_cents,
        "at": outcome.at,
        "cause": outcome.cause,
        "estimated": outcome.estimated,
        "explanation": None if outcome.explanation is None else explanation_json(outcome.explanation),
    }


def outcome_of(row: Row[Any]) -> Outcome:
    return Outcome(
        kind=row.kind,
        period=LeasePeriod(account=AccountId(row.account), renews_at=row.renews_at),
        project=ProjectId(row.project),
        handle=row.handle,
        price_cents=row.price_cents,
        at=row.at,
        cause=row.cause,
        estimated=row.estimated,
        explanation=None if row.explanation is None else explanation_from(row.explanation),
    )


def done_entry(row: Row[Any]) -> Entry:
    return Entry(
        period=LeasePeriod(account=AccountId(row.account), renews_at=row.renews_at),
        project=ProjectId(row.project),
        handle=row.handle,
        price_cents=row.price_cents,
        place=Place.DONE,
        done_at=row.at,
    )


def override_values(override: Override) -> Values:
    return {
        **_columns(override),
        "periods": periods_json(override.periods),
        "exit": None if override.exit is None else int(override.exit),
    }


def override_of(row: Row[Any]) -> Override:
    found = {each.name: getattr(row, each.name) for each in fields(Override)}
    exit_code = None if row.exit is None else Exit(row.exit)
    return Override(**{**found, "periods": periods_from(row.periods), "exit": exit_code})


def message_values(message: Message) -> Values:
    event = message.event
    period = event.period
    return {
        "notifier": message.notifier,
        "key": event.key,
        "kind": event.kind.value,
        "event": event_json(event),
        "live": message.live,
        "state": Delivered.WAITING,
        "attempts": 0,
        "account": event.account if period is None else period.account,
        "renews_at": None if period is None else period.renews_at,
        "rung": event.rung,
        "topic": event.topic,
        "closing": message.closing,
    }


def problem_values(problem: Problem) -> Values:
    return {
        **_columns(problem),
        "kind": problem.kind.value,
        "periods": periods_json(problem.periods),
    }


def problem_of(row: Row[Any]) -> Problem:
    periods = periods_from(row.periods)
    return Problem(**{**row._mapping, "kind": EventKind(row.kind), "periods": periods})


def docket_values(one: DocketKept) -> Values:
    halts = [
        {
            "brake": halt.brake,
            "words": halt.words,
            "way": halt.way.text,
            "command": halt.way.command,
            "lifts_at": None if halt.lifts_at is None else iso(halt.lifts_at),
            "loses": None if halt.loses is None else periods_json(halt.loses),
            **({"perhaps": periods_json(halt.perhaps)} if halt.perhaps else {}),
        }
        for halt in one.halts
    ]
    return {"docket": one.docket, "at": one.at, "periods": periods_json(one.periods), "halts": halts}


def docket_of(row: Row[Any]) -> DocketKept:
    """Of those of earlier versions it is not known what halts them."""
    return DocketKept(
        docket=row.docket,
        periods=periods_from(row.periods),
        at=row.at,
        halts=tuple(
            KeptHalt(
                brake=halt["brake"],
                words=halt["words"],
                way=WayOut(text=halt["way"], command=halt.get("command")),
                lifts_at=datetime.fromisoformat(halt["lifts_at"]) if halt.get("lifts_at") else None,
                loses=None if halt.get("loses") is None else periods_from(halt["loses"]),
                perhaps=periods_from(halt.get("perhaps", ())),
            )
            for halt in row.halts or ()
        ),
    )
