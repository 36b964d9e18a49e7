"""What a person or a scheduler is left with when the ledger is lost in the middle of a release."""

import pytest

from tests.cli.desk import Desk
from watcher.cli.commands import run
from watcher.ports.ledger import LedgerUnavailable, LostInRelease
from watcher.record.exit_codes import Exit


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LostInRelease("@latte may have been released.\nWhat comes next."), Exit.OUTCOME_UNKNOWN),
        (LedgerUnavailable("The disk is full."), Exit.UNREADABLE),
    ],
)
def test_it_is_said_in_words_and_by_the_exit_code(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception, code: Exit
) -> None:
    def lose_it(*_: object) -> None:
        raise error

    monkeypatch.setattr(run, "run", lose_it)
    said = at_desk.run("run", "--once")
    assert (said.code, said.out, said.err) == (code, "", f"{error}\n")
