"""Processes of the watcher that begin where their imports end: forked from one that has done them.

Imports are half a second, more than most of these tests need besides. What runs is what `python -m` or
`python -c` would run, with streams, signals, a folder, an environment and an end of its own. What is claimed
of a start itself is tried with a real one: in `tests.cli`, `tests.daemon.test_serving`.

    process = Forked("-m", "watcher", "run", cwd=folder, env=environ)
"""

import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final, TextIO

from tests import disk

_ROOT: Final = Path(__file__).parents[1]
_MOST: Final = 1 << 17
"""Bytes of a request: its words, its folder and its environment."""


class Forked:
    """As `subprocess.Popen` in text mode, with a pipe for each stream."""

    def __init__(self, *words: str, cwd: Path, env: Mapping[str, str]) -> None:
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        ours_err, theirs_err = os.pipe()
        self._told, tells = os.pipe()
        theirs = (theirs_in, theirs_out, theirs_err, tells)
        request = json.dumps({"words": words, "cwd": str(cwd), "env": dict(env)}).encode()
        socket.send_fds(_template(), [request], theirs)
        for each in theirs:
            os.close(each)
        self.stdin: TextIO = os.fdopen(ours_in, "w", encoding="utf-8")
        self.stdout: TextIO = os.fdopen(ours_out, encoding="utf-8")
        self.stderr: TextIO = os.fdopen(ours_err, encoding="utf-8")
        self.returncode: int | None = None
        self.pid = self._number()

    def _number(self) -> int:
        """The next one that is told of it: which process it is, later how it ended."""
        line = b""
        while not line.endswith(b"\n"):
            got = os.read(self._told, 1)
            assert got, f"the process that forks has ended: {_templates[-1].communicate()[1]}"
            line += got
        return int(line)

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self.wait(timeout=0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = self._number()
            os.close(self._told)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end; answers what is left of what it wrote."""
        with suppress(BrokenPipeError):
            self.stdin.close()
        with ThreadPoolExecutor(2) as readers:
            said = readers.map(_rest, (self.stdout, self.stderr))
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        out, err = said
        return out, err


def _rest(stream: TextIO) -> str:
    if stream.closed:
        return ""
    with stream:
        return stream.read()


@cache
def _template() -> socket.socket:
    """What is asked for a process: this one's. It ends with us."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    words = [sys.executable, "-m", "tests.forked", str(theirs.fileno())]
    pipe = subprocess.PIPE  # as those that it forks have: Python sees to its streams only once
    _templates.append(
        subprocess.Popen(
            words, cwd=_ROOT, pass_fds=[theirs.fileno()], stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )
    )
    theirs.close()
    return ours


_templates: list["subprocess.Popen[str]"] = []


def main(asked: socket.socket) -> None:
    """Fork a process for every request, and be that process."""
    for module in _modules():
        import_module(module)
    disk.not_waited_for().__enter__()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, streams, _, _ = socket.recv_fds(asked, _MOST, 4)
        if not request:
            return
        if os.fork() == 0:
            break
        for each in streams:
            os.close(each)
    asked.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, tells = streams
    if process := os.fork():
        _tell_of(process, streams, tells)
    os.close(tells)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    _run(**json.loads(request))


def _tell_of(process: int, streams: list[int], tells: int) -> None:
    for each in streams:
        os.close(each)
    os.write(tells, b"%d\n" % process)
    _, status = os.waitpid(process, 0)
    with suppress(BrokenPipeError):
        os.write(tells, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _run(*, words: list[str], cwd: str, env: dict[str, str]) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    how, what, *rest = words
    if how == "-m":
        sys.argv = [what, *rest]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv = ["-c", *rest]
        exec(what, {"__name__": "__main__"})


def _modules() -> list[str]:
    """What such processes import, sooner or later."""
    import watcher

    found = pkgutil.walk_packages(watcher.__path__, "watcher.")
    ours = [each.name for each in found if not each.name.startswith(("watcher.sandbox", "watcher.__main__"))]
    return [*ours, "tests.builders", "tests.fakes.clock"]


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
