"""The pages say what the code says."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from watcher.brakes import BRAKES
from watcher.messages.events import SEVERITY, EventKind, Severity
from watcher.messages.routes import spellings
from watcher.messages.stale import OUTDATED_BY
from watcher.messages.words import EXIT, STALE
from watcher.record.exit_codes import Exit
from watcher.record.reasons import Reason

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
)


def safety() -> str:
    return (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")


def explained(section: str) -> list[str]:
    """The words that begin a row of a section's table."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", safety(), re.DOTALL | re.MULTILINE)
    cells = re.findall(r"^\| (.+?) \|", text, re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize(
    ("section", "words"), [("Brakes", [brake.word for brake in BRAKES]), ("Reasons", Reason)]
)
def test_every_word_is_explained_to_whoever_is_on_call(section: str, words: Iterable[str]) -> None:
    """Anywhere on the page was enough: `unresolved` is a brake and a reason, `history` also a command."""
    assert sorted(explained(section)) == sorted(words)


@pytest.mark.parametrize("severity", Severity)
def test_every_event_stands_beside_its_severity(severity: Severity) -> None:
    kinds = ", ".join(f"`{kind}`" for kind in EventKind if SEVERITY[kind] is severity)
    assert f"| {severity} | {kinds} |" in safety()


@pytest.mark.parametrize("kind", EventKind)
def test_what_outdates_a_message_that_waits_is_explained(kind: EventKind) -> None:
    """A message that had waited asked for an approval that had been given, or for something by a moment that
    had passed: what makes a message untrue had been thought of for some kinds only.
    """
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Messages that waited\n(.*?)(?=^## )", operations, re.DOTALL | re.MULTILINE)
    (row,) = [line for line in section.splitlines() if f"`{kind}`" in line and line.startswith("| `")]
    _, _, aside, told, _ = (cell.strip() for cell in row.split("|"))
    by = OUTDATED_BY[kind]
    assert aside == "; ".join(STALE[why] for why in by.aside) or (aside == "–" and not by.aside)
    assert told == "; ".join(STALE[why] for why in by.told) or (told == "–" and not by.told)


@pytest.mark.parametrize("code", Exit)
def test_every_exit_code_is_explained(code: Exit) -> None:
    """The report, the history, `--help` and this page worded each code anew, and none said the same."""
    assert f"| {int(code)} | {code.name} | {EXIT[code]}" in safety()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Of a link into a page only the page was looked for, and of one within its own page nothing."""
    targets = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", page.read_text(encoding="utf-8"))
    wrong = [target for target, _ in targets if not (page.parent / target).exists()]
    inside = [(page.parent / target if target else page, section) for target, section in targets if section]

    assert wrong == []
    assert [section for there, section in inside if section not in sections(there)] == []


def sections(page: Path) -> set[str]:
    """What may stand behind `#`: a heading in small letters, with hyphens for its spaces."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", ["architecture.md", "extending.md"])
def test_a_file_that_a_page_of_the_house_names_is_there(page: str) -> None:
    """It sent people to `turn/consider.py`, which was gone."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    examples = re.findall(r"```python\n# (\S+)", text)
    named = set(re.findall(r"`([a-z_/]+/(?:[a-z_]+\.py)?)`", text))
    there = {one for one in named if any((at / one).exists() for at in (ROOT, ROOT / "watcher"))}

    assert len(there) > 10
    assert {one for one in named - there if Path(one).name.removeprefix("test_") not in examples} == set()


def test_every_decision_is_listed_in_order() -> None:
    adr = ROOT / "docs" / "adr"
    listed = re.findall(r"^\| \[\d+\]\((.+?)\)", (adr / "README.md").read_text(encoding="utf-8"), re.M)

    assert listed == [page.name for page in sorted(adr.glob("0*.md"))]


def test_nothing_names_a_machine_or_an_index() -> None:
    """What people read, pin, run and install is for everybody's machine. By their names alone, all README.md
    but one were never looked at.
    """
    folders = ("config", "kubernetes", "systemd", ".ci", ".github")
    installed = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files = [*PAGES, *installed, ROOT / "Makefile", ROOT / "pyproject.toml", *ROOT.glob("requirements*.txt")]
    told = {
        path.relative_to(ROOT).as_posix(): re.findall(
            r"--index-url|--find-links \S|/home/|/root/|/work/", path.read_text(encoding="utf-8")
        )
        for path in files
    }

    assert len(told) == len(files) > 60
    assert {name: found for name, found in told.items() if found} == {}


def test_every_problem_says_what_to_do() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    quiet = {EventKind.PROJECT_RECOVERED}
    asked = [kind for kind in EventKind if len(spellings(kind)) > 1 and kind not in quiet]

    assert [kind.value for kind in asked if f"| `{kind.value}` |" not in text] == []


def test_every_alert_says_what_to_do() -> None:
    alerts = re.findall(r"alert: (\w+)", (ROOT / "config" / "alerts.yaml").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert alerts
    assert [alert for alert in alerts if f"`{alert}`" not in text] == []
