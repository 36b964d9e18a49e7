"""An older ledger is brought up to date by whoever writes next, after a copy of what was there."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from tests.builders import NOW, D, H, waiting_in
from watcher.adapters.ledger import file, migrate, revisions
from watcher.adapters.ledger.column_types import microseconds
from watcher.adapters.ledger.opening import open_ledger, open_reader, open_words, rehearse
from watcher.adapters.ledger.serial import event_json
from watcher.adapters.ledger.sqlite import SqliteStore
from watcher.facts.accounts import AccountId, LeasePeriod, Listed, ProjectId
from watcher.memory.writes import Queued, Said
from watcher.messages.events import Event, EventKind
from watcher.messages.outbox import Message
from watcher.messages.problems import ProblemParts, follow
from watcher.ports.ledger import LedgerUnusable
from watcher.record.overrides import Override, OverrideKind

PERIOD = LeasePeriod(account=AccountId("sa_latte"), renews_at=NOW + D)
ANNOUNCED = Event(kind=EventKind.RELEASE_ANNOUNCED, key="n", at=NOW, what="it will go", period=PERIOD)
WORD = Override(kind=OverrideKind.PAUSE, at=NOW, by="jo", why="x")
PRESENT = revisions.REVISIONS[-1]
NEXT = """
from alembic import op

revision, down_revision = "next", "{now}"
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
        ledger.apply((Said(override=WORD),))
    return path


def upgraded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, then: str = "pass") -> None:
    """The program of tomorrow, which knows one schema more."""
    scripts = tmp_path / "migrations"
    shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "next.py").write_text(NEXT.format(then=then, now=PRESENT))
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)
    monkeypatch.setattr(revisions, "REVISIONS", (*revisions.REVISIONS, "next"))


def test_a_turn_migrates_and_keeps_a_copy(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upgraded(monkeypatch, tmp_path)
    with closing(open_ledger(old)) as ledger:
        assert ledger.fleet(NOW).overrides.said == (WORD,)

    copy = old.with_name("watcher.db.before-next")
    with closing(sqlite3.connect(copy)) as before, closing(sqlite3.connect(old)) as after:
        version = "SELECT version_num FROM alembic_version"
        assert before.execute(version).fetchone() == (PRESENT,)
        assert after.execute(version).fetchone() == ("next",)
        assert before.execute("SELECT count(*) FROM overrides").fetchone() == (1,)


def test_a_migration_that_fails_changes_nothing(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded(monkeypatch, tmp_path, then="raise RuntimeError('half-way')")
    with pytest.raises(RuntimeError, match="half-way"):
        open_ledger(old)

    with closing(sqlite3.connect(old)) as after:
        assert after.execute("SELECT version_num FROM alembic_version").fetchone() == (PRESENT,)
        assert after.execute("SELECT name FROM sqlite_master WHERE name = 'added'").fetchone() is None


@pytest.mark.parametrize("open_one", [open_words, open_reader])
def test_whoever_only_looks_or_speaks_asks_for_it(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_one: object
) -> None:
    upgraded(monkeypatch, tmp_path)
    assert callable(open_one)
    with pytest.raises(LedgerUnusable, match=r"is of an older version .* `lease-watcher store migrate`"):
        open_one(old)


def test_accounts_and_what_was_observed_of_them_outlive_their_new_key(tmp_path: Path) -> None:
    """An account had one row whichever projects listed it; a table's key changes by making it anew."""
    path = tmp_path / "watcher.db"
    file.create(path)
    store = SqliteStore(path, mode="rw")
    with store.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrate.SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for statement in (
            "INSERT INTO turns VALUES ('t', 'full', 'enforce', 1, 1, 2, 1, 0, '{}')",
            "INSERT INTO accounts VALUES ('sa_latte', 'prj_acme', 'Latte', 'tiktok', 7, 1, 2, 15000, 1, NULL,"
            " NULL, 'unknown', NULL, NULL, NULL, NULL, 'latte')",
            "INSERT INTO observations VALUES (5, 'sa_latte', 'prj_acme', 't', 1,"
            ' \'{"handle": [null, "Latte"]}\')',
        ):
            connection.exec_driver_sql(statement)
    store.close()

    with closing(open_ledger(path)) as ledger:
        (known,) = ledger.find("sa_latte")
        assert (known.account.project, known.account.handle, known.account.price_cents) == (
            "prj_acme",
            "Latte",
            15_000,
        )
        assert [line.account for line in ledger.history()] == ["sa_latte"]
        assert ledger.listings([AccountId("sa_latte")]) == {
            "sa_latte": [Listed(project=ProjectId("prj_acme"), present=True)]
        }
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("PRAGMA foreign_key_check").fetchall() == []
        indices = {row[0] for row in after.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert {"accounts_of_project", "accounts_by_handle", "accounts_listed", "observations_by_time"} <= indices


def test_messages_of_the_first_schema_keep_waiting_and_know_what_they_are_about(tmp_path: Path) -> None:
    """Written by version 0.1.0 before messages had topics: their ends must still find their beginnings."""
    path = tmp_path / "watcher.db"
    file.create(path)
    store = SqliteStore(path, mode="rw")
    with store.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrate.SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO outbox (notifier, key, kind, live, queued_at, state, attempts, accepted_at,"
            " event, account, renews_at)"
            " VALUES ('ops', 'n', 'release.announced', 1, 1, 'accepted', 1, 1, ?, ?, ?)",
            (json.dumps(event_json(ANNOUNCED)), PERIOD.account, microseconds(PERIOD.renews_at)),
        )
    store.close()

    with closing(open_ledger(path)) as ledger:
        withdrawn = replace(ANNOUNCED, kind=EventKind.RELEASE_WITHDRAWN, key="w")
        assert ledger.take_lock(NOW) is None
        ledger.apply((Queued(messages=(Message(notifier="ops", event=withdrawn, live=True),), at=NOW),))
        (waiting,) = waiting_in(ledger, "ops")
    assert waiting.circumstances.accepted == {EventKind.RELEASE_ANNOUNCED}


def test_problems_of_an_earlier_version_stand_as_they_were_told(tmp_path: Path) -> None:
    """Their lease periods, and what followed of them, stood in their words, and were read back from those."""
    path = tmp_path / "watcher.db"
    file.create(path)
    store = SqliteStore(path, mode="rw")
    one, other = (LeasePeriod(account=AccountId(f"sa_{name}"), renews_at=NOW + D) for name in ("a", "b"))
    halted = f"paused prj_acme\n{one.word}\n{other.word}\ntoo_many"
    with store.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrate.SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        for kind, content, words in (
            ("brake.halted", halted, "2 releases are halted → approve them; or → wait"),
            ("deadline.near", one.word, "1 planned release will be too late"),
            ("clock.off", "clock.off", "it is off → set it"),
            ("of.tomorrow", other.word, "what nobody knows"),
        ):
            connection.exec_driver_sql(
                "INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (kind, kind, content, words, microseconds(NOW), microseconds(NOW)),
            )
    store.close()

    with closing(open_ledger(path)) as ledger:
        problems = ledger.problems()
    found = {id_: (each.content, each.periods, each.text, each.follows) for id_, each in problems.items()}
    assert found == {
        "brake.halted": (
            "paused prj_acme\ntoo_many",
            (one, other),
            "2 releases are halted",
            "approve them; or → wait",
        ),
        "deadline.near": ("", (one,), "1 planned release will be too late", ""),
        "clock.off": ("clock.off", (), "it is off", "set it"),
    }
    halt = Event(kind=EventKind.BRAKE_HALTED, key="k", at=NOW, what="2 halted", problem="brake.halted")
    parts = ProblemParts(words=frozenset({"too_many"}), periods=frozenset({other}))
    known = {halt.problem or "": problems["brake.halted"]}
    assert follow([halt], known, NOW + H, parts={"brake.halted": parts}).events == (), "it was told"


def test_handles_of_an_earlier_version_are_found_in_any_form(tmp_path: Path) -> None:
    """They were folded by case alone: after an upgrade, `hold @café` would not have found its account."""
    path = tmp_path / "watcher.db"
    file.create(path)
    store = SqliteStore(path, mode="rw")
    with store.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrate.SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for id_, handle in (("sa_1", "cafe\u0301"), ("sa_2", "latte")):
            connection.exec_driver_sql(
                "INSERT INTO accounts (account, project, handle, platform, assigned_at, renews_at,"
                " price_cents, first_seen_at, usage, handle_folded)"
                " VALUES (?, 'prj', ?, 'tiktok', 1, 2, 1, 1, 'unknown', ?)",
                (id_, handle, handle.casefold()),
            )
    store.close()

    with closing(open_ledger(path)) as ledger:
        assert [known.account.id for known in ledger.find("@café")] == ["sa_1"]
        assert [known.account.id for known in ledger.find("@latte")] == ["sa_2"]


def test_a_notice_of_an_earlier_version_names_whom_its_message_named(tmp_path: Path) -> None:
    """Who was renamed between the announcement and the upgrade is not taken for who was announced."""
    path = tmp_path / "watcher.db"
    file.create(path)
    store = SqliteStore(path, mode="rw")
    with store.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrate.SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.exec_driver_sql(
            "INSERT INTO turns (id, kind, mode, started_at, unbroken_since, completed, summary)"
            " VALUES ('t', 'full', 'enforce', 1, 1, 1, '{}')"
        )
        renews_at = microseconds(PERIOD.renews_at)
        connection.exec_driver_sql(
            "INSERT INTO accounts (account, project, handle, platform, assigned_at, renews_at, price_cents,"
            " first_seen_at, usage, handle_folded)"
            " VALUES (?, 'prj', 'renamed', 'tiktok', 1, ?, 1, 1, 'unknown', 'renamed')",
            (PERIOD.account, renews_at),
        )
        for key, of in (("n", PERIOD.renews_at), ("lost", PERIOD.renews_at + D)):
            connection.exec_driver_sql(
                "INSERT INTO notices"
                " (key, account, renews_at, not_before, fingerprint, live, created_at, turn)"
                " VALUES (?, ?, ?, 1, 'f', 1, 1, 't')",
                (key, PERIOD.account, microseconds(of)),
            )
        connection.exec_driver_sql(
            "INSERT INTO outbox (notifier, key, kind, event, live, queued_at, state, attempts)"
            " VALUES ('ops', 'n', 'release.announced', ?, 1, 1, 'accepted', 1)",
            (json.dumps(event_json(replace(ANNOUNCED, handle="latte"))),),
        )
    store.close()

    with closing(open_ledger(path)) as ledger:
        notices = ledger.project(ProjectId("prj")).notices
    named = {notice.key: (notice.handle, notice.platform) for notice in notices.values()}
    assert named == {"n": ("latte", "tiktok"), "lost": (None, None)}


def test_bringing_it_up_to_date_can_be_rehearsed(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded(monkeypatch, tmp_path)
    before = sorted(each.name for each in tmp_path.iterdir())
    assert rehearse(old) is False
    with closing(sqlite3.connect(old)) as connection:
        assert file.revision(connection, old) == PRESENT
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'added'").fetchone() == (
            0,
        )
    assert sorted(each.name for each in tmp_path.iterdir()) == before
    open_ledger(old).close()
    assert rehearse(old) is True


def test_a_rehearsal_fails_as_the_migration_would(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded(monkeypatch, tmp_path, then='raise RuntimeError("no")')
    with pytest.raises(RuntimeError, match="no"):
        rehearse(old)
    with closing(sqlite3.connect(old)) as connection:
        assert file.revision(connection, old) == PRESENT


def test_an_empty_file_stays_empty(tmp_path: Path) -> None:
    empty = tmp_path / "watcher.db"
    empty.touch()
    assert rehearse(empty) is False
    assert empty.stat().st_size == 0
