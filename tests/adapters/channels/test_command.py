"""The notifier `command`, with real processes."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from tests.adapters.channels.stage import digest, event, logged
from watcher.adapters.channels.catalog import build, mistakes_of
from watcher.adapters.channels.kinds.command import CommandNotifier, CommandOptions
from watcher.adapters.clock import SystemClock
from watcher.messages.events import Event
from watcher.ports.notifier import Accepted, Postponed, Rejected
from watcher.texts.secret import Secret

SHORT = timedelta(seconds=1)
LONG = timedelta(seconds=30)


def command(*argv: str, timeout: timedelta = LONG, environment: tuple[str, ...] = ()) -> CommandNotifier:
    options = CommandOptions(argv=argv, timeout=timeout, environment=environment)
    notifier = build("ops", options, None, SystemClock())  # type: ignore[arg-type]
    assert isinstance(notifier, CommandNotifier)
    return notifier


def shell(script: str, *more: str, **options: object) -> CommandNotifier:
    return command("/bin/sh", "-c", script, "sh", *more, **options)  # type: ignore[arg-type]


def many() -> list[Event]:
    """More than a pipe holds."""
    return [event(handle=f"account.{number}", text="x" * 500) for number in range(500)]


def gone(pid: int, within: float = 5.0) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def written(file: Path) -> int:
    until = time.monotonic() + 5
    while not (file.exists() and file.read_text().strip()) and time.monotonic() < until:
        time.sleep(0.01)
    return int(file.read_text())


def test_it_reads_the_digest_as_json(tmp_path):
    told = tmp_path / "told"
    delivery = shell('cat > "$1"', str(told)).deliver(digest(event(text="it renews")))
    assert delivery == Accepted(detail="sh ended with 0")
    document = json.loads(told.read_text())
    assert document["schema"] == "digest/1"
    assert document["events"][0]["text"] == "it renews"


def test_its_arguments_are_handed_over_as_they_are(tmp_path):
    """No shell: what is a space, a variable or a command to one is a sign like others here."""
    told = tmp_path / "told"
    odd = ("two words", "$HOME", "`id`", "; rm -rf /", "*", "")
    script = "import sys; open(sys.argv[1], 'w').write(repr(sys.argv[2:]))"
    program = tmp_path / "with a space"
    program.symlink_to(sys.executable)
    assert isinstance(command(str(program), "-c", script, str(told), *odd).deliver(digest(event())), Accepted)
    assert told.read_text() == repr([*odd])


def test_it_is_handed_an_environment_of_its_own_and_no_descriptor(tmp_path, monkeypatch):
    told = tmp_path / "told"
    for name in ("LAYERS_API_KEY", "WATCHER_STORE__URL", "CREDENTIALS_DIRECTORY", "PGPASSWORD", "OTHER"):
        monkeypatch.setenv(name, "t0ps3cret")
    monkeypatch.setenv("ROOM", "blue")
    monkeypatch.setenv("TZ", "UTC")
    script = (
        "import json, os, sys; json.dump([dict(os.environ), sorted(map(int, os.listdir('/proc/self/fd'))), "
        "os.getcwd(), os.getpgrp() == os.getsid(0) == os.getpid()], open(sys.argv[1], 'w'))"
    )
    with ExitStack() as stack:
        for number in range(5):
            ours = stack.enter_context(open(tmp_path / f"ours{number}", "w"))
            os.set_inheritable(ours.fileno(), True)
        notifier = command(sys.executable, "-c", script, str(told), environment=("ROOM", "NOT_SET"))
        assert isinstance(notifier.deliver(digest(event())), Accepted)
    environ, descriptors, folder, alone = json.loads(told.read_text())
    assert environ.pop("LC_CTYPE", "") in ("", "C.UTF-8"), "Python's own, where there is no locale"
    given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    assert environ == {**given, "ROOM": "blue"}
    # Its three, and the folder that it looks into.
    assert descriptors == [0, 1, 2, 3]
    assert folder == "/"
    assert alone


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (0, Accepted(detail="sh ended with 0")),
        (75, Postponed(why="sh ended with 75: try again")),
        (1, Rejected(why="sh ended with 1")),
        (78, Rejected(why="sh ended with 78")),
        (
            126,
            Rejected(why="sh ended with 126, as a shell does that cannot run what it should", channel=True),
        ),
        (
            127,
            Rejected(why="sh ended with 127, as a shell does that cannot run what it should", channel=True),
        ),
    ],
)
def test_its_exit_code_is_its_word(code, answer):
    assert shell(f"cat > /dev/null; exit {code}").deliver(digest(event())) == answer


def test_one_that_reads_nothing_is_accepted_by_its_word():
    started = time.monotonic()
    assert isinstance(shell("exit 0").deliver(digest(*many())), Accepted)
    assert isinstance(shell("exec < /dev/null; exit 0").deliver(digest(*many())), Accepted)
    assert time.monotonic() - started < 5


def test_one_that_hangs_is_killed_with_its_children_and_tried_again(tmp_path):
    child = tmp_path / "child"
    started = time.monotonic()
    delivery = shell('sleep 600 & echo $! > "$1"; wait', str(child), timeout=SHORT).deliver(digest(*many()))
    assert time.monotonic() - started < 5
    assert delivery == Postponed(
        why="sh did not end within 1 s and was killed: whether it told anybody is uncertain"
    )
    assert gone(written(child))


def test_one_that_will_not_hear_of_an_end_is_killed_all_the_same():
    delivery = shell("trap '' TERM INT HUP; while :; do sleep 1; done", timeout=SHORT).deliver(
        digest(event())
    )
    assert isinstance(delivery, Postponed)


def test_a_child_that_keeps_the_output_open_keeps_nobody_waiting(tmp_path):
    child = tmp_path / "child"
    started = time.monotonic()
    delivery = shell('sleep 600 & echo $! > "$1"; exit 0', str(child)).deliver(digest(event()))
    assert isinstance(delivery, Accepted)
    assert time.monotonic() - started < 5
    assert gone(written(child)), "what it left behind is ended with it"


def test_a_child_that_left_its_process_group_keeps_nobody_waiting_either(tmp_path):
    child = tmp_path / "child"
    script = (
        "import os, sys, time\n"
        "if os.fork():\n"
        "    time.sleep(0.1); os._exit(0)\n"
        "os.setsid(); open(sys.argv[1], 'w').write(str(os.getpid()))\n"
        "while True: os.write(1, b'x' * 1000)\n"
    )
    started = time.monotonic()
    try:
        delivery = command(sys.executable, "-c", script, str(child)).deliver(digest(event()))
        assert isinstance(delivery, Accepted)
        assert time.monotonic() - started < 5
    finally:
        os.kill(written(child), signal.SIGKILL)


def test_its_group_is_killed_only_while_its_number_is_its_own(monkeypatch):
    """It had been reaped by then: its number was free, and may have been that of a stranger's group."""
    kill, asked = os.killpg, []

    def killed(group: int, sign: int) -> None:
        asked.append(group)
        os.waitid(
            os.P_PID, group, os.WEXITED | os.WNOHANG | os.WNOWAIT
        )  # raises where it is no child of ours
        kill(group, sign)

    monkeypatch.setattr(os, "killpg", killed)
    assert isinstance(shell("exit 0").deliver(digest(event())), Accepted)
    assert "and was killed" in shell("sleep 600", timeout=SHORT).deliver(digest(event())).why
    assert len(asked) == 2


def test_one_that_cannot_be_spoken_to_is_not_left_running(tmp_path, monkeypatch):
    """There was no descriptor left to wait with: it ran on, and the answer was that it could not be run."""

    def none_left() -> NoReturn:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("watcher.adapters.channels.kinds.command.DefaultSelector", none_left)
    child = tmp_path / "child"
    started, popen = [], subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *words, **more: started.append(popen(*words, **more)) or started[-1]
    )
    delivery = shell('echo $$ > "$1"; sleep 600', str(child)).deliver(digest(event()))
    assert delivery == Postponed(why="sh cannot be run: too many open files")
    assert gone(started[0].pid)


def test_where_its_word_is_lost_nobody_takes_it_for_a_yes(monkeypatch):
    """Whoever had started us ignored SIGCHLD: what ended with 1 was accepted."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        delivery = shell("exit 1").deliver(digest(event()))
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert delivery == Postponed(why="sh cannot be run: no child processes")


def test_one_that_is_killed_had_no_say_and_is_tried_again():
    delivery = shell("kill -9 $$").deliver(digest(event()))
    assert delivery == Postponed(why="sh was killed by SIGKILL")


def test_of_what_it_says_the_end_is_logged_however_much_it_is():
    with logged() as log:
        delivery = shell("head -c 100000000 /dev/zero | tr '\\0' 'x'; echo; echo the end").deliver(
            digest(event())
        )
    assert isinstance(delivery, Accepted)
    line = json.loads(log.getvalue())
    assert line["event"] == "notifier.said"
    assert line["notifier"] == "ops"
    assert line["level"] == "info"
    assert line["output"].endswith("xxx\nthe end")
    assert len(line["output"]) == 2_000


def test_what_it_says_as_it_fails_is_a_warning_and_in_no_answer():
    with logged() as log:
        delivery = shell("echo no such room >&2; exit 3").deliver(digest(event()))
    assert delivery == Rejected(why="sh ended with 3")
    line = json.loads(log.getvalue())
    assert (line["level"], line["output"]) == ("warning", "no such room")


def test_no_secret_that_it_repeats_is_logged(monkeypatch):
    """Neither what it was handed, nor the key that it found by itself, nor a link that keeps an account."""
    key, token, link = (
        "lk_live_0123456789abcdef",
        "tok3n-of-the-room",
        "https://keep.example/k/AbCd0123456789.sig",
    )
    monkeypatch.setenv("ROOM_TOKEN", token)
    told = digest(replace(event(), keep_url=link))
    notifier = shell(f'cat; echo "$ROOM_TOKEN {key}"', environment=("ROOM_TOKEN",))
    with logged(secrets=[Secret(key)]) as log:
        delivery = notifier.deliver(told)
    assert isinstance(delivery, Accepted)
    assert "digest/1" in log.getvalue()
    shown = f"{log.getvalue()} {delivery} {notifier!r}"
    assert not any(secret in shown for secret in (key, token, link, "AbCd0123456789.sig"))


def test_it_never_counts():
    assert not CommandOptions.counts
    assert not CommandNotifier.counts


def _absent(folder: Path) -> str:
    return str(folder / "nowhere")


def _not_executable(folder: Path) -> str:
    (folder / "plain").write_text("#!/bin/sh\n")
    return str(folder / "plain")


def _folder(folder: Path) -> str:
    return str(folder)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (_absent, "there is no file"),
        (_not_executable, "must not be run by this user: chmod"),
        (_folder, "is no file"),
        (lambda _: "no-such-program-anywhere", "is in PATH: write its whole path"),
        (lambda _: "./tell", "is no whole path"),
        (lambda _: "~/tell", "is no whole path"),
        (lambda _: "", "must begin with a program"),
        (lambda _: "a\0b", "must not hold the sign NUL"),
    ],
)
def test_what_cannot_be_run_is_found_beforehand(tmp_path, program: Callable[[Path], str], said: str):
    if os.geteuid() == 0 and program is _not_executable:
        assert not os.access(_not_executable(tmp_path), os.X_OK), "not even root runs what nobody may"
    ((key, why),) = mistakes_of(CommandOptions(argv=(program(tmp_path),)))
    assert key == "argv"
    assert said in why


@pytest.mark.parametrize(
    "name", ["LAYERS_API_KEY", "WATCHER_STORE__URL", "CREDENTIALS_DIRECTORY", "PGPASSWORD", "A=b", ""]
)
def test_what_leads_to_the_key_or_the_ledger_is_not_handed_over(name):
    ((key, _),) = mistakes_of(CommandOptions(argv=("/bin/sh",), environment=(name,)))
    assert key == "environment"


def test_no_program_at_all_is_a_mistake():
    ((key, _),) = mistakes_of(CommandOptions(argv=()))
    assert key == "argv"


@pytest.mark.parametrize("change", [Path.unlink, lambda file: file.chmod(0o644)], ids=["gone", "mode"])
def test_what_cannot_be_run_any_more_keeps_its_messages_waiting(tmp_path, change):
    program = tmp_path / "tell"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    notifier = command(str(program))
    change(program)
    delivery = notifier.deliver(digest(event()))
    assert isinstance(delivery, Rejected)
    assert delivery.channel
    assert delivery.why.startswith("tell cannot be run: ")


def test_no_descriptor_and_no_process_is_left_of_a_hundred_deliveries():
    notifier = shell("exit 0")
    notifier.deliver(digest(event()))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(100):
        notifier.deliver(digest(event()))
    assert len(os.listdir("/proc/self/fd")) == before
