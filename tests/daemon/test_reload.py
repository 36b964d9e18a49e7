"""SIGHUP: another configuration between two turns, or a loud no."""

import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from tests.daemon.test_serving import TEXT, environment, fleet, now, start, until
from tests.forked import Forked
from tests.ports import free_port
from watcher.adapters.ledger.opening import open_reader
from watcher.sandbox import DEFAULT_KEY, Hang, Key, Sandbox, Serving

SECOND = Key(id="key_second", secret="lp_live_second_key_never_to_be_shown", tier="partner")


@dataclass(kw_only=True)
class Running:
    process: Forked
    sandbox: Sandbox
    served: Serving
    folder: Path
    lines: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "lease-watcher.toml"

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [line for line in list(self.lines) if line["event"] == event]

    def change(self, old: str, new: str) -> None:
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), encoding="utf-8")

    def hang_up(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def reload(self) -> dict[str, Any]:
        """What is logged of a reload, once it is over."""
        ends = ("configuration taken over", "configuration refused")
        before = sum(len(self.logged(end)) for end in ends)
        self.hang_up()
        until(lambda: sum(len(self.logged(end)) for end in ends) > before)
        return [line for line in self.lines if line["event"] in ends][-1]

    def turn_of_the_reload(self) -> None:
        """Wait for the end of the turn that a configuration asks for when it is taken over."""
        until(lambda: self.events("configuration taken over", "turn ended")[-1] == "turn ended")

    def events(self, *some: str) -> list[str]:
        return [line["event"] for line in list(self.lines) if line["event"] in some]

    def problems(self) -> set[str]:
        reader = open_reader(self.folder / "watcher.db")
        try:
            return set(reader.problems())
        finally:
            reader.close()

    def events_told(self) -> list[dict[str, Any]]:
        return [event for digest in self.sandbox.inbox for event in digest["events"]]

    def told(self) -> list[str]:
        return [event["kind"] for event in self.events_told()]


@contextmanager
def running(
    tmp_path: Path, *, text: str = TEXT, keys: tuple[Key, ...] = (DEFAULT_KEY,), **environ: str
) -> Iterator[Running]:
    sandbox = Sandbox(fleet=fleet(now() + timedelta(hours=1)), clock=now, keys=list(keys))
    address = str(tmp_path / "notify")
    with (
        sandbox.serve() as served,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener,
    ):
        listener.bind(address)
        listener.settimeout(0.1)
        inbox = f'[notifiers.ops]\nkind = "webhook"\nurl = "{served.url}/_sandbox/inbox"\n'
        (tmp_path / "lease-watcher.toml").write_text(text.format(url=served.url, timeout="5s") + inbox)
        around = environment({"NOTIFY_SOCKET": address, **environ})
        process = Forked("-m", "tests.daemon.looks_often", "run", cwd=tmp_path, env=around)
        one = Running(process=process, sandbox=sandbox, served=served, folder=tmp_path)
        reader = threading.Thread(target=_collect, args=(process, one.lines))
        over = threading.Event()
        hearing = threading.Thread(target=_hear, args=(listener, one.said, over))
        reader.start()
        hearing.start()
        try:
            until(lambda: one.logged("turn ended"))
            yield one
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
            process.wait()
            over.set()
            reader.join()
            hearing.join()
            process.communicate()


def _collect(process: Forked, lines: list[dict[str, Any]]) -> None:
    lines.extend(map(json.loads, process.stderr))


def _hear(listener: socket.socket, said: list[str], over: threading.Event) -> None:
    while not over.is_set():
        try:
            said.append(listener.recv(4096).decode())
        except TimeoutError:
            continue


def test_a_good_configuration_is_taken_over_between_two_turns(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.change("warn = []", 'warn = ["30d"]')
        before = len(one.logged("turn ended"))
        assert one.reload()["level"] == "info"
        until(lambda: len(one.logged("turn ended")) > before)
        until(lambda: "renewal.warning" in one.told())
        reloading = next(index for index, word in enumerate(one.said) if word.startswith("RELOADING=1\n"))

    assert int(one.said[reloading].partition("MONOTONIC_USEC=")[2]) > 0
    assert "READY=1" in one.said[reloading + 1 :]
    assert one.problems() == set()


def test_a_bad_one_is_refused_loudly_and_the_former_stays(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.change("[brakes]\n", '[brakes]\nmax_releases = "many"\nmax_shares = 3\n')
        refused = one.reload()
        assert (refused["event"], refused["level"]) == ("configuration refused", "critical")
        assert len(refused["findings"]) == 2
        until(lambda: "config.refused" in one.told())
        assert one.problems() == {"config.refused"}
        until(lambda: any(word.startswith("STATUS=RELOAD REFUSED") for word in one.said))
        assert one.said.count("READY=1") == 2

        one.change('\nmax_releases = "many"\nmax_shares = 3\n', "\nmax_releases = 3\n")
        assert one.reload()["event"] == "configuration taken over"
        until(lambda: "problem.resolved" in one.told())

    assert one.problems() == set()
    assert one.told().count("config.refused") == 1


def test_a_hold_beside_a_mistake_counts_at_once(tmp_path: Path) -> None:
    """Somebody typed a hold, and elsewhere a wrong key. The reload was refused whole, the hold with it, and
    the account was released by the rules from before: less power had been refused together with more.
    """
    hold = '[[holds]]\naccount = "sa_idle"\nuntil = "forever"\nreason = "campaign"\n'
    with running(tmp_path, text=TEXT.replace('lead = "1m"', 'lead = "20m"')) as one:
        one.file.write_text(f"{one.file.read_text()}{hold}", encoding="utf-8")
        one.change("[brakes]\n", "[brakes]\nmax_relases = 3\n")
        renews = now() + timedelta(minutes=15)
        one.sandbox.edit(lambda world: world.with_changed_account("sa_idle", next_renewal_at=renews))
        before = len(one.logged("turn ended"))
        assert one.reload()["event"] == "configuration refused"
        until(lambda: len(one.logged("turn ended")) > before)
        assert one.logged("turn ended")[-1]["exit_code"] == 22
        assert "sa_idle" not in {entry.account for entry in one.sandbox.world.releases}
        until(lambda: {"config.refused", "brake.halted"} <= set(one.told()))
        [told] = [event for event in one.events_told() if event["kind"] == "brake.halted"]
        assert "max_relases" in told["text"]
        assert told["cents"] == 15_000

        one.change("max_relases", "max_releases")
        assert one.reload()["event"] == "configuration taken over"
        one.turn_of_the_reload()
        assert one.logged("turn ended")[-1]["exit_code"] == 0
        assert one.sandbox.log.deletes_received == 0

        one.change(hold, "")
        one.reload()
        until(lambda: one.sandbox.log.deletes_received == 1)
        one.turn_of_the_reload()


def test_what_a_refusal_costs_is_told_with_it(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.file.write_text("this is no TOML", encoding="utf-8")
        one.reload()
        until(lambda: "config.refused" in one.told())
        [told] = [event for event in one.events_told() if event["kind"] == "config.refused"]
    assert "; nothing is released until a good one is read" in told["text"]
    assert told["text"].startswith(
        "1 planned release ($150.00) will not be done unless a good configuration is read by "
    )
    # No price of its own: a channel for large sums would not be told.
    assert told["facts"].pop("by") > told["at"][:19]
    assert (told["cents"], told["facts"]) == (None, {"mistakes": 1, "releases": 1, "cents": 15_000})


def test_the_same_mistakes_read_again_are_told_once(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.file.write_text("this is no TOML", encoding="utf-8")
        one.reload()
        one.reload()
        until(lambda: "config.refused" in one.told())
        sleep(0.5)

    assert one.told().count("config.refused") == 1


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('url = "sqlite:///watcher.db"', 'url = "sqlite:///other.db"', "store.url"),
        ('base_url = "http://', 'base_url = "http://localhost:1/?', "api.base_url"),
    ],
    ids=["store", "api"],
)
def test_what_belongs_to_the_ledger_needs_a_restart(tmp_path: Path, old: str, new: str, why: str) -> None:
    with running(tmp_path) as one:
        one.change(old, new)
        assert why in one.reload()["why"]
        assert not (tmp_path / "other.db").exists()


def test_the_last_project_does_not_go_unnoticed(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.change('[projects.one]\nid = "prj_one"\nenrolled = true\n', "")
        assert "nothing would be watched" in one.reload()["why"]


def test_the_right_to_release_is_never_given_by_a_reload(tmp_path: Path) -> None:
    with running(tmp_path, text=TEXT.replace('mode = "enforce"', 'mode = "observe"')) as one:
        one.change('mode = "observe"', 'mode = "enforce"')
        assert "by a restart" in one.reload()["why"]


def test_it_is_taken_away_at_once(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.change('mode = "enforce"', 'mode = "observe"')
        assert one.reload()["mode"] == "observe"
        until(lambda: one.logged("turn ended")[-1]["mode"] == "observe")


def test_a_key_in_a_file_is_rotated_without_a_restart(tmp_path: Path) -> None:
    key = tmp_path / "api-key"
    key.touch(mode=0o600)
    key.write_text(DEFAULT_KEY.secret)
    text = TEXT.replace("[api]\n", '[api]\nkey_file = "api-key"\n')
    with running(tmp_path, text=text, keys=(DEFAULT_KEY, SECOND)) as one:
        key.write_text(SECOND.secret)
        assert one.reload()["event"] == "configuration taken over"
        one.turn_of_the_reload()
        used = {entry.key for entry in one.served.log.entries[-3:]}
        assert used == {SECOND.id}
        log = json.dumps(one.lines)
    assert SECOND.secret not in log
    assert DEFAULT_KEY.secret not in log


@pytest.mark.parametrize("wrong", ["lp_live_nobodys", "", "two words"])
def test_a_wrong_key_does_not_replace_a_good_one(tmp_path: Path, wrong: str) -> None:
    key = tmp_path / "api-key"
    key.touch(mode=0o600)
    key.write_text(DEFAULT_KEY.secret)
    with running(tmp_path, text=TEXT.replace("[api]\n", '[api]\nkey_file = "api-key"\n')) as one:
        key.write_text(wrong)
        assert one.reload()["event"] == "configuration refused"
        key.write_text(DEFAULT_KEY.secret)
        one.change("warn = []", 'warn = ["30d"]')
        one.reload()
        one.turn_of_the_reload()
        assert one.logged("turn ended")[-1]["exit_code"] == 0


def test_a_key_of_another_organisation_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "api-key"
    key.touch(mode=0o600)
    key.write_text(DEFAULT_KEY.secret)
    text = TEXT.replace("[api]\n", '[api]\nkey_file = "api-key"\n')
    with running(tmp_path, text=text, keys=(DEFAULT_KEY, SECOND)) as one:
        one.sandbox.edit(lambda world: replace(world, organization_id="org_other"))
        key.write_text(SECOND.secret)
        assert "another organisation" in one.reload()["why"]


def test_a_turn_under_way_ends_by_the_rules_it_began_with(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.sandbox.add_fault(Hang(method="GET", seconds=2, times=1))
        before = len(one.served.log.entries)
        one.reload()
        until(lambda: len(one.served.log.entries) > before)
        one.hang_up()
        one.hang_up()
        until(lambda: len(one.logged("configuration taken over")) == 2)
        one.turn_of_the_reload()

    order = one.events("turn ended", "configuration taken over")
    assert order == ["turn ended", "configuration taken over"] * 2 + ["turn ended"]
    assert [line["exit_code"] for line in one.logged("turn ended")] == [0, 0, 0]


def test_the_keep_page_goes_on_while_the_configuration_changes(tmp_path: Path) -> None:
    port, other = free_port(), free_port()
    keep = f'[keep]\nlisten = "127.0.0.1:{port}"\nurl = "http://127.0.0.1:{port}"\nkey = "{"a2tr" * 11}"\n'

    def answers(at: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", at), timeout=5) as connection:
                connection.sendall(b"GET /keep/x HTTP/1.0\r\n\r\n")
                return b" 404 " in connection.recv(1024)
        except OSError:
            return False

    with running(tmp_path, text=TEXT + keep) as one:
        assert answers(port)
        one.change("warn = []", 'warn = ["30d"]')
        one.reload()
        assert answers(port)
        one.change(f'listen = "127.0.0.1:{port}"', f'listen = "127.0.0.1:{other}"')
        one.reload()
        assert (answers(port), answers(other)) == (False, True)
        with socket.create_server(("127.0.0.1", port)):
            one.change(f'listen = "127.0.0.1:{other}"', f'listen = "127.0.0.1:{port}"')
            assert "cannot be had" in one.reload()["why"]
        assert answers(other)


def test_a_hangup_in_the_first_moment_of_the_daemon_is_a_wish_too(tmp_path: Path) -> None:
    """It was sent while the configuration was first read, as by a script that starts the daemon and has it
    read its file again: nobody listened yet, and it ended the process.
    """
    sandbox = Sandbox(fleet=fleet(now() + timedelta(hours=1)), clock=now)
    with sandbox.serve() as served:
        text = TEXT.format(url=served.url, timeout="5s")
        (tmp_path / "lease-watcher.toml").write_text(text, encoding="utf-8")
        process = start(tmp_path)
        assert process.stderr is not None
        try:
            until(lambda: listens_to_hangups(process.pid))  # most of a second before anything is read
            process.send_signal(signal.SIGHUP)
            assert any('"configuration taken over"' in line for line in process.stderr)
        finally:
            process.kill()
            process.communicate()


def listens_to_hangups(process: int) -> bool:
    """Whether it has a handler for them by now, as the kernel knows."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) & 1 << signal.SIGHUP - 1)
