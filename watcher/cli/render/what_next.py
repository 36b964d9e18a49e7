"""The end of an audit: what of the unused is to be released, when, and what the next turn does about it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from watcher.cli.render.sheet import BLANK, Line, line
from watcher.decide.figures import is_planned, summed
from watcher.decide.paused_then import goes_at
from watcher.decide.report import Report
from watcher.facts.accounts import AccountId
from watcher.messages.matters import halted_by
from watcher.record.planned_pauses import PauseInForce
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Announce, Decision, Mode, Release
from watcher.texts.money import dollars
from watcher.texts.plain import at_handle, plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, when


def next_note(report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """What keeps the others is said above, all at once, and how to try it."""
    if not report.decisions:
        return
    unused = [one for one in report.decisions if one.judgement.usage is Usage.UNUSED]
    planned = sorted(
        filter(is_planned, report.decisions),
        key=lambda one: (goes_at(one, now), one.account.renews_at, one.account.id),
    )
    yield BLANK
    if not unused and not planned:
        yield line("Next: nothing is unused today, and no release is to come.", hang=2)
        return
    if not planned:
        what = f"{counted(len(unused), 'account')}, {dollars(summed(unused).cents)} a month"
        yield line(f"Next: no release is to come: {what}, unused, will renew. Why stands above.", hang=2)
        return
    what = f"{_who(planned, unused)} {_when(planned, report, now, timezone)}."
    yield Line(parts=(("Next: ", "bold"), (what, "")), hang=2)
    stopped = halted_by(report.matters)
    halted = [one for one in planned if one.account.id in stopped]
    if halted:
        part = (
            f"{len(halted):,} of them, {dollars(summed(halted).cents)}, {'is' if len(halted) == 1 else 'are'}"
        )
        which = "It is" if len(planned) == 1 else part
        yield line(f"{which} halted, or will be: see above, under To decide.", indent=2, hang=2)
    yield from _paused(planned, stopped, report, now, timezone)
    if does := _next_turn(planned, report):
        yield line(f"The next turn, or `lease-watcher run --once`, {does}.", indent=2, hang=2)


def _paused(
    planned: Sequence[Decision],
    stopped: frozenset[AccountId],
    report: Report,
    now: datetime,
    timezone: tzinfo,
) -> Iterator[Line]:
    """What a planned pause will stop that is too far ahead to be halted by it yet, with its price."""
    met = [one for one in planned if one.account.id in report.paused_then and one.account.id not in stopped]
    if not met:
        return
    pauses = dict.fromkeys(report.paused_then[one.account.id] for one in met)
    told = ", and ".join(f"{plain(pause.why)}, {_end(pause, now, timezone)}" for pause in pauses)
    who = "It" if len(planned) == 1 else f"{len(met):,} of them, {dollars(summed(met).cents)},"
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


def _who(planned: Sequence[Decision], unused: Sequence[Decision]) -> str:
    count, money = len(planned), f"{dollars(summed(planned).cents)} a month,"
    if any(one.judgement.usage is not Usage.UNUSED for one in planned):
        return f"{counted(count, 'account')}, {money} {_by_use(planned)},"
    if count < len(unused):
        return f"{count:,} of {counted(len(unused), 'unused account')}, {money}"
    return f"the unused account, {money}" if count == 1 else f"all {count:,} unused accounts, {money}"


def _by_use(planned: Sequence[Decision]) -> str:
    """Of what they consist, each counted once: the parts add up to all of them."""
    unused = sum(one.judgement.usage is Usage.UNUSED for one in planned)
    others = [one.judgement for one in planned if one.judgement.usage is not Usage.UNUSED]
    by_window = sum(one.reason is Reason.UNUSED for one in others)
    whatever = len(others) - by_window
    parts = (
        (unused, "unused today"),
        (by_window, f"in use today but unused by {_its(by_window)} window unless used"),
        (whatever, f"whatever {_its(whatever)} use"),
    )
    (first, what), *more = [(number, said) for number, said in parts if number]
    if not more:
        return what
    return ", ".join((f"{first:,} of them {what}", *(f"{number:,} {said}" for number, said in more)))


def _its(number: int) -> str:
    return "its" if number == 1 else "their"


def _when(planned: Sequence[Decision], report: Report, now: datetime, timezone: tzinfo) -> str:
    live, one_alone = report.mode is Mode.ENFORCE, len(planned) == 1
    verb = ("is to be released" if one_alone else "are to be released") if live else "would be released"
    verb += "" if live else " in enforce mode"
    first, last = _at(planned[0], now, timezone), _at(planned[-1], now, timezone)
    return f"{verb} {first}" if one_alone else f"{verb}, the first {first}, the last {last}"


def _at(decision: Decision, now: datetime, timezone: tzinfo) -> str:
    at = goes_at(decision, now)
    said = "now" if at <= now else when(at, now, timezone)
    return f"{said} ({at_handle(decision.account.handle)})"


def _next_turn(planned: Sequence[Decision], report: Report) -> str:
    live = report.mode is Mode.ENFORCE
    new = sum(isinstance(one.course, Announce) for one in planned)
    due = sum(
        isinstance(one.course, Release) and not report.halts.on(one.account.period, one.account.project)
        for one in planned
    )
    told = f"announces {new:,}" if live else f"tells of {counted(new, 'release')} that would be"
    return " and ".join([*([told] if new else []), *([f"releases {due:,}"] if due else [])])
