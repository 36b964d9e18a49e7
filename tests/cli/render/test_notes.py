"""What stands beside the accounts in every report."""

from dataclasses import replace
from datetime import UTC, timedelta

from tests.builders import NOW, D, H, account, decision, matter, report
from watcher.brakes import Halt, Halts, kinds
from watcher.brakes.docket import Docket, Place, entry_for
from watcher.cli.render.notes import halt_in_words, matter_notes, unmatched_notes
from watcher.cli.render.sheet import printed
from watcher.decide.report import Report
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


def notes(of: Report) -> str:
    return printed(matter_notes(of, NOW, UTC), width=None, color=False)


def test_a_brake_that_a_matter_tells_of_is_not_told_again_with_other_numbers() -> None:
    """Two dockets stood on one screen: 26 releases to approve, and below 24, with none to stop."""
    many = Halt(brake=kinds.TOO_MANY, measured="27 releases", limit="20")
    entries = tuple(entry_for(account(name), Place.OPENING) for name in ("latte", "mocha"))
    told = matter([many], Docket(entries=entries))
    fewer = replace(many, measured="24 releases")
    text = notes(replace(report(decision()), matters=(told,), halts=Halts(halts=(fewer,))))
    assert "27 releases" in text
    assert "24 releases" not in text


def test_a_halt_that_ends_by_itself_in_time_is_nothing_to_decide() -> None:
    """Short history stood under "To decide", twice the same, and nobody had to do anything."""
    young = Halt(brake=kinds.HISTORY, measured="no completed turn", limit="1 d", lifts_at=NOW + H)
    entry = entry_for(account("latte"), Place.OPENING, closes=NOW + D)
    told = matter([young], Docket(entries=(entry,)), goes_on=NOW + H)
    text = notes(replace(report(decision()), matters=(told,)))
    assert "To decide" not in text
    assert text.casefold().count("the release of @latte will be halted") == 1
    assert "too little history (no completed turn, limit 1 d)" in text


def test_where_there_is_no_time_left_nothing_stands_in_parentheses() -> None:
    """It said "unless the pause is ended at once ()"."""
    many = Halt(brake=kinds.TOO_MANY, measured="2 releases", limit="1")
    entry = entry_for(account("latte"), Place.DUE, closes=NOW + timedelta(minutes=5))
    text = notes(replace(report(decision()), matters=(matter([many], Docket(entries=(entry,))),)))
    assert "$150.00 will not be saved unless the release of @latte is approved at once\n" in text
