"""`run --once`: the turn a CronJob takes."""

import json
import os
from datetime import timedelta
from io import StringIO

import pytest

from tests.adapters.test_heartbeat import Switch
from tests.cli.desk import Desk, H, Said
from watcher.adapters.pages.server import serving
from watcher.cli.demo import NAME
from watcher.cli.main import main
from watcher.cli.process import Process
from watcher.sandbox import LostAnswer
from watcher.sandbox.fleets.mixed_fleet import (
    BEANS_AND_BREW,
    CAMPAIGN_RESERVE,
    LATTE_ART_LAB,
    MORNING_GRIND,
)

OPEN = timedelta(hours=30, minutes=20)
"""By then the windows of three accounts are open, and none has closed."""


def enforced(at_desk: Desk) -> None:
    """Two turns announce and wait; then the windows are open."""
    assert at_desk.run("run", "--once").code == 0
    hold = at_desk.run("hold", "@campaign.reserve", "--reason", "campaign")
    assert hold.code == 0, hold.err
    at_desk.pass_time(15 * H)
    assert at_desk.run("run", "--once").code == 0
    at_desk.pass_time(OPEN - 15 * H)


def test_an_enforced_turn_releases_exactly_the_due_ones_and_the_next_none(at_desk: Desk) -> None:
    enforced(at_desk)
    assert at_desk.deletes == 0

    said = at_desk.run("run", "--once")
    assert said.code == 0
    assert "Released: 3, saving $450.00 a month" in said.out
    assert at_desk.deletes == 3
    assert {one.account for one in at_desk.sandbox.world.releases} == {
        LATTE_ART_LAB,
        BEANS_AND_BREW,
        MORNING_GRIND,
    }

    assert at_desk.run("run", "--once").code == 0
    assert at_desk.deletes == 3


@pytest.mark.parametrize("gone", ["the reader left", "the disk is full"])
def test_a_turn_ends_as_it_ended_though_nobody_can_be_shown_it(at_desk: Desk, gone: str) -> None:
    """A release was due and braked; the pipe had lost its reader, and the exit code was 0."""
    enforced(at_desk)
    at_desk.reconfigure("[brakes]\n", "[brakes]\nmax_releases = 0\n")
    if gone == "the reader left":
        left, writing = os.pipe()
        os.close(left)
    else:
        writing = os.open("/dev/full", os.O_WRONLY)
    with open(writing, "w", encoding="utf-8") as out:
        around = Process(
            environ=at_desk.environ, cwd=at_desk.folder, clock=at_desk.clock, out=out, err=StringIO()
        )
        assert main(("run", "--once"), around) == 22


def test_a_dry_run_and_observing_send_no_delete(at_desk: Desk) -> None:
    enforced(at_desk)
    before, messages = at_desk.ledger.read_bytes(), len(at_desk.sandbox.inbox)

    dry = at_desk.run("run", "--once", "--dry-run")
    assert dry.code == 0
    assert "Would release: 3" in dry.out or "Would be released: 3" in dry.out
    assert (at_desk.ledger.read_bytes(), len(at_desk.sandbox.inbox)) == (before, messages)

    observed = at_desk.run("run", "--once", WATCHER_MODE="observe")
    assert observed.code == 0
    assert at_desk.deletes == 0


def test_a_lost_answer_ends_in_one_delete_and_a_sound_ledger(at_desk: Desk) -> None:
    enforced(at_desk)
    at_desk.sandbox.add_fault(LostAnswer(method="DELETE", times=1))

    assert at_desk.run("run", "--once").code == 0
    assert at_desk.run("run", "--once").code == 0
    assert at_desk.deletes == 3
    assert len(at_desk.sandbox.world.releases) == 3


def test_one_line_of_json_for_a_scheduler(at_desk: Desk) -> None:
    said = at_desk.run("run", "--once", "--format", "json")

    (line,) = said.out.splitlines()
    assert json.loads(line)["schema"] == "turn/1"
    assert json.loads(line)["exit_code"] == said.code == 0


def test_the_delete_says_why_on_the_providers_side(at_desk: Desk) -> None:
    enforced(at_desk)
    at_desk.run("run", "--once")

    reasons = {one.account: one.reason for one in at_desk.sandbox.world.releases}
    assert CAMPAIGN_RESERVE not in reasons
    assert reasons[LATTE_ART_LAB] is not None
    assert reasons[LATTE_ART_LAB].startswith(
        "lease-watcher: policy standard, no post published through Layers for 41 d 9 h, turn 2026"
    )


def test_metrics_are_written_for_the_textfile_collector(at_desk: Desk) -> None:
    place = at_desk.ledger.parent / "lease_watcher.prom"
    assert at_desk.run("run", "--once", "--metrics-file", str(place)).code == 0
    text = place.read_text(encoding="utf-8")
    assert 'lease_watcher_turns_total{exit_code="0",kind="full"} 1.0' in text
    assert "lease_watcher_last_good_turn_timestamp_seconds" in text


def test_metrics_that_cannot_be_handed_over_change_nothing_of_the_turn(at_desk: Desk) -> None:
    said = at_desk.run(
        "run", "--once", "--metrics-file", "/nonexistent/x.prom",
        WATCHER_METRICS__PUSHGATEWAY="http://127.0.0.1:1",
    )  # fmt: skip
    assert said.code == 0
    assert "metrics not written" in said.err
    assert "metrics not pushed" in said.err


@pytest.mark.parametrize(
    "words",
    [("--metrics-file", "x.prom"), ("--summary-file", "x.json"), ("--format", "json"), ("--quiet",)],
    ids=lambda words: words[0],
)
def test_what_belongs_to_one_turn_is_no_option_of_the_daemon(at_desk: Desk, words: tuple[str, ...]) -> None:
    """`run --format json` was accepted and had no effect."""
    said = at_desk.run("run", *words)

    assert said.code == 2
    assert f"{words[0]} is for --once" in said.err


def test_one_turn_is_told_to_the_dead_mans_switch_whatever_ends_it(at_desk: Desk) -> None:
    switch = Switch()
    with serving(switch, "127.0.0.1", 0) as url:
        assert at_desk.run("run", "--once", WATCHER_HEARTBEAT__URL=f"{url}/x").code == 0
        assert at_desk.run("run", "--once", "--dry-run", WATCHER_HEARTBEAT__URL=f"{url}/x").code == 0
        at_desk.ledger.write_bytes(b"no ledger" * 1000)
        assert at_desk.run("run", "--once", WATCHER_HEARTBEAT__URL=f"{url}/x").code == 78
    assert [path for _, path, _, _ in switch.heard] == ["/x/start", "/x", "/x/start", "/x/fail"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTPS_PROXY", "http://user:S3cr/etpw@proxy.example"),
        ("ALL_PROXY", "socks5://proxy.example:1080"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
        ("SSLKEYLOGFILE", "/nowhere/keys.log"),
    ],
)
def test_a_variable_that_cannot_be_used_is_a_sentence_and_the_dead_mans_switch_hears_of_it(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """It was a traceback and exit 1 before any ping: under systemd a restart loop that nobody heard of."""
    monkeypatch.setenv(variable, value)
    switch = Switch()
    with serving(switch, "127.0.0.1", 0) as url:
        environ = {variable: value, "WATCHER_HEARTBEAT__URL": f"{url}/x"}
        said = at_desk.run("run", "--once", **environ)
        assert at_desk.run("run", "--once", "--dry-run", **environ).code == 78
        assert at_desk.run("check", **environ).code == 78
    assert said.code == 78
    assert f"(environment)  {variable}  " in said.err
    assert "Traceback" not in said.err
    assert "S3cr" not in said.err
    assert [path for _, path, _, _ in switch.heard] == ["/x/78"]


def test_a_file_with_mistakes_is_told_to_the_dead_mans_switch(at_desk: Desk) -> None:
    switch = Switch()
    with serving(switch, "127.0.0.1", 0) as url:
        said = at_desk.run("run", "--once", WATCHER_HEARTBEAT__URL=f"{url}/x", WATCHER_API__THREADS="99")
        away = at_desk.run(
            "run", "--once", WATCHER_HEARTBEAT__URL="http://elsewhere.example/x", WATCHER_API__THREADS="99"
        )
    assert (said.code, away.code) == (78, 78)
    assert [path for _, path, _, _ in switch.heard] == ["/x/78"]


def test_a_quiet_turn_prints_only_where_something_happened(at_desk: Desk) -> None:
    """Cron sends a mail for every line: 96 a day that said "Done. (exit 0)"."""
    first = at_desk.run("run", "--once", "--quiet")
    assert "Announced: " in first.out
    at_desk.pass_time(timedelta(minutes=15))
    at_desk.run("run", "--once")

    at_desk.pass_time(timedelta(minutes=15))
    third = at_desk.run("run", "--once", "--quiet")
    assert (third.code, third.out, third.err) == (0, "", "")


def with_a_log(desk: Desk) -> None:
    """As `init` writes it."""
    text = (desk.folder / NAME).read_text(encoding="utf-8")
    desk.configure(f'{text}\n[notifiers.log]\nkind = "log"\n')


def told_in_the_log(said: Said) -> list[str]:
    return [json.loads(line)["event"] for line in said.err.splitlines()]


def test_a_crontab_s_mail_says_each_thing_once(at_desk: Desk) -> None:
    """The log notifier that `init` writes put eleven lines of JSON above the turn that said the same, one for
    each account in use that merely renews.
    """
    with_a_log(at_desk)
    first = at_desk.run("run", "--once", "--quiet")
    assert first.err == ""
    assert "Announced: " in first.out
    assert "in use will renew" in first.out
    at_desk.pass_time(timedelta(minutes=15))
    again = at_desk.run("run", "--once", "--quiet")
    assert (again.code, again.out, again.err) == (0, "", "")


def test_who_does_not_ask_for_quiet_has_all_of_the_log(at_desk: Desk) -> None:
    with_a_log(at_desk)
    assert {"renewal.warning", "release.announced"} <= set(told_in_the_log(at_desk.run("run", "--once")))


def test_a_problem_and_its_end_stand_in_the_text_alone(at_desk: Desk) -> None:
    with_a_log(at_desk)
    at_desk.reconfigure("[brakes]\n", "[budget]\nmonthly_cents = 100\n\n[brakes]\n")
    first = at_desk.run("run", "--once", "--quiet")
    assert told_in_the_log(first) == []
    assert "over its budget of $1.00" in first.out
    at_desk.reconfigure("monthly_cents = 100", "monthly_cents = 90000000")
    at_desk.pass_time(timedelta(minutes=15))
    over = at_desk.run("run", "--once", "--quiet")
    assert told_in_the_log(over) == []
    assert "over after 15 min: the fleet cost more than its budget" in over.out


def test_what_a_quiet_turn_does_not_say_itself_stays_in_its_log(at_desk: Desk) -> None:
    """What an earlier turn had to tell, and quiet hours held, stands in the text of no later one."""
    with_a_log(at_desk)
    at_desk.reconfigure('kind = "log"\n', 'kind = "log"\nquiet = ["11:00-12:10"]\n')
    first = at_desk.run("run", "--once", "--quiet")
    assert told_in_the_log(first) == []
    at_desk.pass_time(timedelta(minutes=15))
    assert "renewal.warning" in told_in_the_log(at_desk.run("run", "--once", "--quiet"))


def test_a_quiet_turn_prints_whatever_did_not_end_well(at_desk: Desk) -> None:
    enforced(at_desk)
    at_desk.reconfigure("[brakes]\n", "[brakes]\nmax_releases = 0\n")
    at_desk.run("run", "--once")
    again = at_desk.run("run", "--once", "--quiet")
    assert again.code == 22
    assert "(exit 22)" in again.out
