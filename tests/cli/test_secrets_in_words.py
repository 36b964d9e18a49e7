"""A person's own words that hold the key, or a notifier's secret: they are neither kept nor sent."""

import sqlite3
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from watcher.cli.demo import NAME
from watcher.sandbox import DEFAULT_KEY
from watcher.sandbox.fleets.mixed_fleet import LATTE_ART_LAB

KEY = "lp_live_SEKRETKEY0123456789abcdefXYZ"
HOOK = "https://hooks.example/whPATHsecret77aaBB"
NOTIFIER = f'\n[notifiers.hook]\nkind = "webhook"\nurl = "{HOOK}"\n'
SAID = (
    ("pause",),
    ("hold", "@latte.art.lab"),
    ("ack", "@latte.art.lab"),
    ("approve", "@latte.art.lab"),
    ("resolve", "@latte.art.lab", "--as", "released"),
    ("unhold", "@latte.art.lab"),
    ("resume",),
    ("outbox", "drop", "1"),
    ("store", "restore"),
)


@pytest.fixture
def seen(at_desk: Desk) -> Desk:
    assert at_desk.run("run", "--once").code == 0
    at_desk.configure((at_desk.folder / NAME).read_text() + NOTIFIER)
    return at_desk


def kept(ledger: Path) -> str:
    with sqlite3.connect(ledger) as connection:
        return "\n".join(connection.iterdump())


def test_a_secret_in_a_reason_is_refused_and_nothing_is_recorded(seen: Desk) -> None:
    """A person pasted the key into a reason: every webhook was sent it, and the ledger kept it."""
    before = kept(seen.ledger)
    for words, why in (
        *(((*command, "--reason", f"key is {KEY}"), "--reason holds the API key") for command in SAID),
        (("pause", "--reason", KEY[8:].lower()), "--reason holds the API key"),
        (("pause", "--reason", KEY[:-5]), "--reason holds the API key"),
        (("pause", "--reason", "ok", "--by", KEY), "--by holds the API key"),
        (("pause", "--reason", f"see {HOOK}"), "--reason holds a secret of the configuration"),
        (("pause", "--reason", "whPATHsecret77aaBB"), "--reason holds a secret of the configuration"),
    ):
        said = seen.run(*words, LAYERS_API_KEY=KEY)
        assert (said.code, said.out) == (2, ""), words
        assert said.err == f"{why}: nothing was recorded; say it without\n"
    assert kept(seen.ledger) == before


def test_the_key_is_known_from_its_file_as_well(seen: Desk) -> None:
    (seen.folder / "key").write_text(KEY)
    seen.reconfigure("[api]\n", '[api]\nkey_file = "key"\n')
    said = seen.run("pause", "--reason", KEY)
    assert (said.code, "--reason holds the API key" in said.err) == (2, True)
    # And the one of the environment, which the file comes before.
    assert seen.run("pause", "--reason", DEFAULT_KEY.secret).code == 2


def test_ordinary_words_are_none(seen: Desk) -> None:
    assert seen.run("pause", "--reason", "keys begin with lp_live_; see hooks.example").code == 0


def test_the_key_in_a_configured_hold_is_struck_out_and_the_hold_holds(seen: Desk) -> None:
    hold = f'\n[[holds]]\naccount = "{LATTE_ART_LAB}"\nuntil = "forever"\nreason = "for {KEY}"\n'
    seen.configure((seen.folder / NAME).read_text() + hold)
    said = seen.run("holds", LAYERS_API_KEY=KEY)
    assert "for ***" in said.out
    assert "SEKRET" not in said.out + said.err
    checked = seen.run("check", LAYERS_API_KEY=KEY)
    assert "holds[0].reason" in checked.out + checked.err
    assert "holds the API key" in checked.out + checked.err
    assert "SEKRET" not in checked.out + checked.err


def test_a_name_that_holds_the_key_is_a_mistake_of_the_configuration(seen: Desk) -> None:
    text = (seen.folder / NAME).read_text()
    for table in (f'[policies."{KEY}".match]\nhandles = ["a"]\n', f'[projects."{KEY}"]\nid = "prj_x"\n'):
        seen.configure(f"{text}\n{table}")
        said = seen.run("check", LAYERS_API_KEY=KEY)
        assert said.code == 78
        assert "has a name in it that holds the API key" in said.out + said.err
        assert "SEKRET" not in said.out + said.err
