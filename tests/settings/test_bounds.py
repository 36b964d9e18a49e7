"""What nobody writes by hand costs no time: one clear sentence, in linear time."""

from time import process_time

import pytest

from tests.settings.conftest import Desk
from watcher.settings.findings import MOST_SHOWN, Gravity, nearest
from watcher.settings.read.toml import MOST_BYTES, Lines

SOON = 10.0
"""Seconds of this process; each took minutes, or did not end."""

KEY_OF_20_000_DOTS = "a" + ".a" * 20_000


@pytest.fixture(autouse=True)
def in_time() -> object:
    began = process_time()
    yield
    assert process_time() - began < SOON


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        (f"mode = 'observe'\n{KEY_OF_20_000_DOTS} = 1\n", "is nested too deeply", 2),
        (f"[{KEY_OF_20_000_DOTS}]\n", "is nested too deeply", 1),
        (f"[[ {KEY_OF_20_000_DOTS} ]]\n", "is nested too deeply", 1),
        ("'a' . " * 20_000 + "a = 1\n", "is nested too deeply", 1),
        (f"x = {{ {KEY_OF_20_000_DOTS} = 1 }}\n", "is nested too deeply", 1),
        (f"x = {{ b=1,{KEY_OF_20_000_DOTS} = 1 }}\n", "is nested too deeply", 1),
        ("x = " + "{a=" * 20_000 + "1" + "}" * 20_000, "is nested too deeply", None),
        ("x = " + "[" * 200 + "]" * 200, "is nested too deeply", 1),
        ("\n[brakes]\nmax_releases = " + "9" * 5_000, "whole number that is too large", 3),
        ("\n[brakes]\nmax_releases = " + "9" * 4_000, "whole number that is too large", 3),
        ("\n[brakes]\nmax_releases = 9223372036854775808\n", "whole number that is too large", 3),
        ("\n[brakes]\nmax_releases = 0x" + "f" * 20_000, "whole number that is too large", 3),
        ("# " + "x" * MOST_BYTES, "is too large: more than 1024 KiB", None),
        ("a = " + '"' + "x" * 900_000, "is not TOML", 1),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_text_beyond_all_bounds_is_one_sentence(desk: Desk, text: str, said: str, line: int | None) -> None:
    """A key of 20,000 dots never ended, and a number of 5,000 digits was a traceback."""
    found = desk.finding(text)
    assert said in found.message
    if line is not None:
        assert found.line == line
    assert len(str(found)) < 1_000


def test_the_largest_whole_number_there_is_is_none_too_many(desk: Desk) -> None:
    assert desk.settings("[brakes]\nmax_releases = 9223372036854775807\n").brakes.max_releases == 2**63 - 1


def many(text: str, count: int = 400) -> str:
    return "".join(text.replace("N", str(number)) for number in range(count))


@pytest.mark.parametrize(
    "text",
    [
        "[brakes]\n" + many("max_relases_N = 1\n", 3_000),
        many('[projects.pN]\nid = "prj_N"\nenroled = true\n'),
        many('[projects.pN]\nid = "prj_N"\npolicy = "nN"\n'),
        many('[[holds]]\naccount = "@aN"\nuntil = "forever"\nreason = "r"\n'),
        many("[policies.qN]\nwarn = 3\n"),
        many('[policies.qN]\nwarn = [\n"7x",\n"3y",\n]\n', 200),
    ],
    ids=["unknown", "misspelt", "policies", "holds", "kinds", "lists"],
)
def test_very_many_mistakes_are_counted_and_the_first_are_shown(desk: Desk, text: str) -> None:
    """Of 3,000 each was looked for in the whole file, and held against every known word: none was told."""
    found = desk.findings(text)
    assert len(found) == MOST_SHOWN + 1
    assert all(one.line is not None for one in found[:-1])
    more = "2,950" if "max_relases" in text else "350"
    assert (found[-1].severity, found[-1].message) == (Gravity.ERROR, f"and {more} more")


def test_as_many_as_can_be_shown_are_all_shown(desk: Desk) -> None:
    found = desk.findings("".join(f"x{number} = 1\n" for number in range(MOST_SHOWN)))
    assert [one.line for one in found] == list(range(1, MOST_SHOWN + 1))


def test_of_many_findings_the_mistakes_come_before_the_warnings(desk: Desk) -> None:
    past = '[[holds]]\naccount = "a"\nuntil = "2020-01-01"\nreason = "r"\n'
    found = desk.findings(past * 100 + "[brakes]\nmax_relases = 1\n")
    assert (found[0].severity, found[0].key) == (Gravity.ERROR, "brakes.max_relases")
    assert (found[-1].severity, found[-1].message) == (Gravity.WARNING, "and 51 more")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("9" * 5_000, "holds a whole number that is too large"),
        ("[" * 20_000 + "]" * 20_000, "is nested too deeply"),
        ("{" + KEY_OF_20_000_DOTS + "=1}", "is nested too deeply"),
    ],
    ids=["digits", "nested", "dots"],
)
def test_a_variable_is_held_to_the_same_bounds(desk: Desk, value: str, said: str) -> None:
    found = desk.finding("", {"WATCHER_BRAKES__MAX_RELEASES": value})
    assert (found.key, found.message[: len(said)]) == ("WATCHER_BRAKES__MAX_RELEASES", said)


def test_three_thousand_variables_that_set_nothing_are_counted(desk: Desk) -> None:
    found = desk.findings("", {f"WATCHER_BRAKES__MAX_RELESES_{number}": "1" for number in range(3_000)})
    assert (len(found), found[-1].message) == (MOST_SHOWN + 1, "and 2,950 more")


def test_a_key_as_long_as_the_file_is_cut(desk: Desk) -> None:
    found = desk.finding(f"{'k' * 500_000} = 1\n")
    assert (found.line, len(found.key)) == (1, 201)


def test_the_nearest_of_very_many_words_is_found() -> None:
    known = [f"{letter}{number}" for letter in "abcdefgh" for number in range(1_000)] + ["standard"]
    assert nearest("standart", known) == "standard"


def test_an_array_that_would_be_parsed_for_ever_costs_its_line_only() -> None:
    rows = "a = [\n" + "[1],\n" * 5_000 + "]\nb = 1\n"
    assert Lines(rows).line_of(("b",)) is None
    assert Lines("a = [\n" + "1,\n" * 5_000 + "]\nb = 1\n").line_of(("b",)) == 5_003
