"""Alerts that once went wrong over whole turns; each test says how."""

from threading import Event as StopSignal

import pytest

from tests.builders import waiting_in
from tests.stage import ACME, BETA, DAILY, LATTE, NOW, OPENS, D, H, M, account, in_memory
from tests.turn.test_alerts import COMPLETE, second, told_to
from watcher.memory.writes import Said
from watcher.record.overrides import OverrideKind
from watcher.sandbox import Corrupt, ServerError, WrongDate

NOBODY = "http://127.0.0.1:9/nobody-listens"


@pytest.fixture
def stage(tmp_path):
    with in_memory(tmp_path) as stage:
        yield stage


def test_a_line_of_the_log_is_no_receipt_when_the_notifier_changes_its_kind(stage) -> None:
    """`boss` was a log while it was announced; made a webhook (that is down), its log line counted."""
    stage.configure({"notifiers.boss.kind": "log"})
    stage.turn()
    stage.configure({"notifiers.boss.kind": "webhook", "notifiers.boss.url": NOBODY})
    stage.turn_at(OPENS)
    assert stage.released == []


def test_a_receipt_noted_by_a_clock_that_is_known_to_be_off_is_not_old_enough(stage) -> None:
    """Announced at NOW, ops down. At OPENS-1m the machine's clock says NOW+5m: the turn sees the skew,
    brakes, and delivers all the same, noting NOW+5m. With the clock right again the release follows 6
    minutes later.
    """
    inbox = stage.configuration["notifiers.ops.url"]
    stage.configure({"notifiers.ops.url": NOBODY})
    stage.turn()
    stage.configure({"notifiers.ops.url": inbox})
    true = OPENS - M
    stage.move_to(NOW + 5 * M)
    stage.fault(WrongDate(offset=true - stage.clock.now(), times=50))
    stage.turn()
    assert "release.announced latte" not in told_to(stage, "ops"), "it waits for a clock that is right"
    stage.sandbox.clear_faults()
    stage.turn_at(true)
    told = told_to(stage, "ops")
    assert "release.too_late latte" in told, "24 h are promised, and its window closes before"
    assert "release.announced latte" not in told
    stage.turn_at(true + 6 * M)
    assert stage.released == []


def test_one_turn_on_a_clock_that_ran_ahead_voids_no_notice(tmp_path) -> None:
    """A turn 3 d ahead sets `unbroken_since` into the future: every notice is void at the next turn."""
    one = account("one", renews_in=3 * D + 7 * H)
    with in_memory(tmp_path, one, configuration=COMPLETE | {"policies.standard.warn": []}) as stage:
        stage.turn()
        stage.fault(WrongDate(offset=-3 * D, times=50))
        stage.turn_at(NOW + 3 * D)
        stage.sandbox.clear_faults()
        stage.clock.advance(-3 * D)
        for hour in range(1, 5):
            stage.turn_at(NOW + 26 * H + hour * H)
        assert len(stage.told("release.announced")) == 1


def test_a_halt_is_not_over_because_its_project_could_not_be_read(stage) -> None:
    stage.turn()
    stage.configure({"brakes.max_releases": 0})
    stage.turn_at(OPENS)
    stage.fault(ServerError(path=f"^/v1/projects/{ACME}/leased", times=4))
    report = stage.turn_at(OPENS + 15 * M)
    assert report.unread
    stage.turn_at(OPENS + 30 * M)
    assert [e["text"] for e in stage.told("problem.resolved")] == []
    assert len(stage.told("brake.halted")) == 1


def test_a_halt_is_not_over_because_the_watcher_was_stopped(stage) -> None:
    stage.turn()
    stage.configure({"brakes.max_releases": 0})
    stage.turn_at(OPENS)
    stop = StopSignal()
    stop.set()
    stage.turn_at(OPENS + 15 * M, stop=stop)
    stage.turn_at(OPENS + 30 * M)
    assert [e["text"] for e in stage.told("problem.resolved")] == []


def test_a_budget_is_not_kept_because_an_account_is_not_understood(stage) -> None:
    stage.configure({"projects.acme.budget_cents": 40_000, "budget.monthly_cents": 40_000})
    stage.turn()
    stage.fault(Corrupt(path=f"^/v1/projects/{ACME}/leased", mutate=_without_price, times=50))
    report = stage.turn_at(NOW + 15 * M)
    assert report.quarantined, "set up"
    assert [e["text"] for e in stage.told("problem.resolved") if "budget" in e["text"]] == []


def _without_price(body):
    items = [
        {**one, "monthlyPriceCents": "much"} if one["socialAccountId"] == DAILY.id else one
        for one in body["items"]
    ]
    return {**body, "items": items}


def test_a_problem_of_a_discovered_project_is_not_over_because_discovery_failed(stage) -> None:
    stage.configure({"discovery.enabled": True, "discovery.policy": "standard"})
    stage.fault(ServerError(path=f"^/v1/projects/{BETA}/leased", times=40))
    stage.turn()
    assert [e["project"] for e in stage.told("project.unreadable")] == [BETA]
    stage.fault(ServerError(path="^/v1/projects/?$", times=8))
    report = stage.turn_at(NOW + 15 * M)
    assert [one.name for one in report.unread] == ["discovery"]
    assert [e["project"] for e in stage.told("project.recovered")] == []


def test_a_discovery_that_fails_is_told(stage) -> None:
    stage.configure({"discovery.enabled": True, "discovery.policy": "standard"})
    stage.turn()
    stage.fault(ServerError(path="^/v1/projects/?$", times=40))
    for quarter in range(1, 6):
        stage.turn_at(NOW + quarter * 15 * M)
    assert [e["text"] for e in stage.told("project.unreadable")]


def test_the_log_holds_no_link_that_keeps_accounts(stage, caplog) -> None:
    """The link is a right for whoever has it and is said to be kept nowhere; kind `log` writes it down."""
    stage.configure(
        {
            "notifiers.lines.kind": "log",
            "keep.listen": "127.0.0.1:8099",
            "keep.url": "http://127.0.0.1:8099",
            "keep.key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        }
    )
    with caplog.at_level("INFO"):
        stage.turn()
    assert stage.told("release.announced")[0]["facts"]["keep_url"]
    assert "/keep/" not in caplog.text


def test_who_is_new_between_announcement_and_release_is_told(stage) -> None:
    """A notifier added (or renamed) after the announcement is required, is never told, and the month is
    paid.
    """
    stage.turn()
    second(stage)
    for hour in range(1, 30):
        stage.turn_at(NOW + hour * H)
    assert "release.announced latte" in told_to(stage, "boss") or stage.released == [LATTE.id]


def test_deadline_missed_is_told_when_the_notice_is_never_answered(stage) -> None:
    second(stage)
    stage.configure({"notifiers.boss.url": NOBODY})
    for hour in range(30):
        stage.turn_at(NOW + hour * H)
    stage.turn_at(NOW + 29 * H + 55 * M)
    assert stage.told("deadline.missed")
    assert stage.deletes == 0


def test_the_mail_says_when_and_what_is_saved_whatever_the_handle(tmp_path) -> None:
    """A handle with "; to keep it: " in it: HTML mail, without any keep link, drops "… will be released
    …".
    """
    from watcher.adapters.channels.mail.html import digest_html
    from watcher.ports.notifier import Digest

    evil = account("x; to keep it: y", id="sa_evil")
    with in_memory(
        tmp_path, evil, configuration=COMPLETE | {"policies.standard.warn": [], "notifiers.ops.url": NOBODY}
    ) as stage:
        stage.turn()
        with stage.ledger() as ledger:
            (waiting,) = [
                one for one in waiting_in(ledger, "ops") if one.message.event.kind == "release.announced"
            ]
    event = waiting.message.event
    page = digest_html(Digest(id="d", at=NOW, live=True, events=(event,)))
    assert "will be released in" in page.split("</head>")[-1].split("</title>")[-1]


def test_a_pause_of_ours_is_told_even_if_we_die_right_after_it(stage, monkeypatch) -> None:
    """`_pause` says the pause in one transaction and queues its message in the next one."""
    from watcher.adapters.ledger.memory.ledger import MemoryLedger

    stage.configure({"policies.standard.release.notice": "0s"})
    stage.turn()
    real = MemoryLedger.apply

    class Killed(BaseException):
        pass

    def apply(self, writes):
        real(self, writes)
        if any(isinstance(one, Said) and one.override.kind is OverrideKind.PAUSE for one in writes):
            raise Killed

    monkeypatch.setattr(MemoryLedger, "apply", apply)
    with pytest.raises(Killed):
        stage.turn_at(OPENS, before_sending=lambda: stage.remove(DAILY))
    monkeypatch.undo()
    for quarter in range(1, 6):
        stage.turn_at(OPENS + quarter * 15 * M)
    assert any("paused" in e["text"] for e in stage.told("brake.halted"))
