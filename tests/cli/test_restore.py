"""A ledger restored: by one command, which pauses, voids every open notice and asks about the baseline."""

import json
import sqlite3
import stat
from contextlib import closing

import pytest

from tests.cli.desk import NOW, Desk, H
from tests.postgres import postgres
from watcher.adapters.ledger.opening import open_ledger, open_reader
from watcher.adapters.ledger.places import Place
from watcher.record.overrides import OverrideKind

WHY = ("--reason", "the disk died")


def copied(at_desk: Desk) -> str:
    with (
        closing(sqlite3.connect(at_desk.ledger)) as source,
        closing(sqlite3.connect(at_desk.folder / "copy.db")) as target,
    ):
        source.backup(target)
    return "copy.db"


def exported(at_desk: Desk) -> str:
    assert at_desk.run("store", "export", "--output", "copy.jsonl").code == 0
    return "copy.jsonl"


def words(place: Place) -> list[OverrideKind]:
    with closing(open_reader(place)) as reader:
        return [word.kind for word in reader.fleet(NOW + 1_000 * H).overrides.said]


@pytest.mark.parametrize("made", [copied, exported], ids=["a backup", "an export"])
def test_a_restored_ledger_is_paused_and_none_of_its_notices_counts(at_desk: Desk, made: object) -> None:
    """A copy was put back as the pages said: the hold was lost, the receipt in the copy counted again, and
    the account was released before people were told anything else.
    """
    at_desk.run("run", "--once")
    copy = made(at_desk)  # type: ignore[operator]
    at_desk.pass_time(H)
    at_desk.run("hold", "@latte.art.lab")
    at_desk.run("run", "--once")
    said = at_desk.run("store", "restore", copy, *WHY)

    assert (said.code, said.err) == (0, "")
    first, last, void, *_ = said.out.splitlines()
    copy_now = f"Ledger {at_desk.ledger} is the copy {at_desk.folder / copy} now."
    assert first.startswith(f"{copy_now} What was there is {at_desk.ledger}.replaced-")
    assert last == "Its last turn was 1 h ago."
    assert void.startswith("Its notices are void, and releases are paused: what people said")
    assert "`lease-watcher resume --accept-baseline --reason WHY`" in said.out
    assert words(at_desk.ledger) == [OverrideKind.RESTORED, OverrideKind.PAUSE]
    assert stat.S_IMODE(at_desk.ledger.stat().st_mode) == 0o600
    aside = next(at_desk.folder.glob("watcher.db.replaced-*"))
    assert words(aside) == [OverrideKind.HOLD]
    assert not list(at_desk.folder.glob("*.restoring*"))
    assert at_desk.run("store", "check").out == f"Ledger {at_desk.ledger} is sound.\n"

    at_desk.run("run", "--once")
    with closing(open_reader(at_desk.ledger)) as reader:
        history = [line.text for line in reader.history()]
    assert sum("no longer counts: the ledger may be an older copy" in text for text in history) == 4
    assert words(at_desk.ledger) == [OverrideKind.RESTORED, OverrideKind.PAUSE], "it is noticed once"
    assert at_desk.deletes == 0


def test_what_was_put_there_by_other_tools_is_said_to_be_a_copy(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    said = at_desk.run("store", "restore")

    assert (said.code, said.out.splitlines()[0]) == (0, f"Ledger {at_desk.ledger} is a restored copy.")
    assert words(at_desk.ledger) == [OverrideKind.RESTORED, OverrideKind.PAUSE]


def test_so_is_a_database_on_a_server(at_desk: Desk) -> None:
    with postgres().ledger() as server:
        address = at_desk.folder / "store-url"
        address.write_text(server.url.reveal(), encoding="ascii")
        address.chmod(0o600)
        at_desk.reconfigure('[store]\nurl = "sqlite:///watcher.db"', '[store]\nurl_file = "store-url"')
        at_desk.run("run", "--once")
        refused = at_desk.run("store", "restore", "copy.db")
        said = at_desk.run("store", "restore")

        assert (refused.code, said.code) == (2, 0)
        assert "is put back by the server's own tools" in refused.err
        assert words(server) == [OverrideKind.RESTORED, OverrideKind.PAUSE]


@pytest.mark.parametrize("moved", [False, True])
def test_an_import_is_a_restore_unless_nothing_happened_since(at_desk: Desk, moved: bool) -> None:
    at_desk.run("run", "--once")
    copy = exported(at_desk)
    at_desk.ledger.unlink()
    said = at_desk.run("store", "import", copy, *(("--moved",) if moved else ()))

    assert said.code == 0
    assert words(at_desk.ledger) == ([] if moved else [OverrideKind.RESTORED, OverrideKind.PAUSE])
    assert ("releases are paused" in said.out) is not moved
    at_desk.run("run", "--once")
    with closing(open_reader(at_desk.ledger)) as reader:
        voided = [line.text for line in reader.history() if "no longer counts" in line.text]
    assert (voided == []) is moved
    assert words(at_desk.ledger) == ([] if moved else [OverrideKind.RESTORED, OverrideKind.PAUSE])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "This is no ledger/1 export"),
        (b"whatever", "A line of the export is no JSON object"),
        (b"\xff\xfe", "is neither a ledger nor an export"),
        (b"SQLite format 3\0 and nothing more", "is no ledger"),
        (None, "no such file or directory"),
    ],
)
def test_what_is_no_ledger_replaces_none(at_desk: Desk, content: bytes | None, says: str) -> None:
    at_desk.run("run", "--once")
    before = at_desk.run("history").out
    if content is not None:
        (at_desk.folder / "copy.db").write_bytes(content)
    said = at_desk.run("store", "restore", "copy.db")

    assert said.code == 78
    assert says in said.err
    assert at_desk.run("history").out == before
    assert not [*at_desk.folder.glob("*restoring*"), *at_desk.folder.glob("*replaced*")]


def test_a_damaged_copy_replaces_no_ledger(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    copy = at_desk.folder / copied(at_desk)
    content = bytearray(copy.read_bytes())
    content[8_192:40_960] = bytes(32_768)
    copy.write_bytes(content)

    assert at_desk.run("store", "restore", "copy.db").code == 78
    assert words(at_desk.ledger) == []


def test_a_damaged_ledger_is_what_a_copy_is_for(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    copy = copied(at_desk)
    at_desk.ledger.write_bytes(b"the disk was full of other things")

    assert at_desk.run("store", "restore", copy).code == 0
    assert words(at_desk.ledger) == [OverrideKind.RESTORED, OverrideKind.PAUSE]


def test_a_lost_ledger_is_restored_to_where_it_was(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    copy = copied(at_desk)
    at_desk.ledger.unlink()
    said = at_desk.run("store", "restore", copy)

    assert (said.code, "What was there" in said.out) == (0, False)
    assert words(at_desk.ledger) == [OverrideKind.RESTORED, OverrideKind.PAUSE]


def test_the_ledger_itself_is_no_copy_of_it(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    assert at_desk.run("store", "restore", "watcher.db").code == 78
    assert words(at_desk.ledger) == []


def test_nothing_is_put_in_the_place_of_a_ledger_that_a_watcher_holds(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    copy = copied(at_desk)
    with closing(open_ledger(at_desk.ledger)) as other:
        assert other.take_lock(at_desk.clock.now()) is None
        said = at_desk.run("store", "restore", copy)

    assert said.code == 75
    assert "Another watcher holds the ledger" in said.err
    assert words(at_desk.ledger) == []


def test_a_copy_of_another_api_is_refused(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    copy = copied(at_desk)
    at_desk.reconfigure(at_desk.url, "https://api.layers.com")
    said = at_desk.run("store", "restore", copy)

    assert said.code == 78
    assert "One ledger serves one organisation" in said.err
    assert words(at_desk.ledger) == []


def shrunk(at_desk: Desk) -> None:
    """Half of the fleet is gone, as after releases that the copy does not remember."""
    for one in list(at_desk.sandbox.world.accounts)[::2]:
        at_desk.sandbox.edit(lambda world, id_=one: world.without_account(id_))


def test_resume_names_the_brakes_that_still_stand_and_what_ends_them(
    at_desk: Desk,
) -> None:
    """After a restore `resume` said "Releases go on"; `fleet_drop` stood for ever and nothing named the way
    out.
    """
    at_desk.run("run", "--once")
    shrunk(at_desk)
    at_desk.pass_time(H)
    at_desk.run("store", "restore", copied(at_desk), *WHY)
    too_early = at_desk.run("resume", "--accept-baseline", *WHY)
    assert too_early.code == 2
    assert too_early.err.startswith("No turn has read the fleet since the ledger was restored: let one run")

    at_desk.pass_time(H)
    at_desk.run("run", "--once")
    resumed = at_desk.run("resume", *WHY)
    assert resumed.out.startswith("The pause by maria (the disk died; what people said since it was made")
    assert "has ended, but releases do not go on yet." in resumed.out
    assert (
        "As of the last turn (now) releases are stopped by: accounts vanished from the fleet" in resumed.out
    )
    assert (
        "If the fleet is right as that turn found it: `lease-watcher resume --accept-baseline" in resumed.out
    )
    nothing = at_desk.run("resume", *WHY)
    assert nothing.err.startswith("Nothing is paused.\nAs of the last turn (now) releases are stopped by: ")

    accepted = at_desk.run("resume", "--accept-baseline", *WHY)
    assert accepted.out.splitlines()[0] == "The fleet is taken for right as the last turn found it."
    at_desk.pass_time(H)
    turn = json.loads(at_desk.run("run", "--once", "--format", "json").out)
    assert "fleet_drop" not in json.dumps(turn)


def test_resume_of_a_project_says_that_the_fleet_is_paused(at_desk: Desk) -> None:
    """It said that the project's releases go on."""
    at_desk.run("run", "--once")
    at_desk.run("pause", "--project", "acme-coffee", *WHY)
    at_desk.run("pause", "--reason", "holidays")
    said = at_desk.run("resume", "--project", "acme-coffee", *WHY)

    ended = (
        "The pause of project acme-coffee by maria (the disk died) has ended, but releases do not go on yet."
    )
    assert ended in said.out
    assert (
        "Every project is paused by maria: holidays. `lease-watcher resume --reason WHY` ends that."
        in said.out
    )
