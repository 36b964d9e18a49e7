"""Which policy governs an account: the first that fits, and none further where fitting cannot be told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import NOW, D, account, policy
from watcher.facts.accounts import FIRST_BELIEVED, Account
from watcher.facts.handles import folded, matching
from watcher.facts.health import HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.rules.judge import protection
from watcher.rules.matching import (
    Fit,
    Governed,
    as_remembered,
    fits,
    follower_limits,
    governing,
    may_govern,
    rests_on_health,
)
from watcher.rules.policy import Match, Policy, Protect

TICK = timedelta(microseconds=1)
ONE = account("Latte.Art.Lab", platform="TikTok", followers=1_200, price_cents=15_000)
FACELESS = replace(ONE, followers=None)


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("latte", "latte"),
        ("@latte", "latte"),
        ("@Latte", "latte"),
        ("LATTE", "latte"),
        ("@@latte", "latte"),
        ("STRAßE", "strasse"),
        ("lat@te", "lat@te"),
        ("", ""),
    ],
)
def test_a_handle_is_folded_as_people_write_it(handle: str, name: str) -> None:
    assert folded(handle) == name


@pytest.mark.parametrize(
    ("handle", "globs", "found"),
    [
        ("brand.main", ("brand.*",), "brand.*"),
        ("@Brand.Main", ("@BRAND.*",), "@BRAND.*"),
        ("brandmain", ("brand.*",), None),
        ("my.brand.main", ("brand.*",), None),
        ("brand.", ("brand.*",), "brand.*"),
        ("brand.a", ("other", "brand.?", "brand.*"), "brand.?"),
        ("brand.a", ("brand.[ab]",), "brand.[ab]"),
        ("brand.c", ("brand.[ab]",), None),
        ("anything", ("*",), "*"),
        ("", ("*",), "*"),
        ("brand", (), None),
    ],
)
def test_the_first_fitting_glob_is_answered_as_it_was_written(
    handle: str, globs: tuple[str, ...], found: str | None
) -> None:
    assert matching(handle, globs) == found


def test_an_empty_match_fits_everything_even_what_is_hardly_known() -> None:
    assert fits(Match(), FACELESS, NOW) is Fit.YES


@pytest.mark.parametrize(
    ("match", "fit"),
    [
        (Match(platforms=("tiktok",)), Fit.YES),
        (Match(platforms=("instagram", "TIKTOK")), Fit.YES),
        (Match(platforms=("instagram",)), Fit.NO),
        (Match(handles=("@latte.*",)), Fit.YES),
        (Match(handles=("brew.*", "LATTE.*")), Fit.YES),
        (Match(handles=("brew.*",)), Fit.NO),
        (Match(min_followers=1_199), Fit.YES),
        (Match(min_followers=1_200), Fit.YES),
        (Match(min_followers=1_201), Fit.NO),
        (Match(max_followers=1_199), Fit.NO),
        (Match(max_followers=1_200), Fit.YES),
        (Match(max_followers=1_201), Fit.YES),
        (Match(max_followers=0), Fit.NO),
        (Match(min_price_cents=14_999), Fit.YES),
        (Match(min_price_cents=15_000), Fit.YES),
        (Match(min_price_cents=15_001), Fit.NO),
        (Match(max_price_cents=14_999), Fit.NO),
        (Match(max_price_cents=15_000), Fit.YES),
        (Match(max_price_cents=15_001), Fit.YES),
    ],
    ids=repr,
)
def test_each_condition_holds_up_to_and_including_its_limit(match: Match, fit: Fit) -> None:
    assert fits(match, ONE, NOW) is fit


@pytest.mark.parametrize(
    ("leased_for", "fit"), [(30 * D - TICK, Fit.NO), (30 * D, Fit.YES), (30 * D + TICK, Fit.YES)]
)
def test_min_age_counts_from_the_assignment(leased_for: timedelta, fit: Fit) -> None:
    assert fits(Match(min_age=30 * D), replace(ONE, assigned_at=NOW - leased_for), NOW) is fit


def test_a_lease_that_begins_at_this_very_moment_has_an_age_and_that_is_none() -> None:
    just_now = replace(ONE, assigned_at=NOW)
    assert [fits(Match(min_age=age), just_now, NOW) for age in (timedelta(), TICK)] == [Fit.YES, Fit.NO]


@pytest.mark.parametrize(
    "assigned_at",
    [datetime(1, 1, 1, tzinfo=UTC), FIRST_BELIEVED - TICK, NOW + TICK, ONE.renews_at, ONE.renews_at + D],
    ids=["year 1", "a tick too early", "to come", "at the renewal", "after the renewal"],
)
def test_the_age_of_a_lease_that_cannot_have_begun_so_is_not_known(assigned_at: datetime) -> None:
    """A lease of 1970 was old enough for the policy that releases; one of next week fell through to it."""
    one = replace(ONE, assigned_at=assigned_at)
    assert fits(Match(min_age=30 * D), one, NOW) is Fit.CANNOT_TELL
    assert fits(Match(min_age=30 * D, platforms=("instagram",)), one, NOW) is Fit.NO
    assert fits(Match(platforms=("tiktok",)), one, NOW) is Fit.YES


@pytest.mark.parametrize(
    ("match", "fit"),
    [
        (Match(min_followers=0), Fit.CANNOT_TELL),
        (Match(max_followers=10**9), Fit.CANNOT_TELL),
        (Match(min_followers=1, max_followers=2), Fit.CANNOT_TELL),
        (Match(min_followers=1, platforms=("tiktok",)), Fit.CANNOT_TELL),
        (Match(min_followers=1, platforms=("instagram",)), Fit.NO),
        (Match(max_followers=1, handles=("brew.*",)), Fit.NO),
        (Match(platforms=("tiktok",)), Fit.YES),
    ],
    ids=repr,
)
def test_unknown_followers_cannot_be_told_unless_another_condition_rules_the_policy_out(
    match: Match, fit: Fit
) -> None:
    assert fits(match, FACELESS, NOW) is fit


def test_a_limit_is_the_first_count_that_is_answered_otherwise() -> None:
    """Each count is held against every condition, on both sides of every limit."""
    policies = (
        policy("a", match=Match(min_followers=10, max_followers=20)),
        policy("b", match=Match(max_followers=9), protect=Protect(min_followers=30)),
        policy("c"),
    )
    limits = follower_limits(policies)
    assert limits == (10, 21, 30)

    def answers(count: int) -> list[object]:
        one = replace(ONE, followers=count)
        return [(fits(each.match, one, NOW), protection(one, each.protect)) for each in policies]

    differs = [count for count in range(1, 40) if answers(count) != answers(count - 1)]
    assert differs == [*limits]


BIG = policy("big", match=Match(min_followers=1_000))
SMALL = policy("small", match=Match(max_followers=999))
BREW = policy("brew", match=Match(handles=("brew.*",)))
REST = policy("rest")


@pytest.mark.parametrize(
    ("one", "policies", "governed"),
    [
        (ONE, (BIG, REST), Governed(policy=BIG, certain=True)),
        (ONE, (REST, BIG), Governed(policy=REST, certain=True)),
        (ONE, (SMALL, BREW, REST), Governed(policy=REST, certain=True)),
        (ONE, (SMALL, BREW), None),
        (ONE, (), None),
        (FACELESS, (BIG, REST), Governed(policy=BIG, certain=False)),
        (FACELESS, (SMALL, BIG, REST), Governed(policy=SMALL, certain=False)),
        (FACELESS, (BREW, BIG, REST), Governed(policy=BIG, certain=False)),
        (FACELESS, (REST, BIG), Governed(policy=REST, certain=True)),
    ],
)
def test_the_first_policy_that_fits_or_might_fit_governs(
    one: Account, policies: tuple[Policy, ...], governed: Governed | None
) -> None:
    assert governing(one, policies, NOW) == governed


# By health (ADR 81)

SHADOW = policy("shadow", match=Match(health=(HealthTier.SHADOWBANNED, HealthTier.COLD)))
FALLEN = policy("fallen", match=Match(health=(HealthTier.NEW,), min_followers=1_000))
REST = policy("rest")
LOST = HealthUnknown(why=WhyHealthUnknown.UNREADABLE)


@pytest.mark.parametrize("tier", HealthTier)
def test_a_health_fits_where_the_provider_says_that_very_word(tier: HealthTier) -> None:
    matched = tier in SHADOW.match.health
    assert fits(SHADOW.match, ONE, NOW, tier) is (Fit.YES if matched else Fit.NO)
    assert governing(ONE, (SHADOW, REST), NOW, tier) == Governed(
        policy=SHADOW if matched else REST, certain=True
    )


@pytest.mark.parametrize("health", [HealthUnknown(why=why) for why in WhyHealthUnknown])
def test_what_nobody_knows_is_never_handed_to_the_next_policy(health: HealthUnknown) -> None:
    assert fits(SHADOW.match, ONE, NOW, health) is Fit.CANNOT_TELL
    assert governing(ONE, (SHADOW, REST), NOW, health) == Governed(
        policy=SHADOW, certain=False, contenders=(SHADOW, REST)
    )


def test_contenders_are_all_that_no_other_condition_rules_out_and_none_after_the_first_without_a_health() -> (
    None
):
    few = replace(ONE, followers=999)
    after = policy("after")
    assert tuple(may_govern(ONE, (SHADOW, FALLEN, REST, after), NOW)) == (SHADOW, FALLEN, REST)
    assert tuple(may_govern(few, (SHADOW, FALLEN, REST, after), NOW)) == (SHADOW, REST)
    assert tuple(may_govern(FACELESS, (FALLEN, SHADOW), NOW)) == (FALLEN, SHADOW)
    assert governing(ONE, (FALLEN, SHADOW), NOW, LOST) == Governed(
        policy=FALLEN, certain=False, contenders=(FALLEN, SHADOW)
    )


@pytest.mark.parametrize(
    ("policies", "rests"),
    [
        ((SHADOW, REST), True),
        ((SHADOW,), True),
        ((REST, SHADOW), False),
        ((policy("large", match=Match(min_followers=1_201)), SHADOW), True),
        ((policy("small", match=Match(max_followers=1_200)), SHADOW), False),
        ((replace(FALLEN, match=replace(FALLEN.match, min_followers=1_201)), REST), False),
        ((), False),
    ],
)
def test_which_policy_governs_rests_on_health_only_where_it_can_change_that(
    policies: tuple[Policy, ...], rests: bool
) -> None:
    assert rests_on_health(ONE, policies, NOW) is rests


def test_a_known_health_leaves_what_else_cannot_be_told() -> None:
    assert governing(FACELESS, (FALLEN, REST), NOW, HealthTier.NEW) == Governed(policy=FALLEN, certain=False)
    assert governing(FACELESS, (FALLEN, REST), NOW, HealthTier.WARM) == Governed(policy=REST, certain=True)


def test_by_what_is_remembered_it_is_the_policy_that_announced_it_or_the_first() -> None:
    policies = (SHADOW, REST)
    assert as_remembered(ONE, policies, NOW, REST.fingerprint) == REST
    assert as_remembered(ONE, policies, NOW, "another") == SHADOW
    assert as_remembered(ONE, policies, NOW, None) == SHADOW
    assert as_remembered(ONE, (), NOW, None) is None


def test_only_who_matches_by_health_has_another_fingerprint_for_it() -> None:
    """A ledger remembers notices by it: one of a policy that does not match by health stands as it stood."""
    assert "health" not in repr(Match())
    assert policy("standard").fingerprint == "148d49e2f181fef6"
    by_health = [policy(match=Match(health=(tier,))).fingerprint for tier in HealthTier]
    assert len({policy().fingerprint, *by_health}) == len(HealthTier) + 1


def test_it_asks_for_health_where_it_is_evidence_or_matched_and_once() -> None:
    assert REST.sources == ("posts",)
    assert SHADOW.sources == ("posts", "health")
    assert replace(SHADOW, evidence=("posts", "health")).sources == ("posts", "health")
