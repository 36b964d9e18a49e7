"""Kinds of notifiers from other packages: really installed, as far as Python can tell."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from tests.adapters.channels.stage import connected, digest, event
from tests.fakes.clock import FakeClock
from tests.settings.conftest import NOW, Desk
from watcher.adapters.channels.catalog import build
from watcher.adapters.channels.installed import Guarded, installed
from watcher.adapters.channels.kinds.webhook import WebhookOptions
from watcher.ports.notifier import Accepted, Notifier, Postponed, Receivers
from watcher.settings.findings import Finding
from watcher.texts.secret import Secret

ROOT = Path(__file__).parents[3]
PIGEON = '[notifiers.ops]\nkind = "pigeon"\n'

Install = Callable[..., Path]


def examples() -> dict[str, str]:
    """The files of docs/extending.md, by the name in their first line."""
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", text, re.DOTALL)
    return dict(blocks)


def declared() -> str:
    """The entry point of docs/extending.md, as an installer would write it down."""
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    found = re.search(r'```toml\n\[project\.entry-points\."([^"]+)"\]\n(\w+) = "([^"]+)"\n```', text)
    assert found is not None
    group, name, value = found.groups()
    return f"[{group}]\n{name} = {value}\n"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a package with one module and its entry point where Python finds it."""
    modules: list[str] = []

    def put(code: str, entry: str, module: str = "carrier_pigeon", package: str = "carrier-pigeon") -> Path:
        site = tmp_path / f"site-{package}"
        info = site / f"{package.replace('-', '_')}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{module}.py").write_text(code, encoding="utf-8")
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(entry, encoding="utf-8")
        monkeypatch.syspath_prepend(str(site))
        modules.append(module)
        return site

    yield put
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(folder=folder)


def opened(desk: Desk, text: str) -> Notifier:
    options = desk.settings(text).notifiers["ops"]
    with connected() as http:
        return build("ops", options, http, FakeClock(NOW))


class TestTheExample:
    @pytest.fixture
    def site(self, install: Install) -> Path:
        return install(examples()["carrier_pigeon.py"], declared())

    def test_it_is_configured_and_delivers(self, site, desk):
        notifier = opened(desk, f'{PIGEON}loft = "{desk.folder}"\nevents = ["release.*"]\n')
        assert (notifier.name, notifier.counts, notifier.most) == ("ops", True, 50)
        assert notifier.deliver(digest(event(text="it renews soon"))) == Accepted(detail="it flies")
        assert "it renews soon" in (desk.folder / "letters.txt").read_text()

    def test_it_passes_the_published_suite(self, site):
        (site / "test_carrier_pigeon.py").write_text(examples()["test_carrier_pigeon.py"], encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_carrier_pigeon.py"],
            cwd=site,
            env={"PYTHONPATH": f"{site}:{ROOT}", "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert " passed" in done.stdout

    def test_it_is_not_imported_unless_it_is_named(self, site, desk):
        desk.settings('[notifiers.ops]\nkind = "log"\n')
        assert "pigeon" in installed()
        assert "carrier_pigeon" not in sys.modules

    def test_a_misspelt_kind_names_it(self, site, desk):
        found = desk.finding('[notifiers.ops]\nkind = "pigoen"\n')
        assert (found.key, found.line, found.suggestion) == ("notifiers.ops.kind", 2, "pigeon")
        assert "carrier_pigeon" not in sys.modules

    def test_its_options_are_checked_like_ours(self, site, desk):
        assert desk.finding(PIGEON).key == "notifiers.ops.loft"
        assert desk.finding(f"{PIGEON}loft = 3\n").key == "notifiers.ops.loft"
        found = desk.finding(f'{PIGEON}loft = "x"\nlotf = "y"\n')
        assert (found.key, found.line, found.suggestion) == ("notifiers.ops.lotf", 4, "loft")
        assert (
            desk.finding(f'{PIGEON}loft = "x"\nmin_severity = "mild"\n').key == "notifiers.ops.min_severity"
        )

    def test_ours_stand_beside_it(self, site, desk):
        hook = '[notifiers.hook]\nkind = "webhook"\nurl = "https://hook.example"\n'
        settings = desk.settings(f'{PIGEON}loft = "x"\n{hook}')
        assert isinstance(settings.notifiers["hook"], WebhookOptions)
        assert [route.notifier for route in settings.routes.routes] == ["ops", "hook"]


GUARDED = dedent(
    """
    from dataclasses import MISSING, dataclass
    from typing import ClassVar
    from watcher.adapters.channels.options import NetworkOptions
    from watcher.rules.option import option
    from watcher.texts.secret import Secret

    @dataclass(frozen=True, kw_only=True, slots=True)
    class PigeonOptions(NetworkOptions):
        kind: ClassVar[str] = "pigeon"
        counts: ClassVar[bool] = True
        token: Secret = option(MISSING, "Opens the cage.", secret=True)

        def open(self, name, http, clock):
            HERE
    """
)
ENTRY = "[lease_watcher.notifiers]\npigeon = carrier_pigeon:PigeonOptions\n"


def test_its_secrets_come_from_wherever_ours_do(install, desk):
    install(GUARDED.replace("HERE", "raise NotImplementedError"), ENTRY)
    desk.secret_file("token", "from-file\n")
    desk.secret_file("credentials/notifiers.ops.token", "from-credential\n")
    text = f'{PIGEON}token_file = "token"\n'

    def token(environ: dict[str, str]) -> Secret:
        return desk.settings(text, environ).notifiers["ops"].token

    credentials = {"CREDENTIALS_DIRECTORY": str(desk.folder / "credentials")}
    assert token({}) == Secret("from-file")
    assert token(credentials) == Secret("from-credential")
    assert token({**credentials, "WATCHER_NOTIFIERS__OPS__TOKEN": "from-variable"}) == Secret("from-variable")


def test_its_kind_may_be_said_by_a_variable(install, desk):
    install(GUARDED.replace("HERE", "raise NotImplementedError"), ENTRY)
    environ = {"WATCHER_NOTIFIERS__OPS__KIND": "pigeon", "WATCHER_NOTIFIERS__OPS__TOKEN": "t"}
    assert desk.settings("[notifiers.ops]\n", environ).notifiers["ops"].kind == "pigeon"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError(f'notifiers.{name}: no cage')", "notifiers.ops: no cage"),
        (
            "raise KeyError(self.token.reveal())",
            r"notifiers.ops: kind `pigeon` cannot be opened \(KeyError\)",
        ),
    ],
)
def test_what_it_raises_when_opened_is_a_sentence_without_secrets(install, desk, body, said):
    install(GUARDED.replace("HERE", body), ENTRY)
    with pytest.raises(ValueError, match=said) as caught:
        opened(desk, f'{PIGEON}token = "s3cret"\n')
    assert "s3cret" not in str(caught.value)


def test_what_can_never_work_is_told_by_check(install, desk):
    """It was told only when a daemon or a turn opened it."""
    refuses = (
        "return None\n\n    def require_usable(self):\n        raise ValueError('no cage has such a token')"
    )
    install(GUARDED.replace("HERE", refuses), ENTRY)
    found = desk.finding(f'{PIGEON}token = "s3cret"\n')
    assert (found.key, found.line, found.message) == ("notifiers.ops", 1, "no cage has such a token")


def test_one_that_cannot_judge_its_options_is_a_finding_without_its_words(install, desk):
    breaks = "return None\n\n    def mistakes(self):\n        raise KeyError(self.token.reveal())"
    install(GUARDED.replace("HERE", breaks), ENTRY)
    found = desk.finding(f'{PIGEON}token = "s3cret"\n')
    assert (found.key, found.message) == ("notifiers.ops", "kind `pigeon` cannot be checked (KeyError)")


class Careless:
    name, counts, most = "ops", True, 1

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def deliver(self, digest):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("answer", [RuntimeError("s3cret"), None, True])
def test_whatever_it_does_a_delivery_is_answered(answer):
    delivery = Guarded(notifier=Careless(answer)).deliver(digest(event()))
    assert isinstance(delivery, Postponed)
    assert "s3cret" not in delivery.why


@pytest.mark.parametrize(
    "receivers",
    [None, "everybody", Receivers(took=3), Receivers(refused={"a": None}), Receivers(took={"a\nb"})],
)
def test_receivers_that_cannot_be_remembered_are_none(receivers):
    delivery = Guarded(notifier=Careless(Accepted(receivers=receivers))).deliver(digest(event()))
    assert delivery == Accepted()


def test_receivers_that_can_be_remembered_are_told():
    told = Accepted(receivers=Receivers(took=frozenset({"north"}), refused={"south": "no loft"}))
    assert Guarded(notifier=Careless(told)).deliver(digest(event())) == told


def only(desk: Desk, text: str = PIGEON) -> Finding:
    found = desk.finding(text)
    assert (found.key, found.line) == ("notifiers.ops.kind", 2)
    return found


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import nowhere_to_be_found", "cannot be loaded: ModuleNotFoundError: No module named"),
        ("raise SystemError('broken')", "cannot be loaded: SystemError: broken"),
        ("", "cannot be loaded: AttributeError"),
        ("PigeonOptions = 3", "is no dataclass below NotifierOptions"),
        ("class PigeonOptions: kind = 'pigeon'", "is no dataclass below NotifierOptions"),
        (GUARDED.replace('= "pigeon"', '= "dove"'), "does not say `kind = 'pigeon'`"),
        (GUARDED.replace("= True", "= 1"), "does not say whether it `counts`"),
        (GUARDED.replace("def open", "def fly"), "has no method `open`"),
        (GUARDED.replace("token: Secret", "token: complex"), "its options are none that can be read"),
    ],
)
def test_a_kind_that_cannot_be_used_is_one_finding_that_says_why(install, desk, code, said):
    install(code.replace("HERE", "pass"), ENTRY)
    assert said in only(desk, f'{PIGEON}token = "t"\n').message


def test_a_kind_that_two_packages_bring_is_refused(install, desk):
    install(GUARDED.replace("HERE", "pass"), ENTRY)
    install(
        GUARDED.replace("HERE", "pass"), ENTRY.replace("carrier_pigeon", "dovecot"), "dovecot", "dove-cot"
    )
    assert "is brought by several packages: carrier-pigeon, dove-cot" in only(desk).message


def test_nobody_takes_the_place_of_ours(install, desk):
    install("raise SystemError", ENTRY.replace("pigeon =", "webhook ="))
    text = '[notifiers.ops]\nkind = "webhook"\nurl = "https://hook.example"\n'
    assert isinstance(desk.settings(text).notifiers["ops"], WebhookOptions)
