"""What stands beside the accounts in every report."""

from datetime import timedelta

from tests.builders import NOW, D, H, decision, report
from watcher.adapters.render.notes import halt_in_words
from watcher.domain.brakes import Brake, Halt


def test_a_brake_that_time_lifts_says_when() -> None:
    young = Halt(brake=Brake.HISTORY, measured="no completed turn", limit="1 d", lifts_at=NOW + D)
    paused = Halt(
        brake=Brake.PAUSED,
        measured="paused by jo: x",
        limit="resume",
        lifts_at=NOW + 2 * H + timedelta(minutes=5),
    )
    of = report(decision())

    assert halt_in_words(young, of) == "too little history: no completed turn, limit 1 d; over in 1 d"
    assert (
        halt_in_words(paused, of)
        == "paused by jo: x; `lease-watcher resume --reason WHY` lifts it; over in 2 h 5 min"
    )
