"""Every file of the package as Python reads it: read once, by the one worker that is given these tests."""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

in_one_worker = pytest.mark.xdist_group("sources")


@cache
def sources() -> Mapping[str, ast.Module]:
    paths = sorted((ROOT / "watcher").rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}
