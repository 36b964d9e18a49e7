"""Every command that a message, a page or a document tells people to type runs as it stands there."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from watcher.cli.parser import build_parser
from watcher.texts.commands import (
    to_accept_the_baseline,
    to_approve,
    to_hold,
    to_pause,
    to_resolve,
    to_resume,
    to_unhold,
)

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"`(?:sudo |[^`]* -- )?lease-watcher\s([^`]+)`")
IN_A_BLOCK = re.compile(r"(?:^\s*[$#] |&& |-- |/bin/)lease-watcher ([^`\n]+?)(?= && |`|$)", re.MULTILINE)
SAID_BY_CODE = sorted((ROOT / "watcher").rglob("*.py"))
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
INSTALLED = sorted(
    path
    for folder, kind in (("kubernetes", "*.yaml"), ("systemd", "*.service"), ("config", "*.*"))
    for path in (ROOT / folder).rglob(kind)
)
A_VALUE = "7"
"""Stands where the text has a value: an id, a handle, a number."""


@pytest.mark.parametrize(
    "command",
    [
        to_hold("sa_1"),
        to_unhold("sa_1"),
        to_approve("7f3a90c1"),
        to_pause(None),
        to_pause("proj_1"),
        to_resume(None),
        to_resume("proj_1"),
        to_accept_the_baseline(),
        to_resolve("sa_1"),
    ],
)
def test_a_command_in_a_message_runs_as_it_stands(command: str) -> None:
    """Halts told people `lease-watcher approve 7f3a`, which ended in exit 2: `--reason` is required."""
    assert runs(command.removeprefix("lease-watcher "))


def test_a_name_that_a_shell_would_take_apart_is_quoted() -> None:
    assert shlex.split(to_resume("p; rm -rf /"))[3] == "p; rm -rf /"
    assert shlex.split(to_hold("$(reboot)"))[2] == "$(reboot)"


def test_a_command_that_is_written_out_runs_as_it_stands() -> None:
    told = [(path.name, command) for path in SAID_BY_CODE for command in commands_in_strings(path)]

    assert len(told) > 10
    assert [said for said in told if not runs(said[1])] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_command_in_a_document_runs_as_it_stands(path: Path) -> None:
    """Those of a line of its own, between fences, were never looked at."""
    prose, blocks = apart(path.read_text(encoding="utf-8"))
    told = [*COMMAND.findall(prose), *IN_A_BLOCK.findall(blocks)]

    assert [command for command in told if command != "--help" and not runs(command)] == []


def test_a_command_in_a_file_that_comes_along_runs_as_it_stands() -> None:
    texts = [path.read_text(encoding="utf-8") for path in INSTALLED]
    told = {command for text in texts for command in [*COMMAND.findall(text), *IN_A_BLOCK.findall(text)]}

    assert len(told) > 5
    assert [command for command in told if not runs(command)] == []


def apart(text: str) -> tuple[str, str]:
    """The prose of a page, and what stands between fences."""
    parts = re.split(r"^```.*$", text, flags=re.MULTILINE)
    return "\n".join(parts[::2]), "\n".join(parts[1::2])


def commands_in_strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.JoinedStr(values=values):
                yield from COMMAND.findall("".join(_text(value) for value in values))
            case ast.Constant(value=str() as text):
                yield from COMMAND.findall(text)
            case _:
                pass


def _text(part: ast.expr) -> str:
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else A_VALUE


def runs(command: str) -> bool:
    try:
        build_parser().parse_args(shlex.split(command))
    except SystemExit:
        return False
    return True
