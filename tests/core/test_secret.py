"""A secret is shown to nobody who does not ask for it."""

import copy
import pickle

import pytest

from watcher.texts.secret import Password, Secret, password_of, secret_of


def test_no_text_form_shows_it() -> None:
    secret = Secret("lp_marker")
    assert [repr(secret), str(secret), f"{secret}", f"{secret!r}", f"{[secret]}"] == [
        *["Secret(…)"] * 4,
        "[Secret(…)]",
    ]


def test_revealing_it_is_said_aloud() -> None:
    assert Secret("lp_marker").reveal() == "lp_marker"


def test_it_is_compared_by_value_and_only_with_secrets() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_it_is_copied_as_itself_and_never_pickled() -> None:
    secret = Secret("lp_marker")
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)


@pytest.mark.parametrize("text", ["lp_x", "lp_x\n", "lp_x\r\n"])
def test_one_line_end_is_dropped(text: str) -> None:
    assert secret_of(text) == Secret("lp_x")


@pytest.mark.parametrize(
    "text", ["", "\n", "  ", "\n\n", "lp_\nx", "lp x", " lp_x", "lp_x\n\n", "lp_ü", "lp_\x00"]
)
def test_what_was_cut_or_pasted_wrongly_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"is empty|holds") as caught:
        secret_of(text)
    assert "lp" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('"lp_x"', "stands in quotes"),
        ("'lp_x'\n", "stands in quotes"),
        ("LAYERS_API_KEY=lp_x", "begins with a name and ="),
        ("export LAYERS_API_KEY='lp_x'\n", "begins with a name and ="),
        ('LAYERS_API_KEY = "lp_x"', "begins with a name and ="),
        ("Bearer lp_x", "begins with the word Bearer"),
    ],
)
def test_a_key_as_a_shell_or_a_header_has_it_is_refused_with_what_is_wrong(text: str, why: str) -> None:
    """Docker's --env-file keeps quotes: the key was sent in them, and "check the key" said of a right one."""
    with pytest.raises(ValueError, match=why) as caught:
        secret_of(text)
    assert "lp" not in str(caught.value)


@pytest.mark.parametrize("text", ["MY_KEY==", "a_B=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=", '"', "A_B="])
def test_what_only_looks_like_it_is_taken(text: str) -> None:
    assert secret_of(text) == Secret(text)


@pytest.mark.parametrize("text", ["correct horse battery", "grün", '"quoted"', "A_B=c"])
def test_a_password_holds_what_a_person_made_up(text: str) -> None:
    assert password_of(f"{text}\r\n") == Password(text)
    assert repr(password_of(text)) == "Secret(…)"


@pytest.mark.parametrize("text", ["", "  ", "pw ", " pw", "pw\nx", "pw\x00", "pw\udce4"])
def test_a_password_that_was_cut_or_pasted_wrongly_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"is empty|holds|begins or ends") as caught:
        password_of(text)
    assert "pw" not in str(caught.value)
