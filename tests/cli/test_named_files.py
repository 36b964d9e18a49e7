"""Files that the command line names: homes, pipes, and those of somebody else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.desk import NAME, Desk
from watcher.adapters.ledger.opening import open_ledger

ONCE = ("run", "--once")


def piped(at_desk: Desk, *words: str) -> tuple[int, str]:
    """What a shell makes of `--config <(cat FILE)`; the exit code and what was complained of."""
    ours, theirs = os.pipe()
    os.write(theirs, (at_desk.folder / NAME).read_bytes())
    os.close(theirs)
    (at_desk.folder / NAME).unlink()
    try:
        said = at_desk.run(*words, "--config", f"/dev/fd/{ours}")
    finally:
        os.close(ours)
    return said.code, said.err


def test_a_configuration_through_a_pipe_does_for_one_turn(at_desk: Desk) -> None:
    code, _ = piped(at_desk, *ONCE)
    assert code == 0
    assert at_desk.ledger.exists()  # relative paths start at the working folder


@pytest.mark.parametrize("name", ["/dev/fd/9", "/dev/stdin"])
def test_the_daemon_refuses_what_it_could_not_read_again(at_desk: Desk, name: str) -> None:
    """The first SIGHUP would have read it at its end: an empty configuration."""
    said = at_desk.run("run", "--config", name)
    assert said.code == 2
    assert said.err.startswith(f"{name} can be read only once")
    assert said.err.count("\n") == 1
    assert at_desk.sandbox.log.entries == ()


def test_the_standard_input_is_read_as_a_process(at_desk: Desk) -> None:
    text = (at_desk.folder / NAME).read_text(encoding="utf-8")
    (at_desk.folder / NAME).unlink()
    done = subprocess.run(
        [sys.executable, "-m", "watcher", "check", "--config", "/dev/stdin", "--format", "json"],
        input=text,
        capture_output=True,
        text=True,
        cwd=at_desk.folder,
        env={**os.environ, **at_desk.environ},
        timeout=60,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)["findings"]) == (0, [])


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "--output"),
        (*ONCE, "--summary-file"),
        (*ONCE, "--metrics-file"),
        ("history", "--config"),
        ("init", "--config"),
        ("store", "import"),
        ("demo", "--keep"),
    ],
)
def test_a_variable_that_nobody_replaces_is_refused_before_anything_is_done(
    at_desk: Desk, words: tuple[str, ...]
) -> None:
    said = at_desk.run(*words, "$HOME/there")
    assert said.code in (2, 78)
    assert "holds a $" in said.err
    assert at_desk.sandbox.log.entries == ()
    assert [each.name for each in at_desk.folder.iterdir()] == [NAME]


def test_a_home_is_one_for_every_file_that_is_written(at_desk: Desk) -> None:
    """`--output=~/audit.csv` is no assignment to a shell: a file in a folder named ~ was asked for."""
    home = at_desk.folder / "home"
    home.mkdir()
    at_desk.environ["HOME"] = str(home)
    assert at_desk.run("audit", "--format", "csv", "--output=~/audit.csv").code == 0
    assert at_desk.run(*ONCE, "--summary-file=~/turn.json", "--metrics-file=~/turn.prom").code == 0
    assert at_desk.run("store", "export", "--output=~/ledger.jsonl").code == 0
    assert at_desk.run("init", "--config=~/new.toml").code == 0
    assert sorted(each.name for each in home.iterdir()) == [
        "audit.csv", "ledger.jsonl", "new.toml", "turn.json", "turn.prom"
    ]  # fmt: skip


def test_every_command_that_sends_the_key_says_who_else_could_say_where(at_desk: Desk) -> None:
    place = at_desk.folder / NAME
    place.chmod(0o666)
    refused = at_desk.run("audit")
    assert (refused.code, at_desk.sandbox.log.entries) == (78, ())
    assert "was found here, not named, and every user of this machine can change it" in refused.err
    for words in (("audit",), ONCE):
        said = at_desk.run(*words, "--config", str(place))
        assert said.code == 0
        assert said.err.count("every user of this machine can change it") == 1
    assert at_desk.run("check", "--config", str(place)).out.count("every user of this machine") == 1


def test_init_writes_the_address_that_it_asked(at_desk: Desk, tmp_path: Path) -> None:
    """The projects of another API were written beside the address of the usual one."""
    at_desk.environ["WATCHER_API__BASE_URL"] = at_desk.url
    assert at_desk.run("init", "--online", "--config", "new.toml").code == 0
    assert at_desk.run("init", "--config", "bare.toml").code == 0
    del at_desk.environ["WATCHER_API__BASE_URL"]
    for name in ("new.toml", "bare.toml"):
        assert f'\nbase_url = "{at_desk.url}"\n' in (tmp_path / name).read_text(encoding="utf-8")
    assert at_desk.run("audit", "--config", "new.toml").code == 0


SECRETS = """
[notifiers.other]
kind = "webhook"
url_file = "the-url"
"""


@pytest.mark.parametrize(
    "words",
    [
        (*ONCE, "--summary-file"),
        (*ONCE, "--metrics-file"),
        ("audit", "--output"),
        ("store", "export", "--output"),
    ],
)
def test_what_the_watcher_lives_on_is_no_place_for_an_output(at_desk: Desk, words: tuple[str, ...]) -> None:
    """`run --once --summary-file watcher.db` put one line in the place of every hold and notice: exit 0."""
    for name in ("the-key", "the-url"):
        (at_desk.folder / name).write_text("https://example.com/hook", encoding="ascii")
    at_desk.configure((at_desk.folder / NAME).read_text(encoding="utf-8") + SECRETS)
    at_desk.environ["WATCHER_API__KEY_FILE"] = "the-key"
    open_ledger(at_desk.ledger).close()
    os.link(at_desk.ledger, at_desk.folder / "linked")
    (at_desk.folder / "shown").symlink_to(NAME)
    (at_desk.folder / "elsewhere").symlink_to("watcher.db-wal")
    before = {each.name: each.read_bytes() for each in at_desk.folder.iterdir() if each.is_file()}
    ours = ("watcher.db", "watcher.db-wal", "watcher.db-shm", "watcher.db-journal", "watcher.db.bookmark")
    ours += (
        "linked",
        "elsewhere",
        "./x/../watcher.db.replaced-20260518T120000",
        "watcher.db.bookmark.partial",
    )
    (at_desk.folder / "x").mkdir()
    for name in (*ours, NAME, "shown", "the-url", "the-key"):
        said = at_desk.run(*words, name)
        assert (said.code, said.err.splitlines()[-1].partition(": it ")[0]) == (
            2,
            f"{words[-1]} {at_desk.folder / name}",
        )
        assert "would be overwritten; name another file." in said.err
    after = {each.name: each.read_bytes() for each in at_desk.folder.iterdir() if each.is_file()}
    assert (after, at_desk.sandbox.log.entries) == (before, ())


def test_a_neighbour_of_the_ledger_is_a_place_for_an_output(at_desk: Desk) -> None:
    assert at_desk.run(*ONCE, "--summary-file", "watcher.db.json", "--metrics-file", "db.bookmark").code == 0
