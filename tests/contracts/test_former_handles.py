"""A person names an account as they knew it."""

from dataclasses import replace
from pathlib import Path

from tests.stage import LATTE, Stage, staged
from watcher.adapters.ledger.opening import open_reader


def found(stage: Stage, reference: str) -> list[str]:
    reader = open_reader(stage.ledger_place)
    try:
        return [known.account.id for known in reader.find(reference)]
    finally:
        reader.close()


def test_an_account_is_found_by_a_handle_that_it_had_unless_another_has_it_now(tmp_path: Path) -> None:
    """Right after a rename, `hold @old` said that the ledger never saw it: it was released."""
    with staged(tmp_path) as stage:
        stage.turn()
        stage.change(LATTE, handle="mocha")
        stage.turn()
        assert found(stage, "@Latte") == found(stage, "mocha") == [LATTE.id]
        stage.add(replace(LATTE, id="sa_other"))
        stage.turn()
        assert found(stage, "@latte") == ["sa_other"]
