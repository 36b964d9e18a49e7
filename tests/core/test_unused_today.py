"""What people are told of use is true today; what a verdict rests on will be so at the opening (ADR 46)."""

from datetime import timedelta

import pytest

from tests.builders import NOW, D, H, account, decision, hold, policy, published, report
from watcher.adapters.ledger.serial import event_from, event_json
from watcher.decide.figures import Sum, figures
from watcher.decide.report import Totals
from watcher.facts.activity import NOT_ASKED, Activity, Seen, Use, idle_days
from watcher.messages.events import RenewalFacts
from watcher.messages.renewal_messages import announcement, decision_events, evidence_in_words
from watcher.rules.judge import Usage, Verdict
from watcher.rules.plan import Announce, Decision, Mode, PeriodState, avoidable
from watcher.rules.policy import Protect, ReleaseRule, ReleaseWhen, WarnFor

FAR = account("far", renews_in=29 * D)
NEVER = policy(release=ReleaseRule(when=ReleaseWhen.NEVER))
QUEUED = Seen(at=NOW, what=Use.QUEUED_POST)
AT_ONCE = policy(release=ReleaseRule(when=ReleaseWhen.IDLE, notice=timedelta()))
WARNS = policy(warn=(30 * D,), warn_for=WarnFor.UNUSED)


@pytest.mark.parametrize(
    ("one", "today", "at_opening", "verdict"),
    [
        (decision(FAR, activity=published(12 * H)), Usage.IN_USE, Usage.UNUSED, Verdict.RELEASE),
        (decision(FAR, activity=published(21 * D)), Usage.UNUSED, Usage.UNUSED, Verdict.RELEASE),
        (decision(FAR, activity=published(21 * D - H)), Usage.IN_USE, Usage.UNUSED, Verdict.RELEASE),
        (decision(FAR, activity=QUEUED), Usage.IN_USE, Usage.IN_USE, Verdict.KEEP),
        (decision(FAR, activity=NOT_ASKED), Usage.UNKNOWN, Usage.UNKNOWN, Verdict.KEEP),
        (
            decision(account(renews_in=2 * H), activity=published(21 * D + H)),
            Usage.UNUSED,
            Usage.IN_USE,
            Verdict.KEEP,
        ),
        (decision(FAR, activity=published(12 * H), held=hold()), Usage.IN_USE, Usage.UNUSED, Verdict.WARN),
    ],
)
def test_the_label_is_todays_and_the_verdict_rests_on_the_opening(
    one: Decision, today: Usage, at_opening: Usage, verdict: Verdict
) -> None:
    """An account that posted 12 hours ago was called unused, because its renewal was 29 days off."""
    judgement = one.judgement

    assert (judgement.usage, judgement.usage_at_opening, judgement.verdict) == (today, at_opening, verdict)


def test_a_release_of_what_is_in_use_today_says_what_it_rests_on() -> None:
    soon = decision(account("latte", renews_in=31 * H), activity=published(20 * D + 2 * H))
    assert isinstance(soon.step, Announce)

    told = announcement(soon, soon.step, NOW, live=True).text

    assert (
        "; a post was published 20 d 2 h ago; will have been unused for 21 d 3 h when its window opens;"
        in told
    )


def test_of_what_is_unused_today_the_evidence_says_enough() -> None:
    soon = decision(account("latte", renews_in=31 * H))
    assert isinstance(soon.step, Announce)

    assert "when its window opens" not in announcement(soon, soon.step, NOW, live=True).text


def test_who_is_warned_does_not_change_with_the_label() -> None:
    """`warn_for = "unused"` and escalations ask what will be at the opening; the label stands beside it."""
    one = decision(FAR, activity=published(12 * H), policies=(WARNS,))

    (warning,) = decision_events(one, NOW, mode=Mode.ENFORCE)

    assert isinstance(warning.facts, RenewalFacts)
    assert (warning.facts.usage, warning.facts.usage_at_opening) == (Usage.IN_USE, Usage.UNUSED)
    assert not warning.renews_in_use
    assert "will have been unused for 29 d 6 h when its window opens" in warning.text


def test_what_is_unused_only_since_its_window_opened_is_kept_and_not_called_in_use() -> None:
    one = decision(account(renews_in=2 * H), activity=published(21 * D + H), policies=(policy(warn=(D,)),))
    (warning,) = decision_events(one, NOW, mode=Mode.ENFORCE)

    assert evidence_in_words(one.judgement, NOW) == "no post published through Layers for 21 d 1 h"
    assert not warning.renews_in_use


@pytest.mark.parametrize(
    ("one", "could"),
    [
        (decision(FAR), True),
        (decision(FAR, mode=Mode.OBSERVE), True),
        (decision(FAR, enrolled=False), True),
        (decision(FAR, policies=(NEVER,)), True),
        (decision(account(renews_in=2 * H), mode=Mode.OBSERVE, policies=(AT_ONCE,)), True),
        (decision(FAR, activity=published(12 * H)), False),
        (decision(FAR, activity=NOT_ASKED), False),
        (decision(FAR, held=hold()), False),
        (decision(FAR, held=hold(), enrolled=False), False),
        (decision(FAR, policies=(policy(protect=Protect(handles=("fa*",))),)), False),
        (decision(FAR, policies=(policy(protect=Protect(handles=("fa*",))),), enrolled=False), False),
        (decision(FAR, policies=()), False),
        (decision(FAR, standing=PeriodState(refused=True)), False),
        (decision(account(renews_in=timedelta(minutes=5))), True),
        (decision(account(renews_in=-H)), True),
        (decision(account(renews_in=-H), held=hold()), False),
    ],
)  # fmt: skip
def test_avoidable_is_what_is_unused_today_and_could_be_released(one: Decision, could: bool) -> None:
    assert avoidable(one) is could


def test_sums_count_today_and_the_window_beside_it() -> None:
    fleet = (
        decision(account("idle", price_cents=10_000)),
        decision(account("held", price_cents=1_000), held=hold()),
        decision(account("later", renews_in=29 * D, price_cents=100), activity=published(D)),
        decision(account("busy", price_cents=10), activity=published(D)),
        decision(account("unread", price_cents=1), activity=NOT_ASKED),
    )

    sums, totals = figures(fleet), Totals().with_decisions(fleet)

    assert (sums.in_use, sums.unused, sums.unknown, sums.not_asked) == (
        Sum(accounts=2, cents=110),
        Sum(accounts=2, cents=11_000),
        Sum(),
        Sum(accounts=1, cents=1),
    )
    assert (sums.avoidable, sums.planned) == (Sum(accounts=1, cents=10_000), Sum(accounts=1, cents=10_000))
    assert sums.unused_by_window == Sum(accounts=1, cents=100)
    assert sums.releasing == Sum(accounts=2, cents=10_100)
    assert (totals.in_use, totals.unused, totals.unused_cents, totals.avoidable_cents) == (
        2,
        2,
        11_000,
        10_000,
    )
    assert (totals.unused_by_window, totals.unused_by_window_cents) == (1, 100)
    assert report(*fleet).totals == totals


@pytest.mark.parametrize(
    ("activity", "days"),
    [
        (published(21 * D - H), 20),
        (published(21 * D), 21),
        (Seen(at=NOW - 180 * D, what=Use.ASSIGNMENT), 180),
        (Seen(at=NOW - 40 * D, what=Use.REMEMBERED), 40),
        (Seen(at=NOW - 40 * D, what=Use.DRAFT_POST), 0),
        (NOT_ASKED, None),
    ],
)
def test_idle_days_are_whole_days_since_the_last_use(activity: Activity, days: int | None) -> None:
    assert idle_days(activity, NOW) == days


def test_a_warning_that_an_older_version_queued_has_one_usage_for_both() -> None:
    """It stood for the opening, and what reads it decides by that as it did then."""
    one = decision(FAR, activity=published(12 * H), policies=(WARNS,))
    (warning,) = decision_events(one, NOW, mode=Mode.ENFORCE)
    stored = event_json(warning)
    assert stored["facts"]["usage_at_opening"] == "unused"
    assert event_from(stored) == warning

    del stored["facts"]["usage_at_opening"]
    stored["facts"]["usage"] = "unused"
    older = event_from(stored)

    assert older is not None
    assert isinstance(older.facts, RenewalFacts)
    assert (older.facts.usage, older.facts.usage_at_opening) == (Usage.UNUSED, None)
    assert not older.renews_in_use
