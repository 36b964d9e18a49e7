"""`release` at a real terminal, beside a daemon that holds the ledger, and beside another one like it."""

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic

from tests.daemon.test_serving import TEXT, environment, fleet, now, running, start
from watcher.sandbox import Sandbox


@dataclass
class AtTerminal:
    """A command whose terminal is ours."""

    process: "subprocess.Popen[str]"
    terminal: int

    def is_asked(self) -> None:
        shown = b""
        while b"or anything else to leave it: " not in shown:
            shown += os.read(self.terminal, 4096)

    def answers(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def ended(self) -> tuple[int, str]:
        """Its terminal is read on, or it could not write there."""
        with suppress(OSError):
            while os.read(self.terminal, 4096):
                pass
        out, _ = self.process.communicate(timeout=60)
        os.close(self.terminal)
        return self.process.returncode, out


def asks(folder: Path, *words: str) -> AtTerminal:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "watcher", "release", *words, "--reason", "over", "--by", "maria"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        cwd=folder,
        env=environment({}),
    )
    os.close(theirs)
    return AtTerminal(process, ours)


def test_the_daemon_that_holds_the_ledger_carries_it_out_within_seconds(tmp_path: Path) -> None:
    with running(tmp_path, now() + timedelta(hours=9)) as one:
        one.until_a_turn_ended()
        person = asks(tmp_path, "@idle")
        person.is_asked()
        person.answers("idle\n")
        said = monotonic()
        code, out = person.ended()
        took = monotonic() - said
        one.process.terminate()
        _, turns, log = one.finished()

    assert (code, out) == (0, "@idle (sa_idle) was released, $150.00 a month saved.\n")
    assert one.served.log.deletes_received == 1
    assert [turn["kind"] for turn in turns] == ["full", "focused"]
    assert turns[1]["attempts"] == {"released": 1}, "it was the daemon's"
    assert took < 60, "three seconds and a turn, on an idle machine; the next regular turn is 15 min off"
    assert "Traceback" not in log


def test_two_people_at_once_release_it_once(tmp_path: Path) -> None:
    sandbox = Sandbox(fleet=fleet(now() + timedelta(hours=9)), clock=now)
    with sandbox.serve() as served:
        (tmp_path / "lease-watcher.toml").write_text(TEXT.format(url=served.url, timeout="5s"))
        first = start(tmp_path, "--once")
        first.communicate(timeout=60)
        assert first.returncode == 0
        people: Sequence[AtTerminal] = [asks(tmp_path, "@idle"), asks(tmp_path, "sa_idle")]
        for person in people:
            person.is_asked()
        for person in people:
            person.answers("idle\n")
        ends = [person.ended() for person in people]

    assert served.log.deletes_received == 1
    assert all(code in (0, 2, 21) for code, _ in ends), ends
    assert 0 in {code for code, _ in ends}
