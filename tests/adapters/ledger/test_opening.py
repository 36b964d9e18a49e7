"""The ledger's file: made private, found or not, and refused where it is not ours to write."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer
from unittest.mock import patch

import pytest

from tests.builders import NOW
from watcher.adapters.ledger import file, sqlite
from watcher.adapters.ledger.column_types import Instant, microseconds
from watcher.adapters.ledger.empty import EmptyLedger
from watcher.adapters.ledger.ledger import SqlReader
from watcher.adapters.ledger.opening import open_ledger, open_reader, open_words
from watcher.adapters.ledger.soundness import check
from watcher.adapters.ledger.sqlite import SqliteStore
from watcher.adapters.ledger.store import Durable
from watcher.memory.writes import Said
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.record.overrides import Override, OverrideKind

ROOT = Path(__file__).parents[3]
AS_IT_IS = dict(sqlite._SYNCHRONOUS)
"""Outside of tests: in them nothing waits for the disk."""
WORD = Override(kind=OverrideKind.PAUSE, at=NOW, by="jo", why="x")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "watcher.db"


def made(path: Path) -> Path:
    open_ledger(path).close()
    return path


def test_it_is_made_with_its_folder_and_only_its_owner_reads_it(path: Path) -> None:
    made(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert check(path) == ()


@pytest.mark.parametrize(("durable", "level"), [(Durable.POWER_LOSS, "FULL"), (Durable.KILL, "NORMAL")])
def test_what_outlives_a_loss_of_power_is_on_the_disk_when_it_is_committed(
    path: Path, durable: Durable, level: str
) -> None:
    with (
        patch.dict(sqlite._SYNCHRONOUS, AS_IT_IS),
        closing(SqliteStore(made(path), mode="rw")) as store,
        store.writing(durable) as connection,
    ):
        found = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    assert ["OFF", "NORMAL", "FULL"][found] == level


def test_every_commit_reaches_the_disk_and_readers_go_on_while_it_is_written(path: Path) -> None:
    with closing(file.connect(made(path), mode="rw")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)

    with closing(open_ledger(path)) as ledger, closing(open_reader(path)) as reader:
        writing = sqlite3.connect(path)
        writing.execute("BEGIN IMMEDIATE")
        assert reader.fleet(NOW) == ledger.fleet(NOW)
        writing.close()


def test_a_new_file_that_another_process_holds_is_waited_for(path: Path) -> None:
    """Two processes made the same ledger at once; one ended with "database is locked" and no turn.

    SQLite waits for a lock wherever asked to, but not to change how the file keeps its log.
    """
    file.create(path)
    holding = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    leaves = Timer(0.3, holding.close)
    leaves.start()

    open_ledger(path).close()

    leaves.join()
    assert check(path) == ()


def test_a_file_read_without_locks_that_is_written_meanwhile_is_not_called_damaged(path: Path) -> None:
    """In a folder that its reader may not write: a turn ended just then, and `audit` told of a damaged
    ledger, to be restored from a backup.
    """
    open_ledger(path).close()
    with closing(SqlReader(SqliteStore(path, mode="ro", at_rest=file.state(path)))) as reader:
        reader.fleet(NOW)
        lines = reader.export()
        next(lines)
        with closing(open_ledger(path)) as ledger:
            for _ in range(100):
                ledger.apply((Said(override=WORD),))

        with pytest.raises(LedgerUnavailable, match="was written while it was read"):
            list(lines)
        with pytest.raises(LedgerUnavailable, match="was written while it was read"):
            reader.fleet(NOW)


def test_what_only_looks_or_speaks_makes_no_file(path: Path) -> None:
    assert isinstance(open_reader(path), EmptyLedger)
    with pytest.raises(LedgerUnusable, match="does not exist"):
        open_words(path)
    assert not path.parent.exists()


def test_a_reader_changes_no_byte(path: Path) -> None:
    before = made(path).read_bytes()
    with closing(open_reader(path)) as reader:
        reader.fleet(NOW)
        assert list(reader.history()) == []
    assert path.read_bytes() == before


# Root may write anywhere, unless it is root without that right.
ORDINARY = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
LOOKS = """
import sys
from contextlib import closing
from pathlib import Path
from tests.builders import NOW
from watcher.adapters.ledger.opening import open_reader

path = Path(sys.argv[1])
try:
    path.with_name("other").touch()
except PermissionError:
    with closing(open_reader(path)) as reader:
        print(reader.fleet(NOW).ledger_since, len(list(reader.history())))
"""


@pytest.mark.skipif(bool(ORDINARY) and shutil.which("setpriv") is None, reason="root may write anywhere")
def test_a_reader_needs_no_right_to_write(path: Path) -> None:
    with closing(open_ledger(path)) as ledger:
        ledger.apply((Said(override=WORD),))
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        looking = [*ORDINARY, sys.executable, "-c", LOOKS, str(path)]
        assert subprocess.run(looking, capture_output=True, text=True, cwd=ROOT).stdout == "None 1\n"
    finally:
        path.parent.chmod(0o700)


@pytest.mark.parametrize("open_one", [open_ledger, open_words, open_reader, check])
@pytest.mark.parametrize("what", ["garbage", "foreign", "newer"])
def test_what_is_not_ours_to_write_is_refused_and_left_as_it_is(
    path: Path, what: str, open_one: object
) -> None:
    assert callable(open_one)
    path.parent.mkdir()
    match what:
        case "garbage":
            path.write_bytes(b"not a database at all, but long enough to look like one" * 20)
            expected = "is no ledger"
        case "foreign":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("CREATE TABLE recipes (name TEXT)")
            expected = "is another program's database"
        case _:
            with closing(sqlite3.connect(made(path))) as connection:
                connection.execute("UPDATE alembic_version SET version_num = '9999'")
                connection.commit()
            expected = "was written by a newer lease-watcher"
    before = path.read_bytes()

    with pytest.raises(LedgerUnusable, match=expected) as refused:
        open_one(path)
    assert str(path) in str(refused.value)
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_ledger(path: Path) -> None:
    path.parent.mkdir()
    path.touch()

    assert isinstance(open_reader(path), EmptyLedger)
    assert check(path) == (f"{path} is empty: the next turn fills it",)
    made(path)
    assert check(path) == ()


@pytest.mark.parametrize("open_one", [open_ledger, open_words, open_reader])
def test_a_folder_in_its_place_is_said_to_be_one(path: Path, open_one: object) -> None:
    assert callable(open_one)
    path.mkdir(parents=True)
    with pytest.raises((LedgerUnusable, LedgerUnavailable)) as refused:
        open_one(path)
    assert str(path) in str(refused.value)


def test_a_place_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(LedgerUnusable, match="cannot be created"):
        open_ledger(tmp_path / "taken" / "watcher.db")


def test_a_ledger_locked_too_long_is_unavailable_and_nothing_is_half_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "_PATIENCE", 0.05)
    with closing(open_ledger(path)) as ledger:
        locking = sqlite3.connect(path)
        locking.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable, match="cannot be written now"):
            ledger.apply((Said(override=WORD),))
        locking.close()
        ledger.apply((Said(override=WORD),))
        assert ledger.fleet(NOW).overrides.said == (WORD,)


def test_a_damaged_ledger_is_told_page_by_page(path: Path) -> None:
    with closing(open_ledger(path)) as ledger:
        for _ in range(200):
            ledger.apply((Said(override=WORD),))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\xff" * 4096
    path.write_bytes(content)

    try:
        wrong = check(path)
    except LedgerUnusable as refused:
        wrong = (str(refused),)
    assert wrong
    assert str(path) in wrong[0]


def test_instants_keep_their_microseconds_and_naive_ones_are_refused() -> None:
    moment = datetime(2026, 5, 18, 12, 0, 0, 123_457, tzinfo=UTC)
    column = Instant()
    stored = column.process_bind_param(moment, None)  # type: ignore[arg-type]

    assert column.process_result_value(stored, None) == moment  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="naive"):
        microseconds(datetime(2026, 5, 18))  # noqa: DTZ001
