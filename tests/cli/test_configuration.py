"""A configuration with mistakes: all of them at once, before any request."""

import json
import re
import stat
import tempfile
import tomllib

import pytest

from tests.cli.desk import Desk

FIVE = """\
mode = "enforced"
[api]
base_url = "http://api.layers.com"
[brakes]
max_relases = 3
[projects.a]
id = "prj_1"
policy = "standrad"
[policies.standard]
warn = ["7x"]
"""


@pytest.mark.parametrize("words", [("audit",), ("run", "--once"), ("run",), ("check",), ("explain", "@a")])
def test_five_mistakes_are_five_findings_and_no_request(at_desk: Desk, words: tuple[str, ...]) -> None:
    at_desk.configure(FIVE)
    said = at_desk.run(*words)

    assert said.code == 78
    assert said.out == ""
    for place, rest in [
        (":1 ", "did you mean enforce?"),
        (":3 ", "write it with https://"),
        (":5 ", "did you mean max_releases?"),
        (":8 ", "did you mean standard?"),
        (":10 ", "is not a duration"),
    ]:
        assert place in said.err
        assert rest in said.err
    assert said.err.count("fix: ") == 5
    assert said.err.endswith("5 errors\n")
    assert "Traceback" not in said.err
    assert at_desk.sandbox.log.entries == ()


def test_findings_as_json(at_desk: Desk) -> None:
    at_desk.configure(FIVE)
    said = at_desk.run("check", "--format", "json")

    assert said.code == 78
    assert len(json.loads(said.out)["findings"]) == 5


def test_a_misspelt_variable_is_refused(at_desk: Desk) -> None:
    said = at_desk.run("run", "--once", WATCHER_BRAKES__MAX_RELASES="0")

    assert said.code == 78
    assert "did you mean WATCHER_BRAKES__MAX_RELEASES?" in said.err
    assert at_desk.sandbox.log.entries == ()


def test_without_a_key_it_says_where_one_may_stand(at_desk: Desk) -> None:
    del at_desk.environ["LAYERS_API_KEY"]
    said = at_desk.run("audit")

    assert said.code == 78
    assert "no API key" in said.err
    assert "`layers-api-key`" in said.err
    assert at_desk.sandbox.log.entries == ()


def test_a_sound_configuration_is_summed_up(at_desk: Desk) -> None:
    said = at_desk.run("check")

    assert said.code == 0
    assert re.search(r"^mode +enforce: watches, tells and releases$", said.out, re.MULTILINE)
    assert "the shortest safe lead is 40m ($0.14)" in said.out
    assert said.out.endswith("\nNo mistakes found.\n")
    assert at_desk.sandbox.log.entries == ()


def test_online_the_key_the_clock_the_projects_and_the_store_are_asked(at_desk: Desk) -> None:
    at_desk.reconfigure('handles = ["brand.*"]', 'handles = ["brand.*", "nobody.*"]')
    said = at_desk.run("check", "--online")

    assert said.code == 0
    told = " ".join(said.out.split())
    assert "way no proxy is used certificates proved by " in told
    assert "API answers: Sandbox Partner, key key_sandbox, tier standard" in told
    assert "tier standard; requests are paced by api.tier = partner, as configured" in said.out
    assert "clock right, within 1 min" in told
    assert "project acme-coffee 8 accounts, $1,200.00 a month" in told
    assert "nobody.* matches no leased account, so it keeps nothing" in said.out
    assert "no turn yet" in said.out
    assert {entry.method for entry in at_desk.sandbox.log.entries} == {"GET"}
    assert at_desk.sandbox.inbox == []
    assert not at_desk.ledger.exists()


def test_online_a_rejected_key_is_77(at_desk: Desk) -> None:
    said = at_desk.run("check", "--online", LAYERS_API_KEY="lp_wrong")

    assert said.code == 77
    assert "lp_wrong" not in said.out + said.err


@pytest.mark.parametrize("words", [("check",), ("run", "--once"), ("run",), ("audit",), ("explain", "@a")])
def test_a_configuration_that_watches_nothing_is_a_mistake(at_desk: Desk, words: tuple[str, ...]) -> None:
    """`init` without `--online` names no project. Installed so, `check` found no mistakes, and every turn
    of nothing ended well: exit 0, month after month.
    """
    at_desk.run("init", "--config", "new.toml")
    said = at_desk.run(*words, "--config", "new.toml")

    assert said.code == 78
    assert "none is configured and discovery is off: nothing would be watched" in said.out + said.err
    assert "`lease-watcher init --online`" in said.out + said.err
    assert at_desk.sandbox.log.entries == ()


def test_it_is_none_where_projects_are_discovered(at_desk: Desk) -> None:
    at_desk.configure("[discovery]\nenabled = true\n")

    assert at_desk.run("check").code == 0


def test_init_writes_what_loads_and_never_overwrites(at_desk: Desk) -> None:
    at_desk.environ["WATCHER_CONFIG"] = "new.toml"
    said = at_desk.run("init", "--config", "new.toml")
    assert said.code == 0
    assert "name your projects in it" in said.out
    content = (at_desk.folder / "new.toml").read_text()

    assert at_desk.run("history").code == 0
    again = at_desk.run("init", "--config", "new.toml")
    assert again.code == 2
    assert "never overwrites" in again.err
    assert (at_desk.folder / "new.toml").read_text() == content


def test_init_online_writes_every_project_none_enrolled(at_desk: Desk) -> None:
    said = at_desk.run("init", "--online", "--config", "new.toml", WATCHER_API__BASE_URL=at_desk.url)

    assert said.code == 0
    assert "with 3 projects, none of them enrolled" in said.out
    text = (at_desk.folder / "new.toml").read_text()
    assert text.count("enrolled = false") == 3 + text.count("# enrolled = false")
    assert at_desk.run("audit", "--config", "new.toml", WATCHER_API__BASE_URL=at_desk.url).code == 0


def test_init_online_prints_what_a_file_that_is_there_lacks_and_changes_nothing(at_desk: Desk) -> None:
    text = (
        f'[api]\nbase_url = "{at_desk.url}"\n[projects.acme-coffee]\nid = "prj_01JZ0DEM00000000000000ACME"\n'
    )
    place = at_desk.folder / "mine.toml"
    place.write_text(text, encoding="utf-8")
    said = at_desk.run("init", "--online", "--config", "mine.toml")
    assert said.code == 0
    assert "was not changed: of 3 active projects 2 are not in it; paste the above." in said.err
    assert place.read_text(encoding="utf-8") == text
    pasted = tomllib.loads(text + said.out)["projects"]
    assert len({one["id"] for one in pasted.values()}) == 3

    place.write_text(text + said.out, encoding="utf-8")
    again = at_desk.run("init", "--online", "--config", "mine.toml")
    assert (again.code, again.out) == (0, "")
    assert "all 3 active projects are in it." in again.err


def test_init_online_where_no_temporary_folder_can_be_made_says_so(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was a traceback, as of `demo`: in a container the root is read-only."""
    monkeypatch.setattr(tempfile, "tempdir", str(at_desk.folder / "nowhere"))
    said = at_desk.run("init", "--online", "--config", "new.toml")

    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "`init --online` needs a temporary folder, and TMPDIR and /tmp cannot be written to: "
        "set TMPDIR to a folder.\n"
    )


def test_the_schema_is_printed(at_desk: Desk) -> None:
    assert json.loads(at_desk.run("schema").out)["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_completion_script_is_printed(at_desk: Desk, shell: str) -> None:
    assert "lease-watcher" in at_desk.run("completion", shell).out


def test_the_key_is_in_no_output_and_in_no_file(at_desk: Desk) -> None:
    """Every command, also where things go wrong; then every byte that was written."""
    key = at_desk.environ["LAYERS_API_KEY"]
    words = [
        ("run", "--once"),
        ("audit", "--format", "json"),
        ("audit", "--format", "csv"),
        ("explain", "@latte.art.lab"),
        ("hold", "@latte.art.lab", "--reason", "x"),
        ("history", "--format", "json"),
        ("check", "--online"),
    ]
    said = [at_desk.run(*each) for each in words]
    said.append(at_desk.run("run", "--once", WATCHER_API__BASE_URL="http://127.0.0.1:9"))
    said.append(at_desk.run("audit", LAYERS_API_KEY=f"{key}x"))

    assert [each.code for each in said] == [0, 0, 0, 0, 0, 0, 0, 75, 77]
    assert not [each for each in said if key in each.out + each.err]
    written = [path for path in at_desk.folder.rglob("*") if path.is_file()]
    assert not [path for path in written if key.encode() in path.read_bytes()]
    assert stat.S_IMODE(at_desk.ledger.stat().st_mode) == 0o600


def test_the_configuration_in_force_is_shown_with_its_origins(at_desk: Desk) -> None:
    held = '[[holds]]\naccount = "sa_1"\nuntil = "forever"\nreason = "ours"\n'
    at_desk.configure((at_desk.folder / "lease-watcher.toml").read_text() + held)
    said = at_desk.run("config", "show", WATCHER_TIMEZONE="Europe/Berlin")
    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[2] == "# The API key comes from LAYERS_API_KEY."
    assert 'timezone = "Europe/Berlin"  # WATCHER_TIMEZONE' in lines
    shown = tomllib.loads(said.out)
    assert (shown["mode"], [one["until"] for one in shown["holds"]]) == ("enforce", ["forever"])
    document = json.loads(at_desk.run("config", "show", "--format", "json").out)
    assert document["schema"] == "config/1"
    (mode,) = (one for one in document["values"] if one["key"] == "mode")
    assert (mode["value"], mode["by"], mode["where"]) == (
        '"enforce"',
        "file",
        str(at_desk.folder / "lease-watcher.toml"),
    )
