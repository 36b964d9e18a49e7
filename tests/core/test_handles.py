"""Words of two people: what looks the same is the same, and what a person protected is protected."""

import time
import unicodedata
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.builders import NOW, account, policy
from watcher.facts.handles import called, folded, matching, name_of, nameless, with_id
from watcher.record.reasons import Reason
from watcher.rules.judge import protection
from watcher.rules.matching import Fit, fits, governing
from watcher.rules.policy import Match, Protect
from watcher.texts.letters import letters

COMPOSED, APART = "café.official", "cafe\u0301.official"
INVISIBLE = (
    *("\u00ad", "\u034f", "\u061c", "\u115f", "\u1160", "\u17b4", "\u180b", "\u180e", "\u200b", "\u200d"),
    *("\u202e", "\u2060", "\u3164", "\ufe0f", "\ufeff", "\uffa0", "\ufff0", "\U0001bca0", "\U0001d173"),
    *("\U000e0001", "\U000e0041", "\U000e0100", "\u2800", " ", "\u00a0", "\u3000", "\u2028"),
)
FORMS = ("NFC", "NFD", "NFKC", "NFKD")

PAIRS = [
    (COMPOSED, APART),
    (APART, COMPOSED),
    ("café.*", "cafe\u0301.two"),
    ("cafe\u0301.*", "café.two"),
    ("caf?.official", APART),
    ("caf[éè].official", APART),
    ("caf[e\u0301].official", COMPOSED),
    ("brand.official ", "brand.official"),
    ("brand.official", " brand.official"),
    ("brand.official", "brand. official"),
    ("brand.official", "brand\u200b.official"),
    ("brand.official", "brand\u3164.official"),
    ("brand.official", "brand.official\ufe0f"),
    ("brand.official", "\U000e0062brand.official"),
    ("brand.official", "ｂｒａｎｄ．ｏｆｆｉｃｉａｌ"),
    ("＠ｂｒａｎｄ", "brand"),
    ("@brand", "＠brand"),
    ("brand", "@@brand"),
    ("İstanbul", "istanbul"),
    ("istanbul", "I\u0307STANBUL"),
    ("ISTANBUL", "ıstanbul"),
    ("DİYARBAKIR", "diyarbakır"),
    ("DIYARBAKIR", "diyarbakır"),
    ("STRASSE", "straße"),
    ("stra?e", "straße"),
    ("stra[ß]e", "STRASSE"),
    ("[A-Z]rand", "brand"),
    ("[À-Þ]clair", "éclair"),
    ("ΟΔΟΣ", "οδος"),
    ("ﬁsh.*", "FISH.one"),
    ("https://www.tiktok.com/@brand", "brand"),
    ("https://www.tiktok.com/@brand/", "brand"),
    ("https://www.tiktok.com/@caf%C3%A9", "café"),
    ("https://www.tiktok.com/%40Cafe%CC%81/?a=%C3", "CAFÉ"),
    ("https://www.tiktok.com/@caf%C3%A9.*", "café.two"),
    ("https://www.tiktok.com/@50%off", "50%off"),
    ("https://www.tiktok.com/@caf%E9", "caf%e9"),
    ("tiktok.com/@brand?lang=en#top", "brand"),
    ("//instagram.com/brand/", "brand"),
    ("https：／／tiktok.com／＠brand", "brand"),
    ("https://www.tiktok.com/@brand.*", "brand.two"),
    ("brand", "https://www.tiktok.com/@brand"),
    ("brand＊", "brand.two"),
    ("bran？", "brand"),
    ("a[b]", "a[b]"),
    ("a*[!b", "a*[!b"),
    ("brand[x", "BRAND[x"),
]


@pytest.mark.parametrize(("word", "handle"), PAIRS, ids=ascii)
def test_a_protected_name_is_protected_however_either_was_typed(word: str, handle: str) -> None:
    """A handle typed composed did not match the API's decomposed one, nor with a trailing space, an invisible
    sign, in full width, with a dotted capital I, or as the address of a profile: the account was released.
    """
    assert protection(account(handle), Protect(handles=(word,))) == (Reason.PROTECTED_HANDLE, word)
    assert fits(Match(handles=(word,)), account(handle), NOW) is Fit.YES


@pytest.mark.parametrize(
    ("word", "handle"),
    [
        ("cafe", "café"),
        ("brand", "brand2"),
        ("caf?", "caf"),
        ("caf?", "cafés"),
        ("stra??e", "strae"),
        ("caf[!é].x", "cafe\u0301.x"),
        ("brand", "brand*"),
        ("brand", "b*"),
        ("brand", "?????"),
        ("brand", "[b]rand"),
        ("brand", "br/and/official"),
        ("https://tiktok.com/@brand", "tiktok.com"),
    ],
)
def test_another_name_is_another_name(word: str, handle: str) -> None:
    """What a handle of the API holds is never a pattern."""
    assert matching(handle, (word,)) is None


@pytest.mark.parametrize("handle", ["", "@", "\u200b\ufe0f", "＠ ", "https://tiktok.com/", "\u3164"])
def test_a_handle_of_which_nothing_is_left_is_protected_wherever_handles_decide(handle: str) -> None:
    one = account(handle, id="sa_1")
    assert nameless(handle)
    assert protection(one, Protect(handles=("brand",))) == (Reason.CANNOT_MATCH, "handle")
    assert protection(one, Protect(handles=("*",))) == (Reason.PROTECTED_HANDLE, "*")
    assert protection(one, Protect()) is None
    assert fits(Match(handles=("brand",)), one, NOW) is Fit.CANNOT_TELL
    assert fits(Match(handles=("brand",), platforms=("instagram",)), one, NOW) is Fit.NO


@pytest.mark.parametrize("platform", ["TikTok", "ＴｉｋＴｏｋ", "tik\u200btok", "tiktok ", "TİKTOK"])
def test_platforms_are_compared_by_the_same_rule(platform: str) -> None:
    one = account("latte", platform=platform)
    assert fits(Match(platforms=("TikTok",)), one, NOW) is Fit.YES
    assert fits(Match(platforms=("instagram",)), one, NOW) is Fit.NO


def test_a_platform_of_which_nothing_is_left_cannot_be_told() -> None:
    one = account("latte", platform="\u200b")
    assert fits(Match(platforms=("tiktok",)), one, NOW) is Fit.CANNOT_TELL


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
in_sight = st.text(
    # Only what is seen: a capital of a lone accent is another sign than the accent.
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "M"]).filter(
        lambda sign: not any(map(unicodedata.combining, unicodedata.normalize("NFKD", sign)))
    ),
    min_size=1,
    max_size=12,
)
marked = st.text(
    st.sampled_from("aeiouIİıßςΣﬁéA\u0301\u0323\u0307\u0345\u1100\u1161αΑ.*?[]!-_@/"), min_size=1
)


@given(
    name=names | marked,
    form=st.sampled_from(FORMS),
    unseen=st.lists(st.tuples(st.integers(0, 20), st.sampled_from(INVISIBLE)), max_size=4),
    again=st.sampled_from(FORMS),
    prefix=st.sampled_from(["", "@", "＠"]),
)
@example(name="İ", form="NFD", unseen=[], again="NFC", prefix="")
@example(name="e\u0301", form="NFC", unseen=[(1, "\u034f")], again="NFC", prefix="@")
@example(name="a[b]", form="NFC", unseen=[], again="NFC", prefix="")
@example(name="\u1100\u1161", form="NFD", unseen=[(1, "\u115f")], again="NFC", prefix="")
def test_a_protected_name_is_protected_in_every_form(
    name: str, form: str, unseen: list[tuple[int, str]], again: str, prefix: str
) -> None:
    """Any Unicode, any normal form, with invisible signs anywhere, and normalised once more after that."""
    assume(folded(name))
    handle = unicodedata.normalize(form, name)
    for place, sign in unseen:
        handle = f"{handle[:place]}{sign}{handle[place:]}"
    handle = prefix + unicodedata.normalize(again, handle)
    assert protection(account(handle, id="sa_1"), Protect(handles=(name,))) == (Reason.PROTECTED_HANDLE, name)
    assert fits(Match(handles=("nobody", name)), account(handle, id="sa_1"), NOW) is Fit.YES
    assert matching(name, (handle,)) == handle, "and the other way round"


@given(name=in_sight, case=st.sampled_from([str.upper, str.lower, str.title, str.swapcase, str.casefold]))
@example(name="straße", case=str.upper)
@example(name="ıspanak", case=str.upper)
def test_a_protected_name_is_protected_in_every_case(name: str, case: object) -> None:
    assume(folded(name))
    assert callable(case)
    assert matching(case(name), (name,)) == name


@given(text=names | marked)
def test_the_rule_applied_twice_is_applied_once(text: str) -> None:
    assert letters(letters(text)) == letters(text)
    assert folded(folded(text)) == folded(text)


@given(
    pattern=st.text(st.sampled_from("ab*?[]!-"), max_size=10),
    handle=st.text(st.sampled_from("ab-!"), min_size=1, max_size=8),
)
def test_patterns_of_plain_letters_are_those_of_the_shell(pattern: str, handle: str) -> None:
    """`fnmatch` is the second opinion; ranges it reads in its own way."""
    assume("-" not in pattern and folded(pattern) != folded(handle))
    assert (matching(handle, (pattern,)) is not None) == fnmatchcase(handle, pattern)


def test_no_handle_makes_a_pattern_slow() -> None:
    """Stars that each may begin anywhere took time without an end."""
    began = time.perf_counter()
    assert matching("ß" * 200, ("*s?" * 20 + "x",)) is None
    assert matching("a" * 500, ("*a" * 60 + "b",)) is None
    assert time.perf_counter() - began < 2


def test_a_keeping_policy_keeps_whatever_form_the_handle_comes_in() -> None:
    """The handle of the API was decomposed, so the account fell through to the policy that releases."""
    keeping, releasing = policy("keep", match=Match(handles=(COMPOSED,))), policy("release")
    for handle in (COMPOSED, APART, COMPOSED.upper(), f" {APART}\u200b"):
        governed = governing(replace(account("x"), handle=handle), (keeping, releasing), NOW)
        assert governed is not None
        assert governed.policy is keeping


@pytest.mark.parametrize("handle", ["brand", "@brand"])
def test_a_handle_is_told_with_one_sign_whoever_wrote_it(handle: str) -> None:
    """Tables said @brand, messages and the history said @@brand, where the API itself writes the sign."""
    assert called(account(handle)) == "@brand on tiktok"


@pytest.mark.parametrize("handle", [None, "", "@", "@@", "\N{HANGUL FILLER}", "@\N{ZERO WIDTH SPACE} "])
def test_whoever_has_no_name_to_read_is_called_by_its_id(handle: str | None) -> None:
    """It was told as "@", which is nobody."""
    assert (name_of(handle, "sa_1"), with_id(handle, "sa_1")) == ("sa_1", "sa_1")
    assert called(replace(account("x", id="sa_1"), handle=handle or "")) == "sa_1 on tiktok"


def test_a_name_stands_beside_its_id_where_both_are_told() -> None:
    assert (name_of("brand", "sa_1"), with_id("@brand", "sa_1")) == ("@brand", "@brand (sa_1)")
