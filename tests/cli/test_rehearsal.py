"""The page about rehearsing a month is true: its configuration, its commands, its faults."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.desk import NOW, Desk
from tests.fakes.clock import FakeClock
from watcher.adapters.clock import ProcessClock
from watcher.sandbox import Sandbox, fleets
from watcher.sandbox.named_faults import fault_of
from watcher.sandbox.staging import change, post

PAGE = (Path(__file__).parents[2] / "docs" / "rehearsal.md").read_text(encoding="utf-8")
(CONFIGURATION,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
(WAIT,) = map(int, re.findall(r"^pass (\d+)$", PAGE, re.MULTILINE))
(MONTH,) = map(int, re.findall(r"`pass (\d+)`", PAGE))
STEP = timedelta(seconds=int(re.findall(r'"advance_seconds": (\d+)}\' http', PAGE)[0]))
DOCUMENTS = re.findall(r"(?:`|')(\{\".*?\})(?:`|')", PAGE)


def test_four_accounts_are_given_back_in_the_first_steps_by_the_sandboxs_clock_alone(at_desk: Desk) -> None:
    own = at_desk.clock
    at_desk.clock = ProcessClock(own)  # type: ignore[assignment]
    at_desk.configure(CONFIGURATION.replace("http://127.0.0.1:8642", at_desk.url))

    codes = [at_desk.run(*words.split()).code for words in ("check", "audit", "run --once")]
    held = at_desk.run("hold", "@campaign.reserve", "--reason", "the winter campaign")
    for _ in range(WAIT):
        at_desk.sandbox.advance(STEP)
        own.advance(timedelta(seconds=1))
        codes.append(at_desk.run("run", "--once").code)

    online = at_desk.run("check", "--online")
    assert "clock                     right, within 1 min" in online.out, online.out
    assert (set(codes), held.code) == ({0}, 0)
    assert at_desk.deletes == 4
    told = at_desk.run("history", "@latte.art.lab").out
    assert "It was released" in told


def test_a_month_is_as_long_as_the_page_says_and_no_step_is_longer_than_a_window() -> None:
    assert timedelta(days=30) < (WAIT + MONTH) * STEP < timedelta(days=32)
    assert timedelta(hours=6) - timedelta(minutes=10) > STEP


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_the_page_sends_is_understood(document: str) -> None:
    said = json.loads(document)
    world = Sandbox(fleet=fleets.mixed(NOW), clock=FakeClock(NOW).now).world

    if "fault" in said:
        fault_of(said)
    elif said.keys() & {"advance_seconds", "move_to"}:
        assert len(said) == 1
    elif "nextRenewalAt" in said:
        change(world, said, NOW)
    else:
        post(world, said, NOW)


def test_the_page_has_something_to_send() -> None:
    assert len(DOCUMENTS) > 12


@pytest.mark.parametrize("port", ["99999", "65536", "-1"])
def test_a_port_that_there_cannot_be_is_one_clear_sentence(at_desk: Desk, port: str) -> None:
    said = at_desk.run("sandbox", "--port", port)

    assert (said.code, said.out) == (2, "")
    assert said.err == f"--port {port}: a port is a number from 0 to 65535\n"
