"""What a policy would have released by the recorded past, what that would have saved, and its regrets."""

import json
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any, Final

from watcher.ahead.backtest import UNTOLD, Again, Backtest, WouldRelease
from watcher.cli.render.sheet import BLANK, Line, fit, line, printed
from watcher.facts.handles import name_of
from watcher.messages.words import REASON
from watcher.record.amounts import Amount
from watcher.record.past_releases import REGRETTED_WITHIN
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span
from watcher.texts.times import clock_time, iso, iso_or_none

_MOST_SHOWN: Final = 20


def render_backtest(backtest: Backtest, by: str, *, timezone: tzinfo, width: int | None, color: bool) -> str:
    """`by`: what the rules are called that were asked about."""
    lines = [*_heading(backtest, by, timezone)]
    if backtest.all.renewals:
        lines += _sums(backtest)
        lines += _regrets(backtest, timezone)
        lines += _remarks()
    return printed(lines, width=width, color=color)


def _heading(backtest: Backtest, by: str, timezone: tzinfo) -> Iterator[Line]:
    yield line(f"What {plain(by)} would have done in enforce mode, by the ledger's recorded past", "bold")
    if not backtest.turns:
        yield line("No turn was completed on this ledger yet: there is nothing to look back at.")
        return
    first, last = (
        clock_time(each, timezone, now=backtest.now) for each in (backtest.turns[0], backtest.turns[-1])
    )
    yield line(f"{counted(len(backtest.turns), 'full turn')}, from {first} to {last}.")
    if not backtest.all.renewals:
        yield line("No renewal came between them: there is nothing to look back at yet.")


def _sums(backtest: Backtest) -> Iterator[Line]:
    whole, saved = backtest.all, backtest.saved
    yield BLANK
    yield _row("Renewals", whole, whole, "", "bold")
    yield _row("saved", saved, whole, "would have been released before they renewed", "green")
    for reason, one in sorted(backtest.kept.items(), key=lambda each: (-each[1].cents, each[0])):
        yield _row("kept", one, whole, REASON[reason], "")
    for why, one in sorted(backtest.untold.items(), key=lambda each: (-each[1].cents, each[0])):
        yield _row("unknown", one, whole, f"{UNTOLD[why]}: counted as neither", "yellow")


def _row(label: str, part: Amount, whole: Amount, remark: str, style: str) -> Line:
    counts = fit(f"{part.renewals:,}", len(f"{whole.renewals:,}"), right=True)
    money = fit(dollars(part.cents), len(dollars(whole.cents)), right=True)
    text = f"{label:<8}  {counts} renewal{' ' if part.renewals == 1 else 's'}  {money}"
    return Line(parts=((text, style), (f"  {remark}" if remark else "", "")), hang=len(text) + 2)


def _regrets(backtest: Backtest, timezone: tzinfo) -> Iterator[Line]:
    """Of what would have been released, how much was used again soon after."""
    if not backtest.releases:
        return
    within = span(REGRETTED_WITHIN)
    used, unused, unknown = (backtest.again(each) for each in (Again.USED, Again.NOT_USED, Again.UNKNOWN))
    yield BLANK
    yield line(f"Of the {counted(len(backtest.releases), 'release')}, within {within}", "bold")
    whole = backtest.saved
    yield _row(
        "used", used, whole, "again: the regret, at the price of a month", "red" if used.renewals else ""
    )
    yield _row("unused", unused, whole, "still, as far as the next window", "")
    yield _row(
        "unknown", unknown, whole, "not asked about in time, or given back in fact: counted as neither", ""
    )
    for one in backtest.regrets[:_MOST_SHOWN]:
        yield line(_regret(one, timezone, backtest.now), indent=2, hang=4)
    if (more := len(backtest.regrets) - _MOST_SHOWN) > 0:
        yield line(f"and {counted(more, 'more account')}: `--format json` has all of them", indent=2)


def _regret(one: WouldRelease, timezone: tzinfo, now: datetime) -> str:
    used = f", used {clock_time(one.used_at, timezone, now=now)}" if one.used_at is not None else ""
    return (
        f"{name_of(one.account.handle, one.account.id)}  {dollars(one.account.price_cents)}  "
        f"released {clock_time(one.at, timezone, now=now)}{used}"
    )


def _remarks() -> Iterator[Line]:
    yield BLANK
    yield line(
        "Each renewal is judged at the opening of its window, by what the ledger knew by then, with holds as "
        "they were; each announcement is taken to have come of age, and no brake is asked. An account is "
        "judged month after month as if it had not been released before.",
        "dim",
    )


def backtest_json(backtest: Backtest, by: str) -> str:
    """One indented JSON document, `"schema": "backtest/1"`."""
    turns = backtest.turns
    document = {
        "schema": "backtest/1",
        "at": iso(backtest.now),
        "rules": by,
        "turns": len(turns),
        "since": iso_or_none(turns[0] if turns else None),
        "until": iso_or_none(turns[-1] if turns else None),
        "renewals": _sum(backtest.all),
        "saved": _sum(backtest.saved),
        "kept": [{"reason": reason.value, **_sum(one)} for reason, one in sorted(backtest.kept.items())],
        "unknown": [{"why": why.value, **_sum(one)} for why, one in sorted(backtest.untold.items())],
        "again_within_days": REGRETTED_WITHIN.days,
        "again": {each.value: _sum(backtest.again(each)) for each in Again},
        "releases": [_release(one) for one in backtest.releases],
    }
    return json.dumps(document, indent=2) + "\n"


def _release(one: WouldRelease) -> dict[str, Any]:
    return {
        "account": one.account.id,
        "project": one.account.project,
        "handle": one.account.handle,
        "renews_at": iso(one.account.renews_at),
        "price_cents": one.account.price_cents,
        "policy": one.policy,
        "at": iso(one.at),
        "again": one.again.value,
        "used_at": iso_or_none(one.used_at),
    }


def _sum(one: Amount) -> dict[str, int]:
    return {"renewals": one.renewals, "cents": one.cents}
