"""What the pages say of speed, memory and scores is what a command prints, and they name it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = {page for page in (ROOT / "docs").glob("*.md") if page.name != "settings.md"}
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS])
"""Not the settings, whose figures are bounds; nor decisions: an ADR's figures are of its day."""
MEASURED = re.compile(r"\d ?(?:ms|µs|MiB|GiB)\b|\d\.\d+ ?×|\d ?%|(?:minute|second)s? of CPU|half a second")
NAMED = re.compile(
    r"(?:`| {4})(?:make (?:bench|prove|planted|replanted|mutants|soak)|python -m (?:benchmarks|tests)\b)"
)
NOT_MEASURED = {
    "docs/operations.md": ("A text beyond 1 MiB",),
}
"""Limits that we set."""


def sections(text: str) -> Iterator[str]:
    """Each heading with what stands under it, up to the next one."""
    yield from re.split(r"^(?=#)", text, flags=re.MULTILINE)


def unnamed(page: str, text: str) -> list[str]:
    """Lines with a figure that was measured, in sections that name no command which prints it."""
    for limit in NOT_MEASURED.get(page, ()):
        assert limit in text, f"{limit}: is gone"
        text = text.replace(limit, "")
    return [
        line
        for section in sections(text)
        if not NAMED.search(section)
        for line in section.splitlines()
        if MEASURED.search(line)
    ]


@pytest.mark.parametrize("page", [str(page.relative_to(ROOT)) for page in PAGES])
def test_a_figure_stands_beside_the_command_that_prints_it(page: str) -> None:
    assert unnamed(page, (ROOT / page).read_text(encoding="utf-8")) == []


def test_a_figure_beside_another_section_s_command_is_found() -> None:
    text = "# Fast\n`make bench` prints it: 12 ms\n## Small\nIt takes 70 MiB.\n"
    assert unnamed("README.md", text) == ["It takes 70 MiB."]
