"""`explain --config other.toml`: what another configuration would make of one account."""

import json
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from watcher.cli.demo import NAME

IDLE = 'when = "idle"'


@pytest.fixture
def other(at_desk: Desk) -> Path:
    """A copy of the configuration in force that waits longer and only observes; a turn was taken before."""
    assert at_desk.run("run", "--once").code == 0
    text = (at_desk.folder / NAME).read_text(encoding="utf-8")
    file = at_desk.folder / "other.toml"
    file.write_text(text.replace(IDLE, f'{IDLE}\nidle_after = "45d"').replace("enforce", "observe"))
    return file


def test_it_says_that_it_is_a_what_if_and_what_would_differ(at_desk: Desk, other: Path) -> None:
    said = at_desk.run("explain", "@latte.art.lab", "--config", "other.toml")

    assert said.code == 0
    head, _, rest = said.out.partition("\n\n@latte.art.lab on tiktok")
    assert head == (
        f"WHAT IF: judged by the rules of {other}\n"
        "The evidence and the ledger are those of now. The watcher goes by "
        f"{at_desk.folder / NAME}; nothing but this answer uses the other file, and nothing was changed.\n"
        "\n"
        "What would differ\n"
        "  decision\n"
        "    now   release window opens in 1 d 1 h\n"
        "    then  kept: in use\n"
        "  mode\n"
        "    now   enforce\n"
        "    then  observe\n"
        "  use today\n"
        "    now   unused\n"
        "    then  in use\n"
        "  what it releases\n"
        "    now   ✓ That policy releases accounts that were not used for 21 d.\n"
        "    then  ✓ That policy releases accounts that were not used for 45 d.\n"
        "  use\n"
        "    now   ✓ It is unused: no post published through Layers for 40 d 2 h; the 21 d needed have "
        "passed.\n"
        "    then  ✗ It is in use: a post was published 40 d 2 h ago."
    )
    assert "✗ The mode is observe" in rest
    assert "an earlier one no longer counts: its policy changed." in rest


def test_both_are_judged_by_the_very_same_answers_and_nothing_is_written(at_desk: Desk, other: Path) -> None:
    """Asked twice, the API could have said two things, and at a standard key's rate taken twice as long."""
    asked, ledger = len(at_desk.sandbox.log.entries), at_desk.ledger.read_bytes()

    at_desk.run("explain", "@latte.art.lab")
    once = len(at_desk.sandbox.log.entries) - asked
    at_desk.run("explain", "@latte.art.lab", "--config", str(other))

    assert len(at_desk.sandbox.log.entries) - asked == 2 * once
    assert at_desk.ledger.read_bytes() == ledger


def test_machines_are_told_too(at_desk: Desk, other: Path) -> None:
    said = json.loads(
        at_desk.run("explain", "@latte.art.lab", "--config", "other.toml", "--format", "json").out
    )

    assert (said["schema"], said["mode"], said["account"]["judged"]) == ("explain/1", "observe", "in_use")
    assert said["what_if"]["by"] == str(other)
    assert said["what_if"]["account_now"]["judged"] == "unused"
    assert {"what": "mode", "now": "enforce", "then": "observe"} in said["what_if"]["differs"]


def test_an_account_that_nothing_differs_for_and_one_that_would_not_be_watched(
    at_desk: Desk, other: Path
) -> None:
    other.write_text((at_desk.folder / NAME).read_text(encoding="utf-8") + "\n# a remark\n")
    same = at_desk.run("explain", "@latte.art.lab", "--config", "other.toml").out
    text = other.read_text(encoding="utf-8").replace("[projects.acme-coffee]", "[projects.gone]")
    other.write_text(text.replace("ACME", "G0NE"))
    gone = at_desk.run("explain", "@latte.art.lab", "--config", "other.toml").out

    assert "What would differ\n  Nothing, for this account.\n" in same
    assert "    then  in no project that is watched\n" in gone
    assert "Why\n" not in gone


def test_the_key_goes_where_the_configuration_in_force_says(at_desk: Desk, other: Path) -> None:
    """A file that is only tried out says nothing about where a key is sent: then it is no what-if at all."""
    other.write_text(other.read_text(encoding="utf-8").replace(at_desk.url, "http://127.0.0.1:9"))
    asked = len(at_desk.sandbox.log.entries)

    said = at_desk.run("explain", "@latte.art.lab", "--config", "other.toml")

    assert "WHAT IF" not in said.out
    assert said.code == 75
    assert len(at_desk.sandbox.log.entries) == asked


def test_it_is_none_where_the_file_is_the_one_in_force_or_another_watchers(
    at_desk: Desk, other: Path
) -> None:
    assert "WHAT IF" not in at_desk.run("explain", "@latte.art.lab", "--config", NAME).out

    other.write_text(other.read_text(encoding="utf-8").replace("watcher.db", "others.db"))
    assert "WHAT IF" in at_desk.run("explain", "@latte.art.lab", "--config", "other.toml").out
    assert at_desk.run("run", "--once", "--config", "other.toml").code == 0
    assert "WHAT IF" not in at_desk.run("explain", "@latte.art.lab", "--config", "other.toml").out
    (at_desk.folder / NAME).unlink()
    assert "WHAT IF" not in at_desk.run("explain", "@latte.art.lab", "--config", "other.toml").out


def test_a_mistake_in_the_other_file_is_told_as_anywhere(at_desk: Desk, other: Path) -> None:
    other.write_text(other.read_text(encoding="utf-8").replace("idle_after", "idle_aftr"))

    said = at_desk.run("explain", "@latte.art.lab", "--config", "other.toml")

    assert (said.code, said.out) == (78, "")
    assert "idle_aftr" in said.err
