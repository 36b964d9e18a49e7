"""What a test needs beside this process: its marks. `make quick` runs what needs nothing.

- `process`: starts one, such as the watcher itself, `git` or `systemd-analyze`
- `server`: speaks to one over a socket, be it the sandbox in this process, PostgreSQL or Prometheus
- `browser`: a page in a real one
- `image`: the steps of the Dockerfile
- `disk`: keeps a ledger in a file, and waits until it is there

A folder or a file says it here once for all its tests; a single test or parameter by its own `@pytest.mark`.
A test that needs one of these and does not say so fails.
"""

import socket
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any, Final
from unittest.mock import patch

import pytest
from _pytest.mark.expression import Expression

OUTSIDE: Final = ("process", "server", "browser", "image")
MARKS: Final = (*OUTSIDE, "disk")

NEEDS: Final[Mapping[str, str]] = {
    "adapters/channels/test_alertmanager.py": "server",
    "adapters/channels/test_apprise.py": "server",
    "adapters/channels/test_command.py": "process",
    "adapters/channels/test_email.py": "server",
    "adapters/channels/test_installed.py": "process",
    "adapters/channels/test_ntfy.py": "server",
    "adapters/channels/test_pagerduty.py": "server",
    "adapters/channels/test_slack.py": "server",
    "adapters/channels/test_webhook.py": "server",
    "adapters/evidence/test_posts_served.py": "server",
    "adapters/http/test_client.py": "server",
    "adapters/http/test_connect.py": "server",
    "adapters/http/test_private.py": "server",
    "adapters/http/test_trust.py": "server",
    "adapters/layers/test_ages.py": "server",
    "adapters/layers/test_health.py": "server",
    "adapters/layers/test_reader.py": "server",
    "adapters/layers/test_releaser.py": "server",
    "adapters/layers/test_secrecy.py": "server",
    "adapters/ledger": "disk",
    "adapters/ledger/test_opening.py": "process",
    "adapters/ledger/test_pooler.py": "server",
    "adapters/ledger/test_processes.py": "process",
    "adapters/ledger/test_server.py": "server",
    "adapters/metrics/test_exposition.py": "server",
    "adapters/pages/test_calendar.py": "server",
    "adapters/pages/keep/test_browser.py": "browser",
    "adapters/pages/keep/test_crowd.py": "server",
    "adapters/pages/keep/test_page.py": "server",
    "adapters/pages/test_probes.py": "server",
    "adapters/pages/test_whole_page_browser.py": "browser",
    "adapters/pages/test_server.py": "server",
    "adapters/test_heartbeat.py": "server",
    "adapters/test_logs.py": "process",
    "boot": "process",
    "cli": "server",
    "cli/test_named_files.py": "process",
    "cli/test_process.py": "process",
    "cli/test_streams.py": "process",
    "contracts/test_former_handles.py": "server",
    "contracts/test_notifiers.py": "server",
    "daemon/test_asked_release.py": "process",
    "daemon/test_calendar.py": "server",
    "daemon/test_deadlines.py": "process",
    "daemon/test_health.py": "process",
    "daemon/test_keep_page.py": "server",
    "daemon/test_quarter.py": "server",
    "daemon/test_reload.py": "process",
    "daemon/test_serving.py": "process",
    "daemon/test_status_page.py": "process",
    "daemon/test_systemd.py": "server",
    "histories": "server",
    "house/test_adding_a_part.py": "process",
    "house/test_benchmarks.py": "process",
    "house/test_image.py": "image",
    "house/test_kubernetes.py": "process",
    "house/test_packages.py": "process",
    "house/test_systemd_units.py": "process",
    "kill": "process",
    "must_never": "server",
    "mutants/test_trying.py": "process",
    "pictures": "process",
    "sandbox": "server",
    "simulation/test_simulation.py": "disk",
    "turn": "server",
}

NOTHING: Final = ("core",)
"""Folders without a test that needs anything, a third of all: not read where only others are asked for."""

_HERE: Final = Path(__file__).parent


def need_of(path: Path) -> str | None:
    """The mark of a test file: its own, else that of the nearest folder that has one."""
    inside = path.relative_to(_HERE)
    return next(
        (NEEDS[place.as_posix()] for place in (inside, *inside.parents) if place.as_posix() in NEEDS), None
    )


def is_left_out(path: Path, expression: str) -> bool:
    """Whether `-m` asks for none of a file's tests, by the mark of the file: whatever others they have.

    Such a file is not even read: what it imports costs `make quick` more than its own tests do.
    """
    need = need_of(path)
    in_nothing = path.relative_to(_HERE).parts[0] in NOTHING
    if not expression or (need is None and not in_nothing):
        return False
    wanted = Expression.compile(expression)
    own = set[str]() if need is None else {need}
    others = ["slow"] if in_nothing else [mark for mark in (*MARKS, "slow") if mark != need]
    sets = (beside for number in range(len(others) + 1) for beside in combinations(others, number))
    return not any(wanted.evaluate(_one_of({*own, *beside})) for beside in sets)


def _one_of(marks: Collection[str]) -> Callable[..., bool]:
    return lambda name, **_: name in marks


@contextmanager
def guarded(running: Callable[[], pytest.Item | None]) -> Iterator[None]:
    """While a test that is marked with nothing runs, its thread starts no process and opens no connection."""

    def guard(original: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*words: Any, **options: Any) -> Any:
            item = running()
            if item and current_thread() is main_thread() and not any(map(item.get_closest_marker, OUTSIDE)):
                pytest.fail(f"{original.__qualname__}: say what this test needs, here or in tests/needs.py")
            return original(*words, **options)

        return instead

    with (
        patch.object(subprocess.Popen, "__init__", guard(subprocess.Popen.__init__)),
        patch.object(socket.socket, "listen", guard(socket.socket.listen)),
        patch.object(socket.socket, "connect", guard(socket.socket.connect)),
        patch.object(socket, "send_fds", guard(socket.send_fds)),
    ):
        yield
