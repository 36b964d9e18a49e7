"""A test says what it needs, so `make quick` needs nothing; tests/conftest.py holds a running test to it."""

import ast
import tomllib
from pathlib import Path
from socket import socket
from subprocess import Popen

import pytest

from tests.needs import MARKS, NEEDS, need_of

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PROGRAMS = ("subprocess", "multiprocessing", "tests.first_process")


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def marked(path: Path) -> bool:
    return need_of(path) is not None or any(
        f"pytest.mark.{mark}" in path.read_text(encoding="utf-8") for mark in MARKS
    )


def test_a_file_that_starts_processes_says_so() -> None:
    starting = [
        path
        for path in TESTS.rglob("test_*.py")
        if imported(path) & set(PROGRAMS) and path.name != "test_needs.py"
    ]

    assert len(starting) > 10
    assert [path for path in starting if not marked(path)] == []


def test_every_place_that_needs_something_is_there() -> None:
    assert [place for place in NEEDS if not (TESTS / place).exists()] == []
    assert set(NEEDS.values()) <= set(MARKS)


@pytest.mark.parametrize("mark", MARKS)
def test_every_mark_is_known_and_explained(mark: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    known = project["tool"]["pytest"]["ini_options"]["markers"]

    assert [one.partition(":")[0] for one in known].count(mark) == 1
    assert f"`{mark}`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_a_connection_of_a_test_that_needs_nothing_is_its_failure() -> None:
    with socket() as opened, pytest.raises(pytest.fail.Exception, match=r"tests/needs\.py"):
        opened.connect(("127.0.0.1", 9))
    with pytest.raises(pytest.fail.Exception, match=r"tests/needs\.py"):
        Popen(["true"])


def test_the_floor_of_coverage_is_of_the_whole_core() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    (floors,) = [one for one in project["importlinter"]["contracts"] if one["type"] == "layers"]
    core = floors["layers"][floors["layers"].index("ports") + 1 :]

    assert sorted(project["coverage"]["run"]["source"]) == sorted(f"watcher.{name}" for name in core)
