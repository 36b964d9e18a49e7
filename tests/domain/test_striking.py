"""Secrets are struck out of what others say, whatever they write them as."""

import json
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.domain.secret import Secret
from watcher.domain.striking import Strikeout, word

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
