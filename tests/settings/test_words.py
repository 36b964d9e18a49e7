"""Words that can never fit a handle or a platform are refused where they stand."""

import pytest

from tests.settings.conftest import Desk
from watcher.settings.findings import Gravity


@pytest.mark.parametrize("table", ["protect", "match"])
@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("", "is empty and fits no handle"),
        ("  ", "is empty and fits no handle"),
        ("@", "is empty and fits no handle"),
        ("＠", "is empty and fits no handle"),
        ("\\u200B\\uFE0F", "is empty and fits no handle"),
        ("\\u3164", "is empty and fits no handle"),
        ("https://www.tiktok.com/", "is an address that names no handle"),
        ("https://www.tiktok.com", "is an address that names no handle"),
        ("https://www.tiktok.com/@", "is an address that names no handle"),
        ("/", "is an address that names no handle"),
        ("brand.one brand.two", "holds a space"),
        ("brand.one\\u3000brand.two", "holds a space"),
        ("brand\\u0007", "holds a control character"),
        ("x" * 513, "is longer than any handle (512 bytes)"),
    ],
)
def test_a_handle_that_can_never_match_is_refused(desk: Desk, table: str, word: str, said: str) -> None:
    """It was a warning, and an account that it should have protected was released."""
    found = desk.finding(f'[policies.standard.{table}]\nhandles = ["ok", "{word}"]')
    key = f"policies.standard.{table}.handles[1]"
    assert (found.severity, found.line, found.key) == (Gravity.ERROR, 2, key)
    assert found.message == said
    assert found.fix


@pytest.mark.parametrize(
    "word",
    [
        "brand ",
        "\\u00a0@brand",
        "https://www.tiktok.com/@brand/?lang=en",
        "ｂｒａｎｄ．＊",
        "[ß]",
        "*",
        "a[[]b",
    ],
)
def test_what_can_match_is_taken_as_it_is_written(desk: Desk, word: str) -> None:
    assert desk.findings(f'[policies.standard.protect]\nhandles = ["{word}"]') == ()


def test_a_bracket_that_is_not_closed_is_told(desk: Desk) -> None:
    found = desk.finding('[policies.standard.protect]\nhandles = ["brand[ab"]')
    assert (found.severity, found.line) == (Gravity.WARNING, 2)
    assert "without its `]`" in found.message


@pytest.mark.parametrize(
    ("word", "said"), [("", "is empty"), ("\\u200b", "is empty"), ("tik tok", "holds a space")]
)
def test_a_platform_that_can_never_match_is_refused(desk: Desk, word: str, said: str) -> None:
    found = desk.finding(f'[policies.standard.match]\nplatforms = ["{word}"]')
    assert (found.severity, found.key) == (Gravity.ERROR, "policies.standard.match.platforms[0]")
    assert said in found.message
