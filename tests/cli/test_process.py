"""The command as a process: how fast it starts, how it ends, and the demo."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.first_process import ended_as_the_first_process
from watcher import __version__

HEAVY = ("httpx", "sqlalchemy", "apscheduler", "pydantic", "structlog")


def started(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("WATCHER_", "LAYERS_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "watcher", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**plain, **environ},
        timeout=60,
    )


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("audit", "--help"), ("nonsense",)])
def test_words_about_words_import_nothing_heavy(words: tuple[str, ...], tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from watcher.cli.main import main\n"
        f"try: main({words!r})\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.endswith("HEAVY []\n")


def test_no_command_is_explained_by_importing_what_it_works_with(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from watcher.cli.parser import build_parser\n"
        "build_parser(whole=True)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_help_names_every_command_and_exit_code(tmp_path: Path) -> None:
    said = started("--help", cwd=tmp_path)

    assert said.returncode == 0
    for word in ("demo", "audit", "explain", "run", "hold", "approve", "resolve", "78", "77", "21", "24"):
        assert word in said.stdout


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    assert started("--version", cwd=tmp_path).stdout == f"lease-watcher {__version__}\n"


def test_an_unknown_command_is_a_usage_error(tmp_path: Path) -> None:
    assert started("relase", cwd=tmp_path).returncode == 2


def test_without_a_configuration_it_says_how_to_get_one(tmp_path: Path) -> None:
    said = started("audit", cwd=tmp_path)

    assert said.returncode == 78
    assert "`lease-watcher init`" in said.stderr
    assert "Traceback" not in said.stderr


def test_the_demo_shows_a_whole_release(tmp_path: Path) -> None:
    """Also on a machine with an installation of its own: none of its variables reaches the demo."""
    said = started(
        "demo", "--keep", "kept", cwd=tmp_path, WATCHER_MODE="observe", STATE_DIRECTORY="/nonexistent"
    )

    assert said.stderr == ""
    assert said.returncode == 0
    for part in (
        "Leased accounts of Sandbox Partner",
        "in use",
        "will renew: protected by brand.*",
        "will renew: use unknown",
        "Announced: 4 releases",
        "@campaign.reserve (sa_01JZ0DEM0000000000000000A7) is held",
        "Released: 3, saving $450.00 a month",
        "It was released",
        "maria holds it until",
        "The sandbox counted 3 DELETE requests and 3 releases",
        "Saved: $450.00",
    ):
        assert part in said.stdout
    assert (tmp_path / "kept" / "watcher.db").exists()


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    run = f"{sys.executable} -m watcher schema | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", run], capture_output=True, text=True, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")


def test_a_defect_before_the_log_is_set_up_is_one_line_of_the_log_without_a_secret(tmp_path: Path) -> None:
    """It was a Python dict's repr and a traceback: nothing that a collector of logs can read."""
    code = (
        "import sys\n"
        "from watcher.cli import configured\n"
        "def load(*_, **__): raise ValueError('lp_live_secret')\n"
        "configured.load = load\n"
        "from watcher.cli.main import main\n"
        "sys.exit(main(['audit']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    line = json.loads(done.stderr)

    assert done.returncode == 1
    assert (line["event"], line["command"], line["error"]) == ("unexpected error", "audit", "ValueError")
    assert line["at"][-1] == "<string>:3"
    assert "lp_live" not in done.stderr


def running(*words: str, cwd: Path, err: int = subprocess.PIPE) -> "subprocess.Popen[str]":
    """As at a shell: what runs in the background, as a test run may, has Ctrl-C ignored."""
    return subprocess.Popen(
        [sys.executable, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=err,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "LAYERS_API_KEY": "lp_test"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def ended_by_ctrl_c(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Its exit code, and what it wrote to stderr."""
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


INTERRUPTED = 128 + signal.SIGINT


def assert_interrupted(code: str, folder: Path) -> None:
    """What interrupts itself ends so, and shows nothing."""
    with running("-c", code, cwd=folder) as process:
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (INTERRUPTED, "")


def test_ctrl_c_ends_a_simulation_as_it_ends_every_other_command(tmp_path: Path) -> None:
    """It ended with 2: as if something had been typed wrong."""
    terminal, theirs = pty.openpty()
    words = ("simulate", "--fleet", "large", "--days", "365", "--config", "lease-watcher.toml")
    (tmp_path / "lease-watcher.toml").write_text("[policies.standard]\n")
    with running("-m", "watcher", *words, cwd=tmp_path, err=theirs) as process:
        os.close(theirs)
        shown = b""
        while b"simulated" not in shown:
            shown += os.read(terminal, 1000)
        code, _ = ended_by_ctrl_c(process)
    rest = os.read(terminal, 100_000)
    os.close(terminal)

    assert (code, b"Traceback" in rest) == (INTERRUPTED, False)


def test_ctrl_c_while_the_api_does_not_answer_is_no_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        (tmp_path / "lease-watcher.toml").write_text(
            f'[api]\nbase_url = "http://127.0.0.1:{port}"\n'
            '[projects.acme]\nid = "prj_01HX9Y7K8M2P4RSTUV56789AB"\npolicy = "standard"\n'
            "[policies.standard]\n"
        )
        with running("-m", "watcher", "audit", cwd=tmp_path) as process:
            asked, _ = silent.accept()
            with asked:
                assert ended_by_ctrl_c(process) == (INTERRUPTED, "")


def test_ctrl_c_before_a_command_has_begun_shows_no_traceback(tmp_path: Path) -> None:
    """Imports are most of a second, and a traceback of them was shown."""
    code = (
        "import builtins, signal, sys\n"
        "before = builtins.__import__\n"
        "def interrupted(name, *rest):\n"
        "    if name == 'watcher.cli.main': signal.raise_signal(signal.SIGINT)\n"
        "    return before(name, *rest)\n"
        "from watcher.__main__ import main\n"
        "builtins.__import__ = interrupted\n"
        "sys.exit(main())"
    )
    assert_interrupted(code, tmp_path)


def test_ctrl_c_in_the_demo_is_no_defect_of_it(tmp_path: Path) -> None:
    """The command that it showed ended with a code that it did not know: an unexpected error was logged."""
    code = (
        "import signal, sys\n"
        "from watcher.cli.commands import audit\n"
        "audit.run = lambda *_: signal.raise_signal(signal.SIGINT)\n"
        "from watcher.__main__ import main\n"
        "sys.argv[1:] = ['demo']\n"
        "sys.exit(main())"
    )
    assert_interrupted(code, tmp_path)


def test_as_the_first_process_of_a_container_it_ends_when_it_is_asked_to() -> None:
    """An `audit` in a pod outlived every SIGTERM, and so did a daemon that was still starting."""
    words = ("audit", "--config", "/dev/stdin")

    assert ended_as_the_first_process(sys.executable, "-m", "watcher", *words) == 128 + signal.SIGTERM
