"""Events and lease periods as JSON, readable by older and newer versions of this program."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from itertools import zip_longest
from json import dumps, loads
from typing import Any, Final, get_args, get_type_hints

from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.memory.remembered import KnownRules
from watcher.messages.clauses import Clause, Role
from watcher.messages.events import FACTS, Event, EventKind, Facts
from watcher.record.lateness import Change, Since
from watcher.record.outcomes import Cause, Explanation, UseThen
from watcher.rules.plan import Mode

_VERSION = 1
_ROLES = {role.value: role for role in Role}
_KINDS = frozenset(kind.value for kind in EventKind)

_NOT_AS_WE_WRITE = (AttributeError, KeyError, TypeError, ValueError)
"""What reading raises of a value that another version wrote in another shape."""


def event_json(event: Event) -> dict[str, Any]:
    """Every field of an event; instants as ISO text in UTC, the rung in seconds."""
    return {
        "version": _VERSION,
        "kind": event.kind.value,
        "key": event.key,
        "at": iso(event.at),
        "text": event.text,
        # Beside the text, which older versions read; of one clause alone it is the text.
        **({"clauses": _clauses_json(event)} if event.clauses else {}),
        # Of each clause, beside them: versions before these read pairs.
        **({"commands": commands} if any(commands := [one.command for one in event.clauses]) else {}),
        "project": event.project,
        "account": event.account,
        "handle": event.handle,
        "platform": event.platform,
        "period": None if event.period is None else _period_json(event.period),
        "rung": None if event.rung is None else event.rung.total_seconds(),
        "cents": event.cents,
        "problem": event.problem,
        "facts": event.plain_facts(),
    }


def event_from(stored: dict[str, Any]) -> Event | None:
    """The event again; fields not known here are ignored, an event of a kind not known here is None."""
    if stored["kind"] not in _KINDS:
        return None
    project, account = stored.get("project"), stored.get("account")
    period, rung = stored.get("period"), stored.get("rung")
    kind, facts = EventKind(stored["kind"]), stored.get("facts") or {}
    # An older version knew the text alone: then all of it is what happened.
    (_, what), *further = stored.get("clauses") or [(None, stored["text"])]
    commands = stored.get("commands") or ()
    return Event(
        kind=kind,
        key=stored["key"],
        at=datetime.fromisoformat(stored["at"]),
        what=what,
        clauses=tuple(
            Clause(_role(role), text, command)
            for (role, text), command in zip_longest(further, commands[: len(further)])
        ),
        project=None if project is None else ProjectId(project),
        account=None if account is None else AccountId(account),
        handle=stored.get("handle"),
        platform=stored.get("platform"),
        period=None if period is None else _period_from(period),
        rung=None if rung is None else timedelta(seconds=rung),
        cents=stored.get("cents"),
        problem=stored.get("problem"),
        facts=_facts_from(kind, facts),
        reminder=facts.get("reminder") is True,
    )


def _clauses_json(event: Event) -> list[tuple[str, str]]:
    return [("what", event.what), *((clause.role.value, clause.text) for clause in event.clauses)]


def _role(stored: str) -> Role:
    """A role that only a newer version knows says what follows: so much is true of any."""
    return _ROLES.get(stored, Role.NEXT)


def _facts_from(kind: EventKind, stored: Mapping[str, Any]) -> Facts | None:
    """None where a kind has none, or where another version wrote them in a way that is not known here."""
    shape: Callable[..., Facts] | None = FACTS.get(kind)
    if shape is None or not stored:
        return None
    try:
        return shape(**{name: _fact(types, stored[name]) for name, types in _types(shape) if name in stored})
    except (TypeError, ValueError):
        return None


@cache
def _types(shape: Callable[..., Facts]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple((name, get_args(hint) or (hint,)) for name, hint in get_type_hints(shape).items())


def _fact(types: tuple[Any, ...], stored: Any) -> Any:
    """Raises ValueError for a word that is not known here."""
    match types:
        case (_, types_of_none) if stored is None and types_of_none is type(None):
            return None
        case (only, *_) if only is datetime:
            return datetime.fromisoformat(stored)
        case (only, *more) if only is str and more == [...]:
            return tuple(stored.split(","))
        case (only, *_) if issubclass(only, StrEnum):
            return only(stored)
        case _:
            return stored


def periods_json(periods: Iterable[LeasePeriod]) -> list[dict[str, str]]:
    return [_period_json(period) for period in periods]


def periods_from(stored: Sequence[dict[str, str]]) -> tuple[LeasePeriod, ...]:
    return tuple(_period_from(period) for period in stored)


def rules_json(rules: KnownRules) -> str:
    """As text, so that every database keeps it to the letter."""
    policies = {
        fingerprint: {"since": iso(one.at), "earliest": iso(one.earliest), "by": one.change.value}
        for fingerprint, one in sorted(rules.policies.items())
    }
    return dumps({"mode": rules.mode.value, "enrolled": rules.enrolled, "policies": policies})


def rules_from(stored: str) -> KnownRules | None:
    """None where a newer version wrote them in a way that is not known here."""
    try:
        read = loads(stored)
        return KnownRules(
            mode=Mode(read["mode"]),
            enrolled=read["enrolled"],
            policies={
                fingerprint: Since(
                    change=Change(one["by"]),
                    at=datetime.fromisoformat(one["since"]),
                    earliest=datetime.fromisoformat(one["earliest"]),
                )
                for fingerprint, one in read["policies"].items()
            },
        )
    except _NOT_AS_WE_WRITE:
        return None


def explanation_json(explanation: Explanation) -> str:
    closes = explanation.closes
    return dumps(
        {
            "cause": explanation.cause.value,
            "title": explanation.title,
            "word": explanation.word,
            "details": explanation.details,
            "brakes": explanation.brakes,
            "channels": explanation.channels,
            "closes": None if closes is None else iso(closes),
            **({} if explanation.by is None else {"by": iso(explanation.by)}),
            **({} if explanation.use is None else {"use": explanation.use.value}),
            **({"unsent": True} if explanation.unsent else {}),
        }
    )


_UNSENT: Final = "its release was not sent"
"""By what former versions knew of what could not be sent that a turn had come."""


@lru_cache(maxsize=1024)  # many accounts are kept for the same reason, and every turn reads them
def explanation_from(stored: str) -> Explanation | None:
    """None where a newer version wrote it in a way that is not known here."""
    try:
        read = loads(stored)
        closes = read["closes"]
        return Explanation(
            cause=Cause(read["cause"]),
            title=_text(read["title"]),
            word=_text(read["word"]),
            details=_texts(read["details"]),
            brakes=_texts(read["brakes"]),
            channels=_texts(read.get("channels", [])),
            closes=None if closes is None else datetime.fromisoformat(closes),
            by=datetime.fromisoformat(read["by"]) if read.get("by") else None,
            use=None if (use := read.get("use")) is None else UseThen(use),
            unsent=read.get("unsent", read["title"] == _UNSENT) is True,
        )
    except _NOT_AS_WE_WRITE:
        return None


def _text(stored: Any) -> str:
    """Raises TypeError for what is none."""
    if not isinstance(stored, str):
        raise TypeError(f"no text: {stored!r}")
    return stored


def _texts(stored: Any) -> tuple[str, ...]:
    """Raises TypeError for what is no list of them."""
    if not isinstance(stored, list):
        raise TypeError(f"no list: {stored!r}")
    return tuple(map(_text, stored))


def iso(instant: datetime) -> str:
    """ISO text in UTC; refuses naive datetimes."""
    if instant.tzinfo is None:
        raise ValueError(f"the ledger takes no naive datetime: {instant.isoformat()} has no time zone")
    return instant.astimezone(UTC).isoformat()


def _period_json(period: LeasePeriod) -> dict[str, str]:
    return {"account": period.account, "renews_at": iso(period.renews_at)}


def _period_from(stored: dict[str, str]) -> LeasePeriod:
    return LeasePeriod(
        account=AccountId(stored["account"]), renews_at=datetime.fromisoformat(stored["renews_at"])
    )
