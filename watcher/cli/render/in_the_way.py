"""Why what is unused today is not given back: everything in its way at once, and what would clear it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from watcher.cli.render.sheet import BLANK, Line, fit, heading, line
from watcher.decide.figures import Sum
from watcher.decide.report import Report
from watcher.messages.routes import Routes
from watcher.messages.words import LATE_BY, REASON
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage, Verdict
from watcher.rules.plan import Decision, Leave, Mode
from watcher.texts.commands import to_release
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted

_MOST_NAMED: Final = 3
_BARE: Final = re.compile(r"[\w-]+", re.ASCII)
"""A key of TOML as it stands in brackets. A project that was found by asking may be called anything."""
_TO_TRY: Final = frozenset({Reason.OBSERVING, Reason.POLICY_NEVER, Reason.NOT_ENROLLED, None})


@dataclass(frozen=True, kw_only=True, slots=True)
class InTheWay:
    """`reason` None: no channel is told of the release whose acceptance counts. `names`: of the projects
    or policies that it stands in. `late`: what came too late for this renewal; `by_word`: whether a person's
    word still brings the release of one.
    """

    reason: Reason | None
    names: tuple[str, ...]
    sum: Sum
    late: tuple[str, ...] = ()
    by_word: bool = False

    @property
    def word(self) -> str:
        """As machines are told it."""
        return "no_counting_channel" if self.reason is None else self.reason.value


def in_the_way(report: Report, routes: Routes | None) -> tuple[tuple[InTheWay, ...], Sum, int]:
    """What keeps how much, most first, and how much all of it keeps; how many accounts are kept by several,
    so that they are counted in each.
    """
    kept, several = _Kept(), 0
    found: dict[Reason | None, _Kept] = {}
    for one in report.decisions:
        if one.judgement.usage is not Usage.UNUSED:
            continue
        reasons = dict(_reasons(one, report, routes))
        if reasons:
            kept.count(one)
            several += len(reasons) > 1
        for reason, name in reasons.items():
            by_it = found.setdefault(reason, _Kept())
            by_it.count(one)
            if name:
                by_it.names.add(name)
            if reason is Reason.CHANGED_TOO_LATE:
                by_it.late.update(dict.fromkeys(_made_late(one)))
            by_it.by_word |= reason in _LATE and _is_open(one, report.started_at)
    rows = [
        InTheWay(
            reason=reason,
            names=tuple(sorted(by_it.names)),
            sum=by_it.sum,
            late=tuple(by_it.late),
            by_word=by_it.by_word,
        )
        for reason, by_it in found.items()
    ]
    return tuple(sorted(rows, key=lambda one: -one.sum.cents)), kept.sum, several


@dataclass(kw_only=True, slots=True)
class _Kept:
    """What one thing keeps, counted account by account."""

    accounts: int = 0
    cents: int = 0
    names: set[str] = field(default_factory=set)
    late: dict[str, None] = field(default_factory=dict)
    by_word: bool = False

    def count(self, decision: Decision) -> None:
        self.accounts += 1
        self.cents += decision.account.price_cents

    @property
    def sum(self) -> Sum:
        return Sum(accounts=self.accounts, cents=self.cents)


_LATE: Final = frozenset({Reason.CHANGED_TOO_LATE, Reason.NOTICE_LATE})
"""Too late by the rules, and not yet for a person's word."""


def _made_late(decision: Decision) -> Iterator[str]:
    since = None if decision.lateness is None else decision.lateness.made_late_by
    if since is not None:
        yield LATE_BY[since.change]


def _is_open(decision: Decision, now: datetime) -> bool:
    window = decision.judgement.window
    return window is not None and now < window.closes


def _reasons(
    decision: Decision, report: Report, routes: Routes | None
) -> Iterator[tuple[Reason | None, str]]:
    account, judgement = decision.account, decision.judgement
    policy, project = judgement.policy, report.project_names.get(account.project, account.project)
    by_policy = plain(policy.name) if policy else ""
    if report.mode is Mode.OBSERVE:
        yield Reason.OBSERVING, ""
    for ruling in judgement.obstacles:
        if ruling.because is Reason.NOT_ENROLLED:
            yield ruling.because, plain(project)
        elif ruling.because not in (None, Reason.IN_USE, Reason.NOT_DUE):
            yield ruling.because, "" if ruling.because is Reason.HELD else by_policy
    if judgement.verdict is Verdict.RELEASE and isinstance(decision.course, Leave):
        yield decision.course.why, ""
    if policy is None or routes is None or not policy.release.notice:
        return
    if not routes.receipts_for(policy, account):
        yield None, plain(project)


def in_the_way_notes(report: Report, routes: Routes | None) -> Iterator[Line]:
    rows, kept, several = in_the_way(report, routes)
    if not rows:
        return
    yield BLANK
    what, verb = counted(kept.accounts, "unused account"), "is" if kept.accounts == 1 else "are"
    yield heading(f"Why {what}, {dollars(kept.cents)} a month, {verb} not given back")
    counts = max(len(f"{one.sum.accounts:,}") for one in rows)
    money = max(len(dollars(one.sum.cents)) for one in rows)
    for one in rows:
        sums = (
            f"  {fit(f'{one.sum.accounts:,}', counts, right=True)}"
            f"  {fit(dollars(one.sum.cents), money, right=True)}  "
        )
        clear = "".join(_clears(one))
        text = _what(one, clear) + (f" → {clear}" if clear else "")
        yield Line(parts=((f"{sums}{text}", ""),), hang=len(sums), indent=2)
    if several:
        who = "It is" if kept.accounts == 1 else f"{several:,} of them {'is' if several == 1 else 'are'}"
        yield line(f"{who} kept by several of these, and counted in each.", indent=2)
    if any(one.reason in _TO_TRY for one in rows):
        yield line(
            "To try it, change that, then `lease-watcher run --once --dry-run`: it says what a turn would "
            "do, and does nothing.",
            indent=2,
        )


def _what(one: InTheWay, clear: str) -> str:
    """With the names that what clears it does not say."""
    if one.late:
        return " or ".join(one.late)
    said = "no notifier that counts is told of announcements" if one.reason is None else REASON[one.reason]
    unsaid = len(one.names) > 1 or any(name not in clear for name in one.names)
    return f"{said} ({_listed(one.names)})" if unsaid else said


def _clears(one: InTheWay) -> Iterator[str]:
    name = one.names[0] if len(one.names) == 1 and _BARE.fullmatch(one.names[0]) else "NAME"
    match one.reason:
        case None:
            yield "one such as email or slack, routed for `release.announced`"
        case Reason.OBSERVING:
            yield "`mode = 'enforce'`"
        case Reason.POLICY_NEVER:
            yield f"`when = 'idle'` in [policies.{name}.release]"
        case Reason.NOT_ENROLLED:
            yield f"`enrolled = true` in [projects.{name}]"
        case Reason.HELD:
            yield "`lease-watcher holds` lists who holds what"
        case Reason.PROTECTED_ACCOUNT | Reason.PROTECTED_HANDLE | Reason.PROTECTED_FOLLOWERS:
            yield f"[policies.{name}.protect]"
        case Reason.PROTECTED_HEALTH:
            yield f"`evidence` in [policies.{name}]"
        case Reason.HEALTH_UNKNOWN:
            yield "`lease-watcher explain ACCOUNT` says what would tell"
        case Reason.CHANGED_TOO_LATE | Reason.NOTICE_LATE if one.by_word:
            yield f"`{to_release('ACCOUNT')}` until its window closes"
        case _:
            return


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return ", ".join(listed[:_MOST_NAMED]) + more
