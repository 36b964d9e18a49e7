"""Text of others does no harm."""

import pytest

from watcher.texts.plain import at_handle, cell, plain


@pytest.mark.parametrize(
    "sign",
    ["\n", "\x1b", "\u202e", "\u2028", "\x00", "\x85", "\ud800", "\u200b", "\ue000", "\x7f"],
)
def test_what_moves_hides_or_turns_text_is_replaced(sign: str) -> None:
    assert plain(f"a{sign}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_letters_of_every_script_stay() -> None:
    assert plain("кофе 咖啡 [red]") == "кофе 咖啡 [red]"


def test_a_handle_has_one_at_sign_and_an_end() -> None:
    assert at_handle("name") == at_handle("@name") == "@name"
    assert at_handle("x" * 101) == f"@{'x' * 99}…"
    assert at_handle("x" * 100) == f"@{'x' * 100}"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "  ="])
def test_a_formula_becomes_text(start: str) -> None:
    assert cell(f"{start}cmd()").startswith("'")


def test_other_text_is_left_as_it_is() -> None:
    assert cell("latte.art=lab") == "latte.art=lab"
