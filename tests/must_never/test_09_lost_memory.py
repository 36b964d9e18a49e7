"""Never release on lost memory."""

import errno
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.stage import (
    ACME,
    LATTE,
    LATTE_PERIOD,
    NOW,
    OPENS,
    TICK,
    D,
    H,
    M,
    Stage,
    account,
    published,
    staged,
)
from watcher.adapters import logs
from watcher.brakes import kinds
from watcher.decide.exits import exit_of
from watcher.decide.focus import Focus
from watcher.facts.accounts import ProjectId
from watcher.memory.writes import Announced
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.record.exit_codes import Exit
from watcher.record.notices import Void
from watcher.record.overrides import OverrideKind
from watcher.sandbox import Fault, NoDate, ServerError, WithAge, WrongDate
from watcher.wiring.turn import Purpose

pytestmark = pytest.mark.disk

UNANNOUNCED = {"policies.standard.release.notice": "0s"}
"""So that the age of the ledger is all that stands in the way."""


@pytest.mark.parametrize(
    ("age", "released"),
    [(24 * H - TICK, False), (24 * H, True), (24 * H + TICK, True)],
    ids=["one tick too young", "exactly old enough", "one tick older"],
)
def test_a_ledger_needs_a_completed_turn_of_that_age(stage: Stage, age: timedelta, released: bool) -> None:
    stage.configure(UNANNOUNCED)
    stage.turn_at(OPENS + H - age)
    stage.turn_at(OPENS + H)
    assert stage.deletes == released


def test_a_fresh_ledger_releases_nothing_and_says_why(stage: Stage) -> None:
    stage.configure(UNANNOUNCED)
    report = stage.turn_at(OPENS)
    assert [halt.brake for halt in report.halts.halts] == [kinds.HISTORY]
    assert exit_of(report) is Exit.BRAKED
    assert stage.deletes == 0


def test_a_ledger_lost_on_the_way_releases_nothing(stage: Stage) -> None:
    """Not even with the release announced and told: who knows what else is forgotten."""
    stage.turn()
    stage.ledger_file.unlink()
    stage.turn_at(OPENS)
    stage.turn_at(OPENS + 5 * H)
    assert stage.deletes == 0


@pytest.mark.parametrize("replaced", [False, True], ids=["removed", "replaced"])
def test_a_ledger_that_is_taken_away_under_a_running_daemon_releases_nothing(
    stage: Stage, replaced: bool
) -> None:
    """It would go on in a file without a name, in which no person's hold can be heard."""
    stage.turn()
    with stage.opened() as turns:
        turns.run()
        content = stage.ledger_file.read_bytes()
        stage.ledger_file.unlink()
        if replaced:
            stage.ledger_file.write_bytes(content)
        stage.move_to(OPENS)
        with pytest.raises(LedgerUnavailable, match="was removed or replaced while it was in use"):
            turns.run()
    assert stage.deletes == 0


@pytest.mark.parametrize("history", ["1h", "72h"])
def test_min_history_is_the_partner_s_choice(stage: Stage, history: str) -> None:
    stage.configure({**UNANNOUNCED, "brakes.min_history": history})
    stage.turn_at(OPENS - H)
    stage.turn_at(OPENS)
    assert stage.deletes == (history == "1h")


def test_a_turn_on_a_clock_that_was_behind_makes_no_ledger_old(stage: Stage) -> None:
    """A machine without a battery began with the clock a month behind; a quarter of an hour after the first
    turn the clock was right, the ledger seemed a month old, and a release went out.
    """
    stage.configure(UNANNOUNCED)
    stage.fault(WrongDate(offset=OPENS - M - NOW, times=50))
    stage.turn()
    stage.sandbox.clear_faults()
    report = stage.turn_at(OPENS)
    assert [halt.brake for halt in report.halts.halts] == [kinds.HISTORY]
    assert stage.deletes == 0


def test_a_turn_on_a_clock_that_nobody_proved_makes_no_ledger_old(stage: Stage) -> None:
    """The same machine behind a proxy whose answers had no date at first: nothing said that it was behind."""
    stage.configure(UNANNOUNCED)
    stage.fault(NoDate(times=50))
    stage.turn()
    stage.sandbox.clear_faults()
    report = stage.turn_at(OPENS)
    assert [halt.brake for halt in report.halts.halts] == [kinds.HISTORY]
    assert stage.deletes == 0


def test_a_turn_on_a_clock_that_was_ahead_hides_no_gap(tmp_path: Path) -> None:
    """Announced; the clock ran two days ahead for one turn; then nothing ran for two and a half days. The
    turn after that took the one of the wrong clock for its predecessor, and the notice for one that counts.
    """
    soon = account("soon", renews_in=5 * D)
    notice = {"policies.standard.release.notice": "70h"}
    with staged(tmp_path, soon, posts=[published(soon, 40 * D)], configuration=notice) as stage:
        stage.turn()
        stage.move_to(NOW + 60 * H)
        stage.fault(WrongDate(offset=-59 * H, times=50))
        stage.turn()
        stage.sandbox.clear_faults()
        stage.turn_at(NOW + 61 * H)
        [notice_of_soon] = stage.memory().notices.values()
        assert notice_of_soon.voided is Void.INTERRUPTED


def test_a_turn_without_the_api_is_no_completed_turn(stage: Stage) -> None:
    stage.configure(UNANNOUNCED)
    stage.fault(ServerError(path="whoami", status=401, code="UNAUTHENTICATED", times=1))
    stage.turn()
    stage.turn_at(OPENS)
    assert stage.deletes == 0


def test_a_turn_that_read_no_project_is_no_completed_turn(stage: Stage) -> None:
    stage.configure(UNANNOUNCED)
    stage.fault(ServerError(path="leased-accounts", times=4))
    stage.turn()
    stage.turn_at(OPENS)
    assert stage.deletes == 0


def test_a_turn_that_was_killed_is_no_completed_turn(stage: Stage) -> None:
    stage.configure(UNANNOUNCED)

    class PowerCut(Exception):
        pass

    def cut() -> None:
        raise PowerCut

    with pytest.raises(PowerCut):
        stage.turn(before_acting=cut)
    stage.turn_at(OPENS)
    assert stage.deletes == 0


def test_an_audit_is_no_completed_turn(stage: Stage) -> None:
    stage.configure(UNANNOUNCED)
    stage.turn(Purpose.AUDIT)
    stage.turn_at(OPENS)
    assert stage.deletes == 0


# Whose ledger it is


def test_a_ledger_of_another_organisation_is_refused(stage: Stage) -> None:
    stage.turn()
    stage.sandbox.edit(lambda world: replace(world, organization_id="org_other"))
    stage.move_to(OPENS)
    stage.sandbox.log.clear()
    with pytest.raises(LedgerUnusable, match="org_other"):
        stage.turn()
    assert [entry.path for entry in stage.sandbox.log.entries] == ["/v1/whoami"]


def test_a_ledger_of_another_base_url_is_refused(stage: Stage, tmp_path: Path) -> None:
    stage.turn()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with staged(elsewhere) as other:
        other.configure({"store.url": f"sqlite:///{stage.ledger_file}"})
        other.move_to(OPENS)
        with pytest.raises(LedgerUnusable, match=other.url):
            other.turn()
        assert other.deletes == 0


def test_a_trailing_slash_is_no_other_base_url(stage: Stage) -> None:
    stage.turn()
    stage.configure({"api.base_url": f"{stage.url}/"})
    stage.turn_at(OPENS)
    assert stage.released == [LATTE.id]


# Gaps between turns

LATER = account("later", renews_in=60 * H)
LATER_OPENS = NOW + 54 * H


@pytest.mark.parametrize(
    ("gap", "poll", "released"),
    [
        (24 * H, "15m", True),
        (24 * H + TICK, "15m", False),
        (36 * H, "12h", True),
        (36 * H + TICK, "12h", False),
    ],
    ids=["24 h", "one tick more", "three polls", "one tick more than three polls"],
)
def test_a_gap_in_turns_voids_notices(tmp_path: Path, gap: timedelta, poll: str, released: bool) -> None:
    """Announced at once; the receipt would be of age at the opening, whatever the gap."""
    with staged(tmp_path, LATER, posts=[published(LATER, 40 * D)]) as stage:
        stage.configure({"schedule.poll": poll, "policies.standard.release.lead": "6h"})
        stage.turn_at(NOW + 6 * H)
        stage.turn_at(NOW + 6 * H + gap)
        stage.watch_until(LATER_OPENS)
        stage.turn()
        assert stage.deletes == released


def test_a_voided_notice_says_why_and_is_given_anew(tmp_path: Path) -> None:
    with staged(tmp_path, LATER, posts=[published(LATER, 40 * D)]) as stage:
        stage.turn_at(NOW + 6 * H)
        stage.turn_at(NOW + 31 * H)
        [withdrawn] = stage.told("release.withdrawn")
        assert "too long without a full turn" in withdrawn["text"]
        assert len(stage.told("release.announced")) == 2
        stage.watch_until(LATER_OPENS)
        stage.turn()
        assert stage.deletes == 0
        stage.move_to(NOW + 31 * H + 24 * H)
        stage.turn()
        assert stage.released == [LATER.id]


def test_turns_that_could_not_do_their_work_leave_a_gap(tmp_path: Path) -> None:
    with staged(tmp_path, LATER, posts=[published(LATER, 40 * D)]) as stage:
        stage.turn_at(NOW + 6 * H)
        stage.fault(ServerError(path="whoami"))
        stage.move_to(NOW + 12 * H)
        stage.watch_until(NOW + 31 * H, every=6 * H)
        stage.sandbox.clear_faults()
        stage.watch_until(LATER_OPENS)
        stage.turn()
        assert stage.deletes == 0


DOUBTFUL = {
    "no date": NoDate(path="whoami", times=1),
    "an old cache": WithAge(path="whoami", seconds=0, times=1),
    "a clock that is ahead": WrongDate(path="whoami", offset=-2 * H, times=1),
    "a clock that is behind": WrongDate(path="whoami", offset=2 * H, times=1),
}


TWO_DOUBTS = pytest.mark.parametrize(
    "fault", [DOUBTFUL["no date"], DOUBTFUL["a clock that is behind"]], ids=["no date", "behind"]
)


@pytest.fixture
def announced(tmp_path: Path) -> Iterator[Stage]:
    """`@later` is announced, live and received; its window opens in two days."""
    with staged(tmp_path, LATER, posts=[published(LATER, 40 * D)]) as stage:
        stage.turn_at(NOW + 6 * H)
        yield stage


def void_of(stage: Stage) -> list[Void | None]:
    return [one.voided for one in stage.memory().notices.values()]


@pytest.mark.parametrize("fault", DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_turn_whose_clock_is_not_proved_forgives_no_gap(announced: Stage, fault: Fault) -> None:
    """After a day and more without a turn, the first one met a cache in front of whoami. It counted as the
    turn that had been missing: the gap was forgotten, and the account was released under the notice from
    before it.
    """
    for quarter in range(2):
        announced.fault(fault)
        announced.turn_at(NOW + 31 * H + quarter * 15 * M)
    announced.turn_at(NOW + 33 * H)
    assert [event["kind"] for event in announced.told("release.withdrawn")] == ["release.withdrawn"]
    announced.watch_until(LATER_OPENS)
    announced.turn()
    assert announced.deletes == 0


@TWO_DOUBTS
def test_a_turn_whose_clock_is_not_proved_finds_no_gap(announced: Stage, fault: Fault) -> None:
    """It cannot judge one either: what it cannot judge waits for a turn that can."""
    announced.fault(fault)
    announced.turn_at(NOW + 36 * H)
    announced.clock.advance(-30 * H)
    assert void_of(announced) == [None]
    announced.watch_until(LATER_OPENS)
    announced.turn()
    assert announced.released == [LATER.id]


@TWO_DOUBTS
def test_a_focused_turn_after_one_whose_clock_was_not_proved_sees_the_gap(
    announced: Stage, fault: Fault
) -> None:
    announced.fault(fault)
    announced.move_to(NOW + 31 * H)
    ended = announced.run()
    focus = Focus(projects=frozenset({ProjectId(ACME)}), docket=ended.docket, state=ended.state)
    announced.turn_at(NOW + 31 * H + M, focus=focus)
    assert len(announced.told("release.withdrawn")) == 1
    announced.watch_until(LATER_OPENS)
    announced.turn()
    assert announced.deletes == 0


@TWO_DOUBTS
@pytest.mark.parametrize("behind", [timedelta(), 20 * H], ids=["on time", "hours behind"])
def test_a_turn_in_the_other_mode_voids_whatever_its_clock(
    announced: Stage, fault: Fault, behind: timedelta
) -> None:
    """In `observe` nobody expects a release; the turn that said so had no date, and was forgotten."""
    announced.turn_at(NOW + 7 * H)
    announced.configure({"mode": "observe"})
    announced.fault(fault)
    announced.clock.advance(-behind)
    announced.turn()
    announced.clock.advance(NOW + 9 * H - announced.clock.now())
    announced.configure({"mode": "enforce"})
    announced.turn()
    assert len(announced.told("release.withdrawn")) == 1
    announced.watch_until(NOW + 50 * H)
    assert announced.deletes == 0


@TWO_DOUBTS
def test_a_change_of_mode_is_not_forgotten_by_a_turn_whose_clock_is_not_proved(
    announced: Stage, fault: Fault
) -> None:
    announced.configure({"mode": "observe"})
    announced.fault(ServerError(path="leased-accounts", times=4))
    announced.turn_at(NOW + 7 * H)
    announced.fault(fault)
    announced.turn_at(NOW + 8 * H)
    announced.configure({"mode": "enforce"})
    announced.fault(fault)
    announced.turn_at(NOW + 9 * H)
    announced.turn_at(NOW + 10 * H)
    assert len(announced.told("release.withdrawn")) == 1


@pytest.mark.parametrize(("stopped", "released"), [(24 * H, True), (24 * H + TICK, False)])
def test_a_gap_inside_a_turn_is_one(tmp_path: Path, stopped: timedelta, released: bool) -> None:
    """The machine slept for more than a day between plan and DELETE, and woke inside the window."""
    changes = {"policies.standard.release.lead": "40h", "brakes.max_data_age": "72h"}
    with staged(
        tmp_path, LATER, posts=[published(LATER, 40 * D)], configuration={**UNANNOUNCED, **changes}
    ) as stage:
        stage.configure({"policies.standard.release.notice": "1h"})
        stage.watch_until(LATER_OPENS - 25 * H, every=23 * H)
        stage.turn(before_acting=lambda: stage.clock.advance(stopped))
        assert stage.deletes == released


def put_back(stage: Stage, copy: Path) -> None:
    """As people do it, with `cp`; nothing of SQLite's own is left beside it."""
    for leftover in ("-wal", "-shm"):
        stage.ledger_file.with_name(f"{stage.ledger_file.name}{leftover}").unlink(missing_ok=True)
    stage.ledger_file.write_bytes(copy.read_bytes())


def copied(stage: Stage) -> Path:
    copy = stage.folder / "copy.db"
    with closing(sqlite3.connect(stage.ledger_file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def held(stage: Stage) -> None:
    stage.say(OverrideKind.HOLD, account=LATTE.id)


def turned_and_held(stage: Stage) -> None:
    stage.turn_at(NOW + H)
    held(stage)
    stage.turn_at(NOW + 2 * H)


@pytest.mark.parametrize("since", [held, turned_and_held], ids=["a word", "turns and a word"])
def test_a_copy_put_back_releases_nothing_on_a_receipt_it_remembers(
    stage: Stage, since: Callable[[Stage], None]
) -> None:
    """The hold, and that the announcement was withdrawn, were lost with the newer ledger; the receipt in the
    copy counted again, and the account was released while people were last told that it is kept.
    """
    stage.turn()
    copy = copied(stage)
    since(stage)
    put_back(stage, copy)
    report = stage.turn_at(NOW + 3 * H)

    assert kinds.PAUSED in {halt.brake for halt in report.halts.halts}
    assert stage.memory().notices[LATTE_PERIOD].voided is None, "it was announced anew"
    assert stage.memory().notices[LATTE_PERIOD].created_at == NOW + 3 * H
    assert [one["text"] for one in stage.told("release.withdrawn")][-1:] == [
        "the announced release of @latte on tiktok is withdrawn: the ledger may be an older copy; "
        "$150.00 is due in 1 d 3 h, Tue 19 May 18:00 UTC; it will be announced anew if it is still due"
    ]
    assert "paused: the ledger is an older copy; what people said" in stage.told("brake.halted")[0]["text"]

    stage.say(OverrideKind.RESUME)
    stage.turn_at(OPENS)
    assert stage.deletes == 0, "the new notice is not old enough"
    assert len(stage.told("brake.halted")) == 1, "it was told once, and paused once"
    stage.turn_at(NOW + 27 * H)
    assert stage.deletes == 1


def test_a_copy_that_lacks_nothing_is_no_older_one(stage: Stage) -> None:
    stage.turn()
    held(stage)
    stage.say(OverrideKind.UNHOLD, account=LATTE.id)
    put_back(stage, copied(stage))
    stage.turn_at(NOW + H)

    assert stage.fleet().overrides.pauses(NOW + H) == ()


def beside(stage: Stage) -> Path:
    return stage.ledger_file.with_name("watcher.db.bookmark")


def whys(stage: Stage) -> list[str]:
    return [word.why for word in stage.fleet().overrides.pauses(stage.clock.now())]


def test_where_nothing_is_known_of_a_ledger_nothing_is_claimed(stage: Stage) -> None:
    """As on another machine."""
    stage.turn()
    beside(stage).unlink()
    stage.turn_at(NOW + H)

    assert whys(stage) == []
    stage.turn_at(OPENS)
    assert stage.deletes == 1


def spoilt(content: bytes) -> Callable[[Path], object]:
    return lambda place: place.write_bytes(content)


def a_folder(place: Path) -> None:
    place.unlink()
    (place / "in it").mkdir(parents=True)


def a_pipe(place: Path) -> None:
    place.unlink()
    os.mkfifo(place)


def a_link_to_nowhere(place: Path) -> None:
    place.unlink()
    place.symlink_to("nowhere")


@pytest.mark.parametrize(
    "damage",
    [
        spoilt(b""),
        spoilt(b"\xff\x00 torn"),
        spoilt(b"20260518T120000Z-000000 7"),
        a_folder,
        a_pipe,
        a_link_to_nowhere,
    ],
)
def test_a_bookmark_that_says_nothing_is_not_taken_for_none(
    stage: Stage, damage: Callable[[Path], object]
) -> None:
    """An older copy was put back beside a bookmark that was empty, garbage or a folder: nothing was claimed,
    and the account that people held since was released.
    """
    stage.turn()
    copy = copied(stage)
    held(stage)
    put_back(stage, copy)
    damage(beside(stage))
    stage.turn_at(OPENS)

    assert stage.deletes == 0
    assert [why.partition(", which")[0] for why in whys(stage)] == [str(beside(stage))]
    assert "is there and cannot be read" in stage.told("brake.halted")[0]["text"]
    assert "noticed that memory is lost" in "".join(line.text for line in stage.story())
    assert beside(stage).read_text(encoding="ascii").count(" ") == 2, "it is written anew"
    stage.say(OverrideKind.RESUME)
    stage.turn_at(OPENS + M)
    assert (whys(stage), len(stage.told("brake.halted"))) == ([], 1)
    assert not list(stage.folder.glob("*.partial"))


def test_a_bookmark_that_cannot_be_written_pauses_once_and_says_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where a mounted folder stands in its place: a `watcher.db.partial` was left in every turn."""
    stage.turn()
    a_folder(beside(stage))
    real = os.replace

    def busy(source: Path, target: Path) -> None:
        if beside(stage) in (source, target):
            raise OSError(errno.EBUSY, "Device or resource busy")
        real(source, target)

    monkeypatch.setattr(os, "replace", busy)
    said = io.StringIO()
    logs.configure(clock=stage.clock, human=False, stream=said)
    stage.turn_at(NOW + H)
    stage.turn_at(NOW + 2 * H)

    assert (len(whys(stage)), len(stage.told("brake.halted"))) == (1, 1)
    assert "bookmark not written" in said.getvalue()
    assert not list(stage.folder.glob("*.partial"))
    stage.say(OverrideKind.RESUME)
    stage.turn_at(OPENS)
    assert (stage.deletes, len(whys(stage))) == (0, 1)


NO_HISTORY = {**UNANNOUNCED, "brakes.min_history": "0s"}


@pytest.mark.parametrize("said", [False, True])
def test_a_new_ledger_where_one_stood_releases_nothing_in_its_first_turn(tmp_path: Path, said: bool) -> None:
    """The ledger was deleted: the account that people held was released in the first turn after that, and the
    next one said that the ledger was an older copy.
    """
    with staged(tmp_path, LATTE, posts=[published(LATTE, 40 * D)], configuration=NO_HISTORY) as stage:
        stage.turn()
        turn = stage.fleet().last_turn
        assert turn is not None
        if said:
            held(stage)
        for one in stage.folder.glob("watcher.db*"):
            if one != beside(stage):
                one.unlink()
        stage.move_to(OPENS)
        looked = stage.turn(Purpose.DRY_RUN)
        report = stage.turn()

        assert stage.deletes == 0
        for one in (looked, report):
            assert kinds.PAUSED in {halt.brake for halt in one.halts.halts}
        a_word = f" and a word at {NOW:%a %-d %b %Y %H:%M} UTC" if said else ""
        assert whys(stage) == [
            f"this ledger is new, and one stood here that knew of a turn {turn.id}{a_word}; what people said "
            "to that one is lost: put it back, or say those holds again"
        ]
        stage.turn_at(OPENS + M)
        told = [one for one in stage.told("brake.halted") if "every project are paused: this" in one["text"]]
        assert (stage.deletes, len(whys(stage)), len(told)) == (0, 1, 1)
        stage.say(OverrideKind.RESUME)
        stage.turn_at(OPENS + 2 * M)
        assert stage.deletes == 1


def test_what_a_new_ledger_is_told_first_does_not_make_it_an_older_copy(tmp_path: Path) -> None:
    """The first turn could not even ask who it is; the second said that the ledger was an older copy."""
    with staged(tmp_path, LATTE, posts=[published(LATTE, 40 * D)], configuration=NO_HISTORY) as stage:
        stage.turn()
        stage.ledger_file.unlink()
        stage.move_to(NOW + H)
        stage.fault(ServerError(path="whoami", times=9))
        stage.turn()
        held(stage)
        stage.move_to(OPENS)
        stage.turn()
        stage.turn_at(OPENS + M)
        assert stage.deletes == 0
        assert [why.partition(",")[0] for why in whys(stage)] == ["this ledger is new"]


def test_words_said_to_an_older_copy_do_not_hide_what_it_is(stage: Stage) -> None:
    stage.turn()
    copy = copied(stage)
    stage.turn_at(NOW + H)
    put_back(stage, copy)
    stage.say(OverrideKind.ACKNOWLEDGE, account=LATTE.id)
    stage.turn_at(OPENS)

    assert stage.deletes == 0
    assert len(stage.fleet().overrides.pauses(OPENS)) == 1


def test_a_notice_of_a_clock_that_was_ahead_is_void_in_a_copy_as_well(stage: Stage) -> None:
    stage.turn()
    with stage.ledger() as ledger:
        later = replace(stage.memory().notices[LATTE_PERIOD], created_at=OPENS + H)
        ledger.take_lock(NOW)
        ledger.apply(
            (
                Announced(
                    notices=(replace(later, key="ahead"),), messages=(), turn=str(stage.fleet().last_turn.id)
                ),
            )
        )
    copy = copied(stage)
    stage.turn_at(NOW + H)
    put_back(stage, copy)
    stage.turn_at(OPENS)
    stage.say(OverrideKind.RESUME)
    stage.turn_at(OPENS + M)
    assert stage.deletes == 0
