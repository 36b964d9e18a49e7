"""What people are told of what could not be read or understood."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from watcher.facts.accounts import Account, Flaw, ProjectId, Quarantined, Unread
from watcher.facts.activity import Unknown, WhyUnknown
from watcher.facts.handles import at
from watcher.facts.health import HEALTH, HealthUnknown, WhyHealthUnknown
from watcher.messages.clauses import Clause, follows, to_decide, to_do
from watcher.messages.events import Event, EventKind, QuarantineFacts
from watcher.messages.halt_messages import named_some
from watcher.messages.health_words import HEALTH_DOUBT, to_know_health
from watcher.messages.matters import (
    Matter,
    MatterAccount,
    MatterKind,
    to_understand,
    unreadable_project,
)
from watcher.messages.problem_facts import UnreadableFacts
from watcher.messages.words import DOUBT, FLAW, TO_KNOW
from watcher.rules.judge import Subject
from watcher.rules.plan import Decision
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import when


def quarantine_event(one: Quarantined, now: datetime, names: Mapping[ProjectId, str]) -> Event:
    """That an account is left alone, and why; `names`: what people call the projects."""
    who = at(one.handle or "", one.id or "an account without an id")
    if one.id and who != one.id:
        # Of what is not understood the platform is not known: the id tells one handle from another.
        who += f" ({one.id})"
    problem = f"{EventKind.ACCOUNT_QUARANTINED}:{one.project}:{one.id}:{one.flaw}:{one.field}"
    if one.flaw is Flaw.LISTED_TWICE:
        others = ", ".join(names.get(project, project) for project in one.also_in)
        verb = "lists" if len(one.also_in) == 1 else "list"
        because = f"{others} {verb} it too"
        what = (
            f"{who} is left alone in this project: {because}, and what is listed twice is "
            "released from neither"
        )
    else:
        because = f"{FLAW[one.flaw]} ({one.field})"
        what = f"{who} is left alone, as the API's answer is not understood: {because}"
    return Event(
        kind=EventKind.ACCOUNT_QUARANTINED,
        key=problem,
        problem=problem,
        at=now,
        what=what,
        clauses=(follows("meanwhile each renewal is paid"), to_decide(to_understand(one))),
        project=one.project,
        handle=one.handle,
        facts=QuarantineFacts(flaw=one.flaw, because=because, id=one.id),
    )


def unread_event(
    unread: Unread,
    now: datetime,
    *,
    waiting: Sequence[MatterAccount] = (),
) -> Event:
    """`waiting`: its announced releases, each with the last moment for it."""
    problem = f"{EventKind.PROJECT_UNREADABLE}:{unread.project}"
    ways = unreadable_project(unread).ways
    return Event(
        kind=EventKind.PROJECT_UNREADABLE,
        key=problem,
        problem=problem,
        at=now,
        what=f"project {unread.name} cannot be read: {unread.why}",
        clauses=(
            *((follows(unread.at_stake),) if unread.at_stake else ()),
            *_unsaved(waiting, now),
            *map(to_decide, ways),
        ),
        project=unread.project,
        facts=UnreadableFacts(code=unread.code, by=min(_moments(waiting), default=None)),
    )


def _moments(waiting: Iterable[MatterAccount]) -> set[datetime]:
    """The last ones for these releases."""
    return {one.by for one in waiting if one.by is not None}


def _unsaved(waiting: Sequence[MatterAccount], now: datetime) -> Iterator[Clause]:
    """`$300.00 will not be saved unless it is read, the first by Thu 20 May 18:33 UTC (@kai, @latte)`."""
    moments = _moments(waiting)
    if not moments:
        return
    cents = sum(one.price_cents for one in waiting)
    matter = Matter(
        kind=MatterKind.UNREADABLE,
        what="",
        by=min(moments),
        several=len(moments) > 1,
        unless="it is read",
        otherwise=f"{dollars(cents)} will not be saved",
    )
    yield follows(f"{matter.headline(now)} ({named_some(waiting)})")


def doubt_event(project: str, name: str, doubtful: Iterable[Decision], now: datetime) -> Event | None:
    """That evidence could not be had in a project; None where it could."""
    uses: list[tuple[Account, WhyUnknown]] = []
    healths: list[tuple[Account, WhyHealthUnknown]] = []
    matched = False
    for decision in doubtful:
        judgement = decision.judgement
        match judgement.subject:
            case Subject(account=account, activity=Unknown(why=why)) if judgement.use_doubtful:
                uses.append((account, why))
            case Subject(account=account, health=HealthUnknown(why=unsaid)) if judgement.doubtful:
                healths.append((account, unsaid))
                matched |= not judgement.is_governed
    accounts = [account for account, _ in (*uses, *healths)]
    if not accounts:
        return None
    of_use, of_health = sorted({why for _, why in uses}), sorted({why for _, why in healths})
    causes = "; ".join([*(DOUBT[why] for why in of_use), *(HEALTH_DOUBT[why] for why in of_health)])
    told = [
        f"the {what} of {counted(len(some), 'account')}"
        for what, some in (("use", uses), ("health", healths))
        if some
    ]
    verb = "is" if len(told) == 1 else "are"
    money, first = dollars(sum(one.price_cents for one in accounts)), min(one.renews_at for one in accounts)
    it_renews = "it renews" if len(accounts) == 1 else "they renew"
    due = f"{', the first' if len(accounts) > 1 else ''} {when(first, now, UTC)}"
    to_know = [
        *(TO_KNOW[why] for why in of_use),
        *(to_know_health(why, matched=matched) for why in of_health),
    ]
    reasons = [*of_use, *(f"{HEALTH}:{why}" for why in of_health)]
    return Event(
        kind=EventKind.ACTIVITY_UNKNOWN,
        key=f"{EventKind.ACTIVITY_UNKNOWN}:{project}:{','.join(reasons)}",
        problem=f"{EventKind.ACTIVITY_UNKNOWN}:{project}",
        at=now,
        what=f"{' and '.join(told)} in project {name} {verb} unknown ({causes}): not released",
        clauses=(
            follows(f"{it_renews} for {money} a month{due}"),
            *(to_do(one) for one in dict.fromkeys(to_know)),
        ),
        project=ProjectId(project),
    )
