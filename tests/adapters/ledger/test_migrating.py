"""An older ledger is brought up to date by whoever writes next, after a copy of what was there."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import NOW
from watcher.adapters.ledger import file, migrate
from watcher.adapters.ledger.opening import open_ledger, open_reader, open_words
from watcher.domain.overrides import Override, OverrideKind
from watcher.ports.ledger import LedgerUnusable

WORD = Override(kind=OverrideKind.PAUSE, at=NOW, by="jo", why="x")
NEXT = """
from alembic import op

revision, down_revision = "0002", "0001"
branch_labels = depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE added (name TEXT)")
    {then}
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A ledger of the present schema, in which a person has spoken."""
    path = tmp_path / "watcher.db"
    with closing(open_ledger(path)) as ledger:
        ledger.say(WORD)
    return path


def upgraded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, then: str = "pass") -> None:
    """The program of tomorrow, which knows one schema more."""
    scripts = tmp_path / "migrations"
    shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "v0002_next.py").write_text(NEXT.format(then=then))
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)
    monkeypatch.setattr(file, "REVISIONS", ("0001", "0002"))


def test_a_turn_migrates_and_keeps_a_copy(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upgraded(monkeypatch, tmp_path)
    with closing(open_ledger(old)) as ledger:
        assert ledger.fleet(NOW).overrides.said == (WORD,)

    copy = old.with_name("watcher.db.before-0002")
    with closing(sqlite3.connect(copy)) as before, closing(sqlite3.connect(old)) as after:
        version = "SELECT version_num FROM alembic_version"
        assert before.execute(version).fetchone() == ("0001",)
        assert after.execute(version).fetchone() == ("0002",)
        assert before.execute("SELECT count(*) FROM overrides").fetchone() == (1,)


def test_a_migration_that_fails_changes_nothing(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded(monkeypatch, tmp_path, then="raise RuntimeError('half-way')")
    with pytest.raises(RuntimeError, match="half-way"):
        open_ledger(old)

    with closing(sqlite3.connect(old)) as after:
        assert after.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert after.execute("SELECT name FROM sqlite_master WHERE name = 'added'").fetchone() is None


@pytest.mark.parametrize("open_one", [open_words, open_reader])
def test_whoever_only_looks_or_speaks_asks_for_it(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_one: object
) -> None:
    upgraded(monkeypatch, tmp_path)
    assert callable(open_one)
    with pytest.raises(LedgerUnusable, match=r"is of an older version .* `lease-watcher store migrate`"):
        open_one(old)
