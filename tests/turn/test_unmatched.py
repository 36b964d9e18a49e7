"""Configured words that match nothing are told: whoever wrote them believes that they keep an account."""

from pathlib import Path

import pytest

from tests.stage import ACME, BETA, DAILY, GRIND, LATTE, NOW, D, H, M, Stage, account, in_memory
from watcher.decide.focus import Focus
from watcher.facts.accounts import ProjectId
from watcher.messages.unmatched import Unmatched
from watcher.sandbox import Corrupt, ServerError, corruptions
from watcher.wiring.turn import Purpose

HOLD = {"account": "SA_latte", "until": "forever", "reason": "flagship"}


@pytest.fixture
def stage(tmp_path: Path):
    with in_memory(tmp_path) as stage:
        yield stage


def words(stage: Stage, **how: object) -> list[str]:
    return [str(one) for one in stage.turn(**how).unmatched]  # type: ignore[arg-type]


def test_a_hold_of_another_spelling_is_told_with_the_nearest_id(stage: Stage) -> None:
    """`SA_1000` for `sa_1000`: "No mistakes found", and the account was released."""
    stage.configure({"holds": [HOLD]})
    report = stage.turn()
    assert report.unmatched == (Unmatched(key="holds", word="SA_latte", nearest="sa_latte"),)
    (told,) = stage.told("protection.unmatched")
    assert "holds SA_latte (did you mean sa_latte?)" in told["text"]


def test_every_word_that_matches_nothing_is_told_and_no_other(stage: Stage) -> None:
    stage.configure(
        {
            "policies.standard.protect.accounts": [DAILY.id, "sa_dialy", "other"],
            "policies.standard.protect.handles": ["GRI*", "brand.*", "@daily"],
            "policies.keep": {
                "match": {"handles": ["brew"], "platforms": ["TikTok", "instagram"]},
                "release": {"when": "never"},
            },
            "projects.acme.policy": ["keep", "standard"],
            "policies.unused.protect.handles": ["nobody"],
        }
    )
    assert words(stage) == [
        "policies.keep.match.handles brew",
        "policies.keep.match.platforms instagram",
        "policies.standard.protect.accounts sa_dialy (did you mean sa_daily?)",
        "policies.standard.protect.accounts other",
        "policies.standard.protect.handles brand.*",
    ]


def test_it_is_told_once_a_day_and_when_it_is_over_and_stands_in_every_report(stage: Stage) -> None:
    stage.configure({"policies.standard.protect.handles": ["brand"]})
    assert words(stage) == ["policies.standard.protect.handles brand"]
    stage.move_to(NOW + H)
    assert words(stage) == ["policies.standard.protect.handles brand"]
    assert len(stage.told("protection.unmatched")) == 1
    stage.change(GRIND, handle="brand")
    stage.turn_at(NOW + 2 * H)
    (over,) = stage.told("problem.resolved")
    assert over["text"] == (
        "over after 2 h: configured words matched no leased account, so nothing was kept by them"
    ), "what is over asked for the word to be removed"


def test_an_audit_tells_it_too(stage: Stage) -> None:
    stage.configure({"holds": [HOLD]})
    assert words(stage, purpose=Purpose.AUDIT) == ["holds SA_latte (did you mean sa_latte?)"]


def test_a_hold_that_has_ended_is_not_looked_for(stage: Stage) -> None:
    ended = {**HOLD, "until": (NOW - D).date().isoformat()}
    stage.configure({"holds": [ended]})
    assert words(stage) == []


def test_an_account_that_is_not_understood_is_there(stage: Stage) -> None:
    stage.configure(
        {
            "policies.standard.protect": {"accounts": [LATTE.id], "handles": ["latte"]},
            "holds": [{**HOLD, "account": LATTE.id}],
        }
    )
    stage.fault(
        Corrupt(path="leased-accounts", mutate=corruptions.missing("monthlyPriceCents", account=LATTE.id))
    )
    assert words(stage) == []


def test_what_nobody_can_read_may_be_what_was_meant(stage: Stage) -> None:
    stage.configure({"policies.standard.protect": {"accounts": ["other"], "handles": ["brand"]}})
    stage.fault(
        Corrupt(path="leased-accounts", mutate=corruptions.missing("socialAccountId", account=LATTE.id))
    )
    assert words(stage) == ["policies.standard.protect.handles brand"]


def test_a_part_of_the_fleet_tells_nothing(stage: Stage) -> None:
    stage.add(account("brew", project=BETA))
    stage.configure({"holds": [HOLD], "projects.beta.id": BETA})
    stage.fault(ServerError(path=f"/v1/projects/{BETA}/leased-accounts"))
    assert words(stage) == [], "a project was not read"


def test_a_focused_turn_tells_nothing(stage: Stage) -> None:
    ended = stage.run()
    stage.configure({"holds": [HOLD]})
    stage.move_to(NOW + M)
    focus = Focus(projects=frozenset({ProjectId(ACME)}), docket=ended.docket, state=ended.state)
    assert stage.run(focus=focus).report.unmatched == ()
