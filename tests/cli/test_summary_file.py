"""The turn as one line in a file: what Kubernetes shows as a termination message."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.cli.test_run import enforced

MOST_BYTES = 4096
"""What Kubernetes keeps of a termination message."""


def test_the_file_is_the_line_of_json(at_desk: Desk) -> None:
    said = at_desk.run("run", "--once", "--format", "json", "--summary-file", "turn.json")
    text = (at_desk.folder / "turn.json").read_text(encoding="utf-8")

    assert text == said.out
    assert json.loads(text)["schema"] == "turn/1"
    assert len(text.encode()) <= MOST_BYTES


def test_the_file_is_replaced_whole(at_desk: Desk) -> None:
    place = at_desk.folder / "turn.json"
    place.write_text("x" * 10_000)
    before = place.stat().st_ino
    at_desk.run("run", "--once", "--summary-file", "turn.json")

    assert place.stat().st_ino != before
    assert len(place.read_text(encoding="utf-8").splitlines()) == 1
    assert [path.name for path in at_desk.folder.glob(".turn.json*")] == []


def test_a_file_that_cannot_be_replaced_is_overwritten(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a container's termination log, which is a mount of its own in a folder that is read-only."""
    place = at_desk.folder / "termination-log"
    place.touch()

    def busy(self: Path, target: Path) -> Path:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "replace", busy)
    at_desk.run("run", "--once", "--summary-file", str(place))

    assert json.loads(place.read_text(encoding="utf-8"))["exit_code"] == 0
    assert [path.name for path in at_desk.folder.glob(".termination-log*")] == []


def test_a_place_that_cannot_be_written_changes_nothing_of_the_turn(at_desk: Desk) -> None:
    """The turn was taken, releases and all, and then neither printed nor told by its code: it ended with 2,
    as if a word on the command line had been wrong.
    """
    said = at_desk.run("run", "--once", "--format", "json", "--summary-file", "no/such/folder/turn.json")

    assert said.code == json.loads(said.out)["exit_code"] == 0
    assert "summary not written" in said.err
    assert "No such file or directory" in said.err


def test_how_the_turn_ended_weighs_more_than_the_place(at_desk: Desk) -> None:
    """A release was due and braked, and a folder that is not there made 2 of 22."""
    enforced(at_desk)
    at_desk.reconfigure("[brakes]\n", "[brakes]\nmax_releases = 0\n")
    said = at_desk.run("run", "--once", "--summary-file", "no/such/folder/turn.json")

    assert said.code == 22
    assert "(exit 22)" in said.out
    assert "No such file or directory" in said.err


@pytest.mark.parametrize("option", ["--summary-file", "--metrics-file"])
def test_what_is_no_file_is_written_to_and_not_replaced(at_desk: Desk, option: str) -> None:
    """Root, told to write to a device, left a file in its place."""
    place = at_desk.folder / "device"
    place.symlink_to(os.devnull)
    assert at_desk.run("run", "--once", option, str(place)).code == 0
    assert place.is_symlink()
