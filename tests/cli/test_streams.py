"""The standard streams closed, full, or with nobody at the other end, and the working folder gone."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.desk import NOW, Desk, desk, with_handle
from watcher.cli.main import main
from watcher.cli.process import Process
from watcher.cli.streams import Complaints, Output
from watcher.sandbox import fleets
from watcher.sandbox.fleets.mixed_fleet import LATTE_ART_LAB

FULL = Path("/dev/full")
full_device = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")


def shell(script: str, at_desk: Desk) -> int:
    environ = {**os.environ, **at_desk.environ, "LW": f"{sys.executable} -m watcher"}
    return subprocess.run(["sh", "-c", script], cwd=at_desk.folder, env=environ, timeout=60).returncode


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&- >&- 2>&-"])
def test_closed_streams_take_nothing_from_what_is_done(at_desk: Desk, closed: str) -> None:
    """Without stderr nothing was done and nothing said; without stdout a hold was recorded and ended with 1,
    and a turn released its accounts and died. And the ledger's file had the number of the closed stream.
    """
    at_desk.run("run", "--once")
    assert shell(f"$LW hold @latte.art.lab --until forever --reason later {closed}", at_desk) == 0
    assert "later" in at_desk.run("holds").out
    assert at_desk.run("store", "check").code == 0


@full_device
@pytest.mark.parametrize("words", [("audit",), ("holds",), ("hold", "@latte.art.lab", "--until", "forever")])
def test_a_full_disk_is_one_sentence(at_desk: Desk, words: tuple[str, ...]) -> None:
    """`audit >/dev/full` ended in a traceback, and was followed by one of Python's own."""
    at_desk.run("run", "--once")
    with FULL.open("wb", buffering=0) as raw:
        out, err = Output(raw, write_through=True), StringIO()
        around = Process(environ=at_desk.environ, cwd=at_desk.folder, clock=at_desk.clock, out=out, err=err)
        code = main(words, around)
        out.detach()
    assert code == 1
    assert "no space left on device" in err.getvalue().lower()
    assert "Traceback" not in err.getvalue()
    assert ("forever" in words) == ("for ever" in at_desk.run("holds").out), "what was done stays done"


@full_device
def test_nobody_to_complain_to_stops_nothing(at_desk: Desk) -> None:
    with FULL.open("wb", buffering=0) as raw:
        out, err = StringIO(), Complaints(raw, write_through=True)
        around = Process(environ=at_desk.environ, cwd=at_desk.folder, clock=at_desk.clock, out=out, err=err)
        code = main(("audit", "--project", "nobody"), around)
        err.detach()
    assert code == 2


HANDLE = "größe.日本"
LOCALES = {
    "C": {"LC_ALL": "C"},
    "C, and nothing made of it": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Latin-1": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"},
    "ASCII, asked for": {"PYTHONIOENCODING": "ascii:strict"},
}


@pytest.fixture
def abroad(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, with_handle(fleets.mixed(NOW), LATTE_ART_LAB, HANDLE)) as one:
        yield one


@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_file_or_a_program_reads_is_utf_8_whatever_the_locale(abroad: Desk, locale: str) -> None:
    """Under a smaller locale a CSV had `gr??e.??` for a handle, ended with 0 and looked whole."""
    environ = {**os.environ, **abroad.environ, **LOCALES[locale]}
    command = [sys.executable, "-m", "watcher", "audit", "--format", "csv"]
    done = subprocess.run(command, cwd=abroad.folder, env=environ, capture_output=True, timeout=60)
    assert done.returncode == 0
    assert HANDLE in done.stdout.decode("utf-8")


def test_a_terminal_of_few_signs_gets_question_marks_and_no_error(abroad: Desk) -> None:
    ours, its = pty.openpty()
    environ = {**os.environ, **abroad.environ, **LOCALES["Latin-1"]}
    command = [sys.executable, "-m", "watcher", "audit"]
    with subprocess.Popen(command, cwd=abroad.folder, env=environ, stdout=its) as started:
        os.close(its)
        shown = b""
        with suppress(OSError):  # as Linux tells that nobody writes any more
            while piece := os.read(ours, 65_536):
                shown += piece
        os.close(ours)
    assert started.returncode == 0
    assert "größe.??".encode("latin-1") in shown


def test_a_working_folder_that_is_gone_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`cd d; rmdir ../d; lease-watcher audit` was a traceback, before anything could catch it."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(("audit",)) == 2
    assert capsys.readouterr().err.startswith("The folder that this was started in does not exist any more")


def test_help_for_a_full_disk_ends_as_usual(tmp_path: Path) -> None:
    if not FULL.exists():
        pytest.skip("no /dev/full here")
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m watcher --help > /dev/full"], cwd=tmp_path, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_hangup_while_the_daemon_is_still_loading_ends_nothing(tmp_path: Path) -> None:
    """SIGHUP in the first tenth of a second ended the process: the wish to read what was not yet read."""
    code = (
        "import os, signal, sys\n"
        "import watcher.__main__ as command\n"
        "class Hangup:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'watcher.cli.main': os.kill(os.getpid(), signal.SIGHUP)\n"
        "sys.meta_path.insert(0, Hangup())\n"
        "sys.argv = ['lease-watcher', 'run', '--config', 'none.toml']\n"
        "sys.exit(command.main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, timeout=60)
    assert done.returncode == 78
