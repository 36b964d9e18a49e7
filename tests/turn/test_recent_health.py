"""For how long an answer about health is said again, and which never is."""

from datetime import timedelta

import pytest

from tests.stage import NOW, TICK, M
from watcher.facts.accounts import AccountId
from watcher.facts.health import HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.turn.recent_health import RecentHealth

ONE, TWO = AccountId("sa_one"), AccountId("sa_two")


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (-TICK, None),
        (timedelta(), HealthTier.WARM),
        (30 * M, HealthTier.WARM),
        (30 * M + TICK, None),
    ],
    ids=["a clock set back", "at once", "as long as the provider repeats it", "later"],
)
def test_it_is_said_again_for_as_long_as_the_provider_would(
    after: timedelta, said: HealthTier | None
) -> None:
    recent = RecentHealth()
    recent.note({ONE: HealthTier.WARM}, NOW)
    assert recent.of(ONE, NOW + after) is said
    assert recent.of(TWO, NOW + after) is None
    recent.forget(NOW + after)
    assert recent.of(ONE, NOW) is said, "what is too old is forgotten, and nothing else"


@pytest.mark.parametrize("why", WhyHealthUnknown)
def test_doubt_is_asked_again(why: WhyHealthUnknown) -> None:
    recent = RecentHealth()
    recent.note({ONE: HealthUnknown(why=why)}, NOW)
    assert recent.of(ONE, NOW) is None


def test_the_last_answer_counts() -> None:
    recent = RecentHealth()
    recent.note({ONE: HealthTier.WARM, TWO: HealthTier.COLD}, NOW)
    recent.note({ONE: HealthTier.SHADOWBANNED}, NOW + 15 * M)
    assert (recent.of(ONE, NOW + 40 * M), recent.of(TWO, NOW + 40 * M)) == (HealthTier.SHADOWBANNED, None)
