"""One event as channels show it: every text in it is one line in which nothing hides or moves a cursor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final

from watcher.adapters.channels.fitting import Size, clipped, clipped_at_a_pause
from watcher.facts.accounts import LeasePeriod
from watcher.facts.handles import is_blank
from watcher.messages.clauses import Clause, Role
from watcher.messages.events import Event, EventKind, RenewalFacts, Severity
from watcher.messages.plain_facts import Plain
from watcher.record.reasons import Reason
from watcher.texts.commands import WayOut, to_hold
from watcher.texts.money import dollars
from watcher.texts.plain import at_handle, plain
from watcher.texts.times import clock_time, iso, when

WORST_FIRST: Final = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
_STOPPABLE: Final = frozenset({Reason.UNUSED, Reason.TERM})
"""Reasons to release, which a hold overrules."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One event. What it is not about is empty text or None.

    `text` is all of it in one sentence, `clauses` the same without what `hold` and `keep_url` say by
    themselves. `opens`: it is something to look at; all but good last words are, and that a renewal was paid
    is a bad one. `ends_topic`: what was raised about its topic can be closed.
    `key` and `topic` are as they are, to be compared or made to an id, not to be shown.
    """

    kind: EventKind
    severity: Severity
    at: datetime
    key: str
    topic: str
    opens: bool
    ends_topic: bool
    text: str
    clauses: tuple[str, ...]
    project: str
    """What people call it."""
    owner: str
    """Whose the project is."""
    project_id: str
    account: str
    handle: str
    platform: str
    period: LeasePeriod | None
    cents: int | None
    sentence: str
    """All but what can be done."""
    grounds: tuple[str, ...]
    """All that it rests on, and that follows."""
    why: str
    """The first that it rests on."""
    follows: str
    """The first that will be."""
    to_do: tuple[WayOut, ...]
    """What a person can do beside keeping the account, each with its command."""
    hold: str
    """The command that keeps the account from being released."""
    keep_url: str
    facts: Mapping[str, Plain]

    @property
    def commands(self) -> tuple[str, ...]:
        """What is to be typed to do it, in the order of the text."""
        return tuple(one.command for one in self.to_do if one.command is not None)

    @property
    def will_be_lost(self) -> bool:
        """Whether a brake will halt its release until it is too late, unless somebody acts."""
        return "coming_halt" in self.facts

    @property
    def is_decided_with_others(self) -> bool:
        """Whether one approval names more releases than this."""
        together = self.facts.get("halted_together")
        return "docket" in self.facts and isinstance(together, int) and together > 1

    @property
    def who(self) -> str:
        """`@name`; empty where there is none to read."""
        return "" if is_blank(self.handle) else at_handle(self.handle)

    @property
    def heading(self) -> str:
        """Under what it stands: `acme (Ann)`, the project and whose it is."""
        return f"{self.project} ({self.owner})" if self.project and self.owner else self.project

    @property
    def renews_at(self) -> datetime | None:
        return None if self.period is None else self.period.renews_at

    @property
    def day(self) -> date:
        """The day of the renewal in UTC, as everywhere in a message; `date.min` where it is about none."""
        return date.min if self.period is None else self.period.renews_at.astimezone(UTC).date()

    @property
    def money(self) -> str:
        return "" if self.cents is None else dollars(self.cents)

    def shortened(self, most: int, size: Size = len) -> str:
        """Its text; where that is larger, the beginning of its sentence, for what is to be typed stays whole.

        Where there is no room for both, it says first what is so.
        """
        if size(self.text) <= most:
            return self.text
        ways = "".join(f"; {one.text}" for one in self.to_do if one.command)
        room = most - size(ways)
        if room < most // 4:
            return clipped(self.text, most, size)
        kept = len(clipped(self.sentence, room, size))
        return f"{clipped_at_a_pause(self.sentence, kept)}{ways}"

    def values(self, now: datetime) -> dict[str, Any]:
        """What a template knows of it (docs/templates.md)."""
        renews_at = self.renews_at
        return {
            "kind": self.kind.value,
            "severity": self.severity.value,
            "at": clock_time(self.at, UTC, now=now),
            "text": self.text,
            "project": self.project,
            "owner": self.owner,
            "account": self.account,
            "handle": self.who or self.account,
            "platform": self.platform,
            "renews": "" if renews_at is None else when(renews_at, now, UTC),
            "renews_at": "" if renews_at is None else iso(renews_at),
            "cents": self.cents or 0,
            "money": self.money,
            "hold": self.hold,
            "commands": list(self.commands),
            "keep_url": self.keep_url,
            "facts": dict(self.facts),
        }


def told_of(event: Event) -> Told:
    further = (clause.text for clause in event.clauses if clause.role is not Role.KEEP)
    return Told(
        kind=event.kind,
        severity=event.severity,
        at=event.at,
        key=event.key,
        topic=event.topic,
        opens=not event.ends_topic or event.severity is not Severity.INFO,
        ends_topic=event.ends_topic,
        text=plain(event.text),
        clauses=(plain(event.what), *map(plain, further)),
        sentence=plain(
            "; ".join((event.what, *(one.text for one in event.clauses if one.role is not Role.DO)))
        ),
        grounds=tuple(plain(clause.text) for clause in event.clauses if clause.role in (Role.WHY, Role.NEXT)),
        why=_first(event, Role.WHY),
        follows=_first(event, Role.NEXT),
        to_do=tuple(map(_way, (clause for clause in event.clauses if clause.role is Role.DO))),
        project=plain(event.shown_project),
        owner=plain(event.owner or ""),
        project_id=plain(event.project or ""),
        account=plain(event.account or ""),
        handle=plain(event.handle or ""),
        platform=plain(event.platform or ""),
        period=event.period,
        cents=event.cents,
        hold=_hold(event),
        keep_url=event.keep_url or "",
        facts={
            name: plain(fact) if isinstance(fact, str) else fact for name, fact in event.plain_facts().items()
        },
    )


def _way(clause: Clause) -> WayOut:
    return WayOut(text=plain(clause.text), command=clause.command and plain(clause.command))


def _first(event: Event, role: Role) -> str:
    return next((plain(clause.text) for clause in event.clauses if clause.role is role), "")


def _hold(event: Event) -> str:
    """Empty where a hold would change nothing."""
    if event.account is None:
        return ""
    match event.kind:
        case EventKind.RELEASE_ANNOUNCED:
            stoppable = True
        case EventKind.RENEWAL_WARNING:
            stoppable = isinstance(event.facts, RenewalFacts) and event.facts.reason in _STOPPABLE
        case _:
            stoppable = False
    return to_hold(plain(event.account)) if stoppable else ""


def topic_id(topic: str) -> str:
    """A topic as 64 safe characters: its words may be those of others, and of any length."""
    return sha256(topic.encode("utf-8", "surrogatepass")).hexdigest()
