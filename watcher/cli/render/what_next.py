"""The end of an audit: what of the unused is to be released, when, and what the next turn does about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from watcher.cli.render.sheet import BLANK, Line, line
from watcher.decide.figures import Sum, is_planned
from watcher.decide.paused_then import goes_at
from watcher.decide.report import Report
from watcher.facts.accounts import AccountId
from watcher.facts.handles import name_of
from watcher.messages.matters import halted_by
from watcher.record.planned_pauses import PauseInForce
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Announce, Decision, Mode, Release
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, when


def next_note(report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """What keeps the others is said above, all at once, and how to try it."""
    found = _Found.of(report, now)
    if not found.any:
        return
    yield BLANK
    unused, planned = found.unused, found.planned
    if not unused.accounts and not planned.accounts:
        yield line("Next: nothing is unused today, and no release is to come.", hang=2)
        return
    if found.first is None or found.last is None:
        what = f"{counted(unused.accounts, 'account')}, {dollars(unused.cents)} a month"
        yield line(f"Next: no release is to come: {what}, unused, will renew. Why stands above.", hang=2)
        return
    when_ = _when(found.first, found.last, report, now, timezone)
    yield Line(parts=(("Next: ", "bold"), (f"{_who(found)} {when_}.", "")), hang=2)
    if found.halted.accounts:
        halted = found.halted
        part = f"{halted.accounts:,} of them, {dollars(halted.cents)}, {_is(halted)}"
        which = "It is" if planned.accounts == 1 else part
        yield line(f"{which} halted, or will be: see above, under To decide.", indent=2, hang=2)
    yield from _paused(found, report, now, timezone)
    if does := _next_turn(found, report):
        yield line(f"The next turn, or `lease-watcher run --once`, {does}.", indent=2, hang=2)


def _is(some: Sum) -> str:
    return "is" if some.accounts == 1 else "are"


@dataclass(kw_only=True, slots=True)
class _Found:
    """What of all decisions is told, counted as they go by: none is kept but the first and the last to go.

    Of what is planned, `by_window` is not unused today and will be by its window unless it is used, and
    `whatever` goes whatever its use; `paused`: what a planned pause will stop that nothing halts yet;
    `new` and `due`: what the next turn announces and releases.
    """

    any: bool = False
    unused: Sum = Sum()
    planned: Sum = Sum()
    by_window: int = 0
    whatever: int = 0
    first: Decision | None = None
    last: Decision | None = None
    halted: Sum = Sum()
    paused: Sum = Sum()
    pauses: dict[PauseInForce, "_When"] = field(default_factory=dict)
    """With when the first goes that it stops."""
    new: int = 0
    due: int = 0

    @classmethod
    def of(cls, report: Report, now: datetime) -> "_Found":
        found, stopped = cls(), halted_by(report.matters)
        for one in report.decisions:
            found.any = True
            if one.judgement.usage is Usage.UNUSED:
                found.unused = found.unused.plus(one.account.price_cents)
            if is_planned(one):
                found._plan(one, stopped, report, now)
        return found

    def _plan(self, one: Decision, stopped: frozenset[AccountId], report: Report, now: datetime) -> None:
        account, goes = one.account, _goes(one, now)
        self.planned = self.planned.plus(account.price_cents)
        if one.judgement.usage is not Usage.UNUSED:
            by_window = one.judgement.reason is Reason.UNUSED
            self.by_window += by_window
            self.whatever += not by_window
        if self.first is None or goes < _goes(self.first, now):
            self.first = one
        if self.last is None or goes >= _goes(self.last, now):
            self.last = one
        if account.id in stopped:
            self.halted = self.halted.plus(account.price_cents)
        elif (pause := report.paused_then.get(account.id)) is not None:
            self.paused = self.paused.plus(account.price_cents)
            self.pauses[pause] = min(goes, self.pauses.get(pause, goes))
        self.new += isinstance(one.course, Announce)
        released = isinstance(one.course, Release)
        self.due += released and not report.halts.on(account.period, account.project)


_When = tuple[datetime, datetime, AccountId]


def _goes(one: Decision, now: datetime) -> _When:
    return goes_at(one, now), one.account.renews_at, one.account.id


def _paused(found: _Found, report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """What a planned pause will stop that is too far ahead to be halted by it yet, with its price."""
    if not found.paused.accounts:
        return
    pauses = sorted(found.pauses, key=lambda one: found.pauses[one])
    told = ", and ".join(f"{plain(pause.why)}, {_end(pause, now, timezone)}" for pause in pauses)
    met = f"{found.paused.accounts:,} of them, {dollars(found.paused.cents)},"
    who = "It" if found.planned.accounts == 1 else met
    will = "will be halted" if report.mode is Mode.ENFORCE else "would be halted"
    one_kind = "planned " if all(pause.by is None for pause in pauses) else ""
    which = f"a {one_kind}pause" if len(pauses) == 1 else f"{one_kind}pauses"
    yield line(
        f"{who} {will} by {which} until too late ({told}), as use is today: `lease-watcher pauses`.",
        indent=2,
        hang=2,
    )


def _end(pause: PauseInForce, now: datetime, timezone: tzinfo) -> str:
    return "until `resume`" if pause.until is None else f"until {clock_time(pause.until, timezone, now=now)}"


def _who(found: _Found) -> str:
    planned, unused = found.planned, found.unused.accounts
    count, money = planned.accounts, f"{dollars(planned.cents)} a month,"
    if found.by_window or found.whatever:
        return f"{counted(count, 'account')}, {money} {_by_use(found)},"
    if count < unused:
        return f"{count:,} of {counted(unused, 'unused account')}, {money}"
    return f"the unused account, {money}" if count == 1 else f"all {count:,} unused accounts, {money}"


def _by_use(found: _Found) -> str:
    """Of what they consist, each counted once: the parts add up to all of them."""
    by_window, whatever = found.by_window, found.whatever
    parts = (
        (found.planned.accounts - by_window - whatever, "unused today"),
        (by_window, f"in use today but unused by {_its(by_window)} window unless used"),
        (whatever, f"whatever {_its(whatever)} use"),
    )
    (first, what), *more = [(number, said) for number, said in parts if number]
    if not more:
        return what
    return ", ".join((f"{first:,} of them {what}", *(f"{number:,} {said}" for number, said in more)))


def _its(number: int) -> str:
    return "its" if number == 1 else "their"


def _when(first: Decision, last: Decision, report: Report, now: datetime, timezone: tzinfo) -> str:
    live, one_alone = report.mode is Mode.ENFORCE, first is last
    verb = ("is to be released" if one_alone else "are to be released") if live else "would be released"
    verb += "" if live else " in enforce mode"
    begins, ends = _at(first, now, timezone), _at(last, now, timezone)
    return f"{verb} {begins}" if one_alone else f"{verb}, the first {begins}, the last {ends}"


def _at(decision: Decision, now: datetime, timezone: tzinfo) -> str:
    at = goes_at(decision, now)
    said = "now" if at <= now else when(at, now, timezone)
    return f"{said} ({name_of(decision.account.handle, decision.account.id)})"


def _next_turn(found: _Found, report: Report) -> str:
    live = report.mode is Mode.ENFORCE
    told = f"announces {found.new:,}" if live else f"tells of {counted(found.new, 'release')} that would be"
    parts = [*([told] if found.new else []), *([f"releases {found.due:,}"] if found.due else [])]
    return " and ".join(parts)
