"""What is said to a ledger that lost memory."""

from datetime import datetime

import pytest

from tests.builders import NOW
from watcher.record.overrides import Override, OverrideKind
from watcher.record.restored import Lost, new_one, restored, unreadable

LOST = "what people said to that one is lost: put it back, or say those holds again"


@pytest.mark.parametrize(
    ("turn", "word", "knew"),
    [
        ("turn-7", None, "a turn turn-7"),
        (None, NOW, "a word at Mon 18 May 2026 12:00 UTC"),
        ("turn-7", NOW, "a turn turn-7 and a word at Mon 18 May 2026 12:00 UTC"),
    ],
)
def test_a_new_ledger_is_told_by_what_another_knew(
    turn: str | None, word: datetime | None, knew: str
) -> None:
    why = f"this ledger is new, and one stood here that knew of {knew}"
    assert new_one(turn, word) == Lost(why=why, unheard=LOST)


def test_a_bookmark_that_cannot_be_read_may_hide_an_older_copy() -> None:
    found = unreadable("ledger.mark")
    assert found.why == "ledger.mark, which tells an older copy of the ledger, is there and cannot be read"
    assert found.unheard.startswith("if a copy was put back, what people said since it was made is lost")


def test_a_restored_ledger_is_paused_until_a_person_lifts_it() -> None:
    assert restored("maria", "a copy was put back", NOW, "say the holds again") == (
        Override(kind=OverrideKind.RESTORED, at=NOW, by="maria", why="a copy was put back"),
        Override(kind=OverrideKind.PAUSE, at=NOW, by="maria", why="a copy was put back; say the holds again"),
    )
