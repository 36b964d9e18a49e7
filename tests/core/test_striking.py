"""Secrets are struck out of what others say, whatever they write them as."""

import json
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.texts.secret import Secret
from watcher.texts.striking import Strikeout, word

KEY = "lp_live_4QZpN/never+shown~1"
HOOK = "https://hooks.example/services/T024BE7LD/lease-watcher/4hXvK9mPq2?token=s3cr3t-of-ours&x=1"


@pytest.mark.parametrize("text", ["FORBIDDEN_SCOPE", "req_01HX.9-a", "a", "x" * 64])
def test_a_short_plain_word_is_one(text):
    assert word(text) == text


@pytest.mark.parametrize("text", ["", "x" * 65, "a b", "a\n", "\x1b[31m", "é", "a/b", "***", None, 7, ["a"]])
def test_anything_else_is_dropped(text):
    assert word(text) is None


@pytest.mark.parametrize(
    "said",
    [
        KEY,
        "lp_live_4QZpN%2Fnever%2Bshown~1",
        "lp_live_4QZpN%2fnever%2bshown~1",
        "%6Cp_live_4QZpN/never+shown~1",
        KEY.encode().hex(),
        KEY.encode().hex().upper(),
    ],
)
def test_a_secret_is_struck_out_in_every_spelling(said):
    assert Strikeout([Secret(KEY)]).text(f"no {said}!") == "no ***!"
    assert Strikeout([Secret(KEY)]).body(f"no {said}!".encode()) == b"no ***!"


@given(before=st.binary(max_size=9), after=st.binary(max_size=9), encode=st.sampled_from([0, 1]))
def test_no_six_signs_of_it_are_left_in_base64_whatever_stands_around_it(before, after, encode):
    encoded = (b64encode, urlsafe_b64encode)[encode](before + KEY.encode() + after).decode()
    struck = Strikeout([Secret(KEY)]).text(encoded)
    assert "***" in struck
    assert len(struck) <= 3 + 4 + (len(before) + len(after)) * 4 // 3 + 8


def test_json_can_spell_it_with_escapes():
    spelt = "".join(f"\\u{ord(sign):04X}" for sign in KEY)
    body = f'{{"a": "{spelt}", "b": "lp_live_4QZpN\\/never+shown~1"}}'.encode()
    assert json.loads(body) == {"a": KEY, "b": KEY}
    assert json.loads(Strikeout([Secret(KEY)]).body(body)) == {"a": "***", "b": "***"}


def test_a_body_without_it_is_left_as_it_is():
    for body in (b"", b'{"a": "\\u006cp", "b": "100%25"}', b"\xff\\"):
        assert Strikeout([Secret(KEY)]).body(body) is body


def test_of_an_address_what_looks_like_a_token_is_struck_out_by_itself():
    said = "services T024BE7LD 4hXvK9mPq2 lease-watcher s3cr3t-of-ours hooks.example"
    assert Strikeout([Secret(HOOK)]).text(said) == "services *** *** lease-watcher *** hooks.example"


def test_a_short_secret_is_an_ordinary_word_where_others_may_use_it_too():
    short = Secret("Mon")
    assert Strikeout([short]).text("Mon, 18 May") == "***, 18 May"
    assert Strikeout([short], shortest=8).text("Mon, 18 May") == "Mon, 18 May"
    assert Strikeout([short]).body(b"Mon") == b"Mon"


LONG_KEY = "lp_live_SEKRETKEY0123456789abcdefXYZ"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (LONG_KEY.removeprefix("lp_live_"), ""),
        (LONG_KEY.upper(), ""),
        (LONG_KEY.lower(), ""),
        (LONG_KEY[:-4], ""),
        (LONG_KEY[12:], ""),
        (LONG_KEY[16:28], ""),
        (LONG_KEY[9:21], ""),
        (LONG_KEY[-12:].upper(), ""),
        ("live_" + LONG_KEY[8:], ""),
        ("req-" + LONG_KEY[10:-2] + "-7", ("req-", "-7")),
        (LONG_KEY[:10] + "\u00ad" + LONG_KEY[10:], ""),
        ("\u200b".join(LONG_KEY), ""),
        ("\u2060".join(LONG_KEY[8:]).lower(), ""),
        ("\x01".join(LONG_KEY), ""),
    ],
)
def test_a_run_of_a_key_is_struck_out(said, left):
    """The key's secret part came back without its prefix, cut short or with soft hyphens, and was shown."""
    before, after = left or ("", "")
    strikeout = Strikeout([Secret(LONG_KEY)])
    assert strikeout.text(f"no {said}!") == f"no {before}***{after}!"
    assert strikeout.body(f"no {said}!".encode()) == f"no {before}***{after}!".encode()
    assert word(strikeout.text(said)) is None
    as_json = json.dumps({"a": said}).encode()
    assert json.loads(strikeout.body(as_json)) == {"a": f"{before}***{after}"}


def test_wide_letters_are_letters_in_a_line():
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in LONG_KEY)
    assert Strikeout([Secret(LONG_KEY)]).text(f"é{wide}é") == "é***é"


def test_two_runs_that_meet_are_struck_out_as_one_and_each_is():
    said = f"{LONG_KEY[8:24]}{LONG_KEY[8:24]} and {LONG_KEY[-14:]}"
    assert Strikeout([Secret(LONG_KEY)]).text(said) == "*** and ***"


@pytest.mark.parametrize(
    "said",
    [
        "lp_live_",
        "a key begins with lp_live_ or lp_test_",
        LONG_KEY[:19],
        LONG_KEY[8:19],
        LONG_KEY[-11:],
        "lease-watcher and lease-watcher-7",
        "00000000-0000-4000-8000-000000000000",
        "https://hooks.example/services/",
    ],
)
def test_ordinary_text_is_left_alone(said):
    secrets = [Secret(LONG_KEY), Secret(HOOK), Secret("lease-watcher-9x7Qm2"), Secret("K" + "0" * 20)]
    assert Strikeout(secrets).text(said) == said
    assert Strikeout(secrets).body(said.encode()) == said.encode()


def test_of_an_address_a_run_of_its_token_is_struck_out():
    hook = Secret("https://hooks.example/services/whPATHsecret77aaBB")
    assert Strikeout([hook]).text("services SECRET77AABB, whpathsecret77") == "services ***, ***"


@pytest.mark.parametrize("before", ["%", "\\\\u00", "\\\\", "%25%"])
def test_what_precedes_a_run_does_not_swallow_its_first_signs(before: str) -> None:
    """`%` or `\\u00` before a run of digits made an escape of its first two signs: what was left was too
    short to be seen, and the body went out as it had come.
    """
    key = "lp_live_0123456789abQz7"
    struck = Strikeout([Secret(key)])
    for run in (key[8:20], key[8:21]):
        said = f"{before}{run}%"
        assert run not in struck.text(said)
        assert run.encode() not in struck.body(said.encode())


@given(begins=st.integers(8, 24), ends=st.integers(0, 12), around=st.text(max_size=4))
def test_no_twelve_signs_of_a_key_are_left(begins, ends, around):
    run = LONG_KEY[begins : begins + 12 + ends]
    for struck in (
        Strikeout([Secret(LONG_KEY)]).text(around + run + around),
        Strikeout([Secret(LONG_KEY)]).body((around + run + around).encode()).decode(),
    ):
        assert "***" in struck
        assert run not in struck
