"""Patterns for handles: what each sign of them stands for, and what only looks like one."""

import pytest

from watcher.facts.handles import folded
from watcher.texts.globs import Text, glob_of, text_of, unclosed


def fits(word: str, handle: str) -> bool:
    return glob_of(word).fits(text_of(handle, folded(handle)))


@pytest.mark.parametrize(
    ("word", "fitting", "others"),
    [
        ("brand", ["brand", "Brand", "@brand"], ["", "bran", "brands", "a.brand", "rand"]),
        ("*", ["", "a", "anything.at_all"], []),
        ("brand.*", ["brand.", "brand.main"], ["brand", "my.brand.main", "brandmain"]),
        ("*.main", [".main", "brand.main"], ["main", "brand.main.", "brand.mai"]),
        ("a*b*c", ["abc", "axbyc", "abbcc", "abcabc"], ["acb", "ab", "abcd", "xabc"]),
        ("a**b", ["ab", "axxb"], ["a", "b"]),
        ("ab*b", ["abb", "ab.b"], ["ab", "a"]),
        ("?", ["a", "é", "e\u0301", "ß"], ["", "ab"]),
        ("a?c", ["abc", "a.c"], ["ac", "abbc", "ab"]),
        ("?*", ["a", "ab"], [""]),
        ("*?b", ["ab", "aab"], ["b", "ba"]),
        ("maX", ["maX", "max"], ["may", "ma"]),
    ],
)
def test_a_star_is_any_signs_and_a_question_mark_is_one(
    word: str, fitting: list[str], others: list[str]
) -> None:
    assert [one for one in fitting if not fits(word, one)] == []
    assert [one for one in others if fits(word, one)] == []


@pytest.mark.parametrize(
    ("word", "fitting", "others"),
    [
        ("x[ab]", ["xa", "xb", "XA"], ["x", "xc", "xab", "a", "x["]),
        ("x[AB]", ["xa", "xb"], ["xc"]),
        ("x[!ab]", ["xc", "x!", "x-"], ["x", "xa", "xb", "xcc"]),
        ("x[b-d]", ["xb", "xc", "xd", "XC"], ["xa", "xe", "x-", "xbd"]),
        ("x[B-D]", ["xb", "xc", "xd"], ["xa", "xe"]),
        ("x[!b-d]", ["xa", "xe", "x-"], ["xb", "xc", "xd", "x"]),
        ("x[b-b]", ["xb"], ["xa", "xc", "x-"]),
        ("x[b-]", ["xb", "x-"], ["xa", "xc"]),
        ("x[-b]", ["xb", "x-"], ["xa"]),
        ("x[a-cx-z]", ["xa", "xc", "xx", "xz"], ["xd", "xw", "x-"]),
        ("x[a-c-e]", ["xa", "xb", "xc", "x-", "xe"], ["xd"]),
        ("x[ab1-3]", ["xa", "xb", "x1", "x2", "x3"], ["x0", "x4", "x-"]),
        ("x[]]", ["x]"], ["x", "x[]", "xa"]),
        ("x[]a]", ["x]", "xa"], ["x[", "xb"]),
        ("x[!]]", ["xa", "x["], ["x]", "x"]),
        ("x[a!]", ["xa", "x!"], ["xb"]),
        ("[ab][cd]y", ["acy", "bdy"], ["aby", "cdy", "ac"]),
        ("x[ab]*", ["xa", "xbcd"], ["x", "xc"]),
        ("[x\u0301]", ["x\u0301"], ["x", "\u0301"]),
        ("x[\u200ba]", ["xa"], ["x", "xb"]),
    ],
)
def test_a_bracket_is_one_sign_of_some_or_of_all_others(
    word: str, fitting: list[str], others: list[str]
) -> None:
    assert [one for one in fitting if not fits(word, one)] == []
    assert [one for one in others if fits(word, one)] == []


@pytest.mark.parametrize(
    ("word", "handle"), [("x[ab", "x[ab"), ("x]", "x]"), ("x[]", "x[]"), ("x[!]", "x[!]"), ("[", "[")]
)
def test_a_bracket_that_nothing_closes_stands_for_itself(word: str, handle: str) -> None:
    assert fits(word, handle)
    assert not fits(word, "xa")
    assert glob_of(word).literal


@pytest.mark.parametrize(
    ("word", "is_unclosed"),
    [
        ("x", False),
        ("[", True),
        ("[a]", False),
        ("x[a]", False),
        ("x[]", True),
        ("x[]]", False),
        ("[a][b", True),
        ("[a][", True),
        ("[a]x[b]", False),
        ("[[]", False),
        ("[a]]", False),
    ],
)
def test_whether_a_bracket_is_left_open_is_known(word: str, is_unclosed: bool) -> None:
    assert unclosed(word) is is_unclosed


@pytest.mark.parametrize(
    ("word", "literal"), [("brand", True), ("", True), ("a*", False), ("?", False), ("[a]", False)]
)
def test_a_word_without_any_is_literal(word: str, literal: bool) -> None:
    assert glob_of(word).literal is literal


@pytest.mark.parametrize(
    ("word", "fit"),
    [
        ("stra?e", True),
        ("stra??e", True),
        ("stra???e", False),
        ("stra[ß]e", True),
        ("stra[aß]e", True),
        ("stra[!a]e", True),
        ("stra[!ß]e", False),
        ("stra[s]e", False),
        ("stra[s][s]e", True),
        ("stra[aß]", False),
        ("str?ße", True),
        ("strasse", True),
        ("stra*e", True),
    ],
)
def test_a_sign_that_folds_into_two_is_one_sign_and_may_be_spelled_as_two(word: str, fit: bool) -> None:
    assert fits(word, "straße") is fit
    assert fits(word, "@STRAẞE") is fit


def test_where_signs_of_several_code_points_stand_is_known() -> None:
    assert text_of("ßaß", "ssass") == Text(text="ssass", wide={0: 2, 3: 5})
    assert text_of("@@aß", "ass") == Text(text="ass", wide={1: 3})
    assert text_of(" @aß", "ass") == Text(text="ass", wide={1: 3})
    assert text_of("latte", "latte") == Text(text="latte", wide={})
    assert text_of("ß", "another") == Text(text="another", wide={}), "it folds to something else"
