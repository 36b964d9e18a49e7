"""One account's health, as the API says it: believed only where it is whole, and of that very account."""

from datetime import timedelta

import pytest

from tests.adapters.layers.stage import account, fleet, staged
from watcher import sandbox
from watcher.adapters.layers.wire import health
from watcher.facts.accounts import AccountId
from watcher.facts.health import HealthTier
from watcher.ports.leases import HealthAnswer, Refused, Surprising
from watcher.sandbox import Health

ONE = AccountId("sa_1")
UNHEARD_OF = sandbox.Corrupt(mutate=lambda body: {**body, "tier": "scorching"})


@pytest.mark.parametrize("tier", HealthTier)
def test_every_word_of_the_contract_is_known(tier):
    with staged(fleet(account("1", health=Health(score=7, tier=tier.value)))) as stage:
        assert stage.reader.health(ONE) == HealthAnswer(tier=tier)


def test_a_word_that_nobody_knows_is_none():
    with staged(fleet(account("1")), UNHEARD_OF) as stage:
        assert stage.reader.health(ONE) == HealthAnswer(tier=None)


def test_an_answer_has_the_age_that_it_says():
    with staged(fleet(account("1")), sandbox.WithAge(seconds=90)) as stage:
        assert stage.reader.health(ONE).age == timedelta(seconds=90)


def test_an_answer_of_no_known_age_is_none():
    fault = sandbox.WithHeader(name="Age", value="-1")
    with staged(fleet(account("1")), fault) as stage, pytest.raises(Surprising) as failed:
        stage.reader.health(ONE)
    assert failed.value.code == "stale_answer"


@pytest.mark.parametrize("id_", ["", "..", "a/b", "a\nb"])
def test_an_impossible_id_is_refused_without_a_request(id_):
    with staged(fleet()) as stage:
        with pytest.raises(Refused) as refused:
            stage.reader.health(AccountId(id_))
        assert (refused.value.code, stage.paths()) == ("unusable_id", [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"socialAccountId": "sa_2", "score": 1, "tier": "cold"}',
        b'{"socialAccountId": "sa_1", "tier": "cold"}',
        b'{"socialAccountId": "sa_1", "score": 1}',
        b'{"socialAccountId": "sa_1", "score": 1, "tier": 5}',
        b'{"socialAccountId": "sa_1", "score": -0.1, "tier": "cold"}',
        b'{"socialAccountId": "sa_1", "score": 100.1, "tier": "cold"}',
        b'{"socialAccountId": "sa_1", "score": NaN, "tier": "cold"}',
        b'{"socialAccountId": "sa_1", "score": 1, "tier": "hot", "tier": "cold"}',
        b'{"socialAccountId": "sa_1", "score": 1, "tier": "cold", "error": {"code": "INTERNAL"}}',
    ],
)
def test_what_is_not_the_health_of_this_account_is_none(body):
    assert health(body, ONE) is None


@pytest.mark.parametrize("score", [b"0", b"64.5", b"100"])
def test_a_score_that_can_be_decides_nothing(score):
    body = b'{"socialAccountId": "sa_1", "score": %b, "tier": "hot", "posts": 9}' % score
    assert health(body, ONE) == HealthAnswer(tier=HealthTier.HOT)
