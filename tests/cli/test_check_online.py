"""`check --online` asks what the next turn will ask, and leaves nothing behind."""

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from tests.cli.desk import NAME, Desk
from tests.ports import free_port
from tests.postgres import postgres
from watcher.adapters.ledger.places import Server
from watcher.sandbox import DEFAULT_KEY

CHECK = ("check", "--online")


def store(at_desk: Desk, url: str) -> None:
    at_desk.environ["WATCHER_STORE__URL"] = url


def test_a_ledger_of_another_address_is_found_before_the_turn_is(at_desk: Desk) -> None:
    """It said "No mistakes found", and the next turn ended with 78."""
    assert at_desk.run("run", "--once").code == 0
    other = f"http://localhost:{urlsplit(at_desk.url).port}"
    at_desk.environ["WATCHER_API__BASE_URL"] = other
    said = at_desk.run(*CHECK)
    assert said.code == 78
    assert (
        f"is the ledger of organisation {at_desk.sandbox.world.organization_id} at {at_desk.url}" in said.out
    )
    assert at_desk.run("run", "--once").code == 78


@pytest.mark.parametrize("named", [True, False])
def test_a_scope_is_missed_by_who_names_the_evidence_that_needs_it(at_desk: Desk, named: bool) -> None:
    if named:
        at_desk.reconfigure("[policies.standard.release]", f"{EVIDENCE}\n[policies.standard.release]")
    key = replace(DEFAULT_KEY, scopes=("leased:write", "projects:read"))
    at_desk.sandbox.edit(lambda world: world.with_key(key))
    said = " ".join(at_desk.run(*CHECK).out.split())
    assert "the key lacks the scope publish:read: no use can be seen, so nothing is ever found idle" in said
    assert (
        "the key lacks the scope social:read: no health can be seen, so nothing is released" in said
    ) is named


EVIDENCE = '[policies.standard]\nevidence = ["posts", "health"]'


def test_a_ledger_of_another_organisation_is_too(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    with sqlite3.connect(at_desk.ledger) as connection:
        connection.execute("UPDATE meta SET organization = 'org_other'")
    connection.close()
    assert at_desk.run(*CHECK).code == 78
    assert at_desk.run("run", "--once").code == 78


@pytest.mark.parametrize("place", ["a-file/watcher.db", "/proc/lease-watcher/watcher.db"])
def test_a_place_where_no_ledger_can_be_made(at_desk: Desk, place: str) -> None:
    (at_desk.folder / "a-file").touch()
    store(at_desk, f"sqlite:///{place}")
    said = at_desk.run(*CHECK)
    assert said.code == 78
    assert "cannot be created" in said.out
    assert at_desk.run("run", "--once").code == 78


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_takes_no_file(at_desk: Desk) -> None:
    (at_desk.folder / "bare").mkdir(mode=0o555)
    store(at_desk, "sqlite:///bare/watcher.db")
    assert at_desk.run(*CHECK).code == 78


def test_what_is_to_come_is_not_made(at_desk: Desk) -> None:
    store(at_desk, "sqlite:///new/folder/watcher.db")
    before = sorted(at_desk.folder.iterdir())
    said = at_desk.run(*CHECK)
    assert (said.code, "no turn yet" in said.out) == (0, True)
    assert sorted(at_desk.folder.iterdir()) == before


def test_a_ledger_that_nobody_may_write(at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at_desk.run("run", "--once")
    with sqlite3.connect(at_desk.ledger) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON threads BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    connection.close()
    content = at_desk.ledger.read_bytes()
    # As a read-only disk does: what may be read cannot be written.
    real = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda address, **how: real(str(address).replace("mode=rw", "mode=ro"), **how)
    )
    said = at_desk.run(*CHECK)
    assert said.code == 75
    assert "readonly database" in said.out
    assert at_desk.ledger.read_bytes() == content


def role(server: Server, name: str, *rights: str) -> str:
    """The URL of a database for somebody who may do no more than that."""
    database = urlsplit(server.url.reveal()).path.strip("/")
    postgres().execute(f"DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
    postgres().execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database)
    for right in rights:
        postgres().execute(f"GRANT {right} TO {name}", database)
    return server.url.reveal().replace("//postgres:", f"//{name}:")


def test_a_role_that_may_not_create_tables(at_desk: Desk) -> None:
    server = postgres().empty()
    store(at_desk, role(server, "lw_reader"))
    said = at_desk.run(*CHECK)
    assert said.code == 78
    assert "permission denied for schema public" in said.out
    store(at_desk, server.url.reveal())
    assert at_desk.run(*CHECK).code == 0
    database = urlsplit(server.url.reveal()).path.strip("/")
    assert postgres().execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database) == []


def test_a_role_that_may_not_write(at_desk: Desk) -> None:
    with postgres().ledger() as server:
        store(at_desk, role(server, "lw_reader", "SELECT ON ALL TABLES IN SCHEMA public"))
        said = at_desk.run(*CHECK)
    assert said.code == 78
    assert "gives this role no right to INSERT on " in said.out


@pytest.mark.parametrize(
    ("environ", "code", "key"),
    [
        ({"LAYERS_API_KEY": "lp_wrong"}, 77, "api"),
        ({"WATCHER_API__BASE_URL": "https://nobody.invalid"}, 75, "api"),
        ({"WATCHER_PROJECTS__ACME_COFFEE__ID": "prj_of_nobody"}, 75, "projects.acme-coffee"),
    ],
    ids=["key", "name", "project"],
)
def test_what_would_keep_a_turn_from_its_work_is_an_error(
    at_desk: Desk, environ: dict[str, str], code: int, key: str
) -> None:
    """A rejected key was a warning among others."""
    said = at_desk.run(*CHECK, "--format", "json", **environ)
    errors = [one for one in json.loads(said.out)["findings"] if one["severity"] == "error"]
    assert (said.code, [one["key"] for one in errors]) == (code, [key])
    if code == 75 and key == "api":
        assert "nobody.invalid" in errors[0]["message"]


def test_the_worst_of_all_is_the_code(at_desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    store(at_desk, "sqlite:///a-file/watcher.db")
    assert at_desk.run(*CHECK, LAYERS_API_KEY="lp_wrong").code == 78


TELLS = '[notifiers.ops]\nkind = "webhook"\nurl = "{url}/_sandbox/inbox"\n'


def test_a_watcher_that_tells_nobody_is_found(at_desk: Desk) -> None:
    at_desk.reconfigure('mode = "enforce"', 'mode = "observe"')
    at_desk.reconfigure(TELLS.format(url=at_desk.url), "")
    said = at_desk.run("check")
    assert said.code == 0
    assert "warning: none is configured: nobody is told of renewals, releases or problems" in said.out
    assert "nobody is told of renewals" in at_desk.run("run", "--once").err


def test_one_that_tells_nobody_of_renewals_is_found(at_desk: Desk) -> None:
    at_desk.reconfigure('kind = "webhook"\n', 'kind = "webhook"\nevents = ["release.*"]\n')
    assert "nobody hears of a renewal before it is paid" in at_desk.run("check").out
    at_desk.reconfigure(
        "[policies.standard.release]", "[policies.standard]\nwarn = []\n[policies.standard.release]"
    )
    assert at_desk.run("check").out.endswith("No mistakes found.\n")


def test_a_warning_without_a_channel_is_counted_and_kept_for_one_that_comes(at_desk: Desk) -> None:
    """Due warnings counted as told: nobody was."""
    whole = TELLS.format(url=at_desk.url)
    at_desk.reconfigure('mode = "enforce"', 'mode = "observe"')
    at_desk.reconfigure(whole, "")
    first = json.loads(at_desk.run("run", "--once", "--format", "json").out)
    assert first["unrouted"] == {"release.announced": 4, "renewal.warning": 11}
    # Those of before are due still.
    again = at_desk.run("run", "--once")
    assert "11 warnings had no channel: no notifier wants `renewal.warning`" in again.out

    at_desk.configure((at_desk.folder / NAME).read_text(encoding="utf-8") + whole)
    last = json.loads(at_desk.run("run", "--once", "--format", "json").out)
    assert last["unrouted"] == {}
    told = [event["kind"] for digest in at_desk.sandbox.inbox for event in digest["events"]]
    assert told.count("renewal.warning") == 11


def test_a_dead_proxy_is_the_proxys_trouble_and_the_way_there_is_said(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """ "whoami: no answer in time, check api.base_url and the key": both were right."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    proxy = f"http://127.0.0.1:{free_port()}"
    for name, value in {"HTTPS_PROXY": proxy, "NO_PROXY": "", "SSL_CERT_FILE": f"{tmp_path}/ca.pem"}.items():
        monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.setenv(name, value)
        at_desk.environ[name] = value
    at_desk.environ["WATCHER_API__BASE_URL"] = "https://api.example"
    said = at_desk.run(*CHECK)
    assert said.code == 75
    assert f"the API is reached through the proxy {proxy}\n" in said.out
    assert f"certificates  proved by SSL_CERT_FILE ({tmp_path}/ca.pem)\n" in said.out
    assert f"the proxy {proxy} did not answer: " in said.out
    assert "check api.base_url and the way there" in said.out
