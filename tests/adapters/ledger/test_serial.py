"""What another version of this program wrote is read, or known not to be known here."""

from json import dumps

import pytest

from watcher.adapters.ledger.serial import explanation_from, explanation_json, rules_from
from watcher.record.outcomes import Cause, Explanation

WHY = {"cause": "braked", "title": "t", "word": "w", "details": ["d"], "brakes": ["too_many"], "closes": None}
RULES = {"mode": "enforce", "enrolled": True, "policies": {}}


def test_an_explanation_is_read_back_as_it_was() -> None:
    why = Explanation(
        cause=Cause.BRAKED, title="t", word="w", details=("d", "e"), brakes=("too_many", "value")
    )
    assert explanation_from(explanation_json(why)) == why


UNSENT = Explanation(cause=Cause.REFUSED, title="its release was not sent", unsent=True)


def test_that_a_release_was_not_sent_is_a_value_of_its_own() -> None:
    assert explanation_from(explanation_json(UNSENT)) == UNSENT


def test_of_a_former_version_it_is_known_by_what_it_said() -> None:
    former = WHY | {"cause": "refused", "title": "its release was not sent", "details": []}
    assert explanation_from(dumps(former | {"brakes": [], "word": ""})) == UNSENT
    told = explanation_from(dumps(WHY))
    assert told is not None
    assert not told.unsent


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "braked",
        {},
        WHY | {"cause": "a newer one"},
        WHY | {"cause": None},
        WHY | {"details": None},
        WHY | {"details": "d"},
        WHY | {"brakes": [{"word": "too_many"}]},
        WHY | {"title": {"text": "t"}},
        WHY | {"closes": 1_770_000_000},
    ],
)
def test_an_explanation_in_a_newer_shape_is_none(stored: object) -> None:
    """`null`, a list, or details without a list broke every reading of the account instead."""
    assert explanation_from(dumps(stored)) is None


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {},
        RULES | {"mode": "newer"},
        RULES | {"policies": []},
        RULES | {"policies": None},
        RULES | {"policies": {"f": None}},
        RULES | {"policies": {"f": {"by": "policy", "since": 1, "earliest": 1}}},
    ],
)
def test_rules_in_a_newer_shape_are_none(stored: object) -> None:
    assert rules_from(dumps(stored)) is None
