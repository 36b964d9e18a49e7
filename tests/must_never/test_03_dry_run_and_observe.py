"""Never send a DELETE in dry-run or observe: their actor has no way to, and is chosen once, at the start."""

from dataclasses import fields
from pathlib import Path
from types import NoneType

import pytest

from tests.stage import LATTE, NOW, OPENS, RENEWS, D, H, M, Stage, published, staged
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason
from watcher.turn.act import LiveActor, Observer
from watcher.wiring.turn import Purpose

pytestmark = pytest.mark.disk


def due(stage: Stage) -> None:
    """`@latte` is announced, its receipt of age, its window open: the next enforced turn would release it."""
    stage.watch_until(OPENS)


@pytest.mark.parametrize("purpose", [Purpose.AUDIT, Purpose.DRY_RUN])
def test_audit_and_dry_run_send_nothing_even_where_enforce_is_configured(
    stage: Stage, purpose: Purpose
) -> None:
    due(stage)
    told = len(stage.told())
    report = stage.turn(purpose)
    assert [one.place.value for one in report.docket.entries] == ["due"]
    assert (stage.deletes, len(stage.told())) == (0, told)


def test_observe_sends_nothing(stage: Stage) -> None:
    stage.configure({"mode": "observe"})
    due(stage)
    report = stage.turn()
    assert [one.reason for one in report.decisions] == [Reason.OBSERVING]
    assert (stage.deletes, report.attempts) == (0, ())


def test_a_dry_run_sends_nothing_although_everything_was_approved_and_resumed(stage: Stage) -> None:
    due(stage)
    stage.say(OverrideKind.RESUME)
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
    stage.turn(Purpose.DRY_RUN)
    assert stage.deletes == 0


@pytest.mark.parametrize(
    ("mode", "purpose", "kind"),
    [
        ("enforce", Purpose.RUN, LiveActor),
        ("enforce", Purpose.DRY_RUN, NoneType),
        ("enforce", Purpose.AUDIT, NoneType),
        ("observe", Purpose.RUN, Observer),
        ("observe", Purpose.DRY_RUN, NoneType),
        ("observe", Purpose.AUDIT, NoneType),
    ],
)
def test_only_an_enforced_run_is_handed_an_actor_that_can_release(
    stage: Stage, mode: str, purpose: Purpose, kind: type
) -> None:
    stage.configure({"mode": mode})
    with stage.opened(purpose) as turns:
        assert type(getattr(turns, "actor", None)) is kind


def test_turns_that_only_look_have_nothing_to_write_tell_or_release_with(stage: Stage) -> None:
    with stage.opened(Purpose.DRY_RUN) as turns:
        hands = {"actor", "courier"} & {each.name for each in fields(turns)}
        assert (hands, hasattr(turns.ledger, "apply"), turns.acting) == (set(), False, False)


def test_the_actor_of_observe_mode_has_nothing_to_release_with() -> None:
    assert Observer.__dict__.keys() & {"_release", "_send", "releaser"} == set()
    assert not hasattr(Observer(), "__slots__") or vars(Observer()) == {}


def test_observe_is_what_one_gets_without_choosing(stage: Stage) -> None:
    del stage.configuration["mode"]
    due(stage)
    stage.turn()
    assert stage.deletes == 0
    assert stage.turn().mode.value == "observe"


def test_observe_says_would_be_released(stage: Stage) -> None:
    stage.configure({"mode": "observe"})
    stage.turn()
    [digest] = stage.sandbox.inbox
    [announced] = stage.told("release.announced")
    assert digest["live"] is False
    assert "would be released" in announced["text"]


@pytest.mark.parametrize("purpose", [Purpose.AUDIT, Purpose.DRY_RUN])
def test_audit_and_dry_run_leave_the_ledger_as_it_is(stage: Stage, purpose: Purpose) -> None:
    due(stage)
    before = stage.ledger_file.read_bytes()
    stage.turn(purpose)
    assert stage.ledger_file.read_bytes() == before


@pytest.mark.parametrize("purpose", [Purpose.AUDIT, Purpose.DRY_RUN])
def test_audit_and_dry_run_create_no_ledger(stage: Stage, purpose: Purpose) -> None:
    stage.turn(purpose)
    assert [file.name for file in stage.folder.iterdir()] == ["lease-watcher.toml"]
    assert stage.told() == []


def test_a_dry_run_reads_the_ledger(stage: Stage) -> None:
    """What is held is shown as held, although nothing is written."""
    stage.turn()
    stage.say(OverrideKind.HOLD, account=LATTE.id)
    stage.move_to(RENEWS - D)  # the next warning is due
    report = stage.turn(Purpose.DRY_RUN)
    assert [one.reason for one in report.decisions] == [Reason.HELD]


def test_a_dry_run_leaves_unresolved_what_is_unresolved(tmp_path: Path) -> None:
    """Reading back concludes an intent, and concluding is writing."""
    with staged(tmp_path, LATTE, posts=[published(LATTE, 40 * 24 * H)]) as stage:
        due(stage)
        with pytest.raises(_PowerCut):
            stage.turn(before_sending=_cut)
        stage.move_to(OPENS + M)
        report = stage.turn(Purpose.DRY_RUN)
        assert report.unresolved == 1
        assert len(stage.fleet().unresolved) == 1


def test_observe_after_the_renewal_records_what_it_cost(stage: Stage) -> None:
    stage.configure({"mode": "observe"})
    stage.watch_until(RENEWS)
    stage.turn_at(RENEWS + M)
    assert stage.deletes == 0
    assert stage.clock.now() > NOW
    assert [event["facts"]["cause"] for event in stage.told("renewal.paid")] == ["observing"]


class _PowerCut(Exception):
    pass


def _cut() -> None:
    raise _PowerCut
