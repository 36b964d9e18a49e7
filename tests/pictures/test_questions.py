"""The five questions of whoever pays: the README names the command of each and shows what it prints."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.pictures.agenda import agenda
from tests.pictures.questions import FILE, QUESTIONS, TODAY, asked, typed

ROOT = Path(__file__).parents[2]
TOLD = {
    "renews": ("What renews in the next 7 d, until Mon 12 Oct", "at risk    1 renewal     $150.00  held"),
    "wasted": (
        "@brand.official",
        "will renew: protected by brand.*",
        "Why 2 unused accounts, $300.00 a month",
    ),
    "what-if": (
        'lease-watcher.toml:idle_after = "21d"',
        'other.toml:idle_after = "14d"',
        "PROJECTED: $399.00 less would be paid in 30 days; 2 accounts change fate",
        "@slow.trains       northwind-travel  renews (in use)  released       $249.00",
    ),
    "saved": ("Renewals from Wed 1 Jul 2026 00:00 UTC to Thu 1 Oct 2026 00:00 UTC (92 d)", "Saved "),
}


@pytest.mark.parametrize(("picture", "command"), QUESTIONS.items(), ids=list(QUESTIONS))
def test_the_readme_names_the_command_and_shows_its_picture(picture: str, command: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"`lease-watcher {command}`" in text
    assert f'<img src="docs/pictures/{picture}.png" alt="' in text
    assert (ROOT / "docs" / "pictures" / f"{picture}.png").read_bytes().startswith(b"\x89PNG")


def test_every_pictured_command_runs_and_answers_its_question() -> None:
    """After some days of what the pictures have a quarter of."""
    with asked(begin=TODAY - timedelta(days=3)) as desk:
        for picture, command in QUESTIONS.items():
            shown = "\n".join(f"{each}\n{out}" for each, out in typed(desk, command, wide=100))
            plain = _without_colours(shown)
            assert str(desk.folder) not in plain
            assert desk.url not in plain
            assert [one for one in TOLD.get(picture, ()) if one not in plain] == []
        page = agenda((desk.folder / FILE).read_text(encoding="utf-8"))
    assert "<time>Wed 7 Oct</time>" in page
    assert "<b>acme-coffee: 2 accounts renew, $399.00</b>" in page


def _without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
