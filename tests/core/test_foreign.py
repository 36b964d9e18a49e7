"""What others say, bounded: names shown as they are, or made harmless and still told apart."""

import pytest

from watcher.texts.foreign import LONGEST_NAME, LONGEST_TITLE, is_short, is_text, shown, title


def test_a_name_is_shown_as_it_is() -> None:
    assert [shown(name) for name in ("latte.art", "日本", "")] == ["latte.art", "日本", ""]


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("a\x1b[2Jb", "a\ufffd[2Jb…"),
        ("a\x85b", "a\ufffdb…"),
        ("half \ud800", "half \ufffd…"),
        ("x" * (LONGEST_NAME + 1), "x" * 40 + "…"),
    ],
    ids=["escape", "next_line", "half_a_sign", "too_long"],
)
def test_what_is_no_name_is_shown_by_a_harmless_beginning_and_a_mark(name: str, begins: str) -> None:
    found = shown(name)
    assert (found[: len(begins)], len(found) - len(begins)) == (begins, 8)
    assert shown(name + "\x00") != found


def test_a_name_is_as_long_as_its_bytes() -> None:
    names = ("x" * LONGEST_NAME, "x" * (LONGEST_NAME + 1), "ä" * (LONGEST_NAME // 2), "ä" * LONGEST_NAME)
    assert [is_short(name) for name in names] == [True, False, True, False]


def test_a_title_is_cut_and_holds_what_can_be_printed() -> None:
    assert [title(one) for one in (None, 7, "Acme\n Agency\x00")] == ["", "", "Acme Agency"]
    assert title("x" * LONGEST_TITLE) == "x" * LONGEST_TITLE
    assert title("x" * (LONGEST_TITLE + 1)) == "x" * (LONGEST_TITLE - 1) + "…"


def test_half_a_sign_is_no_text_and_neither_is_what_only_moves_a_cursor() -> None:
    bounds = (0x1F, 0x20, 0x7E, 0x7F, 0x9F, 0xA0, 0xD7FF, 0xD800, 0xDFFF, 0xE000)
    told = [is_text(chr(sign)) for sign in bounds]
    assert told == [False, True, True, False, False, True, True, False, False, True]
