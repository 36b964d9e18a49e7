"""Turns told as a story, and what it comes to: to the cent, and each thing once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.builders import NOW, D, H, account, decision, policy, published, renewal_facts, report
from watcher.ahead.comparison import ChangedFate, Comparison
from watcher.ahead.future import (
    FUTURE,
    AccountFuture,
    Charged,
    Debited,
    Future,
    FutureFate,
    WarnedOfUsed,
)
from watcher.ahead.habits import Posting
from watcher.ahead.outset import Outset
from watcher.ahead.storyteller import Storyteller
from watcher.decide.report import Report
from watcher.facts.accounts import Account
from watcher.messages.events import Event, EventKind
from watcher.record.amounts import Amount
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.outcomes import Cause, Outcome, OutcomeKind
from watcher.rules.plan import Mode

LATTE, GRIND, DAILY = account("latte"), account("grind", price_cents=9_900), account("daily")
OTHER = account("other", project="prj_beta")
TICK = timedelta(microseconds=1)
OUTSET = Outset(
    at=NOW,
    source="a test",
    organization_id="org",
    organization_name="Acme",
    projects={LATTE.project: "acme", OTHER.project: "beta"},
    accounts=(LATTE, GRIND, DAILY, OTHER),
)
RENEWS = LATTE.renews_at


def event(kind: EventKind, of: Account | None = None, *, key: str = "k", **fields: Any) -> Event:
    about = {} if of is None else {"account": of.id, "handle": of.handle, "period": of.period}
    return Event(kind=kind, key=key, at=NOW, what="it", **about, **fields)


def paid(of: Account, cause: Cause | None, kind: OutcomeKind = OutcomeKind.PAID) -> Outcome:
    return Outcome(
        kind=kind,
        period=of.period,
        project=of.project,
        handle=of.handle,
        price_cents=of.price_cents,
        at=of.renews_at,
        cause=cause,
    )


def told(*reports: Report, debits: Iterable[Debited] = (), until: datetime = NOW + 90 * D) -> Future:
    teller = Storyteller(outset=OUTSET)
    for one in reports:
        teller.hear(one)
    return teller.tell(debits, until=until, mode=Mode.ENFORCE, posting=Posting.NOBODY, enforced=False)


def debited(of: Account, at: datetime | None = None) -> Debited:
    return Debited(account=of.id, at=at or of.renews_at, cents=of.price_cents)


def released(of: Account, ended: Ending = Ending.RELEASED) -> Attempt:
    return Attempt.on(of, ended, at=RENEWS - 6 * H)


def test_what_is_paid_is_told_with_why_and_of_accounts_in_use_without() -> None:
    seen = report(decision(LATTE), outcomes=(paid(LATTE, Cause.HELD), paid(GRIND, None)))

    future = told(seen, debits=[debited(LATTE), debited(GRIND), debited(DAILY), debited(OTHER)])

    assert future.story == (
        Charged(at=RENEWS, account=LATTE, cents=15_000, cause=Cause.HELD),
        Charged(at=RENEWS, account=GRIND, cents=9_900, cause=Cause.UNEXPLAINED),
        Charged(at=RENEWS, account=DAILY, cents=15_000, cause=None),
        # Its project is not watched: no policy governs it, and nobody looks whether it is used.
        Charged(at=RENEWS, account=OTHER, cents=15_000, cause=Cause.POLICY),
    )
    assert future.charged == Amount(renewals=4, cents=54_900)
    assert future.in_use == Amount(renewals=1, cents=15_000)
    assert list(future.in_vain.items()) == [
        (Cause.HELD, Amount(renewals=1, cents=15_000)),
        (Cause.POLICY, Amount(renewals=1, cents=15_000)),
        (Cause.UNEXPLAINED, Amount(renewals=1, cents=9_900)),
    ]


def test_its_days_are_whole_ones() -> None:
    assert told(until=NOW + 90 * D).days == 90
    assert told(until=NOW + 90 * D - TICK).days == 89


def test_what_was_debited_for_an_account_that_was_not_there_is_nobody_s() -> None:
    assert told(debits=[debited(account("stranger"))]).charged == Amount()


def test_a_release_saves_every_renewal_of_these_days_the_first_as_read() -> None:
    """18 May and 90 days: renewals on 19 May, 19 June, 19 July; the one at the very end is among them."""
    future = told(report(attempts=(released(LATTE), released(GRIND, Ending.REFUSED))))

    latte = future.accounts[0]
    assert latte == AccountFuture(
        account=LATTE,
        release=released(LATTE),
        avoided=(RENEWS, RENEWS.replace(month=6), RENEWS.replace(month=7)),
    )
    assert (latte.fate, latte.avoided_cents) == (FutureFate.RELEASED, 45_000)
    assert future.avoided == Amount(renewals=3, cents=45_000)
    assert future.avoided_as_read == Amount(renewals=1, cents=15_000)
    assert future.released == (latte,)
    assert future.monthly_cents_at_the_end == 54_900 - 15_000
    at_the_end = told(report(attempts=(released(LATTE),)), until=RENEWS.replace(month=6))
    assert at_the_end.avoided.renewals == 2


def test_fates_are_told_apart() -> None:
    future = told(
        report(decision(LATTE), attempts=(released(LATTE),), outcomes=(paid(GRIND, Cause.HELD),)),
        debits=[debited(GRIND), debited(DAILY)],
    )

    assert [(one.fate, one.cause, one.charged_cents) for one in future.accounts] == [
        (FutureFate.RELEASED, None, 0),
        (FutureFate.RENEWED, Cause.HELD, 9_900),
        (FutureFate.RENEWED, None, 15_000),
        (FutureFate.NO_RENEWAL, None, 0),
    ]
    assert set(FUTURE) == set(FutureFate)


def test_what_nobody_wants_to_hear_is_due_at_every_turn_and_happens_once() -> None:
    warning = event(EventKind.RENEWAL_WARNING, LATTE, rung=D, facts=renewal_facts())
    used = decision(DAILY, activity=published(H), policies=(policy(warn=(2 * D,)),))
    unused = decision(LATTE, policies=(policy(warn=(D,)),), enrolled=False, now=RENEWS - D)
    turn = report(used, unused, events=(warning,))

    future = told(turn, replace(turn, started_at=NOW + H))

    assert future.story == (warning, WarnedOfUsed(at=NOW, accounts=1, cents=15_000))
    assert future.instants == (NOW, NOW + H)


def test_when_a_release_was_first_announced_is_known() -> None:
    first = event(EventKind.RELEASE_ANNOUNCED, LATTE, key="a")
    again = replace(first, key="b", at=NOW + D)

    future = told(report(events=(first, event(EventKind.BRAKE_HALTED, key="h"))), report(events=(again,)))

    assert [one.announced_at for one in future.accounts] == [NOW, None, None, None]
    assert len(future.story) == 3


def test_two_futures_are_compared_by_fates_and_money_what_saves_most_first() -> None:
    debits = [debited(LATTE), debited(GRIND), debited(DAILY)]
    why = report(decision(LATTE), outcomes=(paid(LATTE, Cause.HELD), paid(GRIND, Cause.HELD)))
    before = told(why, debits=debits)
    after = told(
        report(decision(LATTE), attempts=(released(LATTE), released(GRIND))), debits=[debited(DAILY)]
    )

    comparison = Comparison(before=before, after=after)

    assert comparison.saves_cents == 24_900
    assert comparison.changed == (
        ChangedFate(before=before.accounts[0], after=after.accounts[0]),
        ChangedFate(before=before.accounts[1], after=after.accounts[1]),
    )
    assert [one.saves_cents for one in comparison.changed] == [15_000, 9_900]
    assert Comparison(before=after, after=before).saves_cents == -24_900
    assert Comparison(before=before, after=before).changed == ()


def test_a_release_an_hour_later_is_no_other_fate() -> None:
    one = told(report(attempts=(released(LATTE),)))
    later = told(report(attempts=(replace(released(LATTE), at=RENEWS - 5 * H),)))

    assert Comparison(before=one, after=later).changed == ()
