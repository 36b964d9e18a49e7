"""A test says what it needs, so `make quick` needs nothing; tests/conftest.py holds a running test to it."""

import ast
import tomllib
from pathlib import Path
from socket import socket
from subprocess import Popen

import pytest

from tests.needs import MARKS, NEEDS, NOTHING, is_left_out, need_of
from tests.together import TOGETHER

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PROGRAMS = ("subprocess", "multiprocessing", "tests.first_process", "tests.forked")


def imported(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if not any(program in text for program in PROGRAMS):
        return set()
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
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


@pytest.mark.parametrize(
    ("file", "expression", "left_out"),
    [
        ("turn/test_focus.py", "not (process or server)", True),
        ("turn/test_focus.py", "not (process or browser)", False),
        ("turn/test_focus.py", "server", False),
        ("turn/test_focus.py", "slow", False),
        ("turn/test_focus.py", "not slow", False),
        ("turn/test_focus.py", "", False),
        ("core/test_plan.py", "server", True),
        ("core/test_plan.py", "server and not slow", True),
        ("core/test_plan.py", "not server", False),
        ("core/test_plan.py", "slow", False),
        ("core/test_plan.py", "", False),
        ("settings/test_checks.py", "server", False),
    ],
)
def test_a_file_is_not_read_where_none_of_its_tests_can_be_asked_for(
    file: str, expression: str, left_out: bool
) -> None:
    """A single test of it may have another mark as well."""
    assert is_left_out(TESTS / file, expression) is left_out


@pytest.mark.parametrize("folder", NOTHING)
def test_none_of_a_folder_that_needs_nothing_is_marked(folder: str) -> None:
    """It would never run with those that it is marked as one of: its file is not read then."""
    files = list((TESTS / folder).rglob("*.py"))

    assert len(files) > 10
    assert [path for path in files if need_of(path) or marked(path)] == []


def test_the_floor_of_coverage_is_of_the_whole_core() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    (floors,) = [one for one in project["importlinter"]["contracts"] if one["type"] == "layers"]
    core = floors["layers"][floors["layers"].index("ports") + 1 :]

    assert sorted(project["coverage"]["run"]["source"]) == sorted(f"watcher.{name}" for name in core)


def test_what_goes_together_is_there() -> None:
    """A file that was renamed would be shared out again, and what its tests share made by every worker."""
    assert [name for name in TOGETHER if not (ROOT / name).is_file()] == []
