"""Metrics as Prometheus reads them."""

import re
import shutil
import stat
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.wrappers import Request, Response

from tests.builders import NOW
from watcher import __version__
from watcher.adapters.clock import SystemClock
from watcher.adapters.http.client import open_http
from watcher.adapters.metrics.exposition import exposition, push, write_file
from watcher.adapters.metrics.options import MetricsOptions, require_usable
from watcher.adapters.pages.server import serving
from watcher.brakes import Halt, Halts, kinds
from watcher.decide.measures import LedgerCounts, Measures, Tally, Traffic
from watcher.decide.report import Report, Totals
from watcher.memory.remembered import TurnKind
from watcher.messages.events import EventKind
from watcher.record.exit_codes import Exit
from watcher.record.outcomes import Cause
from watcher.record.reasons import Trouble
from watcher.rules.plan import Mode
from watcher.texts.secret import Password, Secret

ROOT = Path(__file__).parents[3]
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
REPORT = Report(
    turn="t",
    kind=TurnKind.FULL,
    mode=Mode.ENFORCE,
    acting=True,
    started_at=NOW,
    skew=timedelta(seconds=-1.5),
    totals=Totals(
        projects=2,
        accounts=10,
        cents=150_000,
        in_use=4,
        unused=3,
        unused_cents=60_000,
        avoidable_cents=45_000,
        asked=8,
    ),
    halts=Halts(halts=(Halt(brake=kinds.TOO_MANY, measured="24", limit="20"),)),
)
MEASURES = Measures(
    tally=Tally().noted(REPORT, Exit.BRAKED, timedelta(seconds=3)),
    counts=LedgerCounts(
        last_good_at=NOW,
        released=2,
        released_cents=30_000,
        paid={Cause.HELD: (1, 15_000)},
        unresolved=1,
        waiting={"ops": 3},
        dead={"boss": 1},
        problems={EventKind.CLOCK_OFF: 1},
    ),
    traffic=Traffic(
        requests={("read", "200"): 7, ("write", "no_answer"): 1},
        left={"read": 50, "write": 9},
        limits={"read": 60, "write": 10},
    ),
    next_opening=NOW,
    ready=True,
)


def samples(measures: Measures = MEASURES) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(exposition(measures).decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("build_info", {"version": __version__}, 1),
        ("turns_total", {"kind": "full", "exit_code": "22"}, 1),
        ("turns_total", {"kind": "full", "exit_code": "0"}, 0),
        ("last_turn_exit_code", {}, 22),
        ("last_turn_duration_seconds", {}, 3),
        ("accounts", {"usage": "unused"}, 3),
        ("accounts", {"usage": "not_asked"}, 2),
        ("accounts_by_verdict", {"verdict": "keep"}, 10),
        ("committed_cents", {}, 150_000),
        ("avoidable_cents", {}, 45_000),
        ("saved_cents_total", {}, 30_000),
        ("missed_cents_total", {"cause": "held"}, 15_000),
        ("missed_cents_total", {"cause": "api_down"}, 0),
        ("unresolved_intents", {}, 1),
        ("outbox_messages", {"notifier": "ops", "state": "waiting"}, 3),
        ("outbox_messages", {"notifier": "boss", "state": "dead"}, 1),
        ("standing_problems", {"kind": "clock.off"}, 1),
        ("brakes_on", {"brake": "too_many"}, 1),
        ("brakes_on", {"brake": "value"}, 0),
        ("api_requests_total", {"class": "write", "status": "no_answer"}, 1),
        ("api_budget_left", {"class": "read"}, 50),
        ("clock_skew_seconds", {}, -1.5),
        ("last_good_turn_timestamp_seconds", {}, NOW.timestamp()),
        ("next_opening_timestamp_seconds", {}, NOW.timestamp()),
        ("ready", {}, 1),
    ],
)
def test_what_was_measured_is_shown(name: str, labels: dict[str, str], value: float) -> None:
    assert samples()[f"lease_watcher_{name}", frozenset(labels.items())] == value


def test_what_was_not_measured_is_absent_rather_than_zero() -> None:
    names = {name for name, _ in samples(Measures())}
    assert not names & {
        "lease_watcher_last_good_turn_timestamp_seconds",
        "lease_watcher_accounts",
        "lease_watcher_clock_skew_seconds",
        "lease_watcher_ready",
    }


def test_a_turn_without_the_api_leaves_the_fleet_as_it_was_last_seen() -> None:
    away = Report(
        turn="u",
        kind=TurnKind.FULL,
        mode=Mode.ENFORCE,
        acting=True,
        started_at=NOW,
        trouble=Trouble.API_UNREACHABLE,
    )
    tally = MEASURES.tally.noted(away, Exit.UNREADABLE, timedelta(seconds=1))
    shown = samples(Measures(tally=tally))
    assert shown["lease_watcher_committed_cents", frozenset()] == 150_000
    assert shown["lease_watcher_last_turn_exit_code", frozenset()] == 75


def test_no_label_names_an_account_or_a_project() -> None:
    labels = {name for _, labels in samples() for name, _ in labels}
    assert labels == {
        "version", "kind", "exit_code", "ended", "usage", "verdict", "brake", "cause", "notifier", "state",
        "class", "status",
    }  # fmt: skip


@needs_promtool
@pytest.mark.parametrize("measures", [MEASURES, Measures()], ids=["all", "none"])
def test_promtool_finds_nothing_to_say_about_the_metrics(measures: Measures) -> None:
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=exposition(measures), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@needs_promtool
def test_promtool_accepts_the_alert_rules() -> None:
    done = subprocess.run(
        ["promtool", "check", "rules", "--lint-fatal", str(ROOT / "config" / "alerts.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_alert_rules_ask_for_metrics_that_there_are() -> None:
    text = (ROOT / "config" / "alerts.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"lease_watcher_\w+", text))
    assert asked - {name for name, _ in samples()} == set()


def test_the_alert_on_money_lost_knows_every_cause_behind_a_planned_release() -> None:
    """It did not know `refused` and `unresolved`: a month paid after a refusal raised no alert."""
    text = (ROOT / "config" / "alerts.yaml").read_text(encoding="utf-8")
    (asked,) = re.findall(r'cause=~"([^"]+)"', text)
    wanted = {Cause.HELD, Cause.PROTECTED, Cause.NOT_ENROLLED, Cause.POLICY, Cause.CHANGED_TOO_LATE}
    undecided = {Cause.UNKNOWN_ACTIVITY, Cause.UNKNOWN_HEALTH, Cause.OBSERVING}

    assert set(map(Cause, asked.split("|"))) == set(Cause) - wanted - undecided


@pytest.mark.parametrize(
    "code",
    [Exit.UNEXPECTED, Exit.KEY, Exit.MISSED, Exit.BRAKED, Exit.REFUSED],
    ids=lambda code: code.name,
)
def test_an_ending_that_a_person_must_see_raises_an_alert(code: Exit) -> None:
    """Others have a measure of their own: unresolved intents, silence, dead letters."""
    text = (ROOT / "config" / "alerts.yaml").read_text(encoding="utf-8")
    assert f"lease_watcher_last_turn_exit_code == {int(code)}\n" in text


def test_a_file_is_replaced_whole_and_readable_by_the_exporter(tmp_path: Path) -> None:
    place = tmp_path / "lease_watcher.prom"
    place.write_text("old")
    write_file(place, b"new")
    assert place.read_bytes() == b"new"
    assert stat.S_IMODE(place.stat().st_mode) == 0o644
    assert [each.name for each in tmp_path.iterdir()] == ["lease_watcher.prom"]


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_file(tmp_path / "taken", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]


@contextmanager
def pushgateway(status: int) -> Iterator[tuple[str, list[Any]]]:
    asked: list[Any] = []

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        asked.append((request.method, request.path, request.get_data(), request.headers.get("Authorization")))
        return Response(status=status)(environ, start_response)

    with serving(app, "127.0.0.1", 0) as url:
        yield url, asked


@pytest.mark.parametrize(("status", "why"), [(200, None), (202, None), (400, "status 400")])
def test_the_group_at_a_pushgateway_is_replaced(status: int, why: str | None) -> None:
    with (
        pushgateway(status) as (url, asked),
        open_http(clock=SystemClock(), timeout=timedelta(seconds=5)) as http,
    ):
        options = MetricsOptions(pushgateway=f"{url}/", job="shard 1", token=Secret("hush"))
        assert push(options, b"text\n", http) == why
    assert asked == [("PUT", "/metrics/job/shard 1", b"text\n", "Bearer hush")]


def test_a_pushgateway_behind_basic_authentication_is_given_name_and_password() -> None:
    with (
        pushgateway(200) as (url, asked),
        open_http(clock=SystemClock(), timeout=timedelta(seconds=5)) as http,
    ):
        options = MetricsOptions(pushgateway=url, username="ops", password=Password("grün: 7"))
        assert push(options, b"text\n", http) is None
    ((_, _, _, authorization),) = asked
    assert b64decode(authorization.removeprefix("Basic ")).decode() == "ops:grün: 7"


def test_a_pushgateway_that_is_away_is_said_in_words() -> None:
    with open_http(clock=SystemClock(), timeout=timedelta(seconds=5)) as http:
        assert "refused" in str(push(MetricsOptions(pushgateway="http://127.0.0.1:1"), b"", http))


@pytest.mark.parametrize(
    "options",
    [
        MetricsOptions(pushgateway="pushgateway:9091"),
        MetricsOptions(pushgateway="http://user:hush@pushgateway:9091"),
        MetricsOptions(pushgateway="http://pushgateway:9091?x=1"),
        MetricsOptions(pushgateway="http://pushgateway:9091", token=Secret("hush")),
        MetricsOptions(pushgateway="http://pushgateway:9091", job="shard/1"),
        MetricsOptions(pushgateway="http://pushgateway:9091", username="ops", password=Password("hush")),
        MetricsOptions(pushgateway="https://pushgateway:9091", username="ops"),
        MetricsOptions(pushgateway="https://pushgateway:9091", password=Password("hush")),
        MetricsOptions(pushgateway="https://g:9091", username="o:p", password=Password("hush")),
        MetricsOptions(
            pushgateway="https://g:9091", username="o", password=Password("hush"), token=Secret("hush")
        ),
    ],
    ids=[
        "no scheme",
        "a password",
        "a query",
        "a token in the clear",
        "a job of two parts",
        "a password in the clear",
        "a name alone",
        "a password alone",
        "a colon",
        "two ways to be let in",
    ],
)
def test_an_address_that_cannot_work_is_a_mistake(options: MetricsOptions) -> None:
    with pytest.raises(ValueError, match=r"URL|address|query|https|job|together|colon|both") as raised:
        require_usable(options)
    assert "hush" not in str(raised.value)
