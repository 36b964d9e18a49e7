"""The units under a real systemd: `make boot`, or `python -m tests.boot`, as root. Takes a few minutes.

Boots a Debian 12 with `systemd-nspawn`, installs the wheel and the units as docs/operations.md says, points
the daemon at a sandbox inside, and looks at what it does. With BOOT_CACHE the fresh tree is kept there.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from tests.boot.inside import PORT, WANTED
from tests.boot.machine import Machine, booted, debian, quietly, until, why_not
from watcher.sandbox import DEFAULT_KEY

ROOT = Path(__file__).parents[2]
DAEMON = "lease-watcher.service"
CONFIGURATION = "/etc/lease-watcher/config.toml"
KEY = "/etc/lease-watcher/layers-api-key"
SHELL = "/usr/local/bin/lease-watcher"
"""What people type."""
TEXT = f"""\
mode = "enforce"
[api]
base_url = "http://127.0.0.1:{PORT}"
timeout = "4s"
tier = "partner"
[schedule]
poll = "1m"
[brakes]
min_history = "0s"
max_clock_skew = "2s"
max_share = 1.0
max_project_share = 1.0
[projects.one]
id = "prj_one"
enrolled = true
[projects.two]
id = "prj_two"
enrolled = false
[policies.standard]
warn = []
[policies.standard.release]
when = "idle"
notice = "0s"
lead = "10m"
margin = "8s"
[notifiers.log]
kind = "log"
"""
SANDBOX = """\
[Service]
Type=exec
WorkingDirectory=/opt
ExecStart=/opt/lease-watcher/bin/python /opt/inside.py
Environment=PYTHONPATH=/opt
"""
IMPATIENT = """\
[Service]
RestartSec=1s
WatchdogSec=8s
TimeoutAbortSec=3s
"""
"""What is shortened here, so that nobody waits ten minutes: times, and nothing else."""


@contextmanager
def step(what: str) -> Iterator[list[str]]:
    """One line of the output; whatever is noted stands behind it."""
    began, notes = monotonic(), list[str]()
    try:
        yield notes
    except AssertionError as error:
        print(f"FAILED  {what}\n        {error}", flush=True)
        raise
    print(f"{monotonic() - began:5.1f} s  {what}{': ' if notes else ''}{', '.join(notes)}", flush=True)


def installed(tree: Path, folder: Path) -> None:
    """As docs/operations.md says, but from a wheelhouse: the machine has no network."""
    house = tree / "wheelhouse"
    quietly(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder / "dist"), str(ROOT))
    quietly(
        sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", "--require-hashes",
        f"--requirement={ROOT / 'requirements.txt'}", f"--dest={house}",
    )  # fmt: skip
    shutil.copy(ROOT / "requirements.txt", house)
    (wheel,) = (folder / "dist").glob("*.whl")
    shutil.copy(wheel, house)
    pip = ("chroot", str(tree), "/opt/lease-watcher/bin/pip", "install", "--quiet", "--no-index")
    quietly("chroot", str(tree), "python3", "-m", "venv", "/opt/lease-watcher")
    quietly(
        *pip, "--find-links=/wheelhouse", "--require-hashes", "--requirement=/wheelhouse/requirements.txt"
    )
    quietly(*pip, "--no-deps", f"/wheelhouse/{wheel.name}")
    for each in (*ROOT.glob("systemd/*.service"), *ROOT.glob("systemd/*.timer")):
        shutil.copy(each, tree / "etc/systemd/system")
    shutil.copy(ROOT / "systemd/lease-watcher", tree / SHELL.lstrip("/"))
    shutil.copy(ROOT / "tests/boot/inside.py", tree / "opt/inside.py")


class Watched:
    """The daemon in the machine, and what the sandbox saw of it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def configure(self, text: str) -> None:
        self.machine.write(CONFIGURATION, text)

    def systemctl(self, *words: str) -> None:
        self.machine.run("systemctl", *words)

    def shows(self, name: str) -> str:
        return self.machine.shows(DAEMON, name)

    @property
    def pid(self) -> str:
        return self.shows("MainPID")

    @property
    def active(self) -> bool:
        return self.shows("ActiveState") == "active"

    def turns(self) -> list[dict[str, Any]]:
        lines = [line for line in self.machine.journal(DAEMON).splitlines() if line.startswith("{")]
        return [each for each in map(json.loads, lines) if each["event"] == "turn ended"]

    def sandbox(self, what: str) -> Any:
        code = f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:{PORT}/_sandbox/{what}').read().decode())"
        return json.loads(self.machine.run("/opt/lease-watcher/bin/python", "-c", code))

    def released(self) -> list[str]:
        return [each["account"] for each in self.sandbox("world")["releases"]]

    def deletes(self) -> int:
        return int(self.sandbox("log")["deletesReceived"])


def look(machine: Machine) -> None:
    one = Watched(machine)
    machine.write(KEY, f"{DEFAULT_KEY.secret}\n", 0o600)
    machine.write("/etc/systemd/system/sandbox.service", SANDBOX)
    machine.write(f"/etc/systemd/system/{DAEMON}.d/impatient.conf", IMPATIENT)
    one.systemctl("daemon-reload")
    one.systemctl("start", "sandbox")

    with step("init asks for the projects"):
        asked = (
            f"WATCHER_API__BASE_URL=http://127.0.0.1:{PORT}",
            *(SHELL, "init", "--online", "--config", CONFIGURATION),
        )
        found = "with 2 projects, none of them enrolled"
        until(lambda: found in machine.run(*asked, check=False), seconds=20, because="it found none")
    one.configure(TEXT)
    with step("READY"):
        one.systemctl("enable", "--now", DAEMON)
        assert one.active
    with step("a turn") as notes:
        until(one.turns, seconds=30, because="no turn ended")
        notes.append(one.shows("StatusText"))
    with step("a release, when its window opened") as notes:
        until(one.released, seconds=60, because="nothing was released")
        assert (one.released(), one.deletes()) == (["sa_one_idle"], 1)
    with step("the hardening is in force") as notes:
        notes += hardening(one)
    with step("people's words reach the same ledger"):
        said = machine.run(SHELL, "hold", "@two.other", "--reason", "kept", "--by", "me")
        assert "/var/lib/lease-watcher/watcher.db" in said, said
    with step("the audit beside it") as notes:
        one.systemctl("start", "lease-watcher-audit.service")
        audit = json.loads(machine.run("cat", "/var/lib/lease-watcher/audit.json"))
        notes.append(f"{len(audit['accounts'])} accounts")
        assert one.active
    with step("a hung process is ended by the watchdog, and another goes on") as notes:
        hung, turns = one.pid, len(one.turns())
        machine.run("kill", "-STOP", hung)
        until(lambda: one.active and one.pid not in ("0", hung), seconds=60, because="nobody missed it")
        notes.append(f"restarts: {one.shows('NRestarts')}")
        assert "Watchdog timeout" in machine.journal(DAEMON)
        until(lambda: len(one.turns()) > turns, seconds=30, because="the other one took no turn")
    with step("SIGHUP, good: taken over without a restart") as notes:
        before, restarts = one.pid, one.shows("NRestarts")
        machine.write(str(WANTED), "")
        one.configure(TEXT.replace("enrolled = false", "enrolled = true"))
        one.systemctl("reload", DAEMON)
        until(lambda: one.deletes() == 2, seconds=30, because="the enrolled project was not looked at")
        assert (one.pid, one.shows("NRestarts")) == (before, restarts)
    with step("SIGTERM in mid-turn, with a DELETE unanswered: it ends, the next start reads back") as notes:
        one.systemctl("stop", DAEMON)
        assert one.shows("Result") == "success", one.shows("Result")
        left = one.turns()[-1]
        notes.append(f"unresolved: {left['unresolved']}")
        assert left["unresolved"] == 1
        one.systemctl("start", DAEMON)
        until(lambda: one.turns()[-1]["unresolved"] == 0, seconds=90, because="it was not read back")
        assert (sorted(one.released()), one.deletes()) == (["sa_one_idle", "sa_two_idle"], 2)
    with step("SIGHUP, bad: the former configuration stays, and says so") as notes:
        before = one.pid
        one.configure(TEXT.replace("poll =", "pole ="))
        one.systemctl("reload", DAEMON)
        until(lambda: "RELOAD REFUSED" in one.shows("StatusText"), seconds=30, because="nothing was said")
        assert (one.active, one.pid) == (True, before)
    with step("a bad configuration at start fails once") as notes:
        machine.run("systemctl", "restart", DAEMON, check=False)
        until(lambda: one.shows("ActiveState") == "failed", seconds=30, because="it did not end")
        machine.run("sleep", "4")
        notes += [f"exit {one.shows('ExecMainStatus')}", f"restarts: {one.shows('NRestarts')}"]
        assert notes == ["exit 78", "restarts: 0"]
    with step("so does a key file that is not there") as notes:
        one.configure(TEXT)
        machine.run("mv", KEY, f"{KEY}.away")
        machine.run("systemctl", "start", DAEMON, check=False)
        machine.run("sleep", "4")
        notes += [one.shows("ActiveState"), f"exit {one.shows('ExecMainStatus')}"]
        assert notes == ["failed", "exit 243"]
        machine.run("mv", f"{KEY}.away", KEY)
    with step("a rotated key, after a restart") as notes:
        machine.write(KEY, "lp_test_rotated\n", 0o600)
        turns = len(one.turns())
        one.systemctl("restart", DAEMON)
        until(lambda: len(one.turns()) > turns, seconds=30, because="no turn ended")
        notes.append(one.sandbox("log")["entries"][-1]["key"])
        assert notes == ["key_rotated"]
    with step("a refused key ends nothing") as notes:
        machine.write(KEY, "lp_test_unknown\n", 0o600)
        turns = len(one.turns())
        one.systemctl("restart", DAEMON)
        until(lambda: len(one.turns()) > turns, seconds=30, because="no turn ended")
        notes.append(f"turn: exit {one.turns()[-1]['exit_code']}")
        assert one.active
        machine.write(KEY, "lp_test_rotated\n", 0o600)
    with step("a turn by timer instead") as notes:
        one.systemctl("stop", DAEMON)
        one.systemctl("start", "lease-watcher-once.service")
        notes.append(f"exit {machine.shows('lease-watcher-once.service', 'ExecMainStatus')}")
    with step("nothing was in the way"):
        told = "".join(
            machine.journal(each) for each in (DAEMON, "lease-watcher-once", "lease-watcher-audit")
        )
        found = re.findall(r".*(?:Traceback|Permission denied|not permitted|SIGSYS|read-only).*", told)
        assert not found, found
    assert one.deletes() == 2


def hardening(one: Watched) -> list[str]:
    status = dict(
        line.split(":\t", 1)
        for line in one.machine.run("cat", f"/proc/{one.pid}/status").splitlines()
        if ":\t" in line
    )
    assert status["Uid"].split()[0] != "0", "it runs as root"
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0, "it has capabilities"
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2"), "it is not confined"
    said = one.machine.run("systemd-analyze", "security", "--no-pager", DAEMON)
    exposure = re.search(r"exposure level for \S+ (\d+\.\d+)", said)
    assert exposure is not None, said
    assert float(exposure[1]) <= 1.1, said
    return [f"uid {status['Uid'].split()[0]}", "no capability", "seccomp", f"exposure {exposure[1]}"]


def main() -> int:
    missing = why_not()
    if missing is not None:
        print(f"skipped: {missing}")
        return 0
    with TemporaryDirectory(prefix="lease-watcher-boot-") as name:
        folder = Path(name)
        tree = folder / "tree"
        with step("debootstrap"):
            fresh = debian(Path(os.environ.get("BOOT_CACHE", folder)))
            quietly("cp", "--archive", str(fresh), str(tree))
        with step("the wheel and the units are installed"):
            installed(tree, folder)
        with booted(tree) as machine:
            try:
                look(machine)
            except AssertionError:
                print(machine.journal(DAEMON)[-6000:])
                return 1
    print("all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
