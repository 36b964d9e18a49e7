"""A Debian 12 of its own, booted with systemd as its first process, with no network but loopback."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

TOOLS = ("debootstrap", "systemd-nspawn", "nsenter")
PACKAGES = "systemd,systemd-sysv,dbus,python3,python3-venv,ca-certificates,procps"


def why_not() -> str | None:
    """Why no machine can be booted here, None where one can."""
    if os.geteuid() != 0:
        return "needs root"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"needs {', '.join(missing)}: apt install debootstrap systemd-container" if missing else None


def until(what: Callable[[], object], *, seconds: float, because: str) -> float:
    """Wait for something in the machine; answers how long it took."""
    began = monotonic()
    while not what():
        if monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds:.0f} s: {because}")
        sleep(0.2)
    return monotonic() - began


@dataclass(frozen=True, kw_only=True)
class Machine:
    """`first` is its first process, as this machine numbers it."""

    tree: Path
    first: int

    def run(self, *words: str, check: bool = True) -> str:
        """Run a command inside, as root."""
        done = subprocess.run(
            [
                "nsenter",
                "--all",
                "--target",
                str(self.first),
                "/usr/bin/env",
                "-i",
                PATH,
                "HOME=/root",
                *words,
            ],
            capture_output=True,
            text=True,
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def shows(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).strip()

    def journal(self, unit: str) -> str:
        return self.run("journalctl", "--unit", unit, "--output=cat", "--no-pager")

    def write(self, place: str, text: str, mode: int = 0o644) -> None:
        path = self.tree / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)


PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def debian(cache: Path) -> Path:
    """A tree to copy, made once."""
    tree = cache / "bookworm"
    if not tree.exists():
        cache.mkdir(parents=True, exist_ok=True)
        half = cache / "bookworm.half"
        shutil.rmtree(half, ignore_errors=True)
        quietly("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(half))
        half.rename(tree)
    return tree


def quietly(*words: str) -> None:
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise AssertionError(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout[-4000:]}")


@contextmanager
def booted(tree: Path) -> Iterator[Machine]:
    """The tree as a running machine, powered off at the end."""
    words = [
        "systemd-nspawn",
        "--quiet",
        "--boot",
        f"--directory={tree}",
        "--private-network",
        "--register=no",
    ]
    with (tree.parent / "console.log").open("wb") as console:
        process = subprocess.Popen(
            [*words, "--keep-unit", "--console=pipe"],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
        )
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until(lambda: children.read_text().split(), seconds=30, because="the machine did not start")
        machine = Machine(tree=tree, first=int(children.read_text().split()[0]))
        until(
            lambda: "multi-user" in machine.run("systemctl", "list-units", "--state=active", check=False),
            seconds=60,
            because="multi-user.target was not reached",
        )
        yield machine
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
