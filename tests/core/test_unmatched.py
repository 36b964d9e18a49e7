"""Words of the configuration that no account matches: what they were to keep is kept by nobody."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, H, account, policy
from tests.core.world import ACME, said
from watcher.decide.unmatched import Words
from watcher.facts.accounts import Flaw, Quarantined
from watcher.messages.problem_facts import UnmatchedFacts
from watcher.messages.unmatched import Unmatched, unmatched_event
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.rules.policy import Match, Policy, Protect

IDS, HANDLES, MATCHED, PLATFORMS = (
    f"policies.standard.{key}"
    for key in ("protect.accounts", "protect.handles", "match.handles", "match.platforms")
)
ODD = {"project": ACME, "id": "sa_odd", "handle": "odd", "flaw": Flaw.UNKNOWN_STATUS, "field": "status"}


def left(
    *rules: Policy,
    holds: Iterable[Override] = (),
    odd: Iterable[dict[str, Any]] = (),
) -> list[tuple[str, str]]:
    words = Words(Overrides(said=tuple(holds)), NOW)
    words.meet(rules, [account()], [Quarantined(**(ODD | fields)) for fields in odd])
    return [(one.key, one.word) for one in words.left()]


@pytest.mark.parametrize(
    ("rules", "unmatched"),
    [
        (policy(protect=Protect(accounts=("sa_latte.art.lab", "sa_odd", "sa_nobody"))), [(IDS, "sa_nobody")]),
        (policy(protect=Protect(handles=("latte*", "odd", "@nobody"))), [(HANDLES, "@nobody")]),
        (policy(match=Match(handles=("LATTE.*", "nobody"))), [(MATCHED, "nobody")]),
        (policy(match=Match(platforms=("TikTok", "instagram"))), [(PLATFORMS, "instagram")]),
    ],
)
def test_what_matches_no_account_is_left(rules: Policy, unmatched: list[tuple[str, str]]) -> None:
    """Of what is not understood too: it is leased all the same. What platform it is on nobody can say."""
    odd = () if rules.match.platforms else ({},)
    assert left(rules, odd=odd) == unmatched


@pytest.mark.parametrize(
    ("odd", "unsure"),
    [
        pytest.param({}, {PLATFORMS}, id="its platform is never known"),
        pytest.param({"id": None}, {IDS, PLATFORMS}, id="without an id"),
        pytest.param(
            {"flaw": Flaw.UNUSABLE_ID, "field": "socialAccountId"},
            {IDS, PLATFORMS},
            id="with an id of no use",
        ),
        pytest.param({"handle": None}, {HANDLES, MATCHED, PLATFORMS}, id="without a handle"),
        pytest.param(
            {"flaw": Flaw.MALFORMED_FIELD, "field": "handle"},
            {HANDLES, MATCHED, PLATFORMS},
            id="a malformed one",
        ),
    ],
)
def test_what_cannot_be_read_may_be_what_was_meant(odd: dict[str, Any], unsure: set[str]) -> None:
    rules = policy(
        protect=Protect(accounts=("sa_nobody",), handles=("nobody",)),
        match=Match(handles=("nobody",), platforms=("instagram",)),
    )
    assert {key for key, _ in left(rules, odd=[odd])} == {IDS, HANDLES, MATCHED, PLATFORMS} - unsure


@pytest.mark.parametrize(
    ("until", "unmatched"),
    [(None, [("holds", "sa_nobody")]), (NOW + H, [("holds", "sa_nobody")]), (NOW, [])],
    ids=["for ever", "for an hour", "ended"],
)
def test_a_hold_of_the_configuration_is_looked_for_while_it_lasts(
    until: datetime | None, unmatched: list[tuple[str, str]]
) -> None:
    said_of = ("sa_nobody", account().id, "sa_odd")
    holds = [said(OverrideKind.HOLD, account=one, until=until) for one in said_of]
    assert left(holds=holds, odd=({},)) == unmatched


def test_a_typing_error_is_told_with_what_is_there() -> None:
    words = Words(Overrides(), NOW)
    rules = policy(protect=Protect(accounts=("SA_LATTE", "sa_grnid", "sa_nobody")))
    words.meet([rules], [account("latte"), account("grind")], [])
    assert words.left() == (
        Unmatched(key=IDS, word="SA_LATTE", nearest="sa_latte"),
        Unmatched(key=IDS, word="sa_grnid", nearest="sa_grind"),
        Unmatched(key=IDS, word="sa_nobody"),
    )


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (1, "1 configured word matches no leased account, so nothing is kept by it; k w0 (did you mean x?);"),
        (5, ", k w4; correct or remove them"),
        (6, ", k w4, and 1 more; correct or remove them"),
    ],
)
def test_the_first_five_are_named(number: int, says: str) -> None:
    found = [Unmatched(key="k", word=f"w{n}", nearest=None if n else "x") for n in range(number)]
    event = unmatched_event(found, NOW)
    assert event is not None
    assert says in event.text
    assert event.facts == UnmatchedFacts(words=number)
    other = unmatched_event(found[1:], NOW + timedelta(1))
    assert other is None or other.key != event.key
