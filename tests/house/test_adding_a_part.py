"""A part is one file, one line, one declaration: each kind of part is added to a copy of the house, and the
places are counted by comparing the copy with what it was.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

ROOT = Path(__file__).parents[2]
KINDS = "watcher/adapters/channels/kinds"
CATALOG = "watcher/adapters/channels/catalog.py"

CHAT = """
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.adapters.channels.stage import posting
from tests.settings.conftest import Desk
from watcher.adapters.channels.catalog import KINDS
from watcher.adapters.channels.conformance import NotifierContract
from watcher.settings.generate import generated
from watcher.texts.secret import Secret

URL = "https://chat.example/x"
TABLE = f'[notifiers.ops]\\nkind = "chat"\\nurl = "{URL}"\\n'


class TestChat(NotifierContract):
    @pytest.fixture
    def case(self):
        with ExitStack() as stack:
            yield posting(lambda receiver: KINDS["chat"](url=Secret(receiver.url)))(stack)


def test_it_is_configured_as_all_are(tmp_path):
    desk = Desk(folder=tmp_path)
    options = desk.settings(f'{TABLE}channel = "ops"\\n').notifiers["ops"]
    assert (options.kind, options.channel) == ("chat", "ops")
    assert "https only" in desk.finding(TABLE.replace("https", "http")).message
    assert desk.finding(TABLE + 'chanel = "ops"\\n').suggestion == "channel"


def test_it_stands_on_the_settings_page_and_in_the_schema():
    files = generated()
    assert "The incoming webhook." in files["docs/settings.md"]
    assert '"chat"' in files["config/schema.json"]
"""

PARSER = "watcher/cli/parser.py"
COMMAND_FILES = "watcher/cli/commands"
DECLARES = "\ndef declare("
WHERE = """
from io import StringIO
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.cli.desk import NOW
from watcher.cli.main import main
from watcher.cli.process import Process


def said(folder: Path, *words: str) -> str:
    out, err = StringIO(), StringIO()
    environ = {"HOME": str(folder)}
    assert main(words, Process(environ=environ, cwd=folder, clock=FakeClock(NOW), out=out, err=err)) == 0
    return out.getvalue()


def test_it_is_typed_as_all_are(tmp_path):
    file = tmp_path / "w.toml"
    file.write_text('[store]\\nurl = "sqlite:///w.db"\\n')
    assert said(tmp_path, "where", "--ledger", "--config", str(file)) == f"ledger  {tmp_path / 'w.db'}\\n"
    assert str(file) in said(tmp_path, "where", "--config", str(file))


def test_it_stands_in_the_help_and_in_the_completion(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "tell which configuration is read" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["where", "--help"])
    assert "the ledger only" in capsys.readouterr().out
    assert "the ledger only" in said(tmp_path, "completion", "zsh")
"""


@dataclass(frozen=True, kw_only=True)
class House:
    """A copy of the package, to which a part is added."""

    root: Path

    def add(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, encoding="utf-8")

    def add_line(self, path: str, line: str, *, after: str) -> None:
        """A line below the only one that is `after`."""
        lines = (self.root / path).read_text(encoding="utf-8").splitlines()
        lines.insert(lines.index(after) + 1, line)
        self.add(path, "\n".join([*lines, ""]))

    def places(self) -> dict[str, int]:
        """The files that differ from the real ones, and in how many lines; 0 for a new file."""
        found = {}
        for path in sorted((self.root / "watcher").rglob("*.py")):
            name = path.relative_to(self.root).as_posix()
            before, now = ROOT / name, path.read_text(encoding="utf-8")
            if not before.exists():
                found[name] = 0
            elif (text := before.read_text(encoding="utf-8")) != now:
                found[name] = sum(each[0] in "+-" for each in ndiff(text.splitlines(), now.splitlines()))
        return found

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.root,
            env={"PYTHONPATH": f"{self.root}:{ROOT}", "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )

    def test(self, code: str) -> None:
        """Run tests in it, with the helpers of ours."""
        self.add("test_part.py", code)
        without = [
            word
            for plugin in ("cacheprovider", "randomly", "schemathesis")
            for word in ("-p", f"no:{plugin}")
        ]
        done = self.run("-m", "pytest", "-q", "-n", "0", *without, "test_part.py")
        assert done.returncode == 0, done.stdout + done.stderr
        assert " passed" in done.stdout

    def contracts(self) -> str:
        """What import-linter says of it."""
        run = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"
        return self.run("-c", run).stdout


@pytest.fixture
def house(tmp_path: Path) -> House:
    copytree(ROOT / "watcher", tmp_path / "watcher", ignore=ignore_patterns("__pycache__"))
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    return House(root=tmp_path)


def example(name: str) -> str:
    """A file of docs/extending.md, by the name in its first line."""
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    return dict(re.findall(r"```python\n# (\S+)\n(.*?)```", text, re.DOTALL))[name]


def add_chat(house: House) -> None:
    house.add(f"{KINDS}/chat.py", example("chat.py"))
    house.add_line(CATALOG, '    "chat:ChatOptions",', after='    "apprise:AppriseOptions",')


def test_a_notifier_is_one_file_and_one_line(house: House) -> None:
    """It took six edits, in four files."""
    add_chat(house)
    assert house.places() == {CATALOG: 1, f"{KINDS}/chat.py": 0}
    house.test(CHAT)


def test_a_new_notifier_is_a_stranger_to_the_others_at_once(house: House) -> None:
    """The contract listed the kinds by name: one that nobody added to it could lean on the others."""
    add_chat(house)
    with (house.root / KINDS / "chat.py").open("a", encoding="utf-8") as file:
        file.write("\nfrom watcher.adapters.channels.kinds.slack import SlackOptions\n")
    said = house.contracts()
    assert "notifiers are strangers to each other BROKEN" in said
    assert "imports only go down KEPT" in said


BRAKES = "watcher/brakes/kinds"
MANY_PROJECTS = """
from tests.core.test_brakes_size import A, B, UNLIMITED, entries, halted
from watcher.brakes import (BRAKES, Limits, ProjectState)
from watcher.brakes.kinds import MANY_PROJECTS
from watcher.settings.generate import generated
from dataclasses import replace

FLEET = {A: ProjectState(assigned=100), B: ProjectState(assigned=100)}


def test_it_judges_with_the_others():
    both = [*entries(1, project=A), *entries(1, project=B)]
    (halt,) = halted(both, replace(UNLIMITED, max_projects=1), FLEET)
    assert (halt.brake, halt.measured, halt.limit) == (MANY_PROJECTS, "2 projects", "1")
    assert halt.way_out("7f3a").text == "`lease-watcher approve 7f3a --reason WHY` allows exactly these"
    assert halted(both, replace(UNLIMITED, max_projects=2), FLEET) == ()


def test_its_limit_stands_on_the_settings_page_and_in_the_schema():
    files = generated()
    assert "Projects with releases on one docket." in files["docs/settings.md"]
    assert '"max_projects"' in files["config/schema.json"]
"""


def add_many_projects(house: House) -> None:
    house.add(f"{BRAKES}/many_projects.py", example("many_projects.py"))
    module = f"{BRAKES}/__init__.py"
    line = "from watcher.brakes.kinds.many_projects import MANY_PROJECTS"
    house.add_line(module, line, after="from watcher.brakes.kinds.key_suspended import KEY_SUSPENDED")
    house.add_line(module, "    MANY_PROJECTS,", after="    VALUE,")
    option = '    max_projects: int = option(10, "Projects with releases on one docket.", minimum=0)'
    house.add_line("watcher/brakes/limits.py", option, after="class Limits:")


def test_a_brake_is_one_file_one_line_with_its_import_and_one_declaration(house: House) -> None:
    """It took six edits in five files: its words stood in one for terminals, in another for messages."""
    add_many_projects(house)
    assert house.places() == {
        f"{BRAKES}/__init__.py": 2,
        f"{BRAKES}/many_projects.py": 0,
        "watcher/brakes/limits.py": 1,
    }
    house.test(MANY_PROJECTS)


def test_a_new_brake_is_a_stranger_to_the_others_at_once(house: House) -> None:
    add_many_projects(house)
    with (house.root / BRAKES / "many_projects.py").open("a", encoding="utf-8") as file:
        file.write("\nfrom watcher.brakes.kinds.too_many import TOO_MANY\n")
    said = house.contracts()
    assert "brakes are strangers to each other BROKEN" in said
    assert "imports only go down KEPT" in said


EVIDENCE = "watcher/adapters/evidence"
PLANS = """
from tests.stage import LATTE, OPENS, account, staged
from watcher.record.reasons import Reason

COMPLETE = {"policies.standard.evidence_complete": True, "brakes.max_share": 1.0}
DECAF = account("decaf")


def released(folder, *evidence):
    policy = COMPLETE | {"policies.standard.evidence": list(evidence)}
    with staged(folder, LATTE, DECAF, configuration=policy) as stage:
        stage.turn()
        stage.turn_at(OPENS)
        return stage.released


def test_what_it_knows_of_keeps_an_account_and_of_others_it_has_no_opinion(tmp_path):
    assert released(tmp_path, "posts", "plans") == [DECAF.id]


def test_where_nobody_has_an_opinion_nothing_is_released(tmp_path):
    assert released(tmp_path, "plans") == []
"""


def test_a_source_of_evidence_is_one_file_and_one_line(house: House) -> None:
    """Its word stood in the settings, and it was opened in the wiring."""
    house.add(f"{EVIDENCE}/plans.py", example("plans.py"))
    house.add_line(
        f"{EVIDENCE}/catalog.py", '    "plans": "PlansSource",', after='    "posts": "PostsSource",'
    )
    assert house.places() == {f"{EVIDENCE}/catalog.py": 1, f"{EVIDENCE}/plans.py": 0}
    house.test(PLANS)


TICKETS = """
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from watcher.facts.accounts import ProjectId
from watcher.facts.activity import Findings, Inquiry, Unknown, WhyUnknown
from watcher.ports.evidence import SourceNeeds
from watcher.ports.leases import LeaseReader

ASKED: list[str] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketsSource:
    reader: LeaseReader

    @property
    def name(self) -> str:
        return "tickets"

    @property
    def needs(self) -> SourceNeeds:
        return SourceNeeds(scope="tickets:read", without="no ticket can be seen", last=True)

    def read(
        self, project: ProjectId, inquiries: Sequence[Inquiry], *, shown_before: bool, now: datetime
    ) -> Findings:
        ASKED.extend(one.account.id for one in inquiries)
        doubt = Unknown(why=WhyUnknown.UNREADABLE)
        return Findings(activity={one.account.id: doubt for one in inquiries}, shown=shown_before)
"""
ASKED_LAST = """
from dataclasses import replace
from io import StringIO

from tests.stage import KEY, LATTE, OPENS, staged
from watcher.adapters.evidence import tickets
from watcher.cli.main import main
from watcher.cli.process import Process

NAMED = {"policies.standard.evidence": ["posts", "tickets"]}


def test_it_is_asked_about_whom_the_others_would_let_go_and_about_nobody_else(tmp_path):
    with staged(tmp_path, configuration=NAMED) as stage:
        stage.turn()
        stage.turn_at(OPENS)
        assert (set(tickets.ASKED), stage.deletes) == ({LATTE.id}, 0)


def test_the_check_says_that_its_scope_is_missing_and_what_follows(tmp_path):
    key = replace(KEY, scopes=("leased:write", "publish:read", "projects:read"))
    with staged(tmp_path, configuration=NAMED, keys=[key]) as stage:
        stage.settings()
        out = StringIO()
        file = str(tmp_path / "lease-watcher.toml")
        environ = {"HOME": str(tmp_path), "LAYERS_API_KEY": key.secret}
        process = Process(environ=environ, cwd=tmp_path, clock=stage.clock, out=out, err=out)
        main(["check", "--online", "--config", file], process)
        said = " ".join(out.getvalue().split())
        assert "the key lacks the scope tickets:read: no ticket can be seen" in said
        assert "publish:read" not in said
"""


def test_one_that_costs_a_request_an_account_is_one_file_one_line_and_one_declaration(house: House) -> None:
    """Its scope stood in the command that checks it, and it would have been asked about every account."""
    house.add(f"{EVIDENCE}/tickets.py", TICKETS)
    line = '    "tickets": "TicketsSource",'
    house.add_line(f"{EVIDENCE}/catalog.py", line, after='    "posts": "PostsSource",')
    assert house.places() == {f"{EVIDENCE}/catalog.py": 1, f"{EVIDENCE}/tickets.py": 0}
    house.test(ASKED_LAST)


def test_every_source_is_there_by_its_word() -> None:
    """One that was misspelt passed `check`, and was a traceback in the next turn."""
    from watcher.adapters.evidence.catalog import SOURCES, open_sources

    opened = open_sources(SOURCES, reader=None)  # type: ignore[arg-type]
    assert {word: source.name for word, source in opened.items()} == {word: word for word in SOURCES}


def test_every_file_among_the_brakes_is_listed() -> None:
    """Nothing failed where a brake was written and not put among the others."""
    from watcher.brakes import BRAKES as LISTED

    files = {path.stem for path in (ROOT / BRAKES).glob("*.py")} - {"__init__"}
    assert {brake.check.__module__.rpartition(".")[2] for brake in LISTED} == files


def test_every_file_among_the_kinds_is_listed_and_every_listed_one_is_there() -> None:
    from watcher.adapters.channels.catalog import OURS

    files = {path.stem for path in (ROOT / KINDS).glob("*.py")} - {"__init__"}
    assert sorted(entry.partition(":")[0] for entry in OURS) == sorted(files)


def test_a_command_is_one_file_and_one_line(house: House) -> None:
    """Its arguments stood in the parser, among those of all the others."""
    house.add("watcher/cli/commands/where.py", example("where.py"))
    line = '    "where": "tell which configuration is read, and which ledger",'
    house.add_line(PARSER, line, after='    "check": "find every mistake in the configuration",')

    assert house.places() == {"watcher/cli/commands/where.py": 0, PARSER: 1}
    house.test(WHERE)
    assert "BROKEN" not in house.contracts()


def test_every_file_among_the_commands_is_listed_and_every_listed_one_is_there() -> None:
    from watcher.cli.parser import COMMANDS

    files = (ROOT / COMMAND_FILES).glob("*.py")
    assert {path.stem for path in files if DECLARES in path.read_text("utf-8")} == set(COMMANDS)
