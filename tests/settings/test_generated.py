"""What is written from the options is up to date, true and safe."""

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.settings.conftest import NOW, Desk
from watcher.rules import option as options
from watcher.rules.plan import Mode
from watcher.settings.declare import declared, every_option
from watcher.settings.example import example, slugs
from watcher.settings.generate import generated, page, schema
from watcher.settings.load import Good, load
from watcher.settings.model import Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted(generated()))
def test_the_file_in_the_repository_is_the_one_generated(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == generated()[path], (
        "run: python -m watcher.settings.generate"
    )


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """Options of several kinds."""

    told: int = options.option(1, "Of people.")
    late: int = options.option(1, "Of people, and of no fingerprint.", shown=False)
    ours: int = options.filled_in(1)


def test_what_is_filled_in_is_no_key_and_what_is_only_not_shown_is_one() -> None:
    """Which field is which was guessed from whether its class shows it."""
    assert list(declared(Mixed)) == ["told", "late"]


def test_the_example_loads_without_a_finding_and_releases_nothing(desk: Desk) -> None:
    good = desk.good(example())
    assert (good.warnings, good.settings.mode, good.settings.projects) == ((), Mode.OBSERVE, {})


def test_the_example_says_the_defaults_but_for_what_is_to_be_released(desk: Desk) -> None:
    chosen = '[policies.standard.release]\nwhen = "idle"\n[notifiers.log]\nkind = "log"\n'
    assert desk.settings(example()) == desk.settings(chosen)


def test_what_the_example_only_suggests_loads_too(desk: Desk) -> None:
    for name in ("smtp-password", "slack-webhook-url"):
        content = "https://hooks.slack.com/services/T0/B0/x" if "slack" in name else "a password"
        desk.secret_file(name, content)
    suggested = [
        line.removeprefix("# ")
        for line in example().splitlines()
        if line.startswith(("# [", "# ")) and ("= " in line or line.startswith("# ["))
    ]
    text = "\n".join(line for line in suggested if not line.startswith("key_file"))
    settings = desk.settings(text.replace("prj_…", "prj_1"))
    assert (set(settings.notifiers), set(settings.projects)) == ({"mail", "slack"}, {"my-project"})


def test_a_remark_of_the_example_is_made_once() -> None:
    """Forty options, each with what it does: who wanted to set one read them all."""
    lines = example([("prj_1", "A"), ("prj_2", "B"), ("prj_3", "C")]).splitlines()
    remarks = [line.partition("# ")[2] for line in lines if "    # " in line]
    assert len(set(remarks)) == len(remarks)
    assert len(lines) < 60


def test_projects_are_written_with_their_names_and_not_enrolled(desk: Desk) -> None:
    projects = [("prj_1", "Acme Shop"), ("prj_2", "acme shop!"), ("prj_3", "日本\n[mode]"), ("prj_4", "")]
    settings = desk.settings(example(projects))
    assert {name: each.id for name, each in settings.projects.items()} == {
        "acme-shop": "prj_1",
        "acme-shop-2": "prj_2",
        "mode": "prj_3",
        "project": "prj_4",
    }
    assert not any(each.enrolled for each in settings.projects.values())


@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_names_make_a_file_with_one_table_each(names: list[str]) -> None:
    tables = tomllib.loads(example([(f"prj_{count}", name) for count, name in enumerate(names)]))
    assert [each["id"] for each in tables.get("projects", {}).values()] == [
        f"prj_{count}" for count in range(len(names))
    ]
    assert len(set(slugs(names))) == len(names)


def test_the_larger_example_loads_without_a_finding(desk: Desk) -> None:
    for name, content in (
        ("layers-api-key", "lp_x"),
        ("notifiers.ops.url", "https://hook.example/x"),
        ("notifiers.ops.signing_key", f"whsec_{'A' * 32}"),
    ):
        desk.secret_file(f"credentials/{name}", content)
    environ = {"HOME": "/home/op", "CREDENTIALS_DIRECTORY": str(desk.folder / "credentials")}
    loaded = load(ROOT / "config" / "fleet.toml", environ, desk.folder, NOW)
    assert isinstance(loaded, Good)
    assert loaded.warnings == ()


class TestTheSchema:
    def test_it_is_draft_2020_12(self) -> None:
        jsonschema.Draft202012Validator.check_schema(schema())

    @pytest.mark.parametrize("name", ["lease-watcher.toml", "fleet.toml"])
    def test_it_accepts_the_examples(self, name: str) -> None:
        text = (ROOT / "config" / name).read_text(encoding="utf-8")
        # An editor sees a TOML date as text.
        tables = json.loads(json.dumps(tomllib.loads(text), default=str))
        jsonschema.validate(tables, schema(), cls=jsonschema.Draft202012Validator)

    @pytest.mark.parametrize(
        "tables",
        [
            {"modus": "observe"},
            {"mode": "enforc"},
            {"brakes": {"max_releases": -1}},
            {"brakes": {"max_releases": None}},
            {"api": {"timeout": 10}},
            {"api": {"timeout": "10"}},
            {"api": {"key": "lp_x"}},
            {"projects": {"a": {}}},
            {"notifiers": {"a": {"kind": "log", "url": "https://x"}}},
        ],
    )
    def test_it_refuses_mistakes(self, tables: dict[str, Any]) -> None:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(tables, schema(), cls=jsonschema.Draft202012Validator)


def test_the_page_explains_every_option() -> None:
    text = page()
    for path, option in every_option():
        assert f"| `{path[-1]}` |" in text
        assert option.why, f"{path} is not explained"


@pytest.mark.process
def test_the_values_of_the_settings_need_no_heavy_library() -> None:
    probe = (
        "import sys; import watcher.settings.model, watcher.settings.findings; "
        "heavy = {'pydantic', 'pydantic_settings', 'httpx', 'sqlalchemy', 'apscheduler'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.process
def test_check_loads_no_library_that_only_a_turn_needs(desk: Desk) -> None:
    """It loaded the HTTP client, and rich behind it, to say where the ledger is: half of its time."""
    desk.file.write_text('[projects.acme]\nid = "prj_1"\n[notifiers.l]\nkind = "log"\n', encoding="utf-8")
    heavy = "pydantic_settings httpx sqlalchemy apscheduler rich jinja2 watcher.wiring"
    probe = (
        "import sys; from watcher.cli.main import main; "
        f"code = main(['check', '--config', {str(desk.file)!r}]); "
        f"print(sorted(set({heavy!r}.split()) & set(sys.modules)), code)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0", done.stdout


def test_settings_can_be_made_without_a_file() -> None:
    assert Settings() == Settings(mode=Mode.OBSERVE)
