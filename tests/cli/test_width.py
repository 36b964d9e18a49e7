"""What people read fits their terminal: every command, at every width; and what is to be copied is whole."""

import fcntl
import os
import pty
import re
import struct
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.desk import Desk, H
from watcher.cli.commands.sandbox import served
from watcher.cli.parser import COMMANDS
from watcher.cli.render.sheet import cells, laid_out, line, printed
from watcher.texts.commands import to_approve, to_resume

WIDTHS = (80, 120)
WHY = (
    "the winter campaign of a customer who has not made up their mind yet, and asked to be called in January"
)
NO_SENTENCES = {
    "calendar": "a calendar",
    "completion": "a script",
    "report": "a page, or Markdown, whose rows are as long as they are",
    "schema": "JSON",
    "sandbox": "serves until it is stopped: `served`, below",
}
SAID = (
    "check",
    "check --online",
    "config show",
    "notify routes @latte.art.lab",
    "notify routes @latte.art.lab --expect release.announced=nobody,somebody.else,a.third.one,a.fourth.one",
    "notify test",
    "audit",
    "audit --by day",
    "audit --sort price --project acme-coffee",
    "audit --due-within never",
    "audit --policy nobody",
    "forecast --days 30 --by week",
    "simulate --days 3",
    "simulate --days 3 --against nowhere.toml",
    "savings --by month",
    "savings --since never",
    "run --once --dry-run",
    "run --once",
    "status",
    "explain @latte.art.lab",
    "explain @brand.official",
    "explain @nobody",
    "policy test nowhere.toml",
    "policy test --write cases.toml @latte.art.lab",
    "policy test cases.toml",
    "history",
    "history @latte.art.lab",
    "history --kind nothing",
    "history --since never",
    "docket",
    "docket nobody",
    "hold @campaign.reserve --until 2027-01-15",
    "hold --handle *",
    "hold @campain.reserve",
    "hold",
    "holds",
    "unhold @campaign.reserve",
    "unhold @campaign.reserve",
    "release @latte.art.lab",
    "approve nobody",
    "unapprove nobody",
    "pause --until 3d",
    "pause --project acme-cofee",
    "pauses",
    "status",
    "explain @espresso.notes",
    "resume",
    "resume --accept-baseline",
    "resolve @latte.art.lab --as released",
    "ack @latte.art.lab",
    "ack nothing.at.all",
    "outbox",
    "outbox retry 7",
    "outbox drop --notifier ops",
    "store check",
    "store migrate",
    "store export --output kept.jsonl",
    "store import kept.jsonl",
    "store restore",
    "init",
    "init --online",
    "demo",
)
NEEDS_A_REASON = COMMANDS.keys() & {
    "hold",
    "unhold",
    "release",
    "approve",
    "unapprove",
    "pause",
    "resume",
    "resolve",
    "ack",
}


def is_whole(row: str) -> bool:
    """One word, or what is to be copied in one piece: a command, a line of TOML."""
    return bool(re.fullmatch(r"\s*(\S+|\S*`[^`]*`\S*|curl .*|# \S+|\w+ = .*)", row))


def too_long(text: str, width: int) -> list[str]:
    """Log lines, one an event, are left to the terminal: who looks for one in many looks for lines."""
    rows = [row for part in text.split("\n") for row in part.split("\r\x1b[K")]
    return [row for row in rows if cells(row) > width and not is_whole(row) and not row.startswith("20")]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_command_says_anything_wider_than_the_terminal(at_desk: Desk, width: int) -> None:
    """At 80 columns `check`'s policies took 143, the question of `approve` 89, the kinds that `history` knows
    400 and more: each command had a way of its own to write, and some of them wrapped.
    """
    wrong = {}
    for words in SAID:
        command, *rest = words.split()
        if command in NEEDS_A_REASON or "drop" in rest:
            rest = [*rest, "--reason", WHY, "--by", "maria"]
        said = at_desk.run(command, *rest, wide=width)
        if found := [*too_long(said.out, width), *too_long(said.err, width)]:
            wrong[words] = found
        at_desk.pass_time(H / 60)
    assert wrong == {}


def test_every_command_that_speaks_to_people_is_tried() -> None:
    tried = {words.split()[0] for words in SAID}
    assert tried | NO_SENTENCES.keys() == COMMANDS.keys()


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_decided_about_a_docket_fits(at_desk: Desk, width: int) -> None:
    at_desk.reconfigure("max_share = 0.3", "max_share = 0.1")
    at_desk.run("run", "--once")
    docket = re.findall(r"approve ([0-9a-f]{8})", at_desk.run("docket").out)[0]

    wrong = []
    for command, typed in (
        ("docket", ""),
        ("approve", "n"),
        ("approve", "y"),
        ("docket", ""),
        ("unapprove", ""),
    ):
        reason = () if command == "docket" else ("--reason", WHY)
        said = at_desk.run(command, docket, *reason, typed=typed, wide=width)
        wrong += [*too_long(said.out, width), *too_long(said.err, width)]
    assert wrong == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_release_by_hand_fits(at_desk: Desk, width: int) -> None:
    at_desk.run("run", "--once")
    at_desk.pass_time(25 * H)
    said = at_desk.run("release", "@mountain.huts", "--reason", WHY, typed="@mountain.huts\n", wide=width)

    assert "@mountain.huts" in said.out, said
    assert [*too_long(said.out, width), *too_long(said.err, width)] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_where_the_sandbox_is_fits_and_each_command_of_it_is_whole(width: int) -> None:
    told = served("mixed", "http://127.0.0.1:8642", width)

    assert too_long(told, width) == []
    assert """curl -d '{"fault": "lost_answer", "method": "DELETE", "times": 1}' http://""" in told


def test_a_command_is_never_broken() -> None:
    """Half a command, copied, is another one: without its --project, `resume` ends all pauses."""
    text = f"Something is on; `{to_resume('acme')}` lifts it, or else `{to_approve('7f3a90c1')}` does."
    for width in range(20, 120):
        told = laid_out(text, width)
        assert to_resume("acme") in told
        assert to_approve("7f3a90c1") in told
        assert too_long(told, width) == []


@pytest.mark.parametrize(
    "piece", ["Sat 28 Nov 22:47 UTC", "Sat  8 Nov 2026 22:47 CEST", "in 1 d 6 h", "45 min"]
)
def test_a_time_is_never_broken(piece: str) -> None:
    for width in range(30, 60):
        assert piece in laid_out(f"it is to be said until then, the first by {piece}, and no later", width)


def test_what_does_not_fit_goes_on_where_it_began() -> None:
    told = laid_out("one\n    two three four five six seven", 20)
    assert told == "one\n    two three four\n    five six seven\n"


def test_a_column_that_does_not_fit_goes_below_whole() -> None:
    """Every row of a list ended in the middle of a moment: `renewal in 4 h 59 min,`, and its day below."""
    row = line(
        f"@latte.art.lab{' ' * 20}$150.00  renewal in 4 h 59 min, Mon 18 May 16:59 UTC     (held)",
        indent=2,
        hang=4,
    )
    assert printed([row], width=80, color=False).splitlines() == [
        f"  @latte.art.lab{' ' * 20}$150.00",
        "    renewal in 4 h 59 min, Mon 18 May 16:59 UTC  (held)",
    ]
    assert len(printed([row], width=120, color=False).splitlines()) == 1
    long = line(f"@kai  {'no post published through Layers for 40 d; ' * 3}it is", indent=2, hang=4)
    first, *_ = printed([long], width=80, color=False).splitlines()
    assert first.startswith("  @kai  no post published"), "a column that is wider than the terminal"


def test_a_sentence_is_no_wider_than_can_be_read_and_a_table_as_wide_as_the_terminal() -> None:
    long = " ".join(["word"] * 60)
    assert max(map(len, laid_out(long, 200).splitlines())) <= 120
    assert printed([line(long[:180], row=True)], width=200, color=False) == f"{long[:180]}\n".replace(
        " \n", "\n"
    )


def test_in_a_pipe_nothing_is_wrapped() -> None:
    long = " ".join(["word"] * 60)
    assert laid_out(long, None) == f"{long}\n"


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize(
    "words",
    [("history", "--kind", "x"), ("history", "--help"), ("history", "--kund"), ("check",), ("--help",)],
    ids=" ".join,
)
def test_a_process_asks_its_own_terminal_how_wide_it_is(
    at_desk: Desk, words: tuple[str, ...], width: int
) -> None:
    """In a terminal of 120 or 200 columns everything broke at 80: Python was asked for the width of the
    stream that it had begun with, which had been replaced.
    """
    told = at_a_terminal(words, at_desk, width)

    longest = max(map(cells, told.splitlines()))
    assert too_long(told, width) == []
    assert longest > min(width, 120) * 0.8 or words == ("check",)


def at_a_terminal(words: tuple[str, ...], at_desk: Desk, width: int) -> str:
    process, terminal = pty.fork()
    if process == 0:
        environ = {
            **os.environ,
            **at_desk.environ,
            "NO_COLOR": "1",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        environ.pop("COLUMNS", None)
        os.chdir(at_desk.folder)
        os.read(0, 1)
        os.execve(sys.executable, [sys.executable, "-m", "watcher", *words], environ)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    os.write(terminal, b"\n")
    told = b""
    with suppress(OSError):
        while piece := os.read(terminal, 65_536):
            told += piece
    os.close(terminal)
    os.waitpid(process, 0)
    return told.decode().replace("\r\n", "\n")


def test_letters_without_spaces_are_broken_by_the_cells_they_take() -> None:
    told = laid_out(f"by maria: {'冬のキャンペーン' * 20}, until it is over", 60)
    assert max(map(cells, told.splitlines())) <= 60
    assert told.replace("\n", "").count("冬のキャンペーン") == 20


def test_who_reads_a_pipe_in_columns_says_how_many(at_desk: Desk) -> None:
    """`watch lease-watcher status` cut every row at the window's edge: it says how wide that is, and a pipe
    was written as if nobody had. Of a pipe of which nobody says it nothing is shortened or wrapped.
    """
    at_desk.run("run", "--once")
    for words in (("status",), ("audit",), ("history",)):
        narrow, as_ever = at_desk.run(*words, COLUMNS="80").out, at_desk.run(*words).out
        assert too_long(narrow, 80) == []
        assert max(map(cells, as_ever.splitlines())) > 80
        assert at_desk.run(*words, COLUMNS="0").out == as_ever
    machine = ("audit", "--format", "csv")
    assert at_desk.run(*machine, COLUMNS="80").out == at_desk.run(*machine).out
