"""Each third-party library has one home, and each dependency is used."""

import ast
import re
import sys
import tomllib
from functools import cache
from itertools import chain

import pytest

from tests.house.sources import ROOT, nodes, sources

HOMES = {
    "apprise": ("watcher/adapters/channels/kinds/apprise.py",),
    "alembic": ("watcher/adapters/ledger/",),
    "apscheduler": ("watcher/daemon/alarm.py",),
    "cheroot": ("watcher/sandbox/",),
    "certifi": ("watcher/adapters/http/trust.py",),
    "httpcore": ("watcher/adapters/http/transport.py",),
    "httpx": ("watcher/adapters/http/library.py",),
    "icalendar": ("watcher/adapters/ics.py",),
    "itsdangerous": ("watcher/adapters/pages/keep/",),
    "jinja2": (
        "watcher/adapters/pages/layout.py",
        "watcher/adapters/channels/templates/jinja.py",
    ),
    "prometheus_client": ("watcher/adapters/metrics/",),
    "psycopg": ("watcher/adapters/ledger/postgres.py", "watcher/adapters/ledger/places.py"),
    "pydantic": ("watcher/adapters/layers/", "watcher/wiring/saved_audit.py"),
    "pydantic_core": ("watcher/settings/validate.py",),
    "pydantic_settings": ("watcher/settings/read/merging.py",),
    "rich": ("watcher/cli/render/sheet.py",),
    "shtab": ("watcher/cli/commands/completion.py",),
    "sqlalchemy": ("watcher/adapters/ledger/",),
    "structlog": ("watcher/adapters/logs.py",),
    "typing_extensions": ("watcher/adapters/layers/",),
    "waitress": ("watcher/adapters/pages/",),
    "werkzeug": ("watcher/adapters/pages/", "watcher/sandbox/"),
}
UNIMPORTED = {"tzdata": "zoneinfo reads it where the system has no time zones"}


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    """By its name alone a file of 401 lines hid behind another one's: 63 of 332 were never seen."""
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "watcher").rglob("*.py")
    }

    assert len(lines) > 100
    assert [name for name, count in lines.items() if count > 400] == []


@cache
def imported(path: str) -> frozenset[str]:
    """Top-level names of everything a file imports that is neither ours nor Python's."""
    names: set[str] = set()
    for node in nodes(sources()[path]):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return frozenset(names - sys.stdlib_module_names - {"watcher"})


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_at_home_only(library: str) -> None:
    users = {path for path in sources() if library in imported(path)}

    assert users
    assert [user for user in users if not user.startswith(HOMES[library])] == []


def test_every_library_has_a_home_and_every_dependency_is_used() -> None:
    used = set().union(*map(imported, sources()))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = (project["optional-dependencies"][extra] for extra in ("apprise", "postgres"))
    extras = [*project["dependencies"], *chain.from_iterable(optional)]
    declared = {re.split(r"[<>=\[]", each)[0].replace("-", "_") for each in extras}

    assert used == set(HOMES)
    assert declared - set(UNIMPORTED) == used


def test_the_parts_of_a_home_are_named_in_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    assert [library for library in HOMES if f"`{library}`" not in text] == []
