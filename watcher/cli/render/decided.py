"""An account's facts, the judge's trace and the step, in sentences: for `explain` and failed policy tests."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import assert_never

from watcher.cli.render.notes import section
from watcher.cli.render.rulings import in_words
from watcher.cli.render.sheet import Line, line
from watcher.cli.render.steps import in_full, kept
from watcher.messages.words import REASON
from watcher.record.reasons import Reason
from watcher.rules.judge import Verdict
from watcher.rules.plan import MISSED, Announce, Decision, Leave, Release, Wait, Warn
from watcher.texts.money import dollars
from watcher.texts.spans import span
from watcher.texts.times import clock_time, distance, iso, when


def facts(decision: Decision, project: str, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """The account: which one, what it costs and when, since when it is leased."""
    account = decision.account
    yield line(in_full(account, project), "bold")
    yield line(
        f"It costs {dollars(account.price_cents)} a month; the next debit is "
        f"{when(account.renews_at, now, timezone)}."
    )
    followers = "unknown" if account.followers is None else f"{account.followers:,}"
    since = account.leased_since
    leased = (
        f"Leased since {clock_time(since, timezone, now=now)}"
        if since is not None
        else f"Leased since when is not known (the API says {iso(account.assigned_at)}, which cannot be)"
    )
    yield line(f"{leased}; followers: {followers}.")


def trace(decision: Decision, project: str, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """Every answer of the judge, as the judgement has it."""
    judgement = decision.judgement
    yield from section("Why", [in_words(one, judgement, project, now, timezone) for one in judgement.trace])


def step_in_words(decision: Decision, now: datetime, timezone: tzinfo, *, live: bool, braked: bool) -> str:
    """What is to be done with it. `live`: not in observe mode; `braked`: a brake is on for it."""
    course = _course(decision, now, timezone, live=live, braked=braked)
    if isinstance(decision.step, Warn):
        return f"The warning of {span(decision.step.rung)} before the renewal is due. {course}"
    return course


def _course(decision: Decision, now: datetime, timezone: tzinfo, *, live: bool, braked: bool) -> str:
    money = dollars(decision.account.price_cents)
    match decision.course:
        case Release() if braked:
            return f"Its release is due now and would save {money}, but a brake stops it."
        case Release():
            return f"Its release is due now and saves {money}."
        case Announce(not_before=not_before) if live:
            earliest = moment_told(not_before, now, timezone)
            return f"Its release is to be announced now, for {earliest} at the earliest."
        case Announce(not_before=not_before):
            earliest = moment_told(not_before, now, timezone)
            return f"Observe mode releases nothing; it would be released {earliest} at the earliest."
        case Wait(until=until, why=why):
            moment = clock_time(until, timezone, now=now)
            if not live:
                return f"Observe mode releases nothing; else that would wait until {moment}: {REASON[why]}."
            return f"It is to be released; that waits until {moment}: {REASON[why]}."
        case Leave(why=Reason.OBSERVING):
            return f"It would be released now, which would save {money}; observe mode releases nothing."
        case Leave(why=Reason.CHANGED_TOO_LATE):
            return f"It is too late for this renewal, and will renew for {money}."
        case Leave(why=why) if decision.lateness is not None and decision.lateness.missed and why in MISSED:
            return f"It was to be released, and that is missed: {REASON[why]}. It will renew for {money}."
        case Leave(why=why) if why is decision.judgement.reason:
            verb = "kept" if decision.judgement.verdict is Verdict.KEEP else "not released"
            return f"It is {verb}: {kept(decision, timezone, now)}. It will renew for {money}."
        case Leave(why=why):
            return f"It is not released: {REASON[why]}. It will renew for {money}."
        case Warn():
            return f"It will renew for {money}."
        case _:
            assert_never(decision.course)


def moment_told(moment: datetime, now: datetime, timezone: tzinfo) -> str:
    """`Thu 20 May 16:12 UTC (in 2 d 4 h)`."""
    return f"{clock_time(moment, timezone, now=now)} ({distance(moment, now)})"
