"""What a failing count of DELETEs prints."""

from pathlib import Path

from tests.sent import deletes_sent
from tests.stage import LATTE, NOW, OPENS, staged


def test_whose_release_when_and_why_is_told_with_a_failure(tmp_path: Path) -> None:
    """`assert 1 == 0` sent whoever read it into the log of the sandbox, which was gone by then."""
    with staged(tmp_path) as stage:
        stage.turn_at(NOW)
        stage.turn_at(OPENS)
        told = deletes_sent()

    assert stage.deletes == 1
    assert told.startswith(f"{OPENS:%Y-%m-%d %H:%M}")
    assert f" {LATTE.id} released (200): lease-watcher: policy standard, " in told
