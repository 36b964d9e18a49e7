"""What an account's health says, of how few it is asked, and what is never concluded from an error."""

from datetime import timedelta

import pytest

from tests.adapters.evidence.shelf import NOW, PROJECT, inquiry
from watcher.adapters.evidence.health import KEPT_AT_MOST, HealthSource
from watcher.facts.accounts import AccountId
from watcher.facts.activity import Findings
from watcher.facts.health import Health, HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.ports.leases import ApiError, HealthAnswer, Refused, Surprising, Suspended, Temporary

TICK = timedelta(microseconds=1)
HOT = HealthAnswer(tier=HealthTier.HOT)
DOWN = Temporary("503", code="INTERNAL", status=503)
FORBIDDEN = Refused("no scope", code="FORBIDDEN_SCOPE", status=403)
UNREADABLE = HealthUnknown(why=WhyHealthUnknown.UNREADABLE)
MISSING_SCOPE = HealthUnknown(why=WhyHealthUnknown.MISSING_SCOPE)


class Ward:
    """A reader that knows how healthy some accounts are, and counts of whom it was asked."""

    def __init__(self, **answers: HealthAnswer | ApiError) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def health(self, account: AccountId) -> HealthAnswer:
        self.asked.append(account)
        answer = self._answers[account]
        if isinstance(answer, ApiError):
            raise answer
        return answer


def ask(ward: Ward) -> Findings:
    inquiries = [inquiry(name) for name in ward._answers]
    source = HealthSource(reader=ward)  # type: ignore[arg-type]
    return source.read(PROJECT, inquiries, shown_before=True, now=NOW)


def healths(**answers: HealthAnswer | ApiError) -> dict[str, Health]:
    return {str(id_): health for id_, health in ask(Ward(**answers)).health.items()}


@pytest.mark.parametrize("tier", HealthTier)
def test_each_account_is_one_request_and_says_nothing_of_use(tier: HealthTier) -> None:
    ward = Ward(a=HealthAnswer(tier=tier), b=HOT)
    assert ask(ward) == Findings(
        activity={}, shown=True, health={AccountId("a"): tier, AccountId("b"): HealthTier.HOT}
    )
    assert ward.asked == ["a", "b"]


def test_a_word_that_nobody_knows_is_unknown() -> None:
    assert healths(a=HealthAnswer(tier=None)) == {"a": HealthUnknown(why=WhyHealthUnknown.UNKNOWN_TIER)}


@pytest.mark.parametrize(
    ("age", "health"),
    [
        (KEPT_AT_MOST - TICK, HealthTier.HOT),
        (KEPT_AT_MOST, HealthTier.HOT),
        (KEPT_AT_MOST + TICK, HealthUnknown(why=WhyHealthUnknown.TOO_OLD)),
    ],
)
def test_an_answer_that_was_kept_for_longer_than_the_provider_keeps_one_is_none(
    age: timedelta, health: Health
) -> None:
    found = ask(Ward(a=HealthAnswer(tier=HealthTier.HOT, age=age)))
    assert found.health == {"a": health}
    assert found.age == (age if health is HealthTier.HOT else timedelta())


@pytest.mark.parametrize(
    ("error", "doubt"),
    [
        (DOWN, UNREADABLE),
        (Surprising("a page", code="html_body", status=200), UNREADABLE),
        (Refused("not there", code="NOT_FOUND", status=404), UNREADABLE),
        (Refused("no", code="FORBIDDEN", status=403), UNREADABLE),
        (Refused("odd", code="FORBIDDEN_SCOPE", status=404), UNREADABLE),
        (FORBIDDEN, MISSING_SCOPE),
    ],
)
def test_an_error_is_unknown_and_never_cold(error: ApiError, doubt: HealthUnknown) -> None:
    assert healths(a=error) == {"a": doubt}


def test_where_the_key_lacks_the_scope_nobody_else_is_asked_about() -> None:
    ward = Ward(a=HOT, b=FORBIDDEN, c=HOT)
    assert ask(ward).health == {"a": HealthTier.HOT, "b": MISSING_SCOPE, "c": MISSING_SCOPE}
    assert ward.asked == ["a", "b"]


def test_of_an_api_that_does_not_answer_three_accounts_are_enough() -> None:
    """Each is four requests and seconds of waiting, and a turn has others to ask about."""
    ward = Ward(a=DOWN, b=DOWN, c=DOWN, d=HOT)
    assert ask(ward).health == dict.fromkeys("abcd", UNREADABLE)
    assert ward.asked == ["a", "b", "c"]


def test_an_answer_between_two_failures_shows_that_it_is_there() -> None:
    ward = Ward(a=DOWN, b=DOWN, c=HOT, d=DOWN, e=HOT)
    assert ask(ward).health == {
        "a": UNREADABLE,
        "b": UNREADABLE,
        "c": HealthTier.HOT,
        "d": UNREADABLE,
        "e": HealthTier.HOT,
    }


@pytest.mark.parametrize(
    "error", [Suspended("off", code="KILL_SWITCH", status=503), Refused("who", code="X", status=401)]
)
def test_trouble_with_the_key_is_everybody_s(error: ApiError) -> None:
    with pytest.raises(type(error)):
        ask(Ward(a=error))
