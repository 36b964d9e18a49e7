"""Every file of the package as Python reads it; `tests/together.py` gives one worker all tests that ask."""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def sources() -> Mapping[str, ast.Module]:
    paths = sorted((ROOT / "watcher").rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def nodes(module: ast.AST) -> tuple[ast.AST, ...]:
    """All that it consists of, walked through once for all who ask."""
    return tuple(ast.walk(module))
