"""What a policy would have done by the recorded past: judged by the real judge, silent on what is unknown."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import IDLE, NOW, D, H, account, hold, policy
from watcher.ahead.backtest import (
    Again,
    Backtest,
    PastRules,
    Sighting,
    Untold,
    WouldRelease,
)
from watcher.facts.activity import Seen, Use
from watcher.facts.health import HealthTier
from watcher.record.amounts import Amount
from watcher.record.overrides import Override, Overrides
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.policy import Match, Protect

RENEWED = NOW - 60 * D
OPENED = RENEWED - 6 * H
"""When the window of that renewal opened, by the usual lead."""
NEXT = RENEWED + 30 * D
LEASED = replace(account("latte"), renews_at=RENEWED)
LONG_AGO = Seen(at=RENEWED - 50 * D, what=Use.PUBLISHED_POST)
RULES = PastRules(policies=(policy(),), enrolled=True)
GUARDING = policy(protect=Protect(min_followers=1_200))
EVERY_DAY = tuple(RENEWED - 40 * D + each * D for each in range(100))
TICK = timedelta(microseconds=1)


def seen(at: datetime, renews_at: datetime = RENEWED, **facts: object) -> Sighting:
    known = {"used": LONG_AGO, "usage": Usage.UNUSED} | facts
    return Sighting(at=at, account=replace(LEASED, renews_at=renews_at), **known)  # type: ignore[arg-type]


BEFORE = seen(RENEWED - 20 * D)
AFTER = seen(RENEWED + H, NEXT)


def looked_back(
    *sightings: Sighting,
    rules: PastRules = RULES,
    turns: Sequence[datetime] = EVERY_DAY,
    words: Sequence[Override] = (),
) -> Backtest:
    backtest = Backtest(rules=lambda _: rules, turns=turns, words=Overrides(said=tuple(words)), now=NOW)
    backtest.take(sightings)
    return backtest


def only(*sightings: Sighting, **how: object) -> WouldRelease | Reason | Untold | None:
    """What became of the only renewal."""
    found = looked_back(*sightings, **how)  # type: ignore[arg-type]
    told = [*found.releases, *found.kept, *found.untold]
    assert found.all.renewals == len(told) <= 1
    return told[0] if told else None


def test_an_unused_account_would_have_been_released_as_its_window_opened() -> None:
    found = looked_back(BEFORE, AFTER)
    assert found.releases == [
        WouldRelease(account=LEASED, at=OPENED, policy="standard", again=Again.NOT_USED)
    ]
    assert found.saved == found.all == Amount(renewals=1, cents=15_000)
    assert found.regrets == ()


def test_by_another_policy_another_fate() -> None:
    """It had been unused for 50 d: what asks for 60 d keeps it."""
    patient = policy(release=replace(IDLE, idle_after=60 * D))
    assert only(BEFORE, AFTER, rules=replace(RULES, policies=(patient,))) is Reason.IN_USE


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (replace(RULES, enrolled=False), Reason.NOT_ENROLLED),
        (replace(RULES, policies=()), Reason.NO_POLICY),
        (
            replace(RULES, policies=(policy(protect=Protect(min_followers=1_200)),)),
            Reason.PROTECTED_FOLLOWERS,
        ),
    ],
)
def test_what_is_kept_is_kept_for_the_judges_reason(rules: PastRules, reason: Reason) -> None:
    assert only(BEFORE, AFTER, rules=rules) is reason


def test_by_evidence_that_the_ledger_keeps_no_record_of_nothing_is_concluded() -> None:
    asking = policy(evidence=("posts", "health"))
    assert only(BEFORE, AFTER, rules=replace(RULES, policies=(asking,))) is Untold.HEALTH_UNKNOWN


def test_followers_are_those_of_then() -> None:
    """Fewer than the protection asks for until the day after."""
    later = replace(AFTER, account=replace(AFTER.account, followers=9_000))
    guarded = replace(RULES, policies=(policy(protect=Protect(min_followers=5_000)),))
    assert isinstance(only(BEFORE, later, rules=guarded), WouldRelease)


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        (replace(hold(), account=LEASED.id, at=OPENED), True),
        (replace(hold(), account=LEASED.id, at=OPENED + TICK), False),
        (replace(hold(until=OPENED), account=LEASED.id, at=OPENED - D), False),
        (replace(hold(until=OPENED + TICK), account=LEASED.id, at=OPENED - D), True),
    ],
)
def test_a_hold_counts_that_was_in_force_then(word: Override, kept: bool) -> None:
    found = only(BEFORE, AFTER, words=[word])
    assert (found is Reason.HELD) is kept


def test_use_before_the_opening_counts_though_it_was_noted_later() -> None:
    """A turn at the opening would have read it."""
    noted = replace(AFTER, used=Seen(at=OPENED, what=Use.PUBLISHED_POST), usage=Usage.IN_USE)
    assert only(BEFORE, noted) is Reason.IN_USE


def test_unfinished_work_keeps_it() -> None:
    queued = replace(BEFORE, used=Seen(at=RENEWED - 20 * D, what=Use.QUEUED_POST), usage=Usage.IN_USE)
    assert only(queued, AFTER) is Reason.IN_USE


@pytest.mark.parametrize(
    ("used", "again"),
    [
        (OPENED + TICK, Again.USED),
        (OPENED + 7 * D, Again.USED),
        (OPENED + 7 * D + TICK, Again.UNKNOWN),
    ],
)
def test_it_is_regretted_where_it_was_used_within_seven_days(used: datetime, again: Again) -> None:
    """Of later use nobody knows whether it was the first."""
    noted = replace(seen(NEXT - D, NEXT), used=Seen(at=used, what=Use.PUBLISHED_POST), usage=Usage.IN_USE)
    found = looked_back(BEFORE, AFTER, noted)
    (release,) = found.releases
    assert (release.again, release.used_at) == (again, used if again is Again.USED else None)
    assert found.again(again) == Amount(renewals=1, cents=15_000)
    assert found.regrets == ((release,) if again is Again.USED else ())


def test_an_account_that_was_not_asked_about_again_is_no_proof() -> None:
    found = looked_back(BEFORE, AFTER, turns=[at for at in EVERY_DAY if at < RENEWED + 10 * D])
    assert [one.again for one in found.releases] == [Again.UNKNOWN]


def test_a_source_that_went_blind_proves_nothing_of_its_use() -> None:
    found = looked_back(BEFORE, AFTER, replace(seen(NEXT - D, NEXT), usage=Usage.UNKNOWN))
    assert [one.again for one in found.releases] == [Again.UNKNOWN]


def test_of_what_was_given_back_in_fact_nothing_is_known_since() -> None:
    gone = seen(OPENED + H, gone=True)
    found = looked_back(BEFORE, gone)
    assert [(one.at, one.again) for one in found.releases] == [(OPENED, Again.UNKNOWN)]


@pytest.mark.parametrize(("ago", "counted"), [(24 * H, 1), (24 * H + TICK, 0)])
def test_an_account_that_was_gone_long_before_had_no_renewal(ago: timedelta, counted: int) -> None:
    assert looked_back(BEFORE, seen(OPENED - ago, gone=True)).all.renewals == counted


@pytest.mark.parametrize(
    ("sightings", "turns", "untold"),
    [
        ((seen(OPENED + TICK), AFTER), EVERY_DAY, Untold.SEEN_LATE),
        ((BEFORE, AFTER), (OPENED - 24 * H - TICK, NOW), Untold.NOT_WATCHED),
        ((BEFORE, AFTER), (OPENED + TICK,), Untold.NOT_WATCHED),
        ((replace(BEFORE, usage=Usage.UNKNOWN), AFTER), EVERY_DAY, Untold.USE_UNKNOWN),
        ((replace(BEFORE, used=None), AFTER), EVERY_DAY, Untold.USE_UNKNOWN),
    ],
)
def test_what_the_ledger_does_not_know_is_counted_as_that(
    sightings: Sequence[Sighting], turns: Sequence[datetime], untold: Untold
) -> None:
    found = looked_back(*sightings, turns=turns)
    assert found.untold == {untold: Amount(renewals=1, cents=15_000)}
    assert (found.releases, found.kept) == ([], {})


def test_a_renewal_that_was_moved_did_not_take_place() -> None:
    moved = seen(RENEWED - 10 * D, RENEWED + 5 * D)
    found = looked_back(BEFORE, moved, seen(RENEWED + 6 * D, RENEWED + 35 * D))
    assert [one.account.renews_at for one in found.releases] == [RENEWED + 5 * D]


@pytest.mark.parametrize(
    ("shown", "renewed"), [(27 * D - timedelta(microseconds=1), False), (27 * D, True), (28 * D, True)]
)
def test_what_is_shown_a_month_later_took_place(shown: timedelta, renewed: bool) -> None:
    """By the rule by which the ledger calls a renewal paid: nearer than the shortest month it was moved."""
    found = looked_back(BEFORE, seen(RENEWED + H, RENEWED + shown))
    assert [one.account.renews_at for one in found.releases] == [RENEWED] * renewed


def test_a_renewal_to_come_is_not_of_the_past() -> None:
    assert only(seen(NOW - 20 * D, NOW + D)) is None


def test_an_account_is_judged_month_after_month() -> None:
    found = looked_back(BEFORE, AFTER, seen(NEXT + H, NEXT + 30 * D))
    assert [one.account.renews_at for one in found.releases] == [RENEWED, NEXT]
    assert found.saved == Amount(renewals=2, cents=30_000)


def test_nothing_recorded_is_nothing_said() -> None:
    assert only() is None
    assert only(seen(RENEWED - D, gone=True)) is None


def test_nor_is_it_where_only_its_health_says_which_policy_governs_it() -> None:
    """Although a later policy would have released it."""
    shadow = policy("shadow", match=Match(health=(HealthTier.SHADOWBANNED,)))
    by_both = replace(RULES, policies=(shadow, *RULES.policies))
    assert only(BEFORE, AFTER, rules=by_both) is Untold.HEALTH_UNKNOWN
