"""A command as the first process of a container: PID 1 of a namespace of its own."""

import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

UNSHARE = ("unshare", "--user", "--map-root-user", "--fork", "--pid", "--kill-child", "--")


def ended_as_the_first_process(*command: str, seconds: float = 10) -> int | None:
    """Its exit code once it is asked to end, by SIGTERM again and again; None where that does not end it.

    Nothing is ever written to its standard input. Skips where no namespace may be made.
    """
    try:
        subprocess.run([*UNSHARE, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs unshare, and leave to make a namespace of processes")
    with subprocess.Popen([*UNSHARE, *command], stdin=subprocess.PIPE) as outer:
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
        for _ in range(int(seconds / 0.1)):
            for child in children.read_text().split():
                subprocess.run(["kill", "-TERM", child], check=False, stderr=subprocess.DEVNULL)
            with suppress(subprocess.TimeoutExpired):
                return outer.wait(0.1)
        outer.kill()
    return None
