"""What people are told of releases that can no longer be: missed, or too late by a change of theirs."""

from datetime import UTC, datetime, timedelta

from watcher.facts.accounts import Account
from watcher.facts.handles import called
from watcher.messages.about import about
from watcher.messages.clauses import Clause, follows, to_type
from watcher.messages.clauses import why as because
from watcher.messages.events import Event, EventKind, MissedFacts, TooLateFacts
from watcher.messages.explained import in_short, title_of
from watcher.messages.words import CHANGE
from watcher.record.lateness import Lateness
from watcher.record.outcomes import Explanation, next_renewal
from watcher.record.reasons import Reason
from watcher.rules.plan import Decision
from watcher.texts.commands import to_release
from watcher.texts.money import dollars
from watcher.texts.times import clock_time, day, distance, when


def missed_event(
    account: Account,
    *,
    reason: Reason,
    why: Explanation,
    policy: str,
    closes: datetime | None = None,
    now: datetime,
) -> Event:
    """Of a release that was wanted in time and did not happen, by our side; told once a lease period.

    `reason`: why none can come any more; `why`: what kept it from coming in time; `closes`: until when a
    person's word still brings one.
    """
    price = dollars(account.price_cents)
    past = account.renews_at <= now
    fate, money = ("was not", f"{price} was paid") if past else ("will not be", f"{price} will be paid")
    return about(
        account,
        EventKind.DEADLINE_MISSED,
        now,
        key="missed",
        what=f"{called(account)} was to be released but {fate} ({title_of(why.cause, why)}): "
        f"{money} {when(account.renews_at, now, UTC)}",
        clauses=(*map(because, why.details), *_by_word(account, closes, now)),
        facts=MissedFacts(
            reason=reason,
            cause=why.cause,
            because=in_short(why.cause, why),
            policy=policy,
            by=closes if closes is not None and closes > now else None,
        ),
    )


def _by_word(account: Account, closes: datetime | None, now: datetime) -> tuple[Clause, ...]:
    """What a person can still do until the window closes."""
    if closes is None or closes <= now:
        return ()
    before = f"to give it back all the same, before {clock_time(closes, UTC, now=now)}: "
    return (to_type(to_release(account.id), before=before),)


def too_late_event(decision: Decision, lateness: Lateness, now: datetime) -> Event | None:
    """Of a release that a change made late: nothing is wrong, the next renewal is the next chance."""
    account, since = decision.account, lateness.made_late_by
    if since is None:
        return None
    policy, window = decision.judgement.policy, decision.judgement.window
    announced = policy is not None and policy.release.notice > timedelta()
    next_one = next_renewal(account)
    next_day = day(next_one, year=next_one.year != now.year)
    was_due = "its announcement was due" if announced else "its window opened"
    return about(
        account,
        EventKind.RELEASE_TOO_LATE,
        now,
        key="too_late",
        what=f"{called(account)} is too late for this renewal: {dollars(account.price_cents)} will be paid "
        f"{when(account.renews_at, now, UTC)}",
        clauses=(
            because(
                f"{CHANGE[since.change]} {clock_time(since.at, UTC, now=now)} "
                f"({distance(since.at, now)}), and {was_due} {clock_time(lateness.due, UTC, now=now)}"
            ),
            follows(f"next chance: before the renewal of about {next_day}"),
            *_by_word(account, window.closes if window else None, now),
        ),
        facts=TooLateFacts(
            change=since.change,
            since=since.at,
            due=lateness.due,
            next_renewal=next_one,
            policy="" if policy is None else policy.name,
            by=window.closes if window is not None and window.closes > now else None,
        ),
    )
