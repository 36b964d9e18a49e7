"""The daemon as a process: an opening between two polls, and the end it is told to come to."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from watcher.sandbox import DEFAULT_KEY, Account, Corrupt, Fault, Fleet, Hang, Post, Project, Sandbox, Serving

PROJECT = "prj_one"
LEAD = timedelta(minutes=1)
TEXT = """\
mode = "enforce"
[api]
base_url = "{url}"
timeout = "{timeout}"
tier = "partner"
[store]
url = "sqlite:///watcher.db"
[brakes]
min_history = "0s"
max_clock_skew = "2s"
max_share = 1.0
max_project_share = 1.0
[projects.one]
id = "prj_one"
enrolled = true
[policies.standard]
warn = []
[policies.standard.release]
when = "idle"
notice = "0s"
lead = "1m"
margin = "8s"
[notifiers.log]
kind = "log"
"""


def now() -> datetime:
    return datetime.now(UTC)


def fleet(opens: datetime) -> Fleet:
    """One account long unused, whose window opens then; another one shows that the project has posts."""
    renews = opens + LEAD
    idle = Account(
        id="sa_idle",
        project=PROJECT,
        handle="idle",
        assigned_at=renews - timedelta(days=90),
        next_renewal_at=renews,
    )
    busy = Account(
        id="sa_busy",
        project=PROJECT,
        handle="busy",
        assigned_at=renews - timedelta(days=90),
        next_renewal_at=renews + timedelta(days=9),
    )
    return Fleet(
        projects=[Project(id=PROJECT, name="One", created_at=renews - timedelta(days=100))],
        accounts=[idle, busy],
        posts=[Post.published(id="post_1", account=idle, at=renews - timedelta(days=60))],
    )


@dataclass(kw_only=True)
class Opening:
    """A window that opens so long after its account is listed first: however slowly a process starts."""

    after: timedelta
    at: datetime | None = None

    def listed(self, body: dict[str, Any]) -> dict[str, Any]:
        self.at = self.at or now().replace(microsecond=0) + self.after
        for item in body["items"]:
            if item["socialAccountId"] == "sa_idle":
                item["nextRenewalAt"] = (self.at + LEAD).isoformat()
        return body

    @property
    def fault(self) -> Fault:
        return Corrupt(path=f"{PROJECT}/leased-accounts", mutate=self.listed)


@dataclass(kw_only=True)
class Running:
    process: subprocess.Popen[str]
    sandbox: Sandbox
    served: Serving
    folder: Path
    heard: list[str] = field(default_factory=list)

    def until_a_turn_ended(self) -> None:
        assert self.process.stderr is not None
        while not self.heard or '"turn ended"' not in self.heard[-1]:
            line = self.process.stderr.readline()
            assert line, "it ended without a turn"
            self.heard.append(line)

    def finished(self) -> tuple[int, list[dict[str, object]], str]:
        """Its exit code, its turns, and everything it logged."""
        _, rest = self.process.communicate(timeout=60)
        err = "".join((*self.heard, rest))
        lines = [json.loads(line) for line in err.splitlines()]
        return self.process.returncode, [line for line in lines if line["event"] == "turn ended"], err


@contextmanager
def running(
    tmp_path: Path,
    opens: datetime,
    *faults: Fault,
    words: tuple[str, ...] = (),
    timeout: str = "5s",
    **environ: str,
) -> Iterator[Running]:
    sandbox = Sandbox(fleet=fleet(opens), clock=now)
    sandbox.add_fault(*faults)
    with sandbox.serve() as served:
        (tmp_path / "lease-watcher.toml").write_text(TEXT.format(url=served.url, timeout=timeout))
        process = start(tmp_path, *words, **environ)
        try:
            yield Running(process=process, sandbox=sandbox, served=served, folder=tmp_path)
        finally:
            process.kill()
            process.communicate()


def start(folder: Path, *words: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "watcher", "run", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment(environ),
    )


def environment(more: Mapping[str, str]) -> dict[str, str]:
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("WATCHER_", "LAYERS_"))
    }
    return {**plain, "LAYERS_API_KEY": DEFAULT_KEY.secret, **more}


def until(what: object, seconds: float = 60) -> None:
    """Wait for something another process does."""
    assert callable(what)
    deadline = monotonic() + seconds
    while not what():
        assert monotonic() < deadline, "it did not happen in time"
        sleep(0.02)


def test_a_daemon_on_trial_releases_writes_and_tells_nothing(tmp_path: Path) -> None:
    """`run --dry-run` without `--once` was given what acts: it released, wrote a ledger and told people."""
    with running(tmp_path, now(), words=("--dry-run",)) as one:
        one.until_a_turn_ended()
        sleep(1.5)  # a looking daemon goes on: between turns it has nothing to keep, tell or examine
        one.process.send_signal(signal.SIGTERM)
        code, turns, log = one.finished()

    assert one.served.log.deletes_received == 0
    assert [(turn["acting"], turn["attempts"]) for turn in turns] == [(False, {})] * len(turns)
    assert [file.name for file in tmp_path.iterdir()] == ["lease-watcher.toml"]
    assert code == 0
    assert "Traceback" not in log


def test_a_window_that_opens_between_two_polls_is_used_within_a_second(tmp_path: Path) -> None:
    opening = Opening(after=timedelta(seconds=4))
    with running(tmp_path, now() + timedelta(hours=1), opening.fault) as one:
        until(lambda: one.served.log.deletes(applied=True))
        (delete,) = one.served.log.select(method="DELETE")
        one.process.send_signal(signal.SIGTERM)
        code, turns, log = one.finished()

    assert opening.at is not None
    assert opening.at <= delete.at < opening.at + timedelta(seconds=1)
    assert [turn["kind"] for turn in turns] == ["full", "focused"]
    assert turns[1]["attempts"] == {"released": 1}
    assert code == 0
    assert "Traceback" not in log


def test_a_window_that_opens_while_the_first_turn_still_reads_is_used_when_that_has_ended(
    tmp_path: Path,
) -> None:
    """The turn had begun before it and told the account to wait; the alarm was set after it, for moments
    ahead only: nothing came until the next poll, which was after the close.
    """
    opening = Opening(after=timedelta(seconds=2))
    slow = Hang(method="GET", path="scheduled-posts", seconds=3, times=1)
    with running(tmp_path, now() + timedelta(hours=1), opening.fault, slow) as one:
        until(lambda: one.sandbox.world.releases)
        one.process.send_signal(signal.SIGTERM)
        code, turns, _ = one.finished()

    assert one.served.log.deletes_received == 1
    assert [turn["attempts"] for turn in turns] == [{}, {"released": 1}]
    assert code == 0


def test_a_signal_during_a_hung_delete_leaves_an_intent_for_the_next_start(
    tmp_path: Path,
) -> None:
    with running(tmp_path, now(), timeout="2s") as one:
        one.sandbox.add_fault(Hang(method="DELETE", seconds=3.5, apply=True, late=True, times=1))
        until(lambda: one.served.log.deletes_received)
        one.process.send_signal(signal.SIGTERM)
        code, (turn,), _ = one.finished()
        assert code == 0
        assert turn["unresolved"] == 1
        until(lambda: one.sandbox.world.releases)

        again = start(tmp_path, "--once", "--format", "json")
        out, _ = again.communicate(timeout=60)

    assert json.loads(out)["attempts"] == {"released": 1}
    assert one.served.log.deletes_received == 1


def test_the_service_manager_hears_that_it_is_ready_and_that_it_stops(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(30)
        with running(tmp_path, now() + timedelta(hours=1), NOTIFY_SOCKET=address) as one:
            said = [listener.recv(1024).decode() for _ in range(3)]
            one.process.send_signal(signal.SIGTERM)
            one.finished()
            listener.settimeout(0.1)
            try:
                while True:
                    said.append(listener.recv(1024).decode())
            except TimeoutError:
                pass

    assert said[0] == "READY=1"
    assert "WATCHDOG=1" in said
    assert any(word.startswith("STATUS=last turn") for word in said)
    assert said[-1] == "STOPPING=1"


@pytest.mark.parametrize("trouble", ["suspended", "gone"])
def test_what_a_turn_meets_never_ends_it(tmp_path: Path, trouble: str) -> None:
    with running(tmp_path, now() + timedelta(hours=1), LAYERS_API_KEY="lp_wrong") as one:
        until(lambda: one.served.log.entries)
        if trouble == "gone":
            (tmp_path / "watcher.db").write_bytes(b"no ledger")
        one.until_a_turn_ended()
        sleep(0.3)
        assert one.process.poll() is None
        one.process.send_signal(signal.SIGTERM)
        code, turns, _ = one.finished()

    assert code == 0
    assert turns[0]["exit_code"] == 77
