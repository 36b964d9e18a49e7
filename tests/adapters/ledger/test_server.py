"""A ledger on a PostgreSQL server: found or made, refused where it is not ours, and its password kept."""

import logging
import socket
import ssl
import traceback
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
import trustme

from tests.builders import NOW
from tests.postgres import PASSWORD, Postgres, name_of, postgres
from watcher.adapters.http import trust
from watcher.adapters.ledger import postgres as driver
from watcher.adapters.ledger.empty import EmptyLedger
from watcher.adapters.ledger.ledger import SqlLedger
from watcher.adapters.ledger.opening import is_there, open_ledger, open_reader, open_words, rehearse
from watcher.adapters.ledger.places import LedgerUrl, Server, passwords_in, place_of
from watcher.adapters.ledger.soundness import check
from watcher.memory.writes import Said
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.secret import Secret

WORD = Override(kind=OverrideKind.PAUSE, at=NOW, by="jo", why="x")
HIDDEN = Server(Secret("postgresql://op:hunter2%2Fx@127.0.0.1:1/ledger?sslmode=disable&password=hunter3"))


@pytest.fixture
def server() -> Postgres:
    return postgres()


@pytest.fixture
def place(server: Postgres) -> Iterator[Server]:
    with server.ledger() as one:
        yield one


def test_what_only_looks_or_speaks_makes_nothing(server: Postgres) -> None:
    nowhere = server.empty()
    assert isinstance(open_reader(nowhere), EmptyLedger)
    with pytest.raises(LedgerUnusable, match="does not exist"):
        open_words(nowhere)
    assert not is_there(nowhere)
    assert check(nowhere) == (f"{nowhere} is empty: the next turn fills it",)


@pytest.mark.parametrize(
    ("set_up", "used"), [("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")]
)
def test_what_it_commits_is_on_the_disk_however_the_server_is_set_up(
    server: Postgres, place: Server, set_up: str, used: str
) -> None:
    """A role whose commits do not wait for the disk lost the intent of a DELETE that had been sent."""
    server.execute(f"ALTER DATABASE {name_of(place)} SET synchronous_commit = {set_up}")
    try:
        with closing(driver.PostgresStore(place)) as store, store.writing() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == used
    finally:
        server.execute(f"ALTER DATABASE {name_of(place)} RESET synchronous_commit")


def test_a_database_that_is_read_only_is_looked_into_and_never_written(
    server: Postgres, place: Server
) -> None:
    """After the first look every transaction began as READ WRITE: what an administrator had made read-only
    was written all the same, and on a standby that was an unexpected error.
    """
    server.execute(f"ALTER DATABASE {name_of(place)} SET default_transaction_read_only = on")
    try:
        with closing(open_words(place)) as words:
            with pytest.raises(LedgerUnavailable, match="read-only transaction"):
                words.apply((Said(override=WORD),))
            assert words.fleet(NOW).overrides.said == ()
    finally:
        server.execute(f"ALTER DATABASE {name_of(place)} RESET default_transaction_read_only")


def test_of_several_hosts_the_one_that_answers_is_used(server: Postgres, place: Server) -> None:
    url = place.url.reveal().partition("?")[0] + "?target_session_attrs=read-write"
    two = Server(Secret(f"{url}&host=/nowhere,{server.socket}&port=1,5432"))
    with closing(open_reader(two)) as reader:
        assert reader.fleet(NOW).overrides.said == ()


@pytest.mark.parametrize(
    "said", ["sslmode=foo", "port=1,2", "sslmode=require&sslrootcert=system", "service=nowhere"]
)
def test_what_libpq_refuses_to_try_is_the_configurations_fault(said: str) -> None:
    """It was "cannot be read now: check the server and the way to it", for as long as it stood there."""
    with pytest.raises(LedgerUnusable, match=r"cannot be opened: .* Check the database"):
        is_there(Server(Secret(f"postgresql://u@127.0.0.1/db?{said}")))


def test_the_systems_store_is_the_one_that_https_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sslrootcert=system`: the libpq in psycopg's wheel looks for it where nothing is."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusted: list[bool] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(8)
                connection.sendall(b"S")
                with suppress(OSError), context.wrap_socket(connection, server_side=True) as end:
                    trusted.append(end.recv(64) != b"")

        thread = Thread(target=serve)
        thread.start()
        for name in (trust.FILE, trust.FOLDER):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr("ssl.get_default_verify_paths", lambda: SimpleNamespace(openssl_cafile="/no"))
        monkeypatch.setattr(trust, "BUNDLES", (str(tmp_path / "ca.pem"),))
        url = f"postgresql://u@127.0.0.1:{listener.getsockname()[1]}/db?sslrootcert=system&gssencmode=disable"
        with pytest.raises(LedgerUnavailable):
            is_there(Server(Secret(url)))
        thread.join()
    assert trusted == [True]


def test_a_sound_one_is_found_sound(place: Server) -> None:
    assert check(place) == ()
    assert is_there(place)


@pytest.mark.parametrize("open_one", [open_ledger, open_words, open_reader, check])
@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("CREATE TABLE recipes (name text)", "is another program's database"),
        ("UPDATE alembic_version SET version_num = '9999'", "was written by a newer lease-watcher"),
    ],
)
def test_what_is_not_ours_to_write_is_refused(
    server: Postgres, open_one: object, made: str, expected: str
) -> None:
    assert callable(open_one)
    place = server.empty()
    if "alembic" in made:
        open_ledger(place).close()
    server.execute(made, name_of(place))
    before = server.content(place)
    with pytest.raises(LedgerUnusable, match=expected) as refused:
        open_one(place)
    assert str(place) in str(refused.value)
    assert server.content(place) == before


def test_a_schema_of_its_own_in_a_shared_database_will_do(server: Postgres) -> None:
    place = server.empty()
    server.execute("CREATE TABLE recipes (name text); CREATE SCHEMA watcher", name_of(place))
    own = replace(place, url=Secret(f"{place.url.reveal()}&options=-csearch_path%3Dwatcher"))
    with closing(open_ledger(own)) as ledger:
        ledger.apply((Said(override=WORD),))
    with closing(open_reader(own)) as reader:
        assert reader.fleet(NOW).overrides.said == (WORD,)


def test_a_database_that_is_not_unicode_is_refused(server: Postgres) -> None:
    place = server.empty()
    other = f"{name_of(place)}_latin"
    server.execute(f"CREATE DATABASE {other} ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    with pytest.raises(LedgerUnusable, match="is stored as LATIN1"):
        open_ledger(replace(place, url=Secret(place.url.reveal().replace(name_of(place), other))))


def test_a_sign_that_it_cannot_keep_is_replaced(place: Server) -> None:
    with closing(open_ledger(place)) as ledger:
        ledger.apply((Said(override=replace(WORD, why="a\0b")),))
        assert [one.why for one in ledger.fleet(NOW).overrides.said] == ["a\N{REPLACEMENT CHARACTER}b"]


def test_a_writer_that_waits_too_long_says_so_and_writes_nothing(
    place: Server, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "_PATIENCE", "50ms")
    with closing(open_ledger(place)) as ledger:
        store = driver.PostgresStore(place)
        with (
            store.writing(),
            pytest.raises(LedgerUnavailable, match=r"written now: .* lock timeout"),
        ):
            ledger.apply((Said(override=WORD),))
        store.close()
        ledger.apply((Said(override=WORD),))
        assert ledger.fleet(NOW).overrides.said == (WORD,)


def test_a_writer_frozen_in_its_transaction_holds_up_nobody_for_ever(place: Server) -> None:
    """With 50 ms for whoever wrote, the one who waited was thrown out as well on a busy machine."""
    frozen = driver.PostgresStore(place)

    def freeze(ledger: SqlLedger) -> None:
        with frozen.writing() as connection:
            allowed = connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one()
            assert allowed == "1min"
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
            ledger.apply((Said(override=WORD),))
            connection.exec_driver_sql("SELECT 1")

    with closing(open_ledger(place)) as ledger:
        with pytest.raises(LedgerUnavailable, match="idle-in-transaction"):
            freeze(ledger)
        assert ledger.fleet(NOW).overrides.said == (WORD,)
    frozen.close()


# Its password


@pytest.mark.parametrize("open_one", [open_ledger, open_words, open_reader, check, is_there])
def test_a_server_that_cannot_be_reached_is_named_without_its_password(
    open_one: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(open_one)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(LedgerUnavailable) as told:
        open_one(HIDDEN)
    assert str(told.value).startswith("The ledger postgresql://op@127.0.0.1:1/ledger cannot be read now: ")
    shown = "".join(traceback.format_exception(told.value)) + caplog.text + repr(HIDDEN) + repr(told.value)
    assert "hunter" not in shown
    assert "It holds no half-written change" in shown


def test_a_url_that_libpq_does_not_understand_is_not_repeated() -> None:
    odd = Server(Secret(f"postgresql://op:{PASSWORD}@h/ledger?no_such_option=hunter2"))
    with pytest.raises(LedgerUnusable, match="libpq does not understand") as told:
        open_ledger(odd)
    assert "hunter2" not in "".join(traceback.format_exception(told.value))


def test_no_form_of_a_password_is_forgotten() -> None:
    url = LedgerUrl(HIDDEN.url)
    assert {one.reveal() for one in passwords_in(url)[1:]} == {"hunter2%2Fx", "hunter2/x", "hunter3"}
    assert place_of(url) == HIDDEN
    assert (str(url), repr(url)) == (str(HIDDEN), f"LedgerUrl({HIDDEN})")
    assert passwords_in(LedgerUrl(Secret("postgresql://op@h/ledger"))) == ()
    assert passwords_in(LedgerUrl(Secret("sqlite:///watcher.db"))) == ()


REFUSALS = {
    "database": 'database "nowhere" does not exist',
    "user": 'role "nobody" does not exist',
}


@pytest.mark.parametrize("wrong", REFUSALS)
@pytest.mark.parametrize("open_one", [open_ledger, open_words, open_reader, check, is_there])
def test_what_the_server_refuses_is_a_mistake_and_does_not_pass(
    place: Server, open_one: object, wrong: str
) -> None:
    """A wrong name was 75, "try again", for ever."""
    assert callable(open_one)
    url = place.url.reveal()
    right, wrongly = {"database": (name_of(place), "nowhere"), "user": ("postgres:", "nobody:")}[wrong]
    with pytest.raises(LedgerUnusable) as refused:
        open_one(Server(Secret(url.replace(right, wrongly))))
    assert REFUSALS[wrong] in str(refused.value)
    assert str(refused.value).count("\n") == 0
    assert "s3cr3t" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ('FATAL:  password authentication failed for user "watcher"', False),
        (
            'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "watcher", database "l"',
            False,
        ),
        ("FATAL:  SASL authentication failed", False),
        ("fe_sendauth: no password supplied", False),
        (
            'FATAL:  server login fails, cached error: database "l" does not exist ',
            False,
        ),
        ("FATAL:  sorry, too many clients already", True),
        ("FATAL:  the database system is starting up", True),
        ("FATAL:  server login has been failing, try again later (server_login_retry)", True),
        ("connection to server on socket failed: No such file or directory", True),
        ("FATAL:  query_wait_timeout", True),
    ],
)
def test_what_a_server_says_passes_or_does_not(said: str, passes: bool) -> None:
    assert (driver._REFUSED.search(said) is None) is passes


@pytest.mark.parametrize(
    ("kept_back", "said"),
    [
        ("INSERT, UPDATE, DELETE ON outcomes", "no right to INSERT on outcomes"),
        ("UPDATE ON outbox", "no right to UPDATE on outbox"),
        ("SELECT ON notices", "no right to SELECT on notices"),
        ("DELETE ON problems", "no right to DELETE on problems"),
        ("DELETE ON outcomes", None),
    ],
)
def test_a_right_that_a_turn_needs_is_missed_before_the_turn(
    server: Postgres, place: Server, kept_back: str, said: str | None
) -> None:
    """A role without rights on `outcomes` or `outbox` was found out after the DELETE had been sent."""
    database = name_of(place)
    for statement in (
        "CREATE ROLE lesser LOGIN",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lesser",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lesser",
        f"REVOKE {kept_back} FROM lesser",
    ):
        server.execute(statement, database)
    lesser = Server(Secret(place.url.reveal().replace("//postgres:", "//lesser:")))
    try:
        for use in (lambda: open_ledger(lesser).close(), lambda: rehearse(lesser)):
            if said is None:
                use()
                continue
            with pytest.raises(LedgerUnusable, match=f"gives this role {said}"):
                use()
    finally:
        server.execute("DROP OWNED BY lesser; DROP ROLE lesser", database)
