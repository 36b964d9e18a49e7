"""What stands beside the accounts in every report."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import NOW, D, H, decision, report
from watcher.brakes import Halt, kinds
from watcher.cli.render.notes import halt_in_words, unmatched_notes
from watcher.messages.unmatched import Unmatched


def test_a_brake_that_time_lifts_says_when() -> None:
    young = Halt(brake=kinds.HISTORY, measured="no completed turn", limit="1 d", lifts_at=NOW + D)
    paused = Halt(
        brake=kinds.PAUSED,
        measured="paused by jo: x",
        limit="resume",
        lifts_at=NOW + 2 * H + timedelta(minutes=5),
    )
    of = report(decision())

    assert halt_in_words(young, of) == "too little history (no completed turn, limit 1 d); over in 1 d"
    assert (
        halt_in_words(paused, of)
        == "paused by jo: x; `lease-watcher resume --reason WHY` lifts it; over in 2 h 5 min"
    )


def test_words_that_match_nothing_stand_in_every_report() -> None:
    words = (Unmatched(key="holds", word="SA_1\x1b", nearest="sa_1"), Unmatched(key="k", word="brand"))
    of = replace(report(decision()), unmatched=words)

    assert ["".join(text for text, _ in line.parts).strip() for line in unmatched_notes(of)][1:] == [
        "Configured words that match no leased account, so keep nothing",
        "holds SA_1\N{REPLACEMENT CHARACTER} (did you mean sa_1?)",
        "k brand",
    ]
    assert list(unmatched_notes(report(decision()))) == []
