"""Open matters: what a person must decide, as values. Messages, reports and pages say them in these words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Literal

from watcher.brakes.docket import Entry
from watcher.facts.accounts import Account, AccountId, Flaw, ProjectId, Quarantined, Unread
from watcher.facts.handles import called
from watcher.messages.words import ENDING
from watcher.record.intents import Ending
from watcher.texts.commands import WayOut, to_release, to_resolve, to_try_again
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, distance


class MatterKind(StrEnum):
    """What there is to decide; the weightiest first."""

    UNKNOWN_ENDING = "unknown_ending"
    HALT = "halt"
    """A brake stops releases that are due."""
    COMING_HALT = "coming_halt"
    """A brake will stop releases when their windows open."""
    CONFIGURATION = "configuration"
    """A changed configuration is refused."""
    LATE_NOTICE = "late_notice"
    """A release that is to come has no receipt yet, or none in time."""
    REFUSED_RELEASE = "refused_release"
    UNREADABLE = "unreadable"
    """A project cannot be read."""
    QUARANTINE = "quarantine"
    PROBLEM = "problem"
    """Anything else that stands and that people were told of."""
    LET_GO = "let_go"
    """An approval lets releases pass the limits: it is told, and asks nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MatterAccount:
    """An account of a matter. `by`: until when a word about it comes in time, where one is asked for.

    `goes_on`: of a halt that loses others, this one goes on by itself in time; `brakes`: what stops it, where
    others of the same halt are stopped by others.
    """

    account: AccountId
    handle: str
    project: ProjectId
    price_cents: int
    by: datetime | None = None
    goes_on: bool = False
    brakes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """One thing that a person must decide.

    `what` is so, in a plain clause without a full stop, for the reasons in `why`. Unless `unless` happens by
    `by`, `otherwise` is what happens, and `cents` is what that costs; `by` None: there is no hurry, or the
    moment is not known. `ways` are what decides or ends it, the first before all others. `decided`: who has
    decided something of it already; empty where nobody has. `problem`: the standing problem as which it is
    told. `docket`: the releases that an approval would name.
    """

    kind: MatterKind
    what: str
    why: tuple[str, ...] = ()
    accounts: tuple[MatterAccount, ...] = ()
    project: ProjectId | None = None
    since: datetime | None = None
    by: datetime | None = None
    unless: str = ""
    otherwise: str = ""
    cents: int = 0
    ways: tuple[WayOut, ...] = ()
    decided: str = ""
    problem: str | None = None
    docket: str | None = None
    several: bool = False
    """Whether `by` is only the first of several moments."""
    brakes: tuple[str, ...] = ()
    """Of a halt: the words of the brakes that stop what is lost."""
    planned: bool = False
    """Of a halt: all of these are pauses of the configuration."""
    ended: Ending | None = None
    """Of a release that was tried: how it ended."""
    unsure: bool = False
    """Of a halt to come: a turn may come before it."""

    @property
    def asks(self) -> bool:
        """Whether anybody has to decide it; what goes on by itself is only told."""
        if self.kind in (MatterKind.HALT, MatterKind.COMING_HALT):
            return bool(self.unless) or not self.why
        return self.kind is not MatterKind.LET_GO

    @property
    def commands(self) -> tuple[str, ...]:
        """What is to be typed to decide it, in the order of its ways."""
        return tuple(way.command for way in self.ways if way.command is not None)

    def headline(self, now: datetime, timezone: tzinfo = UTC) -> str:
        """`$600.00 will not be saved unless 4 releases are approved by Thu 20 May 18:33 UTC`.

        Where nothing follows from it, what it is.
        """
        condition = self.condition(now, timezone)
        return f"{self.otherwise} {condition}" if self.otherwise and condition else self.what

    def condition(self, now: datetime, timezone: tzinfo = UTC) -> str:
        """`unless 4 releases are approved, the first by Thu 20 May 18:33 UTC`; empty where nothing helps."""
        if not self.unless:
            return ""
        if self.by is None:
            return f"unless {self.unless}"
        if self.by <= now:
            return f"unless {self.unless} at once"
        several = self.several or len({one.by for one in self.accounts if one.by is not None}) > 1
        first = ", the first by" if several else " by"
        return f"unless {self.unless}{first} {clock_time(self.by, timezone, now=now)}"

    def left(self, now: datetime) -> str:
        """`in 4 h`: how long there is to decide; empty where that is not known, or there is no time left."""
        return "" if self.by is None or self.by <= now else distance(self.by, now)


_LATEST = datetime.max.replace(tzinfo=UTC)


def in_order(matters: Iterable[Matter]) -> tuple[Matter, ...]:
    """What is to be decided first at the top; what has no moment comes last, the weightier first."""
    kinds = list(MatterKind)
    return tuple(sorted(matters, key=lambda one: (one.by is None, one.by or _LATEST, kinds.index(one.kind))))


def in_time(closes: Iterable[datetime | None], now: datetime, poll: timedelta) -> datetime | None:
    """Until when a word comes in time for all of these: a turn must still follow before the first closes.

    `now`, where that moment has passed: a turn may still follow, and no later one is promised.
    """
    first = min((one for one in closes if one is not None and one > now), default=None)
    return None if first is None else max(first - poll, now)


def unknown_ending(who: str, account: MatterAccount, *, since: datetime) -> Matter:
    """Of a release that may have been done: the next turn reads it back, or a person says how it ended."""
    return Matter(
        kind=MatterKind.UNKNOWN_ENDING,
        what=f"{who} was {ENDING[Ending.UNKNOWN]}",
        accounts=(account,),
        ended=Ending.UNKNOWN,
        project=account.project,
        since=since,
        cents=account.price_cents,
        ways=(
            WayOut.by_typing(
                to_resolve(account.account),
                before="the next turn reads it back; if you know how it ended: ",
                after=" (or not-released)",
            ),
        ),
    )


def refused_release(
    who: str,
    account: MatterAccount,
    *,
    by: datetime | None,
    asked: bool = False,
    ended: Literal[Ending.REFUSED, Ending.NOT_DONE] = Ending.REFUSED,
) -> Matter:
    """Of a release that the API refused, or that had no effect twice: not tried again without a person.

    `by`: until when another try still comes before the window closes (`in_time`). `asked`: only a person's
    word wanted it, so only another one tries it again.
    """
    again = f", then `{to_release(account.account)}` tries it once more" if asked else ""
    return Matter(
        kind=MatterKind.REFUSED_RELEASE,
        what=f"{who} was {ENDING[ended]}: it is not tried again without a person",
        accounts=(account,),
        ended=ended,
        project=account.project,
        by=by,
        unless=f"{who} is given back",
        otherwise=f"{dollars(account.price_cents)} will be paid",
        cents=account.price_cents,
        ways=(
            WayOut(text="ask the provider why"),
            WayOut.by_typing(to_try_again(account.account), after=again or " tries it once more"),
        ),
    )


_MANY = 3


def together(matters: Iterable[Matter]) -> tuple[Matter, ...]:
    """The same, but where many releases ended alike, one matter of all of them in the place of the first."""
    found = list(matters)
    alike = defaultdict[Ending, list[Matter]](list)
    for one in found:
        if one.ended is not None:
            alike[one.ended].append(one)
    many = {ended: those for ended, those in alike.items() if len(those) >= _MANY}
    told = (
        _of_many(many[one.ended], one.ended) if one.ended in many else one
        for one in found
        if one.ended not in many or one is many[one.ended][0]
    )
    return tuple(told)


def _of_many(those: Sequence[Matter], ended: Ending) -> Matter:
    first, cents = those[0], sum(one.cents for one in those)
    moments = [one.by for one in those if one.by is not None]
    ways = (way.of_any(account.account) for one in those for way in one.ways for account in one.accounts)
    return replace(
        first,
        what=f"{counted(len(those), 'account')} ({dollars(cents)}) were {ENDING[ended]}",
        accounts=tuple(account for one in those for account in one.accounts),
        project=None,
        by=min(moments, default=None),
        several=len(set(moments)) > 1,
        unless=first.unless and "they are given back",
        otherwise=first.otherwise and f"{dollars(cents)} will be paid",
        cents=cents,
        ways=tuple(dict.fromkeys(ways)),
    )


def refused_configuration(
    mistakes: str,
    closes: Sequence[datetime],
    cents: int,
    now: datetime,
    *,
    poll: timedelta,
    problem: str | None = None,
) -> Matter:
    """Of a changed configuration that cannot be read. `closes`: of each release that waits for a good one."""
    waiting = f"{counted(len(closes), 'planned release')} ({dollars(cents)})"
    return Matter(
        kind=MatterKind.CONFIGURATION,
        what=f"the changed configuration is refused: {mistakes}",
        by=in_time(closes, now, poll),
        several=len(set(closes)) > 1,
        unless="a good configuration is read" if closes else "",
        otherwise=f"{waiting} will not be done" if closes else "",
        cents=cents,
        ways=(WayOut.by_typing("lease-watcher check", after=" lists every mistake"),),
        problem=problem,
    )


def late_notice(account: Account, missing: Sequence[str], *, by: datetime | None) -> Matter:
    """Of a release that waits for its announcement to be accepted. `by`: a later receipt is too young."""
    whose = " and ".join(missing) or "a notifier that counts"
    return Matter(
        kind=MatterKind.LATE_NOTICE,
        what=f"the release of {called(account)} waits for {whose} to accept its announcement",
        accounts=(matter_account(account, by),),
        project=account.project,
        by=by,
        unless=f"{whose} accept{'s' if len(missing) <= 1 else ''} its announcement",
        otherwise=f"{dollars(account.price_cents)} will not be saved",
        cents=account.price_cents,
        ways=(
            WayOut.by_typing("lease-watcher outbox", after=" shows what is not delivered"),
            WayOut.by_typing(to_release(account.id), after=" gives it back without waiting for that"),
        ),
    )


def unreadable_project(unread: Unread, *, since: datetime | None = None) -> Matter:
    return Matter(
        kind=MatterKind.UNREADABLE,
        what=f"project {unread.name} cannot be read: {unread.in_full}",
        project=unread.project,
        since=since,
        ways=(WayOut(text=remedy(unread.code)),),
    )


def remedy(code: str) -> str:
    """What to do about a project that cannot be read, by the API's error code or ours."""
    match code:
        case "FORBIDDEN_SCOPE" | "FORBIDDEN" | "http_403":
            return "give the key the scope leased:write (for discovery: projects:read)"
        case "NOT_FOUND" | "http_404":
            return "check the project's id: the key's organisation has no such project"
        case "UNAUTHENTICATED" | "http_401":
            return "replace the key: the API does not know it"
        case "KILL_SWITCH":
            return "ask the provider why the key is suspended"
        case "RATE_LIMITED" | "http_429":
            return "nothing: the next turn tries again; if it lasts, set api.tier or poll less often"
        case "html_body" | "empty_body" | "unreadable_body" | "truncated" | "oversized" | "too_slow":
            return "check api.base_url and any proxy: the answer is not the API's"
        case _:
            return "nothing now: the next turn tries again; if it lasts, ask the provider"


def quarantined(one: Quarantined, what: str, *, since: datetime | None = None) -> Matter:
    """`what`: why it is left alone, as people are told."""
    return Matter(
        kind=MatterKind.QUARANTINE,
        what=what,
        accounts=()
        if one.id is None
        else (
            MatterAccount(
                account=AccountId(one.id), handle=one.handle or "", project=one.project, price_cents=0
            ),
        ),
        project=one.project,
        since=since,
        ways=(to_understand(one),),
    )


def to_understand(one: Quarantined) -> WayOut:
    """What there is to do about an account that is left alone."""
    if one.flaw is Flaw.LISTED_TWICE:
        return WayOut(text="ask the provider which of them leases it, or take one out of the configuration")
    return WayOut(text="ask the provider; an account that is not understood is never released")


def matter_account(account: Account, by: datetime | None = None) -> MatterAccount:
    return MatterAccount(
        account=account.id,
        handle=account.handle,
        project=account.project,
        price_cents=account.price_cents,
        by=by,
    )


def entry_account(entry: Entry, by: datetime | None = None) -> MatterAccount:
    return MatterAccount(
        account=entry.period.account,
        handle=entry.handle,
        project=entry.project,
        price_cents=entry.price_cents,
        by=by,
    )


def halted_by(matters: Iterable[Matter]) -> frozenset[AccountId]:
    """The accounts whose release is halted until it is too late, unless somebody decides."""
    return frozenset(
        each.account
        for one in matters
        if one.kind in (MatterKind.HALT, MatterKind.COMING_HALT) and one.asks
        for each in one.accounts
        if not each.goes_on
    )
