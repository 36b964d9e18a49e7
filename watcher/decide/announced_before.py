"""Announcements that stand are told again: to who wants to be reminded, and to who came after them.

What brakes will do about a release is known only once every project was read, so nothing is told before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from watcher.decide.background import Background
from watcher.decide.halts_ahead import HaltsAhead
from watcher.memory.remembered import ProjectMemory
from watcher.memory.writes import Queued
from watcher.messages.outbox import Message
from watcher.messages.renewal_messages import reminder
from watcher.record.notices import NotAccepted, Notice, Received
from watcher.rules.plan import Decision, Release, Wait


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncedBefore:
    """`missing`: the notifiers that must accept it and have not; `noted`: somebody has taken note of it."""

    decision: Decision
    notice: Notice
    missing: tuple[str, ...]
    noted: bool


def announced_before(
    decisions: Iterable[Decision], memory: ProjectMemory, background: Background
) -> Iterator[AnnouncedBefore]:
    """The announced releases that are still to come, as far as anybody may have to be told of them again."""
    reminded = any(route.repeat is not None for route in background.orders.routes.routes)
    for decision in decisions:
        notice, state = memory.notices.get(decision.account.period), decision.standing.notice
        to_come = isinstance(decision.course, Wait | Release)
        if notice is None or not to_come or not isinstance(state, NotAccepted | Received):
            continue
        waits = isinstance(decision.course, Wait)
        missing = state.missing if waits and isinstance(state, NotAccepted) else ()
        if missing or reminded:
            noted = background.overrides.acknowledged(decision.account.id, notice.created_at)
            yield AnnouncedBefore(decision=decision, notice=notice, missing=missing, noted=noted)


def told_again(found: Iterable[AnnouncedBefore], ahead: HaltsAhead, background: Background) -> Queued:
    """With what will halt them, if anything does, and by when somebody must decide what."""
    orders, now = background.orders, background.now
    whole = ahead.matter(orders, now)
    messages: list[Message] = []
    for one in found:
        coming = ahead.matter_of(one.decision.account.period, orders, now)
        event = reminder(one.decision, one.notice, now, coming=coming, whole=whole)
        # Under the notice's own key: who has it already keeps it as it is, unless that was no receipt.
        messages += (
            Message(notifier=name, event=event, live=one.notice.live, for_receipt=True)
            for name in one.missing
        )
        if not one.noted:
            since = [(event, one.notice.created_at)]
            messages += orders.routes.reminders(since, now, live=background.enforcing)
    return Queued(messages=tuple(messages), at=now)
