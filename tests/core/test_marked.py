"""Whatever others call an account or a project, a table in Markdown shows that, and nothing else.

As a parser of CommonMark reads it, with GitHub's tables.
"""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from watcher.texts.marked import code, escaped, marked, table
from watcher.texts.plain import at_handle, plain

PARSER = MarkdownIt("commonmark").enable("table")
BAR = "\N{DIVIDES}"
"""What looks like a bar, which stands for one in code."""
HOSTILE = st.text(
    st.one_of(st.sampled_from(list("`|\\@<>[]()!*_~#&$:/.-+= \n\t\r1aw\u2028\u202e")), st.characters()),
    max_size=24,
)


def cells(text: str) -> list[list[Token]]:
    """What a parser makes of a table, cell by cell; all of it is one table."""
    tokens = PARSER.parse(text)
    assert [tokens[0].type, tokens[-1].type] == ["table_open", "table_close"]
    return [each.children or [] for each in tokens if each.type == "inline"]


def shown(one: list[Token]) -> str:
    assert {each.type for each in one} <= {"text", "text_special", "code_inline"}, one
    return "".join(each.content for each in one).replace(BAR, "|")


def in_words(text: str) -> str:
    """Cells have no space around them, and nobody counts those within."""
    return " ".join(text.split()).replace(BAR, "|")


@given(HOSTILE)
@example("some`one")
@example("`")
@example("``a`")
@example("a\\")
@example("a\\|b")
@example("<!-- -->")
@example("<script>alert(1)</script>")
def test_any_handle_survives_a_cell(handle: str) -> None:
    """A bar opened another cell, and a backtick the rest of the row."""
    name = at_handle(handle)
    told = "\n".join(table(["account", "project"], [[code(name), "acme"]]))
    _, _, account, project = cells(told)
    assert [each.type for each in account] == ["code_inline"]
    assert shown(account) == name.replace(BAR, "|")
    assert shown(project) == "acme"


@given(HOSTILE)
@example("Coffee & Tea | *the* shop <b>")
@example("a`b`c @you")
@example("@you@me `@`")
@example("https://evil.example www.evil.example")
@example("1. first")
@example("\\")
def test_any_project_survives_a_cell(name: str) -> None:
    told = "\n".join(table(["project", "a month"], [[escaped(name), "$1"]], figures=True))
    _, _, project, money = cells(told)
    assert in_words(shown(project)) == in_words(plain(name.replace("\n", " ")))
    assert shown(money) == "$1"


@given(HOSTILE)
def test_no_name_is_a_block_of_its_own(name: str) -> None:
    tokens = PARSER.parse(f"{escaped(name)} is left out.")
    assert [each.type for each in tokens] == ["paragraph_open", "inline", "paragraph_close"]


@given(HOSTILE)
def test_nobody_is_notified_whoever_wrote_the_text(text: str) -> None:
    """Whoever looks for `@name` does it in the text that is left when Markdown is read, entities and all."""
    for told in (escaped(text), marked(text)):
        tokens = PARSER.parseInline(told)[0].children or []
        left = "".join(" " if each.type == "code_inline" else each.content for each in tokens)
        assert not re.search(r"@[\w-]", left), told


@given(HOSTILE)
@example("some`one")
@example("`")
@example("a(`b")
@example("a`.")
@example("``a` `b")
def test_what_is_typed_stays_code_whoever_is_named_beside_it(handle: str) -> None:
    """A backtick in a handle ended one command or began another: the news and the matters of a report showed
    commands as words, and words as commands.
    """
    first, second = "lease-watcher explain sa_1", "--as not-released"
    line = f"{at_handle(handle)}: `{first}` says why {at_handle(handle)} is kept (`{second}`)."
    tokens = PARSER.parseInline(marked(line))[0].children or []
    typed = [each.content for each in tokens if each.type == "code_inline"]
    assert [each for each in typed if each in (first, second)] == [first, second]
    assert in_words(shown(tokens)).replace("`", "") == in_words(line).replace("`", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@some`one: `lease-watcher explain sa_1`", "``@some`one``: `lease-watcher explain sa_1`"),
        ("`lease-watcher status` tells of @a`", "`lease-watcher status` tells of `` @a` ``"),
        (
            "Next: `lease-watcher run --once` (@a.b), $1.00",
            "Next: `lease-watcher run --once` (`@a.b`), \\$1.00",
        ),
        ("one ` alone", "one \\` alone"),
        ("in 1\N{NO-BREAK SPACE}d", "in 1 d"),
        ("- no item", "\\- no item"),
        ("2. no item either", "2\\. no item either"),
        ("-$1.00", "-\\$1.00"),
    ],
)
def test_in_a_line_of_ours_what_is_typed_is_code(text: str, told: str) -> None:
    assert marked(text) == told


def test_nothing_is_no_code() -> None:
    assert (code(""), code(" ")) == ("", "")


def test_code_that_begins_or_ends_with_a_backtick_is_set_apart() -> None:
    assert (code("`a"), code("a``")) == ("`` `a ``", "``` a`` ```")
