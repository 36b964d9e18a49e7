"""The ledger's file and its outbox, looked after by hand."""

import errno
import json
import sqlite3
import stat
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from io import StringIO

import pytest

from tests.cli.desk import Desk, H
from tests.postgres import PASSWORD, postgres
from watcher.adapters.ledger.ledger import SqlReader
from watcher.cli.main import main
from watcher.cli.process import Process


class Reader(StringIO):
    """Reads what is printed, and keeps none of it."""

    lines = 0

    def write(self, text: str, /) -> int:
        self.lines += text.count("\n")
        return len(text)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_long_history_is_shown_while_it_is_read(at_desk: Desk, form: str) -> None:
    """A million observations took 13.6 s and 248 MiB before the first line was shown."""
    at_desk.run("run", "--once")
    with closing(sqlite3.connect(at_desk.ledger)) as ledger, ledger:
        ledger.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
            " INSERT INTO observations (account, project, turn, at, facts)"
            " SELECT 'sa_1', 'prj_1', (SELECT id FROM turns), i * 1000000, '{\"price_cents\": [1, 2]}' FROM n"
        )
    at_desk.run("history", "--limit", "1")  # what is imported for it is not what is measured
    reader = Reader()
    process = Process(
        environ=at_desk.environ, cwd=at_desk.folder, clock=at_desk.clock, out=reader, err=StringIO()
    )
    tracemalloc.start()
    try:
        assert main(("history", "--format", form), process) == 0
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert reader.lines > 10_000
    assert peak < 2 * 2**20


def test_an_outbox_with_nothing_left_is_said_to_be_empty(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    said = at_desk.run("outbox")

    assert (said.code, said.out) == (0, "No message waits, and none was given up.\n")


def test_what_waits_is_listed_with_its_trouble(at_desk: Desk) -> None:
    at_desk.reconfigure("_sandbox/inbox", "_sandbox/nowhere")
    assert at_desk.run("run", "--once").code == 23
    at_desk.pass_time(2 * H)
    said = at_desk.run("outbox")
    lines = [json.loads(line) for line in at_desk.run("outbox", "--format", "json").out.splitlines()]

    assert said.code == 23
    assert "ops  release.announced  queued 2 h ago, waiting, tried 1 time: http://127.0.0.1:" in said.out
    assert "    @latte.art.lab on tiktok will be released in " in said.out
    assert {(line["notifier"], line["attempts"]) for line in lines} == {("ops", 1)}


def undelivered(at_desk: Desk) -> list[int]:
    lines = at_desk.run("outbox", "--format", "json").out.splitlines()
    return [json.loads(line)["id"] for line in lines]


def test_a_dropped_message_is_never_delivered_and_the_history_says_who_and_why(at_desk: Desk) -> None:
    at_desk.reconfigure("_sandbox/inbox", "_sandbox/nowhere")
    at_desk.run("run", "--once")
    first, *others = undelivered(at_desk)
    said = at_desk.run("outbox", "drop", str(first), "--reason", "told by phone", "--by", "maria")
    assert (said.code, said.out) == (
        0,
        "1 message dropped. A release whose announcement was among them stays undone.\n",
    )
    assert undelivered(at_desk) == others
    assert "maria dropped a message to ops (told by phone): " in at_desk.run("history").out


def test_retried_messages_go_out_with_the_next_turn(at_desk: Desk) -> None:
    at_desk.reconfigure("_sandbox/inbox", "_sandbox/nowhere")
    at_desk.run("run", "--once")
    count = len(undelivered(at_desk))
    at_desk.reconfigure("_sandbox/nowhere", "_sandbox/inbox")
    said = at_desk.run("outbox", "retry", "--notifier", "ops")
    assert (said.code, said.out) == (0, f"{count} messages will be delivered with the next turn.\n")
    assert at_desk.run("run", "--once").code == 0
    assert at_desk.run("outbox").code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "say which: their numbers as `outbox` shows them, or --notifier NAME\n"),
        (["999"], "no undelivered message has the number #999; nothing was changed\n"),
        (["--notifier", "boss"], "no message waits for boss; nothing was changed\n"),
    ],
)
def test_only_undelivered_messages_can_be_named(at_desk: Desk, words: list[str], says: str) -> None:
    at_desk.run("run", "--once")
    said = at_desk.run("outbox", "retry", *words)
    assert (said.code, said.err) == (2, says)


def test_a_sound_ledger_is_said_to_be_sound(at_desk: Desk) -> None:
    at_desk.run("run", "--once")

    assert at_desk.run("store", "check").out == f"Ledger {at_desk.ledger} is sound.\n"
    at_desk.pass_time(H)
    migrated = at_desk.run("store", "migrate")
    assert migrated.out == f"Ledger {at_desk.ledger} is of this version, last turn 1 h ago.\n"


def test_a_ledger_that_is_none_is_78(at_desk: Desk) -> None:
    assert at_desk.run("store", "check").code == 78
    at_desk.ledger.write_bytes(b"this is no ledger, whatever it is called")

    for words in (("store", "check"), ("store", "migrate"), ("run", "--once"), ("audit",), ("history",)):
        said = at_desk.run(*words)
        assert said.code == 78
        assert "is no ledger" in said.err
        assert "Traceback" not in said.err


def at_server(at_desk: Desk, url: str) -> None:
    """Its address stands in a file of its own, for it holds a password."""
    address = at_desk.folder / "store-url"
    address.write_text(f"{url}\n", encoding="ascii")
    address.chmod(0o600)
    at_desk.reconfigure('[store]\nurl = "sqlite:///watcher.db"', '[store]\nurl_file = "store-url"')


def test_an_export_that_did_not_fit_leaves_nothing_that_looks_like_one(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(_: SqlReader) -> Iterator[str]:
        yield '{"schema":"ledger/1","revision":"0003"}'
        raise OSError(errno.ENOSPC, "No space left on device")

    at_desk.run("run", "--once")
    monkeypatch.setattr(SqlReader, "export", full_disk)
    said = at_desk.run("store", "export", "--output", "ledger.jsonl")

    place = at_desk.folder / "ledger.jsonl"
    why = "no space left on device; make room, or name a file elsewhere."
    assert (said.code, said.err) == (2, f"--output {place}: {why}\n")
    assert not place.exists()


def test_a_ledger_moves_to_a_server_with_three_commands(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    before = at_desk.run("history").out
    assert at_desk.run("store", "export", "--output", "ledger.jsonl").code == 0
    assert stat.S_IMODE((at_desk.folder / "ledger.jsonl").stat().st_mode) == 0o600
    assert at_desk.run("store", "export", "--output", "ledger.jsonl").code == 2, "nothing is overwritten"
    with postgres().ledger() as server:
        at_server(at_desk, server.url.reveal())
        moved = at_desk.run("store", "import", "--moved", "ledger.jsonl")
        assert (moved.code, moved.err) == (0, "")
        assert moved.out.startswith(f"Ledger {server} remembers ")
        assert at_desk.run("store", "check").out == f"Ledger {server} is sound.\n"
        assert at_desk.run("history").out == before
        assert at_desk.run("hold", "@latte.art.lab", "--reason", "mine").code == 0
        assert at_desk.run("run", "--once").code == 0
        said = [at_desk.run(*words) for words in (("check",), ("check", "--online"), ("store", "migrate"))]
        assert all(PASSWORD not in each.out + each.err for each in (*said, moved))
        assert all(f"{server}" in each.out for each in said)
        assert at_desk.run("store", "import", "ledger.jsonl").code == 78, "it remembers something now"


@pytest.mark.parametrize(
    "words",
    [("run", "--once"), ("audit",), ("history",), ("store", "check"), ("store", "export"), ("hold", "@x")],
)
def test_a_server_that_is_down_is_75_and_its_password_is_not_shown(
    at_desk: Desk, words: tuple[str, ...]
) -> None:
    at_server(at_desk, "postgresql://op:hunter2@127.0.0.1:1/ledger")
    said = at_desk.run(*words, *(("--reason", "mine") if words[0] == "hold" else ()))
    assert said.code == 75
    assert "The ledger postgresql://op@127.0.0.1:1/ledger cannot be " in said.err
    assert "hunter2" not in said.out + said.err
