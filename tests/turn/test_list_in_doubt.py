"""A list that the watcher does not believe is told as that, and not as a fact about accounts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import NOW, H, Stage, account, in_memory, published
from watcher.messages.matters import MatterKind
from watcher.record.overrides import OverrideKind

FLEET = [account(f"far{number}", renews_in=480 * H) for number in range(5)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    words = {"policies.standard.protect.handles": ["far0"]}
    with in_memory(tmp_path, *FLEET, configuration=words) as stage:
        stage.turn()
        yield stage


def test_a_list_that_is_empty_at_once_is_told_as_one_that_is_not_believed(stage: Stage) -> None:
    """Five accounts were told to be no longer leased while the same turn did not believe the list. That,
    and the command that would have ended it, stood on a screen that nobody saw.
    """
    stage.remove(*FLEET)
    stage.turn_at(NOW + H)
    assert "no longer listed" in stage.told("account.gone")[0]["text"]
    (told,) = stage.told("brake.halted")
    assert told["text"] == (
        "the lists of accounts are not believed, so no release is done: "
        "accounts vanished from the fleet (5 of 5 accounts vanished, limit 20%), "
        "all 5 accounts vanished in acme; "
        "ends when the accounts are back; if they are gone for good: "
        "`lease-watcher resume --accept-baseline --reason WHY`"
    )


def test_no_word_is_to_be_removed_for_a_list_that_is_not_believed(stage: Stage) -> None:
    """A list was empty by mistake, and people were advised to remove the word that protected an account."""
    stage.remove(*FLEET)
    report = stage.turn_at(NOW + H)
    assert (report.unmatched, stage.told("protection.unmatched")) == ((), [])
    stage.say(OverrideKind.ACCEPT_BASELINE)
    assert [one.word for one in stage.turn_at(NOW + 2 * H).unmatched] == ["far0"]


def test_what_is_back_is_told_and_the_list_is_believed_again(stage: Stage) -> None:
    """A page said that accounts were gone; when all were listed again nobody was told."""
    stage.remove(*FLEET)
    stage.turn_at(NOW + H)
    stage.add(*FLEET)
    stage.turn_at(NOW + 3 * H)
    over = [event["text"] for event in stage.told("problem.resolved")]
    assert sorted(over) == [
        *(f"@far{number} on tiktok is listed again, after 2 h: it is leased" for number in range(5)),
        "over after 2 h: the lists of accounts were not believed, as too many were missing",
    ]


def test_that_a_list_is_not_believed_is_told_once_a_day_whatever_is_to_come_is_halted(stage: Stage) -> None:
    """While it stopped a release that was only to come, every turn told it anew, as begun just then."""
    coming = account("coming", renews_in=40 * H)
    stage.add_known(coming, posts=[published(coming, 960 * H)])
    stage.turn_at(NOW + H)
    stage.remove(*FLEET)
    for hours in (2, 3, 4):
        report = stage.turn_at(NOW + hours * H)
    assert [one.kind for one in report.matters] == [MatterKind.COMING_HALT]
    assert len(stage.told("brake.halted")) == 1
