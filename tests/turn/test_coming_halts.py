"""A coming halt is told by the first turn that sees it, whatever brought it about; and once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import NOW, OPENS, RENEWS, D, H, M, Stage, account, published
from tests.turn.test_brakes import with_due
from watcher.record.overrides import OverrideKind


@pytest.fixture
def announced(tmp_path: Path) -> Iterator[Stage]:
    """Two releases were announced, nothing in their way, and no warning is to come."""
    with with_due(tmp_path, 2, of=29) as stage:
        stage.configure({"policies.standard.warn": []})
        stage.turn()
        assert len(stage.told("release.announced")) == 2
        stage.move_to(NOW + H)
        yield stage


def ahead(stage: Stage) -> list[str]:
    return [event["text"] for event in stage.told("brake.ahead")]


LOST = (
    "$300.00 will not be saved unless {} by Tue 19 May 17:35 UTC; "
    "2 releases will be halted (@due00, @due01): "
)


def test_a_planned_pause_that_is_configured_after_the_announcement_is_told_at_once(announced: Stage) -> None:
    """What people heard last was "will be released": the pause was told as the release was due."""
    announced.configure(
        {
            "pauses": [
                {"from": str(OPENS - H), "until": str(RENEWS + H), "reason": "the audit"},
            ]
        }
    )
    announced.turn()
    assert ahead(announced) == [
        LOST.format("the planned pause is ended in the configuration")
        + "planned pause from Tue 19 May 11:00 UTC until Tue 19 May 19:00 UTC: the audit; "
        "a planned pause stands in [[pauses]] of the configuration, and ends sooner only there"
    ]
    announced.turn_at(NOW + 2 * H)
    announced.turn_at(NOW + 15 * H)
    assert len(ahead(announced)) == 1


def test_a_pause_that_somebody_says_beforehand_is_told_at_once_and_who_took_it_back(announced: Stage) -> None:
    """`pause` began at once or not at all: who knew of a freeze on Tuesday had to be there on Tuesday."""
    announced.say(OverrideKind.PAUSE, by="ann", why="freeze", begins=OPENS - H, until=RENEWS + H)
    announced.turn()
    assert ahead(announced) == [
        LOST.format("the pause is ended")
        + "paused by ann from Tue 19 May 11:00 UTC until Tue 19 May 19:00 UTC: freeze; "
        "`lease-watcher resume --coming --reason WHY` lifts it"
    ]
    announced.say(OverrideKind.RESUME, by="bob", why="off", begins=OPENS - H)
    announced.turn_at(NOW + 2 * H)
    assert [event["text"] for event in announced.told("problem.resolved")] == [
        "over after 1 h: the coming halt of 2 releases; bob resumed releases, and took back pauses that were "
        "to come, Mon 18 May 13:00 UTC: off"
    ]


def test_a_limit_that_is_lowered_is_told_at_once_with_the_docket_to_approve(announced: Stage) -> None:
    announced.configure({"brakes.max_releases": 1})
    announced.turn()
    [text] = ahead(announced)
    assert text.startswith(LOST.format("2 releases are approved") + "too many releases (")
    assert "`lease-watcher approve " in text
    announced.configure({"brakes.max_releases": 20})
    announced.turn_at(NOW + 2 * H)
    assert [event["text"] for event in announced.told("problem.resolved")] == [
        "over after 1 h: the coming halt of 2 releases"
    ]


def test_a_pause_is_told_with_its_price_and_its_end_with_who_ended_it(announced: Stage) -> None:
    announced.say(OverrideKind.PAUSE, by="ann", why="holidays")
    announced.turn()
    [text] = ahead(announced)
    assert text.startswith(LOST.format("the pause is ended") + "paused by ann: holidays; ")
    announced.move_to(NOW + 2 * H)
    announced.say(OverrideKind.RESUME, by="bob", why="back")
    announced.turn()
    [over] = [event["text"] for event in announced.told("problem.resolved")]
    assert over.startswith("over after 1 h: the coming halt of 2 releases; bob resumed releases, ")


def test_when_it_is_due_the_halt_itself_is_told_and_is_no_longer_ahead(announced: Stage) -> None:
    """`brake.ahead` ended without a word, and the incident that PagerDuty had for it stayed open for ever."""
    announced.say(OverrideKind.PAUSE, by="ann", why="holidays")
    announced.turn()
    announced.turn_at(OPENS + M)
    assert (len(ahead(announced)), len(announced.told("brake.halted"))) == (1, 1)
    [end] = announced.told("problem.resolved")
    assert (end["facts"]["was"], end["text"]) == (
        "brake.ahead",
        "the coming halt of 2 releases is no longer ahead, after 23 h 1 min: it halts now",
    )
    announced.say(OverrideKind.RESUME, by="bob", why="back")
    announced.turn_at(OPENS + 20 * M)
    assert [event["text"].partition(";")[0] for event in announced.told("problem.resolved")[1:]] == [
        "over after 19 min: the halt of 2 releases"
    ]


def test_what_an_announcement_says_of_its_release_is_not_told_beside_it(tmp_path: Path) -> None:
    with with_due(tmp_path, 3, of=29) as stage:
        stage.turn()
        stage.turn_at(NOW + H)
        assert (len(stage.told("release.announced")), ahead(stage)) == (3, [])
        stage.say(OverrideKind.PAUSE, by="ann", why="holidays")
        stage.turn_at(NOW + 2 * H)
        [text] = ahead(stage)
        assert "unless 3 releases are approved and the pause is ended by " in text


def test_an_approval_that_is_withdrawn_is_told_at_once(tmp_path: Path) -> None:
    with with_due(tmp_path, 3, of=29) as stage:
        stage.turn()
        docket = stage.told("release.announced")[0]["facts"]["docket"]
        with stage.ledger() as ledger:
            kept = ledger.docket(docket)
        assert kept is not None
        stage.say(OverrideKind.APPROVE, periods=kept.periods, until=RENEWS, by="ann", why="fine")
        stage.turn_at(NOW + H)
        stage.say(OverrideKind.UNAPPROVE, periods=kept.periods, by="bob", why="ask first")
        stage.turn_at(NOW + 2 * H)
        [text] = ahead(stage)
        assert "$450.00 will not be saved unless 3 releases are approved" in text
        assert "bob withdrew the approval of releases" in text


def test_it_is_over_where_nothing_is_released_any_more(announced: Stage) -> None:
    announced.say(OverrideKind.PAUSE, by="ann", why="holidays")
    announced.turn()
    announced.configure({"mode": "observe"})
    announced.turn_at(NOW + 2 * H)
    [over] = [event["text"] for event in announced.told("problem.resolved")]
    assert over.startswith("over after 1 h: the coming halt of 2 releases")


def test_what_joins_a_halt_is_told_as_to_come_and_nothing_that_is_not_due_is_critical(tmp_path: Path) -> None:
    """Whenever an account joined the docket everybody was woken, up to 34 h before anything was due; once the
    warning came with the same text.
    """
    with with_due(tmp_path, 2, of=29) as stage:
        stage.configure({"policies.standard.warn": []})
        stage.turn()
        stage.say(OverrideKind.PAUSE, by="ann", why="holidays")
        stage.turn_at(NOW + H)
        stage.turn_at(OPENS)
        assert (len(stage.told("brake.halted")), len(ahead(stage))) == (1, 1)
        joining = account("joining", renews_in=RENEWS - NOW + 26 * H)
        stage.add_known(joining, posts=[published(joining, 40 * D)])
        stage.turn_at(OPENS + 20 * M)
        [told] = [one for one in stage.told("release.announced") if "@joining" in one["text"]]
        assert "will be halted: paused by ann: holidays" in told["text"]
        assert (len(stage.told("brake.halted")), len(ahead(stage))) == (1, 1)
        # What was due renewed, and what joined is still to come.
        stage.turn_at(RENEWS + H)
        assert len(stage.told("brake.halted")) == 1
        stage.turn_at(RENEWS + 18 * H)
        stage.turn_at(RENEWS + 21 * H)
        assert len(stage.told("brake.halted")) == 2, "now it is due"


def test_a_pause_that_only_what_is_to_come_meets_is_no_critical_beside_a_halt(tmp_path: Path) -> None:
    """It was told as critical, with the whole docket, beside what was due and told already."""
    with with_due(tmp_path, 4, of=29) as stage:
        stage.configure({"policies.standard.warn": []})
        stage.turn()
        stage.turn_at(OPENS)
        later = account("later", renews_in=RENEWS - NOW + 30 * H)
        stage.add_known(later, posts=[published(later, 40 * D)])
        stage.turn_at(OPENS + 20 * M)
        begins = RENEWS + 10 * H
        stage.configure(
            {"pauses": [{"from": str(begins), "until": str(begins + 60 * H), "reason": "the audit"}]}
        )
        stage.turn_at(OPENS + 40 * M)
        assert len(stage.told("brake.halted")) == 1
        [text] = ahead(stage)
        assert "planned pause from" in text
        stage.turn_at(OPENS + 60 * M)
        assert (len(stage.told("brake.halted")), len(ahead(stage))) == (1, 1)
