"""A secret is shown to nobody who does not ask for it."""

import copy
import pickle

import pytest

from watcher.texts.secret import Secret, secret_of


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
