"""The line of a key is the first line of the statement that brings it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.settings.declare import Path
from watcher.settings.read.toml import Lines

TEXT = '''\
# brakes.max_releases = 1      a comment is not a statement
mode = "observe"

[brakes]  # limits
max_releases = 20
# between

max_share = 0.1

[projects."Acme Shop"]
id = "prj_1"

[projects]
north.id = "prj_2"
"south-east".keep = { id = 1, enrolled = true }

[policies.standard]
warn = [
  "7d",  # max_releases = 3

  "3d",
]
evidence = ["posts"]
text = """
[not.a.table]
lead = "1h"
"""

[policies.standard.release]
lead = "6h"

[[holds]]
account = "a"

[[holds]]
account = "b"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("mode",), 2),
        (("brakes",), 4),
        (("brakes", "max_releases"), 5),
        (("brakes", "max_share"), 8),
        (("projects", "Acme Shop", "id"), 11),
        (("projects", "north", "id"), 14),
        (("projects", "south-east", "keep", "enrolled"), 15),
        (("policies", "standard", "warn"), 18),
        (("policies", "standard", "warn", 1), 18),
        (("policies", "standard", "evidence"), 23),
        (("policies", "standard", "text"), 24),
        (("policies", "standard", "release"), 29),
        (("policies", "standard", "release", "lead"), 30),
        (("holds", 0, "account"), 33),
        (("holds", 1), 35),
        (("holds", 1, "account"), 36),
    ],
)
def test_a_key_is_found(path: Path, line: int) -> None:
    assert Lines(TEXT).line_of(path) == line


def test_a_missing_key_is_placed_at_its_table() -> None:
    assert Lines(TEXT).line_of(("holds", 1, "reason")) == 35
    assert Lines(TEXT).line_of(("policies", "standard", "release", "margin")) == 29


def test_a_key_with_nothing_of_it_there_has_no_line() -> None:
    assert Lines(TEXT).line_of(("notifiers", "ops")) is None
    assert Lines("").line_of(("mode",)) is None


def test_windows_line_ends_count_once() -> None:
    assert Lines(TEXT.replace("\n", "\r\n")).line_of(("holds", 1, "account")) == 36


def test_other_line_separators_do_not_count() -> None:
    assert Lines("a = 'x\u2028y'\nb = 1\n").line_of(("b",)) == 2


_STATEMENTS = st.sampled_from(
    [
        "# note\n",
        "\n",
        "{} = 1\n",
        "{} = [\n  1,\n\n  2 ]\n",
        '{} = """\nx = 1\n"""\n',
        "{} = {{ a = 1 }} # x\n",
    ]
)


@given(st.lists(_STATEMENTS, max_size=12))
def test_every_statement_is_found_where_it_begins(statements: list[str]) -> None:
    text, begins = "", {}
    for count, statement in enumerate(statements):
        if "{}" in statement:
            begins[f"k{count}"] = text.count("\n") + 1
        text += statement.format(f"k{count}") if "{}" in statement else statement
    assert set(tomllib.loads(text)) == set(begins)
    lines = Lines(text)
    assert {key: lines.line_of((key,)) for key in begins} == begins
